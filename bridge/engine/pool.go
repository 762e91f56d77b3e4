package engine

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// PoolOptions are what a Pool needs to know. Zero values mean the defaults.
type PoolOptions struct {
	Addr     string
	Dial     func(ctx context.Context) (net.Conn, error)
	Codec    codecs.Codec
	Settings codecs.Settings
	Engine   Engine
	Conns    int           // connections at most; default 1, or 64 where replies come in order
	Depth    int           // calls in flight per connection; default 65 536, or 1 where replies come in order
	Waiting  int           // calls that wait for a connection; default 10 000
	Timeout  time.Duration // of a dial; default 3 s
	Idle     time.Duration // after which an unused connection is closed; default 90 s
	Report   func(ok bool) // told of each dial
}

// Pool is the connections to one endpoint: the Handler at the end of the chain. Few connections are shared by all callers, so
// that one read serves several. Safe for concurrent use.
type Pool struct {
	addr   string
	codec  codecs.Codec
	traits codecs.Traits
	set    codecs.Settings
	opts   PoolOptions
	depth  int
	idle   time.Duration
	tick   time.Duration
	loader codecs.Session

	only atomic.Pointer[clientConn] // the connection, where there is one: the way that takes no lock of the pool

	mu      sync.Mutex
	conns   []*clientConn
	free    []*clientConn // those that got room, the latest last
	dialing int
	inLine  atomic.Int64  // calls in waiting, for a look without the mutex
	waiting []*clientCall // first come, first served; nil: gone
	first   int           // of waiting
	pumped  []pumped
	shut    bool
	ctx     context.Context // of dials
	cancel  context.CancelFunc
}

// NewPool makes a Pool; it dials when it is called.
func NewPool(o PoolOptions) *Pool {
	t := o.Codec.Traits()
	def := func(v *int, multiplexed, ordered int) {
		switch {
		case *v != 0:
		case t.InOrder:
			*v = ordered
		default:
			*v = multiplexed
		}
	}
	def(&o.Conns, 1, 64)
	def(&o.Depth, 1<<16, 1)
	def(&o.Waiting, 10_000, 10_000)
	if o.Timeout == 0 {
		o.Timeout = 3 * time.Second
	}
	if o.Idle == 0 {
		o.Idle = idleMax
	}
	p := &Pool{addr: o.Addr, codec: o.Codec, traits: t, set: o.Settings.WithDefaults(), opts: o, depth: o.Depth, idle: o.Idle}
	p.set.Addr = o.Addr
	p.tick = min(houseGap, o.Idle)
	if t.Ping > 0 {
		p.tick = min(p.tick, t.Ping)
	}
	p.loader = o.Codec.Session(codecs.Client, p.set)
	p.ctx, p.cancel = context.WithCancel(context.Background()) //nolint:forbidigo // a pool outlives the calls that use it
	return p
}

// Session gives a session of this endpoint that belongs to no connection: it can load the metadata of replies.
func (p *Pool) Session() codecs.Session { return p.loader }

// Open sends the call, or has it wait for a connection.
func (p *Pool) Open(c *codecs.Call, back codecs.Stream) codecs.Stream {
	cc := newClientCall(c, back, p)
	if cc.alone {
		cc.home.lock()
		defer cc.home.leave()
	}
	sent, err := p.try(cc, &c.Req)
	switch {
	case sent:
		cc.home.touch(&cc.conn.link)
		if cc.oneway {
			cc.written()
		}
		return cc
	case err != nil:
		cc.over = true
		return codecs.Refuse(c, back, codecs.StatusOf(err))
	}
	c.Req.Own()
	cc.req, cc.queued = c.Req.Move(), true
	if s, ok := p.wait(cc); !ok {
		cc.req.Release()
		cc.over = true
		back.Cancel(s)
	}
	return cc
}

