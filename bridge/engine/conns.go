package engine

import (
	"context"
	"sync"
)

// Conns is the client connections of one listener, over all the Servers that it has had. The zero Conns is empty and ready for
// use. Safe for concurrent use.
type Conns struct {
	mu    sync.Mutex
	set   map[*serverConn]struct{}
	empty chan struct{} // closed when the last one goes, if somebody waits
	left  bool          // Leave was called
}

// add says whether the connection is welcome. One that comes behind Leave must leave too.
func (s *Conns) add(c *serverConn) (welcome bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.set == nil {
		s.set = map[*serverConn]struct{}{}
	}
	s.set[c] = struct{}{}
	return !s.left
}

func (s *Conns) remove(c *serverConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.set, c)
	if len(s.set) == 0 && s.empty != nil {
		close(s.empty)
		s.empty = nil
	}
}

// Len is the number of connections.
func (s *Conns) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.set)
}

// Leave tells every client to go away, where the wire can say it, and closes each connection when its calls have ended; those
// that are just being opened, too.
func (s *Conns) Leave() {
	s.mu.Lock()
	s.left = true
	all := make([]*serverConn, 0, len(s.set))
	for c := range s.set {
		all = append(all, c)
	}
	s.mu.Unlock()
	for _, c := range all {
		c.home.post(task{do: c.leave})
	}
}

// Wait waits until no connection is left, or until ctx ends.
func (s *Conns) Wait(ctx context.Context) error {
	s.mu.Lock()
	if len(s.set) == 0 {
		s.mu.Unlock()
		return nil
	}
	if s.empty == nil {
		s.empty = make(chan struct{})
	}
	empty := s.empty
	s.mu.Unlock()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
