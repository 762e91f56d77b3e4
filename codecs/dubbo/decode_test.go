package dubbo

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
)

const strDesc = "Ljava/lang/String;"

// The inputs that have to be refused, by the specification's list. An error with the frame taken fails one call; fatal ones
// cost the connection.
func TestRefused(t *testing.T) {
	head := str("2.0.2") + str("s") + "N"
	many := strings.Repeat("I", 256)
	for _, c := range []struct {
		name  string
		p     []byte
		code  codecs.Code
		text  string
		fatal bool
	}{
		{"first byte of the magic", []byte{0xdb}, codecs.Malformed, "dubbo: decode head: byte db where the magic", true},
		{"second byte of the magic", []byte("\xda\xba\xc2"), codecs.Malformed, "dubbo: decode head: bytes da ba where", true},
		{"telnet", []byte("ls\r\n"), codecs.Malformed, "dubbo: decode head: byte 6c where", true},
		{"length -1", append(frameOf(0xc2, 0, 7, "")[:12], 0xff, 0xff, 0xff, 0xff), codecs.Malformed, "body of -1 bytes", true},
		{"least length", append(frameOf(0xc2, 0, 7, "")[:12], 0x80, 0, 0, 0), codecs.Malformed, "body of -2147483648 bytes", true},
		{"greatest length", append(frameOf(0xc2, 0, 7, "")[:12], 0x7f, 0xff, 0xff, 0xff), codecs.Invalid, "body of 2147483647 bytes over limit 8388592", true},
		{"one byte over the limit", append(frameOf(0x02, 20, 7, "")[:12], 0, 0x7f, 0xff, 0xf1), codecs.Invalid, "body of 8388593 bytes over limit 8388592", true},
		{"request without a body", frameOf(0xc2, 0, 7, ""), codecs.Invalid, "ends inside a value", false},
		{"protocol version an int", frameOf(0xc2, 0, 7, "\x91"), codecs.Invalid, "opcode 0x91 where a string is due", false},
		{"service null", frameOf(0xc2, 0, 7, str("2.0.2")+"N"), codecs.Invalid, "no service", false},
		{"service empty", frameOf(0xc2, 0, 7, str("2.0.2")+str("")), codecs.Invalid, "no service", false},
		{"service an int", frameOf(0xc2, 0, 7, str("2.0.2")+"\x91"), codecs.Invalid, "opcode 0x91", false},
		{"version an int", frameOf(0xc2, 0, 7, str("2.0.2")+str("s")+"\x91"), codecs.Invalid, "opcode 0x91", false},
		{"method null", frameOf(0xc2, 0, 7, head+"N"), codecs.Invalid, "no method", false},
		{"method a map", frameOf(0xc2, 0, 7, head+"HZ"), codecs.Invalid, "opcode 0x48", false},
		{"descriptor true", frameOf(0xc2, 0, 7, head+str("m")+"T"), codecs.Invalid, "opcode 0x54", false},
		{"descriptor cut", frameOf(0xc2, 0, 7, head+str("m")+"\x05II"), codecs.Invalid, "ends inside a value", false},
		{"descriptor of a letter unknown", frameOf(0xc2, 0, 7, head+str("m")+str("IQ")), codecs.Invalid, `malformed descriptor "IQ"`, false},
		{"descriptor void", frameOf(0xc2, 0, 7, head+str("m")+str("V")), codecs.Invalid, "malformed descriptor", false},
		{"descriptor with parentheses", frameOf(0xc2, 0, 7, head+str("m")+str("(I)V")), codecs.Invalid, "malformed descriptor", false},
		{"descriptor without a semicolon", frameOf(0xc2, 0, 7, head+str("m")+str("Ljava/lang/String")), codecs.Invalid, "malformed descriptor", false},
		{"descriptor of no class", frameOf(0xc2, 0, 7, head+str("m")+str("L;")), codecs.Invalid, "malformed descriptor", false},
		{"descriptor of an array of nothing", frameOf(0xc2, 0, 7, head+str("m")+str("I[[")), codecs.Invalid, "malformed descriptor", false},
		{"256 parameters", frameOf(0xc2, 0, 7, head+str("m")+str(many)), codecs.Invalid, "over 255 parameters", false},
		{"$invoke with another descriptor", frameOf(0xc2, 0, 7, head+str("$invoke")+str(strDesc)), codecs.Invalid, "$invoke with descriptor", false},
		{"$invoke without arguments", frameOf(0xc2, 0, 7, head+str("$invoke")+str(descInvoke)), codecs.Invalid, "decode $invoke", false},
		{"$invoke of null", frameOf(0xc2, 0, 7, head+str("$invoke")+str(descInvoke)+"NNN"), codecs.Invalid, "null method", false},
		{"$invoke of nothing", frameOf(0xc2, 0, 7, head+str("$invoke")+str(descInvoke)+"\x00NN"), codecs.Invalid, "no method", false},
		{"$invoke of an int", frameOf(0xc2, 0, 7, head+str("$invoke")+str(descInvoke)+"\x91NN"), codecs.Invalid, "decode $invoke", false},
		{"$invoke with types that are no list", frameOf(0xc2, 0, 7, head+str("$invoke")+str(descInvoke)+"\x01m\x01iN"), codecs.Invalid, "decode $invoke", false},
		{"$invoke with arguments that are no list", frameOf(0xc2, 0, 7, head+str("$invoke")+str(descInvoke)+"\x01mN\x01i"), codecs.Invalid, "decode $invoke", false},
		{"$invoke with a type missing", frameOf(0xc2, 0, 7, head+str("$invoke")+str(descInvoke)+"\x01mx\x7a\x91\x92"), codecs.Invalid, "0 types and 2 arguments", false},
		{"$invoke with a type too many", frameOf(0xc2, 0, 7, head+str("$invoke")+str(descInvoke)+"\x01m\x79\x03int\x78"), codecs.Invalid, "1 types and 0 arguments", false},
		{"$invoke with a null type", frameOf(0xc2, 0, 7, head+str("$invoke")+str(descInvoke)+"\x01m\x79N\x79\x91"), codecs.Invalid, "null type", false},
		{"$invoke with a type that is two", frameOf(0xc2, 0, 7, head+str("$invoke")+str(descInvoke)+"\x01m\x79"+str("a;I")+"\x79\x91"), codecs.Invalid, "malformed type", false},
		{"$invoke with an empty type", frameOf(0xc2, 0, 7, head+str("$invoke")+str(descInvoke)+"\x01m\x79\x00\x79\x91"), codecs.Invalid, "malformed type", false},
		{"$invoke of 256 arguments", frameOf(0xc2, 0, 7, head+str("$invoke")+str(descInvoke)+"\x01mNX\xc9\x00"+strings.Repeat("\x91", 256)), codecs.Invalid, "256 arguments", false},
		{"$invoke, 10^5 deep", frameOf(0xc2, 0, 7, head+str("$invoke")+str(descInvoke)+"\x01mN"+strings.Repeat("y", 1e5)+"\x91"), codecs.Invalid, "nesting over the limit", false},
		{"event of 65 bytes", frameOf(0xe2, 0, 7, strings.Repeat("N", 65)), codecs.Malformed, "body of 65 bytes over limit 64", false},
		{"response without a body", frameOf(0x02, 20, 7, ""), codecs.Malformed, "dubbo: decode response", false},
		{"result 6", frameOf(0x02, 20, 7, "\x96N"), codecs.Malformed, "result 6, not 0 to 5", false},
		{"result -1", frameOf(0x02, 20, 7, "\x8fN"), codecs.Malformed, "result -1, not 0 to 5", false},
		{"result a long", frameOf(0x02, 20, 7, "\xe1N"), codecs.Malformed, "opcode 0xe1 where an int is due", false},
		{"exception missing", frameOf(0x02, 20, 7, "\x90"), codecs.Malformed, "ends inside a value", false},
		{"exception of 2^31 fields", frameOf(0x02, 20, 7, "\x90C\x01xI\x7f\xff\xff\xff"), codecs.Malformed, "class of 2147483647 fields", false},
		{"exception 10^5 deep", frameOf(0x02, 20, 7, "\x90C\x01x\x91\x01f"+strings.Repeat("`", 1e5)+"N"), codecs.Malformed, "nesting over the limit", false},
	} {
		side := codecs.Client
		if len(c.p) < 3 || c.p[2]&flagRequest != 0 {
			side = codecs.Server
		}
		if size := newSession(side).FrameSize(c.p); len(c.p) >= headLen && size != len(c.p) {
			t.Errorf("%s: size %d, not %d", c.name, size, len(c.p))
		}
		var m codecs.Message
		n, err := newSession(side).Decode(&m, c.p)
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		s := codecs.StatusOf(err)
		if s.Code != c.code || !strings.Contains(s.Text, c.text) || !strings.HasPrefix(s.Text, "dubbo: ") {
			t.Errorf("%s: got %v", c.name, s)
		}
		if want := len(c.p); c.fatal && n != 0 || !c.fatal && (n != want || m.ID != 7) {
			t.Errorf("%s: took %d of %d, %v of id %d", c.name, n, want, m.Kind, m.ID)
		}
	}
}

