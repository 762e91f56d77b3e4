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

	// Set by Open on the home, or under the pool's mutex while the call waits there.
	conn *clientConn
	id   uint64
	req  codecs.Message // owned, while it waits for a connection
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
		cc = &clientCall{home: &x.conn.home}
	}
	cc.call, cc.back, cc.pool, cc.oneway = c, back, p, c.Req.Kind == codecs.Oneway
	return cc
}

// Send takes further messages of the request. The protocols there are send whole requests.
func (cc *clientCall) Send(m *codecs.Message) bool {
	m.Release()
	return true
}

// OnReady is of no use to whole requests.
func (cc *clientCall) OnReady(func()) {}

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
	cc.over = m.End
	cc.back.Send(m)
}

// fail ends the call from anywhere.
func (cc *clientCall) fail(s codecs.Status) {
	cc.home.post(task{to: cc, m: codecs.Message{Kind: codecs.Cancel, Header: codecs.Header{Status: s}}})
}
