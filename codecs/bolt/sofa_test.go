package bolt

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// TestRequests has what is read of captured requests.
func TestRequests(t *testing.T) {
	draft := codecs.Format{Encoding: "hessian2-draft", Shape: codecs.Args, Wrap: codecs.Sofa}
	final := codecs.Format{Encoding: "hessian2", Shape: codecs.Args, Wrap: codecs.Sofa}
	for _, c := range []struct {
		name, method, descriptor string
		args                     int16
		format                   codecs.Format
		timeout                  time.Duration
		kind                     codecs.Kind
	}{
		{"sofarpc-5.13.2_request_echo", "echo", "Ljava/lang/String;", 1, draft, 5 * time.Second, codecs.Request},
		{"sofarpc-5.13.2_request_oneway", "notice", "Ljava/lang/String;", 1, draft, 0, codecs.Oneway},
		{"sofarpc-5.13.2_request_generic", "order", "Lio/dragoman/sample/Order;", 1, draft, 5 * time.Second, codecs.Request},
		{"sofarpc-5.13.2_request_json", "echo", "", -1, codecs.Format{Encoding: "json", Shape: codecs.Args}, 5 * time.Second, codecs.Request},
		{"sofarpc-5.13.2_request_proto", "Echo", "", -1, codecs.Format{Encoding: "proto", Shape: codecs.Args}, 5 * time.Second, codecs.Request},
		{"sofarpc-5.13.2-hessian-4.0.4_request_astral", "echo", "Ljava/lang/String;", 1, final, 5 * time.Second, codecs.Request},
		{"sofa-rpc-node-2.10.0_request_astral", "echo", "Ljava/lang/String;", 1, draft, 10 * time.Second, codecs.Request},
	} {
		m := decode(t, open(codecs.Server), fixture(t, c.name))
		h := &m.Header
		if h.Service != "io.dragoman.sample.Sample" || h.Method != c.method || h.Version != "1.0.0" || h.Group != "sample" {
			t.Errorf("%s: %s %s %s %s", c.name, h.Service, h.Version, h.Group, h.Method)
		}
		if h.Descriptor != c.descriptor || h.Args != c.args || h.Format != c.format || h.Timeout != c.timeout || m.Kind != c.kind {
			t.Errorf("%s: %v %q %d %v %v", c.name, m.Kind, h.Descriptor, h.Args, h.Format, h.Timeout)
		}
	}
}

// TestMetadata: baggage has plain keys, whether it stands in the header map or in the content alone; what is about the call is none.
func TestMetadata(t *testing.T) {
	for _, c := range []struct {
		name string
		side codecs.Side
		want map[string]string
	}{
		{"sofarpc-5.13.2_request_baggage", codecs.Server, map[string]string{"x-trace": "漢-1"}},
		{"sofarpc-5.13.2_reply_baggage", codecs.Client, map[string]string{"x-reply": "seen:漢-1"}},
		{"sofarpc-5.13.2-hessian-4.0.4_request_baggage", codecs.Server, map[string]string{"x-trace": "t-1", "x-other": "other value; with=signs"}},
		{"sofa-rpc-node-2.10.0_request_baggage", codecs.Server, map[string]string{"x-trace": "t-1", "x-other": "other value; with=signs"}},
	} {
		s := open(c.side)
		m := decode(t, s, fixture(t, c.name))
		load(t, s, &m)
		for key, want := range c.want {
			if got, _ := m.Meta.Get(key); got != want {
				t.Errorf("%s: %s is %q, want %q", c.name, key, got, want)
			}
		}
		for _, p := range m.Meta.Pairs {
			if isCarried(p.Key) || strings.HasPrefix(p.Key, "rpc_req") || strings.HasPrefix(p.Key, "rpc_resp") {
				t.Errorf("%s: %s=%q is metadata", c.name, p.Key, p.Value)
			}
		}
	}
}

