package filter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/bridge/filter"
	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// ends answers each try with the next of some ends: a code, with a question mark if no server saw the call, in a reply with an
// exclamation mark. "ok" is a reply with a body.
func ends(list string) func(int, *codecs.Call, codecs.Stream) {
	words := strings.Fields(list)
	return func(try int, _ *codecs.Call, back codecs.Stream) {
		word := words[min(try, len(words))-1]
		var s codecs.Status
		for c := range codecs.Codes {
			if codecs.Code(c).String() == strings.TrimRight(word, "?!") {
				s.Code = codecs.Code(c)
			}
		}
		s.Unsent = strings.Contains(word, "?")
		if s.Code == codecs.OK || strings.Contains(word, "!") {
			m := reply("from " + fmt.Sprint(try))
			m.Status = s
			back.Send(m)
			return
		}
		back.Cancel(s)
	}
}

func TestRetry(t *testing.T) {
	counted(t)
	twice := route.Policy{Retry: route.Retry{Times: 2, On: []codecs.Code{codecs.Unavailable, codecs.Limited}}}
	idempotent := twice
	idempotent.Idempotent = true
	for _, c := range []struct {
		name      string
		policy    route.Policy
		endpoints int
		ends      string
		tries     int
		want      string
	}{
		{"no failure", idempotent, 2, "ok", 1, "reply ok from 1"},
		{"nobody saw it, and there is another", route.Policy{}, 2, "unavailable? ok", 2, "reply ok from 2"},
		{"nobody saw it, twice", route.Policy{}, 3, "unavailable? unavailable? ok", 3, "reply ok from 3"},
		{"nobody ever saw it", route.Policy{}, 3, "unavailable?", 3, "cancel unavailable"},
		{"nobody saw it, and there is no other", route.Policy{}, 1, "unavailable? ok", 1, "cancel unavailable"},
		{"somebody may have seen it", route.Policy{}, 2, "unavailable ok", 1, "cancel unavailable"},
		{"the policy has it, and it may be sent twice", idempotent, 1, "unavailable limited! ok", 3, "reply ok from 3"},
		{"the policy has it, as often as it says", idempotent, 1, "unavailable limited unavailable ok", 3, "cancel unavailable"},
		{"the last failure stands", idempotent, 1, "limited limited unavailable!", 3, "reply unavailable from 3"},
		{"the policy has it, but it may not be sent twice", twice, 1, "unavailable ok", 1, "cancel unavailable"},
		{"the policy has it, and nobody saw it", twice, 1, "limited? ok", 2, "reply ok from 2"},
		{"another failure", idempotent, 2, "expired ok", 1, "cancel expired"},
		{"a fault is an answer", route.Policy{Idempotent: true, Retry: route.Retry{Times: 2, On: []codecs.Code{codecs.Fault}}}, 1, "fault! ok", 1, "reply fault from 1"},
		{"both kinds add up", idempotent, 2, "unavailable? unavailable? limited unavailable ok", 5, "reply ok from 5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			addrs := []string{"far:1", "far:2", "far:3"}[:c.endpoints]
			f := &far{answer: ends(c.ends)}
			call, back := planned(t, table(t, route.Rules{}, c.policy), "s", "m", "[1]")
			filter.Retry(clusters(t, addrs...))(f).Open(call, back)
			if got := back.said(t); got != c.want || len(f.opened) != c.tries {
				t.Errorf("%s after %d tries, want %s after %d", got, len(f.opened), c.want, c.tries)
			}
			for i, m := range f.opened {
				if f.bodies[i] != "[1]" || int(m.Attempt) != i || m.Service != "s" {
					t.Errorf("try %d: body %q, attempt %d, service %s", i, f.bodies[i], m.Attempt, m.Service)
				}
			}
		})
	}
}