// What does not begin with the magic is no frame, whatever stands where its length would.
func TestNoFrameHasNoSize(t *testing.T) {
	s := newSession(codecs.Server)
	for _, magic := range []string{"\xdb\xbb", "\xda\xba", "GE"} {
		p := append([]byte(magic), frameOf(0xc2, 0, 7, "a body")[2:]...)
		if n := s.FrameSize(p); n != 0 {
			t.Errorf("% x: size %d, want 0", p, n)
		}
	}
}

// What is over the limit is answered before the connection is closed, if it is a call that waits for an answer.
func TestTooLongIsAnswered(t *testing.T) {
	big := func(flags byte) []byte {
		p := frameOf(flags, 0, 0xfedc, "")
		binary.BigEndian.PutUint32(p[12:], 9<<20)
		return p
	}
	var m codecs.Message
	if _, err := server().Decode(&m, big(0xc2)); err == nil {
		t.Fatal("no error")
	}
	got := mustDecode(t, client(), m.Body.Bytes())
	if got.ID != 0xfedc || got.Status.Code != codecs.Invalid || !strings.Contains(got.Status.Text, "over limit") {
		t.Errorf("got %d %v", got.ID, got.Status)
	}
	for _, c := range []struct {
		s     *session
		flags byte
	}{{server(), 0x82}, {server(), 0xe2}, {client(), 0x02}, {client(), 0xc2}} {
		var m codecs.Message
		if _, err := c.s.Decode(&m, big(c.flags)); err == nil || m.Body.Len() != 0 {
			t.Errorf("%v, flags %#x: %v, says % x", c.s.side, c.flags, err, m.Body.Bytes())
		}
	}
	small := Codec{}.Session(codecs.Server, codecs.Settings{MaxFrame: 20})
	var a, b codecs.Message
	if _, err := small.Decode(&a, frameOf(0xc2, 0, 1, "12345")); codecs.StatusOf(err).Text != "dubbo: decode head: body of 5 bytes over limit 4" {
		t.Error(err)
	}
	if n, err := small.Decode(&b, frameOf(0xe2, 0, 1, "N123")); n != 20 || err != nil {
		t.Error(n, err)
	}
}

