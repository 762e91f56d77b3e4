package bridge_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge"
)

// TestStartFails: of several listeners, all or none.
func TestStartFails(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close() //nolint:errcheck // nothing was accepted
	free := nobody(t)
	b, err := bridge.New(options(parse(t, `listen: [{addr: "`+free+`"}, {addr: "`+taken.Addr().String()+`"}]`)))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Start(); err == nil || !strings.Contains(err.Error(), taken.Addr().String()) {
		t.Errorf("started on a taken port: %v", err)
	}
	if b.Ready() {
		t.Error("ready without listening")
	}
	if c, err := net.Dial("tcp", free); err == nil {
		_ = c.Close()
		t.Error("the other port was opened")
	}
}

// TestTwice: an address stands once, port 0 too: a reload could not tell the two apart.
func TestTwice(t *testing.T) {
	if _, err := read(`listen: [{addr: "127.0.0.1:0"}, {addr: "127.0.0.1:0"}]`); err == nil || !strings.Contains(err.Error(), "there twice") {
		t.Errorf("an address that is there twice: %v", err)
	}
}

// TestReload: connections stay, and their next call goes by the new rules.
func TestReload(t *testing.T) {
	one := serveRedis(t, func(*request) string { return "one" })
	two := serveHTTP(t, func(*request) string { return "two" })
	text := func(to string) string {
		return `
clusters: {one: {protocol: redis, endpoints: ["` + one.addr + `"]}, two: {protocol: http, endpoints: ["` + two.addr + `"]}}
rules: [{match: {}, to: ` + to + `}]`
	}
	g := start(t, "%s", text("one"))
	at := g.addr(port)
	open := map[string]caller{}
	for _, from := range protocols {
		open[from] = callers[from](t, g.dial())
		if got := open[from].call(user, "getUser", "x"); got != `"one"` {
			t.Fatalf("%s: %s", from, got)
		}
	}
	dialed := one.dialed()
	if err := g.Reload(parse(t, text("two"))); err != nil {
		t.Fatal(err)
	}
	if g.addr(port) != at {
		t.Error("a listener whose address stays was not kept")
	}
	for _, from := range protocols {
		if got := open[from].call(user, "getUser", "x"); got != `"two"` {
			t.Errorf("%s, on its old connection: %s", from, got)
		}
		if got := callers[from](t, g.dial()).call(user, "getUser", "x"); got != `"two"` {
			t.Errorf("%s, on a new connection: %s", from, got)
		}
	}
	// What is not there is told, and changes nothing.
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close() //nolint:errcheck // nothing was accepted
	for name, bad := range map[string]string{
		"a port that is taken": `listen: [{addr: "` + port + `"}, {addr: "` + taken.Addr().String() + `"}]` + text("one"),
		"no certificate":       `listen: [{addr: "` + port + `", tls: {cert: /none, key: /none}}]` + text("one"),
	} {
		conf, err := read(bad)
		if err == nil {
			err = g.Reload(conf)
		}
		if err == nil {
			t.Errorf("%s: reloaded", name)
		}
		if got := open["http"].call(user, "getUser", "x"); got != `"two"` {
			t.Errorf("%s: %s", name, got)
		}
	}
	// A cluster that stays keeps its connections.
	if err := g.Reload(parse(t, text("one"))); err != nil {
		t.Fatal(err)
	}
	if got := open["dubbo"].call(user, "getUser", "x"); got != `"one"` {
		t.Error(got)
	}
	if n := one.dialed(); n != dialed {
		t.Errorf("%d connections to a cluster that was kept, want %d", n, dialed)
	}
}

// TestReloadListeners: one is added, one goes, one stays.
func TestReloadListeners(t *testing.T) {
	dir, s := t.TempDir(), serveRedis(t, echo)
	text := func(listen string) string {
		return `
listen: [` + listen + `]
clusters: {c: {protocol: redis, endpoints: ["` + s.addr + `"]}}
rules: [{match: {}, to: c}]`
	}
	g := start(t, text(`{addr: "127.0.0.1:0"}, {addr: "unix:%s/old"}`), dir)
	kept, goes := callers["redis"](t, g.dial()), callers["dubbo"](t, dial(t, "unix", dir+"/old"))
	for _, c := range []caller{kept, goes} {
		if got := c.call(user, "getUser", "x"); got != `"com.acme.User.getUser(x)"` {
			t.Fatal(got)
		}
	}
	if err := g.Reload(parse(t, text(`{addr: "127.0.0.1:0", accept: [redis]}, {addr: "unix:`+dir+`/new"}`))); err != nil {
		t.Fatal(err)
	}
	head, body := frame(t, goes.(*dubboCaller).r)
	if head[2] != 0xa2 || string(body) != "\x01R" {
		t.Errorf("a listener that goes said % x %q, want the read-only event", head, body)
	}
	wantEnd(t, goes.(*dubboCaller).r)
	if _, err := net.Dial("unix", dir+"/old"); err == nil {
		t.Error("the old address is still there")
	}
	for _, c := range []caller{kept, callers["http"](t, dial(t, "unix", dir+"/new"))} {
		if got := c.call(user, "getUser", "x"); got != `"com.acme.User.getUser(x)"` {
			t.Error(got)
		}
	}
	// The kept listener takes what the new configuration says.
	c := g.dial()
	send(t, c, post("/"+user+"/getUser", `["x"]`))
	if b := wantEnd(t, c); strings.HasPrefix(b, "HTTP") {
		t.Errorf("HTTP on a listener that takes no more of it: %q", b)
	}
}

