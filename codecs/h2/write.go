package h2

import (
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// sendFrame is the largest payload of DATA that we send, in bytes, where the peer takes it.
const sendFrame = 64 << 10

// say writes a message, or goes on with one that waited for a window.
func (s *session) say(out *wire.Out, st *stream, m *codecs.Message) (more bool, err error) {
	if st.out.pending {
		s.flush(out)
		return s.payloadOut(out, st, m), nil
	}
	m.Touch()
	p := &s.parts
	p.Head, p.Prefix, p.Tail, p.Reset = p.Head[:0], p.Prefix[:0], p.Tail[:0], false
	if err := st.ex.Write(p, m); err != nil {
		return false, err
	}
	if err := s.checkOut(p); err != nil {
		return false, err
	}
	if !st.headOut && len(p.Head) == 0 && !p.Reset {
		return false, codecs.Errorf(codecs.Internal, "h2: encode %v: stream %d has no head yet", m.Kind, st.id)
	}
	s.flush(out)
	if p.Reset {
		s.breakOut(out, st, resetCode(m.Status))
		m.Release()
		return false, nil
	}
	if m.Bare {
		m.Body.Release()
	}
	o := &st.out
	o.part, o.end, o.begun = m.Part, m.End, false
	o.prefix, o.said = append(o.prefix[:0], p.Prefix...), 0
	o.tail = append(o.tail[:0], p.Tail...)
	if len(p.Head) > 0 {
		s.head(out, st, p.Head, o.end && len(o.prefix) == 0 && m.Body.Len() == 0 && len(o.tail) == 0)
	}
	return s.payloadOut(out, st, m), nil
}

// head writes the block that opens our half, and with end all of it.
func (s *session) head(out *wire.Out, st *stream, block []Field, end bool) {
	var flags uint8
	if end {
		flags = flagEnd
		st.endOut = true
	}
	st.headOut = true
	if s.side == codecs.Client {
		method, _ := Get(block, ":method")
		st.bare = method == "HEAD"
	}
	s.writeBlock(out, st.id, block, &s.comp.heads, flags)
}

// payloadOut writes payload and trailers as far as the windows allow. more: the rest is in m.
func (s *session) payloadOut(out *wire.Out, st *stream, m *codecs.Message) (more bool) {
	o := &st.out
	for rest := len(o.prefix) - o.said + m.Body.Len(); rest > 0; {
		n := min(rest, s.peer.frame, sendFrame, st.send, s.send)
		if n <= 0 {
			s.wait(st, m)
			return true
		}
		rest -= n
		s.dataOut(out, st, &m.Body, n, rest == 0 && o.end && len(o.tail) == 0)
	}
	switch {
	case !o.end || st.endOut:
	case len(o.tail) > 0:
		s.writeBlock(out, st.id, o.tail, &s.comp.tails, flagEnd)
		st.endOut = true
	default:
		out.B = appendHead(out.B, 0, frameData, flagEnd, st.id)
		st.endOut = true
	}
	if o.pending {
		o.pending = false
		s.blocked--
	}
	s.flood.earn(earnMessage)
	if st.endOut {
		s.finished(out, st)
	}
	m.Release()
	return false
}

// dataOut writes n bytes of the prefix and the body in one frame.
func (s *session) dataOut(out *wire.Out, st *stream, body *wire.Body, n int, end bool) {
	var flags uint8
	if end {
		flags = flagEnd
		st.endOut = true
	}
	out.B = appendHead(out.B, n, frameData, flags, st.id)
	st.send -= n
	s.send -= n
	o := &st.out
	o.begun = true
	k := min(n, len(o.prefix)-o.said)
	out.B = append(out.B, o.prefix[o.said:o.said+k]...)
	o.said += k
	switch k = n - k; {
	case k == 0:
	case k == body.Len():
		out.Body(*body)
		*body = wire.Body{}
	default:
		out.Body(body.Sub(0, k))
		rest := body.Sub(k, body.Len())
		body.Release()
		*body = rest
	}
	s.flood.earn(budget(n / sentPerUnit))
}

// wait keeps what is left of a message until a window opens.
func (s *session) wait(st *stream, m *codecs.Message) {
	if !st.out.pending {
		st.out.pending = true
		s.blocked++
	}
	m.Kind, m.Meta, m.Size = codecs.Data, codecs.Meta{}, 0
}

// finished ends our half of a stream.
func (s *session) finished(out *wire.Out, st *stream) {
	if s.side == codecs.Client {
		return // until the reply has come
	}
	s.flood.earn(earnEnd)
	if !st.endIn {
		out.B = appendReset(out.B, st.id, noError) // RFC 9113 §8.1
	}
	s.close(st, closed{id: st.id, ours: !st.endIn})
}