// Other forms of the same values say the same.
func TestTolerated(t *testing.T) {
	for name, body := range map[string]string{
		"shortest":           call("2.0.2", "s", "1.0", "m", strDesc, str("x"), attached()),
		"strings of 2 bytes": "S\x00\x052.0.2S\x00\x01sS\x00\x031.0S\x00\x01mS\x00\x12" + strDesc + "\x01xHZ",
		"strings in chunks":  "R\x00\x022.\x030.2R\x00\x00\x01sR\x00\x011\x02.0R\x00\x01m\x000\x12" + strDesc + "\x01xHZ",
		"bytes behind":       call("2.0.2", "s", "1.0", "m", strDesc, str("x"), attached()) + "N\xff@",
		"no attachments":     call("2.0.2", "s", "1.0", "m", strDesc, str("x"), "N"),
	} {
		m := mustDecode(t, server(), frameOf(0xc2, 0, 1, body))
		if err := server().LoadMeta(&m); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if m.Service != "s" || m.Version != "1.0" || m.Method != "m" || m.Descriptor != strDesc || m.Args != 1 || string(m.Body.Bytes()) != "\x01x" {
			t.Errorf("%s: got %+v %q", name, m.Header, m.Body.Bytes())
		}
	}
	for name, body := range map[string]string{"int of 2 bytes": "\xc8\x04\x01xHZ", "of 3": "\xd4\x00\x04\x01xHZ", "of 5": "I\x00\x00\x00\x04\x01xHZN"} {
		m := mustDecode(t, client(), frameOf(0x02, 20, 1, body))
		if err := client().LoadMeta(&m); err != nil || m.Format.Shape != codecs.Value || string(m.Body.Bytes()) != "\x01x" {
			t.Errorf("%s: %v, %v %q", name, err, m.Format, m.Body.Bytes())
		}
	}
	m := mustDecode(t, server(), frameOf(0xc2, 0, 1, call("", "s", "0.0.0", "m", strings.Repeat("[[I", 255), "", "N")))
	if m.Version != "" || m.Args != 255 || m.Hint&hintAttach != 0 {
		t.Errorf("got %q %d %#x", m.Version, m.Args, m.Hint)
	}
}

