package filter_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/bridge/filter"
	"github.com/dragoman-rpc/dragoman/bridge/learn"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// TestLearn: what is looked at of the calls that pass, which pass unchanged.
func TestLearn(t *testing.T) {
	hessValue := codecs.Format{Encoding: "hessian2", Shape: codecs.Value}
	thrown := codecs.Format{Encoding: "hessian2", Shape: codecs.Thrown}
	big := strings.Repeat("x", learn.MaxBody)
	replies := func(code codecs.Code, body string, f codecs.Format) func(*codecs.Message) {
		return func(m *codecs.Message) { m.Status.Code, m.Body, m.Format = code, wire.Borrow([]byte(body)), f }
	}
	same := func(*codecs.Message) {}
	for _, c := range []struct {
		name    string
		request func(m *codecs.Message)
		reply   func(m *codecs.Message) // nil: a Cancel
		looked  bool
		known   string
	}{
		{"a result", same, replies(codecs.OK, "\x91", hessValue), true, "Integer f(String)"},
		{"nothing", same, replies(codecs.OK, "", codecs.Format{}), true, "Serializable f(String)"},
		{"no body", same, func(m *codecs.Message) { m.Bare, m.Body, m.Format = true, wire.Body{}, hessValue }, true, "Serializable f(String)"},
		{"an exception", same, replies(codecs.Fault, "C\x03a.E\x90\x60", thrown), true, "Serializable f(String) throws a.E"},
		{"an exception in words", same, replies(codecs.Fault, "E", codecs.Format{Encoding: "json", Shape: codecs.Value}), false, ""},
		{"a failure", same, replies(codecs.Unavailable, "", codecs.Format{}), false, ""},
		{"an end without a reply", same, nil, false, ""},
		{"a large result", same, replies(codecs.OK, big+"x", hessValue), false, ""},
		{"a result in pieces", same, func(m *codecs.Message) { m.Part = true }, false, ""},
		{"a packed result", same, replies(codecs.OK, "\x91", codecs.Format{Encoding: "hessian2", Shape: codecs.Value, Zip: "gzip"}), false, ""},
		{"a one-way call", func(m *codecs.Message) { m.Kind = codecs.Oneway }, replies(codecs.OK, "", codecs.Format{}), false, ""},
		{"a generic call", func(m *codecs.Message) { m.Format.Shape = codecs.Generic }, replies(codecs.OK, "\x91", hessValue), false, ""},
		{"JSON", func(m *codecs.Message) { m.Format.Encoding = "json" }, replies(codecs.OK, "\x91", hessValue), false, ""},
		{"types that are not said", func(m *codecs.Message) { m.Descriptor = "" }, replies(codecs.OK, "\x91", hessValue), false, ""},
		{"a large request", func(m *codecs.Message) { m.Body = wire.Borrow([]byte(big + "x")) }, replies(codecs.OK, "\x91", hessValue), false, ""},
		{"a request that goes on", func(m *codecs.Message) { m.End = false }, replies(codecs.OK, "\x91", hessValue), false, ""},
		{"metadata that cannot be read", func(m *codecs.Message) { m.Meta.Loaded, m.Frame.Of = false, "near" }, replies(codecs.OK, "\x91", hessValue), false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			encodings := map[string]codecs.Encoding{}
			for _, e := range all.Encodings() {
				encodings[e.Name()] = e
			}
			s, err := learn.Open(learn.Options{Methods: 10, Encodings: encodings, Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			f := &far{answer: func(_ int, _ *codecs.Call, back codecs.Stream) {
				if c.reply == nil {
					back.Cancel(codecs.Status{Code: codecs.Canceled})
					return
				}
				m := reply("")
				c.reply(m)
				back.Send(m)
			}}
			call, n := newCall("a.S", "f", "\x01x")
			call.Req.Descriptor, call.Req.Args, call.Req.Format = "Ljava/lang/String;", 1, hessArgs
			call.From.Session = unreadable{}
			c.request(&call.Req)
			want := string(call.Req.Body.Bytes())
			filter.Learn(s)(f).Open(call, n)
			s.Close() // it looks at what waits
			if f.bodies[0] != want || len(n.got) != 1 {
				t.Errorf("sent %q, got back %q", f.bodies, n.got)
			}
			if looked := s.Stats().Samples == 1; looked != c.looked {
				t.Errorf("looked at: %v, want %v", looked, c.looked)
			}
			if list := s.Methods(); c.known != "" && (len(list) != 1 || list[0].Text != c.known) || c.known == "" && len(list) > 0 {
				t.Errorf("%+v, want %s", list, c.known)
			}
		})
	}
}

// unreadable is a Session whose metadata cannot be read.
type unreadable struct{ codecs.Session }

// LoadMeta implements codecs.MetaLoader.
func (unreadable) LoadMeta(*codecs.Message) error {
	return codecs.Errorf(codecs.Invalid, "near: no metadata")
}

// TestLearnedRefusesNothing: what was learned is some of what there is. Values that do not fit it go as they would without it.
func TestLearnedRefusesNothing(t *testing.T) {
	file, err := contract.Parse("learned", []byte("service demo.S { Long f(a.C c); String one(int a); } class a.C { Integer n; }"))
	if err != nil {
		t.Fatal(err)
	}
	book, err := contract.BuildBehind(new(contract.Index), contract.Learned, file)
	if err != nil {
		t.Fatal(err)
	}
	encodings := map[string]codecs.Encoding{}
	for _, e := range all.Encodings() {
		encodings[e.Name()] = e
	}
	jsonOne := codecs.Format{Encoding: "json", Shape: codecs.Value}
	for _, c := range []struct {
		name, method, body string
		from, to           codecs.Format
		answer             string // JSON
		shape              codecs.Shape
		want               string
	}{
		{"what fits", "f", `[{"n":1}]`, jsonArgs, hessArgs, "7", codecs.Args, "reply ok 7"},
		{"a field of another type", "f", `[{"n":"x"}]`, jsonArgs, hessArgs, "7", codecs.Generic, "reply ok 7"},
		{"an argument of another type", "one", `["x"]`, jsonArgs, hessArgs, `"y"`, codecs.Generic, `reply ok "y"`},
		{"more arguments", "one", `[1,2]`, jsonArgs, hessArgs, `"y"`, codecs.Generic, `reply ok "y"`},
		{"a result of another type", "one", "\x91", hessArgs, jsonArgs, `{"k":true}`, codecs.Args, "reply ok H\x01kTZ"},
		{"a result of that type", "f", "N", hessArgs, jsonArgs, `7`, codecs.Args, "reply ok \xe7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			counted(t)
			f := &far{answer: func(_ int, _ *codecs.Call, back codecs.Stream) {
				m := reply(c.answer)
				m.Format = jsonOne
				back.Send(m)
			}}
			call, back := between(c.method, c.body, c.from, c.to)
			if c.from == hessArgs {
				call.Req.Descriptor, call.Req.Args = map[string]string{"f": "La/C;", "one": "I"}[c.method], 1
			}
			filter.Transcode(encodings, book, codecs.DefaultMaxFrame)(f).Open(call, back)
			if got := back.said(t); got != c.want || len(f.opened) != 1 || f.opened[0].Format.Shape != c.shape {
				t.Errorf("got %q, want %q; sent %+v", got, c.want, f.opened)
			}
		})
	}
}

