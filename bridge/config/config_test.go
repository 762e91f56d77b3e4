package config

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/codecs"
)

var update = flag.Bool("update", false, "write the files that the tests compare with")

// proto is a protocol that only has a name and traits.
type proto struct {
	name   string
	traits codecs.Traits
}

func (p proto) Name() string                { return p.name }
func (p proto) Traits() codecs.Traits       { return p.traits }
func (p proto) Sniff([]byte) codecs.Verdict { return codecs.No }

var known = Known{Protocols: []codecs.Protocol{
	proto{"redis", codecs.Traits{InOrder: true, Formats: []codecs.Format{{Encoding: "json", Shape: codecs.Args}}, Options: []codecs.Option{
		{Name: "success", Default: "200", Values: []string{"0", "200"}, Side: "both"},
		{Name: "password", Side: "client"},
	}}},
	proto{"dubbo", codecs.Traits{Formats: []codecs.Format{{Encoding: "hessian2", Shape: codecs.Args}, {Encoding: "hessian2", Shape: codecs.Generic}}, Options: []codecs.Option{
		{Name: "path", Default: "strict", Values: []string{"strict", "any"}, Unjudged: []string{"any"}, Side: "server"},
	}}},
	proto{"http", codecs.Traits{InOrder: true, Formats: []codecs.Format{{Encoding: "json", Shape: codecs.Args}}, Options: []codecs.Option{
		{Name: "numbers", Default: "numbers", Values: []string{"numbers", "strings"}, Side: "server"},
		{Name: "path", Side: "client", Check: func(s string) error {
			if s[0] != '/' {
				return fmt.Errorf("http: option path: %q is no path", s)
			}
			return nil
		}},
	}}},
}}

func compare(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is not what it was; -update writes it (-file +now):\n%s", file, diff)
	}
}

// TestErrors compares what is said of each testdata/NAME.yaml with testdata/NAME.txt.
func TestErrors(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Parse(filepath.Base(file), data, known)
			var list Errors
			if !errors.As(err, &list) {
				t.Fatalf("got %v, not Errors", err)
			}
			compare(t, strings.TrimSuffix(file, ".yaml")+".txt", []byte(err.Error()+"\n"))
			var first *Error
			if !errors.As(err, &first) || first != list[0] {
				t.Errorf("the first fault is %v, not %v", first, list[0])
			}
		})
	}
}

func TestDocs(t *testing.T) { compare(t, "../../docs/config.md", []byte(Docs())) }

func TestExamplesOfTheDocsAreRight(t *testing.T) {
	for _, k := range schema.keys("") {
		p, _ := parse("dragoman.yaml", nil, known)
		p.errs = nil
		k.try(p)
		if err := told(p.errs); err != nil {
			t.Errorf("%s: %q: %v", k.path, k.example, err)
		}
		if key := k.path[strings.LastIndexByte(k.path, '.')+1:]; !strings.HasPrefix(k.example, key+": ") {
			t.Errorf("%s: the example %q is of another key", k.path, k.example)
		}
		if k.doc == "" || k.def == "" && !k.section {
			t.Errorf("%s: no text, or nothing about leaving it out", k.path)
		}
	}
}

