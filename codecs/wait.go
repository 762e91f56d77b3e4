package codecs

import (
	"context"
	"sync"
)

// Wait makes one unary call and waits for its end: the callbacks turned back into plain Go, for tests and commands. The
// message it returns is owned and must be released; a call that fails without a reply gives a Reply with that Status.
func Wait(ctx context.Context, h Handler, c *Call) (Message, error) {
	w := &waiter{done: make(chan struct{}), call: c}
	fwd := h.Open(c, w)
	select {
	case <-w.done:
		return w.m, nil
	case <-ctx.Done():
	}
	fwd.Cancel(Status{Code: Canceled, Text: context.Cause(ctx).Error()})
	return Message{}, ctx.Err()
}

type waiter struct {
	mu   sync.Mutex
	done chan struct{}
	over bool
	m    Message
	call *Call
}

func (w *waiter) Send(m *Message) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over || m.Kind != Reply && !m.End {
		m.Release()
		return true
	}
	if m.Kind == Reply {
		w.m.Release()
		m.Own()
		w.m = *m
	} else { // the end of a reply that has come, which says how the call went
		w.m.Status, w.m.End = m.Status, true
		m.Release()
	}
	if w.m.End {
		w.finish()
	}
	return true
}

func (w *waiter) OnReady(func()) {}

func (w *waiter) Cancel(s Status) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return
	}
	w.m.Release()
	w.m = Message{Kind: Reply, End: true, Bare: true, Header: Header{Status: s}}
	w.finish()
}

func (w *waiter) finish() {
	w.over = true
	w.call.End(w.m.Status)
	close(w.done)
}
