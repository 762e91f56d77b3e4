// Package clock holds the one timer of the process: a hashed wheel, cheap enough for one timer a call.
//
// It knows time. It refuses to know what expires.
package clock

import (
	"sync"
	"time"
)

// Tick is the wheel's grain: timers fire up to two ticks late and never early.
const Tick = 5 * time.Millisecond

const slots = 1 << 10

// Expirer is told that its timer has run out, on the wheel's goroutine: it must not block.
type Expirer interface{ Expire() }

// Timer is one timer, a part of what it times, so that starting one allocates nothing. The zero Timer is stopped. It belongs to
// the Wheel it was started on until it fires or is stopped.
type Timer struct {
	prev, next *Timer
	due        int64 // tick
	e          Expirer
}

// Wheel runs timers. Make one with New. Safe for concurrent use. It costs nothing while no timer runs.
type Wheel struct {
	mu     sync.Mutex
	wake   chan struct{}
	done   chan struct{}
	close  sync.Once
	start  time.Time
	now    int64 // the last tick that was run
	count  int
	asleep bool
	slot   [slots]Timer // list heads
}

// New makes a Wheel and its goroutine, which runs until Close.
func New() *Wheel {
	w := &Wheel{wake: make(chan struct{}, 1), done: make(chan struct{}), start: time.Now()}
	for i := range w.slot {
		h := &w.slot[i]
		h.prev, h.next = h, h
	}
	go w.run()
	return w
}

// Close stops the wheel; timers that run never fire. A second Close does nothing.
func (w *Wheel) Close() { w.close.Do(func() { close(w.done) }) }

func (w *Wheel) tick() int64 { return int64(time.Since(w.start) / Tick) }

// Start has e told once, at a time of this process's clock. A timer that runs is started anew. Nobody asks what time it is, as long as
// other timers run.
func (w *Wheel) Start(t *Timer, at time.Time, e Expirer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unlink(t)
	if w.count == 0 {
		w.now = w.tick()
	}
	t.due, t.e = int64((at.Sub(w.start)+Tick-1)/Tick), e
	if t.due <= w.now {
		t.due = w.now + 1
	}
	h := &w.slot[t.due%slots]
	t.prev, t.next = h.prev, h
	h.prev.next, h.prev = t, t
	w.count++
	if w.asleep {
		w.asleep = false
		w.wake <- struct{}{}
	}
}

// Stop stops a timer and says whether it was running: if not, Expire has been or is being called, or it was never started.
func (w *Wheel) Stop(t *Timer) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.unlink(t)
}

func (w *Wheel) unlink(t *Timer) bool {
	if t.next == nil {
		return false
	}
	t.prev.next, t.next.prev = t.next, t.prev
	t.prev, t.next, t.e = nil, nil, nil
	w.count--
	return true
}

func (w *Wheel) run() {
	ticker := time.NewTicker(Tick)
	defer ticker.Stop()
	var due []Expirer
	for {
		select {
		case <-w.done:
			return
		case <-ticker.C:
		}
		w.mu.Lock()
		due = w.advance(due[:0])
		idle := w.count == 0
		w.asleep = idle
		w.mu.Unlock()
		for i, e := range due {
			e.Expire()
			due[i] = nil
		}
		if !idle {
			continue
		}
		ticker.Stop()
		select {
		case <-w.done:
			return
		case <-w.wake:
			ticker.Reset(Tick)
		}
	}
}

// advance takes every timer that is due by now off the wheel.
func (w *Wheel) advance(due []Expirer) []Expirer {
	to := w.tick()
	for from := max(w.now+1, to-slots+1); from <= to; from++ {
		h := &w.slot[from%slots]
		for t := h.next; t != h; {
			next := t.next
			if t.due <= to {
				due = append(due, t.e)
				w.unlink(t)
			}
			t = next
		}
	}
	w.now = to
	return due
}
