package engine

import (
	"sync"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/clock"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// exchange is one call of a client connection, in one piece of memory: the call itself, the stream its replies go to, its timer,
// and the place of its first attempt at a server. It holds the exactly-once end: whoever ends the Call first, of reply, deadline
// and cancel, is heard. One that has gone the plain way is used again; see reuse.
type exchange struct {
	codecs.Call
	conn   *serverConn
	fwd    codecs.Stream
	timer  clock.Timer
	id     uint64
	hint   uint64
	oneway bool
	whole  bool // the request has ended
	begun  bool // a reply has
	spent  bool // its last message was said at once
	timed  bool // the timer was started
	kept   bool // something may refer to it behind its end
	first  clientCall

	out   sending       // replies that wait for room
	last  codecs.Status // of an end that waits there
	owed  uint32        // window bytes of the request that the way forward has not taken
	stuck bool          // it has told us to pause

	prev, next *exchange // of the connection's calls
}

// exchanges is the calls in flight on a connection.
type exchanges struct {
	head *exchange
	n    int
	byID map[uint64]*exchange // where calls of many messages need it; else nil
}

// find gives the call with an id.
func (l *exchanges) find(id uint64) *exchange {
	if l.byID != nil {
		return l.byID[id]
	}
	x := l.head
	for x != nil && x.id != id {
		x = x.next
	}
	return x
}

func (l *exchanges) add(x *exchange) {
	if x.next = l.head; x.next != nil {
		x.next.prev = x
	}
	l.head = x
	l.n++
	if l.byID != nil {
		l.byID[x.id] = x
	}
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
	delete(l.byID, x.id)
}

// Send is the way back: it puts a reply into its slot, or straight into the outbox as far as there is room. The call ends when its
// last message is said, so that a deadline reaches a reader that does not take it. It runs on the home.
func (x *exchange) Send(m *codecs.Message) bool {
	if x.Ended() {
		m.Release()
		return true
	}
	x.Rec.Out += uint64(m.Body.Len())
	m.ID, m.Hint = x.id, x.hint
	end := m.End
	if end {
		m.Status = x.inTime(m.Status)
		x.last = m.Status
	}
	more, done := x.conn.reply(x, m)
	if end && done {
		x.spent = true
		x.end(x.last)
	}
	return more
}

// exchanges that are over.
var spent = sync.Pool{New: func() any { return new(exchange) }}

// reuse gives an exchange back, whose end its first attempt has just delivered, if nothing refers to it any more: the request was
// whole, nothing has waited on the way, and its timer has not run out. It runs on the home, with nothing of the call below.
func (x *exchange) reuse() {
	c := x.conn
	if !x.spent || !x.whole || x.kept || x.first.queued || x.out.waited() || x.first.out.waited() {
		return
	}
	if c.latest == x {
		c.latest = nil
	}
	*x = exchange{}
	spent.Put(x)
}

// mute says that the call gets no word back: a one-way call on a wire where nothing waits for one. On a wire in order its turn waits,
// on one of streams its stream.
func (x *exchange) mute() bool { return x.oneway && !x.conn.traits.InOrder && !x.conn.traits.Stream }

// OnReady implements codecs.Stream.
func (x *exchange) OnReady(f func()) { x.out.ready = f }

// said is told that the end of the reply has left, or never will.
func (x *exchange) said(err error) {
	if err != nil {
		x.stop(codecs.StatusOf(err))
		return
	}
	x.conn.over(x)
	x.end(x.last)
}

// Cancel answers the call with a failure, in place of what waits.
func (x *exchange) Cancel(s codecs.Status) {
	s = x.inTime(s)
	if !x.end(s) {
		return
	}
	x.conn.cut(x, s)
}

// inTime tells a server that gave up by its own clock, just before ours, from one that was told to: nobody has told it.
func (x *exchange) inTime(s codecs.Status) codecs.Status {
	if s.Code != codecs.Canceled || x.Deadline.IsZero() || time.Until(x.Deadline) > 2*clock.Tick {
		return s
	}
	return codecs.Status{Code: codecs.Expired, Text: "engine: the deadline passed"}
}

// took gives the client's window back what the way forward has taken. It runs on the home.
func (x *exchange) took(credit uint32) {
	x.owed += credit
	if x.stuck || x.owed < creditMin || x.whole {
		return
	}
	x.conn.credit(x)
}

// creditMin is how many bytes of a window are worth the words.
const creditMin = 4 << 10

// resume reads on, of this call.
func (x *exchange) resume() {
	x.stuck = false
	x.took(0)
}

// end stops the timer and ends the call, once.
func (x *exchange) end(s codecs.Status) bool {
	if x.Ended() {
		return false
	}
	if !x.conn.srv.Wheel.Stop(&x.timer) && x.timed {
		x.kept = true // Expire is on its way
	}
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
