package bolt

import (
	"math"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// TestReplies has what is read of captured replies.
func TestReplies(t *testing.T) {
	value := codecs.Format{Encoding: "hessian2-draft", Shape: codecs.Value, Wrap: codecs.Sofa}
	thrown := codecs.Format{Encoding: "hessian2-draft", Shape: codecs.Thrown, Wrap: codecs.Sofa}
	for _, c := range []struct {
		name, class, text string
		code              codecs.Code
		format            codecs.Format
	}{
		{"sofarpc-5.13.2_reply_echo", "", "", codecs.OK, value},
		{"sofarpc-5.13.2-hessian-4.0.4_reply_astral", "", "", codecs.OK, codecs.Format{Encoding: "hessian2", Shape: codecs.Value, Wrap: codecs.Sofa}},
		{"sofarpc-5.13.2_reply_null", "", "", codecs.OK, codecs.Format{Encoding: "hessian2-draft", Wrap: codecs.Sofa}},
		{"sofarpc-5.13.2_reply_generic", "", "", codecs.OK, value},
		{"sofarpc-5.13.2_reply_json", "", "", codecs.OK, codecs.Format{Encoding: "json", Shape: codecs.Value}},
		{"sofarpc-5.13.2_reply_proto", "", "", codecs.OK, codecs.Format{Encoding: "proto", Shape: codecs.Value}},
		{"sofarpc-5.13.2_reply_exception", "io.dragoman.sample.OutOfStock", "out of stock: A-1", codecs.Fault, thrown},
		{"sofa-rpc-node-2.10.0_reply_exception", "io.dragoman.sample.OutOfStock", "out of stock: A-1", codecs.Fault, thrown},
		{"sofarpc-5.13.2_reply_nomethod", "", "RPC-020100011: Cannot find invoke method: ", codecs.Unimplemented, codecs.Format{}},
		{"sofarpc-5.13.2_reply_noservice", "", "RPC-020100010: RPC cannot find service: ", codecs.NotFound, codecs.Format{}},
		{"sofa-rpc-node-2.10.0_reply_noservice", "", "Error: not found service: io.dragoman.sample.Nowhere", codecs.NotFound, codecs.Format{}},
		{"sofa-bolt-1.6.12_reply_v1", "", "", codecs.OK, codecs.Format{Shape: codecs.Value}}, // no SofaResponse: opaque
		{"sofa-bolt-1.6.12_reply_exception", "", "[Server]OriginErrorMsg: java.lang.IllegalStateException: ", codecs.Internal, codecs.Format{}},
		{"v1_error_response", "", "no such service", codecs.Internal, codecs.Format{}},
		{"v2_busy", "", "SERVER_THREADPOOL_BUSY", codecs.Limited, codecs.Format{}},
	} {
		m := decode(t, open(codecs.Client), fixture(t, c.name))
		s := &m.Status
		if s.Code != c.code || !strings.HasPrefix(s.Text, c.text) || s.Class != c.class || m.Format != c.format {
			t.Errorf("%s: %v, class %q, %v", c.name, *s, s.Class, m.Format)
		}
	}
}

// TestForms: every code, to a request in every codec and in every shape, is read as one that means the same, with its text where the
// form has a place for one.
func TestForms(t *testing.T) {
	// What the wire has no word of its own for.
	read := map[codecs.Code]codecs.Code{codecs.Canceled: codecs.Internal, codecs.Denied: codecs.Internal, codecs.Malformed: codecs.Internal}
	for _, hint := range []uint64{codecHessian, codecHessian | hintFinal, codecHessianOld | hintV2, codecProto, codecJSON | hintV2 | hintVer2 | hintCRC} {
		hint |= hintMark
		for code := codecs.OK; int(code) < codecs.Codes; code++ {
			m := codecs.Message{Kind: codecs.Reply, ID: 9, Hint: hint, Bare: true, End: true}
			m.Status = codecs.Status{Code: code, Text: "why 漢"}
			p := encode(t, open(codecs.Server), m)
			got := decode(t, open(codecs.Client), p)
			want := code
			if other, ok := read[code]; ok {
				want = other
				if c := byte(hint & hintCodec); (c == codecProto || c == codecJSON) && code != codecs.Malformed {
					want = codecs.Fault // text, as that of an exception
				}
			}
			text := "why 漢"
			switch {
			case code == codecs.OK:
				text = ""
			case code == codecs.Limited:
				text = "SERVER_THREADPOOL_BUSY"
			case sentAs[code].log != "":
				text = "RPC-" + sentAs[code].log + ": " + text
			}
			if got.Status.Code != want || got.Status.Text != text || got.ID != 9 {
				t.Errorf("hint %x: %v is read as %v: %q", hint, code, got.Status, p)
			}
			if v2 := p[0] == 2; v2 != (hint&hintV2 != 0) {
				t.Errorf("hint %x: %q is of another version", hint, p)
			}
		}
	}
}

// TestNative: the number that a Bolt server gave is passed on, also where it is written anew, and another wire's is not.
func TestNative(t *testing.T) {
	for _, c := range []struct {
		native codecs.Native
		want   byte
	}{{codecs.Native{Of: Name, Code: 17}, 17}, {codecs.Native{Of: Name, Code: 99}, 99}, {codecs.Native{Of: "other", Code: 17}, statusException}} {
		m := codecs.Message{Kind: codecs.Reply, Hint: hintMark | codecHessian, Bare: true}
		m.Status = codecs.Status{Code: codecs.Internal, Text: "why", Native: c.native}
		if p := encode(t, open(codecs.Server), m); p[11] != c.want {
			t.Errorf("%v goes as %d", c.native, p[11])
		}
	}
}

// TestReplyBodies: a body goes whole into the reply to a request of its encoding, and to no other.
func TestReplyBodies(t *testing.T) {
	d := hessian.Final
	b := d.AppendObject(nil, classResponse, fieldError, fieldText, fieldResponse, fieldAnswers)
	b = d.AppendNull(d.AppendInt(d.AppendNull(d.AppendBool(b, false)), 7))
	sofa := codecs.Format{Encoding: "hessian2", Shape: codecs.Value, Wrap: codecs.Sofa}
	plain := sofa
	plain.Wrap = codecs.Plain
	for _, c := range []struct {
		hint uint64
		f    codecs.Format
		ok   bool
	}{
		{codecHessian | hintFinal, sofa, true},
		{codecHessian, sofa, false},
		{codecHessian | hintFinal, plain, false},
		{codecProto, sofa, false},
		{codecJSON, codecs.Format{Encoding: "json", Shape: codecs.Value}, true},
		{codecJSON, codecs.Format{Encoding: "json", Shape: codecs.Value, Zip: "gzip"}, false},
		{codecProto, codecs.Format{Encoding: "proto", Shape: codecs.Value}, true},
		{2, codecs.Format{Encoding: "json", Shape: codecs.Value}, false},
	} {
		m := codecs.Message{Kind: codecs.Reply, Hint: hintMark | c.hint, Body: wire.Copy(b), Header: codecs.Header{Format: c.f}}
		m.Meta.Add("k", "v")
		var out wire.Out
		_, err := open(codecs.Server).Encode(&out, &m)
		if (err == nil) != c.ok || err != nil && (codecs.StatusOf(err).Code != codecs.Unimplemented || out.Len() > 0) {
			t.Errorf("%v to %x: %v, %d bytes", c.f, c.hint, err, out.Len())
		}
		if err != nil {
			m.Release()
			continue
		}
		s := open(codecs.Client)
		got := decode(t, s, out.AppendTo(nil))
		load(t, s, &got)
		if v, _ := got.Meta.Get("k"); v != "v" || string(got.Body.Bytes()) != string(b) || got.Format != c.f {
			t.Errorf("%v to %x: %v %q", c.f, c.hint, got.Meta, got.Body.Bytes())
		}
	}
}

// TestLong: what does not fit is refused and leaves no trace.
func TestLong(t *testing.T) {
	var out wire.Out
	out.B = append(out.B, "before"...)
	m := codecs.Message{Kind: codecs.Request, ID: 1}
	m.Service, m.Method = "a.B", "m"
	m.Meta.Add("k", strings.Repeat("v", maxSection))
	if _, err := open(codecs.Client).Encode(&out, &m); codecs.StatusOf(err).Code != codecs.Limited || string(out.B) != "before" {
		t.Errorf("%v, %q", err, out.B)
	}
	m.Meta = codecs.Meta{}
	m.Body, m.Format = wire.Copy(make([]byte, 1<<20)), codecs.Format{Encoding: "proto", Shape: codecs.Args}
	s := Codec{}.Session(codecs.Client, codecs.Settings{MaxFrame: 1 << 20})
	if _, err := s.Encode(&out, &m); codecs.StatusOf(err).Code != codecs.Limited || string(out.B) != "before" {
		t.Errorf("%v, %d bytes", err, out.Len())
	}
	m.Release()
}

// TestGoaway is read by clients, and written by servers that are told to, in the version of their peer.
func TestGoaway(t *testing.T) {
	m := decode(t, open(codecs.Client), fixture(t, "v1_goaway"))
	if m.Kind != codecs.Goaway || m.ID != math.MaxUint64 {
		t.Errorf("%v %d", m.Kind, m.ID)
	}
	if m := decode(t, open(codecs.Server), fixture(t, "v1_goaway")); m.Kind != codecs.None {
		t.Errorf("to a server: %v", m.Kind)
	}
	for _, c := range []struct {
		goaway string
		code   codecs.Code
		peer   string
		want   string
	}{
		{"off", codecs.OK, "v1_request", ""},
		{"on", codecs.OK, "v1_request", "\x01\x01\x00\x64"},
		{"on", codecs.Unavailable, "v2_request_pb_crc", "\x02\x02\x01\x00\x64"},
		{"on", codecs.Malformed, "v1_request", ""},
	} {
		s := open(codecs.Server, "goaway", c.goaway)
		decode(t, s, fixture(t, c.peer))
		got := encode(t, s, codecs.Message{Kind: codecs.Goaway, Header: codecs.Header{Status: codecs.Status{Code: c.code}}})
		if !strings.HasPrefix(string(got), c.want) || c.want == "" && len(got) > 0 {
			t.Errorf("%s, %v: %q", c.goaway, c.code, got)
		}
	}
}

// TestUnknownCommand: a request of a command that is not known is answered, and the connection goes on.
func TestUnknownCommand(t *testing.T) {
	p := fixture(t, "v1_heartbeat")
	p[3] = 7
	m := decode(t, open(codecs.Server), p)
	answer := decode(t, open(codecs.Client), m.Body.Bytes())
	if m.Kind != codecs.Control || m.End || answer.Status.Native.Code != statusUnknown || answer.ID != 2 {
		t.Errorf("%v, answered by %v", m.Kind, answer.Status)
	}
}