func TestWindow(t *testing.T) {
	for version, want := range map[string]bool{"2.0.2": true, "2.0.99": true, "2.0.10": true, "2.0.2-SNAPSHOT": true, "2.0.2.1": true,
		"2.0.1": false, "2.0.100": false, "2.1.0": false, "2.5.3": false, "2.6.1": false, "2.8.4": false, "3.3.6": false, "": false, "2": false,
		"2.0": false, "2..2": false, "x": false, "2.0.x": false, "2.0.2.1.1": false, "99999999999999999999.0.0": false} {
		if got := inWindow([]byte(version)); got != want {
			t.Errorf("%q: got %v", version, got)
		}
	}
}

func TestEvents(t *testing.T) {
	for _, c := range []struct {
		name  string
		flags byte
		body  string
		kind  codecs.Kind
	}{
		{"heartbeat", 0xe2, "N", codecs.Ping},
		{"heartbeat of old peers", 0xe2, "\x01H", codecs.Ping},
		{"unknown, two-way", 0xe2, "\x01S", codecs.Ping},
		{"unreadable, two-way", 0xe2, "\xff", codecs.Ping},
		{"heartbeat in fastjson2", 0xf7, "\x00\x00\x00\x01\xaf", codecs.Ping},
		{"heartbeat in kryo", 0xe8, "\x00", codecs.Ping},
		{"read-only", 0xa2, "\x01R", codecs.Goaway},
		{"read-only, two-way", 0xe2, "\x01R", codecs.Goaway},
		{"read-only in fastjson2", 0xb7, "\x00\x00\x00\x02\x4aR", codecs.Goaway},
		{"writable", 0xa2, "\x01W", codecs.None},
		{"unknown", 0xa2, "\x01X", codecs.None},
		{"unreadable", 0xa2, "\xff", codecs.None},
		{"empty", 0xa2, "", codecs.None},
		{"answer", 0x22, "N", codecs.Pong},
		{"answer of dubbo-go", 0x22, "NN", codecs.Pong},
	} {
		for _, s := range []*session{server(), client()} {
			m := mustDecode(t, s, frameOf(c.flags, 0, 9, c.body))
			if m.Kind != c.kind || m.Kind != codecs.Goaway && m.ID != 9 || m.Kind == codecs.Goaway && m.ID != math.MaxUint64 {
				t.Errorf("%s, %v: got %v of id %d", c.name, s.side, m.Kind, m.ID)
			}
			if m.Kind != codecs.Ping {
				continue
			}
			want := string(frameOf(c.flags&^(flagRequest|flagTwoWay), 20, 9, c.body))
			if c.flags&serialMask == hessian2 {
				want = string(frameOf(0x22, 20, 9, "N"))
			}
			pong := codecs.Message{Kind: codecs.Pong, ID: m.ID, Hint: m.Hint, Body: m.Body}
			if got := string(mustEncode(t, s, &pong)); got != want {
				t.Errorf("%s: answered % x, want % x", c.name, got, want)
			}
		}
	}
}

