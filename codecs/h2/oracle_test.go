package h2_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// sizes of bodies that are tried against net/http: none, less than a frame, a frame, more than a stream's window, more than a
// connection's.
var sizes = []int{0, 1, 100, 4096, 16384, 16385, 70_000, 300_000, 5 << 20}

const together = 8 // calls at once

// TestTransport: net/http's client calls a server side, many streams at once, and gets back what it sent.
func TestTransport(t *testing.T) {
	tr := &http.Transport{Protocols: unencrypted(), DialContext: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		newPump(t, echoCodec, codecs.Server, far, answerAll)
		return near, nil
	}}
	defer tr.CloseIdleConnections()
	random := rand.New(rand.NewPCG(1, 2))
	var bodies [][]byte
	for range 4 {
		for _, n := range sizes {
			bodies = append(bodies, noise(random, n))
		}
	}
	each(bodies, func(i int) {
		// What has no length known beforehand ends with an empty frame, what has one with a full one.
		var body io.Reader = bytes.NewReader(bodies[i])
		if i%2 == 0 {
			body = io.MultiReader(body)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, fmt.Sprintf("http://echo/svc/m%d", i), body)
		if err != nil {
			t.Error(err)
			return
		}
		req.Header.Set("X-Key", "value")
		resp, err := tr.RoundTrip(req)
		if err != nil {
			t.Errorf("call %d of %d bytes: %v", i, len(bodies[i]), err)
			return
		}
		got, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK || !bytes.Equal(got, bodies[i]) {
			t.Errorf("call %d: status %d, %d bytes of %d, %v", i, resp.StatusCode, len(got), len(bodies[i]), err)
		}
	})
}

func unencrypted() *http.Protocols {
	var p http.Protocols
	p.SetUnencryptedHTTP2(true)
	return &p
}

// noise gives bytes without a newline, which the test's mapping would take for the end of a message.
func noise(random *rand.Rand, n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = 'a' + byte(random.IntN(26))
	}
	return p
}

// each runs f for every body, some at a time.
func each(bodies [][]byte, f func(i int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range together {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range bodies {
		next <- i
	}
	close(next)
	wg.Wait()
}

// TestServer: a client side calls net/http's server.
func TestServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Protocols: unencrypted(), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Path", r.URL.Path)
		if r.URL.Path == "/svc/early" {
			w.WriteHeader(http.StatusOK)
			return // with the request half read: the server resets it
		}
		w.Header().Set("Trailer", "X-Sum")
		n, _ := io.Copy(w, r.Body)
		w.Header().Set("X-Sum", fmt.Sprint(n))
	})}
	var serving sync.WaitGroup
	serving.Go(func() { _ = srv.Serve(l) })
	t.Cleanup(func() {
		_ = srv.Close()
		serving.Wait()
	})
	near, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}

	type answer struct {
		bytes.Buffer
		path, sum string
		done      chan codecs.Status
	}
	answers := map[uint64]*answer{} // with the pump locked
	hello := make(chan bool, 1)
	p := newPump(t, echoCodec, codecs.Client, near, func(_ *pump, m *codecs.Message, err error) {
		if m.Kind == codecs.Hello {
			hello <- true
		}
		a := answers[m.ID]
		if a == nil {
			return
		}
		a.Write(m.Body.Bytes())
		if v, ok := m.Meta.Get("x-path"); ok {
			a.path = v
		}
		if v, ok := m.Meta.Get("x-sum"); ok {
			a.sum = v
		}
		if m.End || m.Kind == codecs.Cancel || err != nil {
			s := m.Status
			if err != nil {
				s = codecs.StatusOf(err)
			}
			a.done <- s
		}
	})
	<-hello
	random := rand.New(rand.NewPCG(3, 4))
	var bodies [][]byte
	for range 4 {
		for _, n := range sizes {
			bodies = append(bodies, noise(random, n))
		}
	}
	id := uint64(1)
	each(bodies, func(i int) {
		a := &answer{done: make(chan codecs.Status, 2)}
		m := request(0, fmt.Sprintf("m%d", i), true)
		if i%9 == 7 {
			m.Method = "early"
		}
		m.Bare, m.Body = false, wire.Copy(bodies[i])
		path := "/svc/" + m.Method
		p.mu.Lock()
		m.ID = id
		id += 2
		answers[m.ID] = a
		_ = p.side.encode(&m)
		p.mu.Unlock()
		p.notify()
		s := <-a.done
		switch {
		case s.Code != codecs.OK || a.path != path:
			t.Errorf("call %d of %d bytes: %v, path %s", i, len(bodies[i]), s, a.path)
		case i%9 == 7:
		case !bytes.Equal(a.Bytes(), bodies[i]) || a.sum != fmt.Sprint(len(bodies[i])):
			t.Errorf("call %d: %d bytes of %d, sum %s", i, a.Len(), len(bodies[i]), a.sum)
		}
	})
}
