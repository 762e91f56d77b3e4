package h2

import (
	"fmt"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// Check says what does not add up in a session.
func Check(c codecs.Session) error {
	s := c.(*session)
	blocked, unread, granted := 0, 0, 0
	for id, st := range s.streams.open {
		switch {
		case st.id != id:
			return fmt.Errorf("stream %d is kept as %d", st.id, id)
		case st.recv < 0 || st.unread < 0 || st.send > maxWindow:
			return fmt.Errorf("stream %d: it may receive %d, %d are unread, it may send %d", id, st.recv, st.unread, st.send)
		case st.recv+st.unread > st.window || st.window < firstWindow || st.window > streamWindow:
			return fmt.Errorf("stream %d: it may receive %d of %d, and %d are unread", id, st.recv, st.window, st.unread)
		case s.side == codecs.Server && (st.endOut || !st.headIn), s.side == codecs.Client && st.endIn:
			return fmt.Errorf("stream %d is still there: %+v", id, *st)
		}
		unread += st.unread
		granted += st.window
		if st.out.pending {
			blocked++
		}
	}
	switch {
	case s.blocked != blocked:
		return fmt.Errorf("%d streams are blocked, and %d counted", blocked, s.blocked)
	case s.unread != unread:
		return fmt.Errorf("%d bytes are unread, and %d counted", unread, s.unread)
	case s.granted != granted:
		return fmt.Errorf("streams have windows of %d bytes, and %d counted", granted, s.granted)
	case s.send < 0 || s.recv < 0 || s.flood > budgetMax:
		return fmt.Errorf("it may send %d and receive %d, its budget is %d", s.send, s.recv, s.flood)
	case s.side == codecs.Server && s.streams.len() > s.set.Calls:
		return fmt.Errorf("%d streams are open", s.streams.len())
	}
	return nil
}
