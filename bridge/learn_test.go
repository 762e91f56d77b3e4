package bridge_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/dragoman-rpc/dragoman/bridge"
	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// shopTypes is what a typed client of com.acme.Shop is compiled with. No gateway of these tests is given it.
const shopTypes = `package com.acme;
service Shop { String save(long id, Tier tier, Date when, Order order); }
enum Tier { GOLD, TIN }
class Order { List<Line> lines; String note; Long total; }
class Line { String sku; int count; }
`

const (
	shopArgs = `[7,"GOLD",1700000000000,{"lines":[{"sku":"a","count":2}],"note":"n","total":3000000000}]`
	shopDesc = "JLcom/acme/Tier;Ljava/util/Date;Lcom/acme/Order;"
)

// shopHessian is shopArgs as a program writes them that has the types.
func shopHessian(t *testing.T) string {
	t.Helper()
	f, err := contract.Parse("shop", []byte(shopTypes))
	if err != nil {
		t.Fatal(err)
	}
	x, err := contract.Build(f)
	if err != nil {
		t.Fatal(err)
	}
	m := x.Services[0].Methods[0]
	var read, write codecs.Encoding
	for _, e := range all.Encodings() {
		switch e.Name() {
		case "json":
			read = e
		case "hessian2":
			write = e
		}
	}
	var out wire.Out
	r := read.Reader(wire.Borrow([]byte(shopArgs)), codecs.Format{Encoding: "json", Shape: codecs.Args}, m.Params)
	w := write.Writer(&out, codecs.Format{Encoding: "hessian2", Shape: codecs.Args}, m.Params)
	if _, err := token.CopyArgs(w, r, m); err != nil {
		t.Fatal(err)
	}
	r.Close()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return string(out.AppendTo(nil))
}

// shop is a Dubbo server that notes how it is asked, and a gateway before it that learns in a mode.
type shop struct {
	t    *testing.T
	srv  *server
	file string
	typd string // shopHessian

	mu   sync.Mutex
	last string // "typed", "generic", or what else came
}

func newShop(t *testing.T) *shop {
	s := &shop{t: t, file: filepath.Join(t.TempDir(), "learned.contract"), typd: shopHessian(t)}
	s.srv = serveDubbo(t, func(r *request) string {
		s.mu.Lock()
		defer s.mu.Unlock()
		switch {
		case strings.Contains(r.raw, "$invoke"):
			s.last = "generic"
		case r.desc == shopDesc && strings.HasPrefix(r.hessian, s.typd):
			s.last = "typed"
		default:
			s.last = fmt.Sprintf("%s %q", r.desc, r.hessian)
		}
		return "saved"
	})
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	return s
}

func (s *shop) config(mode string) string {
	return fmt.Sprintf(`
clusters: {c: {protocol: dubbo, endpoints: [%q]}}
learn: {mode: %s, file: %s}
rules: [{match: {service: "*"}, to: c}]`, s.srv.addr, mode, s.file)
}

// typed calls as the typed client does.
func (s *shop) typed(g *gateway) {
	s.t.Helper()
	c := callers["dubbo"](s.t, g.dial()).(*dubboCaller)
	send(s.t, c.c, dubboFrame(twoWay, 0, 1, invocation("com.acme.Shop", "0.0.0", "save", shopDesc, s.typd,
		attached("path", "com.acme.Shop", "interface", "com.acme.Shop", "version", "0.0.0"))))
	if got := c.outcome(1); got != `"saved"` {
		s.t.Fatal(got)
	}
	_ = c.c.Close()
}

