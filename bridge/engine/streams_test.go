package engine_test

import (
	"bufio"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/clock"
	"github.com/dragoman-rpc/dragoman/bridge/engine"
	"github.com/dragoman-rpc/dragoman/bridge/engine/enginetest"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// proxied is a client and a server, both scripts, with a Server and a Pool of streams between them.
type proxied struct {
	*far
	client *end
	srv    *engine.Server
}

const streamWindow = 10_000

func newProxied(t *testing.T, set func(*engine.Server)) *proxied {
	wheel := clock.New()
	t.Cleanup(wheel.Close)
	p := &proxied{far: newFar(t, engine.PoolOptions{Codec: enginetest.Streams{Window: streamWindow}, Idle: time.Hour})}
	p.srv = &engine.Server{Codec: enginetest.Streams{Window: streamWindow}, Wheel: wheel, Conns: &engine.Conns{}}
	p.srv.Handler = func() codecs.Handler { return p.pool }
	if set != nil {
		set(p.srv)
	}
	ours, theirs := net.Pipe()
	p.eng.Adopt(ours, nil, p.srv.Peer(netip.AddrPort{}, "", ""))
	p.client = &end{t, theirs, bufio.NewReader(theirs)}
	return p
}

// open begins a call whose request goes on.
func (p *proxied) open() *end {
	p.t.Helper()
	p.client.say("1 ? m a")
	e := <-p.conns
	e.want("1 ? m a")
	return e
}

// wantEventually is want, where a window may be given back or not, for it no longer matters.
func (e *end) wantEventually(line, credit string) {
	e.t.Helper()
	got, err := e.r.ReadString('\n')
	if got == credit+"\n" {
		got, err = e.r.ReadString('\n')
	}
	if err != nil || got != line+"\n" {
		e.t.Errorf("got %.60q, %v; want %.60q", got, err, line)
	}
}

func (e *end) wantNothing() {
	e.t.Helper()
	synctest.Wait()
	if err := e.c.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		e.t.Fatal(err)
	}
	if got, err := e.r.Peek(1); err == nil {
		more, _ := e.r.Peek(e.r.Buffered())
		e.t.Errorf("got %q%.100q; want nothing", got, more)
	}
	if err := e.c.SetReadDeadline(time.Now().Add(24 * time.Hour)); err != nil {
		e.t.Fatal(err)
	}
}

// TestStreamBothWays: messages pass as they come, each way by itself, and the last ones end it.
func TestStreamBothWays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProxied(t, nil)
		e := p.open()
		e.say("1 = head")
		p.client.want("1 = head")
		p.client.say("1 . b")
		e.want("1 . b")
		e.say("1 . c")
		p.client.want("1 . c")
		p.client.say("1 ; d")
		e.want("1 ; d")
		e.say("1 $ 0 e")
		p.client.want("1 $ 0 e")
		p.client.say("3 ! m whole")
		e.want("3 ! m whole")
		e.say("3 $ 1 fault")
		p.client.want("3 $ 1 fault")
	})
}

// TestWindowHoldsBack: a reader that takes nothing stalls its own sender alone, and gets everything, in order, once it reads on.
func TestWindowHoldsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProxied(t, nil)
		e := p.open()
		big := strings.Repeat("x", 6000)
		e.say("1 = ", "1 . "+big)
		p.client.want("1 = ")
		p.client.want("1 . " + big)
		e.want("1 + 6000")
		e.say("1 . " + strings.ToUpper(big))
		p.client.want("1 . " + strings.Repeat("X", 4000)) // the window is shut
		e.wantNothing()                                   // and so the server's is not opened
		p.client.say("3 ! m other")
		e.want("3 ! m other")
		e.say("3 $ 0 served", "1 $ 0 end")
		p.client.want("3 $ 0 served")
		p.client.say("1 + 9000")
		p.client.want("1 . " + strings.Repeat("X", 2000))
		p.client.want("1 $ 0 end")
	})
}

// TestWindowHoldsBackRequests is the same the other way.
func TestWindowHoldsBackRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProxied(t, nil)
		e := p.open()
		big := strings.Repeat("x", 9000)
		p.client.say("1 . " + big)
		e.want("1 . " + big)
		p.client.want("1 + 9000")
		p.client.say("1 . " + big)
		e.want("1 . " + big[:1000])
		p.client.wantNothing()
		p.client.say("1 ; end")
		e.say("1 + 10000")
		e.want("1 . " + big[1000:])
		e.want("1 ; end")
		e.say("1 $ 0 ok")
		p.client.wantEventually("1 $ 0 ok", "1 + 9000")
	})
}

