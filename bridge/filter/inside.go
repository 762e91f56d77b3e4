package filter

import (
	"sync"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// Inside makes a home for calls that come from inside the process, on any goroutine. The stages expect that everything of a call is
// done on its home, one thing at a time, and only a client connection is one already. Forward, at the other end of the chain, brings
// to the home what a server's connection has to say. The stream that Inside gives may be used from any goroutine, and never blocks.
func Inside() codecs.Filter {
	return func(next codecs.Handler) codecs.Handler {
		return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
			if c.Local != nil {
				return next.Open(c, back)
			}
			h := new(inside)
			c.Local = h
			s := &brought{home: h}
			h.do(func() { s.to = next.Open(c, back) })
			return s
		})
	}
}

// Forward is the end of the chain: the endpoint's connections.
var Forward codecs.Handler = codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
	h, ok := c.Local.(*inside)
	if !ok {
		return c.To.Via.Open(c, back)
	}
	return waking{c.To.Via.Open(c, &brought{home: h, to: back}), h}
})

// inside is the home of one call. Whoever finds it idle does what is to be done, and what others bring meanwhile.
type inside struct {
	mu   sync.Mutex
	busy bool
	todo []func()
}

// take takes the home if it is idle, and otherwise leaves there what late makes.
func (h *inside) take(late func() func()) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.busy {
		h.todo = append(h.todo, late())
		return false
	}
	h.busy = true
	return true
}

// leave does what was brought meanwhile, and gives the home back.
func (h *inside) leave() {
	for {
		h.mu.Lock()
		todo := h.todo
		h.todo = nil
		h.busy = len(todo) > 0
		h.mu.Unlock()
		if len(todo) == 0 {
			return
		}
		for _, f := range todo {
			f()
		}
	}
}

// do runs f on the home, now or soon.
func (h *inside) do(f func()) {
	if h.take(func() func() { return f }) {
		f()
		h.leave()
	}
}

// brought is a stream whose messages are brought to the home.
type brought struct {
	home  *inside
	to    codecs.Stream // used on the home, as is ready
	ready func()        // of the sender; nil: it does not listen
}

// Send asks for a pause if the message must wait for its turn.
func (b *brought) Send(m *codecs.Message) bool {
	now := b.home.take(func() func() {
		m.Own()
		late := *m
		return func() {
			if b.to.Send(&late) && b.ready != nil {
				b.ready()
			}
		}
	})
	if !now {
		return false
	}
	defer b.home.leave()
	return b.to.Send(m)
}

// OnReady implements codecs.Stream. f runs on the goroutine of whoever makes the room.
func (b *brought) OnReady(f func()) {
	b.home.do(func() {
		b.ready = f
		b.to.OnReady(f)
	})
}

// Cancel implements codecs.Stream.
func (b *brought) Cancel(s codecs.Status) { b.home.do(func() { b.to.Cancel(s) }) }

// waking is a server's stream, which is used on the home, and whose connection tells from elsewhere that there is room.
type waking struct {
	codecs.Stream
	home *inside
}

// OnReady implements codecs.Stream.
func (w waking) OnReady(f func()) { w.Stream.OnReady(func() { w.home.do(f) }) }
