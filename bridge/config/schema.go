package config

import (
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/route"
)

// document is a file as it is written. finish makes a Config of it.
type document struct {
	Config
	services  []service
	contracts []string
}

type service struct {
	route.Names
	contract []string
}

// schema is every key that there is. It is what is read and what is documented.
var schema = object(
	field[document]{key: "listen", must: true, doc: "The addresses that take calls.",
		example: `listen: [{addr: "127.0.0.1:7001"}]`,
		value:   in(func(d *document) *[]Listen { return &d.Listen }, list(1, 64, listener))},
	field[document]{key: "local", unset: "none",
		doc:     "Programs beside this one: each entry is a cluster with one endpoint and a rule that comes behind all of `rules`.",
		example: `local: [{service: "com.acme.*", addr: "127.0.0.1:20880", protocol: dubbo}]`,
		value:   in(func(d *document) *[]Local { return &d.Local }, list(0, 1024, local))},
	field[document]{key: "clusters", unset: "none",
		doc:     "Sets of endpoints by name. A name has 1 to 64 letters, digits, dots, dashes and underscores.",
		example: `clusters: {user: {protocol: dubbo, endpoints: ["10.1.0.7:20880"]}}`,
		value: in(func(d *document) *[]Cluster { return &d.Clusters },
			named(isClusterName, func(c *Cluster, name string) { c.Name = name }, cluster))},
	field[document]{key: "services", unset: "none", doc: "What services and methods are called in each protocol. One that is not here keeps its name.",
		example: `services: [{name: com.acme.User, as: {redis: /service/user}}]`,
		value:   in(func(d *document) *[]service { return &d.services }, list(0, maxList, naming))},
	field[document]{key: "contracts", unset: "none", doc: "Files of types and methods: contract files, as `docs/contracts.md` describes them, `.proto` files and descriptor sets.",
		example: `contracts: [contracts/common.contract]`,
		value:   in(func(d *document) *[]string { return &d.contracts }, list(0, maxList, fileName))},
	field[document]{key: "learn", doc: "Types that calls show, for services without a contract, as `docs/contracts.md` tells. A reload changes the mode only.",
		example: `learn: {mode: suggest, file: /var/lib/dragoman/learned.contract}`,
		value:   in(func(d *document) *Learn { return &d.Learn }, learning)},
	field[document]{key: "allow", unset: "everything is open",
		doc: "Who may call what. The first entry whose service fits decides: its callers pass, others are denied. " +
			"A service that no entry fits is open; `{service: \"*\"}` at the end closes it.",
		example: `allow: [{service: com.acme.User, from: [{mtls: "spiffe://acme/shop"}]}, {service: "*"}]`,
		value:   in(func(d *document) *[]route.Allow { return &d.Routes.Allow }, list(0, maxList, allow))},
	field[document]{key: "rules", unset: "none", doc: "Where calls go. The first rule that fits decides.",
		example: `rules: [{match: {service: com.acme.User}, to: user}]`,
		value:   in(func(d *document) *[]route.Rule { return &d.Routes.Rules }, list(0, maxList, rule))},
	field[document]{key: "defaults", doc: "The policy of rules that say nothing else.",
		example: `defaults: {timeout: 2s}`,
		value:   in(func(d *document) *route.Policy { return &d.Routes.Defaults }, defaults)},
	field[document]{key: "admin", doc: "Where the process is asked for health, metrics and state, and is told to reload and drain. A reload does not change it.",
		example: `admin: {addr: "127.0.0.1:7070", socket: /run/dragoman/admin.sock}`,
		value:   in(func(d *document) *Admin { return &d.Admin }, admin)},
	field[document]{key: "log", doc: "What is written to standard error. A reload does not change it.",
		example: `log: {level: warn, format: json}`, value: in(func(d *document) *Log { return &d.Log }, logging)},
	field[document]{key: "drain", doc: "How the process ends.",
		example: `drain: {wait: 5s, timeout: 1m}`, value: in(func(d *document) *Drain { return &d.Drain }, drain)},
)

var listener = object(
	field[Listen]{key: "addr", must: true, doc: "`host:port` or `unix:/path`. Without a host: every address of the machine. Port 0: any free one.",
		example: `addr: ":7001"`, value: in(func(l *Listen) *string { return &l.Addr }, listenAddr)},
	field[Listen]{key: "accept", unset: "every protocol, on loopback and Unix sockets; elsewhere it must be said",
		doc: "The protocols that are taken, told apart by their first bytes.", example: `accept: [redis, dubbo]`,
		value: in(func(l *Listen) *[]string { return &l.Accept }, list(1, 64, protocol))},
	field[Listen]{key: "tls", unset: "plaintext", doc: "TLS. Plaintext is then refused.",
		example: `tls: {cert: a.pem, key: a.key, clients: ca.pem}`,
		value:   in(func(l *Listen) **ServerTLS { return &l.TLS }, optional(serverTLS))},
	field[Listen]{key: "options", unset: "the protocols' own", doc: "Settings of the protocols, by protocol, as `docs/options.md` lists them.",
		example: `options: {redis: {success: "0"}}`,
		value: in(func(l *Listen) *map[string]map[string]string { return &l.Options },
			mapOf("protocols", isProtocol, mapOf("options", isText, word("value"))))},
	field[Listen]{key: "engine", def: "std", doc: "What moves the bytes: std is the standard library's network and a goroutine for each connection.",
		example: `engine: std`, value: in(func(l *Listen) *string { return &l.Engine }, oneOf("std"))},
	field[Listen]{key: "limits", doc: "What the listener holds at most.",
		example: `limits: {frame: 1MiB, connections: 500}`, value: in(func(l *Listen) *Limits { return &l.Limits }, limits)},
)

