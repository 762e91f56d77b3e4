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
	x, _ := spent.Get().(*exchange)
	x.conn, x.id, x.hint, x.oneway, x.whole = c, m.ID, m.Hint, m.Kind == codecs.Oneway, m.End
	x.Local = x
	x.Req = *m
	x.From = c.from
	if m.Of != nil {
		x.From.Codec, x.From.Traits = c.spoken(m.Of)
		x.From.Protocol = m.Of.Name()
	}
	x.Rec.Start = time.Now()
	x.Rec.In = uint64(m.Body.Len())
	x.out.home = &c.home
	c.latest = x
	c.link.mu.Lock()
	c.calls.add(x)
	c.link.mu.Unlock()
	x.fwd = h.Open(&x.Call, x)
	if !x.whole {
		x.fwd.OnReady(x.resume)
	}
	if !x.Ended() && !x.Deadline.IsZero() {
		x.timed = true
		c.srv.Wheel.Start(&x.timer, x.Deadline, x)
	}
}

// spoken gives the protocol of a call on a wire that several share.
func (c *serverConn) spoken(of codecs.Codec) (codecs.Codec, *codecs.Traits) {
	for i := range c.tongues {
		if c.tongues[i].codec == of {
			return of, c.tongues[i].traits
		}
	}
	t := of.Traits()
	c.tongues = append(c.tongues, tongue{of, &t})
	return of, &t
}

type tongue struct {
	codec  codecs.Codec
	traits *codecs.Traits
}

// forward passes Data and Cancel to the call they belong to: the latest, on a wire in order.
func (c *serverConn) forward(m *codecs.Message) {
	x := c.latest
	if !c.traits.InOrder {
		c.link.mu.Lock()
		x = c.calls.find(m.ID)
		c.link.mu.Unlock()
	}
	switch {
	case x == nil || x.whole && m.Kind != codecs.Cancel:
		m.Release()
	case m.Kind == codecs.Cancel:
		x.whole = true
		x.stop(m.Status)
	default:
		x.whole = m.End
		x.Rec.In += uint64(m.Body.Len())
		credit := m.Credit
		if !x.fwd.Send(m) {
			x.stuck = true
		}
		x.took(credit)
	}
}

// credit tells the client how much of its request was taken. It runs on the home.
func (c *serverConn) credit(x *exchange) {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.dead {
		return
	}
	m := codecs.Message{Kind: codecs.Window, ID: x.id, Credit: x.owed}
	x.owed = 0
	if err := c.speak(m); err != nil {
		c.conn.Close(err)
	}
	c.home.touch(&c.link)
}

// wind sees what is to be done behind a batch: what was held back goes out; when no more requests come, the calls whose requests
// will never be whole are given up, and the connection ends with its last call. It runs on the home.
func (c *serverConn) wind() {
	c.home.touch(&c.link)
	c.link.mu.Lock()
	eof, s := c.eof || c.fin && !c.traits.Stream, c.last
	free := c.pump()
	if c.traits.Stream && !c.dead {
		if err := c.owe(); err != nil {
			c.conn.Close(err)
		}
		if c.backlog() > outboxMost {
			c.conn.Close(codecs.Errorf(codecs.Limited, "engine: %d bytes wait for a client that reads nothing", c.backlog()))
		}
	}
	var cut []*exchange
	for x := c.calls.head; eof && x != nil; x = x.next {
		if !x.whole {
			cut = append(cut, x)
		}
	}
	c.link.mu.Unlock()
	wake(free)
	if s.Code == codecs.OK {
		s = codecs.Status{Code: codecs.Canceled, Text: "engine: the client ended in the middle of a request"}
	}
	for _, x := range cut {
		x.stop(s)
	}
	c.link.mu.Lock()
	if c.fin {
		c.finish()
	}
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
		c.fin, c.eof = true, true
		c.last = codecs.Status{Code: codecs.Malformed, Text: "engine: a request did not arrive whole in its time"}
	}
	c.link.mu.Unlock()
	c.wind()
}

