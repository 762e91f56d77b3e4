package enginetest

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

func (b *bench) echo(t *testing.T) {
	p := b.serve(t, echo).dial()
	for i := range 3 {
		p.say("%s\n", b.id(i, "echo hello"))
		p.want(b.id(i, "0 hello"))
	}
}

// order: replies in request order where the wire is in order, as they come where it is not.
func (b *bench) order(t *testing.T) {
	h := newHeld()
	p := b.serve(t, h).dial()
	p.say("%s\n%s\n", b.id(1, "m slow"), b.id(2, "m now"))
	<-h.came
	if !b.toy.Ordered {
		p.want("2 0 now")
	}
	p.say("%s\n%s\n", b.id(3, "let slow"), b.id(4, "m now4"))
	want := []string{"1 7 late", "3 0 slow", "4 0 now4"}
	if b.toy.Ordered {
		want = []string{"7 late", "0 now", "0 slow", "0 now4"}
	}
	for _, w := range want {
		p.want(w)
	}
}

func (b *bench) halfClose(t *testing.T) {
	p := b.serve(t, echo).dial()
	p.say("%s\n", b.id(1, "echo last"))
	if err := p.c.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	p.want(b.id(1, "0 last"))
	p.wantEOF()
}

func (b *bench) lastWords(t *testing.T) {
	p := b.serve(t, echo).dial()
	p.say("%s\n? what\nmore of it\n", b.id(1, "echo good"))
	p.want(b.id(1, "0 good"))
	p.want("BYE")
	p.wantEOF()
}

// half a request: one that does not go on is not waited for, one that does is.
func (b *bench) half(t *testing.T) {
	s := b.serve(t, echo)
	s.srv.Request = 50 * time.Millisecond
	p := s.dial()
	p.say("%s\n%s", b.id(1, "echo good"), b.id(2, "ec"))
	p.want(b.id(1, "0 good"))
	p.want("BYE")
	p.wantEOF()
	p = s.dial()
	p.say("%s", b.id(1, "ec"))
	p.say("ho whole\n")
	p.want(b.id(1, "0 whole"))
	p.say("%s\n", b.id(2, "echo still here"))
	p.want(b.id(2, "0 still here"))
}

func (b *bench) ping(t *testing.T) {
	p := b.serve(t, echo).dial()
	p.say("PING\n%s\n", b.id(1, "echo x"))
	p.want("PONG")
	p.want(b.id(1, "0 x"))
}

func (b *bench) large(t *testing.T) {
	p := b.serve(t, echo).dial()
	body := strings.Repeat("0123456789abcdef", 1<<16)
	go func() { _, _ = fmt.Fprintf(p.c, "%s\n", b.id(1, "echo "+body)) }()
	p.want(b.id(1, "0 "+body))
}

// slowReader: one that takes nothing stops nobody, and gets everything in the end.
func (b *bench) slowReader(t *testing.T) {
	s := b.serve(t, echo)
	slow, brisk := s.dial(), s.dial()
	body := strings.Repeat("x", 64<<10)
	const n = 100
	go func() {
		for i := range n {
			if _, err := fmt.Fprintf(slow.c, "%s\n", b.id(i, "echo "+body)); err != nil {
				return
			}
		}
	}()
	for i := range 50 {
		brisk.say("%s\n", b.id(i, "echo y"))
		brisk.want(b.id(i, "0 y"))
	}
	for i := range n {
		slow.want(b.id(i, "0 "+body))
	}
}

func (b *bench) cancel(t *testing.T) {
	h := newHeld()
	p := b.serve(t, h).dial()
	p.say("%s\n", b.id(1, "m wait"))
	<-h.came
	if tc, ok := p.c.(*net.TCPConn); ok {
		_ = tc.SetLinger(0) // a reset, as of a client that died
	} else {
		t.Skip("a Unix socket cannot be reset; its close looks like a half-close until we write")
	}
	_ = p.c.Close()
	h.mu.Lock()
	gone := h.calls["wait"]
	h.mu.Unlock()
	if s := <-gone; s.Code != codecs.Canceled {
		t.Errorf("canceled with %v", s)
	}
}

func (b *bench) deadline(t *testing.T) {
	h := newHeld()
	p := b.serve(t, h).dial()
	p.say("%s\n", b.id(1, "brief wait"))
	p.want(b.id(1, "3 engine: the deadline passed"))
}

func (b *bench) pipeline(t *testing.T) {
	p := b.serve(t, echo).dial()
	const n = 10_000
	go func() {
		var all strings.Builder
		for i := range n {
			fmt.Fprintf(&all, "%s\n", b.id(i, fmt.Sprintf("echo %d", i)))
		}
		_, _ = io.WriteString(p.c, all.String())
	}()
	for i := range n {
		p.want(b.id(i, fmt.Sprintf("0 %d", i)))
	}
}

// proxy: many clients, one pool.
func (b *bench) proxy(t *testing.T) {
	far := b.serve(t, echo)
	near := b.serve(t, b.pool(t, far))
	var wg sync.WaitGroup
	for i := range 8 {
		p := near.dial()
		wg.Go(func() {
			for j := range 200 {
				body := fmt.Sprintf("%d-%d-%s", i, j, strings.Repeat("z", (j%7)*1000))
				if _, err := fmt.Fprintf(p.c, "%s\n", b.id(j, "echo "+body)); err != nil {
					t.Error(err)
					return
				}
				if got, err := p.r.ReadString('\n'); err != nil || got != b.id(j, "0 "+body)+"\n" {
					t.Errorf("got %.100q, %v; want %.100q", got, err, body)
					return
				}
			}
		})
	}
	wg.Wait()
}

// loss: calls in flight fail at once when the server goes, and later ones fail because nobody answers the dial.
func (b *bench) loss(t *testing.T) {
	h := newHeld()
	far := b.serve(t, h)
	pool := b.pool(t, far)
	p := b.serve(t, pool).dial()
	p.say("%s\n", b.id(1, "m wait"))
	<-h.came
	if err := far.lis.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 0)
	defer cancel()
	_ = far.eng.Drain(ctx)
	got, err := p.r.ReadString('\n')
	if want := b.id(1, "8 engine: connection to"); err != nil || !strings.HasPrefix(got, want) {
		t.Fatalf("got %q, %v; want %q", got, err, want)
	}
	c := &codecs.Call{Req: codecs.Message{Kind: codecs.Request, End: true, Header: codecs.Header{Method: "m"}, Body: wire.Borrow([]byte("x"))}}
	ctx2, cancel2 := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel2()
	m, err := codecs.Wait(ctx2, pool, c)
	if err != nil || m.Status.Code != codecs.Unavailable || !m.Status.Unsent {
		t.Errorf("a call to nobody: %v, %v", m.Status, err)
	}
}

// leave: clients are told, calls in flight end, then the connection closes.
func (b *bench) leave(t *testing.T) {
	h := newHeld()
	s := b.serve(t, h)
	p := s.dial()
	p.say("%s\n", b.id(1, "brief wait"))
	<-h.came
	s.srv.Conns.Leave()
	if !b.toy.Ordered {
		p.want("BYE")
	}
	p.want(b.id(1, "3 engine: the deadline passed"))
	p.wantEOF()
}
