package config

import (
	"fmt"
	"strings"
)

// keyDoc is a line of the documentation.
type keyDoc struct {
	path, form, def, doc, example string
	section                       bool // an object in itself, with lines of its own behind it
	// try reads the example as the value of the key, for tests.
	try func(p *parser)
}

// docsOf lists the keys of an object, those of the objects inside behind each.
func docsOf[T any](path string, fields []field[T]) []keyDoc {
	var list []keyDoc
	for i := range fields {
		f := &fields[i]
		k := keyDoc{path: join(path, f.key), form: f.value.form, def: f.unset, doc: f.doc, example: f.example, section: f.value.keys != nil}
		switch {
		case f.must:
			k.def = "must be said"
		case f.def != "":
			k.def = "`" + f.def + "`"
		}
		k.try = func(p *parser) {
			var v T
			f.value.read(p, spot{scalar(f.example).Content[1], k.path}, &v)
		}
		list = append(list, k)
		if f.value.keys != nil {
			list = append(list, f.value.keys(k.path)...)
		}
	}
	return list
}

// Docs is docs/config.md.
func Docs() string {
	var b strings.Builder
	b.WriteString(preface)
	for _, k := range schema.keys("") {
		if !strings.Contains(k.path, ".") && !strings.Contains(k.path, "[") {
			def := ""
			if k.def != "" {
				def = " Left out: " + k.def + "."
			}
			if k.def == "must be said" {
				def = " It must be there."
			}
			fmt.Fprintf(&b, "\n## %s\n\n%s%s\n\n```yaml\n%s\n```\n", k.path, k.doc, def, k.example)
			if k.section {
				b.WriteString("\n| key | value | left out | meaning | example |\n|---|---|---|---|---|\n")
			}
			continue
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | `%s` |\n", k.path, cell(k.form), cell(k.def), cell(k.doc), cell(k.example))
	}
	b.WriteString(appendix)
	return b.String()
}

// cell keeps a text within a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

const preface = `# Configuration

One YAML file. It is strict: a key that is not listed here is an error, and so are a wrong type, a name that leads nowhere and an
alias. Every fault is told with its place, as ` + "`dragoman.yaml:3:9`" + `, and ` + "`dragoman check -c FILE`" + ` tells them without
starting anything. The file has 1 MiB at most.

- A **duration** is a number and its unit: ` + "`300ms`, `5s`, `1h30m`" + `.
- A **size** is a number and its unit: ` + "`512B`, `64KiB`, `8MiB`, `1GiB`" + `.
- An **address** is ` + "`host:port`, `[::1]:port` or `unix:/path`" + `.
- A **file** that is not absolute starts from the folder of the configuration.
- A **pattern** is a text that must be met exactly, or one that ends in ` + "`*`" + ` and must be the beginning; ` + "`*`" + ` alone fits
  everything.

This page is printed from the code that reads the file.
`

const appendix = `
## A whole file

` + "```yaml\n" + wholeFile + "```\n"

// wholeFile shows most keys together. A test reads it.
const wholeFile = `listen:
- {addr: ":7001", accept: [redis, dubbo, http]}
- addr: ":7443"
  accept: [dubbo]
  tls: {cert: a.pem, key: a.key, clients: ca.pem}
  limits: {frame: 1MiB, connections: 500}
- addr: unix:/run/dragoman/calls.sock
  options: {redis: {success: "0"}}
local: [{service: "com.acme.*", addr: "127.0.0.1:20880", protocol: dubbo}]
admin: {addr: "127.0.0.1:7070", socket: /run/dragoman/admin.sock}
clusters:
  user: {protocol: dubbo, endpoints: ["10.1.0.7:20880", "10.1.0.8:20880"], tls: {ca: ca.pem}}
  user-v2: {protocol: dubbo, endpoints: ["10.1.1.7:20880"], connections: 2}
  words: {protocol: redis, endpoints: ["10.1.2.7:7000"], depth: 16, dial_timeout: 500ms}
services:
- name: com.acme.User
  as: {redis: /service/user, http: /users}
  version: 1.0.0
  methods: {getUser: {http: "GET /users/{id}"}}
  contract: contracts/user.contract
contracts: [contracts/common.contract]
allow:
- {service: com.acme.User, from: [{mtls: "spiffe://acme/shop"}, {listener: ":7001"}, {unix: 1000}]}
- {service: "*"}
rules:
- match: {service: com.acme.User, method: "get*", app: shop, meta: {tier: gold}}
  to: [{cluster: user-v2, weight: 20}, {cluster: user, weight: 80}]
  policy: {timeout: 300ms, retry: {times: 1, on: [unavailable]}, limit: {rate: 500, inflight: 200}}
- match: {service: com.acme.User}
  to: user
- match: {service: "/service/words"}
  to: words
  policy: {idempotent: true}
defaults: {timeout: 2s}
log: {level: warn, format: json}
drain: {wait: 5s, timeout: 1m}
`
