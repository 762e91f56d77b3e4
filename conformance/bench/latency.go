package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"slices"
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
func (l *latencies) pace(protocol, addr string, conns int, each time.Duration, request []byte) error {
	gap := time.Second * time.Duration(conns) / paced
	var wg sync.WaitGroup
	errs := make(chan error, conns)
	begin := time.Now()
	for i := range conns {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return err
		}
		defer c.Close() //nolint:errcheck // nothing hangs on it
		wg.Go(func() {
			if err := l.steps(c, protocol, uint64(i)<<32, begin.Add(gap*time.Duration(i)/time.Duration(conns)), gap, begin.Add(each), request); err != nil {
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

func (l *latencies) steps(c net.Conn, protocol string, id uint64, due time.Time, gap time.Duration, end time.Time, request []byte) error {
	request = bytes.Clone(request)
	r := bufio.NewReaderSize(c, 16<<10)
	for ; due.Before(end); due = due.Add(gap) {
		time.Sleep(time.Until(due))
		if protocol == "dubbo" {
			id++
			binary.BigEndian.PutUint64(request[4:], id)
		}
		sent := time.Now()
		if _, err := c.Write(request); err != nil {
			return err
		}
		if err := readReply(r, protocol, id); err != nil {
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

// latency measures all sides of a case turn about at the fixed rate.
func (k *kase) latency(sides []*process, each time.Duration, rounds int, request []byte) error {
	all := []*latencies{newLatencies(), newLatencies(), newLatencies()}
	for range rounds {
		for i, p := range sides {
			if err := all[i].pace(k.caller, p.addr, 16, each, request); err != nil {
				return err
			}
		}
	}
	added := func(i int, percent float64) float64 { return all[i].at(percent) - all[0].at(percent) }
	fmt.Printf("%-16s at %d calls/s: direct p50 %.0f us, p99 %.0f us; added by haproxy p50 %.0f, p99 %.0f; by dragoman p50 %.0f, p99 %.0f\n",
		k.name, paced, all[0].at(50), all[0].at(99), added(1, 50), added(1, 99), added(2, 50), added(2, 99))
	return nil
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}
