package filter

import "github.com/dragoman-rpc/dragoman/codecs"

// ends is where a stage stands that may end a call by itself: on both of its ways. One end goes back and nothing behind it, and
// the way forward is told of an end that it does not know of. It is used on the call's home.
type ends struct {
	back codecs.Stream
	fwd  codecs.Stream // nil until Open has returned
	stop codecs.Status // what fwd is to be told then; OK: nothing
	over bool          // the end went back
}

// opened takes the way forward, which Open has returned.
func (e *ends) opened(fwd codecs.Stream) {
	e.fwd = fwd
	if e.stop.Code != codecs.OK {
		fwd.Cancel(e.stop)
	}
}

// send passes a message back.
func (e *ends) send(m *codecs.Message) (more bool) {
	if e.over {
		m.Release()
		return true
	}
	e.over = m.End
	return e.back.Send(m)
}

// cancel passes an end back that the way forward knows of.
func (e *ends) cancel(s codecs.Status) {
	if !e.over {
		e.over = true
		e.back.Cancel(s)
	}
}

// fail ends the call both ways.
func (e *ends) fail(s codecs.Status) {
	if e.over {
		return
	}
	e.over = true
	if e.fwd != nil {
		e.fwd.Cancel(s)
	} else {
		e.stop = s
	}
	e.back.Cancel(s)
}

// streams says whether calls of a protocol may have any number of messages each way. Where they cannot, a request is one whole
// message, and so is a reply.
func streams(t *codecs.Traits) bool { return t != nil && t.Stream && !t.Whole }
