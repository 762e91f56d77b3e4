package callpath

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/dragoman-rpc/dragoman/bridge/clock"
	"github.com/dragoman-rpc/dragoman/bridge/engine"
	"github.com/dragoman-rpc/dragoman/bridge/filter"
	"github.com/dragoman-rpc/dragoman/bridge/observe"
	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/bridge/upstream"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/dubbo"
	"github.com/dragoman-rpc/dragoman/codecs/redis"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// conn is a connection without a socket: what is written is kept.
type conn struct {
	sent []byte
	bufs net.Buffers
}

func (c *conn) Write(out *wire.Out) int {
	c.bufs = out.Buffers(c.bufs[:0])
	for _, b := range c.bufs {
		c.sent = append(c.sent, b...)
	}
	out.Reset()
	return 0
}
func (c *conn) Pause(bool)           {}
func (c *conn) CloseWrite()          {}
func (c *conn) Close(error)          {}
func (c *conn) RemoteAddr() net.Addr { return &net.TCPAddr{} }

// loop is an engine whose connections to servers are conns.
type loop struct {
	far  conn
	peer engine.Peer
	up   chan struct{}
}

func (l *loop) Adopt(_ net.Conn, _ []byte, p engine.Peer) {
	l.peer = p
	p.OnOpen(&l.far)
	close(l.up)
}
func (l *loop) Drain(context.Context) error { return nil }

// path is a client connection and a server connection with the whole chain between them.
type path struct {
	tb     testing.TB
	loop   *loop
	near   conn
	client engine.Peer
}

func newPath(tb testing.TB, from, to codecs.Codec, book contract.Book) *path {
	tb.Helper()
	p := &path{tb: tb, loop: &loop{up: make(chan struct{})}}
	table, err := route.Compile(route.Rules{Clusters: []string{"far"},
		Rules: []route.Rule{{At: "rules[0]", Match: route.Match{Service: "*"}, To: []route.Split{{Cluster: "far", Weight: 1}}}}})
	if err != nil {
		tb.Fatal(err)
	}
	far := upstream.New(upstream.Options{Name: "far", Codec: to, Addrs: []string{"far:1"}, Engine: p.loop,
		Dial: func(context.Context, string) (net.Conn, error) { return nil, nil }})
	clusters := map[string]*upstream.Cluster{"far": far}
	encodings := map[string]codecs.Encoding{}
	for _, e := range all.Encodings() {
		encodings[e.Name()] = e
	}
	watch := observe.New(slog.New(slog.DiscardHandler), func(string) bool { return false })
	wheel := clock.New()
	tb.Cleanup(func() { watch.Close(); wheel.Close(); far.Close() })
	h := filter.Forward
	for _, f := range []codecs.Filter{filter.Collect(1 << 20), filter.Transcode(encodings, book, codecs.DefaultMaxFrame), filter.Balance(clusters), filter.Retry(clusters), filter.Gather(clusters, 1<<20),
		filter.Admit(table, &filter.Limits{}), filter.Route(table, clusters), filter.Guard(), watch.Watch} {
		h = f(h)
	}
	s := &engine.Server{Handler: func() codecs.Handler { return h }, Codec: from, Wheel: wheel, Conns: &engine.Conns{}}
	p.client = s.Peer(netip.AddrPort{}, "", "")
	p.client.OnOpen(&p.near)
	return p
}

// call sends a request and has the server answer it; answer makes the reply of what came to the server.
func (p *path) call(request []byte, answer func(came []byte) []byte) []byte {
	p.near.sent, p.loop.far.sent = p.near.sent[:0], p.loop.far.sent[:0]
	if n := p.client.OnBytes(request); n != len(request) {
		p.tb.Fatalf("%d of %d bytes taken", n, len(request))
	}
	<-p.loop.up // the first call waits for the connection
	reply := answer(p.loop.far.sent)
	if n := p.loop.peer.OnBytes(reply); n != len(reply) {
		p.tb.Fatalf("%d of %d bytes taken", n, len(reply))
	}
	return p.near.sent
}

func frame(tb testing.TB, name string) []byte {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "fixtures", name))
	if err != nil {
		tb.Fatal(err)
	}
	var b []byte
	half := -1
	for _, line := range bytes.Split(text, []byte("\n")) {
		line, _, _ = bytes.Cut(line, []byte("#"))
		for _, c := range line {
			v := bytes.IndexByte([]byte("0123456789abcdef"), c|0x20)
			switch {
			case c <= ' ' || v < 0:
			case half < 0:
				half = v
			default:
				b, half = append(b, byte(half<<4|v)), -1
			}
		}
	}
	return b
}

