package dubbo

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

const boom = "C\x05x.Out\x92\x0ddetailMessage\x04left`\x04boom\x93"

// Hints of requests.
const (
	modern  = hintMark | hintAttach | hessian2
	legacy  = hintMark | hessian2
	wrapped = modern | hintGeneric
	oneway  = modern | hintOneway
	fast    = hintMark | hintAttach | fastjson2
	kryo    = hintMark | hintAttach | 8
)

func reply(hint uint64, st codecs.Status, shape codecs.Shape, body string) *codecs.Message {
	m := &codecs.Message{Kind: codecs.Reply, End: true, ID: 5, Hint: hint, Header: codecs.Header{Status: st}}
	m.Format = codecs.Format{Encoding: Encoding, Shape: shape}
	if body != "" {
		m.Body = wire.Borrow([]byte(body))
	}
	return m
}

func TestEncodeReply(t *testing.T) {
	tail := attached("dubbo", "2.0.2")
	genericClass := "C" + str(classGeneric) + "\x93" + str("detailMessage") + str("exceptionMessage") + str("exceptionClass") + "`"
	rpc := func(text, code string) string {
		return "C" + str(classRPC) + "\x92" + str("detailMessage") + str("code") + "`" + str(text) + code
	}
	runtime := "C" + str(classRuntime) + "\x91" + str("detailMessage") + "`"
	fault := codecs.Status{Code: codecs.Fault, Text: "boom"}
	for _, c := range []struct {
		name   string
		m      *codecs.Message
		status byte
		want   string
	}{
		{"value", reply(modern, codecs.Status{}, codecs.Value, "\x02ok"), 20, "\x94\x02ok" + tail},
		{"value in generic form", reply(wrapped, codecs.Status{}, codecs.Generic, "HZ"), 20, "\x94HZ" + tail},
		{"void", reply(modern, codecs.Status{}, codecs.Void, ""), 20, "\x95" + tail},
		{"null", reply(modern, codecs.Status{}, codecs.Value, "N"), 20, "\x95" + tail},
		{"thrown", reply(modern, fault, codecs.Thrown, boom), 20, "\x93" + boom + tail},
		{"value without attachments", reply(legacy, codecs.Status{}, codecs.Value, "\x02ok"), 20, "\x91\x02ok"},
		{"void without", reply(legacy, codecs.Status{}, codecs.Void, ""), 20, "\x92"},
		{"thrown without", reply(legacy, fault, codecs.Thrown, boom), 20, "\x90" + boom},
		{"hint of another codec", reply(7, codecs.Status{}, codecs.Value, "\x02ok"), 20, "\x94\x02ok" + tail},
		{"denied with its exception", reply(modern, codecs.Status{Code: codecs.Denied}, codecs.Thrown, boom), 20, "\x93" + boom + tail},
		{"not found with its exception", reply(modern, codecs.Status{Code: codecs.NotFound}, codecs.Thrown, boom), 20, "\x93" + boom + tail},
		{"fault without a body", reply(legacy, fault, codecs.Void, ""), 20, "\x90" + runtime + str("boom")},
		{"denied", reply(legacy, codecs.Status{Code: codecs.Denied, Text: "no"}, codecs.Void, ""), 20, "\x90" + rpc("no", "\x94")},
		{"unavailable, perhaps sent", reply(legacy, codecs.Status{Code: codecs.Unavailable, Text: "lost"}, codecs.Void, ""), 20, "\x90" + rpc("lost", "\x91")},
		{"unavailable, not sent", reply(legacy, codecs.Status{Code: codecs.Unavailable, Text: "refused", Unsent: true}, codecs.Void, ""), 80, str("refused")},
		{"text is the code's name", reply(modern, codecs.Status{Code: codecs.Expired}, codecs.Void, ""), 31, str("expired")},
		{"native number", reply(modern, codecs.Status{Code: codecs.Internal, Text: "x", Native: codecs.Native{Of: Name, Code: 21}}, codecs.Void, ""), 21, "\x01x"},
		{"native number of others", reply(modern, codecs.Status{Code: codecs.Internal, Text: "x", Native: codecs.Native{Of: "http", Code: 21}}, codecs.Void, ""), 80, "\x01x"},
		{"unknown code", reply(modern, codecs.Status{Code: 200, Text: "x"}, codecs.Void, ""), 80, "\x01x"},
		{"generic caller, thrown", reply(wrapped, fault, codecs.Thrown, boom), 20, "\x93" + genericClass + str("boom") + str("boom") + str("x.Out") + tail},
		{"generic caller, thrown generic", reply(wrapped, fault, codecs.Thrown, genericClass+"\x01a\x01b\x01c"), 20, "\x93" + genericClass + "\x01a\x01b\x01c" + tail},
		{"generic caller, failure", reply(wrapped, fault, codecs.Void, ""), 20, "\x93" + genericClass + str("boom") + str("boom") + str(classRuntime) + tail},
		{"fastjson2, failure", reply(fast, codecs.Status{Code: codecs.Expired, Text: "late"}, codecs.Void, ""), 31, "\x00\x00\x00\x0a\x7a\x48\x00\x00\x00\x04late"},
		{"fastjson2, fault", reply(fast, fault, codecs.Thrown, boom), 70, "\x00\x00\x00\x0a\x7a\x48\x00\x00\x00\x04boom"},
		{"kryo, failure", reply(kryo, codecs.Status{Code: codecs.NotFound, Text: "x"}, codecs.Void, ""), 60, "\x01x"},
	} {
		serial := byte(hessian2)
		if ours(c.m.Hint) {
			serial = byte(c.m.Hint & hintSerial)
		}
		if got, want := mustEncode(t, server(), c.m), frameOf(serial, c.status, 5, c.want); !bytes.Equal(got, want) {
			t.Errorf("%s:\ngot  %q\nwant %q", c.name, got, want)
		}
	}
	if got := mustEncode(t, server(), reply(oneway, fault, codecs.Thrown, boom)); len(got) != 0 {
		t.Errorf("one-way: said %q", got)
	}
	m := reply(modern, codecs.Status{}, codecs.Void, "")
	m.Meta.Pairs = []codecs.Pair{{Key: "k", Value: "v"}, {Key: "timeout", Value: "1"}, {Key: "dubbo", Value: "9"}, {Key: "generic", Value: "true"}}
	if got, want := mustEncode(t, server(), m), frameOf(2, 20, 5, "\x95"+attached("dubbo", "2.0.2", "k", "v")); !bytes.Equal(got, want) {
		t.Errorf("metadata:\ngot  %q\nwant %q", got, want)
	}
}

