package filter_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/engine/enginetest"
	"github.com/dragoman-rpc/dragoman/bridge/filter"
	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// tail is a caller's session that has left metadata and the timeout behind the body.
type tail struct {
	codecs.Session
	timeout time.Duration
	err     error
	runs    int
}

func (l *tail) LoadMeta(m *codecs.Message) error {
	l.runs++
	m.Meta.Loaded, m.Timeout = true, l.timeout
	return l.err
}

// left gives a call whose metadata is unread.
func left(c *codecs.Call, l *tail) {
	c.Req.Meta.Loaded, c.Req.Frame.Of = false, "near"
	c.From.Session, c.From.Traits = l, &codecs.Traits{TailMeta: true}
}

func TestRouteTakesTheCanonicalNames(t *testing.T) {
	counted(t)
	tab := table(t, route.Rules{Services: []route.Names{{At: "services[0]", Name: "com.acme.User", Version: "1.0",
		As: map[string]string{"near": "/service/user"}, Methods: map[string]map[string]string{"getUser": {"near": "get"}}}}}, route.Policy{})
	for _, c := range []struct{ service, method, version, want string }{
		{"/service/user", "get", "", "com.acme.User getUser 1.0, own words void true"},
		{"/service/user", "get", "2.0", "com.acme.User getUser 2.0, own words void false"},
		{"stranger", "get", "", "stranger get , own words void false"},
	} {
		f := &far{answer: ok("")}
		call, back := newCall(c.service, c.method, "[]")
		call.Req.Version = c.version
		filter.Route(tab, nil)(f).Open(call, back)
		if back.said(t) != "reply ok " {
			t.Errorf("%s: %v", c.service, back.got)
			continue
		}
		m, seen := f.opened[0], f.set[0]
		got := m.Service + " " + m.Method + " " + m.Version + ", own words void " + map[bool]string{true: "true", false: "false"}[seen.from.Service == ""]
		if got != c.want || seen.rec.Service != m.Service || seen.rec.Method != m.Method {
			t.Errorf("%s %s: got %s, want %s; recorded %+v", c.service, c.method, got, c.want, seen.rec)
		}
		if choice, _ := seen.plan.(*route.Choice); choice == nil || choice.Cluster != "far" {
			t.Errorf("%s: planned %+v", c.service, seen.plan)
		}
	}
}

// timed is a table with one rule: with a time of its own, or, if that is the standard one, by the defaults.
func timed(t *testing.T, own, standard time.Duration) *route.Table {
	if own == standard {
		return table(t, route.Rules{Defaults: route.Policy{Timeout: standard}}, route.Policy{})
	}
	return table(t, route.Rules{}, route.Policy{Timeout: own})
}

// TestRouteKnowsItsOwnTime: a rule that says what the defaults say has said it.
func TestRouteKnowsItsOwnTime(t *testing.T) {
	counted(t)
	tab := table(t, route.Rules{Defaults: route.Policy{Timeout: time.Second}}, route.Policy{Timeout: time.Second})
	f := &far{answer: ok("")}
	call, back := newCall("s", "m", "[]")
	call.Rec.Start, call.Req.Stream = time.Unix(1000, 0), true
	filter.Route(tab, clustersOf(t, enginetest.Streams{}, "far:1"))(f).Open(call, back)
	if got := f.set[0].deadline.Sub(call.Rec.Start); got != time.Second {
		t.Errorf("deadline after %v, want the rule's own", got)
	}
}

