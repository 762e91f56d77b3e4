package h2

import "github.com/dragoman-rpc/dragoman/codecs"

// payload is the DATA frame that is being read: it may hold several messages, of which Decode gives one at a time.
type payload struct {
	id   uint32 // of its stream; 0: none is being read
	left int    // bytes that no message has taken
	pad  int    // bytes of padding behind them
	over int    // bytes that count against the windows besides, and are in no message's credit yet
	end  bool   // it ends the peer's half
}

func (s *session) dataFrame(m *codecs.Message, h frameHead, p []byte) (int, error) {
	body, pad, ok := unpad(h, p)
	switch {
	case h.id == 0:
		return 0, fatal(protocolError, "decode data: no stream")
	case !ok:
		return 0, fatal(protocolError, "decode data of stream %d: more padding than payload", h.id)
	case h.length > s.recv:
		return 0, fatal(flowControlError, "decode data of stream %d: %d bytes in a window of %d", h.id, h.length, s.recv)
	}
	s.recv -= h.length
	s.due += uint32(h.length)
	n, size, end := headLen+h.length, len(body), h.has(flagEnd)
	st := s.streams.find(h.id)
	switch {
	case st == nil:
		return taken(n, s.lateData(h.id))
	case st.endIn:
		return taken(n, s.breakOff(m, st, streamClosed, "data behind its end"))
	case !st.headIn:
		return taken(n, s.breakOff(m, st, protocolError, "data before its headers"))
	case h.length > st.recv:
		return taken(n, s.breakOff(m, st, flowControlError, "data over its window"))
	case st.length >= 0 && (size > st.length || end && size < st.length):
		return taken(n, s.breakOff(m, st, protocolError, "data that is not of its Content-Length"))
	}
	st.recv -= h.length
	if st.length >= 0 {
		st.length -= size
	}
	if size == 0 && !end {
		s.credit(st, uint32(h.length))
		return taken(n, s.flood.spend(costEmpty))
	}
	s.data = payload{id: h.id, left: size, pad: pad, over: h.length - size, end: end}
	k, err := s.payload(m, p[h.length-size-pad:])
	return headLen + h.length - size - pad + k, err
}

// payload gives the next message of the DATA frame that is being read, of which p holds what is left.
func (s *session) payload(m *codecs.Message, p []byte) (n int, err error) {
	d := &s.data
	rest := d.left + d.pad
	if len(p) < rest {
		return 0, nil
	}
	st := s.streams.find(d.id)
	if st == nil { // it has ended between two messages
		d.id = 0
		return rest, nil
	}
	k := d.left
	if !st.mute {
		k, err = st.ex.Data(m, p[:d.left:d.left], d.end)
	}
	if err == nil && (k <= 0 && d.left > 0 || k > d.left) {
		err = codecs.Errorf(codecs.Internal, "h2: decode: %s takes %d of %d bytes", s.protocols[st.protocol].Name(), k, d.left)
	}
	last := err != nil || k == d.left
	if n = k; last {
		n = rest
		k = d.left + d.over
		d.id = 0
	}
	d.left -= n
	if m.Kind == codecs.None || err != nil {
		s.credit(st, uint32(k))
	} else {
		m.Credit = uint32(k)
		st.unread += k
		s.unread += k
	}
	switch end := last && d.end; {
	case !st.mute:
		err = s.understood(m, st, end, err)
	case end:
		s.ended(st)
	}
	return n, err
}

// lateData is payload for a stream that is not open.
func (s *session) lateData(id uint32) error {
	c, ok := s.streams.past(id)
	switch {
	case s.idle(id):
		return fatal(protocolError, "decode data: stream %d was never opened", id)
	case ok && c.over: // RFC 9113 §5.1, closed
		return fatal(streamClosed, "decode data: stream %d has ended", id)
	case ok && c.ours || s.away && id > s.awayFrom:
		return s.flood.spend(costFrame)
	}
	return s.refuse(id, streamClosed, costReset)
}

// credit gives bytes of a stream back to the peer, a quarter of the window at a time.
func (s *session) credit(st *stream, n uint32) {
	s.owed.B = s.creditTo(s.owed.B, st, n)
}

func (s *session) creditTo(b []byte, st *stream, n uint32) []byte {
	st.due += n
	if st.endIn || int(st.due) < st.window/4 {
		return b
	}
	if more := s.resized(st); more != 0 {
		st.window += more
		s.granted += more
		if st.due = uint32(int(st.due) + more); st.due == 0 {
			return b
		}
	}
	b = appendWindow(b, st.id, st.due)
	st.recv += int(st.due)
	st.due = 0
	return b
}

// resized is by how much the window of a stream is to grow, whose reader has taken a quarter of it: twice as fast as it reads, so
// that a good reader soon has all it needs, and one who stops early holds little. When there are so many streams that their windows
// come to more than a connection may hold, those that have grown give back in the same way.
func (s *session) resized(st *stream) int {
	switch by := int(st.due); {
	case s.granted < streamsMost:
		return min(by, streamWindow-st.window)
	case s.granted > streamsMost:
		return -min(by, st.window-firstWindow)
	}
	return 0
}

// read takes note that a reader has taken bytes of messages.
func (s *session) read(st *stream, n uint32) uint32 {
	n = min(n, uint32(st.unread))
	st.unread -= int(n)
	s.unread -= int(n)
	return n
}
