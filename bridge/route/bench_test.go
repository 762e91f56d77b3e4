package route

import (
	"fmt"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// busy is a table of 1000 services under 500 rules, and a call that the last of its rules takes.
func busy(t testing.TB) (*Table, codecs.Header, codecs.Origin) {
	r := Rules{Allow: []Allow{{Service: "com.acme.*", From: []From{{Listener: ":7001"}}}}}
	for i := range 1000 {
		name := fmt.Sprintf("com.acme.Service%d", i)
		r.Services = append(r.Services, Names{Name: name, Version: "1.0.0", As: map[string]string{"redis": fmt.Sprintf("/service/%d", i)},
			Methods: map[string]map[string]string{"getUser": {"http": "GET /users/{id}"}}})
		if i%2 == 0 {
			r.Rules = append(r.Rules, Rule{Match: Match{Service: name, Method: "set*"}, To: to("a")})
		}
	}
	r.Rules = append(r.Rules, Rule{Match: Match{Service: "com.acme.*"}, To: []Split{{"a", 20}, {"b", 80}}})
	return compile(t, r), codecs.Header{Service: "/service/500", Method: "GetUser"}, codecs.Origin{Listener: ":7001"}
}

// decide is all that a call asks of a table.
func decide(t testing.TB, table *Table, h *codecs.Header, from *codecs.Origin) {
	svc, _ := table.Canonical("redis", h)
	if table.Needs(h.Service).Meta != (table.allows != nil) || !svc.Fill(h) || !table.Allow(h.Service, from) {
		t.Fatal("the call needs metadata for nothing, is complete or is not allowed")
	}
	c, err := table.Match(h, 1<<31)
	if err != nil || c.Cluster != "b" {
		t.Fatalf("got %v, %v", c, err)
	}
	if s, m := c.Service.Target("http", h); s != "com.acme.Service500" || m != "GET /users/{id}" {
		t.Fatalf("got %s %s", s, m)
	}
}

func TestDecideAllocatesNothing(t *testing.T) {
	table, h, from := busy(t)
	if n := testing.AllocsPerRun(100, func() { in := h; decide(t, table, &in, &from) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDecide(b *testing.B) {
	table, h, from := busy(b)
	b.ReportAllocs()
	for b.Loop() {
		in := h
		decide(b, table, &in, &from)
	}
}

func BenchmarkMatchPrefix(b *testing.B) {
	table, _, _ := busy(b)
	h := codecs.Header{Service: "com.acme.NotNamed", Method: "m"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := table.Match(&h, 1); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	r := Rules{Clusters: []string{"c"}}
	for i := range 1000 {
		r.Services = append(r.Services, Names{Name: fmt.Sprintf("com.acme.Service%d", i)})
		r.Rules = append(r.Rules, Rule{Match: Match{Service: fmt.Sprintf("com.acme.Service%d", i)}, To: to("c")})
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile(r); err != nil {
			b.Fatal(err)
		}
	}
}
