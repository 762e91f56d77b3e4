package interop

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// server is a peer that serves, and what dragoman is told of it.
type server struct {
	name, protocol string
	more           string   // of the cluster's configuration
	plain          bool     // dragoman has no contract
	clients, cases []string // that are tried; none: all
}

func (s *server) label() string {
	if s.plain {
		return s.name + "-plain"
	}
	return s.name
}

var servers = []server{
	{name: "dubbo3", protocol: "dubbo"},
	{name: "dubbo27", protocol: "dubbo"},
	{name: "dubbogo", protocol: "dubbo"},
	{name: "pyhttp", protocol: "http"},
	{name: "pyredis", protocol: "redis", more: ", options: {props: \"yes\"}"},
	{name: "pypacked", protocol: "redis", more: ", encoding: msgpack, options: {props: \"yes\"}", clients: []string{"dubbo3", "dubbogo", "redispy3",
		"ioredis", "phpredis", "lettuce3", "redis-cli", "curl", "grpcio", "hsfjava", "sofa"}},
	{name: "grpcio", protocol: "grpc"},
	{name: "grpcjs", protocol: "grpc"},
	{name: "grpcjava", protocol: "grpc"},
	{name: "grpcgo", protocol: "grpc"},
	{name: "tri", protocol: "grpc"},
	{name: "hsfjava", protocol: "hsf"},
	{name: "hsfpy", protocol: "hsf", clients: []string{"hsfjava", "hsfpy", "dubbo3", "redispy2", "curl", "grpcio"}},
	{name: "sofa", protocol: "bolt", more: ", encoding: hessian2-draft"},
	{name: "sofa4", protocol: "bolt", more: ", encoding: hessian2"},
	{name: "sofanode", protocol: "bolt", more: ", encoding: hessian2-draft"},
	// With protobuf SOFARPC takes an empty message for a broken request, and has no details of a failure.
	{name: "sofapb", protocol: "bolt", more: ", encoding: proto", clients: []string{"sofa", "sofapb", "dubbo3", "grpcgo", "curl"},
		cases: []string{"pojo", "collections", "slow"}},
	// Of a method of which nothing is known the overloads cannot be told apart, and a provider makes no UUID from its text.
	{name: "dubbo3", protocol: "dubbo", plain: true, clients: []string{"redispy2", "curl"}, cases: []string{"echo", "sums",
		"varargs", "any", "context", "oneway", "slow", "timeout", "missing-method", "missing-service", "exception", "classes"}},
}

// has says whether a client's case can be tried: one is about the lack of a contract, some about what gRPC alone has.
func (s *server) has(c *client, name string) bool {
	switch {
	case len(s.cases) > 0:
		return slices.Contains(s.cases, name)
	case s.protocol != "grpc" && (c.protocol == "grpc" || c.protocol == "http") && slices.Contains(grpcOnly, name):
		return false
	case c.protocol != "grpc" && s.protocol == "grpc" && name == "overloads":
		return false // its methods have one name each
	}
	return name != "classes"
}

// Clients that differ from another in the version of its wire or in the age of its library alone, and a load, are tried with some
// servers of each protocol: all of them together take twice the time.
var (
	twins = []string{"dubbo27", "redispy2", "jedis2", "lettuce2", "noderedis2", "goredis2", "wrk", "sofa4"}
	some  = []string{"dubbo3", "dubbo27", "pyhttp", "pyredis", "grpcgo", "hsfjava", "sofa", "sofa4"}
)

// takes says whether a client is tried with the server.
func (s *server) takes(client string) bool {
	if len(s.clients) > 0 {
		return slices.Contains(s.clients, client)
	}
	return !slices.Contains(twins, client) || slices.Contains(some, s.name)
}

// grpcOnly is what other servers have not: streams and what belongs to them, metadata in bytes, statuses with details.
var grpcOnly = []string{"status", "metadata", "server-stream", "client-stream", "bidi", "stream-error", "cancel", "cancel-unary", "compression"}

// client is a program that calls.
type client struct {
	name, protocol string
	start          func(t *testing.T, name string) (caller, error)
}

// caller is a client that runs.
type caller interface {
	cases() ([]string, error)
	run(name, addr string, options map[string]any) error
}

var clients = []client{
	{"dubbo3", "dubbo", aPeer}, {"dubbo27", "dubbo", aPeer}, {"dubbogo", "dubbo", aPeer}, {"dubbo2js", "dubbo", aPeer},
	{"apachejs", "dubbo", aPeer}, {"dubboremoting", "dubbo", aPeer},
	{"redispy2", "redis", aPeer}, {"redispy3", "redis", aPeer}, {"ioredis", "redis", aPeer}, {"phpredis", "redis", aPeer},
	{"jedis2", "redis", aPeer}, {"jedis3", "redis", aPeer}, {"lettuce2", "redis", aPeer}, {"lettuce3", "redis", aPeer},
	{"noderedis2", "redis", aPeer}, {"noderedis3", "redis", aPeer}, {"goredis2", "redis", aPeer}, {"goredis3", "redis", aPeer}, {"redis-cli", "redis", aTool(redisCLI)},
	{"curl", "http", aTool(curl)}, {"curl-h2", "http", aTool(curl)}, {"wrk", "http", aTool(wrk)},
	{"grpcio", "grpc", aPeer}, {"grpcjs", "grpc", aPeer}, {"grpcjava", "grpc", aPeer}, {"grpcgo", "grpc", aPeer}, {"tri", "grpc", aPeer},
	{"hsfjava", "hsf", aPeer}, {"hsfpy", "hsf", aPeer},
	{"sofa", "bolt", aPeer}, {"sofa4", "bolt", aPeer}, {"sofapb", "bolt", aPeer}, {"sofanode", "bolt", aPeer},
}

