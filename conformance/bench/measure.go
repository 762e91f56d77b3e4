package main

import (
	"bufio"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sides are the processes of a case: the server called directly, through the yardstick, and through dragoman. The server behind
// dragoman is another one where it speaks another protocol.
type sides struct {
	direct, yardstick, dragoman, behind *process
	admin                               string // address of dragoman's
}

func (s *sides) stop() { stop(s.yardstick, s.dragoman, s.direct, s.behind) }

var sideNames = [...]string{"direct", "the yardstick", "dragoman"}

func (s *sides) all() []*process { return []*process{s.direct, s.yardstick, s.dragoman} }

// start starts them. The yardstick passes the caller's own protocol, unless it is one that converts.
func (k *kase) start(p *plan) (*sides, error) {
	s := &sides{}
	var err error
	if s.behind, err = startServer(k.server); err != nil {
		return nil, err
	}
	if s.direct = s.behind; k.caller != k.server {
		if s.direct, err = startServer(k.caller); err != nil {
			return nil, err
		}
	}
	passed := s.direct
	if k.against != "haproxy" {
		passed = s.behind
	}
	if s.yardstick, err = k.yardstick(passed.addr); err != nil {
		return nil, err
	}
	if s.admin, err = freeAddr(); err != nil {
		return nil, err
	}
	s.dragoman, err = startDragoman(p.bin, k.caller, k.server, s.behind.addr, s.admin)
	return s, err
}

// measurement is all rounds of one line: of direct, the yardstick and dragoman.
type measurement struct {
	*sides
	rates [3][]float64 // calls per second
	costs [3][]float64 // CPU time of the process per call, in microseconds
}

func newMeasurement(s *sides) *measurement { return &measurement{sides: s} }

func (m *measurement) take(t *traffic, conns, depth int, each time.Duration, keep bool) error {
	for i, p := range m.all() {
		before := cpu(p.cmd.Process.Pid)
		rate, err := t.load(p.addr, conns, depth, each)
		if err != nil {
			return fmt.Errorf("%s: %w", sideNames[i], err)
		}
		if keep {
			m.rates[i] = append(m.rates[i], rate)
			m.costs[i] = append(m.costs[i], float64((cpu(p.cmd.Process.Pid)-before).Microseconds())/(rate*each.Seconds()))
		}
	}
	return nil
}

func (m *measurement) print(conns, depth int) {
	ratios := quotients(m.rates[2], m.rates[1])
	fmt.Printf("%-14s %5d %5d %8.0f %10.0f %10.0f  %5.2f %5.2f %5.2f  %9.1f %11.1f %7.1f\n", "", conns, depth, median(m.rates[0]), median(m.rates[1]),
		median(m.rates[2]), median(ratios), ratios[0], ratios[len(ratios)-1], median(m.costs[1]), median(m.costs[2]), mib(m.dragoman))
}

// quotients are the rounds' ratios, the worst one first.
func quotients(of, by []float64) []float64 {
	var q []float64
	for i := range of {
		q = append(q, of[i]/by[i])
	}
	slices.Sort(q)
	return q
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

func mib(p *process) float64 { return float64(rss(p.cmd.Process.Pid)) / (1 << 20) }

// garbage is how many bytes dragoman allocates for a call, at 64 connections. What these and the answers of its admin address cost
// is among them, so that it takes a while.
func (s *sides) garbage(t *traffic, each time.Duration) (perCall float64, err error) {
	before, err := allocated(s.admin)
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	rate, err := t.load(s.dragoman.addr, 64, 1, 5*each)
	if err != nil {
		return 0, err
	}
	calls := rate * time.Since(begin).Seconds()
	after, err := allocated(s.admin)
	return (after - before) / calls, err
}

// allocated is how many bytes dragoman has allocated since it began.
func allocated(admin string) (float64, error) {
	r, err := http.Get("http://" + admin + "/metrics")
	if err != nil {
		return 0, err
	}
	defer r.Body.Close() //nolint:errcheck // nothing hangs on it
	for sc := bufio.NewScanner(r.Body); sc.Scan(); {
		if n, ok := strings.CutPrefix(sc.Text(), "go_memstats_alloc_bytes_total "); ok {
			return strconv.ParseFloat(n, 64)
		}
	}
	return 0, fmt.Errorf("no count of allocated bytes at %s", admin)
}
