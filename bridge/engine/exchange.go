package engine

import (
	"github.com/dragoman-rpc/dragoman/bridge/clock"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// exchange is one call of a client connection, in one piece of memory: the call itself, the stream its replies go to, its timer,
// and the place of its first attempt at a server. It holds the exactly-once end: whoever ends the Call first, of reply, deadline
// and cancel, is heard.
type exchange struct {
	codecs.Call
	conn   *serverConn
	fwd    codecs.Stream
	timer  clock.Timer
	id     uint64
	hint   uint64
	oneway bool
	whole  bool // the request has ended
	first  clientCall

	prev, next *exchange // of the connection's calls
}

// exchanges is the calls in flight on a connection.
type exchanges struct {
	head *exchange
	n    int
}

func (l *exchanges) add(x *exchange) {
	if x.next = l.head; x.next != nil {
		x.next.prev = x
	}
	l.head = x
	l.n++
}

func (l *exchanges) remove(x *exchange) {
	if x.prev == nil && l.head != x {
		return
	}
	if x.next != nil {
		x.next.prev = x.prev
	}
	if x.prev != nil {
		x.prev.next = x.next
	} else {
		l.head = x.next
	}
	x.prev, x.next = nil, nil
	l.n--
}

// Send is the way back: it puts a reply into its slot, or straight into the outbox. It runs on the home.
func (x *exchange) Send(m *codecs.Message) bool {
	if x.Ended() {
		m.Release()
		return true
	}
	x.Rec.Out += uint64(m.Body.Len())
	if m.End {
		x.end(m.Status)
	}
	m.ID, m.Hint = x.id, x.hint
	x.conn.reply(x, m)
	return true
}

// OnReady is of no use to whole replies.
func (x *exchange) OnReady(func()) {}

// Cancel answers the call with a failure.
func (x *exchange) Cancel(s codecs.Status) {
	if !x.end(s) {
		return
	}
	m := codecs.Message{Kind: codecs.Reply, End: true, Bare: true, ID: x.id, Hint: x.hint, Header: codecs.Header{Status: s}}
	x.conn.reply(x, &m)
}

// end stops the timer and ends the call, once.
func (x *exchange) end(s codecs.Status) bool {
	if x.Ended() {
		return false
	}
	x.conn.srv.Wheel.Stop(&x.timer)
	return x.Call.End(s)
}

// Expire comes from the wheel: the deadline has passed.
func (x *exchange) Expire() {
	x.conn.home.post(task{do: func() {
		x.stop(codecs.Status{Code: codecs.Expired, Text: "engine: the deadline passed"})
	}})
}

// stop cancels the call's way forward; what comes back from there ends it. It runs on the home.
func (x *exchange) stop(s codecs.Status) {
	if x.Ended() {
		return
	}
	x.fwd.Cancel(s)
	x.Cancel(s) // should a stage have swallowed it
}