// TestSplice: a content whose names and metadata change keeps every other byte, in either Hessian and either order of fields.
func TestSplice(t *testing.T) {
	for _, name := range []string{"sofarpc-5.13.2_request_baggage", "sofarpc-5.13.2-hessian-4.0.4_request_baggage", "sofa-rpc-node-2.10.0_request_baggage",
		"sofarpc-5.13.2_request_generic"} {
		s := open(codecs.Server)
		m := decode(t, s, fixture(t, name))
		load(t, s, &m)
		before := string(m.Body.Bytes())
		m.Touch()
		m.Service, m.Group, m.Method = "com.acme.Other", "", "renamed"
		m.Meta.Set("x-trace", "another")
		m.Meta.Set("x-new", "漢\U0001f600")
		got := decode(t, s, encode(t, open(codecs.Client), m))
		load(t, s, &got)
		if got.Service != "com.acme.Other" || got.Version != "1.0.0" || got.Group != "" || got.Method != "renamed" || got.Descriptor != m.Descriptor {
			t.Errorf("%s: read as %+v", name, got.Header)
		}
		for key, want := range map[string]string{"x-trace": "another", "x-new": "漢\U0001f600"} {
			if v, _ := got.Meta.Get(key); v != want {
				t.Errorf("%s: %s is %q, want %q", name, key, v, want)
			}
		}
		after := string(got.Body.Bytes())
		if tail := before[len(before)-20:]; !strings.HasSuffix(after, tail) {
			t.Errorf("%s: %q does not end in %q", name, after, tail)
		}
	}
}

// TestForeign: a body that another protocol's call was converted to gets its names and its metadata as baggage, in both places.
func TestForeign(t *testing.T) {
	d := hessian.Draft
	b := d.AppendObject(nil, classRequest, "targetAppName", fieldMethod, fieldService, fieldProps, fieldTypes)
	b = d.AppendNull(d.AppendNull(d.AppendNull(b)))
	b = d.AppendMapEnd(d.AppendMapEnd(d.AppendMapStart(d.AppendString(d.AppendMapStart(b), askedProp))))
	b = d.AppendStrings(b, []string{"int"})
	m := codecs.Message{Kind: codecs.Request, ID: 7, Body: wire.Borrow(append(b, 0x91))}
	m.Service, m.Method, m.Timeout = "com.acme.S", "m", 1500*time.Microsecond
	m.Format = Codec{}.Traits().Formats[0]
	m.Meta = codecs.Meta{Loaded: true, Pairs: []codecs.Pair{{Key: "k", Value: "v"}, {Key: "type", Value: "mine"}, {Key: "sofa_head_generic_type", Value: "2"},
		{Key: "rpc_trace_context.sofaTraceId", Value: "t"}}}
	p := encode(t, open(codecs.Client, "application", "shop"), m)
	s := open(codecs.Server)
	got := decode(t, s, p)
	load(t, s, &got)
	want := []codecs.Pair{{Key: "app", Value: "shop"}, {Key: "k", Value: "v"}, {Key: "type", Value: "mine"}, {Key: "rpc_trace_context.sofaTraceId", Value: "t"}}
	if diff := cmp.Diff(want, got.Meta.Pairs); diff != "" {
		t.Error(diff)
	}
	if got.Service != "com.acme.S" || got.Version != "" || got.Descriptor != "I" || got.Args != 1 || got.Timeout != 2*time.Millisecond {
		t.Errorf("%+v", got.Header)
	}
	if !bytes.Contains(p, []byte("rpc_req_baggage.type")) || !bytes.Contains(p, []byte("\x01k\x01v\x04type\x04mine")) || bytes.Contains(p, []byte("sofa_head_generic_type")) {
		t.Errorf("%q", p)
	}
}

