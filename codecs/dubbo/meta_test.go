package dubbo

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// loaded decodes and loads a request for s.m with these arguments and attachments.
func loaded(s *session, desc, args, attachments string) (codecs.Message, error) {
	var m codecs.Message
	if _, err := s.Decode(&m, frameOf(0xc2, 0, 1, call("2.0.2", "s", "1.0", "m", desc, args, attachments))); err != nil {
		return m, err
	}
	return m, s.LoadMeta(&m)
}

func TestLoadMeta(t *testing.T) {
	for _, c := range []struct{ name, desc, args, attachments, want string }{
		{"none", "", "", "N", `"" 0s []`},
		{"empty", "", "", "HZ", `"" 0s []`},
		{"typed map", "", "", "M" + str("java.util.HashMap") + str("k") + str("v") + "Z", `"" 0s [{k v}]`},
		{"fields of the header", "I", "\x91", attached("path", "s", "interface", "x", "version", "1.0", "group", "g", "timeout", "250", "dubbo", "2.0.2", "input", "5"), `"g" 250ms []`},
		{"remaining time wins", "", "", attached("_TO", "90", "timeout", "1000"), `"" 90ms []`},
		{"remaining time, other key", "", "", attached("timeout", "1000", "_to", "80"), `"" 80ms []`},
		{"timeouts that are none", "", "", attached("_TO", "0", "timeout", "-1"), `"" 0s []`},
		{"timeout no number", "", "", attached("timeout", "soon"), `"" 0s []`},
		{"timeout over all bounds", "", "", attached("timeout", "9223372036854775807"), `"" 8760h0m0s []`},
		{"timeouts that are ints and longs", "", "", "H" + str("_TO") + "\xc8\x64" + str("timeout") + "L\x00\x00\x00\x00\x00\x00\x03\xe8Z", `"" 100ms []`},
		{"scalars as text", "", "", "H" + str("i") + "\x91" + str("l") + "\xe2" + str("t") + "T" + str("d") + "\x5d\x03" + str("s") + "\x00Z", `"" 0s [{i 1} {l 2} {t true} {d 3} {s }]`},
		{"others are left out", "", "", "H" + str("n") + "N" + str("b") + "\x21x" + str("l") + "\x79\x91" + str("m") + attached("a", "b") + str("k") + str("v") + "Z", `"" 0s [{k v}]`},
		{"reserved keys are the caller's own", "", "", attached("token", "t", "generic", "true", "dubbo.tag", "gray"), `"" 0s [{token t} {generic true} {dubbo.tag gray}]`},
		{"the last of two", "", "", attached("k", "1", "j", "x", "k", "2", "group", "a", "group", "b"), `"b" 0s [{k 2} {j x}]`},
		{"case is kept", "", "", attached("X-Id", "1", "x-id", "2"), `"" 0s [{X-Id 1} {x-id 2}]`},
		{"astral and half characters", "", "", "H" + str("k") + "\x03\xed\xa0\xbd\xed\xb8\x80x" + str("h") + "\x01\xed\xa0\xbdZ", `"" 0s [{k 😀x} {h ` + "\xed\xa0\xbd" + `}]`},
		{"class defined in the arguments", "Lx/A;", "C\x01A\x91\x01f`\x91", "H" + str("o") + "`\x92" + str("k") + str("v") + "Z", `"" 0s [{k v}]`},
		{"reference into the arguments", "Lx/A;", "\x79\x91", "H" + str("r") + "Q\x90" + str("k") + str("v") + "Z", `"" 0s [{k v}]`},
	} {
		m, err := loaded(server(), c.desc, c.args, c.attachments)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := fmt.Sprintf("%q %v %v", m.Group, m.Timeout, m.Meta.Pairs); got != c.want || !m.Meta.Loaded || string(m.Body.Bytes()) != c.args {
			t.Errorf("%s: got %s, body %q", c.name, got, m.Body.Bytes())
		}
	}
}

