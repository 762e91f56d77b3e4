package config

import (
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/codecs"
)

var naming = object(
	field[service]{key: "name", must: true, doc: "The canonical name: what rules, contracts, metrics and logs call the service.", example: `name: com.acme.User`,
		value: in(func(s *service) *string { return &s.Name }, text("name"))},
	field[service]{key: "as", unset: "its name", doc: "What it is called in a protocol, by callers and by servers. No two services may be called the same.",
		example: `as: {redis: /service/user, http: /users}`,
		value:   in(func(s *service) *map[string]string { return &s.As }, mapOf("protocols", isProtocol, word("name")))},
	field[service]{key: "version", unset: "none", doc: "The version that is meant by a caller who says none.", example: `version: 1.0.0`,
		value: in(func(s *service) *string { return &s.Version }, word("version"))},
	field[service]{key: "group", unset: "none", doc: "The group that is meant by a caller who says none.", example: `group: blue`,
		value: in(func(s *service) *string { return &s.Group }, word("group"))},
	field[service]{key: "methods", unset: "their names",
		doc: "What a method is called in a protocol, by its canonical name. For HTTP servers it may be a template. " +
			"Names that differ only in the case of their first letter meet, unless there are both.",
		example: `methods: {getUser: {http: "GET /users/{id}"}}`,
		value: in(func(s *service) *map[string]map[string]string { return &s.Methods },
			mapOf("methods", isText, mapOf("protocols", isProtocol, word("name"))))},
	field[service]{key: "contract", unset: "none", doc: "The file of its types and methods, or several, which describe it together.",
		example: `contract: [contracts/user.contract, contracts/user.proto]`,
		value:   in(func(s *service) *[]string { return &s.contract }, fileNames)},
)

// fileNames is a file, or several.
var fileNames = func() reader[[]string] {
	several := list(1, 64, fileName)
	several.form = "file, or list of file"
	read := several.read
	several.read = func(p *parser, at spot, v *[]string) {
		if at.node.Kind != yaml.ScalarNode {
			read(p, at, v)
			return
		}
		var s string
		fileName.read(p, at, &s)
		*v = []string{s}
	}
	return several
}()

var allow = object(
	field[route.Allow]{key: "service", must: true, doc: "Pattern of the services that the entry speaks of.", example: `service: "com.acme.*"`,
		value: in(func(a *route.Allow) *string { return &a.Service }, text("pattern"))},
	field[route.Allow]{key: "from", unset: "nobody", doc: "The callers that pass: one entry that fits is enough. Each has one of the keys below.",
		example: `from: [{mtls: "spiffe://acme/shop"}, {listener: ":7001"}, {unix: 1000}]`,
		value:   in(func(a *route.Allow) *[]route.From { return &a.From }, list(0, 1024, from))},
)

var from = object(
	field[route.From]{key: "mtls", unset: "any", doc: "Pattern of the name in the certificate that the client has shown: its first URI, else `cn:` and its common name.", example: `mtls: "spiffe://acme/*"`,
		value: in(func(f *route.From) *string { return &f.MTLS }, text("pattern"))},
	field[route.From]{key: "listener", unset: "any", doc: "The `addr` of the listener that the call came in by.", example: `listener: ":7001"`,
		value: in(func(f *route.From) *string { return &f.Listener }, text("address"))},
	field[route.From]{key: "unix", unset: "any", doc: "The user who runs the program at the other end of a Unix socket.", example: `unix: 1000`,
		value: in(func(f *route.From) *string { return &f.Unix }, uid)},
)

var rule = object(
	field[route.Rule]{key: "match", must: true, doc: "What must hold of a call, all of it.", example: `match: {service: com.acme.User, method: "get*"}`,
		value: in(func(r *route.Rule) *route.Match { return &r.Match }, match)},
	field[route.Rule]{key: "to", must: true, doc: "A cluster, or several and their weights.",
		example: `to: [{cluster: user-v2, weight: 20}, {cluster: user, weight: 80}]`,
		value:   in(func(r *route.Rule) *[]route.Split { return &r.To }, target)},
	field[route.Rule]{key: "policy", doc: "How the calls are treated.", example: `policy: {timeout: 300ms}`,
		value: in(func(r *route.Rule) *route.Policy { return &r.Policy }, policy)},
)

