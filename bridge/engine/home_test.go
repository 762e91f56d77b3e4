package engine

import (
	"errors"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// order notes the ids of the replies of a call.
type order struct{ ids []uint64 }

func (o *order) Send(m *codecs.Message) bool {
	o.ids = append(o.ids, m.ID)
	m.Release()
	return true
}

func (o *order) OnReady(func())       {}
func (o *order) Cancel(codecs.Status) {}

// A visit that comes when the runner has looked at its queue for the last time, but has not come back for what is new in it, must not
// overtake what an earlier visit has left there.
func TestVisitsKeepTheirOrder(t *testing.T) {
	h, got := new(home), new(order)
	cc := &clientCall{call: new(codecs.Call), back: got, home: h}
	h.run.Lock()
	h.visit([]delivery{{cc, codecs.Message{Kind: codecs.Reply, Bare: true, ID: 1}}})
	h.run.Unlock()
	h.visit([]delivery{{cc, codecs.Message{Kind: codecs.Data, End: true, ID: 2}}})
	h.settle()
	if len(got.ids) != 2 || got.ids[0] != 1 || got.ids[1] != 2 {
		t.Errorf("replies came in the order %v, want [1 2]", got.ids)
	}
}

// closing notes why it was closed.
type closing struct {
	Conn
	cause error
}

func (c *closing) Close(err error) { c.cause = err }

// TestPanicsOnHomes: a task that panics, on whatever goroutine, costs its client the connection, and the home goes on for those that
// tidy up. A call from inside the process has no connection to lose.
func TestPanicsOnHomes(t *testing.T) {
	conn := new(closing)
	h := &home{own: &link{conn: conn}}
	h.own.init(nil)
	done := false
	h.post(task{do: func() {
		h.post(task{do: func() { done = true }})
		panic("a stage")
	}})
	var p *Panic
	if !errors.As(conn.cause, &p) || p.Value != "a stage" || len(p.Stack) == 0 {
		t.Errorf("closed for %v", conn.cause)
	}
	if !done || !h.run.TryLock() {
		t.Error("the home stands still")
	}
	defer func() {
		if recover() == nil {
			t.Error("nobody heard of the panic")
		}
	}()
	(&home{}).post(task{do: func() { panic("a stage") }})
}
