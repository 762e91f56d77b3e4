package main

import (
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// streamWindow is what a reader of a stream lets be under way to it, in bytes.
const streamWindow = 1 << 20

// reader reads one endless stream and checks where its messages begin.
type reader struct {
	*h2client
	due  int // bytes not yet given back to the stream's window
	left int // of the message that is arriving, behind its prefix
	head []byte
}

// newReader asks for a stream: an empty message.
func newReader(addr string, window uint32) (*reader, error) {
	c, err := dialH2("grpc", addr, window, make([]byte, prefixLen))
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.headers(1, 0, c.fields)
	c.data(1, flagEnd, c.request)
	return &reader{h2client: c}, c.flush()
}

// step reads one frame and gives the number of bytes of messages in it.
func (r *reader) step() (int, error) {
	f, err := r.read()
	if err != nil {
		return 0, err
	}
	if f.kind == frameHeaders {
		if _, err := r.dec.Write(f.p); err != nil {
			return 0, err
		}
	}
	if f.kind == frameReset || f.flags&flagEnd != 0 {
		return 0, fmt.Errorf("the stream has ended: frame %d %x, %q", f.kind, f.p, r.seen.why)
	}
	if f.kind != frameData {
		return 0, nil
	}
	if err := r.messages(f.p); err != nil {
		return 0, err
	}
	if r.due += len(f.p); r.due < streamWindow/4 {
		return len(f.p), nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out = appendWindow(r.out, 1, uint32(r.due))
	r.due = 0
	return len(f.p), r.flush()
}

// messages follows the messages of the stream, each of which must be of the size that all have.
func (r *reader) messages(p []byte) error {
	for len(p) > 0 {
		if r.left > 0 {
			n := min(r.left, len(p))
			r.left -= n
			p = p[n:]
			continue
		}
		n := min(prefixLen-len(r.head), len(p))
		r.head = append(r.head, p[:n]...)
		if p = p[n:]; len(r.head) < prefixLen {
			return nil
		}
		if r.left = int(binary.BigEndian.Uint32(r.head[1:])); r.left != streamed || r.head[0] != 0 {
			return fmt.Errorf("a message begins with %x", r.head)
		}
		r.head = r.head[:0]
	}
	return nil
}

// streams measures bytes per second of server streams of 64 KiB messages, one on each connection.
func streams(p *plan) error {
	k := kase{name: "grpc streams", caller: "grpc", server: "grpc", against: "haproxy", yardstick: haproxyH2}
	s, err := k.start(p)
	if err != nil {
		return err
	}
	defer s.stop()
	fmt.Printf("%-14s %5s %13s %13s %14s  %5s %5s %5s  %7s\n", k.name, "conns", "direct MiB/s", "haproxy MiB/s", "dragoman MiB/s", "ratio", "worst", "best", "RSS MiB")
	for _, conns := range []int{1, 16, 64} {
		var rates [3][]float64
		for round := range p.rounds + 1 {
			for i, side := range s.all() {
				rate, err := readAll(side.addr, conns, p.each)
				if err != nil {
					return fmt.Errorf("%s, %d connections: %w", sideNames[i], conns, err)
				}
				if round > 0 {
					rates[i] = append(rates[i], rate/(1<<20))
				}
			}
		}
		ratios := quotients(rates[2], rates[1])
		fmt.Printf("%-14s %5d %13.0f %13.0f %14.0f  %5.2f %5.2f %5.2f  %7.1f\n", "", conns, median(rates[0]), median(rates[1]), median(rates[2]),
			median(ratios), ratios[0], ratios[len(ratios)-1], mib(s.dragoman))
	}
	return nil
}

// readAll reads conns streams and gives bytes per second.
func readAll(addr string, conns int, each time.Duration) (float64, error) {
	var bytes atomic.Int64
	errs := make(chan error, conns)
	var wg sync.WaitGroup
	begin := time.Now()
	for range conns {
		r, err := newReader(addr, streamWindow)
		if err != nil {
			return 0, err
		}
		defer r.Close() //nolint:errcheck // nothing hangs on it
		wg.Go(func() {
			for time.Since(begin) < each {
				n, err := r.step()
				if err != nil {
					errs <- err
					return
				}
				bytes.Add(int64(n))
			}
		})
	}
	wg.Wait()
	took := time.Since(begin)
	select {
	case err := <-errs:
		return 0, err
	default:
	}
	return float64(bytes.Load()) / took.Seconds(), nil
}