func TestEncodeReplyRefused(t *testing.T) {
	for name, m := range map[string]*codecs.Message{
		"json": func() *codecs.Message {
			m := reply(modern, codecs.Status{}, codecs.Value, "1")
			m.Format.Encoding = "json"
			return m
		}(),
		"arguments": reply(modern, codecs.Status{}, codecs.Args, "\x91"),
		"fastjson2": reply(fast, codecs.Status{}, codecs.Value, "\x91"),
		"too long":  reply(modern, codecs.Status{}, codecs.Value, strings.Repeat("x", 8<<20)),
		"metadata": func() *codecs.Message {
			m := reply(modern, codecs.Status{}, codecs.Value, "1")
			m.Meta.Pairs = make([]codecs.Pair, maxPairs+1)
			return m
		}(),
	} {
		out := wire.Out{B: []byte("before")}
		if _, err := server().Encode(&out, m); err == nil || string(out.AppendTo(nil)) != "before" || m.ID != 5 {
			t.Errorf("%s: %v, wrote %q, id %d", name, err, out.AppendTo(nil), m.ID)
		}
	}
}

// A response passes as it came, but for what its request cannot take.
func TestPassReply(t *testing.T) {
	for _, c := range []struct {
		name        string
		hint        uint64
		flags       byte
		status      byte
		body        string
		wantStatus  byte
		want        string
		wantFailure bool
	}{
		{"attachments to who takes them", modern, 2, 20, "\x94\x02ok" + attached("k", "v") + "N", 20, "\x94\x02ok" + attached("k", "v") + "N", false},
		{"none to who takes them", modern, 2, 20, "\x91\x02okN", 20, "\x91\x02okN", false},
		{"none to who does not", legacy, 2, 20, "\x91\x02okN", 20, "\x91\x02okN", false},
		{"value to who takes none", legacy, 2, 20, "\x94\x02ok" + attached("k", "v") + "N", 20, "\x91\x02ok", false},
		{"null", legacy, 2, 20, "\x95HZ", 20, "\x92", false},
		{"thrown", legacy, 2, 20, "\x93" + boom + "N", 20, "\x90" + boom, false},
		{"failure", legacy, 2, 70, "\x04boomN", 70, "\x04boomN", false},
		{"fastjson2", fast, fastjson2, 20, "\x00\x00\x00\x02\xbd\x04", 20, "\x00\x00\x00\x02\xbd\x04", false},
		{"a failure in another serialization", fast, 2, 40, "\x04boom", 40, "\x00\x00\x00\x0a\x7a\x48\x00\x00\x00\x04boom", false},
		{"a value in another serialization", fast, 2, 20, "\x91\x91", 0, "", true},
	} {
		m := mustDecode(t, client(), frameOf(c.flags, c.status, 1, c.body))
		m.ID, m.Hint = 5, c.hint
		var out wire.Out
		_, err := server().Encode(&out, &m)
		if c.wantFailure {
			if err == nil {
				t.Errorf("%s: no error", c.name)
			}
			continue
		}
		want := frameOf(byte(c.hint&hintSerial), c.wantStatus, 5, c.want)
		if got := out.AppendTo(nil); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v\ngot  %q\nwant %q", c.name, err, got, want)
		}
	}
}

