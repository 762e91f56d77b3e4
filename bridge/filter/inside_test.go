package filter_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/dragoman-rpc/dragoman/bridge/filter"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// remote answers from a goroutine of its own, as a server's connection does: every message of the request with one of the reply. It
// asks for a pause every other time, and ends it from a third goroutine.
type remote struct {
	mu    sync.Mutex
	back  codecs.Stream
	ready func()
	in    chan codecs.Message
	over  bool
	runs  sync.WaitGroup // its goroutines
}

func (r *remote) Open(c *codecs.Call, back codecs.Stream) codecs.Stream {
	c.Req.Release()
	r.back, r.in = back, make(chan codecs.Message, 1000)
	r.runs.Go(func() {
		head := codecs.Message{Kind: codecs.Reply, Bare: true}
		back.Send(&head)
		for m := range r.in {
			end := m.End
			back.Send(&m)
			if end {
				return
			}
		}
	})
	return r
}

func (r *remote) Send(m *codecs.Message) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		m.Release()
		return true
	}
	m.Own()
	r.over = m.End
	r.in <- *m
	if len(r.in)%2 == 0 {
		return true
	}
	r.runs.Go(r.ready)
	return false
}

func (r *remote) OnReady(f func()) { r.ready = f }

func (r *remote) Cancel(s codecs.Status) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.over {
		r.over = true
		close(r.in)
		r.runs.Go(func() { r.back.Cancel(s) })
	}
}

// watching is a stage with a state of its own, which nothing guards: the race detector finds who uses it off the home.
func watching(uses *int) codecs.Filter {
	return func(next codecs.Handler) codecs.Handler {
		return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
			*uses++
			return &watched{next.Open(c, &watched{back, uses}), uses}
		})
	}
}

type watched struct {
	codecs.Stream
	uses *int
}

func (w *watched) Send(m *codecs.Message) bool { *w.uses++; return w.Stream.Send(m) }
func (w *watched) Cancel(s codecs.Status)      { *w.uses++; w.Stream.Cancel(s) }
func (w *watched) OnReady(f func()) {
	w.Stream.OnReady(func() { *w.uses++; f() })
}

// inside is the chain of one such stage for a call from inside the process.
func inside(uses *int) (codecs.Handler, *codecs.Call, *remote) {
	r := &remote{}
	call := &codecs.Call{Req: codecs.Message{Kind: codecs.Request, Bare: true}, To: codecs.Target{Via: r}}
	return filter.Inside()(watching(uses)(filter.Forward)), call, r
}

func TestInsideIsOneThingAtATime(t *testing.T) {
	counted(t)
	uses := 0
	h, call, r := inside(&uses)
	talk := codecs.Begin(t.Context(), h, call)
	const messages = 500
	sent := make(chan error)
	go func() {
		var err error
		for i := range messages {
			err = errors.Join(err, talk.Send(&codecs.Message{Kind: codecs.Data, End: i == messages-1, Body: wire.Copy(fmt.Append(nil, i, " "))}))
		}
		sent <- err
	}()
	var got, want strings.Builder
	for {
		m, err := talk.Recv()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		got.Write(m.Body.Bytes())
		m.Release()
	}
	for i := range messages {
		fmt.Fprint(&want, i, " ")
	}
	if err := <-sent; err != nil || got.String() != want.String() {
		t.Errorf("%v, %.100q", err, got.String())
	}
	talk.Close()
	r.runs.Wait()
	if uses < 2*messages {
		t.Errorf("the stage was used %d times", uses)
	}
}

func TestInsideIsCanceled(t *testing.T) {
	counted(t)
	for range 100 {
		uses := 0
		h, call, r := inside(&uses)
		talk := codecs.Begin(t.Context(), h, call)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for talk.Send(&codecs.Message{Kind: codecs.Data, Body: wire.Copy([]byte("x"))}) == nil {
			}
		}()
		if m, err := talk.Recv(); err != nil {
			t.Error(err)
		} else {
			m.Release()
		}
		talk.Close()
		<-done
		r.runs.Wait()
		if _, err := talk.Recv(); !errors.Is(err, io.EOF) {
			t.Error(err)
		}
	}
}

// TestInsideLeavesOthersAlone: a call that has a home keeps it.
func TestInsideLeavesOthersAlone(t *testing.T) {
	counted(t)
	f := &far{answer: ok("yes")}
	call, back := newCall("s", "m", "[]")
	call.Local, call.To.Via = t, f
	if fwd := filter.Inside()(filter.Forward).Open(call, back); fwd != codecs.Stream(f) || back.said(t) != "reply ok yes" {
		t.Errorf("%T, %q", fwd, back.got)
	}
}