// untyped calls with JSON, and gives how the server was asked.
func (s *shop) untyped(g *gateway, args string) string {
	s.t.Helper()
	c := callers["http"](s.t, g.dial()).(*httpCaller)
	send(s.t, c.c, post("/com.acme.Shop/save", args))
	if got := c.outcome(); got != `"saved"` {
		s.t.Errorf("answered %s", got)
	}
	_ = c.c.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// TestLearned: what a typed Dubbo client has shown is how a JSON caller reaches the method, where that is wanted, through reloads and
// over a restart.
func TestLearned(t *testing.T) {
	s := newShop(t)
	g := start(t, "%s", s.config("use"))
	if got := s.untyped(g, shopArgs); got != "generic" {
		t.Fatalf("with nothing learned: %s", got)
	}
	s.typed(g)
	until(t, "learned", func() bool { return s.untyped(g, shopArgs) == "typed" })
	if got := s.untyped(g, `["seven","GOLD",1,{}]`); got != "generic" {
		t.Errorf("values that do not fit what is known of one method may be meant for another: %s", got)
	}
	if got := s.untyped(g, `[7,"GOLD",1,{"total":1.5}]`); got != "generic" {
		t.Errorf("nor are fields that do not fit refused by what may not be all: %s", got)
	}
	for _, mode := range []string{"off", "suggest"} {
		if err := g.Reload(parse(t, s.config(mode))); err != nil {
			t.Fatal(err)
		}
		if got := s.untyped(g, shopArgs); got != "generic" {
			t.Errorf("%s: %s", mode, got)
		}
	}
	if list := g.Contracts().Methods; list[len(list)-1].State != bridge.StateSuggested || list[len(list)-1].Text != "String save(long, com.acme.Tier, Date, com.acme.Order)" {
		t.Errorf("%+v", list)
	}
	if err := g.Reload(parse(t, s.config("use"))); err != nil {
		t.Fatal(err)
	}
	if got := s.untyped(g, shopArgs); got != "typed" {
		t.Errorf("in use again: %s", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := g.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if got := s.untyped(start(t, "%s", s.config("use")), shopArgs); got != "typed" {
		text, err := os.ReadFile(s.file)
		t.Errorf("after a restart: %s; %v\n%s", got, err, text)
	}
}

// TestLearnedFromSuccessOnly: a call that fails teaches nothing, nor does one without types.
func TestLearnedFromSuccessOnly(t *testing.T) {
	s := newShop(t)
	g := start(t, "%s", s.config("use"))
	s.untyped(g, shopArgs)
	dead := start(t, `
clusters: {c: {protocol: dubbo, endpoints: ["127.0.0.1:1"]}}
learn: {mode: use, file: %s}
rules: [{match: {service: "*"}, to: c}]`, filepath.Join(filepath.Dir(s.file), "dead.contract"))
	c := callers["dubbo"](t, dead.dial()).(*dubboCaller)
	send(t, c.c, dubboFrame(twoWay, 0, 1, invocation("com.acme.Shop", "0.0.0", "save", shopDesc, s.typd, attached())))
	if got := c.outcome(1); got == `"saved"` {
		t.Fatal(got)
	}
	_ = c.c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, g := range []*gateway{g, dead} {
		if err := g.Drain(ctx); err != nil { // it looks at all that waits
			t.Fatal(err)
		}
		for _, m := range g.Contracts().Methods {
			if m.Source == bridge.SourceLearned {
				t.Errorf("learned %+v", m)
			}
		}
	}
}

// TestLearnedFileIsWrong: a file that cannot be read is an error when the configuration is, not a crash later.
func TestLearnedFileIsWrong(t *testing.T) {
	s := newShop(t)
	if err := os.WriteFile(s.file, []byte("class {"), 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := bridge.New(options(parse(t, s.config("suggest"))))
	if err == nil {
		b.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "learned.contract:1:7: ") {
		t.Errorf("got %v", err)
	}
}

// TestLearnedMeetsProto: a gRPC caller, for whom a .proto file alone is there, reaches a Dubbo server by the parameter types that a Dubbo
// client has shown, from the next reload on.
func TestLearnedMeetsProto(t *testing.T) {
	dir := t.TempDir()
	inner := startFile(t, dir, `
listen: [{addr: "127.0.0.1:0"}]
clusters: {c: {protocol: dubbo, endpoints: ["`+serveDubbo(t, echo).addr+`"]}}
services: [{name: com.acme.User, methods: {getUser: {grpc: GetUser}}, contract: protos/acme/v1/users.proto}]
learn: {mode: use}
rules: [{match: {service: com.acme.User}, to: c}]`)
	outer := startFile(t, t.TempDir(), `
listen: [{addr: "127.0.0.1:0"}]
clusters: {c: {protocol: grpc, endpoints: ["`+inner.addr(port)+`"]}}
contracts: [protos/acme/v1/users.proto]
rules: [{match: {service: acme.v1.Users}, to: c}]`)
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	get := func() string {
		t.Helper()
		c := callers["http"](t, outer.dial()).(*httpCaller)
		send(t, c.c, post("/acme.v1.Users/GetUser", `{"id":"7"}`))
		defer func() { _ = c.c.Close() }()
		return c.outcome()
	}
	const want = `{"user":"com.acme.User.getUser(7)"}`
	if got := get(); got == want {
		t.Fatal("the message alone is enough: this proves nothing")
	}
	typed := callers["dubbo"](t, inner.dial())
	if got := typed.call("com.acme.User", "getUser", "1"); got != `"com.acme.User.getUser(1)"` {
		t.Fatal(got)
	}
	_ = typed.conn().Close()
	until(t, "learned", func() bool {
		list := inner.Contracts().Methods
		return list[len(list)-1].Source == bridge.SourceLearned
	})
	conf, err := config.Load(filepath.Join(dir, "dragoman.yaml"), known())
	if err != nil {
		t.Fatal(err)
	}
	if err := inner.Reload(conf); err != nil {
		t.Fatal(err)
	}
	if got := get(); got != want {
		t.Errorf("got %s, want %s; %+v", got, want, inner.Contracts())
	}
}

// TestLearnedAfterFailedReload: a reload that fails leaves nothing behind that learns (the end of the tests looks for goroutines), and
// the next one does.
func TestLearnedAfterFailedReload(t *testing.T) {
	s := newShop(t)
	g := start(t, "%s", s.config("off"))
	taken := serve(t, func(net.Conn) {})
	if err := g.Reload(parse(t, fmt.Sprintf("listen: [{addr: %q}, {addr: %q}]\n", port, taken.addr)+s.config("use"))); err == nil {
		t.Fatal("a listener has an address that is taken")
	}
	if err := g.Reload(parse(t, s.config("use"))); err != nil {
		t.Fatal(err)
	}
	s.typed(g)
	until(t, "learned", func() bool { return s.untyped(g, shopArgs) == "typed" })
}
