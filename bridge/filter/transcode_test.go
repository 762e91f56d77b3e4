package filter_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/bridge/filter"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

const methods = `package demo;
class Car { String name; int wheels; }
exception Broken { int code; }
service S {
  String echo(String s);
  long sum(long a, long b);
  Car get(int id) throws Broken;
  void put(Car car);
  int pick(int a);
  int pick(String s);
}
`

// carrying is the transcode stage with all encodings and the contract above.
func carrying(t *testing.T, next codecs.Handler) codecs.Handler {
	t.Helper()
	encodings := map[string]codecs.Encoding{}
	for _, e := range all.Encodings() {
		encodings[e.Name()] = e
	}
	return filter.Transcode(encodings, declared(t), codecs.DefaultMaxFrame)(next)
}

// declared is the book of methods.
func declared(t *testing.T) *contract.Index {
	t.Helper()
	file, err := contract.Parse("s.contract", []byte(methods))
	if err != nil {
		t.Fatal(err)
	}
	book, err := contract.Build(file)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// TestTranscodeRefusesStreamsForOne: nothing is sent to a server that is known to answer with many messages where one is wanted.
func TestTranscodeRefusesStreamsForOne(t *testing.T) {
	counted(t)
	echo := declared(t).Lookup("demo.S", "", "", "echo", "", -1)[0]
	watch := *echo
	watch.Name, watch.Streams = "watch", contract.ServerStreams
	book := declared(t).With([]*contract.Service{contract.NewService("demo.W", "", "", []*contract.Method{&watch})})
	encodings := map[string]codecs.Encoding{}
	for _, e := range all.Encodings() {
		encodings[e.Name()] = e
	}
	for _, stream := range []bool{false, true} {
		f := &far{answer: ok("null")}
		call, back := between("watch", `["a"]`, jsonArgs, hessArgs)
		call.Req.Service, call.Rec.Service, call.Req.Stream = "demo.W", "demo.W", stream
		filter.Transcode(encodings, book, codecs.DefaultMaxFrame)(f).Open(call, back)
		if sent := len(f.opened) == 1; sent != stream {
			t.Errorf("a caller for streams: %v; sent: %v; %q", stream, sent, back.got)
		}
		if !stream && !strings.HasPrefix(back.said(t), "cancel unimplemented: filter: transcode: demo.W.watch answers with a stream") {
			t.Errorf("%q", back.got)
		}
	}
}

// putGeneric is $invoke of put with a map for the car, its members in another order than the class's.
const putGeneric = "03707574 71075b737472696e670864656d6f2e436172 71075b6f626a6563744805636c6173730864656d6f2e43617206776865656c7394046e616d6501785a"

var (
	hessGeneric = codecs.Format{Encoding: "hessian2", Shape: codecs.Generic}
	hessianOne  = codecs.Format{Encoding: "hessian1", Shape: codecs.Args}

	jsonArgs = codecs.Format{Encoding: "json", Shape: codecs.Args}
	jsonText = codecs.Format{Encoding: "json-strings", Shape: codecs.Args}
	jsonOne  = codecs.Format{Encoding: "json", Shape: codecs.Value}
	hessArgs = codecs.Format{Encoding: "hessian2", Shape: codecs.Args}
	hessOne  = codecs.Format{Encoding: "hessian2", Shape: codecs.Value}
)

// between is a call from one format to another, whose target takes generic calls where it speaks Hessian.
func between(method, body string, from, to codecs.Format) (*codecs.Call, *near) {
	c, back := newCall("demo.S", method, body)
	c.Req.Format = from
	traits := &codecs.Traits{Formats: []codecs.Format{to}, Reserved: codecs.Keys{"steer.*"}}
	if to.Encoding == "hessian2" {
		traits.Formats = append(traits.Formats, codecs.Format{Encoding: "hessian2", Shape: codecs.Generic})
	}
	c.From.Traits = &codecs.Traits{Reserved: codecs.Keys{"home"}}
	c.To = codecs.Target{Protocol: "far", Format: to, Traits: traits}
	return c, back
}

// bytesOf reads hex with spaces.
func bytesOf(t *testing.T, s string) string {
	t.Helper()
	p, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return string(p)
}

func TestTranscodeRequests(t *testing.T) {
	counted(t)
	for _, c := range []struct {
		name, method, body string // of Hessian in hex
		from, to           codecs.Format
		want               string // shape and body; Hessian in hex
	}{
		{"a text", "echo", `["a"]`, jsonArgs, hessArgs, "args 0161"},
		{"a generic invocation of a known method", "put", putGeneric, hessGeneric, hessianOne,
			"args 4d740008 64656d6f2e436172 530004 6e616d65 530001 78 530006 776865656c73 4900000004 7a"},
		{"longs as declared", "sum", `[1,2]`, jsonArgs, hessArgs, "args e1e2"},
		{"longs in quotes", "sum", `["1","2"]`, jsonText, hessArgs, "args e1e2"},
		{"names of arguments", "sum", `{"b":2,"a":1}`, jsonArgs, hessArgs, "args e1e2"},
		{"a class", "put", `[{"wheels":4,"name":"a"}]`, jsonArgs, hessArgs, "args 43 0864656d6f2e436172 92 046e616d65 06776865656c73 60 0161 94"},
		{"the one argument itself", "put", `{"wheels":4,"name":"a"}`, jsonArgs, hessArgs, "args 43 0864656d6f2e436172 92 046e616d65 06776865656c73 60 0161 94"},
		{"an overload by its value", "pick", `["a"]`, jsonArgs, hessArgs, "args 0161"},
		{"back from Hessian", "sum", "e1 e2", hessArgs, jsonArgs, "args [1,2]"},
		{"a method that nobody declared, by its values", "stranger", "e1 0161", hessArgs, jsonArgs, `args [1,"a"]`},
		{"the same syntax passes unread", "echo", ` [ "a" ] `, jsonArgs, jsonArgs, `args  [ "a" ] `},
		{"the same syntax, but not by position", "echo", `{"s":"a"}`, jsonArgs, jsonArgs, `args ["a"]`},
		{"the same but for longs, and not by position", "sum", `{"a":"1","b":"2"}`, jsonText, jsonText, `args ["1","2"]`},
		{"longs in quotes to those without", "sum", `["1",2]`, jsonText, jsonArgs, `args [1,2]`},
		{"Hessian to Hessian", "sum", "e1 e2", hessArgs, hessArgs, "args e1e2"},
		{"a method that nobody declared is invoked generically", "stranger", `["a"]`, jsonArgs, hessArgs,
			"generic 08737472616e676572 4e 71075b6f626a656374 0161"},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := c.body
			if c.from.Encoding == "hessian2" {
				body = bytesOf(t, body)
			}
			f := &far{answer: ok("null")}
			call, back := between(c.method, body, c.from, c.to)
			carrying(t, f).Open(call, back)
			if len(f.opened) != 1 {
				t.Fatalf("not sent: %q", back.got)
			}
			m := f.opened[0]
			got := m.Format.Shape.String() + " " + f.bodies[0]
			want := c.want
			if strings.HasPrefix(c.to.Encoding, "hessian") {
				got = m.Format.Shape.String() + " " + hex.EncodeToString([]byte(f.bodies[0]))
				shape, rest, _ := strings.Cut(want, " ")
				want = shape + " " + strings.ReplaceAll(rest, " ", "")
			}
			if got != want || m.Format.Encoding != c.to.Encoding {
				t.Errorf("got  %s in %s\nwant %s", got, m.Format.Encoding, want)
			}
			types := map[string]string{"echo": "Ljava/lang/String;", "sum": "JJ", "put": "Ldemo/Car;"}[c.method]
			if types != "" && (m.Descriptor != types || m.Args < 0) {
				t.Errorf("the head says the types %q of %d arguments, want %q", m.Descriptor, m.Args, types)
			}
		})
	}
}

