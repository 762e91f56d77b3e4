package engine_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/clock"
	"github.com/dragoman-rpc/dragoman/bridge/engine"
	"github.com/dragoman-rpc/dragoman/bridge/engine/enginetest"
	"github.com/dragoman-rpc/dragoman/bridge/engine/std"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// far is what a Pool dials: each connection is a pipe to a script. All of it lives in a bubble of synctest, so that minutes pass
// at once.
type far struct {
	t     *testing.T
	pool  *engine.Pool
	eng   std.Engine
	conns chan *end

	mu     sync.Mutex
	refuse bool
	dials  int
}

// end is the server's end of a connection.
type end struct {
	t *testing.T
	c net.Conn
	r *bufio.Reader
}

func newFar(t *testing.T, o engine.PoolOptions) *far {
	f := &far{t: t, conns: make(chan *end, 100)}
	o.Addr, o.Engine, o.Dial = "far", &f.eng, f.dial
	f.pool = engine.NewPool(o)
	t.Cleanup(func() {
		f.pool.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 0)
		defer cancel()
		_ = f.eng.Drain(ctx) // closes what is left
	})
	return f
}

func (f *far) dial(context.Context) (net.Conn, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dials++
	if f.refuse {
		return nil, errors.New("refused")
	}
	ours, theirs := net.Pipe()
	if err := theirs.SetDeadline(time.Now().Add(24 * time.Hour)); err != nil { // what hangs fails
		return nil, err
	}
	f.conns <- &end{f.t, theirs, bufio.NewReader(theirs)}
	return ours, nil
}

func (f *far) dialed() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.dials
}

func (f *far) setRefuse(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refuse = on
}

// call begins a call; what it gives is the outcome.
func (f *far) call(ctx context.Context, body string) <-chan string {
	out := make(chan string, 1)
	go func() {
		c := &codecs.Call{Req: codecs.Message{Kind: codecs.Request, End: true, Header: codecs.Header{Method: "m"}, Body: wire.Copy([]byte(body))}}
		m, err := codecs.Wait(ctx, f.pool, c)
		switch {
		case err != nil:
			out <- "canceled"
		case m.Status.Code != codecs.OK:
			out <- m.Status.String()
		default:
			out <- string(m.Body.Bytes())
		}
		m.Release()
	}()
	return out
}

func (e *end) want(line string) {
	e.t.Helper()
	got, err := e.r.ReadString('\n')
	if err != nil || got != line+"\n" {
		e.t.Errorf("got %.60q, %v; want %.60q", got, err, line)
	}
}

func (e *end) say(lines ...string) {
	e.t.Helper()
	for _, l := range lines {
		if _, err := io.WriteString(e.c, l+"\n"); err != nil {
			e.t.Error(err)
		}
	}
}

func (e *end) wantEnd() {
	e.t.Helper()
	if got, err := e.r.ReadString('\n'); err != io.EOF {
		e.t.Errorf("got %.60q, %v; want the end", got, err)
	}
}

func wantOutcome(t *testing.T, out <-chan string, want string) {
	t.Helper()
	synctest.Wait()
	select {
	case got := <-out:
		if !strings.HasPrefix(got, want) {
			t.Errorf("outcome %q, want %q…", got, want)
		}
	default:
		t.Errorf("no outcome, want %q…", want)
	}
}

// TestOrdered: one call at a time on each connection, no more connections than allowed, and those that wait come in turn.
func TestOrdered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFar(t, engine.PoolOptions{Codec: enginetest.Toy{Ordered: true}, Conns: 2})
		var outs []<-chan string
		for i := range 4 {
			outs = append(outs, f.call(t.Context(), fmt.Sprint(i)))
			synctest.Wait()
		}
		if n := f.dialed(); n != 2 {
			t.Fatalf("%d connections, want 2", n)
		}
		a, b := <-f.conns, <-f.conns
		a.want("m 0")
		b.want("m 1")
		synctest.Wait()
		if n := a.r.Buffered() + b.r.Buffered(); n > 0 {
			t.Errorf("%d bytes of a second call", n)
		}
		b.say("0 one")
		wantOutcome(t, outs[1], "one")
		b.want("m 2")
		a.say("0 zero")
		wantOutcome(t, outs[0], "zero")
		a.want("m 3")
		a.say("0 three")
		b.say("0 two")
		wantOutcome(t, outs[2], "two")
		wantOutcome(t, outs[3], "three")
	})
}

// TestDepth: several calls on an ordered connection get their replies in order.
func TestDepth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFar(t, engine.PoolOptions{Codec: enginetest.Toy{Ordered: true}, Conns: 1, Depth: 3})
		var outs []<-chan string
		for i := range 4 {
			outs = append(outs, f.call(t.Context(), fmt.Sprint(i)))
			synctest.Wait()
		}
		e := <-f.conns
		for i := range 3 {
			e.want(fmt.Sprintf("m %d", i))
		}
		e.say("0 zero", "0 one")
		wantOutcome(t, outs[0], "zero")
		wantOutcome(t, outs[1], "one")
		e.want("m 3")
		e.say("0 two", "0 three")
		wantOutcome(t, outs[2], "two")
		wantOutcome(t, outs[3], "three")
	})
}

// TestDialFails: calls that wait are told at once, and the next call dials again.
func TestDialFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFar(t, engine.PoolOptions{Codec: enginetest.Toy{}})
		f.setRefuse(true)
		wantOutcome(t, f.call(t.Context(), "x"), "unavailable: engine: dial far: refused")
		f.setRefuse(false)
		out := f.call(t.Context(), "x")
		e := <-f.conns
		e.want("1 m x")
		e.say("1 0 y")
		wantOutcome(t, out, "y")
	})
}

