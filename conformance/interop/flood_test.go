package interop

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Frames of RFC 9113, made here so that nothing of dragoman's vouches for itself.
const (
	h2Data, h2Headers, h2Priority, h2Reset, h2Settings, h2Ping, h2Goaway, h2Window, h2Continuation = 0, 1, 2, 3, 4, 6, 7, 8, 9

	h2End, h2EndHeaders = 1, 4
	h2Preface           = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
)

func h2Frame(b []byte, kind, flags byte, stream uint32, payload ...byte) []byte {
	b = append(b, byte(len(payload)>>16), byte(len(payload)>>8), byte(len(payload)), kind, flags)
	return append(binary.BigEndian.AppendUint32(b, stream), payload...)
}

// Indices of :method in HPACK's table.
const (
	h2Get  = 0x82
	h2Post = 0x83
)

// h2Block is the head of a request in HPACK, which leaves nothing in the table.
func h2Block(method byte, path, contentType string) []byte {
	b := []byte{method, 0x86, 0x01, 1, 'a', 0x04, byte(len(path))}
	b = append(append(b, path...), 0x0f, 0x10, byte(len(contentType)))
	b = append(append(b, contentType...), 0x00, 2)
	return append(append(b, "te"...), "\x08trailers"...)
}

// flood is what a hostile client says again and again. stream is the first id that it may use, with 100 odd ones behind it.
type flood struct {
	name string
	say  func(b []byte, stream uint32) []byte
}

var floods = []flood{
	{"reset", func(b []byte, stream uint32) []byte {
		b = h2Frame(b, h2Headers, h2EndHeaders, stream, h2Block(h2Post, "/io.dragoman.Hello/post", "application/json")...)
		return h2Frame(b, h2Reset, 0, stream, 0, 0, 0, 8)
	}},
	{"reset of whole", func(b []byte, stream uint32) []byte {
		b = h2Frame(b, h2Headers, h2EndHeaders|h2End, stream, h2Block(h2Get, "/hello", "application/json")...)
		return h2Frame(b, h2Reset, 0, stream, 0, 0, 0, 8)
	}},
	{"ping", func(b []byte, _ uint32) []byte { return h2Frame(b, h2Ping, 0, 0, make([]byte, 8)...) }},
	{"settings", func(b []byte, _ uint32) []byte { return h2Frame(b, h2Settings, 0, 0) }},
	{"window", func(b []byte, _ uint32) []byte { return h2Frame(b, h2Window, 0, 0, 0, 0, 0, 1) }},
	{"priority", func(b []byte, stream uint32) []byte { return h2Frame(b, h2Priority, 0, stream, 0, 0, 0, 0, 1) }},
	{"empty data", func(b []byte, stream uint32) []byte {
		b = h2Frame(b, h2Headers, h2EndHeaders, stream, h2Block(h2Post, "/io.dragoman.Hello/post", "application/json")...)
		for range 100 {
			b = h2Frame(b, h2Data, 0, stream)
		}
		return b
	}},
	{"continuation", func(b []byte, stream uint32) []byte {
		b = h2Frame(b, h2Headers, 0, stream, h2Block(h2Post, "/io.dragoman.Hello/post", "application/json")...)
		for range 1000 {
			b = h2Frame(b, h2Continuation, 0, stream, 0x00, 1, 'x', 1, 'y')
		}
		return b
	}},
}

// run floods addr, with a new connection whenever it is thrown out, until stop. It gives how often that was so, with a GOAWAY.
func (f *flood) run(addr string, stop <-chan struct{}) (thrown int, err error) {
	for {
		select {
		case <-stop:
			return thrown, nil
		default:
		}
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return thrown, err
		}
		said := make(chan bool, 1)
		go func() { said <- goaway(c) }()
		f.pour(c, stop)
		if <-said {
			thrown++
		}
		_ = c.Close()
	}
}

// pour writes until the other side has enough: 4 KiB each 2 ms, some 25 000 requests or 100 000 other frames in a second, which leaves a
// machine of two cores to those that are measured.
func (f *flood) pour(c net.Conn, stop <-chan struct{}) {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	b := h2Frame([]byte(h2Preface), h2Settings, 0, 0)
	for stream := uint32(1); stream < 1<<30; {
		for len(b) < 4<<10 {
			b = f.say(b, stream)
			stream += 2
		}
		if _, err := c.Write(b); err != nil {
			return
		}
		b = b[:0]
		select {
		case <-stop:
			_ = c.SetReadDeadline(time.Now()) // there may have been no goodbye yet
			return
		case <-tick.C:
		}
	}
}

// goaway reads to the end and says whether there was a GOAWAY that names an error.
func goaway(c net.Conn) (named bool) {
	var head [9]byte
	for {
		if _, err := io.ReadFull(c, head[:]); err != nil {
			return named
		}
		p := make([]byte, int(head[0])<<16|int(head[1])<<8|int(head[2]))
		if _, err := io.ReadFull(c, p); err != nil {
			return named
		}
		if head[3] == h2Goaway && len(p) >= 8 && binary.BigEndian.Uint32(p[4:]) != 0 {
			named = true
			_ = c.SetWriteDeadline(time.Now()) // nobody reads what is poured
		}
	}
}

