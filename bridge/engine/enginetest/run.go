package enginetest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/clock"
	"github.com/dragoman-rpc/dragoman/bridge/engine"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// Run tries an engine over real sockets, TCP and Unix, with the toy protocol in both flavours.
func Run(t *testing.T, fresh func() engine.Engine) {
	for _, network := range []string{"tcp", "unix"} {
		for _, ordered := range []bool{false, true} {
			b := &bench{fresh: fresh, network: network, toy: Toy{Ordered: ordered}}
			t.Run(fmt.Sprintf("%s/%s", network, b.toy.Name()), b.run)
		}
	}
}

type bench struct {
	fresh   func() engine.Engine
	network string
	toy     Toy
}

func (b *bench) run(t *testing.T) {
	t.Run("echo", b.echo)
	t.Run("order", b.order)
	t.Run("half close", b.halfClose)
	t.Run("last words", b.lastWords)
	t.Run("half a request", b.half)
	t.Run("ping", b.ping)
	t.Run("large", b.large)
	t.Run("slow reader", b.slowReader)
	t.Run("cancel", b.cancel)
	t.Run("deadline", b.deadline)
	t.Run("deep pipeline", b.pipeline)
	t.Run("proxy", b.proxy)
	t.Run("proxy loses its server", b.loss)
	t.Run("leave", b.leave)
}

// server is a listener with one handler, on a fresh engine.
type server struct {
	t    *testing.T
	eng  engine.Engine
	srv  *engine.Server
	lis  *engine.Listener
	addr string
	net  string
}

func (b *bench) serve(t *testing.T, h codecs.Handler) *server {
	t.Helper()
	addr := "127.0.0.1:0"
	if b.network == "unix" {
		addr = filepath.Join(t.TempDir(), "s")
	}
	l, err := net.Listen(b.network, addr)
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, eng: b.fresh(), net: b.network, addr: l.Addr().String()}
	wheel := clock.New()
	s.srv = &engine.Server{Handler: func() codecs.Handler { return h }, Codec: b.toy, Wheel: wheel, Conns: &engine.Conns{}}
	s.lis = &engine.Listener{Net: l, Servers: []*engine.Server{s.srv}, Engine: s.eng, Log: slog.New(slog.DiscardHandler)}
	done := make(chan error, 1)
	go func() { done <- s.lis.Serve() }()
	t.Cleanup(func() {
		if err := s.lis.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 0)
		defer cancel()
		_ = s.eng.Drain(ctx) // closes what is left
		wheel.Close()
	})
	return s
}

func (s *server) dial() *peer {
	s.t.Helper()
	c, err := net.Dial(s.net, s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	return &peer{s.t, c, bufio.NewReader(c)}
}

// pool is a way to reach the server through a Pool on its own engine.
func (b *bench) pool(t *testing.T, s *server) *engine.Pool {
	p := engine.NewPool(engine.PoolOptions{Addr: s.addr, Codec: b.toy, Engine: b.fresh(), Dial: func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, s.net, s.addr)
	}})
	t.Cleanup(p.Close)
	return p
}

type peer struct {
	t *testing.T
	c net.Conn
	r *bufio.Reader
}

func (p *peer) say(format string, args ...any) {
	p.t.Helper()
	if _, err := fmt.Fprintf(p.c, format, args...); err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) want(line string) {
	p.t.Helper()
	got, err := p.r.ReadString('\n')
	if err != nil || got != line+"\n" {
		p.t.Fatalf("got %.200q, %v; want %.200q", got, err, line)
	}
}

func (p *peer) wantEOF() {
	p.t.Helper()
	if rest, err := io.ReadAll(p.r); err != nil || len(rest) > 0 {
		p.t.Fatalf("got %.200q, %v; want the end", rest, err)
	}
}

// id puts an id in front where the flavour has them.
func (b *bench) id(n int, rest string) string {
	if b.toy.Ordered {
		return rest
	}
	return fmt.Sprintf("%d %s", n, rest)
}

// echo answers every call with its body.
var echo = codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
	m := c.Req.Move()
	m.Kind, m.End, m.Status = codecs.Reply, true, codecs.Status{}
	m.Touch()
	back.Send(&m)
	return codecs.Gone
})

// held keeps calls, by their body, unless it begins with "now". Method "let" fails the one that is kept by its body, on the home
// as must be; method "brief" gives a call a deadline.
type held struct {
	mu    sync.Mutex
	calls map[string]chan codecs.Status // canceled with
	back  map[string]codecs.Stream
	came  chan string
}

func newHeld() *held {
	return &held{calls: map[string]chan codecs.Status{}, back: map[string]codecs.Stream{}, came: make(chan string, 100)}
}

func (h *held) Open(c *codecs.Call, back codecs.Stream) codecs.Stream {
	body := string(c.Req.Body.Bytes())
	if strings.HasPrefix(body, "now") {
		return echo(c, back)
	}
	if c.Req.Method == "let" {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.back[body].Cancel(codecs.Status{Code: codecs.Limited, Text: "late"})
		return echo(c, back)
	}
	if c.Req.Method == "brief" {
		c.Deadline = time.Now().Add(30 * time.Millisecond)
	}
	c.Req.Release()
	s := &heldStream{back: back, gone: make(chan codecs.Status, 1)}
	h.mu.Lock()
	h.calls[body], h.back[body] = s.gone, back
	h.mu.Unlock()
	h.came <- body
	return s
}

type heldStream struct {
	back codecs.Stream
	gone chan codecs.Status
}

func (s *heldStream) Send(m *codecs.Message) bool { m.Release(); return true }
func (s *heldStream) OnReady(func())              {}
func (s *heldStream) Cancel(st codecs.Status) {
	s.gone <- st
	s.back.Cancel(st)
}
