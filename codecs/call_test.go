package codecs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// noting is an Ender that writes down that it ran.
type noting struct {
	name string
	list *[]string
}

func (n noting) Ended(c *codecs.Call, s codecs.Status) {
	*n.list = append(*n.list, fmt.Sprintf("%s %s %s %v", n.name, s.Code, c.Rec.Status.Code, c.Ended()))
}

func TestEnd(t *testing.T) {
	for _, enders := range []int{0, 1, 4, 9} { // up to four need no memory
		c := new(codecs.Call)
		var got, want []string
		for i := range enders {
			c.Defer(noting{fmt.Sprint(i), &got})
			want = append(want, fmt.Sprintf("%d expired expired true", i))
		}
		if c.Ended() {
			t.Error("ended before End")
		}
		if !c.End(codecs.Status{Code: codecs.Expired}) || c.End(codecs.Status{Code: codecs.OK}) {
			t.Error("want true from the first End and false from the second")
		}
		slices.Reverse(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d enders: %s", enders, diff)
		}
		if c.Rec.Status.Code != codecs.Expired {
			t.Errorf("the record says %s", c.Rec.Status)
		}
	}
}

func TestEndHasOneWinner(t *testing.T) {
	for range 100 {
		c, ran := new(codecs.Call), 0
		c.Defer(enderFunc(func() { ran++ }))
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if c.End(codecs.Status{}) {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || ran != 1 {
			t.Fatalf("%d winners, the enders ran %d times", won.Load(), ran)
		}
	}
}

type enderFunc func()

func (f enderFunc) Ended(*codecs.Call, codecs.Status) { f() }

// loader is a Session that has left metadata unread.
type loader struct {
	codecs.Session
	err  error
	runs int
}

func (l *loader) LoadMeta(m *codecs.Message) error {
	l.runs++
	m.Meta.Loaded = l.err == nil
	m.Meta.Add("k", "v")
	return l.err
}

func TestLoadMeta(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name   string
		frame  string
		l      *loader
		loaded bool
		runs   int
		err    error
	}{
		{"unread", "toy", &loader{}, false, 1, nil},
		{"read already", "toy", &loader{}, true, 0, nil},
		{"no frame to read it from", "", &loader{}, false, 0, nil},
		{"a codec that leaves nothing", "toy", nil, false, 0, nil},
		{"broken", "toy", &loader{err: broken}, false, 1, broken},
	} {
		var call codecs.Call
		call.Req.Frame.Of, call.Req.Meta.Loaded = c.frame, c.loaded
		if c.l != nil {
			call.From.Session = c.l
		}
		err := call.LoadMeta()
		if err != c.err || call.Req.Meta.Loaded != (c.err == nil) || c.l != nil && c.l.runs != c.runs {
			t.Errorf("%s: %v, loaded %v, %+v", c.name, err, call.Req.Meta.Loaded, c.l)
		}
	}
}

