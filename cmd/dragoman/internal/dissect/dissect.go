// Package dissect reads both directions of a connection that others had into messages, with the sessions that the gateway itself uses.
//
// A session knows what its own side has sent and got. So whatever one side's session reads is told to that of the other side as its
// engine would, by Encode, and what that writes is thrown away. The package knows connections and calls, and which reply answers which
// request; it refuses to know any protocol, and how messages are printed.
package dissect

import (
	"fmt"
	"strconv"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// Options say how connections are read.
type Options struct {
	Codecs   []codecs.Codec    // those that may be spoken; all of one name, or any of several
	Settings map[string]string // options of the sessions
	Say      func(*Event)      // is given what is read, in order
	// Talk gives, by protocol, who reads one answer to what is no call, of which client sides in the gateway know nothing, as they never
	// ask. The func made is given what is there of it, more each time, and gives its length: 0 if it is not all there, less if it is none.
	Talk map[string]func() func(p []byte) int
	// Lead gives likewise the length of what stands before answers that come together, where calls may be made together; else 0.
	Lead map[string]func(p []byte) int
}

// Event is a message, or a word about the connection.
type Event struct {
	FromServer bool
	At         time.Time       // when the last of the message came; zero: not known
	Bytes      []byte          // of the frame; void after the callback
	Message    *codecs.Message // nil: Note or Err says something; void after the callback
	Err        error           // why a message cannot be read, or this side not any further
	Note       string
	Asked      *Asked // the request that a message belongs to and is not; nil: not seen
}

// Conn is a connection. It is used by one goroutine at a time.
type Conn struct {
	o     *Options
	wire  codecs.Codec // nil: not known yet
	sides [2]half      // what the client sends, and what the server sends
	calls calls
}

// New makes a Conn.
func New(o *Options) *Conn { return &Conn{o: o} }

// The sides of a connection.
const (
	client = iota
	server
)

func sideOf(fromServer bool) int {
	if fromServer {
		return server
	}
	return client
}

// Protocol is the name of the protocol that is spoken; "": not known yet.
func (c *Conn) Protocol() string {
	for _, side := range []int{server, client} { // what the server answers in is one of those that the client may speak
		if k := c.sides[side].codec; k != nil {
			return k.Name()
		}
	}
	return ""
}

// Lose says that bytes which a side sent are not there: n of them, or, if n is 0, all up to here.
func (c *Conn) Lose(fromServer bool, n int) {
	note := "what came before is not in the capture"
	if n > 0 {
		note = bytesOf(n) + " are not in the capture"
	}
	c.o.Say(&Event{FromServer: fromServer, Note: note})
	c.sides[sideOf(fromServer)].lose()
	c.calls.lost = true
}

// Feed reads bytes that a side sent.
func (c *Conn) Feed(fromServer bool, at time.Time, p []byte) {
	c.sides[sideOf(fromServer)].add(at, p)
	if c.wire != nil || c.sniff() {
		c.read()
	}
}

// End says that no more bytes of either side will come.
func (c *Conn) End() {
	if c.wire == nil {
		if !c.guess() {
			if n := c.sides[client].left() + c.sides[server].left(); n > 0 {
				c.o.Say(&Event{FromServer: c.sides[client].left() == 0, Err: fmt.Errorf("%s of no protocol that is known by its beginning", bytesOf(n))})
			}
			return
		}
	}
	c.read()
	for side := range c.sides {
		h := &c.sides[side]
		if n := h.skipped + h.left(); n > 0 {
			c.o.Say(&Event{FromServer: side == server, At: h.time(), Note: bytesOf(n) + " at the end are no whole message"})
		}
	}
}

// read reads what can be read of both sides. What the server sends may have to wait until the client says which protocol it is.
func (c *Conn) read() {
	for c.step(client) || c.step(server) {
	}
}

// sniff finds out by the client's first bytes what is spoken.
func (c *Conn) sniff() bool {
	h := &c.sides[client]
	p := h.rest()
	if len(p) == 0 {
		return false
	}
	more := false
	for _, k := range c.o.Codecs {
		switch k.Sniff(p[:min(len(p), codecs.SniffMax)]) {
		case codecs.Yes:
			c.begin(k)
			return true
		case codecs.More:
			more = true
		case codecs.No:
		}
	}
	switch {
	case more:
		return false
	case c.named():
		c.begin(c.o.Codecs[0])
		return true
	}
	if h.resync {
		h.drop(len(p)) // the middle of something
	}
	return false
}

// named says whether the protocol was told.
func (c *Conn) named() bool {
	for _, k := range c.o.Codecs {
		if k.Name() != c.o.Codecs[0].Name() {
			return false
		}
	}
	return len(c.o.Codecs) > 0
}

// begin makes the sessions of a protocol. On a wire that several protocols share the first request says which of them the server
// answers in.
func (c *Conn) begin(k codecs.Codec) {
	c.wire = k
	c.calls.inOrder = k.Traits().InOrder
	reader := k
	if j, ok := k.(codecs.Joint); ok {
		reader = j.Join(c.o.Codecs)
	}
	c.sides[client].open(reader, codecs.Server, c.o.Settings)
	if reader.Name() == k.Name() {
		c.sides[server].open(k, codecs.Client, c.o.Settings)
	}
}

func bytesOf(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return strconv.Itoa(n) + " bytes"
}
