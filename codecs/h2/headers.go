package h2

import (
	"encoding/binary"
	"strconv"

	"golang.org/x/net/http2/hpack"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// block is a header block that is arriving, in HEADERS and CONTINUATION.
type block struct {
	id        uint32 // of its stream; 0: none is open
	end       bool   // it ends the peer's half
	self      bool   // its stream was made to depend on itself
	over      bool   // it is larger than we take; its fields are gone
	size      int    // as SETTINGS_MAX_HEADER_LIST_SIZE counts it
	raw       int    // compressed bytes
	fragments int
	fields    []Field
}

const (
	fragmentsMax = 32  // CONTINUATION frames of a block
	fieldCost    = 32  // bytes that a field counts besides its name and value (RFC 9113 §6.5.2)
	fieldsKept   = 128 // room for fields that stays with the session
	priorityLen  = 5   // bytes of the fields of the flag priority
)

// headers begins a header block.
func (s *session) headers(h frameHead, p []byte) error {
	if h.id%2 == 0 {
		return fatal(protocolError, "decode headers: stream %d is not a client's", h.id)
	}
	p, _, ok := unpad(h, p)
	if !ok {
		return fatal(protocolError, "decode headers of stream %d: more padding than payload", h.id)
	}
	b := &s.block
	*b = block{id: h.id, end: h.has(flagEnd), fields: b.fields[:0]}
	if h.has(flagPriority) {
		if len(p) < priorityLen {
			return fatal(frameSizeError, "decode headers of stream %d: %d bytes of priority", h.id, len(p))
		}
		b.self = binary.BigEndian.Uint32(p)&maxStream == h.id
		p = p[priorityLen:]
	}
	s.dec.SetEmitEnabled(true)
	for n := updateLen(p); n > 0 && n < len(p); n = updateLen(p) {
		// The decoder takes but one at the front of a block, where RFC 7541 §4.2 allows for two.
		if err := s.decompress(p[:n]); err != nil || s.dec.Close() != nil {
			return fatal(compressionError, "decode headers of stream %d: a table size over %d", h.id, s.allow.table)
		}
		p = p[n:]
	}
	return s.decompress(p)
}

// updateLen gives the length of the change of the table's size at the front of p, or 0: 3 bits, a number with a prefix of 5 bits.
func updateLen(p []byte) int {
	switch {
	case len(p) == 0 || p[0]&0xe0 != sizeUpdate:
		return 0
	case p[0]&0x1f != 0x1f:
		return 1
	}
	for i := 1; i < min(len(p), 6); i++ {
		if p[i] < 0x80 {
			return i + 1
		}
	}
	return 0
}

// fragment goes on with a header block.
func (s *session) fragment(p []byte) error {
	b := &s.block
	if b.fragments++; b.fragments > fragmentsMax {
		return fatal(enhanceYourCalm, "decode headers of stream %d: over %d fragments", b.id, fragmentsMax)
	}
	if len(p) == 0 {
		if err := s.flood.spend(costFragment); err != nil {
			return err
		}
	}
	return s.decompress(p)
}

// decompress reads as much of a block as there is. A block that is too large is read on, for the sake of the table, up to a point.
func (s *session) decompress(p []byte) error {
	b := &s.block
	if b.raw += len(p); b.raw > 2*s.set.MaxHead {
		return fatal(enhanceYourCalm, "decode headers: %d compressed bytes over limit %d", b.raw, 2*s.set.MaxHead)
	}
	if _, err := s.dec.Write(p); err != nil {
		return fatal(compressionError, "decode headers of stream %d: %v", b.id, err)
	}
	return nil
}

// field takes one field from the decoder.
func (s *session) field(f hpack.HeaderField) {
	b := &s.block
	if b.size += len(f.Name) + len(f.Value) + fieldCost; b.size > s.set.MaxHead {
		b.over, b.fields = true, b.fields[:0]
		s.dec.SetEmitEnabled(false)
		return
	}
	b.fields = append(b.fields, Field{f.Name, f.Value})
}

// blockEnd gives a header block that is whole its meaning. n bytes were taken.
func (s *session) blockEnd(m *codecs.Message, n int) (int, error) {
	if err := s.dec.Close(); err != nil {
		return 0, fatal(compressionError, "decode headers of stream %d: %v", s.block.id, err)
	}
	b := &s.block
	id := b.id
	b.id = 0
	defer s.forget()
	st := s.streams.find(id)
	switch {
	case st == nil && s.side == codecs.Server && id > s.lastIn:
		return s.request(m, id, n)
	case st == nil:
		return taken(n, s.late(id))
	case st.endIn:
		return taken(n, s.breakOff(m, st, streamClosed, "headers behind its end"))
	case b.self:
		return taken(n, s.breakOff(m, st, protocolError, "it depends on itself"))
	case b.over:
		return taken(n, s.breakOff(m, st, enhanceYourCalm, "headers over limit "+strconv.Itoa(s.set.MaxHead)))
	case !st.headIn:
		return s.response(m, st, n)
	}
	return s.trailers(m, st, n)
}

// forget drops the room that a block of very many fields has taken.
func (s *session) forget() {
	if cap(s.block.fields) > fieldsKept {
		s.block.fields = nil
	}
}

// taken is n, or the error that ends the connection.
func taken(n int, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	return n, nil
}

// late is a header block for a stream that is not open.
func (s *session) late(id uint32) error {
	c, ok := s.streams.past(id)
	switch {
	case s.idle(id):
		return fatal(protocolError, "decode headers: stream %d was never opened", id)
	case ok && c.ours || s.away && id > s.awayFrom:
		return s.flood.spend(costFrame)
	case ok || s.side == codecs.Client:
		return fatal(streamClosed, "decode headers: stream %d has ended", id)
	}
	return fatal(protocolError, "decode headers: stream %d after stream %d", id, s.lastIn)
}

// idle says whether a stream was never opened.
func (s *session) idle(id uint32) bool {
	if s.side == codecs.Server {
		return id > s.lastIn || id%2 == 0
	}
	return id > s.lastOut || id%2 == 0
}

// request opens a stream of the client's.
func (s *session) request(m *codecs.Message, id uint32, n int) (int, error) {
	b := &s.block
	s.lastIn = id
	h, why := checkRequest(b.fields)
	switch {
	case s.leaving == gone:
		return taken(n, s.refuse(id, refusedStream, costAnswer))
	case b.over:
		return taken(n, s.answer(id, "431", costSettings))
	case b.self || why != "" || b.end && h.length > 0:
		return taken(n, s.refuse(id, protocolError, costReset))
	case s.streams.len() >= s.set.Calls:
		return taken(n, s.refuse(id, refusedStream, costAnswer))
	case h.connect:
		return taken(n, s.answer(id, "501", costAnswer))
	}
	i := s.claim(b.fields)
	if i < 0 {
		return taken(n, s.answer(id, "415", costAnswer))
	}
	st := s.start(id, i)
	st.headIn, st.length = true, h.length
	err := st.ex.Head(m, b.fields, b.end)
	if err == nil && h.expects && !b.end {
		s.goOn(id)
	}
	return n, s.understood(m, st, b.end, err)
}

// goOn tells a client that waits with its payload to send it (RFC 9110 §10.1.1).
func (s *session) goOn(id uint32) {
	s.parts.Head = append(s.parts.Head[:0], Field{":status", "100"})
	s.writeBlock(&s.owed, id, s.parts.Head, &s.comp.heads, 0)
}

// claim gives the index of the mapping that a request is of, or -1.
func (s *session) claim(fields []Field) int {
	for i := range s.protocols {
		if s.protocols[i].Claims(fields) {
			return i
		}
	}
	return -1
}

// response opens the server's half.
func (s *session) response(m *codecs.Message, st *stream, n int) (int, error) {
	b := &s.block
	h, why := checkResponse(b.fields)
	informational := h.status < 200
	switch {
	case why != "":
		return taken(n, s.breakOff(m, st, protocolError, why))
	case informational && (b.end || h.status == 101):
		return taken(n, s.breakOff(m, st, protocolError, "an informational response that is none"))
	case informational:
		return taken(n, s.flood.spend(costFrame))
	case st.bare || h.status == 204 || h.status == 304:
		h.length = 0
	}
	if b.end && h.length > 0 {
		return taken(n, s.breakOff(m, st, protocolError, "it ends before its Content-Length"))
	}
	st.headIn, st.length = true, h.length
	err := st.ex.Head(m, b.fields, b.end)
	return n, s.understood(m, st, b.end, err)
}

// trailers ends the peer's half.
func (s *session) trailers(m *codecs.Message, st *stream, n int) (int, error) {
	b := &s.block
	why := checkTrailers(b.fields)
	switch {
	case !b.end:
		why = "headers in the middle of it"
	case st.length > 0:
		why = "it ends before its Content-Length"
	}
	if why != "" {
		return taken(n, s.breakOff(m, st, protocolError, why))
	}
	if st.mute {
		s.ended(st)
		return n, nil
	}
	err := st.ex.Trailers(m, b.fields)
	return n, s.understood(m, st, true, err)
}

// understood finishes the message that a mapping made of a block or of payload. end: it was the last of the peer's half.
func (s *session) understood(m *codecs.Message, st *stream, end bool, err error) error {
	if err == nil && end && !m.End {
		err = codecs.Errorf(codecs.Internal, "h2: decode: %s finds no end where a stream ends", s.protocols[st.protocol].Name())
	}
	if m.Kind != codecs.None || err != nil {
		m.ID = uint64(st.id)
	}
	if s.side == codecs.Server && !st.known && m.ID != 0 {
		m.Of = s.protocols[st.protocol].of
	}
	if err != nil {
		return s.failed(m, st, end, err)
	}
	if m.Kind != codecs.None {
		st.known = true
		s.flood.earn(earnMessage)
	}
	if end {
		s.ended(st)
	}
	return nil
}

// failed ends a call that the mapping does not take. A server side keeps the stream for the answer.
func (s *session) failed(m *codecs.Message, st *stream, end bool, err error) error {
	id, of := m.ID, m.Of
	m.Release()
	m.Kind, m.ID, m.Of, m.Status = codecs.Data, id, of, codecs.StatusOf(err)
	if s.side == codecs.Client {
		m.Kind = codecs.Reply
		s.owed.B = appendReset(s.owed.B, st.id, cancel)
		s.close(st, closed{id: st.id, ours: true})
		return err
	}
	if !st.known {
		m.Kind = codecs.Request
	}
	st.mute = true
	if end {
		s.ended(st)
	}
	return err
}
