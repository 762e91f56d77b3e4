// Package http is calls over HTTP with JSON bodies, as docs/http.md has it: strict HTTP/1.1 on both sides, the mapping of requests and
// responses to messages, and that mapping for streams of HTTP/2, whose frames are codecs/h2's.
//
// It knows request lines, fields, chunks, paths, problems and what a browser must not do. It refuses to know what is in an
// argument or a result: of bodies it reads faults, and, where a configured request line asks for it, the top of the arguments.
//
// Files that begin with h1 are the syntax of HTTP/1.1, those that begin with h2 what a header block of HTTP/2 has in its place. The rest
// is the mapping, which both share: it takes fields one by one and gives them one by one.
package http

import (
	"strings"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// Name is the protocol's name.
const Name = "http"

// The encodings of bodies. They are read in the same way; the second has 64-bit numbers written as strings.
const (
	encoding        = "json"
	encodingStrings = "json-strings"
)

// Codec is HTTP/1.1 with JSON. The zero Codec is ready for use and safe for concurrent use.
type Codec struct{}

var _ codecs.Codec = Codec{}

// Name is "http".
func (Codec) Name() string { return Name }

// Traits gives the facts of the protocol. Java and Go servers close idle connections after some 20 s to some minutes, Node
// after 5 s.
func (Codec) Traits() codecs.Traits {
	t := traits()
	t.InOrder, t.Goaway = true, true
	t.Idle = 4 * time.Second
	t.ALPN, t.Version = "http/1.1", "1.1"
	return t
}

// traits are what both versions have in common.
func traits() codecs.Traits {
	return codecs.Traits{
		Deadline: true,
		Formats:  []codecs.Format{{Encoding: encoding, Shape: codecs.Args}, {Encoding: encodingStrings, Shape: codecs.Args}},
		Reserved: reserved,
		Options: []codecs.Option{
			{Name: "longs", Default: "numbers", Values: []string{"numbers", "strings"}, Side: "server", Doc: "How 64-bit integers and decimals are written in results; strings is for readers that keep numbers in doubles."},
			{Name: "origins", Side: "server", Doc: "Values of Origin that web pages may call from, with commas; none by default."},
			{Name: "hosts", Side: "server", Doc: "Names that Host may hold, with commas, or * for any; by default loopback names on loopback and any elsewhere."},
			{Name: codecs.OptionVersion, Default: "1.1", Values: []string{"1.1", "2"}, Side: "client", Doc: "The version of HTTP that the servers speak; callers may speak any."},
			{Name: "path", Default: "/{service}/{method}", Check: checkPath, Side: "client", Doc: "The path of requests."},
			{Name: "host", Side: "client", Doc: "The Host of requests; by default the endpoint's address."},
			{Name: "fault", Default: "status", Check: checkFault, Side: "client", Doc: "What is a fault: status is what docs/http.md says of answers outside 2xx, field:NAME besides a member NAME in an answer of 2xx."},
		},
	}
}

// Sniff knows a method and the slash that begins a path. The preface of HTTP/2 has an asterisk there.
func (Codec) Sniff(p []byte) codecs.Verdict {
	for i, c := range p[:min(len(p), codecs.SniffMax)] {
		switch {
		case c >= 'A' && c <= 'Z' || c == '-' && i > 0:
		case c != ' ' || i == 0:
			return codecs.No
		case len(p) == i+1:
			if i+1 == codecs.SniffMax {
				return codecs.No
			}
			return codecs.More
		case p[i+1] == '/':
			return codecs.Yes
		default:
			return codecs.No
		}
	}
	if len(p) >= codecs.SniffMax {
		return codecs.No
	}
	return codecs.More
}

// Session makes the state of one connection, which must not be shared.
func (c Codec) Session(side codecs.Side, set codecs.Settings) codecs.Session {
	set = set.WithDefaults()
	t := c.Traits()
	l := limits{frame: set.MaxFrame, head: min(set.MaxHead, set.MaxFrame)}
	if side == codecs.Client {
		return newClient(l, &t, &set)
	}
	return newServer(l, &t, &set)
}

// limits are in bytes.
type limits struct{ frame, head int }

// refuse makes the error of a request or reply that is not taken, with the status code that HTTP has for it.
func refuse(status int, code codecs.Code, format string, args ...any) *codecs.Error {
	e := codecs.Errorf(code, "http: "+format, args...)
	e.Status.Native = codecs.Native{Of: Name, Code: int32(status)}
	return e
}

// list takes a setting with commas apart.
func list(s string) []string {
	if s == "" {
		return nil
	}
	all := strings.Split(s, ",")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}
