package filter_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
)

var (
	packArgs = codecs.Format{Encoding: "msgpack", Shape: codecs.Args}
	packOne  = codecs.Format{Encoding: "msgpack", Shape: codecs.Value}
)

// spaceless is hex without spaces.
func spaceless(s string) string { return strings.ReplaceAll(s, " ", "") }

// TestTranscodeMessagePackRequests: callers who write MessagePack are without types, as those of JSON are. All bodies are in hex.
func TestTranscodeMessagePackRequests(t *testing.T) {
	counted(t)
	for _, c := range []struct {
		name, method, body string
		from, to           codecs.Format
		want               string // shape and body
	}{
		{"a text", "echo", "91 a161", packArgs, hessArgs, "args 0161"},
		{"a text in bytes", "echo", "91 c40161", packArgs, hessArgs, "args 0161"},
		{"longs as declared, in a form that is not the shortest", "sum", "92 01 d300000000 00000002", packArgs, hessArgs, "args e1e2"},
		{"a class, its members in another order", "put", "91 82 a6776865656c73 04 a46e616d65 a161", packArgs, hessArgs,
			"args 43 0864656d6f2e436172 92 046e616d65 06776865656c73 60 0161 94"},
		{"names of arguments", "sum", "82 a162 02 a161 01", packArgs, hessArgs, "args e1e2"},
		{"an overload by its value", "pick", "91 a161", packArgs, hessArgs, "args 0161"},
		{"a method that nobody declared is invoked generically", "stranger", "91 a161", packArgs, hessArgs,
			"generic 08737472616e676572 4e 71075b6f626a656374 0161"},
		{"from Hessian", "sum", "e1 e2", hessArgs, packArgs, "args 92 01 02"},
		{"a method that nobody declared, by its values", "stranger", "e1 0161", hessArgs, packArgs, "args 92 01 a161"},
		{"from JSON", "sum", hex.EncodeToString([]byte(`{"b":"2","a":1}`)), jsonArgs, packArgs, "args 92 01 02"},
		{"to JSON", "sum", "92 01 02", packArgs, jsonArgs, "args " + hex.EncodeToString([]byte("[1,2]"))},
		{"the same syntax passes unread", "echo", "91 c40161", packArgs, packArgs, "args 91 c40161"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &far{answer: ok("\xc0")}
			call, back := between(c.method, bytesOf(t, c.body), c.from, c.to)
			carrying(t, f).Open(call, back)
			if len(f.opened) != 1 {
				t.Fatalf("not sent: %q", back.got)
			}
			m := f.opened[0]
			shape, rest, _ := strings.Cut(c.want, " ")
			if got := hex.EncodeToString([]byte(f.bodies[0])); got != spaceless(rest) || m.Format.Shape.String() != shape || m.Format.Encoding != c.to.Encoding {
				t.Errorf("got  %s %s in %s\nwant %s", m.Format.Shape, got, m.Format.Encoding, c.want)
			}
		})
	}
	for name, c := range map[string]struct{ body, want string }{
		"no MessagePack":                  {"91 a2 61", "cancel invalid: filter: transcode: arguments of demo.S.echo: token: copy: $[0]: msgpack: read: byte 1: length"},
		"more behind":                     {"91 a161 c0", "cancel invalid: filter: transcode: arguments of demo.S.echo: "},
		"an extension that nobody knows":  {"91 d40500", "cancel invalid: filter: transcode: arguments of demo.S.echo: token: copy: $[0]: msgpack: read: byte 1: an extension of type 5"},
		"bytes that are no text":          {"91 c401ff", "cancel invalid: filter: transcode: arguments of demo.S.echo: token: copy: $[0]: "},
		"a number for a text of a choice": {"91 c3", "cancel invalid: filter: transcode: arguments of demo.S.echo: token: copy: $[0]: true does not fit"},
	} {
		f := &far{}
		call, back := between("echo", bytesOf(t, c.body), packArgs, hessArgs)
		carrying(t, f).Open(call, back)
		if got := back.said(t); !strings.HasPrefix(got, c.want) || len(f.opened) != 0 {
			t.Errorf("%s: %s, want %s; sent %d", name, got, c.want, len(f.opened))
		}
	}
}

