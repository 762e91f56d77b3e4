package engine

import (
	"slices"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// sending is one direction of a call on its way out of a connection. What the peer's window or a full outbox holds back waits
// here. How much that can be is bounded by the window of the side it comes from, whose sender is told to pause.
type sending struct {
	home *home

	// Guarded by the link's mu; for a call that waits for a connection, by the pool's.
	rest   []codecs.Message // owned, in order; the first may be half said
	paused bool             // the sender was told to wait: the sending is in the link's held
	broken bool             // it takes nothing more
	since  time.Time        // when it was paused, or last got something out

	ready func()      // the sender may go on; run on the home; nil: it does not listen
	said  func(error) // a rest with End was said, or the rest never will be; run on the home; nil: nobody asks
}

const (
	outboxMark = 64 << 10  // bytes in an outbox over which senders of streams wait
	sharedMark = 256 << 10 // the same for a connection that many clients share
	outboxMost = 8 << 20   // bytes over which a peer that asks and does not read is left
)

// waited says whether it ever was held back: whoever was to wake it may still refer to it.
func (s *sending) waited() bool { return !s.since.IsZero() }

// backlog is how many bytes wait to leave. Called under mu.
func (l *link) backlog() int { return l.queued + l.unwritten() }

// send encodes m as far as there is room, and keeps the rest. more: the sender need not pause. done: all was said. With an error
// nothing was taken over. Called under mu.
func (l *link) send(s *sending, m *codecs.Message) (more, done bool, err error) {
	if s.broken {
		m.Release()
		return true, true, nil
	}
	if len(s.rest) == 0 && l.backlog() < l.mark {
		part, err := l.encode(m)
		if err != nil {
			return true, true, err
		}
		if !part {
			if more = l.backlog() < l.mark; !more {
				l.hold(s)
				l.tight = true
			}
			return more, true, nil
		}
	} else if len(s.rest) == 0 {
		l.tight = true
	}
	m.Own()
	s.rest = append(s.rest, *m)
	l.hold(s)
	return false, false, nil
}

// hold notes that a sender was told to wait. Called under mu.
func (l *link) hold(s *sending) {
	if s.paused {
		return
	}
	s.paused, s.since = true, time.Now()
	l.held = append(l.held, s)
}

// discard gives up what a sending has still to say. Called under mu.
func (s *sending) discard() {
	for i := range s.rest {
		s.rest[i].Release()
	}
	s.rest, s.broken = nil, true
}

// drop discards, and forgets the sending. Called under mu.
func (l *link) drop(s *sending) {
	s.discard()
	if s.paused {
		s.paused = false
		l.held = slices.DeleteFunc(l.held, func(x *sending) bool { return x == s })
	}
}

// woken is a sending that need not wait any longer.
type woken struct {
	s   *sending
	end bool  // its last message was said
	err error // the rest never will be
}

// pump says what was held back, as far as there is room now. The caller wakes those it gives, without the lock. Called under mu.
func (l *link) pump() (free []woken) {
	if len(l.held) == 0 {
		return nil
	}
	turn := l.held
	l.held, l.tight = nil, false
	for i, s := range turn {
		if l.backlog() >= l.mark {
			l.tight = true
			l.held = append(turn[i:], l.held...) // the next room is for those that had none
			return free
		}
		w := woken{s: s}
		if !l.sayRest(&w) {
			l.held = append(l.held, s)
			continue
		}
		s.paused = false
		free = append(free, w)
	}
	return free
}

// sayRest says the rest of one sending, and whether there is no more of it. Called under mu.
func (l *link) sayRest(w *woken) bool {
	s := w.s
	for len(s.rest) > 0 {
		m := &s.rest[0]
		before, end := m.Body.Len(), m.End
		part, err := l.encode(m)
		if err != nil {
			w.err = err
			s.discard()
			return true
		}
		if !part || m.Body.Len() != before {
			s.since = time.Now()
		}
		if part {
			return false
		}
		s.rest[0] = codecs.Message{}
		s.rest, w.end = s.rest[1:], end
	}
	s.rest = nil
	return true
}

// starved gives up what the peer has taken nothing of for so long. The caller wakes those it gives, without the lock. Called under
// mu.
func (l *link) starved(limit time.Duration) (lost []woken) {
	var kept []*sending
	for _, s := range l.held {
		if time.Since(s.since) < limit {
			kept = append(kept, s)
			continue
		}
		s.discard()
		s.paused = false
		lost = append(lost, woken{s: s, err: codecs.Errorf(codecs.Unavailable, "engine: the reader has taken nothing for %v", limit)})
	}
	if len(lost) > 0 {
		l.held = kept
	}
	return lost
}

// wake tells senders, each on its own home. Not called under mu.
func wake(all []woken) {
	for i := range all {
		w := all[i]
		w.s.home.post(task{do: w.tell})
	}
}

func (w *woken) tell() {
	switch s := w.s; {
	case w.end || w.err != nil:
		if s.said != nil {
			s.said(w.err)
		}
	case s.ready != nil:
		s.ready()
	}
}