func TestWholeFile(t *testing.T) {
	c, err := Parse("etc/dragoman.yaml", []byte(wholeFile), known)
	if err != nil {
		t.Fatal(err)
	}
	limits := Limits{Frame: 8 << 20, Head: 64 << 10, Connections: 10000, Calls: 1024, Idle: 30 * time.Minute, Request: 30 * time.Second}
	narrow := limits
	narrow.Frame, narrow.Connections = 1<<20, 500
	base := Cluster{Engine: "std", Connections: 1, Depth: 1, DialTimeout: 3 * time.Second, Frame: 8 << 20, Head: 64 << 10}
	cluster := func(name, protocol string, set func(*Cluster), endpoints ...string) Cluster {
		c := base
		c.Name, c.Protocol, c.Endpoints = name, protocol, endpoints
		set(&c)
		return c
	}
	want := &Config{
		Listen: []Listen{
			{Addr: ":7001", Accept: []string{"redis", "dubbo", "http"}, Engine: "std", Limits: limits},
			{Addr: ":7443", Accept: []string{"dubbo"}, Engine: "std", Limits: narrow,
				TLS: &ServerTLS{Cert: "etc/a.pem", Key: "etc/a.key", Clients: "etc/ca.pem"}},
			{Addr: "unix:/run/dragoman/calls.sock", Accept: []string{"redis", "dubbo", "http"}, Engine: "std", Limits: limits,
				Options: map[string]map[string]string{"redis": {"success": "0"}}},
		},
		Learn: Learn{Mode: LearnOff, Methods: 1000},
		Admin: Admin{Addr: "127.0.0.1:7070", Socket: "/run/dragoman/admin.sock"},
		Clusters: []Cluster{
			cluster("user", "dubbo", func(c *Cluster) { c.TLS = &ClientTLS{CA: "etc/ca.pem"} }, "10.1.0.7:20880", "10.1.0.8:20880"),
			cluster("user-v2", "dubbo", func(c *Cluster) { c.Connections = 2 }, "10.1.1.7:20880"),
			cluster("words", "redis", func(c *Cluster) { c.Connections, c.Depth, c.DialTimeout = 64, 16, 500*time.Millisecond }, "10.1.2.7:7000"),
			cluster("local:dubbo:127.0.0.1:20880", "dubbo", func(*Cluster) {}, "127.0.0.1:20880"),
		},
		Local: []Local{{Service: "com.acme.*", Addr: "127.0.0.1:20880", Protocol: "dubbo"}},
		Contracts: []Contract{{At: "contracts[0]", Path: "etc/contracts/common.contract"},
			{At: "services[0].contract", Path: "etc/contracts/user.contract", Of: []string{"com.acme.User"}}},
		Routes: route.Rules{
			Services: []route.Names{{At: "services[0]", Name: "com.acme.User", Version: "1.0.0",
				As:      map[string]string{"redis": "/service/user", "http": "/users"},
				Methods: map[string]map[string]string{"getUser": {"http": "GET /users/{id}"}}}},
			Rules: []route.Rule{
				{At: "rules[0]",
					Match: route.Match{Service: "com.acme.User", Method: "get*", App: "shop", Meta: map[string]string{"tier": "gold"}},
					To:    []route.Split{{Cluster: "user-v2", Weight: 20}, {Cluster: "user", Weight: 80}},
					Policy: route.Policy{Timeout: 300 * time.Millisecond, Limit: route.Limit{Rate: 500, Inflight: 200},
						Retry: route.Retry{Times: 1, On: []codecs.Code{codecs.Unavailable}}}},
				{At: "rules[1]", Match: route.Match{Service: "com.acme.User"}, To: []route.Split{{Cluster: "user", Weight: 1}}},
				{At: "rules[2]", Match: route.Match{Service: "/service/words"}, To: []route.Split{{Cluster: "words", Weight: 1}},
					Policy: route.Policy{Idempotent: true}},
				{At: "local[0]", Match: route.Match{Service: "com.acme.*"},
					To: []route.Split{{Cluster: "local:dubbo:127.0.0.1:20880", Weight: 1}}},
			},
			Allow: []route.Allow{
				{At: "allow[0]", Service: "com.acme.User", From: []route.From{{MTLS: "spiffe://acme/shop"}, {Listener: ":7001"}, {Unix: "1000"}}},
				{At: "allow[1]", Service: "*"},
			},
			Defaults: route.Policy{Timeout: 2 * time.Second},
			Clusters: []string{"user", "user-v2", "words", "local:dubbo:127.0.0.1:20880"},
		},
		Log:   Log{Level: "warn", Format: "json"},
		Drain: Drain{Wait: 5 * time.Second, Timeout: time.Minute},
	}
	if diff := cmp.Diff(want, c, cmpopts.IgnoreUnexported(Config{})); diff != "" {
		t.Error(diff)
	}
	for path, place := range map[string]string{
		"listen[1].tls.cert":       "etc/dragoman.yaml:5:15",
		"listen[0].engine":         "etc/dragoman.yaml:2:3",
		"clusters.user.endpoints":  "etc/dragoman.yaml:12:38",
		"rules[0].to[1].cluster":   "etc/dragoman.yaml:27:50",
		"rules[1].to[0].cluster":   "etc/dragoman.yaml:30:7",
		"services[0].as.nonsense.": "etc/dragoman.yaml:17:7",
		"":                         "etc/dragoman.yaml:1:1",
	} {
		if got := c.At(path); got != place {
			t.Errorf("At(%q): got %s, want %s", path, got, place)
		}
	}
}

