package engine

import (
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