// TestTranscodeMessagePackReplies takes values and faults to MessagePack and from it.
func TestTranscodeMessagePackReplies(t *testing.T) {
	counted(t)
	fault := func(encoding string) codecs.Format { return codecs.Format{Encoding: encoding, Shape: codecs.Thrown} }
	const broken = `{"class":"demo.Broken","message":"m","fields":{"code":7},"cause":null}`
	packed := "84 a5636c617373 ab64656d6f2e42726f6b656e a76d657373616765 a16d a66669656c6473 81 a4636f6465 07 a56361757365 c0"
	for _, c := range []struct {
		name, method, args string // and all that follows in hex
		from, to           codecs.Format
		code               codecs.Code
		body               string
		as                 codecs.Format
		want               string // of what may go on behind …
	}{
		{"a text", "echo", "91 a161", packArgs, hessArgs, codecs.OK, "0162", hessOne, "a162"},
		{"a class", "get", "91 01", packArgs, hessArgs, codecs.OK, "43 0864656d6f2e436172 92 046e616d65 06776865656c73 60 0161 94", hessOne,
			"82 a46e616d65 a161 a6776865656c73 04"},
		{"to who writes Hessian", "sum", "e1 e2", hessArgs, packArgs, codecs.OK, "ca40400000", packOne, "e3"},
		{"to who writes JSON", "sum", hex.EncodeToString([]byte("[1,2]")), jsonArgs, packArgs, codecs.OK, "03", packOne, "33"},
		{"a fault to MessagePack", "get", "91 01", packArgs, jsonArgs, codecs.Fault, hex.EncodeToString([]byte(broken)), fault("json"), packed},
		{"a fault to JSON", "get", hex.EncodeToString([]byte("[1]")), jsonArgs, packArgs, codecs.Fault, packed, fault("msgpack"), hex.EncodeToString([]byte(broken))},
		{"a fault to Hessian", "get", "91", hessArgs, packArgs, codecs.Fault, packed, fault("msgpack"), "43 0b64656d6f2e42726f6b656e …"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &far{answer: func(_ int, _ *codecs.Call, back codecs.Stream) {
				m := reply(bytesOf(t, c.body))
				m.Format, m.Status.Code = c.as, c.code
				back.Send(m)
			}}
			call, back := between(c.method, bytesOf(t, c.args), c.from, c.to)
			carrying(t, f).Open(call, back)
			got, ok := strings.CutPrefix(back.said(t), "reply "+back.last.Status.String()+" ")
			got = hex.EncodeToString([]byte(got))
			if want, begins := strings.CutSuffix(spaceless(c.want), "…"); !ok || got != want && (!begins || !strings.HasPrefix(got, want)) {
				t.Errorf("got  %s %s\nwant %s", back.last.Status, got, spaceless(c.want))
			}
			if c.code == codecs.Fault && back.last.Status.Class != "demo.Broken" {
				t.Errorf("class %q", back.last.Status.Class)
			}
		})
	}
}

// TestTranscodeWhereTheClusterSays: a call that stays in its protocol is rewritten if the cluster is told to be of another encoding.
func TestTranscodeWhereTheClusterSays(t *testing.T) {
	counted(t)
	for _, c := range []struct {
		told bool
		to   codecs.Format
		want string
	}{{true, packArgs, "\x91\xa1a"}, {false, packArgs, `["a"]`}, {true, jsonArgs, `["a"]`}} {
		f := &far{answer: ok("null")}
		call, back := between("echo", `["a"]`, jsonArgs, c.to)
		call.To.Protocol, call.To.Told = call.From.Protocol, c.told
		call.Req.Meta = codecs.Meta{Loaded: true, Pairs: []codecs.Pair{{Key: "home", Value: "v"}, {Key: "steer.x", Value: "v"}}}
		carrying(t, f).Open(call, back)
		if len(f.opened) != 1 || f.bodies[0] != c.want {
			t.Errorf("told %v to be %v: %q, want %q; %q", c.told, c.to, f.bodies, c.want, back.got)
		}
		if pairs := f.opened[0].Meta.Pairs; len(pairs) != 2 {
			t.Errorf("told %v to be %v: of its own caller's metadata %v is left", c.told, c.to, pairs)
		}
	}
}