// healthy is a client over HTTP/2 that has nothing to do with the floods.
func healthy() *http.Client {
	var only http.Protocols
	only.SetUnencryptedHTTP2(true)
	return &http.Client{Transport: &http.Transport{Protocols: &only}, Timeout: 10 * time.Second}
}

// p99 makes a call each 2 ms for so long, and gives the latency that 99 of 100 are under.
func p99(t *testing.T, c *http.Client, url string, long time.Duration) time.Duration {
	t.Helper()
	var took []time.Duration
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(long); time.Now().Before(end); <-tick.C {
		start := time.Now()
		res, err := c.Post(url, "application/json", strings.NewReader(`["hello"]`))
		if err != nil {
			t.Fatalf("the healthy client: %v", err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != 200 || string(body) != `"hello"` {
			t.Fatalf("the healthy client: %d %s, %v", res.StatusCode, body, err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	return took[len(took)*99/100]
}

// TestFloods has a healthy client beside a flood: it sees no error, and waits less than three times as long as without. The peer that
// floods is thrown out each time. A machine that others use is slow at times, with floods and without: one of five rounds must hold.
func TestFloods(t *testing.T) {
	need(t)
	g := helloGateway(t, "")
	url := "http://" + g.addr + "/io.dragoman.Hello/post"
	c := healthy()
	p99(t, c, url, 300*time.Millisecond) // what is slow is the start
	for i := range floods {
		f := &floods[i]
		t.Run(f.name, func(t *testing.T) {
			var rounds []string
			for range 5 {
				usual := p99(t, c, url, 500*time.Millisecond)
				stop, done := make(chan struct{}), make(chan struct{})
				var thrown atomic.Int64
				go func() {
					defer close(done)
					n, err := f.run(g.addr, stop)
					if err != nil {
						t.Error(err)
					}
					thrown.Store(int64(n))
				}()
				beside := p99(t, c, url, time.Second)
				close(stop)
				<-done
				if thrown.Load() == 0 {
					t.Fatal("the peer that floods was not thrown out")
				}
				if beside < 3*usual { // twice the usual is added at most
					t.Logf("p99 %v, usually %v; thrown out %d times", beside, usual, thrown.Load())
					return
				}
				rounds = append(rounds, fmt.Sprintf("%v, usually %v", beside, usual))
			}
			t.Errorf("p99 %s", strings.Join(rounds, "; "))
		})
	}
}

// TestStarvation has a client that never opens its windows: what is held for it is bounded, and the idle limit ends it.
func TestStarvation(t *testing.T) {
	need(t, "grpcgo")
	p, err := startPeer(t, "grpcgo")
	if err != nil {
		t.Fatal(err)
	}
	a, err := p.ask(map[string]any{"op": "serve"})
	if err != nil || a.Port == 0 {
		t.Fatalf("it does not serve: %v", err)
	}
	g := runGateway(t, fmt.Sprintf(`
listen: [{addr: "127.0.0.1:0", accept: [grpc], limits: {idle: 3s}}]
log: {level: info, format: json}
admin: {addr: "off"}
clusters: {far: {protocol: grpc, endpoints: ["127.0.0.1:%d"]}}
rules: [{match: {service: "*"}, to: far}]
`, a.Port))
	before := resident(t, g)
	c, err := net.Dial("tcp", g.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	// SETTINGS_INITIAL_WINDOW_SIZE 0, and 100 calls of Watch for a million orders of a kilobyte.
	b := h2Frame([]byte(h2Preface), h2Settings, 0, 0, 0, 4, 0, 0, 0, 0)
	for i := range uint32(100) {
		b = h2Frame(b, h2Headers, h2EndHeaders, 2*i+1, h2Block(h2Post, "/"+sample+"/Watch", "application/grpc")...)
		b = h2Frame(b, h2Data, h2End, 2*i+1, 0, 0, 0, 0, 7, 0x08, 0xc0, 0x84, 0x3d, 0x18, 0xe8, 0x07)
	}
	if _, err := c.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	var most atomic.Int64
	done := make(chan struct{})
	go func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				most.Store(max(most.Load(), resident(t, g)))
			}
		}
	}()
	got, err := io.ReadAll(c)
	close(done)
	if err != nil {
		t.Errorf("the connection does not end: %v", err)
	}
	// A window of 256 KiB for each call, and as much again that the collector has not looked at.
	if held := most.Load() - before; held <= 0 || held > 50<<10 {
		t.Errorf("%d KiB are held for 100 calls that nobody reads, want 50 MiB at most", held)
	} else {
		t.Logf("%d KiB were held, %d bytes came", held, len(got))
	}
}

// resident is how much memory dragoman has, in KiB.
func resident(t *testing.T, g *gateway) (kib int64) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", g.cmd.Process.Pid))
	if err != nil {
		t.Error(err)
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Error(err)
	}
	return kib
}
