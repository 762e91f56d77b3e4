package h2

import "github.com/dragoman-rpc/dragoman/codecs"

// start opens a stream of a mapping.
func (s *session) start(id uint32, protocol int) *stream {
	st := s.streams.take(protocol)
	if st == nil {
		st = &stream{protocol: protocol, ex: s.protocols[protocol].Exchange(s.side, &s.set)}
	}
	st.id, st.length = id, -1
	st.recv, st.window, st.send = s.allow.stream, firstWindow, s.peer.window
	s.granted += firstWindow
	s.streams.add(st)
	return st
}

// close forgets a stream, which must not be used any more.
func (s *session) close(st *stream, c closed) {
	s.unread -= st.unread
	s.granted -= st.window
	if st.out.pending {
		s.blocked--
	}
	s.streams.remove(st, c)
}

// ended ends the peer's half of a stream. A request that a server has answered before it was whole is not sent on.
func (s *session) ended(st *stream) {
	st.endIn = true
	if s.side == codecs.Server {
		return // our half is open, or the stream would not be here
	}
	s.flood.earn(earnEnd)
	if !st.endOut {
		s.owed.B = appendReset(s.owed.B, st.id, noError)
	}
	s.close(st, closed{id: st.id, ours: !st.endOut, over: st.endOut})
}

// breakOff ends a stream for what the peer did.
func (s *session) breakOff(m *codecs.Message, st *stream, c errorCode, why string) error {
	id, known := st.id, st.known
	s.owed.B = appendReset(s.owed.B, id, c)
	s.close(st, closed{id: id, ours: true})
	if known {
		m.Kind, m.ID = codecs.Cancel, uint64(id)
		m.Status = codecs.Status{Code: codecs.Malformed, Text: "h2: decode stream: " + why,
			Native: codecs.Native{Of: Name, Code: int32(c)}}
	}
	return s.flood.spend(costReset)
}

// refuse ends a stream that was not opened.
func (s *session) refuse(id uint32, c errorCode, cost budget) error {
	s.owed.B = appendReset(s.owed.B, id, c)
	s.streams.note(closed{id: id, ours: true})
	return s.flood.spend(cost)
}

// answer ends a request that is shown to no mapping with a status of HTTP.
func (s *session) answer(id uint32, status string, cost budget) error {
	s.parts.Head = append(s.parts.Head[:0], Field{":status", status})
	s.writeBlock(&s.owed, id, s.parts.Head, &s.comp.heads, flagEnd)
	if !s.block.end {
		s.owed.B = appendReset(s.owed.B, id, noError)
	}
	s.streams.note(closed{id: id, ours: !s.block.end})
	return s.flood.spend(cost)
}
