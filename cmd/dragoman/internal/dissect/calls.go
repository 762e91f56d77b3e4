package dissect

import (
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// Asked is a request.
type Asked struct {
	ID, Hint uint64
	At       time.Time
	Head     codecs.Header
	talk     bool // no call, but something that the codec answers by itself: small talk
}

// calls are those of a connection that are not over.
type calls struct {
	inOrder bool // replies carry no ids
	lost    bool // something is missing: replies without ids cannot be told from each other any more
	open    map[uint64]*Asked
	queue   []*Asked // in order
	number  uint64   // of the last request in order
	parts   map[place]*pieces
}

// note takes note of a message of a call, and gives the request that it belongs to. Messages without ids get the request's number.
func (s *calls) note(side int, m *codecs.Message, at time.Time) *Asked {
	switch {
	case side == client && (m.Kind == codecs.Request || m.Kind == codecs.Oneway):
		s.ask(m, at)
	case side == client && m.Kind == codecs.Data && s.inOrder:
		m.ID = s.number
		if n := len(s.queue); n > 0 {
			return s.queue[n-1]
		}
	case side == client && m.Kind == codecs.Control && s.inOrder && m.Body.Len() > 0:
		s.queue = append(s.queue, &Asked{At: at, talk: true})
	case side == client && m.Kind == codecs.Data:
		return s.open[m.ID]
	case side == client && m.Kind == codecs.Cancel:
		a := s.open[m.ID]
		delete(s.open, m.ID)
		return a
	case side == server && (m.Kind == codecs.Reply || m.Kind == codecs.Data || m.Kind == codecs.Cancel):
		return s.answer(m)
	}
	return nil
}

func (s *calls) ask(m *codecs.Message, at time.Time) {
	if s.inOrder {
		s.number++
		m.ID = s.number
	}
	a := &Asked{ID: m.ID, Hint: m.Hint, At: at, Head: m.Header}
	switch {
	case s.inOrder:
		s.queue = append(s.queue, a)
	case m.Kind == codecs.Request:
		if s.open == nil {
			s.open = map[uint64]*Asked{}
		}
		s.open[m.ID] = a
	}
}

func (s *calls) answer(m *codecs.Message) *Asked {
	if !s.inOrder {
		a := s.open[m.ID]
		if a == nil {
			return nil
		}
		m.Hint = a.Hint
		if m.End || m.Kind == codecs.Cancel {
			delete(s.open, m.ID)
		}
		return a
	}
	if s.lost || len(s.queue) == 0 || s.queue[0].talk {
		return nil
	}
	a := s.queue[0]
	m.ID, m.Hint = a.ID, a.Hint
	if m.End {
		s.queue = s.queue[1:]
	}
	return a
}

// talked gives the small talk whose answer comes next, nil if that is a call's or nobody's.
func (s *calls) talked() *Asked {
	if s.lost || len(s.queue) == 0 || !s.queue[0].talk {
		return nil
	}
	return s.queue[0]
}
