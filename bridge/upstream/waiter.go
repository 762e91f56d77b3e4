package upstream

import (
	"container/list"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/engine"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// waiter is the way forward of a call that had to wait for its turn. It keeps the request until then, and later stands aside.
//
// A call from inside the process has no home: its turn may come while its caller cancels it. So the state is under the gate's mu.
type waiter struct {
	turn *turn
	call *codecs.Call
	req  codecs.Message // owned, until the call opens or is dropped

	// Guarded by the gate's mu.
	place    *list.Element    // in the queue; nil: not there any more
	kept     []codecs.Message // owned: what came behind req meanwhile
	ready    func()           // not told to fwd yet
	canceled *codecs.Status   // while it opened
	fwd      codecs.Stream    // nil: not open yet
}

// admit has the call opened on its home.
func (w *waiter) admit() { engine.Post(w.call, w.open) }

// open uses the turn, unless the call has been dropped since it got it. It runs on the home.
func (w *waiter) open() {
	if !w.begin() {
		w.turn.end()
		return
	}
	c := w.call
	c.Req = w.req.Move()
	if !c.Deadline.IsZero() && c.Req.Frame.Of == "" { // what it was told before it waited is too much
		c.Req.Timeout = max(time.Until(c.Deadline), time.Millisecond)
	}
	fwd := w.turn.gate.next.Open(c, w.turn)
	var ready func()
	again := false // what was sent was answered with a wait, and there is room now
	for {
		m, f, more := w.advance(fwd)
		if f != nil {
			ready = f
			fwd.OnReady(f)
		}
		if !more {
			break
		}
		again = fwd.Send(&m)
	}
	if again && ready != nil {
		ready()
	}
}

// begin says whether the call is still wanted. It is opened then.
func (w *waiter) begin() bool {
	g := w.turn.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if w.fwd != nil {
		return false
	}
	w.turn.opening = true
	return true
}

// advance gives the next thing to be told to fwd. When there is none the waiter stands aside: fwd takes what comes.
func (w *waiter) advance(fwd codecs.Stream) (m codecs.Message, ready func(), more bool) {
	g := w.turn.gate
	g.mu.Lock()
	ready, w.ready = w.ready, nil
	if len(w.kept) > 0 && w.canceled == nil {
		m, w.kept = w.kept[0], w.kept[1:]
		g.mu.Unlock()
		return m, ready, true
	}
	w.fwd, w.turn.opening = fwd, false
	w.release()
	g.waiting--
	canceled, settled := w.canceled, g.settled()
	g.mu.Unlock()
	settled()
	if canceled != nil {
		fwd.Cancel(*canceled)
	}
	return m, ready, false
}

// release gives up what was kept. Called under the gate's mu.
func (w *waiter) release() {
	for i := range w.kept {
		w.kept[i].Release()
	}
	w.kept = nil
}

// drop takes the call back before it has opened, and says whether it could.
func (w *waiter) drop() bool {
	g := w.turn.gate
	g.mu.Lock()
	if w.fwd != nil || w.turn.opening {
		g.mu.Unlock()
		return false
	}
	w.fwd = codecs.Gone
	if w.place != nil {
		g.queue.Remove(w.place)
		w.place = nil
	}
	w.req.Release()
	w.release()
	g.waiting--
	settled := g.settled()
	g.mu.Unlock()
	settled()
	return true
}

// Send keeps what comes while the call waits, and asks for no more of it.
func (w *waiter) Send(m *codecs.Message) bool {
	if fwd := w.keep(m); fwd != nil {
		return fwd.Send(m)
	}
	return false
}

func (w *waiter) keep(m *codecs.Message) codecs.Stream {
	g := w.turn.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if w.fwd == nil {
		m.Own()
		w.kept = append(w.kept, m.Move())
	}
	return w.fwd
}

// OnReady notes who is to be told that more may come.
func (w *waiter) OnReady(f func()) {
	g := w.turn.gate
	g.mu.Lock()
	fwd := w.fwd
	if fwd == nil {
		w.ready = f
	}
	g.mu.Unlock()
	if fwd != nil {
		fwd.OnReady(f)
	}
}

// Cancel ends the call. If it waits it surely reached no server.
func (w *waiter) Cancel(s codecs.Status) {
	if w.drop() {
		s.Unsent = true
		w.turn.back.Cancel(s)
		return
	}
	g := w.turn.gate
	g.mu.Lock()
	fwd := w.fwd
	if fwd == nil {
		w.canceled = &s
	}
	g.mu.Unlock()
	if fwd != nil {
		fwd.Cancel(s)
	}
}
