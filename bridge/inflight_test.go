package bridge_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// TestInflight: pipelines of many clients, deeper together than a server may be asked, are slow and not refused.
func TestInflight(t *testing.T) {
	const limit, clients, deep = 7, 4, 500
	for to, serve := range map[string]func(testing.TB, handler) *server{"redis": serveRedis, "http": serveHTTP, "dubbo": serveConcurrently} {
		var busy, most atomic.Int32
		gate := make(chan struct{})
		let := sync.OnceFunc(func() { close(gate) })
		defer let()
		s := serve(t, func(r *request) string {
			n := busy.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			<-gate
			busy.Add(-1)
			return r.arg
		})
		g := start(t, `
clusters: {c: {protocol: %s, endpoints: [%q], inflight: %d}}
rules: [{match: {}, to: c, policy: {timeout: 30s}}]`, to, s.addr, limit)
		var all []*redisCaller
		for i := range clients {
			c := callers["redis"](t, g.dial()).(*redisCaller)
			all = append(all, c)
			for j := range deep {
				send(t, c.c, get(key(user, "getUser", fmt.Sprint(i, ".", j))))
			}
		}
		inflight := func() int64 { return g.Status().Clusters[0].Endpoints[0].Inflight }
		until(t, "calls wait behind those at the server", func() bool { return inflight() > 20*limit && busy.Load() >= limit })
		let()
		for i, c := range all {
			for j := range deep {
				if got, want := c.outcome(), strconv.Quote(fmt.Sprint(i, ".", j)); got != want {
					t.Fatalf("%s: got %s, want %s", to, got, want)
				}
			}
		}
		if m := most.Load(); m != limit {
			t.Errorf("%s: the server had %d calls at a time, want %d", to, m, limit)
		}
		until(t, "no call is in flight", func() bool { return inflight() == 0 })
	}
}

// TestInflightExpires: a call whose deadline passes while it waits is told so, and its turn is another's.
func TestInflightExpires(t *testing.T) {
	h, came, let := held()
	s := serveConcurrently(t, h)
	g := start(t, `
clusters: {c: {protocol: dubbo, endpoints: [%q], inflight: 1}}
rules:
- {match: {method: slow}, to: c, policy: {timeout: 60s}}
- {match: {}, to: c, policy: {timeout: 50ms}}`, s.addr)
	slow, quick := callers["redis"](t, g.dial()).(*redisCaller), callers["http"](t, g.dial())
	send(t, slow.c, get(key(user, "slow", "x")))
	<-came
	if got := quick.call(user, "getUser", "x"); !strings.HasPrefix(got, "504 expired") {
		t.Errorf("got %s", got)
	}
	let()
	if got := slow.outcome(); got != `"late"` {
		t.Error(got)
	}
	if got := callers["http"](t, g.dial()).call(user, "slow", "x"); got != `"late"` {
		t.Errorf("after all that: %s", got)
	}
}
