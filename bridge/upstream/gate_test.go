package upstream

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// server stands for an endpoint's connections: calls stay with it until the test ends them.
type server struct {
	order   []string // methods, as they came
	body    string   // of the last that came
	timeout time.Duration
	open    []*opened
	fail    bool   // calls fail as they open
	hook    func() // runs while a call opens
}

// opened is a call that has come to the server.
type opened struct {
	c        *codecs.Call
	back     codecs.Stream
	got      []string // what came behind the request
	ready    func()
	slow     bool // asks for a pause with each message
	canceled codecs.Status
}

func (s *server) Open(c *codecs.Call, back codecs.Stream) codecs.Stream {
	s.order = append(s.order, c.Req.Method)
	s.body = string(c.Req.Body.Bytes())
	s.timeout = c.Req.Timeout
	if s.hook != nil {
		s.hook()
	}
	if s.fail {
		return codecs.Refuse(c, back, codecs.Status{Code: codecs.Internal})
	}
	o := &opened{c: c, back: back, slow: strings.HasPrefix(c.Req.Method, "slow")}
	c.Req.Release()
	s.open = append(s.open, o)
	return o
}

func (o *opened) Send(m *codecs.Message) bool {
	o.got = append(o.got, string(m.Body.Bytes()))
	m.Release()
	return !o.slow
}
func (o *opened) OnReady(f func()) { o.ready = f }
func (o *opened) Cancel(s codecs.Status) {
	o.canceled = s
	o.back.Cancel(s)
}

// reply ends the i-th open call.
func (s *server) reply(i int) {
	o := s.open[i]
	s.open = slices.Delete(s.open, i, i+1)
	o.back.Send(&codecs.Message{Kind: codecs.Reply, End: true})
}

// client makes one call and keeps how it ended.
type client struct {
	c    *codecs.Call
	fwd  codecs.Stream
	ends []codecs.Status
	then func() // runs when an end comes, before the call ends
}

func (c *client) Send(m *codecs.Message) bool {
	c.end(m.Status)
	m.Release()
	return true
}
func (c *client) OnReady(func())         {}
func (c *client) Cancel(s codecs.Status) { c.end(s) }

func (c *client) end(s codecs.Status) {
	c.ends = append(c.ends, s)
	if then := c.then; then != nil {
		c.then = nil
		then()
		return
	}
	c.c.End(s)
}

// call opens a call of a method, with a borrowed body.
func call(h codecs.Handler, method string) *client {
	c := &client{c: &codecs.Call{To: codecs.Target{Addr: "a"}}}
	c.c.Req = codecs.Message{Kind: codecs.Request, End: true, Body: wire.Borrow([]byte("body of " + method))}
	c.c.Req.Method = method
	c.fwd = h.Open(c.c, c)
	return c
}

func calls(h codecs.Handler, n int) []*client {
	var all []*client
	for i := range n {
		all = append(all, call(h, fmt.Sprint(i)))
	}
	return all
}

// newGate makes a gate that must be as it was at the end.
func newGate(t *testing.T, limit int) (*gate, *server) {
	t.Helper()
	s := &server{}
	g := &gate{limit: limit, next: s}
	before := wire.Outstanding()
	t.Cleanup(func() {
		if g.taken != 0 || g.waiting != 0 || g.queue.Len() != 0 {
			t.Errorf("%d turns are taken, %d calls wait, %d in the queue: want none", g.taken, g.waiting, g.queue.Len())
		}
		if n := wire.Outstanding() - before; n != 0 {
			t.Errorf("%d bodies were not released", n)
		}
	})
	return g, s
}

func wantOrder(t *testing.T, s *server, want string) {
	t.Helper()
	if got := strings.Join(s.order, " "); got != want {
		t.Errorf("the server has seen %q, want %q", got, want)
	}
}

func TestTurnsInOrder(t *testing.T) {
	g, s := newGate(t, 2)
	all := calls(g, 6)
	wantOrder(t, s, "0 1")
	s.reply(1)
	wantOrder(t, s, "0 1 2")
	s.open[0].back.Cancel(codecs.Status{Code: codecs.Unavailable})
	s.open = s.open[1:]
	wantOrder(t, s, "0 1 2 3")
	for len(s.open) > 0 {
		s.reply(0)
	}
	wantOrder(t, s, "0 1 2 3 4 5")
	for i, c := range all {
		if len(c.ends) != 1 {
			t.Errorf("call %d has ended %d times", i, len(c.ends))
		}
	}
}

func TestQueueIsBounded(t *testing.T) {
	g, s := newGate(t, 1)
	calls(g, 1+queueMax)
	over := call(g, "over")
	if len(over.ends) != 1 || over.ends[0].Code != codecs.Unavailable || !over.ends[0].Unsent || over.fwd != codecs.Gone {
		t.Errorf("the call over the limit of the queue: %v", over.ends)
	}
	for len(s.open) > 0 {
		s.reply(0)
	}
	if len(s.order) != 1+queueMax {
		t.Errorf("%d calls have come", len(s.order))
	}
}