func TestTranscodeRefusesRequests(t *testing.T) {
	counted(t)
	for _, c := range []struct {
		name, method, body string
		from, to           codecs.Format
		want               string
	}{
		{"a serialization that is not known", "echo", "x", codecs.Format{}, jsonArgs, "cancel unimplemented: filter: transcode: the request's serialization"},
		{"an encoding that nobody has", "echo", "x", codecs.Format{Encoding: "other", Shape: codecs.Args}, jsonArgs, "cancel unimplemented: filter: transcode: arguments of demo.S.echo: no way from other/args to json/args"},
		{"a target that nobody can write for", "echo", `["x"]`, jsonArgs, codecs.Format{Encoding: "other", Shape: codecs.Args}, "cancel unimplemented: filter: transcode: arguments of demo.S.echo: no way from json/args to other/args"},
		{"no JSON", "echo", `["x`, jsonArgs, hessArgs, "cancel invalid: filter: transcode: arguments of demo.S.echo: token: copy: $[0]: json: "},
		{"a value of another type", "sum", `["x",1]`, jsonArgs, hessArgs, "cancel invalid: filter: transcode: arguments of demo.S.sum: "},
		{"an argument too many", "echo", `["x",1]`, jsonArgs, hessArgs, "cancel invalid: filter: transcode: "},
		{"broken, and passed unread", "echo", `["x"`, jsonArgs, jsonArgs, "cancel invalid: filter: transcode: body of 4 bytes: "},
		{"more behind, and passed unread", "echo", `["x"],"method":"other"`, jsonArgs, jsonArgs, "cancel invalid: filter: transcode: body of 22 bytes: "},
		{"no overload that fits", "pick", `[{}]`, jsonArgs, hessArgs, "cancel invalid: filter: transcode: demo.S.pick: "},
	} {
		f := &far{}
		call, back := between(c.method, c.body, c.from, c.to)
		carrying(t, f).Open(call, back)
		if got := back.said(t); !strings.HasPrefix(got, c.want) || len(f.opened) != 0 {
			t.Errorf("%s: %s, want %s; sent %d", c.name, got, c.want, len(f.opened))
		}
	}

	f := &far{}
	call, back := between("sum", `[1,2]`, jsonArgs, hessArgs)
	call.Req.Args = 1
	carrying(t, f).Open(call, back)
	if want := "cancel invalid: filter: transcode: demo.S.sum: 1 arguments of types \"\" fit none of sum(long a, long b)"; back.said(t) != want {
		t.Errorf("a number of arguments that fits nothing: %q, want %s", back.got, want)
	}
}