// TestStreamCancels: either side's cancel reaches the other, at once, whatever is held back.
func TestStreamCancels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProxied(t, nil)
		e := p.open()
		p.client.say("1 x")
		e.want("1 x canceled")
		p.client.say("3 ? m b")
		e.want("3 ? m b")
		big := strings.Repeat("x", streamWindow)
		e.say("3 = ", "3 . "+big, "3 . more", "3 x")
		p.client.want("3 = ")
		p.client.want("3 . " + big)
		p.client.want("3 x canceled")
		p.client.say("3 + 1000", "3 ; late", "5 ! m c")
		e.want("3 + 10000")
		e.want("5 ! m c")
		e.say("5 $ 0 still here")
		p.client.want("5 $ 0 still here")
	})
}

// deadline puts one on every call.
func deadline(d time.Duration, next func() codecs.Handler) func() codecs.Handler {
	return func() codecs.Handler {
		return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
			c.Deadline = time.Now().Add(d)
			return next().Open(c, back)
		})
	}
}

// TestDeadlineReachesASlowReader: its window is shut, and what waits behind it gives way to the status. The end that the server has
// sent is not the end yet.
func TestDeadlineReachesASlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProxied(t, func(s *engine.Server) { s.Handler = deadline(time.Second, s.Handler) })
		e := p.open()
		p.client.say("1 ; ")
		e.want("1 ; ")
		big := strings.Repeat("x", streamWindow)
		e.say("1 = ", "1 . "+big, "1 . more", "1 $ 0 end")
		p.client.want("1 = ")
		p.client.want("1 . " + big)
		p.client.want("1 x expired")
	})
}

// TestServerGivesUpJustBefore: a server with the same deadline may be the first to act on it, by a cancel that nobody asked for.
func TestServerGivesUpJustBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProxied(t, func(s *engine.Server) { s.Handler = deadline(time.Second, s.Handler) })
		e := p.open()
		e.say("1 = head")
		p.client.want("1 = head")
		time.Sleep(time.Second - time.Millisecond)
		e.say("1 x")
		p.client.want("1 x expired")
		p.client.say("3 ? m b")
		e.want("3 ? m b")
		e.say("3 = head", "3 x")
		p.client.want("3 = head")
		p.client.want("3 x canceled")
	})
}

// TestReaderThatTakesNothing is given up by the idle limit, whoever it is.
func TestReaderThatTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProxied(t, func(s *engine.Server) { s.Idle = time.Minute })
		e := p.open()
		big := strings.Repeat("x", streamWindow)
		e.say("1 = ", "1 . "+big, "1 . more")
		p.client.want("1 = ")
		p.client.want("1 . " + big)
		e.want("1 + 10000")
		began := time.Now()
		p.client.want("1 x unavailable")
		if d := time.Since(began); d < time.Minute || d > 3*time.Minute {
			t.Errorf("after %v", d)
		}
		e.want("1 x unavailable")
	})
}

// TestStreamWaitsForAConnection: what follows a request before there is a connection goes with it, in order.
func TestStreamWaitsForAConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProxied(t, nil)
		p.client.say("1 ? m a", "1 . b", "1 . "+strings.Repeat("x", 9000), "1 ; "+strings.Repeat("y", 2000))
		e := <-p.conns
		e.want("1 ? m a")
		e.want("1 . b")
		e.want("1 . " + strings.Repeat("x", 9000))
		e.want("1 . " + strings.Repeat("y", 999))
		e.say("1 + 9001")
		e.want("1 ; " + strings.Repeat("y", 1001))
		e.say("1 $ 0 ok")
		p.client.wantEventually("1 $ 0 ok", "1 + 9001")
	})
}

// TestGoawayNamesTheLast: calls behind the last one served surely never ran; the others go on.
func TestGoawayNamesTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFar(t, engine.PoolOptions{Codec: enginetest.Streams{Window: streamWindow}})
		outcome := func() chan codecs.Status {
			out := make(chan codecs.Status, 1)
			go func() {
				c := &codecs.Call{Req: codecs.Message{Kind: codecs.Request, End: true, Header: codecs.Header{Method: "m"}, Body: wire.Copy([]byte("b"))}}
				m, _ := codecs.Wait(t.Context(), f.pool, c)
				out <- m.Status
				m.Release()
			}()
			synctest.Wait()
			return out
		}
		first := outcome()
		e := <-f.conns
		second := outcome()
		e.want("1 ! m b")
		e.want("3 ! m b")
		e.say("0 bye 1")
		if s := <-second; s.Code != codecs.Unavailable || !s.Unsent {
			t.Errorf("behind the last: %+v", s)
		}
		e.say("1 = ok", "1 $ 0 ")
		if s := <-first; s.Code != codecs.OK {
			t.Errorf("the last: %+v", s)
		}
		e.wantEnd()
	})
}

