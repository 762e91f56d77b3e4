package dubbo

import (
	"encoding/binary"
	"math"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// FrameSize gives the length of the frame that p begins, or 0 if its head is not whole or is none. One that Decode refuses for its
// length ends with its head.
func (s *session) FrameSize(p []byte) int {
	if len(p) < headLen || p[0] != magic0 || p[1] != magic1 {
		return 0
	}
	n := int(int32(binary.BigEndian.Uint32(p[12:])))
	if n < 0 || n > s.max-headLen {
		return headLen
	}
	return headLen + n
}

// Decode reads one frame. A frame over the limit is refused on its head, with a response to its request in Body.
func (s *session) Decode(m *codecs.Message, p []byte) (int, error) {
	switch {
	case len(p) > 0 && p[0] != magic0:
		return 0, codecs.Errorf(codecs.Malformed, "dubbo: decode head: byte %02x where the magic da bb is due", p[0])
	case len(p) > 1 && p[1] != magic1:
		return 0, codecs.Errorf(codecs.Malformed, "dubbo: decode head: bytes da %02x where the magic da bb is due", p[1])
	case len(p) < headLen:
		return 0, nil
	}
	n := int(int32(binary.BigEndian.Uint32(p[12:])))
	m.ID = binary.BigEndian.Uint64(p[4:])
	if n < 0 || n > s.max-headLen {
		return 0, s.tooLong(m, p[2], n)
	}
	if n += headLen; n > len(p) {
		m.ID = 0
		return 0, nil
	}
	p = p[:n:n]
	switch flags := p[2]; {
	case flags&flagEvent != 0:
		return n, s.event(m, p)
	case flags&flagRequest != 0 && s.side == codecs.Server:
		return n, s.request(m, p)
	case flags&flagRequest != 0:
		s.callback(m, p)
		return n, nil
	case s.side == codecs.Client:
		return n, s.reply(m, p)
	}
	// A response to a server, which has asked for nothing.
	return n, nil
}

func (s *session) tooLong(m *codecs.Message, flags byte, n int) error {
	if n < 0 {
		return codecs.Errorf(codecs.Malformed, "dubbo: decode head: body of %d bytes", n)
	}
	err := codecs.Errorf(codecs.Invalid, "dubbo: decode head: body of %d bytes over limit %d", n, s.max-headLen)
	if s.side == codecs.Server && flags&(flagRequest|flagTwoWay|flagEvent) == flagRequest|flagTwoWay {
		var out wire.Out
		appendFailure(&out, m.ID, flags&serialMask, statusBadRequest, err.Error())
		m.Body = out.Take()
	}
	return err
}

// eventMax is the most bytes that the body of an event may have. Java takes 15.
const eventMax = 64

// event reads a heartbeat, its answer, or a word about the connection. A read-only event does not take back what was sent
// before: all of it is served, so its ID is the greatest there is.
func (s *session) event(m *codecs.Message, p []byte) error {
	serial, body := p[2]&serialMask, p[headLen:]
	if len(body) > eventMax {
		return codecs.Errorf(codecs.Malformed, "dubbo: decode event: body of %d bytes over limit %d", len(body), eventMax)
	}
	m.End = true
	if p[2]&flagRequest == 0 {
		m.Kind = codecs.Pong
		return nil
	}
	var r textReader
	r.reset(serial, body)
	word, null, err := r.next()
	switch {
	case err == nil && !null && string(word) == "R":
		m.Kind, m.ID = codecs.Goaway, math.MaxUint64
	case p[2]&flagTwoWay != 0:
		// Null, "H" of old peers, and what we do not know. The Pong gives the body back, which is null in its serialization.
		m.Kind, m.Hint, m.Body = codecs.Ping, hintMark|uint64(serial), wire.Borrow(body)
	}
	return nil
}

// callback refuses a call that a server makes to its client.
func (s *session) callback(m *codecs.Message, p []byte) {
	if p[2]&flagTwoWay == 0 {
		return
	}
	var out wire.Out
	appendFailure(&out, m.ID, p[2]&serialMask, statusServiceError, "dubbo: callbacks are not carried")
	m.Kind, m.Body = codecs.Control, out.Take()
}

// reply reads a response.
func (s *session) reply(m *codecs.Message, p []byte) error {
	m.Kind, m.End = codecs.Reply, true
	m.Frame = codecs.Frame{Of: Name, Bytes: wire.Borrow(p)}
	status, serial, body := p[3], p[2]&serialMask, p[headLen:]
	if status != statusOK {
		var r textReader
		r.reset(serial, body)
		// Whatever the message is, the call has failed.
		text, _, _ := r.next()
		m.Status, m.Bare = statusOf(status, text), true
		return nil
	}
	if serial != hessian2 {
		m.Format.Shape, m.Body = codecs.Value, wire.Borrow(body)
		return nil
	}
	var sc hessian.Scanner
	sc.Reset(body)
	result, err := sc.Int()
	if err != nil {
		return refuse(codecs.Malformed, "decode response", err)
	}
	m.Format.Encoding = Encoding
	value := wire.Borrow(body[sc.Pos():])
	switch result {
	case resultNull, resultNull + withAttachments:
	case resultValue, resultValue + withAttachments:
		if value.Len() > 0 && value.Bytes()[0] == hessianNull {
			break // null as a value is null in its own form
		}
		m.Format.Shape, m.Body = codecs.Value, value
	case resultThrown, resultThrown + withAttachments:
		var t hessian.Thrown
		if err := sc.Thrown(&t); err != nil {
			return refuse(codecs.Malformed, "decode response", err)
		}
		m.Format.Shape, m.Body, m.Status = codecs.Thrown, value, thrownStatus(&t)
	default:
		return codecs.Errorf(codecs.Malformed, "dubbo: decode response: result %d, not 0 to 5", result)
	}
	return nil
}

// refuse says in which act an error of the scanner was met.
func refuse(code codecs.Code, act string, err error) error {
	return codecs.Errorf(code, "dubbo: %s: %s", act, codecs.StatusOf(err).Text)
}
