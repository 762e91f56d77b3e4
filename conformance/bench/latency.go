package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// paced is the rate, in calls per second over all connections, at which latency is measured.
const paced = 1000

// latencies are the times of the calls of one side.
type latencies struct {
	mu sync.Mutex
	h  *hdrhistogram.Histogram // nanoseconds
}

func newLatencies() *latencies { return &latencies{h: hdrhistogram.New(1, int64(10*time.Second), 3)} }

func (l *latencies) at(percent float64) float64 {
	return float64(l.h.ValueAtQuantile(percent)) / 1000 // microseconds
}

// pace calls at a fixed rate over conns connections and notes how long each call takes.
func (l *latencies) pace(t *traffic, addr string, conns int, each time.Duration) error {
	gap := time.Second * time.Duration(conns) / paced
	var wg sync.WaitGroup
	errs := make(chan error, conns)
	begin := time.Now()
	for i := range conns {
		c, err := t.dial(addr, 1)
		if err != nil {
			return err
		}
		defer c.Close() //nolint:errcheck // nothing hangs on it
		wg.Go(func() {
			if err := l.steps(c, begin.Add(gap*time.Duration(i)/time.Duration(conns)), gap, begin.Add(each)); err != nil {
				errs <- err
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}

func (l *latencies) steps(c caller, due time.Time, gap time.Duration, end time.Time) error {
	for ; due.Before(end); due = due.Add(gap) {
		time.Sleep(time.Until(due))
		sent := time.Now()
		if err := c.once(); err != nil {
			return err
		}
		took := time.Since(sent)
		l.mu.Lock()
		err := l.h.RecordValue(int64(took))
		l.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// latency measures all sides turn about at the fixed rate.
func (s *sides) latency(t *traffic, against string, p *plan) error {
	all := []*latencies{newLatencies(), newLatencies(), newLatencies()}
	for range p.rounds {
		for i, side := range s.all() {
			if err := all[i].pace(t, side.addr, 16, p.each); err != nil {
				return err
			}
		}
	}
	added := func(i int, percent float64) float64 { return all[i].at(percent) - all[0].at(percent) }
	fmt.Printf("    at %d calls/s: direct p50 %.0f us, p99 %.0f us; added by %s p50 %.0f, p99 %.0f; by dragoman p50 %.0f, p99 %.0f\n",
		paced, all[0].at(50), all[0].at(99), against, added(1, 50), added(1, 99), added(2, 50), added(2, 99))
	return nil
}
