package bridge_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestDeepPipeline: 10 000 GETs over one connection to a server that answers one at a time are slow, not refused.
func TestDeepPipeline(t *testing.T) {
	var busy, most atomic.Int32
	s := serveRedis(t, func(r *request) string {
		if n := busy.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer busy.Add(-1)
		return r.arg
	})
	g := start(t, `
clusters: {c: {protocol: redis, endpoints: [%q], connections: 1}}
rules: [{match: {}, to: c}]`, s.addr)
	const n = 10_000
	c := g.dial()
	go func() {
		w := bufio.NewWriter(c)
		for i := range n {
			_, _ = w.WriteString(get(key(user, "getUser", strconv.Itoa(i))))
		}
		_ = w.Flush() // the reader sees what is missing
	}()
	r := &redisCaller{t, c, bufio.NewReader(c)}
	for i := range n {
		if got := r.outcome(); got != strconv.Quote(strconv.Itoa(i)) {
			t.Fatalf("reply %d: %s", i, got)
		}
	}
	if m := most.Load(); m != 1 {
		t.Errorf("a server that answers one at a time had %d at a time", m)
	}
}

// TestConnectionCap: no more connections to an endpoint than the cluster may have, and all of them of use.
func TestConnectionCap(t *testing.T) {
	h, came, let := held()
	s := serveHTTP(t, h)
	g := start(t, `
clusters: {c: {protocol: http, endpoints: [%q], connections: 3}}
rules: [{match: {}, to: c}]`, s.addr)
	const n = 10
	var all []*redisCaller
	for range n {
		c := callers["redis"](t, g.dial()).(*redisCaller)
		send(t, c.c, get(key(user, "slow", "x")))
		all = append(all, c)
	}
	for range 3 {
		<-came
	}
	let()
	for _, c := range all {
		if got := c.outcome(); got != `"late"` {
			t.Error(got)
		}
	}
	if d := s.dialed(); d != 3 {
		t.Errorf("%d connections, want 3", d)
	}
}

// TestListenerCap: a connection over the listener's limit is closed, and one that ends makes room.
func TestListenerCap(t *testing.T) {
	g := start(t, `
listen: [{addr: "127.0.0.1:0", limits: {connections: 2}}]
clusters: {c: {protocol: redis, endpoints: [%q]}}
rules: [{match: {}, to: c}]`, serveRedis(t, echo).addr)
	a, b := callers["redis"](t, g.dial()), callers["dubbo"](t, g.dial())
	for _, c := range []caller{a, b} {
		if got := c.call(user, "getUser", "x"); got != `"com.acme.User.getUser(x)"` {
			t.Fatal(got)
		}
	}
	over := g.dial()
	if n, err := over.Read(make([]byte, 1)); n > 0 || err == nil {
		t.Error("a third connection was taken")
	}
	if got := b.call(user, "getUser", "x"); got != `"com.acme.User.getUser(x)"` {
		t.Error(got)
	}
	_ = a.conn().Close()
	until(t, "there is room again", func() bool {
		c := g.dial()
		defer c.Close() //nolint:errcheck // only read from
		if _, err := io.WriteString(c, "PING\r\n"); err != nil {
			return false
		}
		got, err := bufio.NewReader(c).ReadString('\n')
		return err == nil && got == "+PONG\r\n"
	})
}

// TestDisconnect: the calls of a client that dies are given up, and what they held is free.
func TestDisconnect(t *testing.T) {
	h, came, let := held()
	defer let()
	s := serveConcurrently(t, h)
	g := start(t, `
clusters: {c: {protocol: dubbo, endpoints: [%q]}}
rules: [{match: {}, to: c, policy: {timeout: 60s, limit: {inflight: 1}}}]`, s.addr)
	c := g.dial()
	send(t, c, get(key(user, "slow", "x")))
	<-came
	other := callers["http"](t, g.dial())
	if got := other.call(user, "getUser", "x"); !strings.HasPrefix(got, "429 limited") {
		t.Fatalf("got %s", got)
	}
	if err := c.(*net.TCPConn).SetLinger(0); err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	until(t, "the call is given up", func() bool { return g.Status().Clusters[0].Endpoints[0].Inflight == 0 })
}

// TestLateReplies: a reply that comes behind its call's deadline goes to nobody, least of all to the next call.
func TestLateReplies(t *testing.T) {
	for _, to := range protocols {
		gate := make(chan struct{})
		s := map[string]func(testing.TB, handler) *server{"redis": serveRedis, "http": serveHTTP, "dubbo": serveConcurrently}[to](t,
			func(r *request) string {
				if r.arg == "late" {
					<-gate
				}
				return r.arg
			})
		g := start(t, `
clusters: {c: {protocol: %s, endpoints: [%q], connections: 1}}
rules: [{match: {}, to: c, policy: {timeout: 50ms, retry: {times: 0}}}]`, to, s.addr)
		c := callers["redis"](t, g.dial())
		if got := c.call(user, "getUser", "late"); !strings.HasPrefix(got, "ec 3041") {
			t.Errorf("%s: %s", to, got)
		}
		close(gate)
		for i := range 20 {
			want := strconv.Itoa(i)
			if got := c.call(user, "getUser", want); got != strconv.Quote(want) {
				t.Errorf("%s: got %s, want %s", to, got, want)
			}
		}
	}
}