// A server that calls its client is refused in protocol; the connection goes on.
func TestCallbackIsRefused(t *testing.T) {
	body := call("2.0.2", "s", "0.0.0", "changed", "", "", attached("callback.service.instid", "1"))
	m := mustDecode(t, client(), frameOf(0xc2, 0, 77, body))
	if m.Kind != codecs.Control {
		t.Fatalf("got %v", m.Kind)
	}
	got := mustDecode(t, client(), m.Body.Bytes())
	if got.ID != 77 || got.Status.Native.Code != statusServiceError || got.Status.Text != "dubbo: callbacks are not carried" {
		t.Errorf("got %d %v", got.ID, got.Status)
	}
	if m := mustDecode(t, client(), frameOf(0x82, 0, 77, body)); m.Kind != codecs.None || m.Body.Len() != 0 {
		t.Errorf("one way: got %v", m.Kind)
	}
	if m := mustDecode(t, server(), frameOf(0x02, 20, 77, "\x92")); m.Kind != codecs.None {
		t.Errorf("a response to a server: got %v", m.Kind)
	}
}

// A body in a serialization that is not read here passes without names.
func TestOpaque(t *testing.T) {
	for name, p := range map[string][]byte{
		"java":                    frameOf(0xc3, 0, 5, "\xac\xed\x00\x05w"),
		"kryo, empty":             frameOf(0xc8, 0, 5, ""),
		"fastjson2, empty":        frameOf(0xd7, 0, 5, ""),
		"fastjson2, cut":          fixture(t, "dubbo-3.3.6_request_fastjson2")[:headLen+40],
		"fastjson2, length -1":    frameOf(0xd7, 0, 5, "\xff\xff\xff\xff\x4eabcde"),
		"fastjson2, service null": frameOf(0xd7, 0, 5, "\x00\x00\x00\x06\x4e2.0.2\x00\x00\x00\x01\xaf"),
		"fastjson2, $invoke of a number": frameOf(0xd7, 0, 5, "\x00\x00\x00\x06\x4e2.0.2\x00\x00\x00\x02\x4as\x00\x00\x00\x01\xaf\x00\x00\x00\x08\x50$invoke"+
			"\x00\x00\x00\x3b\x79\x38\x38"+descInvoke+"\x00\x00\x00\x01\x05"),
	} {
		binary.BigEndian.PutUint32(p[12:], uint32(len(p)-headLen))
		m := mustDecode(t, server(), p)
		if m.Kind != codecs.Request || m.Service != "" || m.Method != "" || m.Args != -1 || m.Format.Encoding != "" || m.Frame.Bytes.Len() != len(p) {
			t.Errorf("%s: got %+v", name, m.Header)
		}
		if err := server().LoadMeta(&m); codecs.StatusOf(err).Code != codecs.Unimplemented {
			t.Errorf("%s: metadata: %v", name, err)
		}
	}
}