func TestLoadMetaRefused(t *testing.T) {
	var many []string
	for i := range maxPairs + 1 {
		many = append(many, fmt.Sprint("k", i), "v")
	}
	for _, c := range []struct{ name, desc, args, attachments, text string }{
		{"an argument missing", "II", "\x91", "", "ends inside a value"},
		{"attachments missing", "I", "\x91", "", "ends inside a value"},
		{"a string", "", "", str("x"), "opcode 0x01 where a map is due"},
		{"a list", "", "", "\x78", "opcode 0x78 where a map is due"},
		{"a key that is an int", "", "", "H\x91\x01vZ", "opcode 0x91 where the key of an attachment is due"},
		{"a key that is null", "", "", "HN\x01vZ", "opcode 0x4e where the key"},
		{"a key without a value", "", "", "H\x01kZ", "hessian: read"},
		{"no end", "", "", "H\x01k\x01v", "ends inside a value"},
		{"too many", "", "", attached(many...), "over 256 attachments"},
		{"depth 10^5", "Lx;", strings.Repeat("y", 1e5) + "N", "N", "nesting over the limit"},
		{"depth 10^5 in the attachments", "", "", "H\x01k" + strings.Repeat("H\x01k", 1e5), "nesting over the limit"},
		{"classes 10^5 deep", "Lx;", "C\x01x\x91\x01f" + strings.Repeat("`", 1e5), "N", "nesting over the limit"},
		{"2^31 fields", "Lx;", "C\x01xI\x7f\xff\xff\xff", "N", "class of 2147483647 fields"},
		{"list of 2^31", "Lx;", "XI\x7f\xff\xff\xff", "N", "list of 2147483647 elements"},
		{"list of -1", "Lx;", "X\x8f", "N", "list of -1 elements"},
		{"reference to what is not there", "Lx;", "Q\x90", "N", "reference 0 of 0"},
		{"another path", "", "", attached("path", "t"), `the attachment path names "t", the request "s"`},
		{"another version", "", "", attached("version", "2.0"), `the attachment version names "2.0", the request "1.0"`},
		{"no version", "", "", attached("version", "0.0.0"), "the attachment version names"},
		{"another path, said second", "", "", attached("path", "s", "path", "t"), "the attachment path names"},
	} {
		m, err := loaded(server(), c.desc, c.args, c.attachments)
		s := codecs.Status{}
		if err != nil {
			s = codecs.StatusOf(err)
		}
		if s.Code != codecs.Invalid || !strings.HasPrefix(s.Text, "dubbo: load metadata: ") || !strings.Contains(s.Text, c.text) {
			t.Errorf("%s: got %v", c.name, s)
		}
		if m.Meta.Loaded || m.Group != "" || m.Meta.Pairs != nil {
			t.Errorf("%s: half loaded: %+v", c.name, m.Header)
		}
	}
	if m, err := loaded(server("path", "any"), "", "", attached("path", "t", "version", "2")); err != nil || m.Service != "s" || m.Version != "1.0" {
		t.Errorf("path any: %v, %+v", err, m.Header)
	}
	m := mustDecode(t, client(), frameOf(0x02, 20, 1, "\x94\x91\x01x"))
	if err := client().LoadMeta(&m); codecs.StatusOf(err).Code != codecs.Malformed {
		t.Errorf("of a response: %v", err)
	}
}

