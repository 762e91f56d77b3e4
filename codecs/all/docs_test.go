package all_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
	"github.com/dragoman-rpc/dragoman/codecs/bolt"
	"github.com/dragoman-rpc/dragoman/codecs/dubbo"
	"github.com/dragoman-rpc/dragoman/codecs/grpc"
	"github.com/dragoman-rpc/dragoman/codecs/hsf"
	"github.com/dragoman-rpc/dragoman/codecs/http"
	"github.com/dragoman-rpc/dragoman/codecs/redis"
)

var update = flag.Bool("update", false, "write the pages")

// TestDocs: docs/status.md and docs/options.md are what the codecs' tables say.
func TestDocs(t *testing.T) {
	compare(t, "../../docs/status.md", statusPage())
	compare(t, "../../docs/options.md", optionsPage())
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not what the tables say; make gen writes it (-file +now):\n%s", file, diff)
	}
}

// meanings are the codes in a reader's words.
var meanings = [codecs.Codes]string{
	codecs.OK:            "a result, or nothing where nothing was to come",
	codecs.Fault:         "the service threw an exception, or an error of its own",
	codecs.Canceled:      "the caller no longer wanted it",
	codecs.Expired:       "the time was over before the reply came",
	codecs.Invalid:       "the request cannot be read, or does not fit the method",
	codecs.NotFound:      "no such service, or no rule leads to it",
	codecs.Denied:        "the caller may not",
	codecs.Limited:       "over a limit; it may be tried later",
	codecs.Unavailable:   "the server cannot be reached, or the connection was lost",
	codecs.Unimplemented: "no such method, or the two protocols cannot carry the call",
	codecs.Internal:      "something broke in a gateway or in the server's machinery",
	codecs.Malformed:     "the server broke its protocol",
}

const statusHead = `# How calls end

Every call ends in one of twelve codes. Each protocol has its own form for each of them, and a call that fails is answered in the
form of the caller's protocol, whoever failed it: the service, its server, the network or the gateway. This page is printed from the
tables that the code uses; codes of the metrics and of log lines are those of the first column.

## What a caller gets

Where there is an exception to be passed on (` + "`fault`" + `), it goes in the protocol's own form of one: over Redis in ` + "`result`" + `, over HTTP as
a problem with ` + "`class`, `message`, `fields` and `cause`" + `, over Dubbo, Bolt and HSF as the exception itself (types.md, Exceptions). Their
rows speak of the rest. A number that a server of the caller's own protocol gave is passed on as it was.

`

const retriedText = `
**Tried again by Dubbo.** A Dubbo consumer with the default cluster (failover) takes any status but 20 for a failure of the way, and
tries another provider by itself, twice at most. Behind a gateway the next provider is often the same gateway: what then runs, runs
again. An exception inside status 20 is a result to it, and it does not try again. So what must not run twice goes as an exception:
a ` + "`denied`" + `, a ` + "`canceled`" + `, and an ` + "`unavailable`" + ` whose call may have run. An ` + "`unavailable`" + ` that surely ran nowhere
goes as a status. An ` + "`expired`" + ` is tried again, as it would be between two Dubbo programs: set ` + "`retries=\"0\"`" + ` at the consumer for
methods that must not run twice. Redis clients and curl try nothing again by themselves.

**Unsent** means that the server surely never saw the call: no connection could be opened, the call waited for one in vain, a limit
or ` + "`allow`" + ` refused it, or the server turned it away before anything ran. Only these calls may be tried again whatever their
method does. The gateway itself tries an ` + "`unavailable`" + ` that is unsent at up to two other endpoints of the cluster, if there are; and,
where the rule's policy has ` + "`retry`" + `, the codes it names: those that were not unsent only with ` + "`idempotent: true`" + `. Policy retries are
at most one in ten calls, requests over 64 KiB are never tried again, and neither is a call whose reply has begun.

`