var limits = object(
	field[Limits]{key: "frame", def: "8MiB", doc: "One message, head and body.", example: `frame: 1MiB`,
		value: in(func(l *Limits) *int { return &l.Frame }, frameSize)},
	field[Limits]{key: "head", def: "64KiB", doc: "A message's head, or one line of it.", example: `head: 16KiB`,
		value: in(func(l *Limits) *int { return &l.Head }, headSize)},
	field[Limits]{key: "connections", def: "10000", doc: "Connections open at one time. A further one is closed at once.", example: `connections: 500`,
		value: in(func(l *Limits) *int { return &l.Connections }, count("connections", 1, 1<<20))},
	field[Limits]{key: "calls", def: "1024", doc: "Calls in flight on one connection. When there are as many it is not read further until one ends.",
		example: `calls: 100`, value: in(func(l *Limits) *int { return &l.Calls }, count("calls", 1, 1<<20))},
	field[Limits]{key: "idle", def: "30m", doc: "A connection without a call is closed after this time. `0s`: never.", example: `idle: 5m`,
		value: in(func(l *Limits) *time.Duration { return &l.Idle }, duration(0))},
	field[Limits]{key: "request", def: "30s", doc: "A request, or a piece of one, that has begun to arrive must be whole after this time.", example: `request: 10s`,
		value: in(func(l *Limits) *time.Duration { return &l.Request }, duration(time.Millisecond))},
)

var (
	frameSize = size(1<<10, 1<<30)
	headSize  = size(1<<10, 1<<24)
)

var serverTLS = object(
	field[ServerTLS]{key: "cert", must: true, doc: "The certificate and its chain, PEM.", example: `cert: a.pem`,
		value: in(func(t *ServerTLS) *string { return &t.Cert }, fileName)},
	field[ServerTLS]{key: "key", must: true, doc: "Its private key, PEM.", example: `key: a.key`,
		value: in(func(t *ServerTLS) *string { return &t.Key }, fileName)},
	field[ServerTLS]{key: "clients", unset: "clients show no certificate", example: `clients: ca.pem`,
		doc:   "Certificate authorities, PEM. Each client must show a certificate of one of them, whose name `allow` can ask for.",
		value: in(func(t *ServerTLS) *string { return &t.Clients }, fileName)},
)

var local = object(
	field[Local]{key: "service", must: true, doc: "Pattern of the services that the program has.", example: `service: "com.acme.*"`,
		value: in(func(l *Local) *string { return &l.Service }, text("pattern"))},
	field[Local]{key: "addr", must: true, doc: "Where it listens.", example: `addr: "127.0.0.1:20880"`,
		value: in(func(l *Local) *string { return &l.Addr }, endpointAddr)},
	field[Local]{key: "protocol", must: true, doc: "What it speaks.", example: `protocol: dubbo`,
		value: in(func(l *Local) *string { return &l.Protocol }, protocol)},
)

