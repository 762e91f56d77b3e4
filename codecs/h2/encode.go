package h2

import (
	"encoding/binary"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Encode writes a message as far as the windows allow, behind what the session owes.
func (s *session) Encode(out *wire.Out, m *codecs.Message) (more bool, err error) {
	switch m.Kind {
	case codecs.Request, codecs.Oneway:
		return s.open(out, m)
	case codecs.Reply, codecs.Data:
		if st := s.streams.find(uint32(m.ID)); st != nil && !st.endOut {
			return s.say(out, st, m)
		}
	case codecs.Cancel:
		s.flush(out)
		if st := s.streams.find(uint32(m.ID)); st != nil {
			s.cancel(out, st, m.Status)
		}
	case codecs.Window:
		if st := s.streams.find(uint32(m.ID)); st != nil {
			out.B = s.creditTo(out.B, st, s.read(st, m.Credit))
		}
		s.flush(out)
	case codecs.Ping:
		s.flush(out)
		s.pinged = max(s.pinged, m.ID)
		out.B = binary.BigEndian.AppendUint64(appendHead(out.B, 8, framePing, 0, 0), m.ID)
	case codecs.Goaway:
		s.flush(out)
		s.leave(out, m.Status)
	case codecs.None, codecs.Hello, codecs.Pong, codecs.Control:
		s.flush(out)
	}
	m.Release()
	return false, nil
}

// flush writes what is owed, and gives the connection's window back.
func (s *session) flush(out *wire.Out) {
	if len(s.owed.B) > 0 {
		out.B = append(out.B, s.owed.B...)
		s.owed.Reset()
	}
	if s.due >= connWindow/4 && s.unread < unreadMax {
		out.B = appendWindow(out.B, 0, s.due)
		s.recv += int(s.due)
		s.due = 0
	}
}

// leave says goodbye.
func (s *session) leave(out *wire.Out, why codecs.Status) {
	switch c := lastCode(why); {
	case why.Code != codecs.OK && why.Code != codecs.Unavailable:
		out.B = appendGoaway(out.B, s.lastIn, c, printable([]byte(why.Text)))
		s.leaving = gone
	case s.side == codecs.Client:
		out.B = appendGoaway(out.B, 0, noError, "")
	case s.leaving == staying:
		s.leaving = warned
		out.B = appendGoaway(out.B, maxStream, noError, "")
		out.B = binary.BigEndian.AppendUint64(appendHead(out.B, 8, framePing, 0, 0), partingPing)
	case s.leaving == warned:
		s.depart()
		s.flush(out)
	}
}

// open begins a stream of ours.
func (s *session) open(out *wire.Out, m *codecs.Message) (more bool, err error) {
	switch {
	case s.side == codecs.Server:
		return false, codecs.Errorf(codecs.Internal, "h2: encode %v: a server side asks nothing", m.Kind)
	case s.away || m.ID > maxStream:
		return false, codecs.ErrFull
	case uint32(s.streams.len()) >= s.peer.streams:
		return false, codecs.ErrBusy
	case m.ID <= uint64(s.lastOut) || m.ID%2 == 0:
		return false, codecs.Errorf(codecs.Internal, "h2: encode %v: stream %d after stream %d", m.Kind, m.ID, s.lastOut)
	}
	st := s.start(uint32(m.ID), 0)
	was := s.lastOut
	s.lastOut = st.id
	st.known = true
	if more, err = s.say(out, st, m); err != nil {
		s.lastOut = was
		s.close(st, closed{})
	}
	return more, err
}

// cancel ends a call: a server side says the status where it still can.
func (s *session) cancel(out *wire.Out, st *stream, why codecs.Status) {
	m := codecs.Message{Kind: codecs.Cancel, ID: uint64(st.id), End: true, Bare: true}
	m.Status = why
	inside := st.out.part
	if st.out.pending {
		inside = st.out.begun
		st.out = saying{prefix: st.out.prefix[:0], tail: st.out.tail[:0]}
		s.blocked--
	}
	switch {
	case s.side == codecs.Client:
		s.breakOut(out, st, cancel)
		return
	case st.endOut:
		return
	case !st.headOut:
		m.Kind = codecs.Reply
	case inside:
		s.breakOut(out, st, resetCode(why))
		return
	}
	if more, err := s.say(out, st, &m); more || err != nil { // nobody comes back with what a window holds
		m.Release()
		s.breakOut(out, st, resetCode(why))
	}
}

// breakOut ends a stream for a reason of ours.
func (s *session) breakOut(out *wire.Out, st *stream, c errorCode) {
	out.B = appendReset(out.B, st.id, c)
	s.close(st, closed{id: st.id, ours: true})
}
