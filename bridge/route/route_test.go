package route

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
)

const user = "com.acme.User"

func to(names ...string) []Split {
	var list []Split
	for _, n := range names {
		list = append(list, Split{n, 1})
	}
	return list
}

func compile(t testing.TB, r Rules) *Table {
	t.Helper()
	for i := range r.Rules {
		for _, s := range r.Rules[i].To {
			r.Clusters = append(r.Clusters, s.Cluster)
		}
	}
	table, err := Compile(r)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestMatchFirstRuleThatFits(t *testing.T) {
	table := compile(t, Rules{Rules: []Rule{
		{At: "rules[0]", Match: Match{Service: user, Method: "get*", App: "shop"}, To: to("shop")},
		{At: "rules[1]", Match: Match{Service: "com.acme.*", Version: "2.*"}, To: to("acme-v2")},
		{At: "rules[2]", Match: Match{Service: user, Group: "blue"}, To: to("blue")},
		{At: "rules[3]", Match: Match{Service: user, Meta: map[string]string{"tier": "gold", "zone": "a"}}, To: to("gold")},
		{At: "rules[4]", Match: Match{Service: user, Version: "0.0.0"}, To: to("plain")},
		{At: "rules[5]", Match: Match{Service: "com.acme.*"}, To: to("acme")},
		{At: "rules[6]", Match: Match{Service: "com.*", Method: "ping"}, To: to("ping")},
		{At: "rules[7]", Match: Match{Service: "org.*"}, To: to("org")},
	}})
	meta := func(kv ...string) codecs.Meta {
		m := codecs.Meta{Loaded: true}
		for i := 0; i < len(kv); i += 2 {
			m.Add(kv[i], kv[i+1])
		}
		return m
	}
	for _, tc := range []struct {
		name string
		h    codecs.Header
		want string // rule, or the error
	}{
		{"app and method", codecs.Header{Service: user, Method: "getUser", Meta: meta("Remote.Application", "shop")}, "rules[0]"},
		{"another key for app", codecs.Header{Service: user, Method: "getUser", Meta: meta("application", "shop")}, "rules[0]"},
		{"the first app key counts", codecs.Header{Service: user, Method: "getUser", Version: "1",
			Meta: meta("application", "shop", "remote.application", "bank")}, "rules[5]"},
		{"method does not fit", codecs.Header{Service: user, Method: "setUser", Version: "2.1", Meta: meta("app", "shop")}, "rules[1]"},
		{"group", codecs.Header{Service: user, Version: "1", Group: "blue"}, "rules[2]"},
		{"all metadata", codecs.Header{Service: user, Version: "1", Meta: meta("zone", "a", "tier", "gold")}, "rules[3]"},
		{"some metadata", codecs.Header{Service: user, Version: "1", Meta: meta("zone", "a")}, "rules[5]"},
		{"no version", codecs.Header{Service: user}, "rules[4]"},
		{"prefix", codecs.Header{Service: "com.acme.Other"}, "rules[5]"},
		{"the prefix alone", codecs.Header{Service: "com.acme."}, "rules[5]"},
		{"shorter prefix", codecs.Header{Service: "com.acme", Method: "ping"}, "rules[6]"},
		{"another prefix", codecs.Header{Service: "org.x"}, "rules[7]"},
		{"none fits", codecs.Header{Service: "com.x", Method: "m"},
			`route: match: service "com.x": none of 1 rules fits method "m", version "", group ""`},
		{"none is there", codecs.Header{Service: "net.x"}, `route: match: no rule for service "net.x"`},
		{"no name", codecs.Header{}, `route: match: no rule for service ""`},
		{"long name", codecs.Header{Service: strings.Repeat("é", 4000)},
			`route: match: no rule for service "` + strings.Repeat("é", 64) + `…"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := table.Match(&tc.h, 0)
			if err != nil {
				if err.Error() != tc.want || codecs.StatusOf(err).Code != codecs.NotFound {
					t.Fatalf("got error %v with code %v, want %s", err, codecs.StatusOf(err).Code, tc.want)
				}
				return
			}
			if c.Rule != tc.want {
				t.Errorf("got %s, want %s", c.Rule, tc.want)
			}
		})
	}
}

func TestSplitSharesTheDraws(t *testing.T) {
	table := compile(t, Rules{Rules: []Rule{{Match: Match{Service: "*"}, To: []Split{{"a", 20}, {"off", 0}, {"b", 80}}}}})
	got := map[string]int{}
	for i := range uint32(1000) {
		c, err := table.Match(&codecs.Header{Service: "x"}, i*4294967)
		if err != nil {
			t.Fatal(err)
		}
		got[c.Cluster]++
	}
	if diff := cmp.Diff(map[string]int{"a": 201, "b": 799}, got); diff != "" {
		t.Error(diff)
	}
	last, err := table.Match(&codecs.Header{Service: "x"}, 1<<32-1)
	if err != nil || last.Cluster != "b" {
		t.Errorf("the greatest draw goes to %v, %v", last, err)
	}
}

func TestPolicyTakesDefaults(t *testing.T) {
	table := compile(t, Rules{
		Defaults: Policy{Timeout: time.Second, Retry: Retry{Times: 2, On: []codecs.Code{codecs.Unavailable}}},
		Rules: []Rule{
			{Match: Match{Service: "a"}, To: to("c"), Policy: Policy{Timeout: time.Minute, Limit: Limit{Rate: 5}}},
			{Match: Match{Service: "b"}, To: to("c"), Policy: Policy{Retry: Retry{Times: 1, On: []codecs.Code{codecs.Limited}}}},
		}})
	a, _ := table.Match(&codecs.Header{Service: "a"}, 0)
	b, _ := table.Match(&codecs.Header{Service: "b"}, 0)
	if a.Policy.Timeout != time.Minute || a.Policy.Retry.Times != 2 || a.Policy.Limit.Rate != 5 {
		t.Errorf("a: %+v", a.Policy)
	}
	if b.Policy.Timeout != time.Second || !b.Policy.Retry.Covers(codecs.Limited) || b.Policy.Retry.Covers(codecs.Unavailable) {
		t.Errorf("b: %+v", b.Policy)
	}
}

func TestPolicyIsOnePerRule(t *testing.T) {
	table := compile(t, Rules{Services: []Names{{Name: "com.a"}, {Name: "com.b"}},
		Rules: []Rule{{Match: Match{Service: "com.*"}, To: to("c", "d")}}})
	a, _ := table.Match(&codecs.Header{Service: "com.a"}, 0)
	b, _ := table.Match(&codecs.Header{Service: "com.b"}, 1<<32-1)
	if a.Policy != b.Policy {
		t.Error("two services under one rule have two policies: their limits would be counted apart")
	}
	if a.Service.Name != "com.a" || b.Service.Name != "com.b" || a.Cluster != "c" || b.Cluster != "d" {
		t.Errorf("got %+v and %+v", a, b)
	}
}

func TestNeeds(t *testing.T) {
	table := compile(t, Rules{
		Services: []Names{{Name: "named"}, {Name: "grouped", Group: "g"}},
		Rules: []Rule{
			{Match: Match{Service: "meta", Meta: map[string]string{"k": "v"}}, To: to("c")},
			{Match: Match{Service: "app*", App: "a"}, To: to("c")},
			{Match: Match{Service: "group", Group: "a"}, To: to("c")},
			{Match: Match{Service: "limited"}, To: to("c"), Policy: Policy{Limit: Limit{Inflight: 1}}},
			{Match: Match{Service: "*", Version: "1", Method: "m"}, To: to("c")},
		},
		Allow: []Allow{{Service: "allowed", From: []From{{Listener: ":1"}}}}})
	for name, want := range map[string]bool{"meta": true, "apple": true, "app": true, "group": true, "named": false, "x": false,
		"grouped": true, "limited": true, "allowed": true} {
		if got := table.Needs(name).Meta; got != want {
			t.Errorf("%s: needs metadata: %v, want %v", name, got, want)
		}
	}
}

func TestKnown(t *testing.T) {
	table := compile(t, Rules{Services: []Names{{Name: "named"}}, Methods: map[string][]string{"contract": {"m"}},
		Allow: []Allow{{Service: "allowed"}}, Rules: []Rule{{Match: Match{Service: "pre*"}, To: to("c")}, {Match: Match{Service: "ruled"}, To: to("c")}}})
	for name, want := range map[string]bool{"named": true, "contract": true, "allowed": true, "ruled": true, "pre": false, "prefix": false, "": false} {
		if got := table.Known(name); got != want {
			t.Errorf("%q: got %v, want %v", name, got, want)
		}
	}
}

func TestAllow(t *testing.T) {
	table := compile(t, Rules{Allow: []Allow{
		{Service: user, From: []From{{MTLS: "spiffe://acme/shop"}, {Listener: ":7001"}, {Unix: "1000"}}},
		{Service: "com.acme.*", From: []From{{MTLS: "spiffe://acme/*"}}},
		{Service: "com.acme.Late", From: []From{{Listener: ":7001"}}}, // an earlier entry speaks of it
		{Service: "open.*", From: []From{{MTLS: "*"}}},
		{Service: "closed"},
	}})
	denied := compile(t, Rules{Allow: []Allow{{Service: user, From: []From{{Listener: ":7001"}}}, {Service: "*"}}})
	one := compile(t, Rules{Allow: []Allow{{Service: user, From: []From{{Listener: ":7001"}}}}})
	tcp := netip.MustParseAddrPort("10.0.0.1:40000")
	for _, tc := range []struct {
		name, service string
		from          codecs.Origin
		table         *Table
		want          bool
	}{
		{"identity", user, codecs.Origin{Peer: tcp, Identity: "spiffe://acme/shop"}, table, true},
		{"more than the identity", user, codecs.Origin{Peer: tcp, Identity: "spiffe://acme/shop2"}, table, false},
		{"listener", user, codecs.Origin{Peer: tcp, Listener: ":7001"}, table, true},
		{"another listener", user, codecs.Origin{Peer: tcp, Listener: ":70010"}, table, false},
		{"uid", user, codecs.Origin{Identity: "unix:uid=1000"}, table, true},
		{"another uid", user, codecs.Origin{Identity: "unix:uid=10000"}, table, false},
		{"a certificate that says a uid", user, codecs.Origin{Peer: tcp, Identity: "unix:uid=1000"}, table, false},
		{"nobody", user, codecs.Origin{Peer: tcp}, table, false},
		{"prefix", "com.acme.Cart", codecs.Origin{Peer: tcp, Identity: "spiffe://acme/bank"}, table, true},
		{"the first entry decides", "com.acme.Late", codecs.Origin{Peer: tcp, Listener: ":7001"}, table, false},
		{"any proven identity", "open.X", codecs.Origin{Peer: tcp, Identity: "cn=x"}, table, true},
		{"a uid is no certificate", "open.X", codecs.Origin{Identity: "unix:uid=0"}, table, false},
		{"none proven", "open.X", codecs.Origin{Peer: tcp}, table, false},
		{"from nobody", "closed", codecs.Origin{Peer: tcp, Identity: "spiffe://acme/shop"}, table, false},
		{"no entry", "other", codecs.Origin{Peer: tcp}, table, true},
		{"default deny", "other", codecs.Origin{Peer: tcp, Listener: ":7001"}, denied, false},
		{"listed before it", user, codecs.Origin{Peer: tcp, Listener: ":7001"}, denied, true},
		{"unread, may be any", "", codecs.Origin{Peer: tcp, Listener: ":7001"}, table, false},
		{"unread, from one who may call all", "", codecs.Origin{Peer: tcp, Listener: ":7001"}, one, true},
		{"unread, and one entry closes", "", codecs.Origin{Peer: tcp, Listener: ":7001"}, denied, false},
		{"unread, nothing is closed", "", codecs.Origin{Peer: tcp}, compile(t, Rules{}), true},
	} {
		if got := tc.table.Allow(tc.service, &tc.from); got != tc.want {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestCompileErrors(t *testing.T) {
	many := make([]Split, maxSplits+1)
	for _, tc := range []struct {
		name string
		r    Rules
		want []string // at: text
	}{
		{"pattern", Rules{Rules: []Rule{{At: "r", Match: Match{Service: "a*b", Method: "*x"}, To: to("c")}}},
			[]string{`r.match.service: "a*b": a * may stand only at the end`, `r.match.method: "*x": a * may stand only at the end`}},
		{"no service", Rules{Rules: []Rule{{At: "r", To: to("c")}}}, []string{"r.match.service: a name is missing"}},
		{"control character", Rules{Allow: []Allow{{At: "a", Service: "a\nb"}}},
			[]string{`a.service: "a\nb": control characters are not allowed in a name`}},
		{"long", Rules{Allow: []Allow{{At: "a", Service: strings.Repeat("a", 600)}}},
			[]string{"a.service: a name of 600 bytes is over the limit of 512"}},
		{"cluster", Rules{Rules: []Rule{{At: "r", Match: Match{Service: "a"}, To: to("c", "d")}}},
			[]string{`r.to[1].cluster: there is no cluster "d"`}},
		{"no cluster", Rules{Rules: []Rule{{At: "r", Match: Match{Service: "a"}}}}, []string{"r.to: 0 clusters: there must be 1 to 64"}},
		{"many clusters", Rules{Rules: []Rule{{At: "r", Match: Match{Service: "a"}, To: many}}},
			[]string{"r.to: 65 clusters: there must be 1 to 64"}},
		{"weights", Rules{Rules: []Rule{{At: "r", Match: Match{Service: "a"}, To: []Split{{"c", 0}}}}},
			[]string{"r.to: the weights add up to 0: that must be 1 to 2147483648"}},
		{"from", Rules{Allow: []Allow{{At: "a", Service: "*", From: []From{{}, {MTLS: "a", Unix: "1"}, {MTLS: "*a"}}}}},
			[]string{"a.from[0]: 0 of mtls, listener and unix are set: there must be one",
				"a.from[1]: 2 of mtls, listener and unix are set: there must be one", `a.from[2].mtls: "*a": a * may stand only at the end`}},
		{"service twice", Rules{Services: []Names{{At: "s0", Name: "a"}, {At: "s1", Name: "a"}}}, []string{`s1.name: service "a" is there twice`}},
		{"service pattern", Rules{Services: []Names{{At: "s0", Name: "a*"}}}, []string{`s0.name: "a*": the name of a service is no pattern`}},
		{"one name for two services", Rules{Services: []Names{
			{At: "s0", Name: "a", As: map[string]string{"redis": "/x", "dubbo": "x"}},
			{At: "s1", Name: "b", As: map[string]string{"redis": "/x", "http": "x"}}}},
			[]string{`s1.as.redis: two services are called "/x" in redis: a and b`}},
		{"the name of a service that keeps it", Rules{Services: []Names{{At: "s0", Name: "a", As: map[string]string{"redis": "b"}}, {At: "s1", Name: "b"}}},
			[]string{`s0.as.redis: two services are called "b" in redis: b and a`}},
		{"the name of a service of a contract", Rules{Services: []Names{{At: "s0", Name: "a", As: map[string]string{"redis": "b"}}},
			Methods: map[string][]string{"b": nil}}, []string{`s0.as.redis: two services are called "b" in redis: b and a`}},
		{"one name for two methods", Rules{Services: []Names{{At: "s0", Name: "a", Methods: map[string]map[string]string{
			"m": {"redis": "x"}, "n": {"redis": "x", "dubbo": "x"}}}}},
			[]string{`s0.methods.n.redis: two methods of a are called "x" in redis: m and n`}},
		{"the name of a method that keeps it", Rules{Services: []Names{{At: "s0", Name: "a", Methods: map[string]map[string]string{"m": {"redis": "n"}}}},
			Methods: map[string][]string{"a": {"m", "n"}}}, []string{`s0.methods.m.redis: two methods of a are called "n" in redis: n and m`}},
		{"empty names", Rules{Services: []Names{{At: "s0", As: map[string]string{"redis": ""}, Methods: map[string]map[string]string{"m": {"x": ""}}}}},
			[]string{"s0.name: a name is missing", "s0.methods.m.x: a name is missing", "s0.as.redis: a name is missing"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.r.Clusters = []string{"c"}
			_, err := Compile(tc.r)
			if diff := cmp.Diff(tc.want, texts(t, err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// texts lists the parts of an error of Compile.
func texts(t *testing.T, err error) []string {
	t.Helper()
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("got %v, not a joined error", err)
	}
	var list []string
	for _, err := range joined.Unwrap() {
		var e *Error
		if !errors.As(err, &e) || err.Error() != "route: compile: "+e.At+": "+e.Text {
			t.Fatalf("got %v, not an *Error", err)
		}
		list = append(list, e.At+": "+e.Text)
	}
	return list
}

func TestTableIsBounded(t *testing.T) {
	r := Rules{Clusters: []string{"c"}}
	for range 600 {
		r.Rules = append(r.Rules, Rule{At: "r", Match: Match{Service: "*"}, To: to("c")})
	}
	for i := range 600 {
		r.Services = append(r.Services, Names{Name: fmt.Sprint("s", i)})
	}
	_, err := Compile(r)
	want := []string{"r: rules and the services they are to be tried for make more than 262144 pairs"}
	if diff := cmp.Diff(want, texts(t, err)); diff != "" {
		t.Error(diff)
	}
}

func TestExplain(t *testing.T) {
	table := compile(t, Rules{
		Services: []Names{{Name: user}},
		Allow:    []Allow{{At: "allow[0]", Service: user, From: []From{{Listener: ":1"}}}, {At: "allow[1]", Service: "secret"}},
		Rules: []Rule{
			{At: "rules[0]", Match: Match{Service: user, Method: "get*"}, To: to("c")},
			{At: "rules[1]", Match: Match{Service: user, Version: "2"}, To: to("c")},
			{At: "rules[2]", Match: Match{Service: user, Group: "g"}, To: to("c")},
			{At: "rules[3]", Match: Match{Service: user, App: "shop"}, To: to("c")},
			{At: "rules[4]", Match: Match{Service: user, Meta: map[string]string{"k": "v", "a": "b"}}, To: to("c")},
			{At: "rules[5]", Match: Match{Service: user, Method: "set"}, To: []Split{{"c", 20}, {"d", 80}}},
			{At: "rules[6]", Match: Match{Service: user}, To: to("c")},
		}})
	got := table.Explain(&codecs.Header{Service: user, Method: "set", Version: "1"}, &codecs.Origin{Listener: ":2"})
	got = append(got, table.Explain(&codecs.Header{Service: "secret"}, &codecs.Origin{})...)
	got = append(got, table.Explain(&codecs.Header{Service: user}, &codecs.Origin{Listener: ":1"})[1])
	got = append(got, table.Explain(&codecs.Header{Service: "x"}, &codecs.Origin{})[1])
	got = append(got, table.Explain(&codecs.Header{}, &codecs.Origin{Listener: ":1"})[1]) // a service that could not be read
	want := []string{
		`service "com.acme.User" is named by the configuration`,
		`allow[0]: does not allow the caller: identity "", listener ":2"`,
		`rules[0]: method "set" is not get*`,
		`rules[1]: version "1" is not "2"`,
		`rules[2]: group "" is not g`,
		`rules[3]: app "" is not shop`,
		`rules[4]: metadata has not a=b, k=v`,
		`rules[5]: fits: c 20/100, d 80/100`,
		`service "secret" is not named by the configuration: its names pass as they are`,
		`allow[1]: allows nobody`,
		`no rule fits`,
		`allow[0]: allows the caller`,
		`no allow entry: open`,
		`allow[1]: allows nobody`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestExplainSaysWhatMatchDoes(t *testing.T) {
	table := compile(t, Rules{Rules: []Rule{{At: "rules[0]", Match: Match{Service: "a*", Method: "m"}, To: to("c")}}})
	for _, h := range []codecs.Header{{Service: "a", Method: "m"}, {Service: "a", Method: "n"}, {Service: "b"}} {
		_, err := table.Match(&h, 0)
		lines := table.Explain(&h, &codecs.Origin{})
		if fits := slices.Contains(lines, "rules[0]: fits: c 1/1"); fits != (err == nil) {
			t.Errorf("%+v: Match says %v, Explain %v", h, err, lines)
		}
	}
}