// What each code looks like to a Dubbo client of ours: the losses of the wire, each by name.
func TestCodesThere(t *testing.T) {
	lost := map[codecs.Code]codecs.Code{
		codecs.Canceled:      codecs.Fault,    // RpcException 0: nothing that a consumer would repeat
		codecs.Unimplemented: codecs.Internal, // 70 is all that fails inside a provider
		codecs.Malformed:     codecs.Internal,
	}
	for c := codecs.OK; int(c) < codecs.Codes; c++ {
		want := c
		if l, ok := lost[c]; ok {
			want = l
		}
		m := mustDecode(t, client(), mustEncode(t, server(), reply(modern, codecs.Status{Code: c, Text: "why"}, codecs.Void, "")))
		if m.Status.Code != want || c != codecs.OK && !strings.HasSuffix(m.Status.Text, "why") {
			t.Errorf("%v arrives as %v", c, m.Status)
		}
	}
}

func TestReceivedStatus(t *testing.T) {
	for _, c := range []struct {
		status byte
		text   string
		want   codecs.Code
	}{
		{25, "Data length too large: 9", codecs.Limited}, {25, "x", codecs.Internal}, {30, "", codecs.Expired}, {31, "", codecs.Expired},
		{35, "", codecs.Unavailable}, {40, "Service not found:x", codecs.NotFound}, {40, "x", codecs.Invalid}, {50, "", codecs.Internal},
		{60, "", codecs.NotFound}, {70, "Not found exported service: x", codecs.NotFound}, {70, "x", codecs.Internal}, {80, "", codecs.Internal},
		{90, "", codecs.Internal}, {100, "", codecs.Limited}, {21, "", codecs.Internal}, {0, "", codecs.Internal}, {255, "", codecs.Internal},
	} {
		m := mustDecode(t, client(), frameOf(2, c.status, 1, str(c.text)+"N"))
		s := m.Status
		if s.Code != c.want || s.Text != c.text || s.Native != (codecs.Native{Of: Name, Code: int32(c.status)}) || s.Unsent != (c.status == 100) || !m.Bare {
			t.Errorf("%d %q: got %+v", c.status, c.text, s)
		}
	}
	for body, want := range map[string]string{
		"N":                                 "internal",
		"\xff":                              "internal", // no string: it failed all the same
		"":                                  "internal",
		str("first\n\tat x.Y\n"):            "internal: first",
		str(strings.Repeat("é", 300)):       "internal: " + strings.Repeat("é", 256),
		str("x" + strings.Repeat("é", 300)): "internal: x" + strings.Repeat("é", 255),
	} {
		if m := mustDecode(t, client(), frameOf(2, 70, 1, body)); m.Status.String() != want {
			t.Errorf("%q: got %v", body, m.Status)
		}
	}
}