func TestLoadMetaOfResponses(t *testing.T) {
	thrown := "C\x01E\x91\x0ddetailMessage`\x01m"
	for body, want := range map[string]string{
		"\x90" + thrown:                             "thrown " + thrown + " []",
		"\x91\x02ok":                                "value \x02ok []",
		"\x92":                                      "void  []",
		"\x93" + thrown + attached("k", "v"):        "thrown " + thrown + " [{k v}]",
		"\x94\x02ok" + attached("k", "v"):           "value \x02ok [{k v}]",
		"\x95" + attached("dubbo", "2.0.2"):         "void  []",
		"\x95N":                                     "void  []",
		"\x91\x02okN":                               "value \x02ok []",
		"\x94\x02ok" + attached("group", "g"):       "value \x02ok []",
		"\x94NN":                                    "void  []",
		"\x94y\x91" + "H\x01rQ\x90\x01k\x01vZ":      "value y\x91 [{k v}]",
		"\x94\x02ok" + attached("k", "v") + "N\xff": "value \x02ok [{k v}]",
	} {
		m := mustDecode(t, client(), frameOf(0x02, 20, 1, body))
		err := client().LoadMeta(&m)
		if got := fmt.Sprintf("%v %s %v", m.Format.Shape, m.Body.Bytes(), m.Meta.Pairs); err != nil || got != want || m.Timeout != 0 || m.Group != "" {
			t.Errorf("%q: got %q, %v", body, got, err)
		}
	}
	m := mustDecode(t, client(), frameOf(0x02, 70, 1, str("boom")))
	if err := client().LoadMeta(&m); err != nil || !m.Meta.Loaded || m.Body.Len() != 0 {
		t.Errorf("status 70: %v, %+v", err, m)
	}
}

// Twice is once, and what has no frame of ours has no metadata to be read.
func TestLoadMetaTwice(t *testing.T) {
	m, err := loaded(server(), "I", "\x91", attached("k", "v"))
	if err != nil {
		t.Fatal(err)
	}
	m.Meta.Set("k", "w")
	if err := server().LoadMeta(&m); err != nil || len(m.Meta.Pairs) != 1 || m.Meta.Pairs[0].Value != "w" {
		t.Errorf("again: %v, %v", err, m.Meta)
	}
	m = codecs.Message{Kind: codecs.Request}
	if err := server().LoadMeta(&m); err != nil || !m.Meta.Loaded {
		t.Errorf("without a frame: %v, %v", err, m.Meta)
	}
}

// An owned message stays owned, and nothing is left over.
func TestLoadMetaOwned(t *testing.T) {
	m := mustDecode(t, server(), fixture(t, "dubbo-3.3.6_request_attachments"))
	m.Own()
	if err := server().LoadMeta(&m); err != nil {
		t.Fatal(err)
	}
	if !m.Frame.Bytes.Owned() || !m.Body.Owned() {
		t.Error("not owned")
	}
	m.Release()
}

// The time it takes grows with the frame and not faster: 16 times the attachments in less than 64 times the time.
func TestLoadMetaIsLinear(t *testing.T) {
	cost := func(n int) time.Duration {
		args := strings.Repeat("H\x01k\x01vZ", n)
		p := frameOf(0xc2, 0, 1, call("2.0.2", "s", "1.0", "m", "Lx;", string(binary.BigEndian.AppendUint32([]byte("XI"), uint32(n)))+args, "N"))
		best := time.Hour
		for range 5 {
			m := mustDecode(t, server(), p)
			start := time.Now()
			if err := server().LoadMeta(&m); err != nil {
				t.Fatal(err)
			}
			best = min(best, time.Since(start))
		}
		return best
	}
	if small, large := cost(4000), cost(64000); large > 64*small {
		t.Errorf("%v for 16 times %v", large, small)
	}
}

func TestReserved(t *testing.T) {
	for _, key := range (Codec{}).Traits().Reserved {
		for _, k := range []string{key, strings.ToUpper(key), strings.Replace(key, "*", "arg-0", 1)} {
			if !reserved.Has(k) {
				t.Errorf("%s is not reserved", k)
			}
		}
	}
	for _, key := range []string{"", "tokens", "remote.application", "application", "x-path", "sys_callback", "dubbo-tag", "tenant"} {
		if reserved.Has(key) {
			t.Errorf("%s is reserved", key)
		}
	}
}
