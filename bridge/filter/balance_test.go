package filter_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/filter"
	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

func TestBalanceSaysWhoIsCalled(t *testing.T) {
	counted(t)
	tab := table(t, route.Rules{}, route.Policy{})
	f := &far{}
	call, back := planned(t, tab, "s", "m", "[]")
	h := filter.Balance(clusters(t, "far:1", "far:2"))(f)
	h.Open(call, back)
	first := f.set[0]
	if to := first.to; to.Protocol != "toy" || to.Cluster != "far" || to.Format.Encoding != "text" || to.Via == nil || to.Session == nil || to.Traits == nil || first.rec.Attempts != 1 {
		t.Errorf("%+v, %d attempts", to, first.rec.Attempts)
	}
	for range 20 { // a second attempt goes elsewhere
		h.Open(call, back)
		n := len(f.set)
		if f.set[n-1].to.Addr == f.set[n-2].to.Addr || int(f.set[n-1].rec.Attempts) != n {
			t.Fatalf("attempt %d goes to %s again", f.set[n-1].rec.Attempts, f.set[n-1].to.Addr)
		}
	}
}

func TestBalanceWithoutEndpoints(t *testing.T) {
	counted(t)
	tab := table(t, route.Rules{}, route.Policy{})
	for name, all := range map[string]int{"no endpoint": 0, "no cluster": -1} {
		set := clusters(t)
		if all < 0 {
			clear(set)
		}
		f := &far{}
		call, back := planned(t, tab, "s", "m", "[]")
		filter.Balance(set)(f).Open(call, back)
		if back.said(t) != "cancel unavailable: filter: balance: cluster far has no endpoint" || !back.last.Status.Unsent || len(f.opened) != 0 {
			t.Errorf("%s: %q, unsent %v", name, back.got, back.last.Status.Unsent)
		}
	}
}

// TestBalanceRenames: a frame of the target's own protocol stays whole if nothing in it has another name there.
func TestBalanceRenames(t *testing.T) {
	counted(t)
	broken := errors.New("near: decode attachments: broken")
	tab := table(t, route.Rules{Services: []route.Names{{At: "services[0]", Name: "com.acme.User", As: map[string]string{"toy": "user"},
		Methods: map[string]map[string]string{"getUser": {"toy": "get"}}}}}, route.Policy{Timeout: time.Minute})
	for _, c := range []struct {
		name          string
		service, said string // canonical, and the caller's own
		frame         string
		tail          *tail
		want          string
		intact        bool
	}{
		{"no frame", "com.acme.User", "com.acme.User", "", nil, "user get", false},
		{"a frame of another protocol", "com.acme.User", "user", "near", nil, "user get", false},
		{"a frame that says the same", "com.acme.User", "user", "toy", &tail{}, "user get", true},
		{"a frame that says something else", "com.acme.User", "com.acme.User", "toy", &tail{timeout: time.Second}, "user get", false},
		{"a stranger's frame", "stranger", "stranger", "toy", &tail{}, "stranger getUser", true},
		{"a frame that cannot be read", "com.acme.User", "com.acme.User", "toy", &tail{err: broken}, "cancel internal: near: decode", false},
	} {
		f := &far{}
		call, back := planned(t, tab, c.service, "getUser", "[]")
		call.Rec.Start = time.Now()
		call.Deadline = call.Rec.Start.Add(time.Minute)
		call.From.Service, call.From.Method = c.said, "get"
		if c.service == "stranger" {
			call.From.Method = "getUser"
		}
		if c.frame != "" {
			call.Req.Frame = codecs.Frame{Of: c.frame, Bytes: wire.Copy([]byte("frame"))}
		}
		if c.tail != nil {
			call.From.Session, call.Req.Meta.Loaded = c.tail, false
		}
		filter.Balance(clusters(t, "far:1"))(f).Open(call, back)
		if strings.HasPrefix(c.want, "cancel") {
			if !strings.HasPrefix(back.said(t), c.want) {
				t.Errorf("%s: %q", c.name, back.got)
			}
			continue
		}
		m := f.opened[0]
		if got := m.Service + " " + m.Method; got != c.want || (m.Frame.Of != "") != c.intact {
			t.Errorf("%s: %s, frame of %q; want %s, intact %v", c.name, got, m.Frame.Of, c.want, c.intact)
		}
		if c.tail != nil && c.tail.timeout > 0 && (m.Timeout <= 0 || m.Timeout > c.tail.timeout) {
			t.Errorf("%s: timeout %v of %v", c.name, m.Timeout, c.tail.timeout)
		}
	}
}

// TestBalanceSaysWhatTimeIsLeft: a request that is written anew says what is left, of the caller's time or of the route's.
func TestBalanceSaysWhatTimeIsLeft(t *testing.T) {
	counted(t)
	tab := table(t, route.Rules{}, route.Policy{})
	for _, c := range []struct {
		said, left, min, max time.Duration
	}{
		{0, time.Minute, 59 * time.Second, time.Minute},
		{time.Minute, 30 * time.Second, 29 * time.Second, 30 * time.Second},
		{time.Minute, -time.Second, time.Millisecond, time.Millisecond},
	} {
		f := &far{}
		call, back := planned(t, tab, "s", "m", "[]")
		call.Req.Timeout, call.Deadline = c.said, time.Now().Add(c.left)
		filter.Balance(clusters(t, "far:1"))(f).Open(call, back)
		if got := f.opened[0].Timeout; got < c.min || got > c.max {
			t.Errorf("said %v, left %v: %v on the wire", c.said, c.left, got)
		}
	}
}

func TestForward(t *testing.T) {
	counted(t)
	f := &far{answer: ok("there")}
	call, back := newCall("s", "m", "[]")
	call.To.Via = f
	if fwd := filter.Forward.Open(call, back); fwd != f || back.said(t) != "reply ok there" {
		t.Errorf("%v %q", fwd, back.got)
	}
}
