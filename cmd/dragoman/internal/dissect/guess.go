package dissect

import (
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// Lone reads all bytes of one side of a connection, of which there is no other. A side "" is found out.
func (c *Conn) Lone(p []byte, side string) {
	fromServer := side == codecs.Server.String()
	if side == "" {
		asks, answers := c.best(p, client), c.best(p, server)
		fromServer = answers.read > asks.read
	}
	c.sides[sideOf(fromServer)].add(time.Time{}, p)
	c.End()
}

// attempt is how a protocol reads some bytes.
type attempt struct {
	codec codecs.Codec
	read  int // messages that could be read, less those that could not
}

// guess finds out what is spoken where the beginning does not tell, or where the client has said nothing.
func (c *Conn) guess() bool {
	if c.sniff() {
		c.alone()
		return true
	}
	for side := range c.sides {
		if best := c.best(c.sides[side].rest(), side); best.read > 0 || best.codec != nil && c.named() {
			c.begin(best.codec)
			c.alone()
			return true
		}
	}
	return false
}

// best tries the protocols on the bytes of a side.
func (c *Conn) best(p []byte, side int) (best attempt) {
	if len(p) == 0 {
		return best
	}
	for _, k := range c.o.Codecs {
		if side == client && !c.named() && k.Sniff(p[:min(len(p), codecs.SniffMax)]) != codecs.Yes {
			continue
		}
		n := 0
		o := &Options{Codecs: c.o.Codecs, Settings: c.o.Settings, Talk: c.o.Talk, Lead: c.o.Lead, Say: func(e *Event) {
			if e.Err != nil || e.Message != nil && foreign(&e.Message.Status) {
				n--
			} else if e.Message != nil {
				n++
			}
		}}
		t := New(o)
		t.begin(k)
		t.sides[side].add(time.Time{}, p)
		t.alone()
		t.read()
		if n > best.read || best.codec == nil {
			best = attempt{k, n}
		}
	}
	return best
}

// foreign says whether a message is none of its protocol's, by the word of the session and not of who sent it.
func foreign(s *codecs.Status) bool {
	return s.Code == codecs.Malformed || s.Code == codecs.Internal && s.Native.Of == ""
}

// unseen is how many calls a server is taken to answer whose requests are not there.
const unseen = 128

// alone has the session that reads a server's bytes expect answers where nothing of the client is there: on a wire of streams those of
// streams that nobody has opened would be errors.
func (c *Conn) alone() {
	h := &c.sides[server]
	if h.left() == 0 || c.sides[client].left() > 0 || c.wire == nil {
		return
	}
	if h.session == nil {
		h.open(c.wire, codecs.Client, c.o.Settings)
	}
	t := c.wire.Traits()
	if !t.Stream {
		return
	}
	for i := range uint64(unseen) {
		m := codecs.Message{Kind: codecs.Request, End: t.Whole, Bare: true, ID: t.IDs.First + i*t.IDs.Step}
		m.Service, m.Method, m.Meta.Loaded, m.Stream = "unseen", "unseen", true, true
		if len(t.Formats) > 0 {
			m.Format = t.Formats[0]
		}
		h.tell(&m)
	}
}
