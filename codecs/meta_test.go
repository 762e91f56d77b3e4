package codecs_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
)

func TestKeys(t *testing.T) {
	keys := codecs.Keys{"token", "dubbo.*", "a*"}
	for _, c := range []struct {
		key  string
		want bool
	}{
		{"token", true}, {"TOKEN", true}, {"to\u212Aen", true}, // the sign for kelvin is a k to whoever ignores case
		{"tokens", false}, {"toke", false}, {"", false}, {"*", false}, {"token*", false},
		{"dubbo.", true}, {"dubbo.tag", true}, {"Dubbo.Tag", true}, {"dubbo", false}, {"xdubbo.tag", false},
		{"a", true}, {"A", true}, {"abc", true}, {"\u00e4", false},
	} {
		if got := keys.Has(c.key); got != c.want {
			t.Errorf("%q: %v, want %v", c.key, got, c.want)
		}
	}
	if codecs.Keys(nil).Has("") {
		t.Error("no keys have one")
	}
	if n := testing.AllocsPerRun(100, func() { keys.Has("x-request-id") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestMeta(t *testing.T) {
	var m codecs.Meta
	m.Add("Tenant", "a")
	m.Add("trace", "1")
	m.Add("tenant", "b")
	if v, ok := m.Get("TENANT"); !ok || v != "a" {
		t.Errorf("Get gives %q, %v: want the first", v, ok)
	}
	if v, ok := m.Get("ten"); ok || v != "" {
		t.Errorf("Get of what is not there gives %q", v)
	}
	before := m
	beforePairs := slices.Clone(m.Pairs)
	m.Set("TRACE", "2")
	m.Del("tenant")
	if diff := cmp.Diff([]codecs.Pair{{Key: "TRACE", Value: "2"}}, m.Pairs); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(beforePairs, before.Pairs); diff != "" {
		t.Errorf("the copy taken before has changed: %s", diff)
	}
	m.Del("nothing")
	if len(m.Pairs) != 1 {
		t.Errorf("Del of what is not there leaves %v", m.Pairs)
	}
}
