package filter_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/bridge/filter"
	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/codecs"
)

func TestLocal(t *testing.T) {
	counted(t)
	split := []route.Split{{Cluster: "far", Weight: 1}}
	everything := route.Rule{At: "rules[0]", Match: route.Match{Service: "*"}, To: split}
	for _, c := range []struct {
		name    string
		rules   route.Rules
		service string
		own     bool
	}{
		{"the process's own", route.Rules{}, "own.Health", true},
		{"another", route.Rules{}, "own.Healthy", false},
		{"a rule for everything", route.Rules{Rules: []route.Rule{everything}}, "own.Health", true},
		{"a rule for its beginning", route.Rules{Rules: []route.Rule{{At: "rules[0]", Match: route.Match{Service: "own.*"}, To: split}}}, "own.Health", true},
		{"everything is denied", route.Rules{Allow: []route.Allow{{At: "allow[0]", Service: "*"}}}, "own.Health", true},
		{"a rule of its name", route.Rules{Rules: []route.Rule{{At: "rules[0]", Match: route.Match{Service: "own.Health"}, To: split}}}, "own.Health", false},
		{"a service of its name", route.Rules{Services: []route.Names{{At: "services[0]", Name: "own.Health"}}}, "own.Health", false},
		{"a service that is called so there", route.Rules{Services: []route.Names{{At: "services[0]", Name: "a.B", As: map[string]string{"near": "own.Health"}}}}, "own.Health", false},
		{"allow of its name", route.Rules{Allow: []route.Allow{{At: "allow[0]", Service: "own.Health"}}}, "own.Health", false},
	} {
		own, next := &far{answer: ok("own")}, &far{answer: ok("next")}
		call, back := newCall(c.service, "Check", "[]")
		filter.Local(table(t, c.rules, route.Policy{}), map[string]codecs.Handler{"own.Health": own})(next).Open(call, back)
		want := map[bool]string{true: "reply ok own", false: "reply ok next"}[c.own]
		if back.said(t) != want {
			t.Errorf("%s: %q, want %s", c.name, back.got, want)
		}
	}
}

// TestLocalTime: the caller's time is kept, and there is no other.
func TestLocalTime(t *testing.T) {
	counted(t)
	for _, said := range []time.Duration{0, time.Second} {
		own := &far{answer: ok("")}
		call, back := newCall("own", "m", "[]")
		call.Req.Timeout, call.Rec.Start = said, time.Unix(1000, 0)
		filter.Local(table(t, route.Rules{}, route.Policy{Timeout: time.Minute}), map[string]codecs.Handler{"own": own})(&far{}).Open(call, back)
		var want time.Time
		if said > 0 {
			want = call.Rec.Start.Add(said)
		}
		if diff := cmp.Diff(want, own.set[0].deadline); diff != "" {
			t.Errorf("%v: %s", said, diff)
		}
	}
}
