package engine

import (
	"fmt"
	"io"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// This file is how a connection to a server ends: calls given up, no new ones taken, keepalives unanswered, the close itself.

// abandon gives a call's place to a tombstone, or cancels it on the wire.
func (c *clientConn) abandon(cc *clientCall, s codecs.Status) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.traits().InOrder {
		if c.turns.bury(cc) {
			c.entomb()
			// What waits behind a server that has let a deadline pass would wait for ever.
			if s.Code == codecs.Expired && c.turns.headDead() {
				c.closeWith(codecs.Status{Code: codecs.Unavailable, Text: "engine: the server let a deadline pass on an ordered connection"})
			}
		}
		return
	}
	if c.calls[cc.id] != cc {
		return
	}
	c.drop(&cc.out)
	if c.traits().Cancels {
		delete(c.calls, cc.id)
		m := codecs.Message{Kind: codecs.Cancel, ID: cc.id, Header: codecs.Header{Status: s}}
		if err := c.speak(m); err == nil {
			cc.home.touch(&c.link)
		}
		return
	}
	c.calls[cc.id] = nil
	c.entomb()
	if c.tombs > maxTombs {
		c.retire()
	}
}

// entomb counts a tombstone. Called under mu.
func (c *clientConn) entomb() {
	if c.tombs++; c.tombs == 1 {
		c.buried = time.Now()
	}
}

// closeWith closes the connection and remembers why. Called under mu.
func (c *clientConn) closeWith(s codecs.Status) {
	if c.cause.Code == codecs.OK {
		c.cause = s
	}
	c.leaving = true
	c.conn.Close(&codecs.Error{Status: s})
}

// lose ends the calls of a connection whose framing is lost. Where the wire can, the server is told why, and given a moment to read
// it; one that has not said hello is left at once, for calls wait for that. Called under mu.
func (c *clientConn) lose(s codecs.Status) {
	if !c.traits().Stream || !c.ready {
		c.closeWith(s)
		return
	}
	c.cause, c.leaving, c.lost = s, true, true
	for id, cc := range c.calls {
		delete(c.calls, id)
		if cc != nil {
			c.drop(&cc.out)
			c.got = append(c.got, delivery{cc, codecs.Message{Kind: codecs.Cancel, Header: codecs.Header{Status: s}}})
		}
	}
	_ = c.speak(codecs.Message{Kind: codecs.Goaway, Header: codecs.Header{Status: s}}) // there is nobody left to tell of an error
	c.shut = true
}

// retire takes no more calls and closes once those in flight have ended. Called under mu.
func (c *clientConn) retire() {
	c.leaving = true
	if c.load()-c.tombs <= 0 {
		c.conn.Close(nil)
	}
}

// refused is the server's word that it goes away: the calls behind the last one it serves were not seen, the others go on. Called
// under mu.
func (c *clientConn) refused(m *codecs.Message) {
	s := codecs.Status{Code: codecs.Unavailable, Unsent: true, Text: "engine: " + c.pool.addr + " is going away"}
	for id, cc := range c.calls {
		if id <= m.ID || cc == nil {
			continue
		}
		delete(c.calls, id)
		c.drop(&cc.out)
		c.got = append(c.got, delivery{cc, codecs.Message{Kind: codecs.Cancel, Header: codecs.Header{Status: s}}})
	}
	c.retire()
}

// OnEOF ends the connection: a server that sends no more is of no use.
func (c *clientConn) OnEOF() { c.conn.Close(io.EOF) }

// OnDrained goes on with what was held back.
func (c *clientConn) OnDrained() { c.drained(func() {}) }

// OnClose fails what was in flight. Whether the server has seen those calls is not known.
func (c *clientConn) OnClose(err error) {
	c.mu.Lock()
	ready := c.ready
	c.dead, c.leaving = true, true
	s := c.cause
	if s.Code == codecs.OK {
		s = codecs.Status{Code: codecs.Unavailable, Text: fmt.Sprintf("engine: connection to %s lost: %v", c.pool.addr, err)}
	}
	lost := make([]*clientCall, 0, c.load())
	for _, cc := range c.calls {
		lost = append(lost, cc)
	}
	for c.turns.len() > 0 {
		cc, _ := c.turns.pop()
		lost = append(lost, cc)
	}
	for _, cc := range lost {
		if cc != nil {
			c.drop(&cc.out)
		}
	}
	clear(c.calls)
	if c.housekeeping != nil {
		c.housekeeping.Stop()
	}
	c.mu.Unlock()
	c.pool.closed(c, s, ready)
	for _, cc := range lost {
		if cc != nil {
			cc.fail(s)
		}
	}
}

const (
	maxTombs = 1024             // more replies owed to nobody, and the connection is retired
	tombAge  = 30 * time.Second // and so it is when some have been owed for so long
	houseGap = 5 * time.Second  // how often a connection looks after itself
	idleMax  = 90 * time.Second // after which an unused connection is closed
)

// keepHouse sends keepalives, closes what is silent, idle or full of tombstones.
func (c *clientConn) keepHouse() {
	c.mu.Lock()
	silent := time.Since(c.heard)
	ping := c.traits().Ping
	lost := c.starved(c.pool.idle)
	switch {
	case c.dead:
		c.mu.Unlock()
		return
	case c.pinged && silent > 2*ping:
		c.closeWith(codecs.Status{Code: codecs.Unavailable, Text: fmt.Sprintf("engine: %s did not answer a keepalive for %v", c.pool.addr, silent.Round(time.Second))})
	case c.tombs > 0 && time.Since(c.buried) > tombAge:
		c.retire()
	case c.load() == 0 && silent > c.pool.idle:
		c.retire()
	case ping > 0 && silent > ping && !c.pinged && (!c.traits().InOrder || c.load() == 0):
		m := codecs.Message{Kind: codecs.Ping, ID: c.next}
		c.next += c.traits().IDs.Step
		if err := c.speak(m); err == nil {
			c.pinged = true
			if c.traits().InOrder {
				c.turns.push(nil)
			}
		}
	}
	c.housekeeping.Reset(c.pool.tick)
	c.mu.Unlock()
	wake(lost)
	c.flush()
}
