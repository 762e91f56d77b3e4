package dubbo

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

func args(h codecs.Header, body string) *codecs.Message {
	h.Format = codecs.Format{Encoding: Encoding, Shape: codecs.Args}
	return &codecs.Message{Kind: codecs.Request, End: true, ID: 5, Header: h, Body: wire.Borrow([]byte(body))}
}

func TestEncodeRequest(t *testing.T) {
	base := codecs.Header{Service: "com.acme.S", Method: "m", Descriptor: "I", Args: 1}
	with := func(f func(*codecs.Header)) *codecs.Message {
		h := base
		f(&h)
		return args(h, "\x91")
	}
	generic := func(body string, f func(*codecs.Message)) *codecs.Message {
		m := args(base, body)
		m.Format.Shape = codecs.Generic
		if f != nil {
			f(m)
		}
		return m
	}
	head := str("2.0.2") + str("com.acme.S") + str("0.0.0")
	plain := head + str("m") + str("I") + "\x91"
	path, app, iface := []string{"path", "com.acme.S"}, []string{"remote.application", "test"}, []string{"interface", "com.acme.S", "version", "0.0.0"}
	join := func(parts ...[]string) string {
		var all []string
		for _, p := range parts {
			all = append(all, p...)
		}
		return attached(all...)
	}
	invoke := head + str("$invoke") + str(descInvoke)
	for _, c := range []struct {
		name  string
		s     *session
		m     *codecs.Message
		flags byte
		want  string
	}{
		{"the least", client(), args(base, "\x91"), 0xc2, plain + join(path, app, iface)},
		{"one-way", client(), func() *codecs.Message { m := args(base, "\x91"); m.Kind = codecs.Oneway; return m }(), 0x82, plain + join(path, app, iface)},
		{"no arguments", client(), args(codecs.Header{Service: "com.acme.S", Method: "m"}, ""), 0xc2, head + str("m") + str("") + join(path, app, iface)},
		{"version, group, timeout", client(), with(func(h *codecs.Header) { h.Version, h.Group, h.Timeout = "1.2", "g", 1500*time.Microsecond }), 0xc2,
			str("2.0.2") + str("com.acme.S") + str("1.2") + str("m") + str("I") + "\x91" +
				join(path, app, []string{"interface", "com.acme.S", "version", "1.2", "timeout", "2", "group", "g"})},
		{"options", client("version", "2.6.1", "application", "shop"), args(base, "\x91"), 0xc2,
			str("2.6.1") + plain[len(str("2.0.2")):] + join(path, []string{"remote.application", "shop"}, iface)},
		{"metadata", client(), with(func(h *codecs.Header) {
			h.Meta.Pairs = []codecs.Pair{{Key: "tenant", Value: "Zoë 😀"}, {Key: "tenant", Value: "second"}, {Key: "", Value: "x"}, {Key: "Remote.Application", Value: "web"}}
		}), 0xc2, plain + join(path, []string{"tenant", "Zoë 😀", "Remote.Application", "web"}, iface)},
		{"reserved metadata of others", client(), with(func(h *codecs.Header) {
			for _, k := range (Codec{}).Traits().Reserved {
				h.Meta.Add(k, "evil")
				h.Meta.Add(strings.ToUpper(k), "evil")
			}
		}), 0xc2, plain + join(path, app, iface)},
		{"reserved metadata of a Dubbo caller", client(), func() *codecs.Message {
			m := args(base, "\x91")
			m.Hint = hintMark | hessian2
			m.Meta.Pairs = []codecs.Pair{{Key: "token", Value: "t"}, {Key: "path", Value: "evil"}, {Key: "dubbo.tag", Value: "gray"}}
			return m
		}(), 0xc2, plain + join(path, app, []string{"token", "t", "dubbo.tag", "gray"}, iface)},
		{"generic", client(), generic("\x01mNN", nil), 0xc2, invoke + "\x01mNN" + join(path, app, iface, []string{"generic", "true"})},
		{"generic under another name", client(), generic("\x07sayHi42NN", nil), 0xc2, invoke + "\x01mNN" + join(path, app, iface, []string{"generic", "true"})},
		{"generic in another form", client(), generic("\x01mNN", func(m *codecs.Message) {
			m.Hint = hintMark | hessian2
			m.Meta.Add("generic", "gson")
		}), 0xc2, invoke + "\x01mNN" + join(path, app, []string{"generic", "gson"}, iface)},
		{"generic form said by others", client(), generic("\x01mNN", func(m *codecs.Message) { m.Meta.Add("generic", "nativejava") }), 0xc2,
			invoke + "\x01mNN" + join(path, app, iface, []string{"generic", "true"})},
	} {
		if got, want := mustEncode(t, c.s, c.m), frameOf(c.flags, 0, 5, c.want); !bytes.Equal(got, want) {
			t.Errorf("%s:\ngot  %q\nwant %q", c.name, got, want)
		}
	}
}

