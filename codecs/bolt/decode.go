package bolt

import (
	"encoding/binary"
	"hash/crc32"
	"math"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// FrameSize gives the length of the frame that p begins, or 0 if its head is not whole or is none. One that Decode refuses for its
// length ends with its head.
func (s *session) FrameSize(p []byte) int {
	var h head
	ok, err := h.parse(p)
	switch {
	case !ok && err == nil || err != nil:
		return 0
	case h.total() > int64(s.max):
		return h.size()
	}
	return int(h.total())
}

// Decode reads one frame. A frame over the limit is refused on its head, with a response to its request in Body.
func (s *session) Decode(m *codecs.Message, p []byte) (int, error) {
	var h head
	ok, err := h.parse(p)
	if !ok || err != nil {
		return 0, err
	}
	if h.total() > int64(s.max) {
		return 0, s.tooLong(m, &h)
	}
	n := int(h.total())
	if n > len(p) {
		return 0, nil
	}
	p = p[:n:n]
	if h.crc {
		body, want := p[:n-crcLen], binary.BigEndian.Uint32(p[n-crcLen:])
		if got := crc32.ChecksumIEEE(body); got != want {
			return 0, codecs.Errorf(codecs.Malformed, "bolt: decode frame: checksum %08x of bytes that have %08x", want, got)
		}
	}
	m.ID, m.End = uint64(h.id), true
	if s.side == codecs.Server {
		s.peer = h.shape
	}
	switch {
	case h.kind == typeResponse:
		return n, s.response(m, &h, p)
	case h.command == cmdRequest && s.side == codecs.Server:
		return n, s.request(m, &h, p)
	}
	return n, s.word(m, &h)
}

func (s *session) tooLong(m *codecs.Message, h *head) error {
	err := codecs.Errorf(codecs.Invalid, "bolt: decode head: frame of %d bytes over limit %d", h.total(), s.max)
	if h.kind == typeRequest && h.command == cmdRequest && s.side == codecs.Server {
		m.Body = failure(h, statusDeserial, err.Error())
	}
	return err
}

// word reads what is about the connection, and refuses requests that a server makes to its client and commands that are not known.
func (s *session) word(m *codecs.Message, h *head) error {
	switch h.command {
	case cmdHeartbeat:
		if h.kind == typeRequest {
			m.Kind, m.Hint = codecs.Ping, hintOf(h)
		}
	case cmdGoaway:
		if s.side == codecs.Client { // it does not take back what was sent before
			m.Kind, m.ID = codecs.Goaway, math.MaxUint64
		}
	case cmdRequest:
		m.Kind, m.Body = codecs.Control, failure(h, statusNoProc, "bolt: callbacks are not carried")
	default:
		m.Kind, m.Body = codecs.Control, failure(h, statusUnknown, "bolt: a command that is not known")
	}
	if m.Kind == codecs.Control && h.kind == typeOneway {
		m.Kind, m.Body = codecs.None, wire.Body{}
	}
	if m.Kind == codecs.None || m.Kind == codecs.Control {
		m.End = false // as a Control it would close the connection
	}
	return nil
}

// failure is a response that refuses a request, whatever the request says.
func failure(h *head, status uint16, text string) wire.Body {
	if h.kind == typeOneway {
		return wire.Body{}
	}
	var out wire.Out
	w := wantsOf(hintOf(h))
	w.appendFailure(&out, h.id, status, text)
	return out.Take()
}

// sections are the variable parts of a frame.
type sections struct {
	class, header []byte
	content       wire.Body
}

// cut gives the sections of the frame p.
func (h *head) cut(p []byte) sections {
	at := h.size()
	class, header := at+h.class, at+h.class+h.header
	return sections{p[at:class], p[class:header], wire.Borrow(p[header : header+h.content])}
}

// refuse says in which act an error was met.
func refuse(code codecs.Code, act string, err error) error {
	return codecs.Errorf(code, "bolt: %s: %s", act, codecs.StatusOf(err).Text)
}
