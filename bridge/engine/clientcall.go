package engine

import "github.com/dragoman-rpc/dragoman/codecs"

// clientCall is one call on its way to a server: the forward stream that the stages before it hold, and where its replies go.
type clientCall struct {
	call *codecs.Call
	back codecs.Stream
	home *home
	pool *Pool

	over bool // the end went back, or the call was canceled; used on the home

	oneway bool
	alone  bool // not from a client connection: the home is this call's own

	queued bool   // it waited for a connection: look at conn under the pool's mutex
	heard  bool   // a reply has begun
	stuck  bool   // the way back has told us to pause
	owed   uint32 // window bytes of the reply that the way back has not taken

	// Set by Open on the home, or under the pool's mutex while the call waits there.
	conn *clientConn
	id   uint64
	req  codecs.Message // owned, while it waits for a connection

	out sending // what follows the request
}

// newClientCall takes the place that the exchange keeps for its first attempt, or makes one.
func newClientCall(c *codecs.Call, back codecs.Stream, p *Pool) *clientCall {
	var cc *clientCall
	x, _ := c.Local.(*exchange)
	switch {
	case x == nil:
		cc = &clientCall{home: new(home), alone: true}
	case x.first.pool == nil:
		cc = &x.first
		cc.home = &x.conn.home
	default:
		cc, x.kept = &clientCall{home: &x.conn.home}, true
	}
	cc.call, cc.back, cc.pool, cc.oneway = c, back, p, c.Req.Kind == codecs.Oneway
	cc.out.home = cc.home
	return cc
}

// Send takes further messages of the request, as far as the server's window allows. Those of a call that waits for a connection
// wait with it.
func (cc *clientCall) Send(m *codecs.Message) bool {
	if cc.alone && !cc.home.run.TryLock() {
		m.Own()
		late := *m
		cc.home.post(task{do: func() { cc.send(&late) }})
		return true
	} else if cc.alone {
		defer cc.home.leave()
		cc.home.drain() // what was queued comes first
	}
	return cc.send(m)
}

func (cc *clientCall) send(m *codecs.Message) bool {
	switch {
	case cc.over:
		m.Release()
		return true
	case cc.queued && cc.pool.keep(cc, m):
		return false
	}
	more, err := cc.conn.more(cc, m)
	if err != nil {
		m.Release()
		s := codecs.StatusOf(err)
		cc.conn.abandon(cc, s)
		cc.fail(s)
	}
	return more
}

// OnReady implements codecs.Stream.
func (cc *clientCall) OnReady(f func()) { cc.out.ready = f }

// said is told that what waited of the request never will be said.
func (cc *clientCall) said(err error) {
	if err != nil {
		s := codecs.StatusOf(err)
		cc.conn.abandon(cc, s)
		cc.fail(s)
	}
}

// Cancel ends the call: the server is told where its wire can say it, else the place in the tables becomes a tombstone.
func (cc *clientCall) Cancel(s codecs.Status) {
	if cc.alone {
		cc.home.post(task{do: func() { cc.cancel(s) }})
		return
	}
	cc.cancel(s)
}

func (cc *clientCall) cancel(s codecs.Status) {
	if cc.over {
		return
	}
	cc.over = true
	if !cc.pool.drop(cc) && cc.conn != nil {
		cc.conn.abandon(cc, s)
	}
	cc.back.Cancel(s)
}

// deliver passes a message of the server on. It runs on the home.
func (cc *clientCall) deliver(m *codecs.Message) {
	if cc.over {
		m.Release()
		return
	}
	if m.Kind == codecs.Cancel {
		cc.over = true
		cc.back.Cancel(m.Status)
		return
	}
	if cc.over = m.End; m.End {
		cc.back.Send(m)
		if x, _ := cc.call.Local.(*exchange); x != nil && cc == &x.first {
			x.reuse()
		}
		return
	}
	if !cc.heard {
		cc.heard = true
		cc.listen()
	}
	credit := m.Credit
	if !cc.back.Send(m) {
		cc.stuck = true
	}
	cc.took(credit)
}

// took gives the server's window back what the way back has taken. It runs on the home.
func (cc *clientCall) took(credit uint32) {
	cc.owed += credit
	if cc.stuck || cc.over || cc.owed < creditMin {
		return
	}
	cc.conn.credit(cc)
}

// listen has the way back tell when it has room again. Who calls from inside the process tells it from anywhere.
func (cc *clientCall) listen() {
	ready := cc.resume
	if cc.alone {
		ready = func() { cc.home.post(task{do: cc.resume}) }
	}
	cc.back.OnReady(ready)
}

// resume reads on, of this call.
func (cc *clientCall) resume() {
	cc.stuck = false
	cc.took(0)
}

// fail ends the call from anywhere.
func (cc *clientCall) fail(s codecs.Status) {
	cc.home.post(task{to: cc, m: codecs.Message{Kind: codecs.Cancel, Header: codecs.Header{Status: s}}})
}
