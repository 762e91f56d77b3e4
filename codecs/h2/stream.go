package h2

// stream is the state of one stream that is open in at least one direction.
type stream struct {
	id       uint32
	protocol int // index of its mapping
	ex       Exchange

	// What the peer says.
	known  bool // the call is known to the engine
	headIn bool // the block that opens the peer's half has come
	endIn  bool // the peer's half has ended
	mute   bool // nothing more of the peer's half is of interest
	bare   bool // the reply has no payload, whatever it says of its length: the request was a HEAD
	recv   int  // what is left of the window of what the peer sends
	window int  // all of it
	due    uint32
	unread int // bytes in messages that the reader has not taken
	length int // bytes of payload still to come, by Content-Length; -1: not said

	// What we say.
	headOut bool // the block that opens our half is out
	endOut  bool // our half has ended
	send    int  // window of what we send
	out     saying
}

// saying is the message that is on its way out of a stream, and what a window held back of it besides the body.
type saying struct {
	pending bool // part of it waits for a window; counted in session.blocked
	begun   bool // part of its payload is out
	part    bool // more of its payload follows in the next message
	end     bool // it ends our half
	prefix  []byte
	said    int // bytes of the prefix that are out
	tail    []Field
}

// streams finds the open streams by their ids, and remembers those that have just closed.
type streams struct {
	open   map[uint32]*stream
	last   *stream     // the one that was looked up last
	free   [][]*stream // to be used again, by mapping
	closed [closedMax]closed
	at     int // where the next closed one goes
}

// closedMax is how many closed streams are remembered. A frame for one that is forgotten is an error of that stream.
const closedMax = 256

// freeMax is how many unused streams a connection keeps for each mapping.
const freeMax = 1024

// closed is a stream that is no longer there.
type closed struct {
	id   uint32
	ours bool // we have reset it: the peer may have frames under way
	over bool // both have ended it: the peer has none
}

func (t *streams) init(protocols int) {
	t.open = map[uint32]*stream{}
	t.free = make([][]*stream, protocols)
}

func (t *streams) len() int { return len(t.open) }

// find gives the open stream with an id, or nil.
func (t *streams) find(id uint32) *stream {
	if t.last != nil && t.last.id == id {
		return t.last
	}
	st := t.open[id]
	if st != nil {
		t.last = st
	}
	return st
}

// take gives a stream with an Exchange that can be used again, or nil.
func (t *streams) take(protocol int) *stream {
	free := t.free[protocol]
	if len(free) == 0 {
		return nil
	}
	st := free[len(free)-1]
	t.free[protocol] = free[:len(free)-1]
	return st
}

func (t *streams) add(st *stream) {
	t.open[st.id] = st
	t.last = st
}

// remove forgets an open stream.
func (t *streams) remove(st *stream, c closed) {
	delete(t.open, st.id)
	t.last = nil
	t.note(c)
	r, ok := st.ex.(Reusable)
	if !ok || len(t.free[st.protocol]) >= freeMax {
		return
	}
	r.Reset()
	clear(st.out.tail)
	*st = stream{protocol: st.protocol, ex: st.ex, out: saying{prefix: st.out.prefix[:0], tail: st.out.tail[:0]}}
	t.free[st.protocol] = append(t.free[st.protocol], st)
}

func (t *streams) note(c closed) {
	t.closed[t.at%closedMax] = c
	t.at++
}

// past gives what is remembered of a closed stream.
func (t *streams) past(id uint32) (c closed, ok bool) {
	for i := range t.closed {
		if t.closed[i].id == id {
			return t.closed[i], true
		}
	}
	return closed{}, false
}
