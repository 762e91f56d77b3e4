package upstream

import (
	"container/list"
	"fmt"
	"sync"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// queueMax is how many calls wait at most for a turn at one endpoint.
const queueMax = 10_000

// gate lets so many calls at a time through to an endpoint. Further ones wait, first come, first served, no longer than their
// deadlines. Safe for concurrent use.
type gate struct {
	limit int
	next  codecs.Handler // the endpoint's connections

	mu      sync.Mutex
	taken   int       // turns that are held
	queue   list.List // of *waiter; not empty only while all turns are taken
	waiting int       // those in the queue, and those who have a turn and are not open yet
	empty   func()    // to be run, once, when nobody waits
}

// turn is one try of a call at the endpoint. It stands on the way back, because it is given back with the end of the try and not
// of the call: a call that is tried again must not wait for what it holds itself.
type turn struct {
	gate   *gate
	back   codecs.Stream
	waiter *waiter // nil: it need not wait

	held    bool // guarded by the gate's mu
	opening bool // from the queue, and Open has not returned; guarded by the gate's mu
}

// verdict is what the gate says to a call.
type verdict int

const (
	pass verdict = iota
	wait
	full
)

// Open lets a call through, has it wait, or refuses it where too many wait.
func (g *gate) Open(c *codecs.Call, back codecs.Stream) codecs.Stream {
	t := &turn{gate: g, back: back}
	c.Defer(t)
	v := g.enter(t)
	if v == wait {
		c.Req.Own()
		t.waiter = &waiter{turn: t, call: c, req: c.Req.Move()}
		if v = g.enter(t); v == wait {
			return t.waiter
		}
		c.Req, t.waiter = t.waiter.req.Move(), nil
	}
	if v == full {
		return codecs.Refuse(c, back, codecs.Status{Code: codecs.Unavailable, Unsent: true,
			Text: fmt.Sprintf("upstream: %d calls wait for a turn at %s, the limit", queueMax, c.To.Addr)})
	}
	return g.next.Open(c, t)
}

// enter gives a turn, if one is free. Else it takes the waiter into the queue, once there is one.
func (g *gate) enter(t *turn) verdict {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.taken < g.limit: // nobody is overtaken, as the queue is empty
		g.taken++
		t.held = true
		return pass
	case g.waiting >= queueMax:
		return full
	}
	if w := t.waiter; w != nil {
		w.place = g.queue.PushBack(w)
		g.waiting++
	}
	return wait
}

// whenEmpty has f run when nobody waits: now, or by whoever is the last.
func (g *gate) whenEmpty(f func()) {
	g.mu.Lock()
	g.empty = f
	f = g.settled()
	g.mu.Unlock()
	f()
}

// settled gives what is to be run now that nobody may wait any more. Called under mu; to be run without it.
func (g *gate) settled() func() {
	f := g.empty
	if f == nil || g.waiting > 0 {
		return func() {}
	}
	g.empty = nil
	return f
}

// end gives the turn back, if it is held, and passes it on to the first who waits.
func (t *turn) end() {
	g := t.gate
	g.mu.Lock()
	if !t.held {
		g.mu.Unlock()
		return
	}
	t.held = false
	g.taken--
	var first *waiter
	if e := g.queue.Front(); e != nil {
		first, _ = g.queue.Remove(e).(*waiter)
		first.place, first.turn.held = nil, true
		g.taken++
	}
	opening := t.opening
	g.mu.Unlock()
	switch {
	case first == nil:
	case opening: // calls that fail while they open, one behind the other, would make the stack as deep as the queue is long
		go first.admit()
	default:
		first.admit()
	}
}

// Send passes a reply on. The last one ends the try.
func (t *turn) Send(m *codecs.Message) bool {
	if m.End {
		t.end()
	}
	return t.back.Send(m)
}

// OnReady passes on who is to be told that the caller takes more.
func (t *turn) OnReady(f func()) { t.back.OnReady(f) }

// Cancel ends the try.
func (t *turn) Cancel(s codecs.Status) {
	t.end()
	t.back.Cancel(s)
}

// Ended gives back what a call still holds that ended in another way than by its replies.
func (t *turn) Ended(*codecs.Call, codecs.Status) {
	if t.waiter != nil {
		t.waiter.drop()
	}
	t.end()
}