func TestJSONB(t *testing.T) {
	for in, want := range map[string]string{
		"\x00\x00\x00\x01\x49":                        "",
		"\x00\x00\x00\x04\x4cabc":                     "abc",
		"\x00\x00\x00\x05\x79\x03abc":                 "abc",
		"\x00\x00\x00\x06\x79\x38\x03abc":             "abc",
		"\x00\x00\x00\x07\x79\x44\x00\x03abc":         "abc",
		"\x00\x00\x00\x09\x79\x48\x00\x00\x00\x03abc": "abc",
		"\x00\x00\x00\x05\x7a\x03\xe6\xbc\xa2":        "漢",
		"\x00\x00\x00\x02\x4a\xe9":                    "!", // Latin-1
		"\x00\x00\x00\x05\x4cabcd":                    "!", // longer than it says
		"\x00\x00\x00\x03\x4cab":                      "!", // shorter
		"\x00\x00\x00\x02\x79\xff":                    "!", // length -1
		"\x00\x00\x00\x06\x79\x48\xff\xff\xff\xff":    "!",
		"\x00\x00\x00\x05\x7c\x04\x22\x6f\x57\x5b":    "!", // UTF-16
		"\x00\x00\x00\x00":                            "!",
		"\x7f\xff\xff\xff\x49":                        "!",
		"\x00\x00":                                    "!",
		"":                                            "!",
	} {
		var r textReader
		r.reset(fastjson2, []byte(in))
		text, _, err := r.next()
		if err != nil && want != "!" || err == nil && string(text) != want {
			t.Errorf("% x: got %q, %v", in, text, err)
		}
	}
	var r textReader
	r.reset(fastjson2, appendText(nil, fastjson2, "refusé"))
	if text, null, err := r.next(); string(text) != "refusé" || null || err != nil {
		t.Errorf("written: %q, %v, %v", text, null, err)
	}
}

func TestInvoke(t *testing.T) {
	head := str("2.0.2") + str("s") + "N"
	for _, c := range []struct {
		name, method, args, want, desc string
		n                              int16
	}{
		{"types", "$invoke", "\x01mx", "m", "", 0},
		{"no types", "$invoke", "\x01mN\x7a\x91\x92", "m", "", 2},
		{"no arguments", "$invoke", "\x01mNN", "m", "", 0},
		{"asynchronous", "$invokeAsync", "\x01m\x79\x03int\x79\x91", "m", "I", 1},
		{"an open list", "$invoke", "\x01mNW\x91\x92Z", "m", "", -1},
		{"all kinds of names", "$invoke", "\x01mX\x97" + str("int[]") + str("java.lang.String[][]") + str("a.B$C") + str("[Ljava.lang.Object;") + str("[[J") + str("Q") + str("char") +
			"X\x97NNNNNNN", "m", "[I[[Ljava/lang/String;La/B$C;[Ljava/lang/Object;[[JLQ;C", 7},
	} {
		args := c.args
		if args == "\x01mx" {
			args = "\x01mxx"
		}
		p := frameOf(0xc2, 0, 1, head+str(c.method)+str(descInvoke)+args+attached("generic", "true"))
		m := mustDecode(t, server(), p)
		if m.Method != c.want || m.Descriptor != c.desc || m.Args != c.n || m.Format.Shape != codecs.Generic || m.Hint&hintGeneric == 0 {
			t.Errorf("%s: got %q %q %d %v", c.name, m.Method, m.Descriptor, m.Args, m.Format)
		}
		if err := server().LoadMeta(&m); err != nil || string(m.Body.Bytes()) != args {
			t.Errorf("%s: %v, body %q", c.name, err, m.Body.Bytes())
		}
	}
}
