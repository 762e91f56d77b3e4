package engine

import (
	"fmt"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// clientConn is one connection to a server, shared by the calls of many clients.
type clientConn struct {
	link
	pool *Pool

	// Guarded by mu.
	calls   map[uint64]*clientCall // in flight by id; nil: a tombstone
	turns   turns                  // in flight in order, where the wire has no ids
	next    uint64                 // id
	tombs   int
	buried  time.Time // since when there are tombs
	leaving bool      // no new calls here
	ready   bool      // open, and the peer said Hello if it must
	lost    bool      // the peer's bytes make no sense any more
	pinged  bool      // a Pong is due
	heard   time.Time
	cause   codecs.Status // why it was closed, if we know

	housekeeping *time.Timer
	got          []delivery // of the batch that is being read; used by the reader alone, as are those below
	met          []*home
	freed        []woken // senders that may go on
}

type delivery struct {
	to *clientCall
	m  codecs.Message
}

// sharedMin is how many calls in flight make it likely that others are about to write to the same connection.
const sharedMin = 4

// batch is how many messages are decoded at most before they are delivered.
const batch = 64

func newClientConn(p *Pool) *clientConn {
	c := &clientConn{pool: p, calls: map[uint64]*clientCall{}, next: p.traits.IDs.First, heard: time.Now()}
	c.init(p.codec.Session(codecs.Client, p.set))
	c.mark = sharedMark
	return c
}

// OnOpen says hello and lets the waiting calls in.
func (c *clientConn) OnOpen(conn Conn) {
	c.mu.Lock()
	c.conn = conn
	err := c.speak(codecs.Message{Kind: codecs.Hello})
	c.ready = err == nil && !c.traits().Hello
	c.housekeeping = time.AfterFunc(c.pool.tick, c.keepHouse)
	c.mu.Unlock()
	if err != nil {
		conn.Close(err)
		return
	}
	c.flush()
	c.pool.freed(c)
}

func (c *clientConn) traits() *codecs.Traits { return &c.pool.traits }

// load is the number of calls in flight, tombstones included. Called under mu.
func (c *clientConn) load() int {
	if c.traits().InOrder {
		return c.turns.len()
	}
	return len(c.calls)
}

// send encodes a call's request if there is room for it; unless shut is fine, also for what follows. False: nothing was done, try
// elsewhere. An error: the call cannot be said on this wire.
func (c *clientConn) send(cc *clientCall, m *codecs.Message, shut bool) (sent bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ready || c.leaving || c.dead || c.load() >= c.pool.depth {
		return false, nil
	}
	if r, ok := c.sess.(codecs.Roomer); ok && !shut && !r.Room() {
		return false, nil
	}
	t := c.traits()
	if t.IDs.Max != 0 {
		for {
			m.ID = c.next
			if c.next += t.IDs.Step; c.next > t.IDs.Max {
				c.next = t.IDs.First
			}
			if _, taken := c.calls[m.ID]; !taken {
				break
			}
		}
	}
	id := m.ID
	part, err := c.encode(m)
	switch {
	case err == codecs.ErrFull:
		c.leaving = true
		return false, nil
	case err == codecs.ErrBusy:
		return false, nil
	case err != nil:
		return false, err
	}
	cc.conn, cc.id = c, id
	if part {
		m.Own()
		cc.out.rest = append([]codecs.Message{m.Move()}, cc.out.rest...)
	}
	if len(cc.out.rest) > 0 || cc.out.paused {
		for i := range cc.out.rest {
			cc.out.rest[i].ID = id
		}
		cc.out.paused, cc.out.said = false, cc.said
		c.hold(&cc.out)
	}
	switch {
	case t.InOrder:
		c.turns.push(cc)
	case !cc.oneway:
		c.calls[id] = cc
	}
	c.shared = c.load() >= sharedMin
	return true, nil
}

// more sends what follows a request. It runs on the call's home.
func (c *clientConn) more(cc *clientCall, m *codecs.Message) (more bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls[cc.id] != cc {
		m.Release() // it has been answered
		return true, nil
	}
	m.ID = cc.id
	if more, _, err = c.link.send(&cc.out, m); !more {
		cc.out.said = cc.said
	}
	cc.home.touch(&c.link)
	return more, err
}

// credit tells the server how much of a reply was taken. It runs on the call's home.
func (c *clientConn) credit(cc *clientCall) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls[cc.id] != cc {
		return
	}
	m := codecs.Message{Kind: codecs.Window, ID: cc.id, Credit: cc.owed}
	cc.owed = 0
	if err := c.speak(m); err != nil {
		c.closeWith(codecs.StatusOf(err))
	}
	cc.home.touch(&c.link)
}