// TestLearnHoldsLittle: calls that are not answered hold few samples, and give them up when they end.
func TestLearnHoldsLittle(t *testing.T) {
	encodings := map[string]codecs.Encoding{}
	for _, e := range all.Encodings() {
		encodings[e.Name()] = e
	}
	s, err := learn.Open(learn.Options{Methods: 10, Encodings: encodings, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	wanted := func() (n int) {
		for range 64 {
			if s.Wants(learn.Key{Service: "a.S", Method: "f"}, hessArgs) {
				n++
			}
		}
		return n
	}
	for range 256 {
		s.Hold()
	}
	call, n := newCall("a.S", "f", "\x01x")
	if n := wanted(); n > 0 {
		t.Errorf("%d more samples are wanted", n)
	}
	s.Release()
	call.Req.Descriptor, call.Req.Args, call.Req.Format = "Ljava/lang/String;", 1, hessArgs
	filter.Learn(s)(&far{answer: func(int, *codecs.Call, codecs.Stream) {}}).Open(call, n)
	if n := wanted(); n > 0 {
		t.Errorf("%d more samples are wanted than calls may hold", n)
	}
	call.End(codecs.Status{Code: codecs.Canceled})
	if wanted() == 0 {
		t.Error("a call that has ended holds its sample")
	}
}