func TestReceivedExceptions(t *testing.T) {
	object := func(class, message, code string) string {
		return "\x90C" + str(class) + "\x92" + str("code") + str("detailMessage") + "`" + code + str(message)
	}
	codeOf := map[string]codecs.Code{"\x90": codecs.Fault, "\x91": codecs.Unavailable, "\x92": codecs.Expired, "\x93": codecs.Fault, "\x94": codecs.Denied,
		"\x95": codecs.Internal, "\x96": codecs.Unavailable, "\x97": codecs.Limited, "\x98": codecs.Expired, "\x99": codecs.Unavailable, "\x9a": codecs.Unavailable,
		"\x9b": codecs.Unimplemented, "\x9c": codecs.Invalid, "\x9d": codecs.Denied, "\x9e": codecs.Fault, "\x8f": codecs.Fault}
	for code, want := range codeOf {
		for _, class := range []string{classRPC, classRPCOld} {
			if m := mustDecode(t, client(), frameOf(2, 20, 1, object(class, "m", code))); m.Status.Code != want || m.Status.Text != "m" || m.Format.Shape != codecs.Thrown {
				t.Errorf("%s % x: got %v", class, code, m.Status)
			}
		}
		if m := mustDecode(t, client(), frameOf(2, 20, 1, object("x.RpcException", "m", code))); m.Status.Code != codecs.Fault {
			t.Errorf("a class of another name, % x: got %v", code, m.Status)
		}
	}
	for _, c := range []struct {
		class, text string
		want        codecs.Code
	}{
		{classRPC, "Failed, exceed max service tps 5", codecs.Limited},
		{classRuntime, "exceed max service tps", codecs.Fault},
		{classThrowable, "don't have this exporter, key: x", codecs.NotFound},
		{classThrowable, "cannot find method [x]", codecs.Unimplemented},
		{classRuntime, "cannot find method [x]", codecs.Fault},
	} {
		if m := mustDecode(t, client(), frameOf(2, 20, 1, object(c.class, c.text, "\x90"))); m.Status.Code != c.want {
			t.Errorf("%s %q: got %v", c.class, c.text, m.Status)
		}
	}
	if m := mustDecode(t, client(), frameOf(2, 20, 1, "\x90"+attached("a", "b"))); m.Status != (codecs.Status{Code: codecs.Fault}) {
		t.Errorf("a map: got %v", m.Status)
	}
}

// The printed tables are the ones in use.
func TestRows(t *testing.T) {
	for _, r := range Received() {
		var status int
		if _, err := fmt.Sscanf(r.Wire, "status %d", &status); err != nil || r.Retried != (status != statusOK) {
			t.Errorf("%+v: %v", r, err)
		}
	}
	seen := map[codecs.Code]bool{}
	for _, r := range Sent() {
		seen[r.Code] = true
		if r.Retried && (r.Code == codecs.Denied || r.Code == codecs.Canceled || r.Code == codecs.Fault) {
			t.Errorf("%+v: a consumer would repeat what must not be repeated", r)
		}
	}
	if len(seen) != codecs.Codes {
		t.Errorf("%d of %d codes", len(seen), codecs.Codes)
	}
}