var match = object(
	field[route.Match]{key: "service", def: `"*"`, doc: "Pattern of the canonical name.", example: `service: com.acme.User`,
		value: in(func(m *route.Match) *string { return &m.Service }, text("pattern"))},
	field[route.Match]{key: "method", unset: "any", doc: "Pattern of the canonical name.", example: `method: "get*"`,
		value: in(func(m *route.Match) *string { return &m.Method }, text("pattern"))},
	field[route.Match]{key: "version", unset: "any", doc: "Pattern of the version that the caller wants. `0.0.0`: none.", example: `version: "2.*"`,
		value: in(func(m *route.Match) *string { return &m.Version }, word("pattern"))},
	field[route.Match]{key: "group", unset: "any", doc: "Pattern of the group.", example: `group: blue`,
		value: in(func(m *route.Match) *string { return &m.Group }, word("pattern"))},
	field[route.Match]{key: "app", unset: "any", doc: "Pattern of the application that the caller says it is. Good for routing; it proves nothing.",
		example: `app: shop`, value: in(func(m *route.Match) *string { return &m.App }, word("pattern"))},
	field[route.Match]{key: "meta", unset: "any", doc: "Metadata: each key must be there with this value. Keys do not mind case.", example: `meta: {tier: gold}`,
		value: in(func(m *route.Match) *map[string]string { return &m.Meta }, mapOf("keys", isText, word("value")))},
)

var split = object(
	field[route.Split]{key: "cluster", must: true, doc: "One of `clusters`.", example: `cluster: user-v2`,
		value: in(func(s *route.Split) *string { return &s.Cluster }, text("name"))},
	field[route.Split]{key: "weight", must: true, doc: "Its share of the rule's calls, in parts of the sum of weights. 0: none.", example: `weight: 20`,
		value: in(func(s *route.Split) *uint32 { return &s.Weight }, weight)},
)

// target is a cluster's name, or a list of splits.
var target = func() reader[[]route.Split] {
	several, one := list(1, 64, split), text("name")
	several.form = "name, or list of mapping"
	read := several.read
	several.read = func(p *parser, at spot, v *[]route.Split) {
		if at.node.Kind != yaml.ScalarNode {
			read(p, at, v)
			return
		}
		s := route.Split{Weight: 1}
		one.read(p, at, &s.Cluster)
		*v = []route.Split{s}
	}
	return several
}()

var policy = object(
	timeout("", "the `defaults`", ""),
	field[route.Policy]{key: "retry", unset: "the `defaults`", doc: "Calls that failed are tried again.", example: `retry: {times: 1, on: [unavailable]}`,
		value: in(func(p *route.Policy) *route.Retry { return &p.Retry }, given(retry))},
	field[route.Policy]{key: "limit", doc: "What is over it fails with `limited`.", example: `limit: {rate: 500, inflight: 200}`,
		value: in(func(p *route.Policy) *route.Limit { return &p.Limit }, limit)},
	field[route.Policy]{key: "idempotent", def: "false",
		doc:     "The methods do no harm when they run twice. Without it a call is tried again only if no server can have seen it.",
		example: `idempotent: true`, value: in(func(p *route.Policy) *bool { return &p.Idempotent }, boolean)},
)

var defaults = object(
	timeout("5s", "", " Not for gRPC callers of gRPC servers, and others who both have streams: they have the time that the caller says."),
	field[route.Policy]{key: "retry", unset: "none", doc: "Calls that failed are tried again.", example: `retry: {times: 1, on: [unavailable]}`,
		value: in(func(p *route.Policy) *route.Retry { return &p.Retry }, given(retry))},
)

func timeout(def, unset, more string) field[route.Policy] {
	return field[route.Policy]{key: "timeout", def: def, unset: unset, example: `timeout: 300ms`,
		doc:   "The time that a call may take, tries included. A caller that has less time keeps its own." + more,
		value: in(func(p *route.Policy) *time.Duration { return &p.Timeout }, duration(time.Millisecond))}
}

var retry = object(
	field[route.Retry]{key: "times", def: "1", doc: "Further tries. 0: none.", example: `times: 2`,
		value: in(func(r *route.Retry) *int { return &r.Times }, count("tries", 0, 10))},
	field[route.Retry]{key: "on", def: "[unavailable]", doc: "The failures after which there is another try: unavailable, expired, limited, internal, malformed.",
		example: `on: [unavailable, limited]`,
		value:   in(func(r *route.Retry) *[]codecs.Code { return &r.On }, list(1, len(failures), failure))},
)

// given takes the defaults from what is not written at all: they are for what is written in part.
func given[T any](r reader[T]) reader[T] {
	r.fresh = nil
	return r
}

var limit = object(
	field[route.Limit]{key: "rate", unset: "no limit", doc: "Calls in a second.", example: `rate: 500`,
		value: in(func(l *route.Limit) *float64 { return &l.Rate }, rate("calls per second"))},
	field[route.Limit]{key: "inflight", unset: "no limit", doc: "Calls at one time.", example: `inflight: 200`,
		value: in(func(l *route.Limit) *int { return &l.Inflight }, count("calls", 1, 1<<20))},
)