// OnBytes decodes replies under the lock and delivers them without it, visiting each call's home.
func (c *clientConn) OnBytes(p []byte) (taken int) {
	for more := true; more; {
		var n int
		n, more = c.decodeBatch(p[taken:])
		taken += n
		c.deliverAll()
		wake(c.freed)
		c.freed = nil
		c.pool.freed(c)
	}
	for i, h := range c.met {
		h.settle()
		c.met[i] = nil
	}
	c.met = c.met[:0]
	c.flush()
	return taken
}

// decodeBatch takes as many messages as a batch holds. more: there may be others behind. A session that panics leaves no lock
// behind: this connection alone is lost.
func (c *clientConn) decodeBatch(p []byte) (taken int, more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard, c.pinged = time.Now(), false
	defer c.settled()
	for more = true; more && len(c.got) < batch; {
		if c.lost {
			return len(p), false
		}
		if c.dead || !c.enough(p[taken:]) {
			return taken, false
		}
		var n int
		n, more = c.decode(p[taken:])
		taken += n
	}
	return taken, more
}

// settled is what a connection has to say behind a batch: what it owes, and what was held back. Called under mu.
func (c *clientConn) settled() {
	if !c.traits().Stream || c.dead || c.lost {
		return
	}
	if err := c.owe(); err != nil {
		c.closeWith(codecs.StatusOf(err))
	}
	c.freed = c.pump()
}

// deliverAll visits each home once for what stands in a row for it.
func (c *clientConn) deliverAll() {
	for rest := c.got; len(rest) > 0; {
		h, n := rest[0].to.home, 1
		for n < len(rest) && rest[n].to.home == h {
			n++
		}
		h.visit(rest[:n])
		if k := len(c.met); k == 0 || c.met[k-1] != h {
			c.met = append(c.met, h)
		}
		rest = rest[n:]
	}
	clear(c.got)
	c.got = c.got[:0]
}

// decode takes one message and says whether another may follow. Called under mu.
func (c *clientConn) decode(p []byte) (n int, more bool) {
	if len(p) == 0 {
		return 0, false
	}
	c.got = append(c.got, delivery{})
	d := &c.got[len(c.got)-1]
	n, err := c.sess.Decode(&d.m, p)
	if err == nil && n == 0 {
		c.got = c.got[:len(c.got)-1]
		return 0, false
	}
	if err != nil && n == 0 {
		c.utter(d.m.Body.Bytes())
		c.got = c.got[:len(c.got)-1]
		c.lose(codecs.StatusOf(err))
		return 0, false
	}
	if err != nil {
		d.m = codecs.Message{Kind: codecs.Reply, End: true, Bare: true, ID: d.m.ID, Header: codecs.Header{Status: codecs.StatusOf(err)}}
	}
	if d.m.Kind == codecs.Goaway {
		m := d.m
		c.got = c.got[:len(c.got)-1]
		c.refused(&m)
		return n, true
	}
	if d.to = c.sort(&d.m); d.to == nil {
		d.m.Release()
		c.got = c.got[:len(c.got)-1]
	}
	return n, true
}

// sort finds the call that a message belongs to; nil: it was for the connection, or for nobody. Called under mu.
func (c *clientConn) sort(m *codecs.Message) *clientCall {
	switch m.Kind {
	case codecs.Reply, codecs.Data, codecs.Cancel:
		return c.find(m)
	case codecs.Ping:
		pong := codecs.Message{Kind: codecs.Pong, ID: m.ID, Hint: m.Hint, Body: m.Body}
		if err := c.speak(pong); err != nil {
			c.closeWith(codecs.StatusOf(err))
		}
	case codecs.Pong:
		if c.traits().InOrder {
			c.turns.pop()
		}
	case codecs.Hello:
		c.utter(m.Body.Bytes())
		c.ready = true
	case codecs.Control:
		c.utter(m.Body.Bytes())
		if m.End {
			c.retire()
		}
	default:
		c.utter(m.Body.Bytes())
	}
	return nil
}

// find takes the call of a reply out of the tables. A tombstone swallows it.
func (c *clientConn) find(m *codecs.Message) (cc *clientCall) {
	if c.traits().InOrder {
		var ok bool
		if cc, ok = c.turns.pop(); !ok {
			c.closeWith(codecs.Status{Code: codecs.Malformed, Text: fmt.Sprintf("%s: a reply that nobody asked for", c.pool.codec.Name())})
			return nil
		}
	} else {
		var ok bool
		if cc, ok = c.calls[m.ID]; !ok {
			return nil
		}
		if m.End || m.Kind == codecs.Cancel {
			delete(c.calls, m.ID)
			if cc != nil {
				c.drop(&cc.out)
			}
		}
	}
	if cc == nil {
		if c.tombs--; c.traits().InOrder {
			c.buried = time.Now() // the server goes on: what is behind is not owed for long
		}
	}
	if c.leaving {
		c.retire()
	}
	return cc
}