// TestWaitEndsBeforeTheTurn: a call that is given up while it waits has surely reached no server, and costs nobody a turn.
func TestWaitEndsBeforeTheTurn(t *testing.T) {
	g, s := newGate(t, 1)
	all := calls(g, 4)
	all[1].fwd.Cancel(codecs.Status{Code: codecs.Expired})
	all[1].fwd.Cancel(codecs.Status{Code: codecs.Canceled})
	if len(all[1].ends) != 1 || all[1].ends[0].Code != codecs.Expired || !all[1].ends[0].Unsent {
		t.Errorf("a call whose deadline passed in the queue: %v", all[1].ends)
	}
	all[2].c.End(codecs.Status{Code: codecs.Canceled}) // by a stage that does not pass a Cancel on
	s.reply(0)
	wantOrder(t, s, "0 3")
	all[3].fwd.Cancel(codecs.Status{Code: codecs.Canceled}) // is with the server
	if len(all[3].ends) != 1 || all[3].ends[0].Unsent {
		t.Errorf("a call that was canceled at the server: %v", all[3].ends)
	}
}

// TestEndedWithoutReply: the end of the call gives back what no reply has.
func TestEndedWithoutReply(t *testing.T) {
	g, s := newGate(t, 1)
	all := calls(g, 2)
	all[0].c.End(codecs.Status{Code: codecs.Canceled})
	wantOrder(t, s, "0 1")
	s.reply(0) // late, and of a call that holds nothing any more
	s.reply(0)
}

// TestTriedAgain: a try does not wait for the turn of the try before it.
func TestTriedAgain(t *testing.T) {
	g, s := newGate(t, 1)
	c := &client{c: &codecs.Call{}}
	c.c.Req.Method = "first"
	c.then = func() {
		c.c.Req.Method = "second"
		c.fwd = g.Open(c.c, c)
	}
	c.fwd = g.Open(c.c, c)
	s.reply(0)
	wantOrder(t, s, "first second")
	s.reply(0)
	if len(c.ends) != 2 {
		t.Errorf("%d tries have ended", len(c.ends))
	}
}

// TestWhatIsKept: the request and what comes behind it are whole when the turn comes, and the time that was spent is taken off.
func TestWhatIsKept(t *testing.T) {
	for _, tc := range []struct {
		method string
		readys int // that the sender is told
	}{{"quick", 1}, {"slow", 0}} {
		g, s := newGate(t, 1)
		first := call(g, "first")
		c := &client{c: &codecs.Call{Deadline: time.Now().Add(time.Minute)}}
		p := []byte("request")
		c.c.Req = codecs.Message{Kind: codecs.Request, Body: wire.Borrow(p)}
		c.c.Req.Method, c.c.Req.Timeout = tc.method, time.Hour
		c.fwd = g.Open(c.c, c)
		readys := 0
		c.fwd.OnReady(func() { readys++ })
		piece := []byte("one")
		if c.fwd.Send(&codecs.Message{Kind: codecs.Data, Body: wire.Borrow(piece)}) {
			t.Errorf("%s: a call that waits takes more", tc.method)
		}
		copy(p, "-------")
		copy(piece, "two")
		c.fwd.Send(&codecs.Message{Kind: codecs.Data, End: true, Body: wire.Borrow(piece)})
		copy(piece, "---")
		first.fwd.Cancel(codecs.Status{})
		s.open = s.open[1:]
		o := s.open[0]
		if s.body != "request" || strings.Join(o.got, " ") != "one two" {
			t.Errorf("%s: the server has %q and %q", tc.method, s.body, o.got)
		}
		if s.timeout > time.Minute || s.timeout < time.Second {
			t.Errorf("%s: the server is told %v of the minute that is left", tc.method, s.timeout)
		}
		if readys != tc.readys || o.ready == nil {
			t.Errorf("%s: the sender was told %d times, want %d; the server can tell it: %v", tc.method, readys, tc.readys, o.ready != nil)
		}
		if c.fwd.Send(&codecs.Message{Kind: codecs.Data}) == o.slow {
			t.Errorf("%s: what comes later does not go straight to the server", tc.method)
		}
		s.reply(0)
	}
}

// TestDroppedWithPieces: what was kept for a call that is given up is given back, and what comes later goes nowhere.
func TestDroppedWithPieces(t *testing.T) {
	g, s := newGate(t, 1)
	all := calls(g, 2)
	all[1].fwd.Send(&codecs.Message{Kind: codecs.Data, Body: wire.Borrow([]byte("piece"))})
	all[1].fwd.Cancel(codecs.Status{Code: codecs.Canceled})
	if !all[1].fwd.Send(&codecs.Message{Kind: codecs.Data, Body: wire.Borrow([]byte("piece"))}) {
		t.Error("a call that is over asks its sender to wait")
	}
	all[1].fwd.OnReady(func() { t.Error("the sender of a call that is over was told to go on") })
	s.reply(0)
}

