package matrix

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
)

// words are what a protocol can say beside a value. What it cannot say is lost between it and every other, and stands here: the tests
// fail for a loss that is not in the list, and for one that does not happen.
type words struct {
	protocol string
	silent   bool                        // replies say nothing beside the result
	timeless bool                        // requests do not say how much time there is
	oneway   bool                        // there are calls without an answer
	cancel   string                      // how a caller gives up; "": it cannot
	merged   map[codecs.Code]codecs.Code // failures that it has no word for, and what is heard instead
	thrown   []codecs.Code               // failures that its servers say by an exception: callers that know exceptions get that
	wordless []codecs.Code               // failures that carry no text
	knows    []codecs.Code               // of those, what its callers get the exception for, and not the status
}

// thrown are the failures that some servers say by an exception.
var thrown = []codecs.Code{codecs.Denied, codecs.Unavailable, codecs.NotFound}

var protocols = []words{
	{protocol: "redis", silent: true, timeless: true, cancel: "closing", merged: map[codecs.Code]codecs.Code{codecs.Internal: codecs.Fault}},
	{protocol: "dubbo", oneway: true, knows: thrown, merged: map[codecs.Code]codecs.Code{codecs.Unimplemented: codecs.Internal},
		thrown: []codecs.Code{codecs.Denied, codecs.Unavailable}},
	{protocol: "hsf", silent: true, merged: map[codecs.Code]codecs.Code{codecs.Denied: codecs.Fault, codecs.Unimplemented: codecs.NotFound}},
	{protocol: "bolt", oneway: true, merged: map[codecs.Code]codecs.Code{codecs.Denied: codecs.Internal}, wordless: []codecs.Code{codecs.Limited},
		knows: []codecs.Code{codecs.Denied, codecs.NotFound}},
	{protocol: "grpc", cancel: "a frame", knows: thrown, thrown: []codecs.Code{codecs.NotFound}},
	{protocol: "http", oneway: true, cancel: "closing, a frame in HTTP/2", knows: thrown},
}

func wordsOf(protocol string) *words {
	i := slices.IndexFunc(protocols, func(w words) bool { return w.protocol == protocol })
	if i < 0 {
		return &words{protocol: protocol}
	}
	return &protocols[i]
}

// heard is the code that a caller of one protocol hears of a server of another.
func heard(from, to string, code codecs.Code) codecs.Code {
	caller, server := wordsOf(from), wordsOf(to)
	if c, ok := server.merged[code]; ok {
		code = c
	}
	if from != to && slices.Contains(server.thrown, code) && slices.Contains(caller.knows, code) {
		return codecs.Fault
	}
	if c, ok := caller.merged[code]; ok {
		code = c
	}
	return code
}

// Page is the part of docs/matrix.md that says what crosses and how.
func Page() string {
	var b strings.Builder
	b.WriteString("\n## What crosses, and how\n\nBodies, by the protocols' usual encodings. `as it is`: byte for byte, unless the cluster is told another encoding. " +
		"What an encoding\ncannot carry is in types.md, Losses.\n\n| from / to |")
	for _, w := range protocols {
		fmt.Fprintf(&b, " %s |", w.protocol)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(protocols)) + "\n")
	for _, from := range protocols {
		fmt.Fprintf(&b, "| %s |", from.protocol)
		for _, to := range protocols {
			fmt.Fprintf(&b, " %s |", body(from.protocol, to.protocol))
		}
		b.WriteByte('\n')
	}
	b.WriteString("\nBeside the body. A word passes between two protocols that both have it.\n\n" +
		"| | metadata of requests | of replies | time left | one-way | giving up | failures heard as others |\n|---|---|---|---|---|---|---|\n")
	for _, w := range protocols {
		fmt.Fprintf(&b, "| %s | yes | %s | %s | %s | %s | %s |\n", w.protocol, yes(!w.silent), yes(!w.timeless), yes(w.oneway), dash(w.cancel), dash(w.failures()))
	}
	b.WriteString("\nValues that protobuf has not, of those that the test has (conformance/matrix): the others are the same on both sides of every pair, to\n" +
		"the width of each number.\n\n| value | in JSON | through gRPC |\n|---|---|---|\n")
	for _, v := range values {
		if v.grpc != "" {
			fmt.Fprintf(&b, "| %s | `%s` | %s |\n", v.name, v.json, through(v.grpc))
		}
	}
	return b.String()
}

func through(grpc string) string {
	if grpc == refused {
		return "refused"
	}
	return "`" + grpc + "`"
}

// body says what becomes of a body between two protocols.
func body(from, to string) string {
	a, b := encoding(from), encoding(to)
	switch {
	case from == to:
		return "as it is"
	case a == b:
		return a + ", cut out"
	}
	return a + " to " + b
}

// encoding is the usual one of a protocol, with what stands around its values.
func encoding(protocol string) string {
	c, ok := codecs.Find(all.Codecs(), protocol, "")
	if !ok {
		return ""
	}
	f := c.Traits().Formats[0]
	return f.Encoding + f.Wrap.String()
}

// failures lists the codes that change.
func (w *words) failures() string {
	var list []string
	for code := range codecs.Code(codecs.Codes) {
		if c, ok := w.merged[code]; ok {
			list = append(list, fmt.Sprintf("%v as %v", code, c))
		}
		if slices.Contains(w.thrown, code) {
			list = append(list, fmt.Sprintf("%v as an exception", code))
		}
	}
	return strings.Join(list, ", ")
}

func yes(v bool) string {
	if v {
		return "yes"
	}
	return "no"
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