func TestTranscodeReplies(t *testing.T) {
	counted(t)
	answer := func(code codecs.Code, text, body string, f codecs.Format) func(int, *codecs.Call, codecs.Stream) {
		return func(_ int, _ *codecs.Call, back codecs.Stream) {
			m := reply(body)
			m.Format, m.Status = f, codecs.Status{Code: code, Text: text}
			m.Bare = body == "" && f.Shape == codecs.Void
			back.Send(m)
		}
	}
	thrown := func(encoding string) codecs.Format { return codecs.Format{Encoding: encoding, Shape: codecs.Thrown} }
	for _, c := range []struct {
		name, method, args string
		from, to           codecs.Format // of the request
		answer             func(int, *codecs.Call, codecs.Stream)
		want               string // Hessian in hex; it may go on behind …
	}{
		{"a text", "echo", `["a"]`, jsonArgs, hessArgs, answer(codecs.OK, "", "\x01b", hessOne), `reply ok "b"`},
		{"a class", "get", `[1]`, jsonArgs, hessArgs, answer(codecs.OK, "", bytesOf(t, "43 0864656d6f2e436172 92 046e616d65 06776865656c73 60 0161 94"), hessOne), `reply ok {"name":"a","wheels":4}`},
		{"nothing", "put", `[null]`, jsonArgs, hessArgs, answer(codecs.OK, "", "", codecs.Format{}), "reply ok "},
		{"the same syntax", "echo", `["a"]`, jsonArgs, jsonArgs, answer(codecs.OK, "", ` "b" `, jsonOne), `reply ok  "b" `},
		{"a long as declared", "sum", "e1e2", hessArgs, jsonArgs, answer(codecs.OK, "", "3", jsonOne), "reply ok e3"},
		{"a declared fault", "get", "91", hessArgs, jsonArgs, answer(codecs.Fault, "7", `{"class":"demo.Broken","message":"m","fields":{"code":7},"cause":null}`, thrown("json")), "reply fault: 7 4…"},
		{"a fault of a text", "get", `[1]`, jsonArgs, hessArgs, answer(codecs.Fault, "no", "", codecs.Format{}), "reply fault: no "},
		{"a fault of a text, to who wants a class", "get", "91", hessArgs, jsonArgs, answer(codecs.Fault, "no", "", codecs.Format{}), "reply fault: no 4…"},
		{"a reply that is broken", "echo", `["a"]`, jsonArgs, hessArgs, answer(codecs.OK, "", "\x05b", hessOne), "cancel internal: filter: transcode: reply: hessian…"},
		{"a reply of the same syntax that is broken", "echo", `["a"]`, jsonArgs, jsonArgs, answer(codecs.OK, "", `"b","ec":0`, jsonOne), "cancel internal: filter: transcode: reply: filter: transcode: body of 10 bytes…"},
		{"a reply that nobody can read", "echo", `["a"]`, jsonArgs, hessArgs, answer(codecs.OK, "", "?", codecs.Format{Encoding: "other", Shape: codecs.Value}), "cancel internal: filter: transcode: reply: no way from other/value to json"},
		{"a value that the declared type is not", "sum", "e1e2", hessArgs, jsonArgs, answer(codecs.OK, "", `"x"`, jsonOne), "cancel internal: filter: transcode: reply: …"},
		{"no reply", "echo", `["a"]`, jsonArgs, hessArgs, func(_ int, _ *codecs.Call, back codecs.Stream) { back.Cancel(codecs.Status{Code: codecs.Expired}) }, "cancel expired"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &far{answer: c.answer}
			args := c.args
			if c.from.Encoding == "hessian2" {
				args = bytesOf(t, args)
			}
			call, back := between(c.method, args, c.from, c.to)
			carrying(t, f).Open(call, back)
			got := back.said(t)
			if head := "reply " + back.last.Status.String() + " "; c.from.Encoding == "hessian2" && strings.HasPrefix(got, head) {
				got = head + hex.EncodeToString([]byte(got[len(head):]))
			}
			if want, begins := strings.CutSuffix(c.want, "…"); got != want && (!begins || !strings.HasPrefix(got, want)) {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestTranscodeStaysOut: a call within one protocol is left as it is, frame and metadata and all.
func TestTranscodeStaysOut(t *testing.T) {
	counted(t)
	f := &far{answer: ok("unread")}
	call, back := between("echo", "unread", codecs.Format{}, jsonArgs)
	call.To.Protocol = call.From.Protocol
	call.Req.Frame = codecs.Frame{Of: "near", Bytes: wire.Copy([]byte("frame"))}
	call.Req.Meta.Add("steer.x", "1")
	carrying(t, f).Open(call, back)
	if back.said(t) != "reply ok unread" || f.bodies[0] != "unread" || f.opened[0].Frame.Of != "near" || len(f.opened[0].Meta.Pairs) != 1 {
		t.Errorf("%q, sent %q: %+v", back.got, f.bodies, f.opened)
	}
}

// TestTranscodeKeepsReservedKeysAtHome: neither way carries what steers the world of either side.
func TestTranscodeKeepsReservedKeysAtHome(t *testing.T) {
	counted(t)
	f := &far{answer: func(_ int, _ *codecs.Call, back codecs.Stream) {
		m := reply(`"b"`)
		m.Meta.Pairs = []codecs.Pair{{Key: "Home", Value: "1"}, {Key: "steer.y", Value: "2"}, {Key: "r", Value: "3"}}
		back.Send(m)
	}}
	call, back := between("echo", `["a"]`, jsonArgs, jsonArgs)
	all := []codecs.Pair{{Key: "home", Value: "1"}, {Key: "Steer.x", Value: "2"}, {Key: "k", Value: "3"}, {Key: "steer.", Value: "4"}}
	before := append([]codecs.Pair(nil), all...)
	call.Req.Meta.Pairs = all
	carrying(t, f).Open(call, back)
	if diff := cmp.Diff([]codecs.Pair{{Key: "k", Value: "3"}}, f.opened[0].Meta.Pairs); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]codecs.Pair{{Key: "r", Value: "3"}}, back.last.Meta.Pairs); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, all); diff != "" {
		t.Errorf("the caller's own list has changed: %s", diff)
	}
}

// TestTranscodeAnswersEcho: the caller's own test call needs no server that knows it.
func TestTranscodeAnswersEcho(t *testing.T) {
	counted(t)
	f := &far{}
	call, back := between("$echo", "\x01a", hessArgs, jsonArgs)
	call.From.Traits.Echo = "$echo"
	carrying(t, f).Open(call, back)
	if back.said(t) != "reply ok \x01a" || len(f.opened) != 0 || back.last.Format != hessOne {
		t.Errorf("%q in %v, sent %d", back.got, back.last.Format, len(f.opened))
	}
}

// TestTranscodeLargeBodies: what is over the size that is lent is given away whole.
func TestTranscodeLargeBodies(t *testing.T) {
	counted(t)
	for _, n := range []int{4000, 5000, 200_000} {
		text := strings.Repeat("a", n)
		f := &far{answer: ok(`"` + text + `"`)}
		call, back := between("echo", `["`+text+`"]`, jsonArgs, hessArgs)
		carrying(t, f).Open(call, back)
		if back.said(t) != `reply ok "`+text+`"` || strings.Count(f.bodies[0], "a") < n {
			t.Errorf("%d: %d bytes sent, %.40q came back", n, len(f.bodies[0]), back.got)
		}
	}
}

// TestTranscodeGenericReplies: a caller who asked for objects as maps gets maps, from a server of the same syntax too.
func TestTranscodeGenericReplies(t *testing.T) {
	counted(t)
	f := &far{answer: func(_ int, _ *codecs.Call, back codecs.Stream) {
		m := reply(bytesOf(t, "43 0864656d6f2e436172 92 046e616d65 06776865656c73 60 0161 94"))
		m.Format = hessOne
		back.Send(m)
	}}
	generic := codecs.Format{Encoding: "hessian2", Shape: codecs.Generic}
	call, back := between("get", bytesOf(t, "03676574 71075b737472696e67 03696e74 71075b6f626a656374 91"), generic, hessArgs)
	carrying(t, f).Open(call, back)
	got := hex.EncodeToString([]byte(strings.TrimPrefix(back.said(t), "reply ok ")))
	want := strings.ReplaceAll("48 05636c617373 0864656d6f2e436172 046e616d65 0161 06776865656c73 94 5a", " ", "")
	if got != want || back.last.Format != generic {
		t.Errorf("got  %s in %v\nwant %s", got, back.last.Format, want)
	}
}

// TestTranscodeKeepsARecord of what was left out, both ways, and of what was thrown.
func TestTranscodeKeepsARecord(t *testing.T) {
	counted(t)
	f := &far{answer: func(_ int, _ *codecs.Call, back codecs.Stream) {
		m := reply(`{"message":"m","class":"demo.Broken","fields":{"code":7}}`)
		m.Format.Shape, m.Status.Code = codecs.Thrown, codecs.Fault
		m.Meta.Pairs = []codecs.Pair{{Key: "Home", Value: "1"}, {Key: "r", Value: "3"}}
		back.Send(m)
	}}
	call, back := between("put", `[{"name":"a","wheels":4,"wings":2,"tail":null}]`, jsonArgs, hessArgs)
	call.Req.Meta.Pairs = []codecs.Pair{{Key: "home", Value: "1"}, {Key: "Steer.x", Value: "2"}, {Key: "k", Value: "3"}}
	carrying(t, f).Open(call, back)
	back.said(t)
	if diff := cmp.Diff(codecs.Dropped{Pairs: 3, Members: 2}, call.Rec.Dropped); diff != "" || call.Rec.Status.Class != "demo.Broken" {
		t.Errorf("%q was thrown; %s", call.Rec.Status.Class, diff)
	}
}

// TestThrownClassIsAName: what is no name of a class, or too long for the log, is left out of the status.
func TestThrownClassIsAName(t *testing.T) {
	counted(t)
	for body, want := range map[string]string{
		`{"class":"a.B"}`: "a.B", `{"class":null}`: "", `{"class":"a\nlevel=ERROR"}`: "", `{"class":"` + strings.Repeat("x", 257) + `"}`: "",
		`"text"`: "", `{"message":{"class":"inner"}}`: "", `{"message":[`: "",
	} {
		f := &far{answer: func(_ int, _ *codecs.Call, back codecs.Stream) {
			m := reply(body)
			m.Format.Shape, m.Status.Code = codecs.Thrown, codecs.Fault
			back.Send(m)
		}}
		call, back := between("echo", `["a"]`, jsonArgs, jsonArgs)
		carrying(t, f).Open(call, back)
		if back.said(t); call.Rec.Status.Class != want {
			t.Errorf("%.60s: the status says %q, want %q", body, call.Rec.Status.Class, want)
		}
	}
}

// TestTraceContextIsNobodysKey: no protocol keeps to itself what tracers write, so it crosses every pair.
func TestTraceContextIsNobodysKey(t *testing.T) {
	for _, codec := range all.Codecs() {
		traits := codec.Traits()
		for _, key := range []string{"traceparent", "tracestate", "baggage", "b3", "X-B3-TraceId", "X-B3-SpanId", "X-B3-ParentSpanId", "X-B3-Sampled", "X-B3-Flags"} {
			if traits.Reserved.Has(key) {
				t.Errorf("%s reserves %s", codec.Name(), key)
			}
		}
	}
}
