package hsf

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
)

// put writes a number into a frame.
func put(p []byte, at int, v int32) []byte {
	binary.BigEndian.PutUint32(p[at:], uint32(v))
	return p
}

// The inputs that have to be refused, by the specification's list. An error with the frame taken fails one call; fatal ones cost the
// connection.
func TestRefused(t *testing.T) {
	plain := func() []byte { return get(4, "com.acme.User:1.0.0").bytes() }
	many := sample{4, 1, 0, "s", "m", make([]string, 256), make([]string, 256), ""}
	with := func(change func(*sample)) []byte {
		r := get(4, "com.acme.User:1.0.0")
		change(&r)
		return r.bytes()
	}
	for _, c := range []struct {
		name  string
		side  codecs.Side
		p     []byte
		code  codecs.Code
		text  string
		fatal bool
	}{
		{"first byte", codecs.Server, []byte("GET / HTTP"), codecs.Malformed, "byte 47 where 0e or 0c is due", true},
		{"TB Remoting", codecs.Server, []byte{13}, codecs.Malformed, "begins TB Remoting", true},
		{"handshake", codecs.Server, []byte{15}, codecs.Malformed, "a handshake", true},
		{"version", codecs.Server, []byte{14, 0}, codecs.Malformed, "version 0, not 1", true},
		{"type", codecs.Server, []byte{14, 1, 7}, codecs.Malformed, "type 7, not 0 or 1", true},
		{"response to a server", codecs.Server, answer(20, 4, "N"), codecs.Malformed, "a response to a server", true},
		{"type of a heartbeat", codecs.Server, []byte{12, 2, 1}, codecs.Malformed, "type 2", true},
		{"heartbeat as a request", codecs.Server, []byte{12, 1, 0}, codecs.Malformed, "version 0", true},
		{"service of -1 bytes", codecs.Server, put(plain(), 19, -1), codecs.Malformed, "service of -1 bytes", true},
		{"method of -1 bytes", codecs.Server, put(plain(), 23, -1), codecs.Malformed, "method of -1 bytes", true},
		{"-1 arguments", codecs.Server, put(plain(), 27, -1), codecs.Malformed, "-1 arguments", true},
		{"256 arguments", codecs.Server, many.bytes(), codecs.Malformed, "256 arguments, not 0 to 255", true},
		{"type of -1 bytes", codecs.Server, put(plain(), 31, -1), codecs.Malformed, "its type of -1 bytes", true},
		{"argument of -1 bytes", codecs.Server, put(plain(), 35, -1), codecs.Malformed, "argument 0 of -1 bytes", true},
		{"properties of -1 bytes", codecs.Server, put(plain(), 39, -1), codecs.Malformed, "properties of -1 bytes", true},
		{"lengths whose sum is over 32 bits", codecs.Server, put(put(plain(), 31, 1<<31-1), 35, 1<<31-1), codecs.Invalid, "over limit", true},
		{"response of -1 bytes", codecs.Client, put(answer(20, 4, ""), 16, -1), codecs.Malformed, "body of -1 bytes", true},
		{"response over the limit", codecs.Client, put(answer(20, 4, ""), 16, 1<<30), codecs.Invalid, "over limit", true},
		{"codec 0", codecs.Server, with(func(r *sample) { r.codec = 0 }), codecs.Invalid, "codec 0", false},
		{"codec 8", codecs.Server, with(func(r *sample) { r.codec = 8 }), codecs.Invalid, "codec 8", false},
		{"no service", codecs.Server, with(func(r *sample) { r.service = "" }), codecs.NotFound, "no service", false},
		{"a version of no service", codecs.Server, with(func(r *sample) { r.service = ":1.0.0" }), codecs.NotFound, "no service", false},
		{"no method", codecs.Server, with(func(r *sample) { r.method = "" }), codecs.NotFound, "no method", false},
		{"service that is not UTF-8", codecs.Server, with(func(r *sample) { r.service = "\xff" }), codecs.Invalid, "not UTF-8", false},
		{"method that is not UTF-8", codecs.Server, with(func(r *sample) { r.method = "\xc3" }), codecs.Invalid, "not UTF-8", false},
		{"long names", codecs.Server, with(func(r *sample) { r.method = strings.Repeat("m", 70000) }), codecs.Invalid, "over limit 65536", false},
		{"$invoke of two parts", codecs.Server, with(func(r *sample) { r.method = "$invoke" }), codecs.Invalid, "$invoke with the parameter types", false},
		{"$invoke of nothing", codecs.Server, invoke("\x00", "N", "N").bytes(), codecs.Invalid, "no method", false},
		{"$invoke of null", codecs.Server, invoke("N", "N", "N").bytes(), codecs.Invalid, "the method: null", false},
		{"$invoke with more behind a part", codecs.Server, invoke("\x01m", "NN", "N").bytes(), codecs.Invalid, "the types: null, or with 1 bytes behind", false},
		{"$invoke with a part that is cut", codecs.Server, invoke("\x01m", "N", "\x79").bytes(), codecs.Invalid, "the arguments: ", false},
		{"$invoke with a type missing", codecs.Server, invoke("\x01m", "\x79\x03int", "\x7a\x91\x92").bytes(), codecs.Invalid, "1 types and 2 arguments", false},
		{"$invoke with a type that is none", codecs.Server, invoke("\x01m", "\x79"+str("a;I"), "\x79\x91").bytes(), codecs.Invalid, "malformed type", false},
		{"exception that is cut", codecs.Client, answer(20, 4, "C\x01x\x91\rdetailMessage"), codecs.Malformed, "decode response", false},
	} {
		s := newSession(c.side)
		if size := s.FrameSize(c.p); size > len(c.p) {
			t.Errorf("%s: size %d of %d bytes", c.name, size, len(c.p))
		}
		var m codecs.Message
		n, err := s.Decode(&m, c.p)
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		got := codecs.StatusOf(err)
		if got.Code != c.code || !strings.Contains(got.Text, c.text) || !strings.HasPrefix(got.Text, "hsf: ") {
			t.Errorf("%s: got %v", c.name, got)
		}
		if want := len(c.p); c.fatal && n != 0 || !c.fatal && (n != want || m.ID != 1) {
			t.Errorf("%s: took %d of %d, id %d", c.name, n, want, m.ID)
		}
		m.Release()
	}
}

