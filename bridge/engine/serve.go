package engine

import (
	"errors"
	"fmt"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// This file is the life of a call on its client connection: opened, answered, or given up with the connection.

// open starts the call that a decoded request asks for, or passes on what belongs to an open one. It runs on the home.
func (c *serverConn) open(h codecs.Handler, m *codecs.Message) {
	if m.Kind != codecs.Request && m.Kind != codecs.Oneway {
		c.forward(m)
		return
	}
	x := &exchange{conn: c, id: m.ID, hint: m.Hint, oneway: m.Kind == codecs.Oneway, whole: m.End}
	x.Local = x
	x.Req = *m
	x.From = c.from
	x.Rec.Start = time.Now()
	x.Rec.In = uint64(m.Body.Len())
	c.latest = x
	c.link.mu.Lock()
	c.calls.add(x)
	c.link.mu.Unlock()
	x.fwd = h.Open(&x.Call, x)
	if !x.Ended() && !x.Deadline.IsZero() {
		c.srv.Wheel.Start(&x.timer, time.Until(x.Deadline), x)
	}
}

// forward passes Data and Cancel to the call they belong to: the latest, on a wire in order.
func (c *serverConn) forward(m *codecs.Message) {
	x := c.latest
	if !c.traits.InOrder {
		c.link.mu.Lock()
		for x = c.calls.head; x != nil && x.id != m.ID; x = x.next {
		}
		c.link.mu.Unlock()
	}
	switch {
	case x == nil || x.whole:
		m.Release()
	case m.Kind == codecs.Cancel:
		x.whole = true
		x.stop(m.Status)
	default:
		x.whole = m.End
		x.Rec.In += uint64(m.Body.Len())
		x.fwd.Send(m)
	}
}

// wind sees what is to be done behind a batch: when no more requests come, the call whose request will never be whole is given
// up, and the connection ends with its last call. It runs on the home.
func (c *serverConn) wind() {
	c.home.touch(&c.link)
	c.link.mu.Lock()
	fin, s := c.fin, c.last
	c.link.mu.Unlock()
	if !fin {
		return
	}
	if x := c.latest; x != nil && !x.whole {
		if s.Code == codecs.OK {
			s = codecs.Status{Code: codecs.Canceled, Text: "engine: the client ended in the middle of a request"}
		}
		x.stop(s)
	}
	c.link.mu.Lock()
	c.finish()
	c.link.mu.Unlock()
}

// clock bounds the time that a request takes to arrive. It runs on the home.
func (c *serverConn) clock(begun, progress bool) {
	c.link.mu.Lock()
	begun = begun && !c.full && !c.fin
	c.link.mu.Unlock()
	if begun == c.begun && !progress {
		return
	}
	c.begun = begun
	limit := c.srv.Request
	if limit <= 0 {
		limit = requestTime
	}
	switch {
	case !begun && c.late != nil:
		c.late.Stop()
	case begun && c.late == nil:
		c.late = time.AfterFunc(limit, func() { c.home.post(task{do: c.tooLate}) })
	case begun:
		c.late.Reset(limit)
	}
}

// tooLate ends the connection of a client that does not finish its request.
func (c *serverConn) tooLate() {
	if !c.begun {
		return
	}
	c.link.mu.Lock()
	if !c.fin {
		c.fin = true
		c.last = codecs.Status{Code: codecs.Malformed, Text: "engine: a request did not arrive whole in its time"}
	}
	c.link.mu.Unlock()
	c.wind()
}

// reply sends a message of a call. It runs on the home.
func (c *serverConn) reply(x *exchange, m *codecs.Message) {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	c.mean += (m.Body.Len() - c.mean + 7) / 8
	c.mean = max(c.mean, 1)
	if m.End {
		c.calls.remove(x)
	}
	switch {
	case c.dead:
		m.Release()
		return
	case c.traits.InOrder:
		c.fill(x.id, m)
	case x.oneway:
		m.Release()
	default:
		c.encode(m)
	}
	c.relieve()
	c.home.touch(&c.link)
}

// relieve reads again when there is room, and says the last words when all is done. Called under mu.
func (c *serverConn) relieve() {
	if c.full && c.calls.n <= c.maxCalls()/2 && c.slots.len() <= c.maxCalls() && c.queued <= outboxMax/2 {
		c.full = false
		c.conn.Pause(false)
	}
	if c.fin {
		c.finish()
	}
}

// finish closes our side once every call has ended: first the last words, if framing was lost. Called under mu.
func (c *serverConn) finish() {
	c.fin = true
	if c.calls.n > 0 || c.slots.len() > 0 || c.dead || c.shut {
		return
	}
	if c.last.Code != codecs.OK {
		c.failed(c.last)
		c.out.B = append(c.out.B, c.said...)
		bye := codecs.Message{Kind: codecs.Goaway, Header: codecs.Header{Status: c.last}}
		_, _ = c.sess.Encode(c.out, &bye) // there is nobody left to tell of an error
		c.last = codecs.Status{}
	}
	c.shut = true
}

// leave says goodbye where the wire can. It runs on the home.
func (c *serverConn) leave() {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.dead || c.fin {
		return
	}
	bye := codecs.Message{Kind: codecs.Goaway, Header: codecs.Header{Status: codecs.Status{Code: codecs.Unavailable, Text: "going away"}}}
	if c.traits.Goaway {
		_, _ = c.sess.Encode(c.out, &bye) // a wire without the word has nothing to say
	}
	c.finish()
	c.home.touch(&c.link)
}

// checkIdle sends a client away that has been quiet for too long.
func (c *serverConn) checkIdle() {
	c.link.mu.Lock()
	left := c.srv.Idle - time.Since(c.heard)
	if c.calls.n > 0 { // it is quiet from the end of its last call on, give or take an eighth
		c.heard, left = time.Now(), c.srv.Idle/8
	}
	if left > 0 && !c.dead {
		c.lapse.Reset(left)
	}
	c.link.mu.Unlock()
	if left <= 0 {
		c.home.post(task{do: c.leave})
	}
}

// OnEOF lets the calls in flight end, then closes: a client may have sent its last request and wait for the reply.
func (c *serverConn) OnEOF() {
	c.home.post(task{do: func() {
		c.link.mu.Lock()
		c.fin = true
		c.link.mu.Unlock()
		c.wind()
	}})
}

// OnDrained reads again after a slow client has caught up.
func (c *serverConn) OnDrained() {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	c.queued = 0
	c.drains++
	c.relieve()
}

// OnClose cancels what is in flight.
func (c *serverConn) OnClose(err error) {
	c.srv.Conns.remove(c)
	var p *Panic
	if errors.As(err, &p) {
		c.failed(codecs.Status{Code: codecs.Internal, Text: fmt.Sprintf("%v\n%s", p, p.Stack)})
	}
	c.home.post(task{do: func() {
		c.link.mu.Lock()
		c.dead = true
		if c.late != nil {
			c.late.Stop()
		}
		if c.lapse != nil {
			c.lapse.Stop()
		}
		var all []*exchange
		for x := c.calls.head; x != nil; x = x.next {
			all = append(all, x)
		}
		c.link.mu.Unlock()
		for _, x := range all {
			x.stop(codecs.Status{Code: codecs.Canceled, Text: "engine: the client closed the connection"})
		}
	}})
}