// TestOneway: a one-way call reaches the server once, and Dubbo's caller gets no reply to it.
func TestOneway(t *testing.T) {
	for _, to := range protocols {
		var notes atomic.Int32
		s := servers[to](t, func(r *request) string {
			if r.method == "note" {
				notes.Add(1)
			}
			return "ok"
		})
		g := start(t, "clusters: {c: {protocol: %s, endpoints: [%q]}}\nrules: [{match: {}, to: c}]", to, s.addr)
		d := callers["dubbo"](t, g.dial()).(*dubboCaller)
		send(t, d.c, dubboRequest(oneWay, 41, user, "note", "x")+dubboRequest(oneWay, 42, "nobody", "note", "x"))
		if got := d.call(user, "getUser", "x"); got != `"ok"` { // fails if the reply is to another id
			t.Errorf("%s: %s", to, got)
		}
		h := callers["http"](t, g.dial()).(*httpCaller)
		send(t, h.c, post("/"+user+"/note", `["x"]`, "Dragoman-Oneway: true"))
		if res, body := h.response(); res.StatusCode != 202 || body != "" {
			t.Errorf("%s: %s %q", to, res.Status, body)
		}
		if got := callers["redis"](t, g.dial()).call(user, "note", "x"); strings.HasPrefix(got, "ec") {
			t.Errorf("%s: %s", to, got)
		}
		until(t, "all notes came", func() bool { return notes.Load() >= 4 })
		if n := notes.Load(); n != 4 {
			t.Errorf("%s: %d notes, want 4", to, n)
		}
	}
}

// TestMGET: the keys are called at one time, and answered in one array in their order.
func TestMGET(t *testing.T) {
	const n = 20
	var wg sync.WaitGroup
	wg.Add(n)
	s := serveConcurrently(t, func(r *request) string {
		wg.Done()
		wg.Wait() // for all the others
		return r.arg
	})
	g := start(t, "clusters: {c: {protocol: dubbo, endpoints: [%q]}}\nrules: [{match: {}, to: c}]", s.addr)
	r := callers["redis"](t, g.dial()).(*redisCaller)
	var b strings.Builder
	fmt.Fprintf(&b, "*%d\r\n$4\r\nMGET\r\n", n+1)
	for i := range n {
		k := key(user, "getUser", strconv.Itoa(i))
		fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(k), k)
	}
	send(t, r.c, b.String())
	if got := line(t, r.r); got != fmt.Sprintf("*%d", n) {
		t.Fatal(got)
	}
	for i := range n {
		if got := r.outcome(); got != strconv.Quote(strconv.Itoa(i)) {
			t.Errorf("key %d: %s", i, got)
		}
	}
}

// TestSlowUpstream: calls to a server that takes its time hold up no calls to another.
func TestSlowUpstream(t *testing.T) {
	h, came, let := held()
	defer let()
	g := start(t, `
clusters: {slow: {protocol: dubbo, endpoints: [%q]}, fast: {protocol: dubbo, endpoints: [%q]}}
rules: [{match: {method: slow}, to: slow, policy: {timeout: 60s}}, {match: {}, to: fast}]`, serveConcurrently(t, h).addr, serveDubbo(t, echo).addr)
	d := callers["dubbo"](t, g.dial()).(*dubboCaller)
	for i := range 50 {
		send(t, d.c, dubboRequest(twoWay, 1000+uint64(i), user, "slow", "x"))
	}
	<-came
	for range 100 {
		began := time.Now()
		if got := d.call(user, "getUser", "x"); got != `"com.acme.User.getUser(x)"` {
			t.Fatal(got)
		}
		if took := time.Since(began); took > quick {
			t.Fatalf("a call beside slow ones took %v", took)
		}
	}
}

// TestHalfReply: a reply that is all there does not wait for the rest of the one behind it.
func TestHalfReply(t *testing.T) {
	rest := make(chan struct{})
	s := serve(t, func(c net.Conn) {
		r := reader(c)
		a, err := readDubbo(r)
		if err != nil {
			return
		}
		b, err := readDubbo(r)
		if err != nil {
			return
		}
		first, second := dubboFrame(2, 20, a.id, "\x91"+hs("first")), dubboFrame(2, 20, b.id, "\x91"+hs("second"))
		_, _ = io.WriteString(c, first+second[:20])
		<-rest
		_, _ = io.WriteString(c, second[20:])
		_, _ = io.Copy(io.Discard, c)
	})
	g := start(t, "clusters: {c: {protocol: dubbo, endpoints: [%q]}}\nrules: [{match: {}, to: c}]", s.addr)
	d := callers["dubbo"](t, g.dial()).(*dubboCaller)
	send(t, d.c, dubboRequest(twoWay, 1, user, "getUser", "x")+dubboRequest(twoWay, 2, user, "getUser", "x"))
	if got := d.outcome(1); got != `"first"` {
		t.Error(got)
	}
	close(rest)
	if got := d.outcome(2); got != `"second"` {
		t.Error(got)
	}
}