// TestShutConnectionsComeLast: a call goes where its messages can follow, and to a shut connection only if there is no other.
func TestShutConnectionsComeLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFar(t, engine.PoolOptions{Codec: enginetest.Streams{Window: streamWindow}, Conns: 2, Depth: 2})
		var ends []*end
		for range 3 { // the third finds the first connection full, and has another dialled
			f.call(t.Context(), "b")
			synctest.Wait()
		}
		for range 2 {
			ends = append(ends, <-f.conns)
		}
		ends[0].want("1 ! m b")
		ends[0].want("3 ! m b")
		ends[1].want("1 ! m b")
		ends[0].say("1 $ 0 ")
		ends[1].say("0 shut")
		synctest.Wait()
		f.call(t.Context(), "c")
		ends[0].want("5 ! m c")
		f.call(t.Context(), "d") // the first is full again
		ends[1].want("3 ! m d")
	})
}

// TestStreamsEndWithTheirConnections: a lost client cancels its calls, a lost server fails them.
func TestStreamsEndWithTheirConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProxied(t, nil)
		e := p.open()
		e.say("1 = head")
		p.client.want("1 = head")
		_ = e.c.Close()
		p.client.want("1 x unavailable")
		p.client.say("3 ? m a")
		e = <-p.conns
		e.want("1 ? m a")
		_ = p.client.c.Close()
		e.want("1 x canceled")
	})
}

// TestNonsenseFromAServer: what it can no longer be understood about ends its calls at once; it is told why, and left when it has
// heard it. The next call has a connection of its own.
func TestNonsenseFromAServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProxied(t, nil)
		e := p.open()
		e.say("1 = head")
		p.client.want("1 = head")
		e.say("# nonsense", "1 $ 0 late")
		p.client.want("1 x malformed")
		e.want("0 bye 0")
		e.wantEnd()
		p.client.say("3 ? m a")
		e = <-p.conns
		e.want("1 ? m a")
	})
}

// TestLeaveServesWhatComes: a client that is told to go is served until it has heard it.
func TestLeaveServesWhatComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProxied(t, nil)
		e := p.open()
		p.srv.Conns.Leave()
		p.client.want("0 bye 0")
		p.client.say("3 ! m late")
		e.want("3 ! m late")
		e.say("3 $ 0 ok")
		p.client.want("3 $ 0 ok")
		time.Sleep(time.Minute)
		p.client.say("1 ; b")
		e.want("1 ; b")
		e.say("1 $ 0 ok")
		p.client.want("1 $ 0 ok")
		p.client.wantEnd()
	})
}

// TestManyStalledReaders: what is kept for readers that take nothing is bounded by their servers' windows.
func TestManyStalledReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProxied(t, nil)
		e := p.open()
		const n = 5 // what they may have unread is under the mark of the outbox
		for i := range n {
			id := 2*i + 3
			p.client.say(fmt.Sprintf("%d ! m b", id))
			e.want(fmt.Sprintf("%d ! m b", id))
		}
		big := strings.Repeat("x", streamWindow)
		go func() {
			for i := range n {
				id := 2*i + 3
				e.say(fmt.Sprintf("%d = ", id), fmt.Sprintf("%d . %s", id, big), fmt.Sprintf("%d . %s", id, big[:5000]))
			}
		}()
		for i := range n {
			id := 2*i + 3
			p.client.want(fmt.Sprintf("%d = ", id))
			p.client.want(fmt.Sprintf("%d . %s", id, big))
			e.want(fmt.Sprintf("%d + 10000", id))
		}
		for i := n - 1; i >= 0; i-- {
			id := 2*i + 3
			p.client.say(fmt.Sprintf("%d + 5000", id))
			p.client.want(fmt.Sprintf("%d . %s", id, big[:5000]))
			e.want(fmt.Sprintf("%d + 5000", id))
		}
	})
}