// TestGoaway: what is in flight ends on the old connection, what comes then goes to another.
func TestGoaway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFar(t, engine.PoolOptions{Codec: enginetest.Toy{}})
		first := f.call(t.Context(), "a")
		old := <-f.conns
		old.want("1 m a")
		old.say("BYE")
		synctest.Wait()
		second := f.call(t.Context(), "b")
		fresh := <-f.conns
		fresh.want("1 m b")
		fresh.say("1 0 b")
		wantOutcome(t, second, "b")
		old.say("1 0 a")
		wantOutcome(t, first, "a")
		old.wantEnd()
	})
}

// TestKeepalive: a quiet connection is asked whether it lives. One that answers stays, one that does not ends with its calls.
func TestKeepalive(t *testing.T) {
	for _, ordered := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			f := newFar(t, engine.PoolOptions{Codec: enginetest.Toy{Ordered: ordered, Ping: 10 * time.Second}, Idle: time.Hour})
			id := func(s string) string {
				if ordered {
					return s
				}
				return "1 " + s
			}
			out := f.call(t.Context(), "x")
			e := <-f.conns
			e.want(id("m x"))
			e.say(id("0 x"))
			wantOutcome(t, out, "x")
			for range 3 {
				began := time.Now()
				e.want("PING")
				if took := time.Since(began); took < 5*time.Second || took > 20*time.Second {
					t.Errorf("a keepalive after %v", took)
				}
				e.say("PONG")
			}
			e.want("PING")
			began := time.Now()
			e.wantEnd()
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("a connection without a sign of life was kept for %v", took)
			}
		})
	}
}

// TestUnused: a connection that nobody needs is closed.
func TestUnused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFar(t, engine.PoolOptions{Codec: enginetest.Toy{}, Idle: time.Minute})
		out := f.call(t.Context(), "x")
		e := <-f.conns
		e.want("1 m x")
		e.say("1 0 x")
		wantOutcome(t, out, "x")
		began := time.Now()
		e.wantEnd()
		if took := time.Since(began); took < time.Minute || took > 2*time.Minute {
			t.Errorf("closed after %v", took)
		}
	})
}

// TestGivenUp: places that are owed a reply which never comes are got back, in time: on wires with ids and on ordered ones.
func TestGivenUp(t *testing.T) {
	for _, ordered := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			f := newFar(t, engine.PoolOptions{Codec: enginetest.Toy{Ordered: ordered}, Conns: 1})
			ctx, cancel := context.WithCancel(t.Context())
			out := f.call(ctx, "x")
			e := <-f.conns
			if _, err := e.r.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
			cancel()
			wantOutcome(t, out, "canceled")
			began := time.Now()
			e.wantEnd()
			if took := time.Since(began); took > time.Minute {
				t.Errorf("given up after %v", took)
			}
			next := f.call(t.Context(), "y")
			e = <-f.conns
			if _, err := e.r.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
			e.say(map[bool]string{false: "1 0 y", true: "0 y"}[ordered])
			wantOutcome(t, next, "y")
		})
	}
}

// TestIdleClient: a client that says nothing for long is told goodbye; one whose call is under way is not.
func TestIdleClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wheel := clock.New()
		defer wheel.Close()
		var eng std.Engine
		var back codecs.Stream
		var call *codecs.Call
		srv := &engine.Server{Codec: enginetest.Toy{}, Wheel: wheel, Conns: &engine.Conns{}, Idle: time.Minute,
			Handler: func() codecs.Handler {
				return codecs.HandlerFunc(func(c *codecs.Call, b codecs.Stream) codecs.Stream {
					call, back = c, b
					c.Req.Release()
					return codecs.Gone
				})
			}}
		ours, theirs := net.Pipe()
		eng.Adopt(ours, nil, srv.Peer(netip.AddrPort{}, "", ""))
		e := &end{t, theirs, bufio.NewReader(theirs)}
		e.say("1 m x")
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		engine.Post(call, func() {
			back.Send(&codecs.Message{Kind: codecs.Reply, End: true, Body: wire.Copy([]byte("late"))})
		})
		e.want("1 0 late")
		began := time.Now()
		e.want("BYE")
		e.wantEnd()
		if took := time.Since(began); took < 30*time.Second || took > 2*time.Minute {
			t.Errorf("sent away after %v", took)
		}
	})
}

// panicky is a protocol with a fault in its code.
type panicky struct{ enginetest.Toy }

func (p panicky) Session(side codecs.Side, set codecs.Settings) codecs.Session {
	return panickySession{p.Toy.Session(side, set)}
}

type panickySession struct{ codecs.Session }

func (s panickySession) Decode(m *codecs.Message, p []byte) (int, error) {
	if strings.HasPrefix(string(p), "boom") {
		panic("boom")
	}
	return s.Session.Decode(m, p)
}

// TestPanic: a session that panics costs its connection and leaves no lock behind.
func TestPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFar(t, engine.PoolOptions{Codec: panicky{}})
		out := f.call(t.Context(), "x")
		e := <-f.conns
		e.want("1 m x")
		e.say("boom")
		wantOutcome(t, out, "unavailable: engine: connection to far lost: engine: panic")
		out = f.call(t.Context(), "y")
		e = <-f.conns
		e.want("1 m y")
		e.say("1 0 y")
		wantOutcome(t, out, "y")
	})
}