// try sends the request on a connection with room.
func (p *Pool) try(cc *clientCall, m *codecs.Message) (sent bool, err error) {
	if only := p.only.Load(); only != nil {
		return only.send(cc, m, true)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.first < len(p.waiting) {
		return false, nil // nobody overtakes
	}
	return p.place(cc, m)
}

// place sends the request on a connection with room: the one that got room last, so that the others can go idle. One whose window a
// stalled upload has shut is the last choice. Called under mu.
func (p *Pool) place(cc *clientCall, m *codecs.Message) (sent bool, err error) {
	for n := len(p.free); n > 0; n-- {
		c := p.free[n-1]
		p.free = p.free[:n-1]
		if sent, err = c.send(cc, m, false); sent || err != nil {
			return sent, err
		}
	}
	for _, shut := range [...]bool{false, true} {
		for i := len(p.conns) - 1; i >= 0; i-- {
			if sent, err = p.conns[i].send(cc, m, shut); sent || err != nil {
				return sent, err
			}
		}
	}
	return false, nil
}

// written ends a call that gets no reply. Called on the home.
func (cc *clientCall) written() {
	if cc.over {
		return
	}
	cc.over = true
	cc.conn.disown(cc)
	cc.back.Send(&codecs.Message{Kind: codecs.Reply, End: true, Bare: true})
}

// disown lets the reply that an ordered wire gives even to a one-way call go nowhere.
func (c *clientConn) disown(cc *clientCall) {
	c.mu.Lock()
	if c.turns.bury(cc) {
		c.entomb()
	}
	c.mu.Unlock()
}

// wait queues a call and sees that somebody will come for it.
func (p *Pool) wait(cc *clientCall) (codecs.Status, bool) {
	p.mu.Lock()
	defer p.unlock()
	switch {
	case p.shut:
		return codecs.Status{Code: codecs.Unavailable, Text: "engine: " + p.addr + " is no longer in use", Unsent: true}, false
	case len(p.waiting)-p.first >= p.opts.Waiting:
		return codecs.Status{Code: codecs.Unavailable, Unsent: true,
			Text: fmt.Sprintf("engine: %d calls wait for %s, the limit", p.opts.Waiting, p.addr)}, false
	}
	p.waiting = append(p.waiting, cc)
	p.inLine.Add(1)
	p.grow()
	p.pump() // a connection may have got room since try
	return codecs.Status{}, true
}

// grow dials if more connections are allowed and of use. Called under mu.
func (p *Pool) grow() {
	live := 0
	for _, c := range p.conns {
		if c.usable() {
			live++
		}
	}
	if p.shut || live+p.dialing >= p.opts.Conns || p.dialing >= len(p.waiting)-p.first {
		return
	}
	p.dialing++
	go p.dial()
}

func (c *clientConn) usable() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.leaving && !c.dead
}

func (p *Pool) dial() {
	ctx, cancel := context.WithTimeout(p.ctx, p.opts.Timeout)
	nc, err := p.opts.Dial(ctx)
	cancel()
	if p.opts.Report != nil {
		p.opts.Report(err == nil)
	}
	p.mu.Lock()
	p.dialing--
	if err != nil || p.shut {
		lost := p.giveUp()
		p.mu.Unlock()
		if err == nil {
			_ = nc.Close()
		}
		s := codecs.Status{Code: codecs.Unavailable, Text: fmt.Sprintf("engine: dial %s: %v", p.addr, err), Unsent: true}
		p.failAll(lost, s)
		return
	}
	c := newClientConn(p)
	p.conns = append(p.conns, c)
	if p.opts.Conns == 1 && p.first == len(p.waiting) {
		p.only.Store(c)
	}
	p.mu.Unlock()
	p.opts.Engine.Adopt(nc, nil, c)
}

// giveUp takes the calls off the queue for which no connection is coming. Called under mu.
func (p *Pool) giveUp() (lost []*clientCall) {
	if p.dialing > 0 && !p.shut {
		return nil
	}
	for _, c := range p.conns {
		if c.usable() && !p.shut {
			return nil
		}
	}
	for ; p.first < len(p.waiting); p.first++ {
		if cc := p.waiting[p.first]; cc != nil {
			p.inLine.Add(-1)
			lost = append(lost, cc)
		}
	}
	p.waiting, p.first = p.waiting[:0], 0
	return lost
}

