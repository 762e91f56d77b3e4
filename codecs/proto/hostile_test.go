package proto_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// nest puts a message into itself n times, as field number of a single byte's tag.
func nest(tag byte, n int) []byte {
	var p []byte
	for range n {
		size := appendUvarint(nil, uint64(len(p)))
		p = append(append([]byte{tag}, size...), p...)
	}
	return p
}

func appendUvarint(b []byte, v uint64) []byte {
	for ; v >= 0x80; v >>= 7 {
		b = append(b, byte(v)|0x80)
	}
	return append(b, byte(v))
}

// TestRefusedMessages has what no message may be, and the words in which it is refused.
func TestRefusedMessages(t *testing.T) {
	o := newOracle(t, everything)
	child := []byte{0x8a, 0x01} // field 17
	deep := func(n int) []byte {
		var p []byte
		for range n {
			p = append(append(bytes.Clone(child), appendUvarint(nil, uint64(len(p)))...), p...)
		}
		return p
	}
	for name, c := range map[string]struct {
		p    []byte
		want string
	}{
		"tag of 11 bytes":      {bytes.Repeat([]byte{0xff}, 11), "a tag that does not end"},
		"tag cut":              {[]byte{0x80}, "a tag that does not end"},
		"field 0":              {[]byte{0x00, 0x00}, "field number 0"},
		"field over 2^29":      {[]byte{0x80, 0x80, 0x80, 0x80, 0x10, 0}, "field number 536870912"},
		"group":                {[]byte{0x1b, 0x1c}, "field 3 is a group"},
		"wire type 6":          {[]byte{0x1e}, "wire type 6"},
		"length over":          {[]byte{0x72, 0x7f, 'a'}, "length 127 over the 1 bytes left"},
		"length of 64 bits":    {[]byte{0x72, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, "length 18446744073709551615"},
		"varint of 65 bits":    {[]byte{0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02}, "does not end"},
		"fixed cut":            {[]byte{0x09, 1, 2, 3}, "does not end"},
		"not UTF-8":            {[]byte{0x72, 0x01, 0xff}, "field fString is not UTF-8"},
		"packed cut":           {[]byte{0xfa, 0x01, 0x02, 0x01, 0x80}, "packed elements do not end"},
		"packed fixed cut":     {[]byte{0xba, 0x02, 0x03, 1, 2, 3}, "packed elements do not end"},
		"257 levels":           {deep(257), "nesting over the limit of 256"},
		"Value without a kind": {[]byte{0x82, 0x04, 0x00}, "no kind of value is set"},
	} {
		_, err := o.toJSON(c.p)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if code := codecs.StatusOf(err).Code; err != nil && code != codecs.Invalid {
			t.Errorf("%s: %v", name, code)
		}
	}
	if _, err := o.toJSON(deep(254)); err != nil { // the innermost message has lists, which are a level, too
		t.Errorf("254 levels: %v", err)
	}
	if _, err := o.toJSON(deep(257)); !errors.Is(err, token.ErrDepth) {
		t.Errorf("257 levels: %v", err)
	}
}

// TestSmallBodiesStaySmall: what an attacker makes of few bytes costs few.
func TestSmallBodiesStaySmall(t *testing.T) {
	o := newOracle(t, everything)
	alternate := bytes.Repeat([]byte{0x92, 0x02, 0x01, 'a', 0x9a, 0x02, 0x01, 'b', 0xaa, 0x02, 0x00, 0xb2, 0x02, 0x00}, 1<<14)
	pieces := nest(0x0a, 200)
	for name, c := range map[string]struct {
		p    []byte
		want string
	}{
		"empty messages in a list":  {bytes.Repeat([]byte{0xb2, 0x02, 0x00}, 1<<18), "absent fields"},
		"alternating lists":         {alternate, ""},
		"empty packed records":      {bytes.Repeat([]byte{0xfa, 0x01, 0x00}, 1<<20), ""},
		"a message in pieces":       {bytes.Repeat(append([]byte{0x8a, 0x01}, append(appendUvarint(nil, uint64(len(pieces))), pieces...)...), 500), ""},
		"a oneof that changes":      {bytes.Repeat([]byte{0x98, 0x03, 0x01, 0xa2, 0x03, 0x00}, 1<<18), ""},
		"a million unknown fields":  {bytes.Repeat([]byte{0xb8, 0x3e, 0x00}, 1<<20), ""},
		"a million values of a map": {bytes.Repeat([]byte{0xca, 0x02, 0x00}, 1<<18), ""},
	} {
		start := time.Now()
		_, err := o.toJSON(c.p)
		took := time.Since(start)
		t.Logf("%s: %d bytes took %v", name, len(c.p), took)
		if took > 10*time.Second && !racing {
			t.Errorf("%s: %d bytes took %v", name, len(c.p), took)
		}
		if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestWideningIsLinear: lengths that need more bytes than were left for them move what stands behind once, however deep they are.
func TestWideningIsLinear(t *testing.T) {
	o := newOracle(t, everything)
	const levels = 250
	text := strings.Repeat(`{"child":`, levels) + `{"fString":"` + strings.Repeat("x", 4<<20) + `"}` + strings.Repeat("}", levels)
	p, err := o.toProto([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for len(p) < 4<<20 || p[0] == 0x8a { // field 17
		skip := 2
		for p[skip] >= 0x80 {
			skip++
		}
		p = p[skip+1:]
		if n++; p[0] != 0x8a {
			break
		}
	}
	if n != levels || p[0] != 0x72 || len(p) != 4<<20+5 {
		t.Errorf("%d levels, then %x and %d bytes", n, p[0], len(p))
	}
}

// TestRefusedValues has what does not fit a field, from JSON.
func TestRefusedValues(t *testing.T) {
	o := newOracle(t, everything)
	for text, want := range map[string]string{
		`{"fInt32":2147483648}`:            "does not fit",
		`{"fUint32":-1}`:                   "does not fit uint32",
		`{"fUint64":18446744073709551616}`: "does not fit uint64",
		`{"fInt64":"1.5"}`:                 "does not fit",
		`{"fFloat":1e39}`:                  "does not fit",
		`{"fBool":1}`:                      "does not fit",
		`{"fBytes":"?"}`:                   "does not fit",
		`{"fColor":"GREEN"}`:               "does not fit",
		`{"fString":"\ud800"}`:             "a text with a single surrogate",
		`{"child":[]}`:                     "does not fit",
		`{"child":5}`:                      "does not fit",
		`{"rInt32":{}}`:                    "does not fit",
		`{"rInt32":[null]}`:                "null among the elements",
		`{"mString":{"a":null}}`:           "does not fit",
		`{"mInt64":{"x":"a"}}`:             "does not fit",
		`{"fInt32":1,"f_int32":2}`:         "field fInt32 comes twice",
		`{"oneInt":1,"oneString":"x"}`:     "another of the same oneof",
		`{"at":"2026-11-21"}`:              "does not fit Timestamp",
		`{"at":"10000-01-01T00:00:00Z"}`:   "does not fit Timestamp",
		`{"span":"1"}`:                     "does not fit Duration",
		`{"span":"315576000001s"}`:         "does not fit Duration",
		`{"mask":"a_b"}`:                   "is not in camel case",
		`{"any":{"fInt32":1}}`:             `the first member is not "@type"`,
		`{"any":{"@type":5}}`:              "for a type URL",
		`{"any":{"@type":"x/google.protobuf.Duration","value":"1s","more":1}}`: "more members",
		`{"value":"NaN","wDouble":"x"}`:                                        "does not fit",
	} {
		_, err := o.toProto([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// TestTaken has what is taken besides the usual form.
func TestTaken(t *testing.T) {
	o := newOracle(t, everything)
	for text, want := range map[string]string{
		`{"f_int32":"7","unknown":{"a":[1,{"b":2}]},"fInt64":7.0,"fUint64":"18446744073709551615"}`: `{"fInt32":7,"fInt64":"7","fUint64":"18446744073709551615"}`,
		`{"fColor":1,"rColor":["ROUGE",9],"fDouble":"Infinity","fBool":"true"}`:                     `{"fColor":"RED","rColor":["RED",9],"fDouble":"Infinity","fBool":true}`,
		`{"at":"2026-11-21T04:18:00.5+01:00","span":"PT-1H-0.5S","fBytes":"_-8"}`:                   `{"at":"2026-11-21T03:18:00.500Z","span":"-3600.500s","fBytes":"/+8="}`,
		`{"child":null,"oneInt":null,"oneString":"x","rInt32":null}`:                                `{"oneString":"x"}`,
		`{"any":{"@type":"t/unknown.Type","value":"AQI="}}`:                                         `{"any":{"@type":"t/unknown.Type","value":"AQI="}}`,
		`{"any":{}}`: `{"any":{}}`,
	} {
		for i, in := range []string{text, want} {
			p, err := o.toProto([]byte(in))
			if err != nil {
				t.Errorf("%s: %v", in, err)
				continue
			}
			got, err := o.toJSON(p)
			if err != nil {
				t.Errorf("%s: %v", in, err)
				continue
			}
			if text := defaults(string(got)); i == 0 && same([]byte(text), []byte(want)) != nil {
				t.Errorf("%s became %s, want %s", in, text, want)
			}
		}
	}
}

// defaults takes the members away that are zero.
func defaults(text string) string {
	for _, zero := range []string{`0.0`, `0`, `"0"`, `false`, `""`, `"NONE"`, `[]`, `{}`} {
		parts := strings.Split(text[1:len(text)-1], ",")
		kept := parts[:0]
		for _, p := range parts {
			if !strings.HasSuffix(p, ":"+zero) || strings.HasPrefix(p, `"any"`) || strings.Count(p, `"`) > 4 {
				kept = append(kept, p)
			}
		}
		text = "{" + strings.Join(kept, ",") + "}"
	}
	return text
}

// TestNothingKnown: without a table there is no reading and no writing, and the error says what is missing.
func TestNothingKnown(t *testing.T) {
	var o wire.Out
	for _, want := range []*contract.Type{nil, contract.Object()} {
		r := enc.Reader(wire.Borrow([]byte{8, 1}), format(enc, codecs.Value), want)
		w := enc.Writer(&o, format(enc, codecs.Value), want)
		_, err := token.Copy(w, r, want)
		r.Close()
		if code := codecs.StatusOf(err).Code; code != codecs.Unimplemented || w.Close() == nil || enc.Reads(want) {
			t.Errorf("%v: %v", code, err)
		}
	}
}
