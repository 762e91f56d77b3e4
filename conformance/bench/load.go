package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// text is the kilobyte that is echoed.
var (
	text      = strings.Repeat("0123456789abcdef", 64)
	textBytes = []byte(text)
)

func redisEcho() (request, reply []byte) {
	key := `{"action":"com.acme.Echo","params":{"m":"echo","args":["` + text + `"]}}`
	value := `{"ec":200,"em":"","result":"` + text + `"}`
	return fmt.Appendf(nil, "*2\r\n$3\r\nGET\r\n$%d\r\n%s\r\n", len(key), key), fmt.Appendf(nil, "$%d\r\n%s\r\n", len(value), value)
}

func httpEcho() (request, reply []byte) {
	body := `["` + text + `"]`
	request = fmt.Appendf(nil, "POST /com.acme.Echo/echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	result := `"` + text + `"`
	return request, fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(result), result)
}

// caller is one connection that calls. Every reply is checked to be of the right length and to hold the text.
type caller interface {
	until(end time.Time) (calls int64, err error)
	once() error
	Close() error
}

// dial opens a connection with depth calls under way at a time.
func (t *traffic) dial(addr string, depth int) (caller, error) {
	if t.multiplexed() {
		c, err := dialH2(t.protocol, addr, connWindow, t.request)
		if err == nil {
			c.depth = depth
		}
		return c, err
	}
	if p := frames[t.protocol]; p != nil {
		return dialFramed(p, addr, bytes.Clone(t.request), depth)
	}
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &plain{nc: nc, r: bufio.NewReaderSize(nc, 16<<10), protocol: t.protocol, request: bytes.Clone(t.request)}, nil
}

// traffic is what callers say.
type traffic struct {
	protocol string
	request  []byte
}

// multiplexed says whether it goes over HTTP/2.
func (t *traffic) multiplexed() bool { return t.protocol == "grpc" || t.protocol == "http2" }

// load calls over conns connections, depth calls at a time on each, and gives calls per second.
func (t *traffic) load(addr string, conns, depth int, each time.Duration) (float64, error) {
	var calls atomic.Int64
	errs := make(chan error, conns)
	var wg sync.WaitGroup
	begin := time.Now()
	end := begin.Add(each)
	for range conns {
		c, err := t.dial(addr, depth)
		if err != nil {
			return 0, err
		}
		defer c.Close() //nolint:errcheck // nothing hangs on it
		wg.Go(func() {
			n, err := c.until(end)
			calls.Add(n)
			if err != nil {
				errs <- err
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return 0, err
	default:
	}
	return float64(calls.Load()) / time.Since(begin).Seconds(), nil
}

// plain is a connection that carries one call at a time.
type plain struct {
	nc       net.Conn
	r        *bufio.Reader
	protocol string
	request  []byte
}

func (c *plain) Close() error { return c.nc.Close() }

func (c *plain) until(end time.Time) (n int64, err error) {
	for ; time.Now().Before(end); n++ {
		if err := c.once(); err != nil {
			return n, fmt.Errorf("call %d: %w", n, err)
		}
	}
	return n, nil
}

func (c *plain) once() error {
	if _, err := c.nc.Write(c.request); err != nil {
		return err
	}
	return readReply(c.r, c.protocol)
}

// readReply reads one reply and checks it.
func readReply(r *bufio.Reader, protocol string) error {
	var body []byte
	var err error
	switch protocol {
	case "redis":
		body, err = readSized(r, '$', 2)
	case "http":
		body, err = readHTTP(r)
	}
	if err != nil {
		return err
	}
	return containsText(body)
}

func containsText(body []byte) error {
	if !bytes.Contains(body, textBytes) {
		return fmt.Errorf("a reply without the text: %.200q", body)
	}
	return nil
}

func peekAndDrop(r *bufio.Reader, n int) ([]byte, error) {
	b, err := r.Peek(n)
	if err != nil {
		return nil, err
	}
	_, err = r.Discard(n)
	return b, err
}

// readSized reads a length behind a mark, and so many bytes and tail more.
func readSized(r *bufio.Reader, mark byte, tail int) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	n := 0
	if line[0] != mark {
		return nil, fmt.Errorf("reply %.200q", line)
	}
	for _, d := range line[1 : len(line)-2] {
		n = n*10 + int(d-'0')
	}
	return peekAndDrop(r, n+tail)
}

func readHTTP(r *bufio.Reader) ([]byte, error) {
	n := 0
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		if first && !bytes.HasPrefix(line, []byte("HTTP/1.1 200")) {
			return nil, fmt.Errorf("reply %.200q", line)
		}
		if rest, ok := bytes.CutPrefix(bytes.ToLower(line), []byte("content-length: ")); ok {
			for _, d := range bytes.TrimSpace(rest) {
				n = n*10 + int(d-'0')
			}
		}
		if len(line) == 2 {
			return peekAndDrop(r, n)
		}
	}
}