func TestEncodeRequestRefused(t *testing.T) {
	good := codecs.Header{Service: "s", Method: "m", Descriptor: "I", Args: 1}
	for name, f := range map[string]func(m *codecs.Message){
		"no service":             func(m *codecs.Message) { m.Service = "" },
		"no method":              func(m *codecs.Message) { m.Method = "" },
		"json":                   func(m *codecs.Message) { m.Format.Encoding = "json" },
		"compressed":             func(m *codecs.Message) { m.Format.Zip = "gzip" },
		"one value":              func(m *codecs.Message) { m.Format.Shape = codecs.Value },
		"void with a body":       func(m *codecs.Message) { m.Format.Shape = codecs.Void },
		"types not known":        func(m *codecs.Message) { m.Descriptor = "" },
		"a type too many":        func(m *codecs.Message) { m.Descriptor = "II" },
		"malformed descriptor":   func(m *codecs.Message) { m.Descriptor = "L" },
		"over the limit":         func(m *codecs.Message) { m.Body = wire.Borrow(make([]byte, 8<<20)) },
		"too much metadata":      func(m *codecs.Message) { m.Meta.Pairs = make([]codecs.Pair, maxPairs+1) },
		"generic without a name": func(m *codecs.Message) { m.Format.Shape = codecs.Generic },
		"generic with a null":    func(m *codecs.Message) { m.Format.Shape, m.Body = codecs.Generic, wire.Borrow([]byte("NNN")) },
		"a piece of a stream":    func(m *codecs.Message) { m.Kind = codecs.Data },
	} {
		m := args(good, "\x91")
		f(m)
		out := wire.Out{B: []byte("before")}
		if _, err := client().Encode(&out, m); err == nil || !strings.HasPrefix(err.Error(), "dubbo: encode") || string(out.AppendTo(nil)) != "before" {
			t.Errorf("%s: %v, wrote %q", name, err, out.AppendTo(nil))
		}
	}
}

// What is about the connection.
func TestEncodeOthers(t *testing.T) {
	failed := codecs.Status{Code: codecs.Malformed, Text: "x"}
	for _, c := range []struct {
		name string
		s    *session
		m    codecs.Message
		want string
	}{
		{"ping", client(), codecs.Message{Kind: codecs.Ping, ID: 9}, string(fixture(t, "hb_req"))},
		{"pong", server(), codecs.Message{Kind: codecs.Pong, ID: 9}, string(fixture(t, "hb_resp"))},
		{"goaway", server(), codecs.Message{Kind: codecs.Goaway}, string(frameOf(0xa2, 0, 0, "\x01R"))},
		{"draining", server(), codecs.Message{Kind: codecs.Goaway, Header: codecs.Header{Status: codecs.Status{Code: codecs.Unavailable}}}, string(frameOf(0xa2, 0, 0, "\x01R"))},
		{"last words", server(), codecs.Message{Kind: codecs.Goaway, Header: codecs.Header{Status: failed}}, ""},
		{"goaway of a client", client(), codecs.Message{Kind: codecs.Goaway}, ""},
		{"cancel of a client", client(), codecs.Message{Kind: codecs.Cancel, ID: 9, Header: codecs.Header{Status: failed}}, ""},
		{"cancel of a server", server(), codecs.Message{Kind: codecs.Cancel, ID: 9, Header: codecs.Header{Status: failed}}, string(frameOf(0x02, 50, 9, "\x01x"))},
		{"control", server(), codecs.Message{Kind: codecs.Control, Body: wire.Borrow([]byte("as it is"))}, "as it is"},
		{"hello", client(), codecs.Message{Kind: codecs.Hello}, ""},
		{"none", client(), codecs.Message{}, ""},
		{"window", client(), codecs.Message{Kind: codecs.Window, Credit: 3}, ""},
	} {
		if got := string(mustEncode(t, c.s, &c.m)); got != c.want {
			t.Errorf("%s: got % x, want % x", c.name, got, c.want)
		}
	}
}