func TestRouteLimitsTheTime(t *testing.T) {
	counted(t)
	const standard = 7 * time.Second
	start := time.Unix(1000, 0)
	for _, c := range []struct {
		name        string
		said, own   time.Duration
		tail        *tail
		want, after time.Duration // Timeout of the request, and Deadline from Start
		reads       int
	}{
		{"the caller's own", 2 * time.Second, standard, nil, 2 * time.Second, 2 * time.Second, 0},
		{"the route's where the caller says none", 0, standard, nil, 0, standard, 0},
		{"the route's where it is nearer", time.Minute, standard, nil, standard, standard, 0},
		{"none at all", 0, 0, nil, 0, 0, 0},
		{"what is unread is not cut short by the standard", 0, standard, &tail{timeout: time.Minute}, 0, 10 * time.Minute, 0},
		{"what is unread is read for a route's own", 0, 3 * time.Second, &tail{timeout: time.Minute}, 3 * time.Second, 3 * time.Second, 1},
		{"what is unread and nearer than a route's own", 0, 3 * time.Second, &tail{timeout: time.Second}, time.Second, time.Second, 1},
	} {
		f := &far{answer: ok("")}
		call, back := newCall("s", "m", "[]")
		call.Rec.Start, call.Req.Timeout = start, c.said
		if c.tail != nil {
			left(call, c.tail)
		}
		filter.Route(timed(t, c.own, standard), nil)(f).Open(call, back)
		if len(f.opened) != 1 {
			t.Errorf("%s: %v", c.name, back.got)
			continue
		}
		var after time.Duration
		if d := f.set[0].deadline; !d.IsZero() {
			after = d.Sub(start)
		}
		if f.opened[0].Timeout != c.want || after != c.after || c.tail != nil && c.tail.runs != c.reads {
			t.Errorf("%s: timeout %v, deadline after %v; want %v, %v; %+v", c.name, f.opened[0].Timeout, after, c.want, c.after, c.tail)
		}
	}
}

// TestRouteLeavesStreamsTheirTime: who calls for a stream of one who has streams says how long he waits.
func TestRouteLeavesStreamsTheirTime(t *testing.T) {
	counted(t)
	const standard = 7 * time.Second
	for _, c := range []struct {
		name      string
		codec     codecs.Codec
		stream    bool
		said, own time.Duration
		want      time.Duration // Deadline from Start
	}{
		{"no time is said", enginetest.Streams{}, true, 0, standard, 0},
		{"the caller's own", enginetest.Streams{}, true, time.Minute, standard, time.Minute},
		{"the route's own", enginetest.Streams{}, true, time.Minute, time.Second, time.Second},
		{"no stream is wanted", enginetest.Streams{}, false, 0, standard, standard},
		{"none can be had", enginetest.Toy{}, true, 0, standard, standard},
		{"none can be had, though the wire could", wholly{}, true, 0, standard, standard},
	} {
		f := &far{answer: ok("")}
		call, back := newCall("s", "m", "[]")
		call.Rec.Start, call.Req.Timeout, call.Req.Stream = time.Unix(1000, 0), c.said, c.stream
		filter.Route(timed(t, c.own, standard), clustersOf(t, c.codec, "far:1"))(f).Open(call, back)
		var got time.Duration
		if d := f.set[0].deadline; !d.IsZero() {
			got = d.Sub(call.Rec.Start)
		}
		if got != c.want {
			t.Errorf("%s: deadline after %v, want %v", c.name, got, c.want)
		}
	}
}

func TestRouteRefuses(t *testing.T) {
	counted(t)
	broken := errors.New("near: decode attachments: broken")
	nowhere, err := route.Compile(route.Rules{})
	if err != nil {
		t.Fatal(err)
	}
	byMeta := table(t, route.Rules{Rules: []route.Rule{{At: "rules[0]", Match: route.Match{Service: "s", Meta: map[string]string{"k": "v"}},
		To: []route.Split{{Cluster: "far", Weight: 1}}}}}, route.Policy{})
	for _, c := range []struct {
		name string
		tab  *route.Table
		tail *tail
		want string
	}{
		{"no rule", nowhere, nil, "cancel not_found: "},
		{"metadata that a rule asks for", byMeta, &tail{err: broken}, "cancel internal: near: decode"},
		{"metadata that a timeout asks for", table(t, route.Rules{}, route.Policy{Timeout: time.Second}), &tail{err: broken}, "cancel internal: near: decode"},
	} {
		f := &far{answer: ok("")}
		call, back := newCall("s", "m", "[]")
		if c.tail != nil {
			left(call, c.tail)
		}
		filter.Route(c.tab, nil)(f).Open(call, back)
		if got := back.said(t); !strings.HasPrefix(got, c.want) || len(f.opened) != 0 {
			t.Errorf("%s: %s, want %s; passed %d", c.name, got, c.want, len(f.opened))
		}
	}
}
