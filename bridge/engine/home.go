package engine

import (
	"runtime/debug"
	"slices"
	"sync"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// home is an executor: everything done for the calls of one client connection runs here, one thing at a time. There is no
// goroutine of its own: whoever finds it idle runs it.
//
// Writing is put off to the end of a run, when every outbox touched meanwhile is flushed once, outside of the run lock.
type home struct {
	own     *link      // of the client connection; nil for a call that came from inside the process
	run     sync.Mutex // held by whoever runs
	touched []*link    // outboxes to flush; guarded by run
	spare   []task     // room for the next q; guarded by run

	mu sync.Mutex
	q  []task
}

// task is something to do for a call later. One of do and to is set.
type task struct {
	do func()
	to *clientCall
	m  codecs.Message // owned; Kind Cancel: its Status ends the call
}

// lock waits until the home is idle and takes it. Only a client connection's own reader may wait like this.
func (h *home) lock() { h.run.Lock() }

// touch notes an outbox to be flushed when this run ends. Called on the home.
func (h *home) touch(l *link) {
	if slices.Contains(h.touched, l) {
		return
	}
	h.touched = append(h.touched, l)
}

// leave ends a run: it does what others have queued meanwhile, gives the home back, and flushes.
func (h *home) leave() {
	for {
		h.drain()
		var buf [8]*link
		flush := append(buf[:0], h.touched...)
		clear(h.touched)
		h.touched = h.touched[:0]
		h.run.Unlock()
		for _, l := range flush {
			l.flush()
		}
		// A task queued after drain, by one who found the lock taken, would otherwise wait for the next run.
		if h.idle() || !h.run.TryLock() {
			return
		}
	}
}

func (h *home) idle() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.q) == 0
}

func (h *home) drain() {
	for {
		h.mu.Lock()
		q := h.q
		if len(q) == 0 {
			h.mu.Unlock()
			return
		}
		h.q, h.spare = h.spare, nil
		h.mu.Unlock()
		for i := range q {
			h.perform(&q[i])
		}
		clear(q)
		if cap(q) <= tasksKept {
			h.spare = q[:0]
		}
	}
}

// tasksKept is for how many tasks a home keeps room.
const tasksKept = 64

// perform does a task. One that panics costs the client its connection: tasks come from timers, too, where nobody else would catch it.
// A call from inside the process has none, and whoever made it hears of the panic.
func (h *home) perform(t *task) {
	defer func() {
		if r := recover(); r != nil && !h.lose(&Panic{Value: r, Stack: debug.Stack()}) {
			panic(r) //nolint:forbidigo // it was not ours to catch
		}
	}()
	if t.to != nil {
		t.to.deliver(&t.m)
		return
	}
	t.do()
}

// lose closes the client connection, if there is one.
func (h *home) lose(p *Panic) bool {
	if h.own == nil || h.own.conn == nil {
		return false
	}
	h.own.conn.Close(p)
	return true
}

// post has t done on the home: now if it is idle, else by whoever runs it. It never blocks.
func (h *home) post(t task) {
	h.mu.Lock()
	h.q = append(h.q, t)
	h.mu.Unlock()
	if h.run.TryLock() {
		h.leave()
	}
}

// visit delivers borrowed messages: at once if the home is idle, owned and queued if it is not. The caller must call settle for the
// home when it has delivered what it has.
func (h *home) visit(all []delivery) {
	if h.run.TryLock() {
		defer h.run.Unlock() // also if a stage panics
		h.drain()            // what an earlier visit has queued comes first
		for i := range all {
			all[i].to.deliver(&all[i].m)
		}
		return
	}
	for i := range all {
		all[i].m.Own()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range all {
		h.q = append(h.q, task{to: all[i].to, m: all[i].m})
	}
}

// settle does what visits have left: queued tasks and outboxes to flush. If the home is running its runner does it, and what was
// borrowed for the visits is copied.
func (h *home) settle() {
	if h.run.TryLock() {
		h.leave()
		return
	}
	if h.own != nil {
		h.own.keep()
	}
}
