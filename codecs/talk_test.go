package codecs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// party is the far end of a talk: it takes room messages of the request before it asks for a pause, and says what say is called for.
type party struct {
	mu       sync.Mutex
	back     codecs.Stream
	room     int
	got      []string
	canceled []codecs.Status
	ready    func()
	resumed  int
}

func (p *party) Open(c *codecs.Call, back codecs.Stream) codecs.Stream {
	p.back = back
	c.Req.Release()
	back.OnReady(func() { p.resumed++ })
	return p
}

func (p *party) Send(m *codecs.Message) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = append(p.got, string(m.Body.Bytes()))
	m.Release()
	p.room--
	return p.room > 0
}

func (p *party) OnReady(f func()) { p.ready = f }

func (p *party) Cancel(s codecs.Status) {
	p.mu.Lock()
	p.canceled = append(p.canceled, s)
	p.mu.Unlock()
	p.back.Cancel(s)
}

// say sends a reply that is lent, and the message that ends it for the text "end".
func (p *party) say(kind codecs.Kind, text string) (more bool) {
	buf := []byte(text)
	m := codecs.Message{Kind: kind, End: text == "end", Body: wire.Borrow(buf)}
	more = p.back.Send(&m)
	clear(buf)
	return more
}

func open() *codecs.Call {
	return &codecs.Call{Req: codecs.Message{Kind: codecs.Request, Bare: true}}
}

func send(t *codecs.Talk, text string) error {
	return t.Send(&codecs.Message{Kind: codecs.Data, Body: wire.Copy([]byte(text))})
}

// all receives up to the end.
func all(t *codecs.Talk) (got []string, err error) {
	for {
		m, err := t.Recv()
		if err != nil {
			return got, err
		}
		got = append(got, fmt.Sprintf("%s %s %v %s", m.Kind, m.Status.Code, m.End, m.Body.Bytes()))
		m.Release()
	}
}

func TestTalk(t *testing.T) {
	counted(t)
	p, c := &party{room: 10}, open()
	ended := 0
	c.Defer(enderFunc(func() { ended++ }))
	talk := codecs.Begin(t.Context(), p, c)
	for _, text := range []string{"a", "b"} {
		if err := send(talk, text); err != nil {
			t.Error(err)
		}
	}
	p.say(codecs.Reply, "head")
	p.say(codecs.Data, "c")
	p.say(codecs.Data, "end")
	p.say(codecs.Data, "late")
	p.back.Cancel(codecs.Status{Code: codecs.Internal})
	got, err := all(talk)
	want := []string{"reply ok false head", "data ok false c", "data ok true end"}
	if diff := cmp.Diff(want, got); diff != "" || !errors.Is(err, io.EOF) || ended != 1 || !c.Ended() {
		t.Errorf("%v, ended %d times: %s", err, ended, diff)
	}
	if diff := cmp.Diff([]string{"a", "b"}, p.got); diff != "" {
		t.Error(diff)
	}
	if err := send(talk, "late"); !errors.Is(err, io.EOF) {
		t.Errorf("sent behind the end: %v", err)
	}
	talk.Close()
	talk.Close()
	if len(p.canceled) != 0 {
		t.Errorf("a call that had ended was canceled: %v", p.canceled)
	}
}

// TestTalkEndsEarly: a failure in place of a reply is a message, too, and its status is the call's.
func TestTalkEndsEarly(t *testing.T) {
	counted(t)
	c := open()
	talk := codecs.Begin(t.Context(), codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
		return codecs.Refuse(c, back, codecs.Status{Code: codecs.NotFound})
	}), c)
	defer talk.Close()
	got, err := all(talk)
	if diff := cmp.Diff([]string{"cancel not_found true "}, got); diff != "" || !errors.Is(err, io.EOF) || c.Rec.Status.Code != codecs.NotFound {
		t.Errorf("%v, %v: %s", err, c.Rec.Status, diff)
	}
}

// TestTalkWaitsToSend while the far end has no room, and goes on when it has, or when the call ends.
func TestTalkWaitsToSend(t *testing.T) {
	counted(t)
	synctest.Test(t, func(t *testing.T) {
		p := &party{room: 2}
		talk := codecs.Begin(t.Context(), p, open())
		defer talk.Close()
		var errs []error
		go func() {
			for i := range 5 {
				errs = append(errs, send(talk, fmt.Sprint(i)))
			}
		}()
		synctest.Wait()
		if strings.Join(p.got, "") != "01" {
			t.Errorf("sent %q without room for the third", p.got)
		}
		p.room = 1
		p.ready()
		synctest.Wait()
		if strings.Join(p.got, "") != "012" {
			t.Errorf("sent %q with room for one more", p.got)
		}
		p.back.Cancel(codecs.Status{Code: codecs.Unavailable})
		synctest.Wait()
		if diff := cmp.Diff([]string{"", "", "", "EOF", "EOF"}, texts(errs)); diff != "" {
			t.Error(diff)
		}
	})
}

func texts(errs []error) []string {
	list := make([]string, len(errs))
	for i, err := range errs {
		if err != nil {
			list[i] = err.Error()
		}
	}
	return list
}

// TestTalkPausesWhoReplies when nobody receives, and has them go on when somebody does.
func TestTalkPausesWhoReplies(t *testing.T) {
	counted(t)
	p := &party{}
	talk := codecs.Begin(t.Context(), p, open())
	defer talk.Close()
	n := 1
	for p.say(codecs.Data, "x") {
		n++
	}
	if n > 100 {
		t.Errorf("%d messages wait", n)
	}
	for range n {
		if m, err := talk.Recv(); err != nil {
			t.Error(err)
		} else {
			m.Release()
		}
	}
	if p.resumed != 1 || !p.say(codecs.Data, "x") {
		t.Errorf("told to go on %d times", p.resumed)
	}
}

// TestTalkIsCanceled by its context, and by Close; both set free who waits.
func TestTalkIsCanceled(t *testing.T) {
	counted(t)
	why := errors.New("enough")
	for name, stop := range map[string]func(context.CancelCauseFunc, *codecs.Talk){
		"context": func(cancel context.CancelCauseFunc, _ *codecs.Talk) { cancel(why) },
		"close":   func(_ context.CancelCauseFunc, t *codecs.Talk) { t.Close() },
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			p, c := &party{room: 1}, open()
			talk := codecs.Begin(ctx, p, c)
			defer talk.Close()
			var sent, received error
			go func() {
				for sent == nil {
					sent = send(talk, "x")
				}
			}()
			go func() { _, received = all(talk) }()
			synctest.Wait()
			stop(cancel, talk)
			synctest.Wait()
			p.mu.Lock()
			defer p.mu.Unlock()
			if len(p.canceled) != 1 || p.canceled[0].Code != codecs.Canceled || c.Rec.Status.Code != codecs.Canceled {
				t.Errorf("%s: canceled %v, ended %v", name, p.canceled, c.Rec.Status)
			}
			for _, err := range []error{sent, received} {
				if !errors.Is(err, io.EOF) && !errors.Is(err, why) {
					t.Errorf("%s: %v", name, err)
				}
			}
			if !p.say(codecs.Data, "late") {
				t.Errorf("%s: what comes late is kept", name)
			}
		})
	}
}
