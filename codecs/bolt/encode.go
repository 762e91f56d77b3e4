package bolt

import (
	"encoding/binary"
	"strconv"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Encode appends a frame. An intact Frame goes out with its id patched, a new checksum where it has one, and, in a request that has
// less time than its frame says, a new timeout; its head is written anew only where the connection is of another version.
//
// Requests and replies without a Frame are written from Header and Body. Bolt has no word for Cancel: a client says nothing, a server
// answers with its status.
func (s *session) Encode(out *wire.Out, m *codecs.Message) (more bool, err error) {
	switch m.Kind {
	case codecs.Request, codecs.Oneway:
		err = s.encodeRequest(out, m)
	case codecs.Reply:
		err = s.encodeReply(out, m)
	case codecs.Cancel:
		if s.side == codecs.Server {
			m.Bare = true
			err = s.encodeReply(out, m)
		}
	case codecs.Ping:
		bare(out, head{shape: s.own, kind: typeRequest, command: cmdHeartbeat, id: uint32(m.ID), codec: codecHessian, timeout: noTimeout})
	case codecs.Pong:
		w := wantsOf(m.Hint)
		if !ours(m.Hint) {
			w = wants{codec: codecHessian}
		}
		bare(out, head{shape: w.shape, kind: typeResponse, command: cmdHeartbeat, id: uint32(m.ID), codec: w.codec})
	case codecs.Goaway:
		// Not where framing was lost: then who listens is not known to be a consumer.
		if c := m.Status.Code; s.side == codecs.Server && s.goaway && (c == codecs.OK || c == codecs.Unavailable) {
			bare(out, head{shape: s.peer, kind: typeRequest, command: cmdGoaway, codec: codecHessian})
		}
	case codecs.Control:
		out.Body(m.Body)
		m.Body = wire.Body{}
	case codecs.None, codecs.Hello, codecs.Window:
	case codecs.Data:
		err = codecs.Errorf(codecs.Unimplemented, "bolt: encode: a call has one message each way")
	}
	if err == nil {
		m.Release()
	}
	return false, err
}

// bare appends a frame without sections.
func bare(out *wire.Out, h head) {
	f := begin(out, h, "")
	f.close()
	f.seal(wire.Body{})
}

func (s *session) encodeRequest(out *wire.Out, m *codecs.Message) error {
	if m.Frame.Of == Name {
		return s.pass(out, m, s.own)
	}
	name, err := uniqueName(&m.Header)
	if err != nil {
		return err
	}
	h := head{shape: s.own, kind: typeRequest, command: cmdRequest, id: uint32(m.ID), timeout: noTimeout}
	if m.Kind == codecs.Oneway {
		h.kind = typeOneway
	}
	if m.Timeout > 0 {
		h.timeout = inMillis(m.Timeout)
	}
	if h.codec, err = codecOf(m); err != nil {
		return err
	}
	f := begin(out, h, classRequest)
	if err := s.asking(&f, m, name); err != nil {
		f.drop()
		return err
	}
	var rest wire.Body
	switch {
	case h.codec == codecHessian:
		rest, err = splice(&f, m, name)
	case h.codec == codecJSON && (!ours(m.Hint) || m.Hint&hintCodec != codecJSON):
		rest = soleOf(m.Body, int(m.Args))
	default:
		rest = m.Body.Share()
	}
	if err != nil {
		f.drop()
		return err
	}
	return f.end(rest, s.max)
}

// codecOf gives the codec that m's Body is in.
func codecOf(m *codecs.Message) (byte, error) {
	f := m.Format
	if m.Body.Len() == 0 && f.Shape == codecs.Void {
		f = codecs.Format{Encoding: encodingDraft, Shape: codecs.Args, Wrap: codecs.Sofa}
	}
	switch {
	case f.Zip != "":
	case (f.Encoding == encodingDraft || f.Encoding == encodingFinal) && f.Shape == codecs.Args && (f.Wrap == codecs.Sofa || m.Body.Len() == 0):
		return codecHessian, nil
	case f.Encoding == encodingProto && f.Shape == codecs.Args:
		return codecProto, nil
	case f.Encoding == encodingJSON && f.Shape == codecs.Args:
		return codecJSON, nil
	}
	return 0, codecs.Errorf(codecs.Unimplemented, "bolt: encode request: a body in %v", m.Format)
}

// soleOf gives the content for arguments that are an array: one argument stands alone, as SOFARPC has it. n is their number, or -1.
func soleOf(b wire.Body, n int) wire.Body {
	s := json.Scan(b.Bytes())
	if n > 1 || s.Kind() != '[' {
		return b.Share()
	}
	s.List()
	if !s.Element() {
		return b.Share()
	}
	one := s.Value()
	if s.Element() || s.End() != nil {
		return b.Share()
	}
	off, _ := b.Within(wire.Borrow(one))
	return b.Sub(off, off+len(one))
}

// asking writes the header map of a request. All that a provider or a proxy may look for is there, whatever the codec.
func (s *session) asking(f *frame, m *codecs.Message, name string) error {
	if len(m.Meta.Pairs) > maxPairs {
		return tooMuchMeta(m)
	}
	f.pair(keyService, name)
	f.pair(keyTarget, name)
	f.pair(keyMethod, m.Method)
	kind := "sync"
	if m.Kind == codecs.Oneway {
		kind = "oneway"
	}
	f.pair(keyType, kind)
	f.pair(keyProtocol, Name)
	own := ours(m.Hint)
	if !own || !codecs.HasKey(m.Meta.Pairs, keyApp) {
		f.pair(keyApp, s.app)
	}
	if own && m.Hint&hintLeft != 0 && m.Timeout > 0 {
		f.pair(keyRemaining, strconv.Itoa(int(inMillis(m.Timeout))))
	}
	for i, p := range m.Meta.Pairs {
		switch {
		case skipped(m.Meta.Pairs[:i], p.Key, own):
		case isOwn(p.Key, m.Hint):
			f.pair(p.Key, clean(p.Value))
		default:
			f.text(askedBaggage + clean(p.Key))
			f.text(clean(p.Value))
		}
	}
	f.close()
	return nil
}

// isOwn says whether metadata of a request stands in the header map under its own key, and is not baggage.
func isOwn(key string, hint uint64) bool {
	if tracing.Has(key) {
		return true
	}
	return ours(hint) && !isCarried(key) && (hint&hintLoose != 0 || key == keyApp || reserved.Has(key))
}

// skipped says that a pair is not written: the first of several of one key counts, and reserved ones are a Bolt caller's.
func skipped(before []codecs.Pair, key string, own bool) bool {
	return key == "" || !own && reserved.Has(key) || codecs.HasKey(before, key)
}

func tooMuchMeta(m *codecs.Message) error {
	return codecs.Errorf(codecs.Limited, "bolt: encode: %d pairs of metadata over limit %d", len(m.Meta.Pairs), maxPairs)
}

// pass appends an intact frame in the shape that the other side speaks.
func (s *session) pass(out *wire.Out, m *codecs.Message, as shape) error {
	p := m.Frame.Bytes.Bytes()
	var h head
	if ok, err := h.parse(p); !ok || err != nil {
		return codecs.Errorf(codecs.Internal, "bolt: encode: a frame that was not cut here")
	}
	end := len(p)
	if h.crc {
		end -= crcLen
	}
	f := frame{head: h, out: out, start: len(out.B)}
	f.id = uint32(m.ID)
	from := h.size()
	if h.kind != typeResponse {
		from = f.hurry(m, p)
	}
	if h.shape.v2 != as.v2 || h.crc != as.crc || !h.canonical() {
		f.shape = as
		out.B = append(f.head.append(out.B), p[h.size():from]...)
	} else {
		out.B = append(out.B, p[:from]...)
		at := f.start + 5
		if h.v2 {
			at++
		}
		binary.BigEndian.PutUint32(out.B[at:], f.id)
		if h.kind != typeResponse {
			binary.BigEndian.PutUint32(out.B[at+h.timeoutAt():], uint32(f.timeout))
		}
	}
	if from > h.size() {
		shorten(out.B[len(out.B)-h.header:], inMillis(m.Timeout))
	}
	f.seal(m.Frame.Bytes.Sub(from, end))
	return nil
}

// timeoutAt is how far behind the id the timeout stands.
func (h *head) timeoutAt() int {
	if h.v2 {
		return 6
	}
	return 5
}

// hurry takes over the time that m has, if its frame says more, and gives the place up to which the frame must be copied, for there
// is a time in it to be changed.
func (f *frame) hurry(m *codecs.Message, p []byte) (from int) {
	ms := inMillis(m.Timeout)
	if ms <= 0 {
		return f.size()
	}
	if f.kind == typeRequest && (f.timeout <= 0 || f.timeout > ms) {
		f.timeout = ms
	}
	if ours(m.Hint) && m.Hint&hintLeft != 0 {
		return f.size() + f.class + f.header
	}
	return f.size()
}

// shorten writes ms over the time that a header map says is left, if that is more. The number keeps its length: it gets zeros in
// front.
func shorten(p []byte, ms int32) {
	e := entries{wire.Cursor{P: p}}
	for {
		key, value, ok, err := e.next()
		if !ok || err != nil {
			return
		}
		if string(key) != keyRemaining || millis(value) <= int64(ms) {
			continue
		}
		n := ms
		for i := len(value) - 1; i >= 0; i-- {
			value[i] = byte('0' + n%10)
			n /= 10
		}
	}
}