// TestRefused has requests that fail alone, with their answer.
func TestRefused(t *testing.T) {
	spoil := func(name, old, now string) []byte {
		p := fixture(t, name)
		if !bytes.Contains(p, []byte(old)) {
			t.Fatalf("%s has no %q", name, old)
		}
		at := bytes.LastIndex(p, []byte(old))
		return append(append(append([]byte{}, p[:at]...), now...), p[at+len(old):]...)
	}
	const echo = "sofarpc-5.13.2_request_echo"
	long := fixture(t, echo)
	long[bytes.Index(long, []byte("sofa_head"))-4] = 1
	sig := fixture(t, echo)
	sig = bytes.Replace(sig, []byte("\x10java.lang.String"), []byte("\x10javaXlang.String"), 1)
	for _, c := range []struct {
		name  string
		frame []byte
		want  string // "": taken
		code  codecs.Code
	}{
		{"another service in the content", spoil(echo, "Sample:1.0.0:sample", "Simple:1.0.0:sample"), "the header map names the service", codecs.Invalid},
		{"another method in the content", spoil(echo, "\x04echo", "\x04ecco"), "the header map names the method \"echo\", the content \"ecco\"", codecs.Invalid},
		{"another class", spoil(echo, "\xbccom.alipay.sofa.rpc.core.request.SofaRequest", "\xbccom.alipay.sofa.rpc.core.request.SofaRequesT"), "SofaRequesT\" where a", codecs.Invalid},
		{"a header map that ends early", long, "beyond the last", codecs.Invalid},
		{"a type of another name", sig, "", codecs.OK},
	} {
		var m codecs.Message
		s := open(codecs.Server)
		n, err := s.Decode(&m, c.frame)
		if n != len(c.frame) || (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: took %d of %d: %v", c.name, n, len(c.frame), err)
			continue
		}
		if err == nil {
			continue
		}
		status := codecs.StatusOf(err)
		answer := encode(t, s, codecs.Message{Kind: codecs.Reply, End: true, Bare: true, ID: m.ID, Hint: m.Hint, Header: codecs.Header{Status: status}})
		if got := decode(t, open(codecs.Client), answer); got.Status.Code != c.code || got.Status.Text != status.Text || got.ID != m.ID {
			t.Errorf("%s: answered by %v", c.name, got.Status)
		}
	}
}

// TestManyProps: finding double keys among requestProps is quadratic, so their entries are bounded, double ones included.
func TestManyProps(t *testing.T) {
	for _, n := range []int{maxPairs, maxPairs + 1} {
		d := hessian.Draft
		b := d.AppendObject(nil, classRequest, fieldMethod, fieldService, fieldProps)
		b = d.AppendMapStart(d.AppendString(d.AppendString(b, "m"), "com.acme.S:1.0"))
		for range n {
			b = d.AppendString(d.AppendString(b, "k"), "v")
		}
		var meta codecs.Meta
		if err := collectProps(&meta, d.AppendMapEnd(b)); (err == nil) != (n == maxPairs) || len(meta.Pairs) != 1 {
			t.Errorf("%d entries: %v, %v", n, meta.Pairs, err)
		}
	}
}

// TestTwoNames: what one peer reads of a header map or of a content and another does not is refused, or has no name at all, for rules
// go by one of them. (A name that is said twice is taken, and an entry whose value is null is what sofa-rpc-node writes.)
func TestTwoNames(t *testing.T) {
	const null = "\xff\xff\xff\xff"
	entry := func(parts ...string) (b []byte) {
		for _, s := range parts {
			if s != null {
				b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
			}
			b = append(b, s...)
		}
		return b
	}
	d := hessian.Draft
	secret := d.AppendString(d.AppendString(d.AppendMapStart(nil), "serverSignature"), "com.acme.Secret:1.0")
	secret = d.AppendMapEnd(d.AppendString(d.AppendString(secret, "methodName"), "m"))
	names := entry(keyService, "a.B:1.0", keyMethod, "m")
	for _, c := range []struct {
		name    string
		codec   byte
		class   string
		header  []byte
		content string
		want    string // service, or error
	}{
		{"one", codecJSON, classRequest, names, "[]", "a.B"},
		{"twice the same", codecJSON, classRequest, entry(keyService, "a.B:1.0", keyService, "a.B:1.0", keyMethod, "m"), "[]", "a.B"},
		{"two services", codecJSON, classRequest, entry(keyService, "a.B:1.0", keyService, "a.C:1.0", keyMethod, "m"), "[]", `names "a.B:1.0" and "a.C:1.0"`},
		{"an empty one first", codecJSON, classRequest, entry(keyService, "", keyService, "a.C:1.0", keyMethod, "m"), "[]", `names "" and "a.C:1.0"`},
		{"two targets", codecJSON, classRequest, entry(keyTarget, "a.B:1.0", keyTarget, "a.C:1.0", keyMethod, "m"), "[]", "names"},
		{"two methods", codecJSON, classRequest, entry(keyService, "a.B:1.0", keyMethod, "m", keyMethod, "n"), "[]", `names "m" and "n"`},
		{"a null value", codecJSON, classRequest, append(entry("app", null), names...), "[]", "a.B"},
		{"a null key", codecJSON, classRequest, append(entry(null, "x"), names...), "[]", "an entry without a key"},
		{"another class in Hessian", codecHessian, classRequest + " ", names, string(secret), ""},
		{"another class of the old number", codecHessianOld, "x", names, string(secret), ""},
		{"another class in JSON", codecJSON, "x", names, "[]", "a.B"},
	} {
		var out wire.Out
		f := begin(&out, head{kind: typeRequest, command: cmdRequest, id: 1, codec: c.codec}, c.class)
		out.B = append(out.B, c.header...)
		f.close()
		if err := f.end(wire.Borrow([]byte(c.content)), 1<<20); err != nil {
			t.Fatal(err)
		}
		var m codecs.Message
		p := out.AppendTo(nil)
		n, err := open(codecs.Server).Decode(&m, p)
		got := m.Service
		if err != nil {
			got = err.Error()
		}
		if n != len(p) || got != c.want && (err == nil || !strings.Contains(got, c.want)) {
			t.Errorf("%s: took %d of %d: %q, want %q", c.name, n, len(p), got, c.want)
		}
	}
}

