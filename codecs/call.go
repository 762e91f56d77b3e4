package codecs

import (
	"net/netip"
	"sync/atomic"
	"time"
)

// Handler is the one verb of the call path: every stage between two wires is one.
type Handler interface {
	// Open starts a call with its first message, c.Req, and returns the stream for the rest of the request. It never blocks
	// and never returns nil. Replies go to back, possibly before Open returns, and end in exactly one message with End or one
	// back.Cancel; a forward Cancel comes back as back.Cancel; a one-way call ends in an empty OK once it is written.
	Open(c *Call, back Stream) Stream
}

// HandlerFunc is a Handler that is one function.
type HandlerFunc func(c *Call, back Stream) Stream

// Open calls f.
func (f HandlerFunc) Open(c *Call, back Stream) Stream { return f(c, back) }

// Filter makes a stage of the stage behind it.
type Filter func(next Handler) Handler

// Stream is one direction of one call. There is one sender at a time.
type Stream interface {
	// Send takes ownership of m and never blocks; m itself may be reused by the caller. False asks the sender to pause until
	// the func given to OnReady runs.
	Send(m *Message) (more bool)
	// OnReady is set once, before the first Send.
	OnReady(func())
	// Cancel ends this direction with a status and discards what waits. What follows Cancel is dropped, and what follows End
	// but a Cancel.
	Cancel(Status)
}

// Call is one exchange, from its first byte to its end. Everything done for it runs on its home, the executor of its client
// connection, one thing at a time. Its memory may be used for another call once its last message has gone back and the Enders have
// run: who needs something of it for longer copies that.
type Call struct {
	Req      Message   // its Body is void once Open has returned
	Deadline time.Time // set on arrival from Req.Timeout, and by the route; zero: none
	From     Origin
	To       Target
	Plan     any // what the route decided, for the stages behind it
	Rec      Record
	Local    any // of whoever gives the call its home: the engine's own part

	ended  atomic.Bool
	enders []Ender
	room   [4]Ender // where enders begins, so that a call needs no memory for them
}

// Origin is who calls, and in what words.
type Origin struct {
	Service, Method string         // as the caller said them; the header has the canonical names from the route stage on
	Protocol        string         // the caller's
	Peer            netip.AddrPort // zero for a Unix socket
	Listener        string         // the configured address it came in by
	Identity        string         // proven by mutual TLS or by a Unix socket ("unix:uid=1000"); "" if not proven
	Codec           Codec
	Session         Session // for MetaLoader
	Traits          *Traits // of the codec
	Loopback        bool
}

// Target is who is called, set by balance.
type Target struct {
	Addr     string // endpoint
	Protocol string
	Cluster  string
	Codec    Codec
	Traits   *Traits // of the codec
	Session  Session // for MetaLoader
	Via      Handler // the endpoint's connections
	Format   Format  // of the body the endpoint wants
	Told     bool    // the configuration says the Format's Encoding: callers of the same protocol are held to it, too
}

// Record is what a call leaves behind, written on its home and read once, by the Enders.
type Record struct {
	Start    time.Time
	Service  string // canonical
	Method   string
	In, Out  uint64 // body bytes of the request and of the reply
	Attempts uint8
	Status   Status
	Dropped  Dropped
}

// Dropped counts what a call had and the other side's protocol or types have no place for, both ways.
type Dropped struct {
	Pairs   uint32 // of metadata: reserved keys
	Members uint32 // of objects: those that the declared classes do not have
}

// Ender is told of the end of a call.
type Ender interface{ Ended(c *Call, s Status) }

// Defer has e told when the call ends, once. Enders run in the opposite order, on the home of the call.
func (c *Call) Defer(e Ender) {
	if c.enders == nil {
		c.enders = c.room[:0]
	}
	c.enders = append(c.enders, e)
}

// End ends the call, once: the first to come is told true and the Enders run; all others are told false and must release
// what they hold and leave. It is called by the engine that holds the caller's connection, and by tests.
func (c *Call) End(s Status) bool {
	if !c.ended.CompareAndSwap(false, true) {
		return false
	}
	c.Rec.Status = s
	for i := len(c.enders) - 1; i >= 0; i-- {
		c.enders[i].Ended(c, s)
	}
	c.enders, c.room = nil, [4]Ender{}
	return true
}

// Ended says whether the call has ended.
func (c *Call) Ended() bool { return c.ended.Load() }

// LoadMeta reads the metadata that the caller's codec has left unread, if any.
func (c *Call) LoadMeta() error {
	if c.Req.Meta.Loaded {
		return nil
	}
	l, ok := c.From.Session.(MetaLoader)
	if !ok || c.Req.Frame.Of == "" {
		c.Req.Meta.Loaded = true
		return nil
	}
	return l.LoadMeta(&c.Req)
}

// Gone is the Stream of a call that takes nothing more: what a Handler returns that has answered already, or that wants no
// more than the first message.
var Gone Stream = gone{}

type gone struct{}

func (gone) Send(m *Message) bool { m.Release(); return true }
func (gone) OnReady(func())       {}
func (gone) Cancel(Status)        {}

// Refuse answers a call with a failure and gives the stream that Open must return.
func Refuse(c *Call, back Stream, s Status) Stream {
	c.Req.Release()
	back.Cancel(s)
	return Gone
}
