package json_test

import (
	stdjson "encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

func TestScannerWalksAnEnvelope(t *testing.T) {
	const text = ` { "action" : "/service/\u0075ser", "skip": [1, {"a": "}"}], "params": {"m": "get", "args": [1, [2, 3], "x"] } , "id":null} `
	var key, action, args, id []byte
	var m string
	n := -1
	s := json.Scan([]byte(text))
	for s.Object(); s.Member(&key); {
		switch string(key) {
		case "action":
			action = s.Text(nil)
		case "params":
			for s.Object(); s.Member(&key); {
				switch string(key) {
				case "m":
					m = string(s.Text(nil))
				case "args":
					args, n = s.Array()
				}
			}
		case "id":
			id = s.Text(nil)
		default:
			s.Value()
		}
	}
	if err := s.End(); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%s|%s|%s|%d|%v", action, m, args, n, id == nil), `/service/user|get|[1, [2, 3], "x"]|3|true`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestScannerDoesNotAllocate(t *testing.T) {
	p := []byte(`{"action":"/service/user","params":{"m":"get","args":[1,[2,3],"x"]}}`)
	var key, span []byte
	if n := testing.AllocsPerRun(100, func() {
		s := json.Scan(p)
		for s.Object(); s.Member(&key); {
			span = s.Value()
		}
		if s.End() != nil || span == nil {
			t.Error("refused")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestScannerRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{``, "byte 0: the text ends, expected '{'"},
		{`[]`, "expected '{'"},
		{`{"a":1`, "byte 6: the text ends, expected '}'"},
		{`{"a" 1}`, "byte 5: '1', expected ':'"},
		{`{"a":1,}`, "byte 7: '}', expected a member's name"},
		{`{,"a":1}`, "byte 1: ',', expected a member's name"},
		{`{"a":1 "b":2}`, "byte 7: '\"', expected ',' or '}'"},
		{`{"a":01}`, "byte 6: '1', expected ',' or '}'"},
		{`{"a":1} x`, "byte 8: 'x', expected the end"},
		{"{\"a\":\"\x01\"}", "control character 0x01"},
		{"{\"a\":\"\xff\"}", "byte 6: not UTF-8"},
		{"{\"a\":\"12345678\xed\xa0\x80\"}", "not UTF-8"},
		{`{"a":"\x"}`, "no escape that JSON knows"},
		{`{"a":"\u12g4"}`, "no escape that JSON knows"},
		{`{"a":"` + strings.Repeat("x", 40), "the text ends, expected '\"'"},
		{`{"a":1e99999}`, "exponent over limit 9999"},
		{`{"a":` + strings.Repeat("1", 5000) + `}`, "number of 5000 digits over limit 4096"},
		{`{"a":` + strings.Repeat("[", 256) + strings.Repeat("]", 256) + `}`, "nesting over the limit of 256"},
		{`{"a":` + strings.Repeat(`{"a":`, 100000), "nesting over the limit of 256"},
	} {
		var key []byte
		s := json.Scan([]byte(c.text))
		for s.Object(); s.Member(&key); {
			s.Value()
		}
		if err := s.End(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q: error %v, want %s", c.text, err, c.want)
		}
	}
	if err := json.Valid([]byte(strings.Repeat("[", 256) + strings.Repeat("]", 256))); err != nil {
		t.Errorf("depth 256: %v", err)
	}
}

func TestTextOfABrokenString(t *testing.T) {
	for _, p := range []string{`"`, `"a`, `"\x"`, "\"\xff\"", `"\u12`} {
		s := json.Scan([]byte(p))
		if got := s.Text(nil); got != nil || s.Err() == nil {
			t.Errorf("%q: %q, error %v", p, got, s.Err())
		}
		if got := s.Text(nil); got != nil {
			t.Errorf("%q: %q behind the error", p, got)
		}
	}
}

func TestUnquote(t *testing.T) {
	for _, c := range []struct{ span, want string }{
		{`""`, ""},
		{`"abc"`, "abc"},
		{`"a\"\\\/\b\f\n\r\tz"`, "a\"\\/\b\f\n\r\tz"},
		{`"\ud834\udd1e"`, "\U0001D11E"},
		{`"𝄞"`, "\U0001D11E"},
		{`"\uD834x"`, "\xed\xa0\xb4x"},
		{`"\ud834\ud834\udd1e"`, "\xed\xa0\xb4\U0001D11E"},
		{`"\udd1e\u00e9"`, "\xed\xb4\x9eé"},
	} {
		if err := json.Valid([]byte(c.span)); err != nil {
			t.Errorf("%s: %v", c.span, err)
		}
		if got := string(json.Unquote(nil, []byte(c.span))); got != c.want {
			t.Errorf("%s: got %q, want %q", c.span, got, c.want)
		}
	}
}

// FuzzValid holds the scanner against the standard library, which is laxer in two ways that are known: it takes ill-formed
// UTF-8, and has other limits.
func FuzzValid(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e-3,true,null,"x\u00e9"],"b":{}}`, `[]`, ` "\ud800" `, `-0.0E+5`, `{"a":1,}`, `[1,]`, `01`, `"` + "\t" + `"`, `{"a":{"b":[[],{}]}}`, `nul`, `1.`, `-`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		err, want := json.Valid(p), stdjson.Valid(p) && utf8.Valid(p)
		switch {
		case err == nil && !want:
			t.Errorf("%q is taken, the standard library refuses it", p)
		case err != nil && want && !errors.Is(err, token.ErrDepth) && !strings.Contains(err.Error(), "over limit"):
			t.Errorf("%q: %v, the standard library takes it", p, err)
		}
		if err == nil && p[0] == '"' && p[len(p)-1] == '"' {
			checkUnquote(t, p)
		}
	})
}

func checkUnquote(t *testing.T, p []byte) {
	t.Helper()
	var want string
	if err := stdjson.Unmarshal(p, &want); err != nil {
		t.Fatal(err)
	}
	got := string(json.Unquote(nil, p))
	if !utf8.ValidString(got) { // the standard library puts U+FFFD for a single surrogate
		return
	}
	if got != want {
		t.Errorf("%q says %q, want %q", p, got, want)
	}
}