// TestCanceledWhileItOpens: only a call from inside the process can be, from another goroutine.
func TestCanceledWhileItOpens(t *testing.T) {
	g, s := newGate(t, 1)
	all := calls(g, 2)
	all[1].fwd.Send(&codecs.Message{Kind: codecs.Data, Body: wire.Borrow([]byte("piece"))})
	s.hook = func() {
		s.hook = nil
		all[1].fwd.Cancel(codecs.Status{Code: codecs.Canceled})
	}
	s.reply(0)
	if o := s.open[0]; o.canceled.Code != codecs.Canceled || len(o.got) != 0 {
		t.Errorf("the server was told %v, and has %q", o.canceled, o.got)
	}
	if len(all[1].ends) != 1 {
		t.Errorf("the call has ended %d times", len(all[1].ends))
	}
}

// TestLongQueueThatFails: calls that fail as they open let the next one in, and all of them end.
func TestLongQueueThatFails(t *testing.T) {
	g, s := newGate(t, 1)
	calls(g, 1+queueMax)
	done := make(chan struct{})
	s.fail = true
	g.whenEmpty(func() { close(done) })
	deepest := 0
	s.hook = func() {
		var pcs [256]uintptr
		deepest = max(deepest, runtime.Callers(0, pcs[:]))
	}
	s.reply(0)
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("not all calls have ended")
	}
	g.mu.Lock() // what the goroutines did is seen
	defer g.mu.Unlock()
	if len(s.order) != 1+queueMax || deepest > 100 {
		t.Errorf("%d calls have come, the stack was %d deep", len(s.order), deepest)
	}
}

// TestCloseWaits: calls that wait when a reload takes their cluster away still have their turns.
func TestCloseWaits(t *testing.T) {
	g, s := newGate(t, 1)
	calls(g, 2)
	closed := false
	s.hook = func() {
		if closed {
			t.Error("closed before the last call was open")
		}
	}
	g.whenEmpty(func() { closed = true })
	if closed {
		t.Error("closed while a call waits")
	}
	s.reply(0)
	if !closed {
		t.Error("not closed when nobody waits")
	}
	s.reply(0)
	s.hook = nil
	last, dropped := call(g, "last"), call(g, "dropped")
	closed = false
	g.whenEmpty(func() { closed = true })
	dropped.fwd.Cancel(codecs.Status{})
	if !closed {
		t.Error("not closed when the last is given up")
	}
	last.fwd.Cancel(codecs.Status{})
}

// TestTurnsUnderContention: many callers at once, of whom some give up, never go over the limit, and leave nothing behind.
func TestTurnsUnderContention(t *testing.T) {
	const limit, callers, each = 3, 16, 200
	var busy, most, served atomic.Int64
	g := &gate{limit: limit}
	g.next = codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
		n := busy.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		c.Req.Release()
		go func() {
			runtime.Gosched()
			busy.Add(-1)
			served.Add(1)
			back.Send(&codecs.Message{Kind: codecs.Reply, End: true})
		}()
		return codecs.Gone
	})
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			for j := range each {
				ctx, cancel := context.WithCancel(t.Context())
				if (i+j)%5 == 0 {
					cancel()
				}
				m, err := codecs.Wait(ctx, g, &codecs.Call{Req: codecs.Message{Kind: codecs.Request, End: true}})
				cancel()
				if err == nil && m.Status.Code != codecs.OK {
					t.Errorf("%v", m.Status)
				}
				m.Release()
			}
		})
	}
	wg.Wait()
	empty := func() bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.taken == 0 && g.waiting == 0 && g.queue.Len() == 0
	}
	for end := time.Now().Add(30 * time.Second); !empty(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("%d turns are taken, %d calls wait", g.taken, g.waiting)
		}
	}
	if m := most.Load(); m > limit || served.Load() < callers*each*4/5 {
		t.Errorf("%d at a time with a limit of %d; %d served", m, limit, served.Load())
	}
}

func TestPassingAllocatesATurn(t *testing.T) {
	back := &client{c: &codecs.Call{}}
	g := &gate{limit: 1, next: codecs.HandlerFunc(func(_ *codecs.Call, back codecs.Stream) codecs.Stream {
		back.Cancel(codecs.Status{})
		return codecs.Gone
	})}
	n := testing.AllocsPerRun(100, func() {
		back.ends = back.ends[:0]
		g.Open(&codecs.Call{}, back)
	})
	if n > 2 { // the call itself and its turn
		t.Errorf("a call that need not wait makes %v allocations", n)
	}
}
