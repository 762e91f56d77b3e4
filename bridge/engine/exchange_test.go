package engine

import (
	"testing"
	"time"
)

// Only an exchange that nothing can refer to any more is used again.
func TestReuse(t *testing.T) {
	for _, c := range []struct {
		name string
		not  func(*exchange)
	}{
		{"plain", nil},
		{"no end was said", func(x *exchange) { x.spent = false }},
		{"the request is not whole", func(x *exchange) { x.whole = false }},
		{"a second attempt, a timer that fires, or a failure that is on its way", func(x *exchange) { x.kept = true }},
		{"it waited for a connection", func(x *exchange) { x.first.queued = true }},
		{"the reply waited for room", func(x *exchange) { x.out.since = time.Now() }},
		{"the request waited for room", func(x *exchange) { x.first.out.since = time.Now() }},
	} {
		x := &exchange{conn: &serverConn{}, spent: true, whole: true}
		x.conn.latest = x
		if c.not != nil {
			c.not(x)
		}
		conn := x.conn
		x.reuse()
		if got, want := x.conn == nil, c.not == nil; got != want {
			t.Errorf("%s: used again %v, want %v", c.name, got, want)
		}
		if got, want := conn.latest == nil, c.not == nil; got != want {
			t.Errorf("%s: forgotten by its connection %v, want %v", c.name, got, want)
		}
	}
}