func TestWait(t *testing.T) {
	counted(t)
	reply := func(body string, end bool) *codecs.Message {
		return &codecs.Message{Kind: codecs.Reply, End: end, Body: wire.Copy([]byte(body))}
	}
	for _, c := range []struct {
		name string
		h    func(c *codecs.Call, back codecs.Stream)
		want string
	}{
		{"a reply", func(_ *codecs.Call, back codecs.Stream) { back.Send(reply("yes", true)) }, "ok yes"},
		{"a borrowed reply is kept", func(_ *codecs.Call, back codecs.Stream) {
			buf := []byte("yes")
			back.Send(&codecs.Message{Kind: codecs.Reply, End: true, Body: wire.Borrow(buf)})
			copy(buf, "xxx")
		}, "ok yes"},
		{"a failure", func(_ *codecs.Call, back codecs.Stream) { back.Cancel(codecs.Status{Code: codecs.Denied, Text: "no"}) }, "denied "},
		{"what comes behind the end is dropped", func(_ *codecs.Call, back codecs.Stream) {
			back.Send(reply("yes", true))
			back.Send(reply("late", true))
			back.Cancel(codecs.Status{Code: codecs.Internal})
		}, "ok yes"},
		{"what comes behind a cancel is dropped", func(_ *codecs.Call, back codecs.Stream) {
			back.Cancel(codecs.Status{Code: codecs.Limited})
			back.Send(reply("late", true))
		}, "limited "},
		{"an end on its own", func(_ *codecs.Call, back codecs.Stream) {
			back.Send(reply("yes", false))
			back.Send(&codecs.Message{Kind: codecs.Data, End: true, Body: wire.Copy([]byte("trailers"))})
		}, "ok yes"},
		{"a second reply", func(_ *codecs.Call, back codecs.Stream) {
			back.Send(reply("first", false))
			back.Send(reply("second", true))
		}, "ok second"},
		{"a cancel in the middle", func(_ *codecs.Call, back codecs.Stream) {
			back.Send(reply("begun", false))
			back.Cancel(codecs.Status{Code: codecs.Unavailable})
		}, "unavailable "},
		{"an answer that comes later", func(_ *codecs.Call, back codecs.Stream) {
			go func() { back.Send(reply("later", true)) }()
		}, "ok later"},
		{"Refuse", func(c *codecs.Call, back codecs.Stream) {
			if s := codecs.Refuse(c, back, codecs.Status{Code: codecs.NotFound}); s != codecs.Gone {
				t.Errorf("Refuse gives %v", s)
			}
		}, "not_found "},
	} {
		call := &codecs.Call{Req: codecs.Message{Kind: codecs.Request, End: true, Body: wire.Copy([]byte("asked"))}}
		ended := 0
		call.Defer(enderFunc(func() { ended++ }))
		m, err := codecs.Wait(t.Context(), codecs.HandlerFunc(func(call *codecs.Call, back codecs.Stream) codecs.Stream {
			c.h(call, back)
			call.Req.Release()
			return codecs.Gone
		}), call)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := m.Status.Code.String() + " " + string(m.Body.Bytes()); got != c.want || m.Kind != codecs.Reply || !m.End {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
		if ended != 1 || call.Rec.Status.Code != m.Status.Code {
			t.Errorf("%s: the call ended %d times, with %s", c.name, ended, call.Rec.Status)
		}
		m.Release()
	}
}

// cancels notes the status of a forward Cancel.
type cancels struct {
	codecs.Stream
	got chan codecs.Status
}

func (c cancels) Cancel(s codecs.Status) { c.got <- s }

func TestWaitGivesUp(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	fwd := cancels{codecs.Gone, make(chan codecs.Status, 1)}
	_, err := codecs.Wait(ctx, codecs.HandlerFunc(func(*codecs.Call, codecs.Stream) codecs.Stream { return fwd }), new(codecs.Call))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if s := <-fwd.got; s.Code != codecs.Canceled {
		t.Errorf("the handler is told %s", s)
	}
}

func TestStatusOf(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{codecs.Errorf(codecs.Invalid, "toy: decode: byte %d", 7), "invalid: toy: decode: byte 7"},
		{fmt.Errorf("around: %w", codecs.Errorf(codecs.Limited, "toy: full")), "limited: toy: full"},
		{errors.New("plain"), "internal: plain"},
	} {
		if got := codecs.StatusOf(c.err).String(); got != c.want {
			t.Errorf("%v: %s, want %s", c.err, got, c.want)
		}
	}
	if got := (codecs.Status{Code: codecs.Expired}).String(); got != "expired" {
		t.Errorf("a status without text is %q", got)
	}
}

func TestSettings(t *testing.T) {
	got := codecs.Settings{MaxHead: 7}.WithDefaults()
	if got.MaxHead != 7 || got.MaxFrame != codecs.DefaultMaxFrame || got.Name != "dragoman" {
		t.Errorf("defaults: %+v", got)
	}
	traits := &codecs.Traits{Options: []codecs.Option{{Name: "a", Default: "1"}, {Name: "b"}}}
	set := codecs.Settings{Options: map[string]string{"b": "2"}}
	for name, want := range map[string]string{"a": "1", "b": "2", "c": ""} {
		if got := set.Option(traits, name); got != want {
			t.Errorf("option %s: %q, want %q", name, got, want)
		}
	}
}