func TestDefaults(t *testing.T) {
	c, err := Parse("x.yaml", []byte(`listen: [{addr: "127.0.0.1:0"}, {addr: "127.0.0.2:0"}, {addr: "[::1]:1"}, {addr: "localhost:2"}]`), known)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"redis", "dubbo", "http"}, c.Listen[0].Accept); diff != "" {
		t.Error(diff)
	}
	want := Config{Listen: c.Listen, Admin: Admin{Addr: "127.0.0.1:7070"}, Log: Log{"info", "text"}, Learn: Learn{Mode: LearnOff, Methods: 1000},
		Drain: Drain{Timeout: 30 * time.Second}, Routes: route.Rules{Defaults: route.Policy{Timeout: 5 * time.Second}}}
	if diff := cmp.Diff(&want, c, cmpopts.IgnoreUnexported(Config{})); diff != "" {
		t.Error(diff)
	}
	if c.Listen[0].Limits.Frame != codecs.DefaultMaxFrame || c.Listen[0].Limits.Head != codecs.DefaultMaxHead {
		t.Errorf("the limits %+v are not those of codecs", c.Listen[0].Limits)
	}
}

func TestSmallThings(t *testing.T) {
	c, err := Parse("x.yaml", []byte(`
listen: [{addr: "unix:/tmp/s", limits: {idle: 0s}}]
admin: {addr: off}
clusters: {a: {protocol: http, endpoints: ["[::1]:80", "unix:/tmp/up"], inflight: 150, encoding: json, options: {}, tls: {insecure: true}}}
services: [{name: s, version: 1.10, group: true, methods: {}}]
rules:
- {match: {meta: {n: 1.50}}, to: a, policy: {retry: {times: 0}}}
- {match: {version: 2}, to: a, policy: {retry: {on: [limited, unavailable]}}}
defaults: {retry: {times: 3}}
`), known)
	if err != nil {
		t.Fatal(err)
	}
	if s := c.Routes.Services[0]; s.Version != "1.10" || s.Group != "true" {
		t.Errorf("version %q and group %q are not as written", s.Version, s.Group)
	}
	if m := c.Routes.Rules[0].Match; m.Service != "*" || m.Meta["n"] != "1.50" || c.Routes.Rules[1].Match.Version != "2" {
		t.Errorf("%+v", c.Routes.Rules)
	}
	table, err := route.Compile(c.Routes)
	if err != nil {
		t.Fatal(err)
	}
	if choice, err := table.Match(&codecs.Header{Version: "2"}, 0); err != nil || choice.Policy.Retry.Times != 1 {
		t.Errorf("a rule that says only after what to try again got %v, %v", choice, err)
	}
	choice, err := table.Match(&codecs.Header{Meta: codecs.Meta{Pairs: []codecs.Pair{{Key: "N", Value: "1.50"}}}}, 0)
	if err != nil || choice.Policy.Retry.Times != 0 {
		t.Errorf("a rule that tries no further got %v, %v", choice, err)
	}
	if c.Admin.Addr != "" || c.Listen[0].Limits.Idle != 0 || c.Clusters[0].Connections != 64 || c.Clusters[0].Inflight != 150 || !c.Clusters[0].TLS.Insecure {
		t.Errorf("%+v", c)
	}
	if n, a := Network("unix:/tmp/s"); n != "unix" || a != "/tmp/s" {
		t.Error(n, a)
	}
	if n, a := Network(":80"); n != "tcp" || a != ":80" {
		t.Error(n, a)
	}
}