// pump sends waiting calls as far as there is room; unlock tells them. Called under mu.
func (p *Pool) pump() {
	for p.first < len(p.waiting) {
		if cc := p.waiting[p.first]; cc != nil {
			sent, err := p.place(cc, &cc.req)
			if !sent && err == nil {
				return
			}
			p.waiting[p.first] = nil
			p.inLine.Add(-1)
			p.pumped = append(p.pumped, pumped{cc, err})
		}
		p.first++
	}
	p.waiting, p.first = p.waiting[:0], 0
	if p.opts.Conns == 1 && len(p.conns) == 1 && p.conns[0].usable() {
		p.only.Store(p.conns[0])
	}
}

// pumped is a call that was sent, or could not be, while its home was elsewhere.
type pumped struct {
	cc  *clientCall
	err error
}

// unlock gives the mutex back and then finishes what pump has done.
func (p *Pool) unlock() {
	done := p.pumped
	p.pumped = nil
	p.mu.Unlock()
	for _, d := range done {
		switch cc := d.cc; {
		case d.err != nil:
			cc.req.Release()
			cc.fail(codecs.StatusOf(d.err))
		case cc.oneway:
			cc.conn.flush()
			cc.home.post(task{do: cc.written})
		default:
			cc.conn.mu.Lock()
			free := cc.conn.pump()
			cc.conn.mu.Unlock()
			wake(free)
			cc.conn.flush()
		}
	}
}

// drop takes a call off the queue, and says whether it was there.
func (p *Pool) drop(cc *clientCall) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := p.first; i < len(p.waiting); i++ {
		if p.waiting[i] == cc {
			p.waiting[i] = nil
			p.inLine.Add(-1)
			cc.req.Release()
			cc.out.discard()
			return true
		}
	}
	return false
}

// keep has what follows the request of a waiting call wait with it; false: it waits no longer.
func (p *Pool) keep(cc *clientCall, m *codecs.Message) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if cc.conn != nil {
		return false
	}
	m.Own()
	cc.out.rest, cc.out.paused = append(cc.out.rest, *m), true
	return true
}

// freed lets waiting calls in: a connection has come up, or has got room.
func (p *Pool) freed(c *clientConn) {
	if p.inLine.Load() == 0 && p.only.Load() == c {
		return
	}
	p.mu.Lock()
	if len(p.free) < 2*len(p.conns) { // a hint, which may be out of date and twice there
		p.free = append(p.free, c)
	}
	p.pump()
	p.unlock()
}

// closed forgets a connection. Those that wait are told if it never came to be of use; else another is dialled for them.
func (p *Pool) closed(c *clientConn, s codecs.Status, served bool) {
	p.only.CompareAndSwap(c, nil)
	p.mu.Lock()
	gone := func(x *clientConn) bool { return x == c }
	p.conns, p.free = slices.DeleteFunc(p.conns, gone), slices.DeleteFunc(p.free, gone)
	var lost []*clientCall
	if served {
		p.grow()
	} else {
		lost = p.giveUp()
	}
	p.unlock()
	s.Unsent = true
	p.failAll(lost, s)
}

func (p *Pool) failAll(lost []*clientCall, s codecs.Status) {
	for _, cc := range lost {
		cc.req.Release()
		cc.out.discard()
		cc.fail(s)
	}
}

// Close takes no more calls, fails those that wait, and closes each connection when its calls have ended.
func (p *Pool) Close() {
	p.only.Store(nil)
	p.mu.Lock()
	p.shut = true
	lost := p.giveUp()
	conns := append([]*clientConn(nil), p.conns...)
	p.mu.Unlock()
	p.cancel()
	p.failAll(lost, codecs.Status{Code: codecs.Unavailable, Text: "engine: " + p.addr + " is no longer in use", Unsent: true})
	for _, c := range conns {
		c.mu.Lock()
		if c.conn != nil {
			c.retire()
		}
		c.mu.Unlock()
	}
}
