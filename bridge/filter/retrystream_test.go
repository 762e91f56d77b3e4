package filter_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/bridge/engine/enginetest"
	"github.com/dragoman-rpc/dragoman/bridge/filter"
	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/bridge/upstream"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// tries is the stage behind Retry: each try is a far of its own.
type tries struct {
	all  []*far
	ways []codecs.Stream                                 // back
	open func(n int, c *codecs.Call, back codecs.Stream) // runs inside Open; may be nil
}

func (s *tries) Open(c *codecs.Call, back codecs.Stream) codecs.Stream {
	f := &far{}
	s.all, s.ways = append(s.all, f), append(s.ways, back)
	fwd := f.Open(c, back)
	if s.open != nil {
		s.open(len(s.all), c, back)
	}
	return fwd
}

// unsent is how a try ends that reached no server.
var unsent = codecs.Status{Code: codecs.Unavailable, Unsent: true}

// retried is a stream through Retry, with two endpoints.
func retried(t *testing.T, next codecs.Handler) (codecs.Stream, *near) {
	t.Helper()
	call, back := begun(t, "-")
	return filter.Retry(clusters(t, "far:1", "far:2"))(next).Open(call, back), back
}

// TestRetrySendsAgain what the caller has sent, whenever a try ends that reached nobody: between two messages, inside Open or inside
// Send.
func TestRetrySendsAgain(t *testing.T) {
	counted(t)
	want := []string{"data a", "data~ b", "data c", "data-!"}
	for name, at := range map[string]int{"at once": 0, "behind the first": 1, "within the second": 2, "behind the second": 3, "behind the end": 4} {
		s := &tries{}
		fwd, back := retried(t, s)
		fwd.OnReady(func() {})
		for i, word := range []string{"a", "~b", "c", "!-"} {
			if i == at {
				s.ways[0].Cancel(unsent)
			}
			tell(fwd, word)
		}
		if at == 4 {
			s.ways[0].Cancel(unsent)
		}
		if len(s.all) != 2 {
			t.Fatalf("%s: %d tries", name, len(s.all))
		}
		if diff := cmp.Diff(want, s.all[1].data); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		s.ways[0].Send(reply("of the first try"))
		answers("- x !-")(0, nil, s.ways[1])
		s.ways[1].Cancel(unsent)
		if diff := cmp.Diff([]string{"reply-", "data x", "data-!"}, back.flow); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestRetryInsideSend: a try may end while a message is being sent to it, and the next one inside Open, or while it gets what came
// before.
func TestRetryInsideSend(t *testing.T) {
	counted(t)
	for name, second := range map[string]func(s *tries){
		"Open":   func(s *tries) { s.ways[1].Cancel(unsent) },
		"replay": func(s *tries) { s.all[1].during = func(int) { s.ways[1].Cancel(unsent) } },
	} {
		s := &tries{}
		s.open = func(n int, _ *codecs.Call, _ codecs.Stream) {
			switch n {
			case 1:
				s.all[0].during = func(sent int) {
					if sent == 2 {
						s.ways[0].Cancel(unsent)
					}
				}
			case 2:
				second(s)
			case 3:
				s.all[2].full = true
			}
		}
		fwd, back := retried(t, s)
		if !tell(fwd, "a") || tell(fwd, "b") || tell(fwd, "!-") {
			t.Errorf("%s: want the pauses of the third try", name)
		}
		if len(s.all) != 3 || len(s.all[1].data) > 1 {
			t.Fatalf("%s: %d tries, the second got %q", name, len(s.all), s.all[1].data)
		}
		if diff := cmp.Diff([]string{"data a", "data b", "data-!"}, s.all[2].data); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		s.ways[2].Cancel(unsent)
		if back.said(t) != "cancel unavailable" {
			t.Errorf("%s: %q", name, back.got)
		}
	}
}

// TestRetryRepliesEarly: a try that answers while it gets what came before gets all of it.
func TestRetryRepliesEarly(t *testing.T) {
	counted(t)
	for name, when := range map[string]int{"inside Open": 0, "at the first": 1} {
		s := &tries{}
		s.open = func(n int, _ *codecs.Call, back codecs.Stream) {
			if n == 2 && when == 0 {
				answers("- x")(0, nil, back)
			} else if n == 2 {
				s.all[1].during = func(sent int) {
					if sent == when {
						answers("- x")(0, nil, back)
					}
				}
			}
		}
		fwd, back := retried(t, s)
		tell(fwd, "a b")
		s.ways[0].Cancel(unsent)
		tell(fwd, "!c")
		if diff := cmp.Diff([]string{"data a", "data b", "data! c"}, s.all[1].data); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff([]string{"reply-", "data x"}, back.flow); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestRetryNoMore: once a reply has begun, or what was sent is too much to keep, an end is an end.
func TestRetryNoMore(t *testing.T) {
	counted(t)
	large := strings.Repeat("x", 20<<10)
	for _, c := range []struct {
		name, words, says string
		want              []string
	}{
		{"a reply has begun", "a", "-", []string{"reply-", "cancel unavailable"}},
		{"a message of it has come", "a", "- x", []string{"reply-", "data x", "cancel unavailable"}},
		{"too much was sent", strings.Repeat(large+" ", 4), "", []string{"cancel unavailable"}},
		{"too many were sent", strings.Repeat("~ ", 200), "", []string{"cancel unavailable"}},
		{"a failure behind the head", "a", "- unavailable:!-", []string{"reply-", "data-! unavailable"}},
	} {
		s := &tries{}
		fwd, back := retried(t, s)
		tell(fwd, c.words)
		answers(c.says)(0, nil, s.ways[0])
		s.ways[0].Cancel(unsent)
		tell(fwd, "late !-")
		if diff := cmp.Diff(c.want, back.flow); diff != "" || len(s.all) != 1 {
			t.Errorf("%s: %d tries, %s", c.name, len(s.all), diff)
		}
	}
	s := &tries{} // what is just not too much
	fwd, back := retried(t, s)
	tell(fwd, strings.Repeat(large+" ", 3))
	s.ways[0].Cancel(unsent)
	if len(s.all) != 2 || len(s.all[1].data) != 3 {
		t.Errorf("%d tries", len(s.all))
	}
	fwd.Cancel(codecs.Status{Code: codecs.Canceled})
	if back.said(t) != "cancel canceled" || len(s.all[1].cancel) != 1 || len(s.all[0].cancel) != 0 {
		t.Errorf("%q, %v", back.got, s.all[1].cancel)
	}
}

// TestRetryWakes: a caller who was asked to pause is told to go on by the try that has room, be it another than the one that asked.
func TestRetryWakes(t *testing.T) {
	counted(t)
	for _, c := range []struct {
		name         string
		first, again bool // full
		woken        int  // at once
		later        int  // when the second try has room again
	}{
		{"room in both", false, false, 0, 0},
		{"only the first was full", true, false, 1, 1},
		{"only the second is full", false, true, 0, 0},
		{"both are full", true, true, 0, 1},
	} {
		s := &tries{}
		s.open = func(n int, _ *codecs.Call, _ codecs.Stream) { s.all[n-1].full = [...]bool{c.first, c.again}[n-1] }
		fwd, back := retried(t, s)
		woken := 0
		fwd.OnReady(func() { woken++ })
		if tell(fwd, "a") == c.first {
			t.Errorf("%s: want the pause of the first try", c.name)
		}
		old := s.all[0].ready
		s.ways[0].Cancel(unsent)
		if old(); woken != c.woken {
			t.Errorf("%s: told to go on %d times, want %d", c.name, woken, c.woken)
		}
		s.all[1].ready()
		if woken != c.later {
			t.Errorf("%s: told to go on %d times when there is room, want %d", c.name, woken, c.later)
		}
		back.full = true
		way := 0
		s.ways[1].OnReady(func() { way++ })
		s.ways[0].OnReady(func() { way += 10 })
		m := message("-")
		m.Kind = codecs.Reply
		if s.ways[1].Send(&m) {
			t.Errorf("%s: the server was not asked to pause", c.name)
		}
		if back.wake(); way != 1 {
			t.Errorf("%s: %d: want the server of the second try told", c.name, way)
		}
		fwd.Cancel(unsent)
	}
}

// TestRetryOnTheOnlyServer: one whose protocol lets it leave a connection is tried once more, on another; one that does not is not.
func TestRetryOnTheOnlyServer(t *testing.T) {
	counted(t)
	for name, c := range map[string]struct {
		codec codecs.Codec
		ends  string
		tries int
	}{
		"streams":        {enginetest.Streams{}, "unavailable? ok", 2},
		"streams, twice": {enginetest.Streams{}, "unavailable? unavailable?", 2},
		"streams, sent":  {enginetest.Streams{}, "unavailable ok", 1},
		"no streams":     {enginetest.Toy{}, "unavailable? ok", 1},
	} {
		f := &far{answer: ends(c.ends)}
		call, _ := planned(t, table(t, route.Rules{}, route.Policy{}), "s", "m", "[1]")
		filter.Retry(clustersOf(t, c.codec, "far:1"))(f).Open(call, &near{call: call})
		if len(f.opened) != c.tries {
			t.Errorf("%s: %d tries, want %d", name, len(f.opened), c.tries)
		}
	}
}

// TestRetryWhereNobodyIs: the only server that cannot be connected to is not dialled again.
func TestRetryWhereNobodyIs(t *testing.T) {
	counted(t)
	cl := upstream.New(upstream.Options{Name: "far", Codec: enginetest.Streams{}, Addrs: []string{"far:1"},
		Dial: func(context.Context, string) (net.Conn, error) { return nil, errors.New("refused") }})
	t.Cleanup(cl.Close)
	all := map[string]*upstream.Cluster{"far": cl}
	call, _ := planned(t, table(t, route.Rules{}, route.Policy{}), "s", "m", "[1]")
	m, err := codecs.Wait(t.Context(), filter.Inside()(filter.Retry(all)(filter.Balance(all)(filter.Forward))), call)
	if err != nil || m.Status.Code != codecs.Unavailable || !m.Status.Unsent || call.Rec.Attempts != 1 {
		t.Errorf("%v, %v, %d attempts", m.Status, err, call.Rec.Attempts)
	}
}