// TestUnjudgedBesideAllow: an option with which callers get round allow is for listeners whose callers may call all.
func TestUnjudgedBesideAllow(t *testing.T) {
	for _, c := range []struct{ name, allow, want string }{
		{"no allow", `[]`, ""},
		{"the listener passes everywhere", `[{service: a, from: [{unix: 1}, {listener: ":1"}]}, {service: "*", from: [{listener: ":1"}]}]`, ""},
		{"one entry denies", `[{service: a, from: [{listener: ":1"}]}, {service: "*"}]`, "allow[1]"},
		{"another listener passes", `[{service: a, from: [{listener: ":2"}]}]`, "allow[0]"},
		{"only some of the listener's callers pass", `[{service: a, from: [{mtls: "x*"}]}]`, "allow[0]"},
	} {
		for _, path := range []string{"any", "strict"} {
			_, err := Parse("x.yaml", fmt.Appendf(nil, `
listen: [{addr: ":1", accept: [redis, dubbo], options: {dubbo: {path: %s}}}, {addr: ":2", accept: [dubbo]}]
allow: %s`, path, c.allow), known)
			want := ""
			if c.want != "" && path == "any" {
				want = `x.yaml:2:71: listen[0].options.dubbo.path: with "any" a caller of :1 can reach what ` + c.want +
					` denies; callers who may call all can have a listener of their own`
			}
			if got := fmt.Sprint(err); got != want && (want != "" || err != nil) {
				t.Errorf("%s, %s: got %v, want %s", c.name, path, err, want)
			}
		}
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a.yaml", "listen: [{addr: '127.0.0.1:1', tls: {cert: a.pem, key: a.key}}]\ncontracts: [c.types]\nlearn: {file: l/l.contract}\n"+
		"services: [{name: x, contract: c.types}, {name: y, contract: d.types}]\n")
	write("c.types", "class C")
	write("a.pem", "x")
	if err := os.Mkdir(filepath.Join(dir, "a.key"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := Load(filepath.Join(dir, "a.yaml"), known)
	want := `a.yaml:1:56: listen[0].tls.key: a.key is a folder
a.yaml:3:15: learn.file: there is no folder l
a.yaml:4:62: services[1].contract: open d.types: no such file or directory`
	if err == nil || strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "") != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	if err := os.Mkdir(filepath.Join(dir, "l"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "a.key")); err != nil {
		t.Fatal(err)
	}
	write("a.key", "x")
	write("d.types", "class D")
	c, err := Load(filepath.Join(dir, "a.yaml"), known)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Contracts) != 2 || string(c.Contracts[0].Data) != "class C" || string(c.Contracts[1].Data) != "class D" {
		t.Errorf("%+v", c.Contracts)
	}
	if _, err := Load(filepath.Join(dir, "none.yaml"), known); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	write("big.yaml", strings.Repeat("#", maxFile+1))
	if _, err := Load(filepath.Join(dir, "big.yaml"), known); err == nil || !strings.Contains(err.Error(), "over the limit") {
		t.Errorf("got %v", err)
	}
}

func TestTooLargeForParse(t *testing.T) {
	_, err := Parse("x.yaml", bytes.Repeat([]byte("#"), maxFile+1), known)
	if err == nil || err.Error() != "x.yaml: 1048577 bytes are over the limit of 1048576" {
		t.Errorf("got %v", err)
	}
}

func TestNearest(t *testing.T) {
	for _, tc := range []struct{ word, want string }{
		{"adr", `did you mean "addr"?`}, {"addrs", `did you mean "addr"?`}, {"dadr", `did you mean "addr"?`}, {"ADDR", "known: addr, accept"}, {"ad", "known: addr, accept"},
		{"acept", `did you mean "accept"?`}, {"acecpt", `did you mean "accept"?`}, {"", "known: addr, accept"},
		{strings.Repeat("a", 1000), "known: addr, accept"},
	} {
		if got := nearest(tc.word, []string{"addr", "accept"}); got != tc.want {
			t.Errorf("%q: got %s, want %s", tc.word, got, tc.want)
		}
	}
	if got := nearest("x", nil); got != "" {
		t.Errorf("got %q", got)
	}
}
