package bridge_test

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const user = "com.acme.User"

// TestNames calls one service by what each protocol calls it, at servers that know it by what their protocol calls it.
func TestNames(t *testing.T) {
	services := map[string]string{"redis": "/service/user", "dubbo": user, "http": "users/v1"}
	methods := map[string]string{"redis": "get_user", "dubbo": "getUser", "http": "fetch"}
	for _, to := range protocols {
		g := start(t, `
clusters: {c: {protocol: %s, endpoints: [%q]}}
services:
- {name: com.acme.User, as: {redis: /service/user, http: users/v1}, methods: {getUser: {redis: get_user, http: fetch}}}
rules: [{match: {service: com.acme.User, method: getUser}, to: c}]`, to, servers[to](t, echo).addr)
		for _, from := range protocols {
			t.Run(from+" to "+to, func(t *testing.T) {
				c := callers[from](t, g.dial())
				want := strconv.Quote(fmt.Sprintf("%s.%s(%s)", services[to], methods[to], "x"))
				if got := c.call(services[from], methods[from], "x"); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
				// The canonical names are known to everybody.
				if got := c.call(user, "getUser", "x"); got != want {
					t.Errorf("canonical: got %s, want %s", got, want)
				}
			})
		}
	}
}

// TestFirstLetter: GetUser is getUser where the contract has just one of them.
func TestFirstLetter(t *testing.T) {
	g := start(t, `
clusters: {c: {protocol: http, endpoints: [%q]}}
rules: [{match: {service: com.acme.User, method: getUser}, to: c}]`, serveHTTP(t, echo).addr)
	for _, from := range protocols {
		if got, want := callers[from](t, g.dial()).call(user, "GetUser", "x"), `"com.acme.User.getUser(x)"`; got != want {
			t.Errorf("%s: got %s, want %s", from, got, want)
		}
	}
}

// TestVersions routes by version and group, however a protocol says them.
func TestVersions(t *testing.T) {
	named := func(name string) string {
		return serveRedis(t, func(*request) string { return name }).addr
	}
	g := start(t, `
clusters:
  one: {protocol: redis, endpoints: [%q]}
  two: {protocol: redis, endpoints: [%q]}
  blue: {protocol: redis, endpoints: [%q]}
services: [{name: com.acme.Other, version: "2.0"}]
rules:
- {match: {group: blue}, to: blue}
- {match: {version: "2.*"}, to: two}
- {match: {version: "0.0.0"}, to: one}`, named("one"), named("two"), named("blue"))
	for _, c := range []struct{ service, version, group, want string }{
		{user, "", "", "one"}, {user, "2.1", "", "two"}, {user, "2.1", "blue", "blue"}, {"com.acme.Other", "", "", "two"},
	} {
		d := &dubboCaller{t: t, c: g.dial()}
		d.r = reader(d.c)
		version := c.version
		if version == "" {
			version = "0.0.0"
		}
		pairs := []string{"path", c.service, "version", version}
		if c.group != "" {
			pairs = append(pairs, "group", c.group)
		}
		send(t, d.c, dubboFrame(twoWay, 0, 7, invocation(c.service, version, "getUser", descText, hs("x"), attached(pairs...))))
		if got := d.outcome(7); got != strconv.Quote(c.want) {
			t.Errorf("dubbo, version %q, group %q: got %s, want %s", c.version, c.group, got, c.want)
		}
		h := &httpCaller{t: t, c: g.dial()}
		h.r = reader(h.c)
		var fields []string
		if c.version != "" {
			fields = append(fields, "Dragoman-Version: "+c.version)
		}
		if c.group != "" {
			fields = append(fields, "Dragoman-Group: "+c.group)
		}
		send(t, h.c, post("/"+c.service+"/getUser", `["x"]`, fields...))
		if got := h.outcome(); got != strconv.Quote(c.want) {
			t.Errorf("http, version %q, group %q: got %s, want %s", c.version, c.group, got, c.want)
		}
	}
}

// nobody is an address where connections are refused: the near end of a connection, so that no other program gets the port while
// the test runs.
func nobody(t testing.TB) string {
	t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", lis.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Close() // nobody spoke on it
		_ = lis.Close()
	})
	return c.LocalAddr().String()
}

// TestDeadEndpoint: calls that meet a dead endpoint are sent to the other, and soon none meets it any more.
func TestDeadEndpoint(t *testing.T) {
	for _, to := range protocols {
		var served atomic.Int32
		alive := servers[to](t, func(*request) string { served.Add(1); return "ok" })
		g := start(t, `
clusters: {c: {protocol: %s, endpoints: [%q, %q]}}
rules: [{match: {}, to: c}]`, to, nobody(t), alive.addr)
		for _, from := range protocols {
			c := callers[from](t, g.dial())
			for range 20 {
				if got := c.call(user, "getUser", "x"); got != `"ok"` {
					t.Fatalf("%s to %s: %s", from, to, got)
				}
			}
		}
		if n := served.Load(); n != 60 {
			t.Errorf("%s: 60 calls made the server work %d times", to, n)
		}
		resting := 0
		for _, e := range g.Status().Clusters[0].Endpoints {
			if e.Resting {
				resting++
			}
		}
		if resting != 1 {
			t.Errorf("%s: %d endpoints rest, want the dead one", to, resting)
		}
	}
}

// TestAllDead: when no endpoint answers, the caller is told at once.
func TestAllDead(t *testing.T) {
	g := start(t, `
clusters: {c: {protocol: dubbo, endpoints: [%q, %q, %q]}}
rules: [{match: {}, to: c}]`, nobody(t), nobody(t), nobody(t))
	for _, from := range protocols {
		c := callers[from](t, g.dial())
		for range 3 {
			began := time.Now()
			got := c.call(user, "getUser", "x")
			if took := time.Since(began); took > quick {
				t.Errorf("%s: answered after %v", from, took)
			}
			if !strings.Contains(got, "connection refused") {
				t.Errorf("%s: %s", from, got)
			}
		}
	}
}