// TestCallbacks are refused on either side.
func TestCallbacks(t *testing.T) {
	d := hessian.Draft
	m := codecs.Message{Kind: codecs.Request, ID: 7}
	b := d.AppendObject(nil, classRequest, fieldMethod, fieldService, fieldTypes)
	b = d.AppendString(d.AppendString(b, "watch"), "com.acme.S:1.0")
	m.Body = wire.Borrow(append(d.AppendStrings(b, []string{"com.alipay.sofa.rpc.core.invoke.SofaResponseCallback"}), 'N'))
	m.Service, m.Method, m.Format = "com.acme.S", "watch", Codec{}.Traits().Formats[0]
	p := encode(t, open(codecs.Client), m)
	var got codecs.Message
	if n, err := open(codecs.Server).Decode(&got, p); n != len(p) || codecs.StatusOf(err).Code != codecs.Unimplemented {
		t.Errorf("took %d of %d: %v", n, len(p), err)
	}
	back := decode(t, open(codecs.Client), fixture(t, "v1_request"))
	if back.Kind != codecs.Control || back.End {
		t.Fatalf("%v", back.Kind)
	}
	answer := decode(t, open(codecs.Client), back.Body.Bytes())
	if answer.Status.Native.Code != statusNoProc || answer.ID != 1 {
		t.Errorf("a request to a client is answered by %v", answer.Status)
	}
	if one := decode(t, open(codecs.Client), fixture(t, "v1_oneway_json")); one.Kind != codecs.None {
		t.Errorf("a one-way request to a client is a %v", one.Kind)
	}
}

// TestJSONArguments: one argument stands alone, others in an array; what came from Bolt stays as it is.
func TestJSONArguments(t *testing.T) {
	for _, c := range []struct {
		body string
		args int16
		hint uint64
		want string
	}{
		{`["a"]`, 1, 0, `"a"`},
		{` [ {"a":[1,2]} ] `, -1, 0, `{"a":[1,2]}`},
		{`["a",1]`, 2, 0, `["a",1]`},
		{`["a",1]`, -1, 0, `["a",1]`},
		{`[]`, 0, 0, `[]`},
		{`["a"]`, 2, 0, `["a"]`},
		{`{"s":1}`, 1, 0, `{"s":1}`},
		{`["a"]`, -1, hintMark | codecJSON, `["a"]`},
		{`["a"]`, -1, hintMark | codecHessian, `"a"`},
		{`["a"`, -1, 0, `["a"`},
	} {
		m := codecs.Message{Kind: codecs.Request, Hint: c.hint, Body: wire.Copy([]byte(c.body))}
		m.Service, m.Method, m.Args, m.Format = "a.B", "m", c.args, codecs.Format{Encoding: "json", Shape: codecs.Args}
		got := decode(t, open(codecs.Server), encode(t, open(codecs.Client), m))
		if string(got.Body.Bytes()) != c.want {
			t.Errorf("%s of %d is written %s, want %s", c.body, c.args, got.Body.Bytes(), c.want)
		}
	}
}