var cluster = object(
	field[Cluster]{key: "protocol", must: true, doc: "What the endpoints speak.", example: `protocol: dubbo`,
		value: in(func(c *Cluster) *string { return &c.Protocol }, protocol)},
	field[Cluster]{key: "endpoints", must: true, doc: "`host:port` or `unix:/path` of each server.", example: `endpoints: ["10.1.0.7:20880", "10.1.0.8:20880"]`,
		value: in(func(c *Cluster) *[]string { return &c.Endpoints }, list(1, 1024, endpointAddr))},
	field[Cluster]{key: "tls", unset: "plaintext", doc: "TLS towards the endpoints.", example: `tls: {ca: ca.pem}`,
		value: in(func(c *Cluster) **ClientTLS { return &c.TLS }, optional(clientTLS))},
	field[Cluster]{key: "engine", def: "std", doc: "As for a listener.", example: `engine: std`,
		value: in(func(c *Cluster) *string { return &c.Engine }, oneOf("std"))},
	field[Cluster]{key: "connections", unset: "1; 64 where replies come in order",
		doc: "Connections to one endpoint, shared by all callers.", example: `connections: 2`,
		value: in(func(c *Cluster) *int { return &c.Connections }, count("connections", 1, 4096))},
	field[Cluster]{key: "depth", def: "1", example: `depth: 16`,
		doc:   "Calls in flight on one connection, where replies come in order. Servers that answer out of turn need 1.",
		value: in(func(c *Cluster) *int { return &c.Depth }, count("calls", 1, 1<<16))},
	field[Cluster]{key: "inflight", unset: "no limit", example: `inflight: 150`,
		doc:   "Calls in flight at one endpoint. Further ones wait for a turn, no longer than their deadlines. For servers that turn calls away when all their threads are busy.",
		value: in(func(c *Cluster) *int { return &c.Inflight }, count("calls", 1, 1<<20))},
	field[Cluster]{key: "dial_timeout", def: "3s", doc: "The time that a connection may take to open.", example: `dial_timeout: 500ms`,
		value: in(func(c *Cluster) *time.Duration { return &c.DialTimeout }, duration(time.Millisecond))},
	field[Cluster]{key: "encoding", unset: "the protocol's first", doc: "What request bodies are written in, where the protocol has several.",
		example: `encoding: hessian2`, value: in(func(c *Cluster) *string { return &c.Encoding }, text("encoding"))},
	field[Cluster]{key: "options", unset: "the protocol's own", doc: "Settings of the protocol, as `docs/options.md` lists them.", example: `options: {success: "0"}`,
		value: in(func(c *Cluster) *map[string]string { return &c.Options }, mapOf("options", isText, word("value")))},
	field[Cluster]{key: "frame", def: "8MiB", doc: "One message, head and body.", example: `frame: 32MiB`,
		value: in(func(c *Cluster) *int { return &c.Frame }, frameSize)},
	field[Cluster]{key: "head", def: "64KiB", doc: "A message's head, or one line of it.", example: `head: 16KiB`,
		value: in(func(c *Cluster) *int { return &c.Head }, headSize)},
)

var clientTLS = object(
	field[ClientTLS]{key: "ca", unset: "the system's", doc: "Certificate authorities that are believed, PEM.", example: `ca: ca.pem`,
		value: in(func(t *ClientTLS) *string { return &t.CA }, fileName)},
	field[ClientTLS]{key: "cert", unset: "none is shown", doc: "The certificate to show, PEM. It needs `key`.", example: `cert: a.pem`,
		value: in(func(t *ClientTLS) *string { return &t.Cert }, fileName)},
	field[ClientTLS]{key: "key", unset: "none", doc: "Its private key, PEM.", example: `key: a.key`,
		value: in(func(t *ClientTLS) *string { return &t.Key }, fileName)},
	field[ClientTLS]{key: "name", unset: "the endpoint's host", doc: "The name that the endpoint's certificate must bear.", example: `name: user.acme.com`,
		value: in(func(t *ClientTLS) *string { return &t.Name }, text("name"))},
	field[ClientTLS]{key: "insecure", def: "false", doc: "Believe any certificate. For trials: whoever sits between can read and change all.",
		example: `insecure: true`, value: in(func(t *ClientTLS) *bool { return &t.Insecure }, boolean)},
)

var admin = object(
	field[Admin]{key: "addr", def: "127.0.0.1:7070", doc: "Health, metrics and state over HTTP; nothing can be changed here. `off`: none.",
		example: `addr: "127.0.0.1:9090"`, value: in(func(a *Admin) *string { return &a.Addr }, adminAddr)},
	field[Admin]{key: "socket", unset: "none", doc: "The same on a Unix socket that only its owner can open, and reload and drain with it.",
		example: `socket: /run/dragoman/admin.sock`, value: in(func(a *Admin) *string { return &a.Socket }, fileName)},
)

var learning = object(
	field[Learn]{key: "mode", def: LearnOff, example: `mode: use`,
		doc:   "`suggest` learns and shows what it knows; `use` also calls servers by it, where no contract declares the method.",
		value: in(func(l *Learn) *string { return &l.Mode }, oneOf(LearnOff, LearnSuggest, LearnUse))},
	field[Learn]{key: "file", unset: "kept in memory only", doc: "The contract file that it is kept in: read at the start, written over. Its folder must be there.",
		example: `file: learned.contract`, value: in(func(l *Learn) *string { return &l.File }, fileName)},
	field[Learn]{key: "methods", def: "1000", doc: "Methods that are kept. Further ones are not learned.", example: `methods: 200`,
		value: in(func(l *Learn) *int { return &l.Methods }, count("methods", 1, 1<<14))},
)

var logging = object(
	field[Log]{key: "level", def: "info", doc: "The least that is written. A failed call is a warning.", example: `level: warn`,
		value: in(func(l *Log) *string { return &l.Level }, oneOf("debug", "info", "warn", "error"))},
	field[Log]{key: "format", def: "text", doc: "How a line is written.", example: `format: json`,
		value: in(func(l *Log) *string { return &l.Format }, oneOf("text", "json"))},
)

var drain = object(
	field[Drain]{key: "wait", def: "0s", doc: "Between being no longer ready and no longer accepting, so that load balancers take notice.",
		example: `wait: 5s`, value: in(func(d *Drain) *time.Duration { return &d.Wait }, duration(0))},
	field[Drain]{key: "timeout", def: "30s", doc: "For calls in flight. Then their connections are closed.", example: `timeout: 1m`,
		value: in(func(d *Drain) *time.Duration { return &d.Timeout }, duration(0))},
)
