package engine

import (
	"net/netip"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/clock"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// Server is the server half for one listener and one protocol. The fields are set before the first connection. Safe for
// concurrent use.
type Server struct {
	Handler  func() codecs.Handler // asked once for each batch, so that a reload takes effect
	Codec    codecs.Codec
	Settings codecs.Settings
	Origin   codecs.Origin // what all its connections share
	Wheel    *clock.Wheel
	Calls    int           // in flight per connection, over which it is no longer read; default 1024
	Idle     time.Duration // after which a connection without a call is told to go; 0: never
	Request  time.Duration // that a request may take to arrive once it has begun; default 30 s
	Conns    *Conns
	// Failed is told of framing lost and of calls that never opened. It must not block. May be nil.
	Failed func(codecs.Protocol, codecs.Status)
}

const (
	outboxMax   = 1 << 20          // bytes that may wait for a slow client before it is no longer read
	repliesMax  = 16 << 20         // bytes of replies that the calls in flight of one client may come to
	firstMean   = 128 << 10        // of a reply, before there was one
	requestTime = 30 * time.Second // default of Server.Request
)

// Peer makes the state of one connection from addr to local. identity is proven, or empty.
func (s *Server) Peer(addr netip.AddrPort, local, identity string) Peer {
	c := &serverConn{srv: s, from: s.Origin, mean: firstMean}
	set := s.Settings
	set.Addr, set.Calls = local, s.Calls
	set = set.WithDefaults()
	c.init(s.Codec.Session(codecs.Server, set))
	c.home.own = &c.link
	c.traits = s.Codec.Traits()
	if c.traits.Stream {
		c.calls.byID = map[uint64]*exchange{}
	}
	c.from.Codec, c.from.Session, c.from.Protocol = s.Codec, c.sess, s.Codec.Name()
	c.from.Peer, c.from.Identity = addr, identity
	c.from.Traits = &c.traits
	c.from.Loopback = addr.Addr().IsLoopback()
	return c
}

// serverConn is one connection from a client, and the home of its calls.
type serverConn struct {
	link
	home
	srv    *Server
	from   codecs.Origin
	traits codecs.Traits

	// Guarded by mu.
	slots  slots
	calls  exchanges     // in flight
	full   bool          // no longer read
	fin    bool          // no more requests will come: close when the last reply is out
	eof    bool          // no more bytes will
	last   codecs.Status // last words, if framing was lost
	said   []byte        // what the session wants said with them
	heard  time.Time
	lapse  *time.Timer // looks for idleness
	mean   int         // bytes of a reply, of late
	latest *exchange   // the call opened last; used on the home
	begun  bool        // a request has begun to arrive and is not whole; used on the home
	late   *time.Timer // runs while begun

	parting *time.Timer // runs while the client is told to go
	tongues []tongue    // the protocols of its calls, where it shares a wire; used on the home

	got []codecs.Message // of the batch that is being read; used by the reader alone
}

func (c *serverConn) OnOpen(conn Conn) {
	welcome := c.srv.Conns.add(c)
	c.link.mu.Lock()
	c.conn = conn
	if c.srv.Idle > 0 {
		c.heard = time.Now()
		c.lapse = time.AfterFunc(c.srv.Idle, c.checkIdle)
	}
	err := c.speak(codecs.Message{Kind: codecs.Hello})
	c.link.mu.Unlock()
	if err != nil {
		conn.Close(err)
		return
	}
	c.flush()
	if !welcome {
		c.home.post(task{do: c.leave})
	}
}

// maxCalls is how many calls may be in flight: fewer where replies are large, for a client may read none of them.
func (c *serverConn) maxCalls() int {
	most := c.srv.Calls
	if most <= 0 {
		most = 1024
	}
	return max(1, min(most, repliesMax/c.mean))
}

// OnBytes decodes requests under the lock and opens them without it, on the home.
func (c *serverConn) OnBytes(p []byte) (taken int) {
	c.home.lock()
	defer c.home.leave() // also if a session or a stage panics: then this connection alone is lost
	h := c.srv.Handler()
	for {
		n, more := c.decodeBatch(p[taken:])
		taken += n
		for i := range c.got {
			c.open(h, &c.got[i])
			c.got[i] = codecs.Message{}
		}
		c.got = c.got[:0]
		if !more {
			break
		}
	}
	c.wind()
	c.clock(taken < len(p), taken > 0)
	return taken
}

// decodeBatch takes as many messages as a batch holds. more: there may be others behind.
func (c *serverConn) decodeBatch(p []byte) (taken int, more bool) {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.lapse != nil {
		c.heard = time.Now()
	}
	for len(c.got) < batch {
		if c.eof || c.dead || c.fin && !c.traits.Stream {
			return len(p), false
		}
		if len(p) == taken || !c.enough(p[taken:]) {
			return taken, false
		}
		if c.crowded() {
			c.full = true
			c.conn.Pause(true)
			return taken, false
		}
		n, more := c.decode(p[taken:])
		taken += n
		if !more {
			return taken, false
		}
	}
	return taken, true
}

// crowded says whether there are too many calls, or replies that the client does not read, to read on. A wire of streams is
// always read: what opens its windows is in the unread bytes, and the session bounds its calls. Called under mu.
func (c *serverConn) crowded() bool {
	return !c.traits.Stream &&
		(c.calls.n+len(c.got) >= c.maxCalls() || c.slots.len() >= 2*c.maxCalls() || c.queued > outboxMax)
}

// decode takes one message: requests go to got, the rest is answered here. Called under mu.
func (c *serverConn) decode(p []byte) (n int, more bool) {
	c.got = append(c.got, codecs.Message{})
	m := &c.got[len(c.got)-1]
	drop := func() { c.got = c.got[:len(c.got)-1] }
	n, err := c.sess.Decode(m, p)
	switch {
	case err == nil && n == 0:
		drop()
		return 0, false
	case err != nil && n == 0:
		c.last, c.said = codecs.StatusOf(err), append([]byte(nil), m.Body.Bytes()...)
		drop()
		c.fin, c.eof = true, true // finish comes behind the calls of this batch
		return 0, false
	case err != nil && m.Kind == codecs.Data:
		*m = codecs.Message{Kind: codecs.Cancel, ID: m.ID, Header: codecs.Header{Status: codecs.StatusOf(err)}}
		return n, true
	case err != nil:
		s := codecs.StatusOf(err)
		r := codecs.Message{Kind: codecs.Reply, End: true, Bare: true, ID: m.ID, Hint: m.Hint, Header: codecs.Header{Status: s}}
		drop()
		c.failed(s)
		c.answer(&r)
		return n, true
	}
	switch m.Kind {
	case codecs.Request, codecs.Oneway:
		if c.traits.InOrder {
			m.ID = c.slots.take() // a wire in order has no ids: the slot is the id
		}
		return n, true
	case codecs.Data, codecs.Cancel:
		return n, true
	case codecs.Ping:
		c.answer(&codecs.Message{Kind: codecs.Pong, End: true, ID: m.ID, Hint: m.Hint, Body: m.Body})
	case codecs.Control:
		c.control(m)
	case codecs.Goaway:
		c.fin = true
	default:
		c.utter(m.Body.Bytes())
	}
	drop()
	return n, true
}

func (c *serverConn) failed(s codecs.Status) {
	if c.srv.Failed != nil {
		c.srv.Failed(c.srv.Codec, s)
	}
}

// control says what the session wants said, in its turn; with End it is the last thing said. Called under mu.
func (c *serverConn) control(m *codecs.Message) {
	end := m.End
	m.End = true
	c.answer(m)
	if end {
		c.fin = true
	}
}

// answer sends a message that no call stands behind, in its turn. Called under mu.
func (c *serverConn) answer(m *codecs.Message) {
	if !c.traits.InOrder {
		c.encode(m)
		return
	}
	c.fill(c.slots.take(), m)
}

// encode appends one message to the outbox. Called under mu.
func (c *serverConn) encode(m *codecs.Message) {
	if m.Kind == codecs.Control {
		c.utter(m.Body.Bytes())
		m.Release()
		return
	}
	err := c.say(m)
	if err == nil {
		return
	}
	if m.Kind == codecs.Cancel { // inside a reply that cannot be broken off alone
		c.conn.Close(err)
		return
	}
	// A reply that cannot be said is replaced by a failure that can.
	r := codecs.Message{Kind: codecs.Reply, End: true, Bare: true, ID: m.ID, Hint: m.Hint, Header: codecs.Header{Status: codecs.StatusOf(err)}}
	m.Release()
	if err := c.say(&r); err != nil {
		c.conn.Close(err)
	}
}

// say appends a message that no call stands behind; what the client's window does not let out waits. Called under mu.
func (c *serverConn) say(m *codecs.Message) error {
	part, err := c.link.encode(m)
	if err == nil && part {
		m.Own()
		c.hold(&sending{home: &c.home, rest: []codecs.Message{m.Move()}})
	}
	return err
}

// fill puts a message into its slot and writes the filled prefix. Called under mu.
func (c *serverConn) fill(n uint64, m *codecs.Message) {
	if n != c.slots.head {
		c.slots.put(n, m)
		return
	}
	end := m.End
	c.encode(m)
	if !end {
		return
	}
	c.slots.shift()
	for c.slots.len() > 0 {
		at := c.slots.at(c.slots.head)
		for i := range at.msgs {
			c.encode(&at.msgs[i])
		}
		if !at.done {
			clear(at.msgs)
			at.msgs = at.msgs[:0]
			return
		}
		c.slots.shift()
	}
}
