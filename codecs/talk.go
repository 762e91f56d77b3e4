package codecs

import (
	"context"
	"io"
	"sync"
)

// talkMax is how many messages of a reply wait for Recv before their sender is asked to pause.
const talkMax = 16

// Talk is one call of any number of messages each way, turned back into plain Go: Wait is for calls of one message each way. One
// goroutine may Send while another Recvs; Close is for any.
//
// It uses the stream that Open gives, and the func that is given to OnReady, on the goroutines of its callers: the Handler must allow
// for that.
type Talk struct {
	ctx  context.Context
	stop func() bool // of the watch over ctx
	call *Call
	fwd  Stream
	room signal // the way forward may have room
	came signal // a message of the reply, or the end, may be there

	mu     sync.Mutex
	queue  []Message // of the reply, owned
	resume func()    // tells who sends the reply to go on; nil: it does not listen
	full   bool      // we were asked to pause
	paused bool      // we have asked who sends the reply to
	over   bool      // the end is in the queue, or was taken from it
	closed bool
}

// signal wakes one who waits for a condition and then looks for himself.
type signal chan struct{}

func (s signal) give() {
	select {
	case s <- struct{}{}:
	default:
	}
}

// Begin opens a call, whose request need not be whole. It is canceled when ctx ends. It must be closed, ended or not.
func Begin(ctx context.Context, h Handler, c *Call) *Talk {
	t := &Talk{ctx: ctx, call: c, room: make(signal, 1), came: make(signal, 1)}
	t.fwd = h.Open(c, (*heard)(t))
	t.fwd.OnReady(t.ready)
	t.stop = context.AfterFunc(ctx, func() { t.fwd.Cancel(Status{Code: Canceled, Text: context.Cause(ctx).Error()}) })
	return t
}

// Send sends a further message of the request, and before that waits while it was asked to pause. It takes m over, whose memory may
// be borrowed. io.EOF says that the call has ended: Recv tells how.
func (t *Talk) Send(m *Message) error {
	for t.wait() {
		select {
		case <-t.room:
		case <-t.ctx.Done():
			m.Release()
			return context.Cause(t.ctx)
		}
	}
	t.mu.Lock()
	if t.over {
		t.mu.Unlock()
		m.Release()
		return io.EOF
	}
	t.full = true // ready may run before Send has returned
	t.mu.Unlock()
	if t.fwd.Send(m) {
		t.ready()
	}
	return nil
}

func (t *Talk) wait() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.full && !t.over
}

// ready says that there is room for the next message of the request.
func (t *Talk) ready() {
	t.mu.Lock()
	t.full = false
	t.mu.Unlock()
	t.room.give()
}

// Recv gives the next message of the reply, which is owned and must be released. The last one has End and says how the call ended: a
// Reply or Data, or a Cancel if the reply was broken off. Behind it comes io.EOF.
func (t *Talk) Recv() (Message, error) {
	for {
		m, resume, err := t.next()
		if resume != nil {
			resume()
		}
		if m.Kind != None || err != nil {
			return m, err
		}
		select {
		case <-t.came:
		case <-t.ctx.Done():
			return Message{}, context.Cause(t.ctx)
		}
	}
}

// next takes the first message that has come. None: none has.
func (t *Talk) next() (m Message, resume func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.queue) == 0 {
		if t.over {
			err = io.EOF
		}
		return m, nil, err
	}
	m, t.queue[0] = t.queue[0], Message{}
	t.queue = t.queue[1:]
	if t.paused && len(t.queue) <= talkMax/2 {
		t.paused, resume = false, t.resume
	}
	return m, resume, nil
}

// Close gives the call up, if it has not ended, and releases what was not received.
func (t *Talk) Close() {
	t.stop()
	t.mu.Lock()
	over := t.over
	t.closed = true
	for i := range t.queue {
		t.queue[i].Release()
	}
	t.queue = nil
	t.mu.Unlock()
	if !over {
		t.fwd.Cancel(Status{Code: Canceled, Text: "codecs: talk: closed"})
	}
}

// heard is the way back.
type heard Talk

func (h *heard) Send(m *Message) (more bool) {
	t := (*Talk)(h)
	end, status := m.End, m.Status
	t.mu.Lock()
	if t.over || t.closed && !end {
		t.mu.Unlock()
		m.Release()
		return true
	}
	if t.closed {
		m.Release()
	} else {
		m.Own()
		t.queue = append(t.queue, *m)
	}
	t.over = end
	more = end || len(t.queue) < talkMax
	t.paused = t.paused || !more
	t.mu.Unlock()
	t.came.give()
	if end {
		t.finish(status)
	}
	return more
}

func (h *heard) OnReady(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.resume = f
}

func (h *heard) Cancel(s Status) {
	h.Send(&Message{Kind: Cancel, End: true, Bare: true, Header: Header{Status: s}})
}

// finish ends the call, and lets go who waits to send.
func (t *Talk) finish(s Status) {
	t.room.give()
	t.call.End(s)
}