func aPeer(t *testing.T, name string) (caller, error) { return startPeer(t, name) }

func TestMain(m *testing.M) {
	code := m.Run()
	if mode := os.Getenv("INTEROP"); mode != "" && !ran.report() && mode == "require" {
		code = max(code, 1)
	}
	os.Exit(code)
}

// TestInterop calls every server from every client through dragoman, all cases that the client knows.
func TestInterop(t *testing.T) {
	if os.Getenv("INTEROP") == "" {
		t.Skip("INTEROP is not set: make interop installs the peers and runs this")
	}
	callers := map[string]caller{}
	for _, c := range clients {
		if !wanted("INTEROP_PEERS", c.name) {
			continue
		}
		p, err := c.start(t, c.name)
		if err == nil {
			_, err = p.cases()
		}
		if ran.started(c.name, err) {
			callers[c.name] = p
		}
	}
	res := &results{cells: map[[2]string]*cell{}}
	for i := range servers {
		if s := &servers[i]; wanted("INTEROP_SERVERS", s.label()) {
			t.Run(s.label(), func(t *testing.T) { serve(t, s, callers, res) })
		}
	}
	if file := os.Getenv("INTEROP_MATRIX"); file != "" && !t.Failed() && len(ran.missing) == 0 {
		if err := os.WriteFile(file, []byte(res.matrix()), 0o644); err != nil {
			t.Error(err)
		}
	}
}

// serve starts a server and a gateway before it, and runs the clients one after the other.
func serve(t *testing.T, s *server, callers map[string]caller, res *results) {
	p, err := startPeer(t, s.name)
	var a answer
	if err == nil {
		a, err = p.ask(map[string]any{"op": "serve"})
	}
	if err == nil && a.Port == 0 {
		err = errors.New("it does not serve: " + a.Error)
	}
	if !ran.started(s.name, err) {
		return
	}
	g := startGateway(t, s, a.Port)
	for _, c := range clients {
		if callers[c.name] == nil || !s.takes(c.name) {
			continue
		}
		before := state(t, p)
		t.Run(c.name, func(t *testing.T) { runCases(t, callers[c.name], &c, s, g, res) })
		if after := state(t, p); after.Calls <= before.Calls && os.Getenv("INTEROP_CASES") == "" {
			t.Errorf("%s: the server carried out no call", c.name)
		}
	}
	if a := state(t, p); a.Pipelined != 0 || len(a.Ignored) != 0 {
		t.Errorf("an old server got %d requests too early, and the commands %q", a.Pipelined, a.Ignored)
	}
}

func state(t *testing.T, p *peer) answer {
	t.Helper()
	a, err := p.ask(map[string]any{"op": "state"})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// runCases runs all cases of one client against one gateway.
func runCases(t *testing.T, p caller, c *client, s *server, g *gateway, res *results) {
	names, err := p.cases()
	if err != nil {
		t.Fatal(err)
	}
	cl := res.cell(c, s)
	for _, name := range names {
		if !wanted("INTEROP_CASES", name) || !s.has(c, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			from := g.log.size()
			err := p.run(name, g.addr, options(c, s))
			why := whyKnown(c.name, s.label(), name)
			switch {
			case err == nil && why == "":
				cl.passed++
			case err == nil:
				t.Errorf("passes, and is known to fail: %s", why)
			case why != "":
				cl.known = append(cl.known, name)
				t.Logf("fails as is known: %s", why)
			default:
				t.Errorf("%s%s", short(err.Error()), g.log.failures(from))
			}
		})
	}
}

// options says to a client what it cannot expect of the server, as the README of the peers lists them.
func options(c *client, s *server) map[string]any {
	o := map[string]any{"http2": strings.HasSuffix(c.name, "-h2")}
	java := func(name string) bool {
		return slices.Contains([]string{"dubbo3", "dubbo27", "hsfjava", "hsfpy", "sofa", "sofa4"}, name)
	}
	switch {
	case s.name == "dubbogo":
		o["far"] = "go"
	case s.protocol == "grpc" && (c.protocol == "redis" || c.protocol == "http"):
		o["far"] = "grpc"
	case s.protocol != "dubbo" && !java(s.name):
		o["far"] = "json"
	case java(c.name) && java(s.name):
		o["shared"] = true
	}
	if slices.Contains([]string{"pyredis", "pypacked", "dubbogo", "sofanode", "hsfjava", "hsfpy"}, s.name) {
		o["reply"] = false
	}
	if s.protocol == "bolt" {
		o["cause"] = false
	}
	if s.plain {
		o["plain"] = true
	}
	return o
}

// wanted says whether an environment variable that narrows the run lets name in.
func wanted(env, name string) bool {
	words := os.Getenv(env)
	return words == "" || slices.Contains(strings.Split(words, ","), name)
}

// roll is which programs ran and which could not.
type roll struct {
	names   []string
	missing []string
}

var ran roll

// started notes how a program started.
func (r *roll) started(name string, err error) bool {
	if err != nil {
		line, _, _ := strings.Cut(err.Error(), "\n")
		r.missing = append(r.missing, name+" ("+line+")")
	} else if !slices.Contains(r.names, name) {
		r.names = append(r.names, name)
	}
	return err == nil
}

// report prints who is missing and how many ran, and says whether all did.
func (r *roll) report() bool {
	for _, m := range r.missing {
		fmt.Println("missing:", m)
	}
	fmt.Printf("%d of %d peers ran\n", len(r.names), len(r.names)+len(r.missing))
	return len(r.missing) == 0
}