// TestReloadConnections: a kept listener takes as many connections as the new configuration says.
func TestReloadConnections(t *testing.T) {
	text := func(most int) string {
		return fmt.Sprintf(`
listen: [{addr: "127.0.0.1:0", limits: {connections: %d}}]
clusters: {c: {protocol: redis, endpoints: ["%s"]}}
rules: [{match: {}, to: c}]`, most, serveRedis(t, echo).addr)
	}
	g := start(t, "%s", text(1))
	first := callers["redis"](t, g.dial())
	first.call(user, "getUser", "x")
	if b := wantEnd(t, g.dial()); b != "" {
		t.Errorf("a connection over the limit was told %q", b)
	}
	if err := g.Reload(parse(t, text(2))); err != nil {
		t.Fatal(err)
	}
	if got := callers["redis"](t, g.dial()).call(user, "getUser", "x"); got != `"com.acme.User.getUser(x)"` {
		t.Error(got)
	}
}

// held is a handler whose calls wait.
func held() (h handler, came chan string, let func()) {
	gate := make(chan struct{})
	came = make(chan string, 64)
	return func(r *request) string {
		came <- r.arg
		<-gate
		return "late"
	}, came, func() { close(gate) }
}

// TestDrain: each protocol is told goodbye in its words, what is in flight ends well, nothing new is taken.
func TestDrain(t *testing.T) {
	h, came, let := held()
	g := start(t, `
clusters: {c: {protocol: dubbo, endpoints: [%q]}}
rules: [{match: {}, to: c}]`, serveConcurrently(t, h).addr)
	r := callers["redis"](t, g.dial()).(*redisCaller)
	d := callers["dubbo"](t, g.dial()).(*dubboCaller)
	p := callers["http"](t, g.dial()).(*httpCaller)
	idle := callers["http"](t, g.dial()).(*httpCaller)
	mute := g.dial() // has not said yet what it speaks
	send(t, r.c, get(key(user, "slow", "x")))
	send(t, d.c, dubboRequest(twoWay, 7, user, "slow", "x"))
	send(t, p.c, post("/"+user+"/slow", `["x"]`))
	for range 3 {
		<-came
	}
	send(t, idle.c, "GET /x/y HTTP/1.1\r\nHost: localhost\r\n\r\n")
	if res, _ := idle.response(); res.StatusCode != 405 || res.Close {
		t.Errorf("before the drain: %s, close %v", res.Status, res.Close)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- g.Drain(ctx) }()
	if head, body := frame(t, d.r); head[2] != 0xa2 || string(body) != "\x01R" {
		t.Errorf("dubbo: % x %q, want the read-only event", head, body)
	}
	wantEnd(t, idle.r)
	wantEnd(t, mute)
	if g.Ready() {
		t.Error("ready while draining")
	}
	select {
	case err := <-done:
		t.Fatalf("drained with calls in flight: %v", err)
	default:
	}
	time.Sleep(50 * time.Millisecond) // connections are told in no order, and the one of http says nothing until it answers
	let()
	if got := r.outcome(); got != `"late"` {
		t.Errorf("redis: %s", got)
	}
	if got := d.outcome(7); got != `"late"` {
		t.Errorf("dubbo: %s", got)
	}
	res, body := p.response()
	if body != `"late"` || !res.Close {
		t.Errorf("http: %s, close %v", body, res.Close)
	}
	for name, rd := range map[string]io.Reader{"redis": r.r, "dubbo": d.r, "http": p.r} {
		if rest := wantEnd(t, rd); rest != "" {
			t.Errorf("%s: %q behind the last reply", name, rest)
		}
	}
	for _, c := range []net.Conn{r.c, d.c, p.c, idle.c} {
		_ = c.Close()
	}
	if err := <-done; err != nil {
		t.Errorf("drain: %v", err)
	}
	if err := g.Drain(ctx); err != nil {
		t.Errorf("a second drain: %v", err)
	}
	if err := g.Reload(parse(t, "")); err == nil {
		t.Error("reloaded after a drain")
	}
}

// TestDrainDeadline: calls that do not end in time are ended, and their callers see a close.
func TestDrainDeadline(t *testing.T) {
	h, came, let := held()
	s := serveConcurrently(t, h)
	defer let()
	g := start(t, `
clusters: {c: {protocol: dubbo, endpoints: [%q]}}
rules: [{match: {}, to: c}]`, s.addr)
	c := g.dial()
	send(t, c, get(key(user, "slow", "x")))
	<-came
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	if err := g.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("drain: %v", err)
	}
	if took := time.Since(began); took > patience/2 {
		t.Errorf("drained in %v", took)
	}
	// Which end is closed first is chance: a failure may come out before the close.
	if rest, err := io.ReadAll(c); errors.Is(err, os.ErrDeadlineExceeded) || bytes.Contains(rest, []byte("late")) {
		t.Errorf("after the deadline: %q, %v", rest, err)
	}
}

// TestCloseAfterDrain: giving up twice is no harm.
func TestCloseAfterDrain(t *testing.T) {
	g := start(t, "")
	if err := g.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	g.Close()
}

// TestRun serves until its context ends, and then drains.
func TestRun(t *testing.T) {
	b, err := bridge.New(options(parse(t, "")))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	until(t, "ready", b.Ready)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if b.Ready() {
		t.Error("ready at the end")
	}
}

// serveConcurrently is a Dubbo server that answers each request when it is done, in any order.
func serveConcurrently(t testing.TB, h handler) *server {
	return serve(t, func(c net.Conn) {
		var all sync.WaitGroup
		defer all.Wait()
		for r := reader(c); ; {
			req, err := readDubbo(r)
			if err != nil {
				return
			}
			if req == nil {
				continue
			}
			all.Go(func() {
				text := h(req)
				if req.oneway {
					return
				}
				_, _ = io.WriteString(c, dubboFrame(2, 20, req.id, "\x91"+hs(text))) // a test that needs it misses it
			})
		}
	})
}