// statusPage is docs/status.md.
func statusPage() string {
	var b strings.Builder
	b.WriteString(statusHead)
	b.WriteString("| code | means | Redis-GET `ec` | HTTP | gRPC | Bolt | HSF | Dubbo | Dubbo tries again |\n|---|---|---|---|---|---|---|---|---|\n")
	sent := bolt.Sent()
	for _, r := range dubbo.Sent() {
		what := "`" + r.Code.String() + "`"
		if r.Unsent {
			what += ", unsent"
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %s | %s | %s | %s | %s |\n", what, meanings[r.Code], redis.EC(r.Code), http.StatusCode(r.Code),
			grpc.Native(codecs.Status{Code: r.Code, Unsent: r.Unsent}), sent[r.Code].Wire, hsf.Sent(codecs.Status{Code: r.Code, Unsent: r.Unsent}), r.Wire, yes(r.Retried))
	}
	b.WriteString(retriedText)
	b.WriteString("## What servers say\n\nThe other way: how the reply of a server is read.\n\n### Dubbo\n\n" +
		"The rows are tried from the top: status, class of the exception, its code, and a text that its message must hold. An exception\n" +
		"that is in no row is `fault`, a status that is in none `internal`.\n\n| response | code | unsent |\n|---|---|---|\n")
	for _, r := range dubbo.Received() {
		fmt.Fprintf(&b, "| %s | `%v` | %s |\n", r.Wire, r.Code, yes(r.Unsent))
	}
	b.WriteString("\n### Bolt\n\nAn exception of the service is `fault`. Of a failure the text is looked at first, then the status. An error inside status 0, which\n" +
		"SOFARPC uses for its own, is `internal` if its text is in no row; to a request in protobuf or JSON, whose reply does not tell an\n" +
		"exception from an error, it is `fault` unless the text begins with `RPC-`.\n\n| response | code | unsent |\n|---|---|---|\n")
	for _, r := range bolt.Received() {
		fmt.Fprintf(&b, "| %s | `%v` | %s |\n", r.Wire, r.Code, yes(r.Unsent))
	}
	b.WriteString("\n### HSF\n\nThe names of the statuses are HSF's own; when its servers send each is known of few. A result that has the fields of an exception\n" +
		"is `fault`, a status that is in no row `internal`.\n\n| response | code | unsent |\n|---|---|---|\n")
	for _, r := range hsf.Received() {
		fmt.Fprintf(&b, "| %s | `%v` | %s |\n", r.Wire, r.Code, yes(r.Unsent))
	}
	b.WriteString("\n### Redis-GET\n\nAn `ec` that is in no row is the application's own: `fault`. A null or an error in place of a value is\n" +
		"`unavailable`.\n\n| `ec` | its name | code |\n|---|---|---|\n")
	for _, r := range redis.Rows() {
		fmt.Fprintf(&b, "| %d | %s | `%v` |\n", r.EC, r.Name, r.Code)
	}
	b.WriteString("\n### HTTP\n\nA body that is a problem or another JSON object with a `class` or a `code` says it better and goes before the status\n" +
		"(http.md). A 4xx that is in no row is `invalid`, any other `internal`.\n\n| status | its name | code |\n|---|---|---|\n")
	for _, r := range http.Rows() {
		fmt.Fprintf(&b, "| %d | %s | `%v` |\n", r.Status, r.Name, r.Code)
	}
	b.WriteString("\n### gRPC\n\nA status with details holds an exception for callers of other protocols, and so does one that only services say, not\n" +
		"their machinery. A code that is in no row is `fault` and keeps its number. A stream that ends without a status, or by a reset, is\n" +
		"read as the gRPC specification says (REFUSED_STREAM is `unavailable`, unsent).\n\n| code | its name | code | an exception |\n|---|---|---|---|\n")
	for _, r := range grpc.Rows() {
		fmt.Fprintf(&b, "| %d | %s | `%v` | %s |\n", r.Native, r.Name, r.Code, yes(r.Thrown))
	}
	b.WriteString("\nTo a gRPC caller a `not_found` that is unsent, of a service that nobody has, is " + grpc.Native(codecs.Status{Code: codecs.NotFound, Unsent: true}) +
		". An answer that is not gRPC's, of a proxy on\nthe way, is read by its HTTP status.\n\n| HTTP status | gRPC | code |\n|---|---|---|\n")
	for _, r := range grpc.HTTPRows() {
		fmt.Fprintf(&b, "| %s | %d | `%v` |\n", cmp.Or(r.Status, "any other"), r.Native, r.Code)
	}
	return b.String()
}

const optionsHead = `# Options of the protocols

What can be set for a protocol: for callers under ` + "`listen[].options`, by protocol (`options: {redis: {success: \"0\"}}`" + `), for servers under
` + "`clusters.NAME.options` (`options: {em_means_error: \"yes\"}`" + `). All values are texts. Another name or value is an error that
` + "`dragoman check`" + ` tells. This page is printed from the code that reads them.
`

// optionsPage is docs/options.md.
func optionsPage() string {
	var b strings.Builder
	b.WriteString(optionsHead)
	said := map[string]bool{}
	for _, c := range all.Codecs() {
		if said[c.Name()] {
			continue // another wire of the same protocol
		}
		said[c.Name()] = true
		fmt.Fprintf(&b, "\n## %s\n\n| option | of a | left out | values | meaning |\n|---|---|---|---|---|\n", c.Name())
		for _, o := range c.Traits().Options {
			where := map[string]string{"server": "listener", "client": "cluster", "both": "listener or cluster"}[o.Side]
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", o.Name, where, quoted(o.Default), quoted(o.Values...), o.Doc)
		}
	}
	return b.String()
}

// quoted writes values as code, with commas.
func quoted(values ...string) string {
	var list []string
	for _, v := range values {
		if v != "" {
			list = append(list, "`"+v+"`")
		}
	}
	return strings.Join(list, ", ")
}

func yes(v bool) string {
	if v {
		return "yes"
	}
	return ""
}