// dubboAnswer gives a reply frame with the id of the request.
func dubboAnswer(reply []byte) func([]byte) []byte {
	return func(came []byte) []byte {
		copy(reply[4:12], came[4:12])
		return reply
	}
}

var redisRequest = []byte("*2\r\n$3\r\nGET\r\n$72\r\n" + `{"action":"com.acme.Greeter","params":{"m":"sayHello","args":["world"]}}` + "\r\n")

func empty(tb testing.TB) contract.Book {
	tb.Helper()
	x, err := contract.Build()
	if err != nil {
		tb.Fatal(err)
	}
	return x
}

// TestPassAllocates holds a call that only passes to no allocation at all.
func TestPassAllocates(t *testing.T) {
	if raceEnabled {
		t.Skip("pools forget at random under the race detector")
	}
	p := newPath(t, dubbo.Codec{}, dubbo.Codec{}, empty(t))
	request, reply := frame(t, "dubbo/req_sayHello.hex"), frame(t, "dubbo/resp_value_att.hex")
	answer := dubboAnswer(reply)
	run := func() {
		if got := p.call(request, answer); !bytes.Equal(got[16:], reply[16:]) || binary.BigEndian.Uint64(got[4:]) != binary.BigEndian.Uint64(request[4:]) {
			t.Fatalf("got % x", got)
		}
	}
	run()
	if n := testing.AllocsPerRun(1000, run); n > 0 {
		t.Errorf("%v allocations a call", n)
	}
}

// TestNothingIsKept looks for bodies that nobody has released, with bodies large enough to be referred to and not copied, and with
// memory poisoned when it is given back.
func TestNothingIsKept(t *testing.T) {
	large := bytes.Repeat([]byte("x"), 20_000)
	key := fmt.Sprintf(`{"action":"com.acme.Greeter","params":{"m":"sayHello","args":["%s"]}}`, large)
	get := fmt.Sprintf("$%d\r\n%s\r\n", len(key), key)
	requests := []byte("*4\r\n$4\r\nMGET\r\n" + get + get + get + "*2\r\n$3\r\nGET\r\n" + get)
	body := append([]byte{0x91, 'S', 0x4e, 0x20}, large...)
	before := wire.Outstanding()
	p := newPath(t, redis.Codec{}, dubbo.Codec{}, greeter(t))
	for range 20 {
		got := p.call(requests, func(came []byte) (replies []byte) {
			for n := 0; n < 4; n++ {
				size := 16 + int(binary.BigEndian.Uint32(came[12:]))
				reply := append([]byte{0xda, 0xbb, 0x02, 20}, came[4:12]...)
				reply = binary.BigEndian.AppendUint32(reply, uint32(len(body)))
				replies = append(append(reply, body...), replies...) // the last is answered first
				came = came[size:]
			}
			return replies
		})
		if n := bytes.Count(got, large); n != 4 {
			t.Fatalf("%d of 4 replies hold the text", n)
		}
	}
	if n := wire.Outstanding() - before; n != 0 {
		t.Errorf("%d bodies are still owned by somebody", n)
	}
}

func TestMain(m *testing.M) {
	wire.Debug(true)
	os.Exit(m.Run())
}

func greeter(tb testing.TB) contract.Book {
	tb.Helper()
	f, err := contract.Parse("greeter.contract", []byte("service com.acme.Greeter { String sayHello(String name); }"))
	if err != nil {
		tb.Fatal(err)
	}
	book, err := contract.Build(f)
	if err != nil {
		tb.Fatal(err)
	}
	return book
}

func BenchmarkDubboToDubbo(b *testing.B) {
	p := newPath(b, dubbo.Codec{}, dubbo.Codec{}, empty(b))
	request := frame(b, "dubbo/req_sayHello.hex")
	answer := dubboAnswer(frame(b, "dubbo/resp_value_att.hex"))
	b.ReportAllocs()
	for b.Loop() {
		p.call(request, answer)
	}
}

func BenchmarkRedisToDubbo(b *testing.B) {
	p := newPath(b, redis.Codec{}, dubbo.Codec{}, greeter(b))
	answer := dubboAnswer(frame(b, "dubbo/resp_value_att.hex"))
	b.ReportAllocs()
	for b.Loop() {
		if got := p.call(redisRequest, answer); !bytes.Contains(got, []byte(`"result":"hello world"`)) {
			b.Fatalf("got %q", got)
		}
	}
}