// A shorter time goes into the frame; nothing else changes.
func TestShorterTimeout(t *testing.T) {
	const before, behind = "\x02hi", "N\xff"
	sent := func(attachments string) []byte {
		return frameOf(0xc2, 0, 1, call("2.0.2", "s", "1.0", "m", strDesc, before, attachments)+behind)
	}
	for _, c := range []struct{ name, in, want string }{
		{"none said", attached("path", "s"), attached("path", "s", "timeout", "200")},
		{"null", "N", attached("timeout", "200")},
		{"empty", "HZ", attached("timeout", "200")},
		{"typed map", "M\x01x" + attached("a", "b")[1:], "M\x01x" + attached("a", "b", "timeout", "200")[1:]},
		{"a longer one", attached("a", "b", "timeout", "1000", "c", "d"), attached("a", "b", "timeout", "200", "c", "d")},
		{"as an int", "H" + str("_TO") + "I\x00\x00\x03\xe8" + str("k") + "S\x00\x01v" + "Z", "H" + str("_TO") + str("200") + str("k") + "S\x00\x01v" + "Z"},
		{"both", attached("timeout", "1000", "_TO", "400", "k", "v"), attached("timeout", "200", "_TO", "200", "k", "v")},
		{"0 is none", attached("timeout", "0"), attached("timeout", "200")},
		{"other attachments are maps", "H\x01m" + attached("a", "b") + str("timeout") + str("300") + "\x01rQ\x90Z", "H\x01m" + attached("a", "b") + str("timeout") + str("200") + "\x01rQ\x90Z"},
		{"equal", attached("timeout", "200"), attached("timeout", "200")},
		{"shorter already", attached("timeout", "199"), attached("timeout", "199")},
		{"shorter already by one of two", attached("timeout", "1000", "_TO", "100"), attached("timeout", "1000", "_TO", "100")},
		{"a list is none, and the last of two counts", "H" + str("timeout") + "\x79\x91Z", "H" + str("timeout") + "\x79\x91" + str("timeout") + str("200") + "Z"},
		{"four of them", attached("timeout", "9", "timeout", "9", "timeout", "9", "timeout", "9"), attached("timeout", "9", "timeout", "9", "timeout", "9", "timeout", "9")},
	} {
		m := mustDecode(t, server(), sent(c.in))
		if err := server().LoadMeta(&m); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		m.ID, m.Timeout = 1, 199500*time.Microsecond
		if got := mustEncode(t, client(), &m); !bytes.Equal(got, sent(c.want)) {
			t.Errorf("%s:\ngot  %q\nwant %q", c.name, got, sent(c.want))
		}
	}
	p := sent(attached("timeout", "1000"))
	m := mustDecode(t, server(), p)
	m.ID, m.Timeout = 1, time.Millisecond
	if got := mustEncode(t, client(), &m); !bytes.Equal(got, p) {
		t.Errorf("metadata not loaded: got %q", got)
	}
}

// Large bodies are referred to, whichever way they go.
func TestLargeBodies(t *testing.T) {
	before := wire.Outstanding()
	wire.Debug(true)
	defer wire.Debug(false)
	big := str(strings.Repeat("x", 100000))
	p := frameOf(0xc2, 0, 1, call("2.0.2", "s", "1.0", "m", strDesc, big, attached("timeout", "1000", "k", "v")))
	for name, f := range map[string]func(m *codecs.Message){
		"intact":       func(*codecs.Message) {},
		"shorter time": func(m *codecs.Message) { m.Timeout = 10 * time.Millisecond },
		"anew":         func(m *codecs.Message) { m.Touch() },
	} {
		m := mustDecode(t, server(), p)
		if err := server().LoadMeta(&m); err != nil {
			t.Fatal(err)
		}
		m.Own()
		f(&m)
		var out wire.Out
		if _, err := client().Encode(&out, &m); err != nil {
			t.Fatal(err)
		}
		if len(out.B) > 1000 || out.Len() < len(big) {
			t.Errorf("%s: copied %d of %d bytes", name, len(out.B), out.Len())
		}
		got := mustDecode(t, server(), out.AppendTo(nil))
		if err := server().LoadMeta(&got); err != nil || string(got.Body.Bytes()) != big {
			t.Errorf("%s: %v", name, err)
		}
		if v, _ := got.Meta.Get("k"); v != "v" {
			t.Errorf("%s: k is %q", name, v)
		}
		out.Reset()
	}
	if n := wire.Outstanding() - before; n != 0 {
		t.Errorf("%d bodies not released", n)
	}
}

// A request written anew says what it said before: decode, touch, encode, decode.
func TestAnew(t *testing.T) {
	for name, p := range fixtures(t) {
		s := newSession(codecs.Server, "path", "any")
		if p[2]&flagRequest == 0 || p[2]&flagEvent != 0 || p[2]&serialMask != hessian2 {
			continue
		}
		say := func(p []byte) (codecs.Message, string) {
			m := mustDecode(t, s, p)
			if err := s.LoadMeta(&m); err != nil {
				t.Fatal(err)
			}
			m.Meta.Del(keyApplication)
			return m, fmt.Sprintf("%v %+v %q", m.Kind, m.Header, m.Body.Bytes())
		}
		m, want := say(p)
		m.ID = binary.BigEndian.Uint64(p[4:])
		m.Touch()
		if _, got := say(mustEncode(t, client(), &m)); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, want)
		}
	}
}