// reply sends a message of a call. more: the sender need not pause. done: it was said. It runs on the home.
func (c *serverConn) reply(x *exchange, m *codecs.Message) (more, done bool) {
	var free []woken
	defer func() { wake(free) }()
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	c.mean += (m.Body.Len() - c.mean + 7) / 8
	c.mean = max(c.mean, 1)
	more, done = true, true
	end := m.End
	switch {
	case c.dead || x.mute():
		m.Release()
	case c.traits.InOrder:
		c.fill(x.id, m)
		if more = end || c.slots.head == x.id && c.backlog() < c.mark; !more {
			c.hold(&x.out)
		}
	case c.traits.Stream:
		var err error
		if more, done, err = c.send(&x.out, m); err != nil {
			c.instead(x, m, err)
		}
		if !more {
			x.out.said = x.said
		}
	default:
		c.encode(m)
	}
	x.begun = true
	if end && done {
		c.calls.remove(x)
		if c.traits.InOrder {
			free = c.pump() // the next one's turn has come
		}
	}
	c.relieve()
	c.home.touch(&c.link)
	return more, done
}

// over takes a call off the list whose last words have left. It runs on the home.
func (c *serverConn) over(x *exchange) {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	c.calls.remove(x)
	c.relieve()
	c.home.touch(&c.link)
}

// cut ends a call with a status in place of what it has still to say. It runs on the home.
func (c *serverConn) cut(x *exchange, s codecs.Status) {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	c.drop(&x.out)
	c.calls.remove(x)
	m := codecs.Message{Kind: codecs.Reply, End: true, Bare: true, ID: x.id, Hint: x.hint, Header: codecs.Header{Status: s}}
	if x.begun {
		m.Kind = codecs.Cancel
	}
	switch {
	case c.dead || x.mute():
	case c.traits.InOrder:
		c.fill(x.id, &m)
	default:
		c.encode(&m)
	}
	c.relieve()
	c.home.touch(&c.link)
}

// instead says why a message cannot be said. Called under mu.
func (c *serverConn) instead(x *exchange, m *codecs.Message, err error) {
	m.Release()
	s := codecs.StatusOf(err)
	r := codecs.Message{Kind: codecs.Reply, End: true, Bare: true, ID: x.id, Hint: x.hint, Header: codecs.Header{Status: s}}
	if x.begun {
		r.Kind = codecs.Cancel
	}
	c.drop(&x.out)
	if err := c.say(&r); err != nil {
		c.conn.Close(err)
	}
	x.kept = true
	c.home.post(task{do: func() { // behind what is being done on the home now
		x.fwd.Cancel(s)
		x.end(s)
		c.over(x)
	}})
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
		c.utter(c.said)
		bye := codecs.Message{Kind: codecs.Goaway, Header: codecs.Header{Status: c.last}}
		_ = c.speak(bye) // there is nobody left to tell of an error
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
		_ = c.speak(bye) // a wire without the word has nothing to say
	}
	c.home.touch(&c.link)
	if c.traits.Stream && c.parting == nil {
		// The session says when the client has heard it: what it has sent before that is still served.
		c.parting = time.AfterFunc(partingTime, func() { c.home.post(task{do: c.part}) })
		return
	}
	c.finish()
}

// partingTime is how long a client may take to hear that it should go.
const partingTime = 2 * time.Second

// part takes no more calls of a client that was told to go. It runs on the home.
func (c *serverConn) part() {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if !c.dead {
		c.finish()
		c.home.touch(&c.link)
	}
}

// checkIdle sends a client away that has been quiet for too long.
func (c *serverConn) checkIdle() {
	c.link.mu.Lock()
	lost := c.starved(c.srv.Idle)
	left := c.srv.Idle - time.Since(c.heard)
	if c.calls.n > 0 { // it is quiet from the end of its last call on, give or take an eighth
		c.heard, left = time.Now(), c.srv.Idle/8
	}
	if left > 0 && !c.dead {
		c.lapse.Reset(left)
	}
	c.link.mu.Unlock()
	wake(lost)
	if left <= 0 {
		c.home.post(task{do: c.leave})
	}
}

// OnEOF lets the calls in flight end, then closes: a client may have sent its last request and wait for the reply.
func (c *serverConn) OnEOF() {
	c.home.post(task{do: func() {
		c.link.mu.Lock()
		c.fin, c.eof = true, true
		c.link.mu.Unlock()
		c.wind()
	}})
}

// OnDrained reads again after a slow client has caught up, and goes on with what was held back.
func (c *serverConn) OnDrained() { c.drained(c.relieve) }

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
		for _, t := range [...]*time.Timer{c.late, c.lapse, c.parting} {
			if t != nil {
				t.Stop()
			}
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