// TestRetryOfNothingThatCannotBeKept: what is large, or was tried again by another proxy already, passes once.
func TestRetryOfNothingThatCannotBeKept(t *testing.T) {
	counted(t)
	policy := route.Policy{Idempotent: true, Retry: route.Retry{Times: 2, On: []codecs.Code{codecs.Unavailable}}}
	for _, c := range []struct {
		name    string
		size    int
		attempt uint8
		tries   int
	}{{"small", 64 << 10, 0, 3}, {"large", 64<<10 + 1, 0, 1}, {"a second attempt", 1, 1, 1}} {
		f := &far{answer: ends("unavailable")}
		call, back := planned(t, table(t, route.Rules{}, policy), "s", "m", strings.Repeat("x", c.size))
		call.Req.Attempt = c.attempt
		filter.Retry(clusters(t, "far:1"))(f).Open(call, back)
		if back.said(t) != "cancel unavailable" || len(f.opened) != c.tries {
			t.Errorf("%s: %d tries, want %d; %q", c.name, len(f.opened), c.tries, back.got)
		}
	}
}

// TestRetryHasABudget: retries that policies ask for are a tenth of the calls, once what was saved is spent. Otherwise a server that
// is down would get thrice the load when it comes back.
func TestRetryHasABudget(t *testing.T) {
	counted(t)
	tab := table(t, route.Rules{}, route.Policy{Idempotent: true, Retry: route.Retry{Times: 1, On: []codecs.Code{codecs.Unavailable}}})
	f := &far{answer: ends("unavailable")}
	h := filter.Retry(clusters(t, "far:1"))(f)
	const calls = 1000
	for range calls {
		call, back := planned(t, tab, "s", "m", "[]")
		h.Open(call, back)
	}
	if n := len(f.opened) - calls; n < calls/10 || n > calls/10+100 {
		t.Errorf("%d retries of %d calls, want a tenth and the 100 saved", n, calls)
	}
}

func TestRetryStopsWhenTheCallEnds(t *testing.T) {
	counted(t)
	tab := table(t, route.Rules{}, route.Policy{Idempotent: true, Retry: route.Retry{Times: 9, On: []codecs.Code{codecs.Unavailable}}})

	var way codecs.Stream // back, of the first try
	f := &far{answer: func(_ int, _ *codecs.Call, back codecs.Stream) { way = back }}
	call, back := planned(t, tab, "s", "m", "[]")
	fwd := filter.Retry(clusters(t, "far:1"))(f).Open(call, back)
	fwd.Cancel(codecs.Status{Code: codecs.Expired})
	way.Cancel(codecs.Status{Code: codecs.Unavailable})
	way.Send(reply("late"))
	fwd.Cancel(codecs.Status{Code: codecs.Expired})
	if back.said(t) != "cancel expired" || len(f.opened) != 1 || len(f.cancel) != 1 {
		t.Errorf("canceled: %q, %d tries, forward %v", back.got, len(f.opened), f.cancel)
	}

	f = &far{answer: func(_ int, c *codecs.Call, back codecs.Stream) { // the engine ends a call whose time is up
		c.End(codecs.Status{Code: codecs.Expired})
		back.Cancel(codecs.Status{Code: codecs.Unavailable})
	}}
	call, back = planned(t, tab, "s", "m", "[]")
	filter.Retry(clusters(t, "far:1"))(f).Open(call, back)
	if len(f.opened) != 1 {
		t.Errorf("ended: %d tries", len(f.opened))
	}
}

// TestRetryKeepsWhatIsLent: the request is read from a buffer that belongs to somebody else by the second try.
func TestRetryKeepsWhatIsLent(t *testing.T) {
	counted(t)
	buf := []byte("frame:[1]")
	f := &far{}
	f.answer = func(try int, _ *codecs.Call, back codecs.Stream) {
		if try == 1 {
			copy(buf, "!!!!!!!!!")
		}
		ends("unavailable? ok")(try, nil, back)
	}
	call, back := planned(t, table(t, route.Rules{}, route.Policy{}), "s", "m", "")
	call.Req.Body, call.Req.Frame = wire.Borrow(buf[6:]), codecs.Frame{Of: "toy", Bytes: wire.Borrow(buf)}
	filter.Retry(clusters(t, "far:1", "far:2"))(f).Open(call, back)
	if diff := cmp.Diff([]string{"[1]", "[1]"}, f.bodies); diff != "" || back.said(t) != "reply ok from 2" {
		t.Errorf("%q %s", back.got, diff)
	}
}
