package filter_test

import (
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/bridge/filter"
	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/codecs"
)

func TestAdmitAsksWhoCalls(t *testing.T) {
	counted(t)
	tab := table(t, route.Rules{Allow: []route.Allow{{At: "allow[0]", Service: "inner", From: []route.From{{Listener: "here:1"}}}}}, route.Policy{})
	for _, c := range []struct{ service, listener, want string }{
		{"inner", "here:1", "reply ok "},
		{"inner", "there:2", `cancel denied: filter: admit: this caller may not call "inner"`},
		{"outer", "there:2", "reply ok "},
	} {
		f := &far{answer: ok("")}
		call, back := planned(t, tab, c.service, "m", "[]")
		call.From.Listener = c.listener
		filter.Admit(tab, &filter.Limits{})(f).Open(call, back)
		if got := back.said(t); got != c.want {
			t.Errorf("%s from %s: %s, want %s", c.service, c.listener, got, c.want)
		}
		if denied := back.last.Status.Code == codecs.Denied; denied && !back.last.Status.Unsent {
			t.Error("what is refused here was not sent")
		}
	}
}

// TestAdmitCountsCalls: as many calls as the policy says are under way, and a place is free when a call ends, however it ends.
func TestAdmitCountsCalls(t *testing.T) {
	counted(t)
	tab := table(t, route.Rules{}, route.Policy{Limit: route.Limit{Inflight: 2}})
	limits := &filter.Limits{}
	h := filter.Admit(tab, limits)(&far{})
	open := func() (*codecs.Call, *near) {
		call, back := planned(t, tab, "s", "m", "[]")
		h.Open(call, back)
		return call, back
	}
	first, _ := open()
	second, _ := open()
	for range 3 { // a refusal takes no place
		if _, third := open(); third.said(t) != "cancel limited: filter: admit: 2 calls in flight under rules[9], the limit" {
			t.Errorf("the third: %q", third.got)
		}
	}
	first.End(codecs.Status{Code: codecs.Expired})
	fourth, back := open()
	if len(back.got) != 0 {
		t.Errorf("a place is free, and the fourth is told %q", back.got)
	}
	second.End(codecs.Status{})
	fourth.End(codecs.Status{})
	open()
	open()
	if _, last := open(); len(last.got) != 1 {
		t.Error("a place too many is free")
	}
}

func TestAdmitCountsCallsASecond(t *testing.T) {
	counted(t)
	tab := table(t, route.Rules{}, route.Policy{Limit: route.Limit{Rate: 0.001, Inflight: 1}})
	h := filter.Admit(tab, &filter.Limits{})(&far{answer: ok("")})
	for i, want := range []string{"reply ok ", "cancel limited: filter: admit: over 0.001 calls a second under rules[9]", "cancel limited: filter: admit: over"} {
		call, back := planned(t, tab, "s", "m", "[]")
		h.Open(call, back)
		if got := back.said(t); !strings.HasPrefix(got, want) {
			t.Errorf("call %d: %s, want %s", i, got, want)
		}
	}
}

// TestLimitsOutliveATable: a table that is made anew with the same policy finds the calls that are under way, and one with another
// policy begins afresh.
func TestLimitsOutliveATable(t *testing.T) {
	counted(t)
	limits := &filter.Limits{}
	open := func(tab *route.Table) *near {
		call, back := planned(t, tab, "s", "m", "[]")
		filter.Admit(tab, limits)(&far{}).Open(call, back)
		return back
	}
	one := route.Policy{Limit: route.Limit{Inflight: 1}}
	old, same, other := table(t, route.Rules{}, one), table(t, route.Rules{}, one), table(t, route.Rules{}, route.Policy{Limit: route.Limit{Inflight: 2}})
	for _, c := range []struct {
		name    string
		tab     *route.Table
		refused int
	}{{"the first", old, 0}, {"the same table", old, 1}, {"the same policy", same, 1}, {"the old table again", old, 1}, {"another policy", other, 0}} {
		if got := open(c.tab).got; len(got) != c.refused {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