// What is over the limit is answered before the connection is closed.
func TestTooLongIsAnswered(t *testing.T) {
	p := put(get(4, "s").bytes(), 35, 9<<20)
	p[14] = 77
	var m codecs.Message
	if n, err := server().Decode(&m, p[:43]); n != 0 || err == nil {
		t.Fatalf("took %d, %v", n, err)
	}
	got := mustDecode(t, client(), m.Body.Bytes())
	if got.ID != 77 || got.Status.Code != codecs.Invalid || got.Status.Native.Code != 40 || !strings.Contains(got.Status.Text, "over limit") {
		t.Errorf("answered %v of id %d", got.Status, got.ID)
	}
	m.Release()
}

// Names are parted at the first two colons; a third belongs to the group.
func TestService(t *testing.T) {
	for in, want := range map[string][3]string{
		"a.B":         {"a.B", "", ""},
		"a.B:":        {"a.B", "", ""},
		"a.B:1.0.0":   {"a.B", "1.0.0", ""},
		"a.B:1.0.0:":  {"a.B", "1.0.0", ""},
		"a.B:1.0.0:g": {"a.B", "1.0.0", "g"},
		"a.B::g":      {"a.B", "", "g"},
		"a.B:1:g:h":   {"a.B", "1", "g:h"},
	} {
		m := mustDecode(t, server(), get(4, in).bytes())
		if got := [3]string{m.Service, m.Version, m.Group}; got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// A call without a time has HSF's own.
func TestTimeout(t *testing.T) {
	for in, want := range map[int32]time.Duration{0: 3 * time.Second, -1: 3 * time.Second, 1: time.Millisecond, 1<<31 - 1: (1<<31 - 1) * time.Millisecond} {
		if m := mustDecode(t, server(), put(get(4, "s").bytes(), 15, in)); m.Timeout != want {
			t.Errorf("%d ms: got %v, want %v", in, m.Timeout, want)
		}
	}
}

// What a response holds that is a result, or an exception for one, or nothing.
func TestReply(t *testing.T) {
	object := func(class string, fields ...string) string {
		b := "C" + str(class) + string(hessian.AppendInt(nil, int32(len(fields))))
		for _, f := range fields {
			b += str(f)
		}
		return b + "`" + strings.Repeat("\x01x", len(fields))
	}
	thrown := object("E", "detailMessage", "stackTrace")
	for _, c := range []struct {
		name  string
		p     []byte
		code  codecs.Code
		shape codecs.Shape
		class string
	}{
		{"null", answer(20, 4, "N"), codecs.OK, codecs.Void, ""},
		{"nothing at all", answer(20, 4, ""), codecs.OK, codecs.Void, ""},
		{"null of Hessian 1", answer(20, 1, "N"), codecs.OK, codecs.Void, ""},
		{"null of JSON", answer(20, 6, " null\n"), codecs.OK, codecs.Void, ""},
		{"text", answer(20, 4, "\x01x"), codecs.OK, codecs.Value, ""},
		{"bytes of java", answer(20, 2, "N"), codecs.OK, codecs.Value, ""},
		{"object", answer(20, 4, object("com.acme.User", "id", "name")), codecs.OK, codecs.Value, ""},
		{"object with a message", answer(20, 4, object("com.acme.Info", "detailMessage", "code")), codecs.OK, codecs.Value, ""},
		{"text that names the field", answer(20, 4, str("detailMessage stackTrace")), codecs.OK, codecs.Value, ""},
		{"throwable", answer(20, 4, object("com.acme.Sold", "detailMessage", "stackTrace")), codecs.Fault, codecs.Thrown, "com.acme.Sold"},
		{"by its name", answer(20, 4, object("com.acme.SoldException", "detailMessage")), codecs.Fault, codecs.Thrown, "com.acme.SoldException"},
		{"exception in a field", answer(20, 4, "C"+str("Result")+"\x91"+str("error")+"`"+strings.Replace(thrown, "`", "a", 1)), codecs.OK, codecs.Value, ""},
		{"throwable of Hessian 1", answer(20, 1, "Mt\x00\x04Sold"+"S\x00\x0ddetailMessage"+"S\x00\x01x"+"S\x00\x0astackTrace"+"Nz"), codecs.Fault, codecs.Thrown, "Sold"},
	} {
		m := mustDecode(t, client(), c.p)
		if m.Status.Code != c.code || m.Format.Shape != c.shape || m.Status.Class != c.class {
			t.Errorf("%s: %v of class %q, %v", c.name, m.Status, m.Status.Class, m.Format)
		}
	}
}

// A server may not call its client through us.
func TestCallback(t *testing.T) {
	m := mustDecode(t, client(), get(4, "s").bytes())
	if m.Kind != codecs.Control {
		t.Fatalf("a request to a client is %v", m.Kind)
	}
	got := mustDecode(t, client(), m.Body.Bytes())
	if got.ID != 1 || got.Status.Native.Code != 70 || !strings.Contains(got.Status.Text, "not carried") {
		t.Errorf("answered %v of id %d", got.Status, got.ID)
	}
	m.Release()
}
