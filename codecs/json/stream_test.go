package json_test

import (
	stdjson "encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	jsoniter "github.com/json-iterator/go"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

var (
	_     codecs.Encoding = json.Encoding{}
	value                 = codecs.Format{Encoding: "json", Shape: codecs.Value}
)

func read(p string) token.Reader {
	return json.Encoding{}.Reader(wire.Borrow([]byte(p)), value, nil)
}

// tokens gives all tokens of a text, in words.
func tokens(p string) ([]string, error) {
	r := read(p)
	defer r.Close()
	var (
		t   token.Token
		out []string
	)
	for {
		err := r.Next(&t)
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out = append(out, words(&t))
	}
}

func words(t *token.Token) string {
	switch t.Kind {
	case token.Int, token.Bool:
		return fmt.Sprintf("%s %d", t.Kind, t.Int)
	case token.Null, token.End, token.List, token.Map:
		return t.Kind.String()
	case token.Float:
		return fmt.Sprintf("float %s %g", t.Text, t.Num)
	}
	return fmt.Sprintf("%s %s", t.Kind, t.Text)
}

func TestReaderGivesTokens(t *testing.T) {
	const text = ` {"a" : [ 1 , -9223372036854775808, 9223372036854775808, 18446744073709551616,-0], "b\u0022":{ }, "c":[],
		"d": [ -1.50, 1e400, 9223372036854775807 , true,false,null, "x\ny" ] } `
	want := []string{"map", "key a", "list", "int 1", "int -9223372036854775808", "big 9223372036854775808",
		"big 18446744073709551616", "int 0", "end", `key b"`, "map", "end", "key c", "list", "end", "key d", "list",
		"float -1.50 -1.5", "float 1e400 +Inf", "int 9223372036854775807", "bool 1", "bool 0", "null", "string x\ny", "end", "end"}
	got, err := tokens(text)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestReaderRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{``, "byte 0: the text ends, expected a value"},
		{`1 2`, "byte 2: '2', expected the end"},
		{`[1 2]`, "byte 3: '2', expected ',' or the closing bracket"},
		{`[1,]`, "byte 3: ']', expected a value"},
		{`{"a":1,}`, "byte 7: '}', expected a member's name"},
		{`{"a":}`, "byte 5: '}', expected a value"},
		{`{"a"}`, "byte 4: '}', expected ':'"},
		{`{1:2}`, "byte 1: '1', expected a member's name"},
		{`[1}`, "byte 2: '}', expected ',' or the closing bracket"},
		{`tru`, "byte 0: 't', expected a value"},
		{strings.Repeat("[", 257), "nesting over the limit of 256"},
		{strings.Repeat("[", 100_000), "nesting over the limit of 256"},
	} {
		if _, err := tokens(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.20s: error %v, want %s", c.text, err, c.want)
		}
		r := read(c.text)
		if err := r.Skip(); err == nil {
			t.Errorf("%.20s: Skip takes it", c.text)
		}
		r.Close()
	}
}

func TestEmptyTextIsNoArguments(t *testing.T) {
	var tok token.Token
	for shape, want := range map[codecs.Shape]bool{codecs.Void: true, codecs.Args: true, codecs.Value: false} {
		r := json.Encoding{}.Reader(wire.Borrow([]byte(" ")), codecs.Format{Shape: shape}, nil)
		if err := r.Next(&tok); (err == io.EOF) != want {
			t.Errorf("%v: %v", shape, err)
		}
		r.Close()
	}
}

// TestSeek comes back to every place of a text, from its end.
func TestSeek(t *testing.T) {
	const text = `{"a":[1,[2,{"b":"x\n"}],{}],"c":{"d":null},"e":"end"}`
	all, err := tokens(text)
	if err != nil {
		t.Fatal(err)
	}
	r := read(text)
	defer r.Close()
	var tok token.Token
	var marks []token.Mark
	for {
		marks = append(marks, r.Mark())
		if err := r.Next(&tok); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for i, m := range marks[:len(all)] {
		if err := r.Seek(m); err != nil {
			t.Fatal(err)
		}
		for _, want := range all[i:] {
			if err := r.Next(&tok); err != nil || words(&tok) != want {
				t.Fatalf("from %d: got %s, %v, want %s", i, words(&tok), err, want)
			}
		}
	}
}

func TestPassIsBounded(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 255) + `"` + strings.Repeat("x", 1<<20) + `"` + strings.Repeat("}", 255)
	r := read(deep)
	defer r.Close()
	var tok token.Token
	var err error
	for n := 0; err == nil && n < 255; n++ {
		if err = r.Next(&tok); err == nil {
			err = r.Next(&tok) // the key
		}
		m := r.Mark()
		if err == nil {
			err = r.Pass()
		}
		if err == nil {
			err = r.Seek(m)
		}
	}
	if err == nil || !strings.Contains(err.Error(), "too many nested objects") {
		t.Errorf("error %v", err)
	}
}

// FuzzReader: a text is read if and only if it is valid; json-iterator sees the same values; Skip and Pass end where Next does;
// what is written from the tokens is read as the same tokens.
func FuzzReader(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e-3,true,null,"x\u00e9"],"b":{}}`, `[[],{}, "\ud834\udd1e"]`, `12345678901234567890123`,
		` -0.0E+5`, `{"a":{"b":{"c":[1,{"d":"\\\""}]}}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, p string) {
		got, err := tokens(p)
		if valid := json.Valid([]byte(p)); (err == nil) != (valid == nil) {
			t.Fatalf("read: %v, valid: %v", err, valid)
		}
		if err != nil {
			return
		}
		for name, hop := range map[string]func(token.Reader) error{"skip": token.Reader.Skip, "pass": token.Reader.Pass} {
			var tok token.Token
			r := read(p)
			if err := hop(r); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := r.Next(&tok); err != io.EOF {
				t.Fatalf("%s: not at the end: %v", name, err)
			}
			r.Close()
		}
		if utf8.ValidString(strings.Join(got, "")) { // json-iterator puts U+FFFD for a single surrogate
			if want := iterate(p); want != nil && strings.Join(got, "|") != strings.Join(want, "|") {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		}
		again, err := tokens(rewrite(t, p, json.Encoding{}))
		if err != nil || strings.Join(got, "|") != strings.Join(again, "|") {
			t.Errorf("%q came back as %q, %v", got, again, err)
		}
	})
}

// iterate gives the tokens as json-iterator sees them, nil if it refuses.
func iterate(p string) []string {
	it := jsoniter.ParseString(jsoniter.ConfigDefault, p)
	var out []string
	var walk func()
	walk = func() {
		switch it.WhatIsNext() {
		case jsoniter.ObjectValue:
			out = append(out, "map")
			it.ReadMapCB(func(_ *jsoniter.Iterator, k string) bool {
				out = append(out, "key "+k)
				walk()
				return it.Error == nil || errors.Is(it.Error, io.EOF)
			})
			out = append(out, "end")
		case jsoniter.ArrayValue:
			out = append(out, "list")
			it.ReadArrayCB(func(*jsoniter.Iterator) bool {
				walk()
				return it.Error == nil || errors.Is(it.Error, io.EOF)
			})
			out = append(out, "end")
		case jsoniter.NumberValue:
			n, err := tokens(string(it.ReadNumber()))
			if err != nil {
				it.ReportError("number", err.Error())
			}
			out = append(out, n...)
		case jsoniter.StringValue:
			out = append(out, "string "+it.ReadString())
		case jsoniter.BoolValue:
			if it.ReadBool() {
				out = append(out, "bool 1")
			} else {
				out = append(out, "bool 0")
			}
		default:
			it.ReadNil()
			out = append(out, "null")
		}
	}
	walk()
	if it.Error != nil && !errors.Is(it.Error, io.EOF) {
		return nil
	}
	return out
}

// rewrite passes the tokens of p to a writer.
func rewrite(t *testing.T, p string, e json.Encoding) string {
	t.Helper()
	var o wire.Out
	var tok token.Token
	r, w := read(p), e.Writer(&o, value, nil)
	defer r.Close()
	for {
		err := r.Next(&tok)
		if err == io.EOF {
			break
		}
		if err == nil {
			err = w.Put(&tok)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return string(o.AppendTo(nil))
}

// write puts tokens and gives what is written.
func write(e json.Encoding, ts ...token.Token) (string, error) {
	var o wire.Out
	w := e.Writer(&o, value, nil)
	for i := range ts {
		if err := w.Put(&ts[i]); err != nil {
			_ = w.Close() // the value is not whole, which is known
			return "", err
		}
	}
	err := w.Close()
	return string(o.AppendTo(nil)), err
}

func TestWriter(t *testing.T) {
	car := &token.Class{Name: "Car", Fields: []string{"model", "year", "model"}}
	stamp := &token.Class{Name: "java.sql.Timestamp"}
	day := &token.Class{Name: "java.time.LocalDate"}
	text := func(s string) token.Token { return token.Token{Kind: token.String, Text: []byte(s)} }
	end := token.Token{Kind: token.End}
	list := func(ts ...token.Token) []token.Token {
		return append(append([]token.Token{{Kind: token.List, Int: -1}}, ts...), end)
	}
	for _, c := range []struct {
		in            []token.Token
		want, strings string // strings: what "json-strings" writes, if something else
	}{
		{in: list(token.Token{}, token.Token{Kind: token.Bool, Int: 1}, token.Token{Kind: token.Bool}), want: `[null,true,false]`},
		{list(token.Token{Kind: token.Int, Bits: 32, Int: 1}, token.Token{Kind: token.Int, Bits: 64, Int: 1},
			token.Token{Kind: token.Int, Int: 1<<53 - 1}, token.Token{Kind: token.Int, Int: -1 << 53}),
			`[1,1,9007199254740991,-9007199254740992]`, `[1,"1",9007199254740991,"-9007199254740992"]`},
		{list(token.Token{Kind: token.Float, Num: 1}, token.Token{Kind: token.Float, Num: 0.1}, token.Token{Kind: token.Float, Num: float64(float32(1.1)), Bits: 32},
			token.Token{Kind: token.Float, Num: 1e21}, token.Token{Kind: token.Float, Num: 1e20}, token.Token{Kind: token.Float, Num: 1e-7},
			token.Token{Kind: token.Float, Num: math.Copysign(0, -1)}, token.Token{Kind: token.Float, Text: []byte("1.10"), Num: 1.1}),
			`[1.0,0.1,1.1,1e+21,100000000000000000000.0,1e-07,-0.0,1.10]`, ``},
		{list(token.Token{Kind: token.Float, Num: math.NaN()}, token.Token{Kind: token.Float, Num: math.Inf(1)}, token.Token{Kind: token.Float, Num: math.Inf(-1)}),
			`["NaN","Infinity","-Infinity"]`, ``},
		{list(token.Token{Kind: token.Big, Text: []byte("1.10")}, token.Token{Kind: token.Big, Text: []byte("1E+3")}), `[1.10,1E+3]`, `["1.10","1E+3"]`},
		{list(token.Token{Kind: token.Time, Int: 1795231080123}, token.Token{Kind: token.Time, Int: -1, Class: stamp}, token.Token{Kind: token.Time, Class: day, Text: []byte("2026-11-21")}),
			`["2026-11-21T03:18:00.123Z","1969-12-31T23:59:59.999Z","2026-11-21"]`, ``},
		{list(token.Token{Kind: token.Time, Int: 253402300800000}, token.Token{Kind: token.Time, Int: -62198755200000}, token.Token{Kind: token.Time, Int: math.MinInt64}),
			`["+10000-01-01T00:00:00.000Z","-0001-01-01T00:00:00.000Z","-292275055-05-16T16:47:04.192Z"]`, ``},
		{list(token.Token{Kind: token.Bytes, Text: []byte{0, 255, 254, 1}}, token.Token{Kind: token.Enum, Text: []byte("RED")}, text("\xed\xa0\xbd")), `["AP/+AQ==","RED","\ud83d"]`, ``},
		{list(list()...), `[[]]`, ``},
		{[]token.Token{{Kind: token.Object, Class: car}, text("old"), {Kind: token.Int, Int: 1}, text("new"), end}, `{"class":"Car","year":1,"model":"new"}`, ``},
		{[]token.Token{{Kind: token.Object, Class: car, Int: 1}, {Kind: token.Map}, end, {Kind: token.Int, Int: 1}, text("new"), end}, `{"year":1,"model":"new"}`, ``},
		{[]token.Token{{Kind: token.Map}, {Kind: token.Key, Text: []byte("a")}, text("1"), {Kind: token.Int, Int: 7}, text("2"), {}, {},
			{Kind: token.Bool}, text("3"), {Kind: token.Float, Num: 1.5}, {Kind: token.List}, end, {Kind: token.Time}, {Kind: token.Map}, end,
			{Kind: token.Int, Int: 8, Bits: 64}, {}, {Kind: token.Float, Num: math.NaN()}, {}, end},
			`{"a":"1","7":"2","null":null,"false":"3","1.5":[],"1970-01-01T00:00:00.000Z":{},"8":null,"NaN":null}`, ``},
	} {
		if c.strings == "" {
			c.strings = c.want
		}
		for e, want := range map[json.Encoding]string{{}: c.want, {Strings: true}: c.strings} {
			got, err := write(e, c.in...)
			if err != nil || got != want {
				t.Errorf("%s: got %s, %v, want %s", e.Name(), got, err, want)
			}
			if !stdjson.Valid([]byte(got)) {
				t.Errorf("%s is not JSON", got)
			}
		}
	}
}

func TestWriterRefuses(t *testing.T) {
	car := &token.Class{Name: "Car", Fields: []string{"model"}}
	end := token.Token{Kind: token.End}
	for want, in := range map[string][]token.Token{
		"not whole":                            {{Kind: token.List}},
		"the value is not whole":               {},
		"more than one value":                  {{}, {}},
		"an end without a beginning":           {end},
		"a key without a value":                {{Kind: token.Map}, {Kind: token.Key}, end},
		"a list cannot be the key of a map":    {{Kind: token.Map}, {Kind: token.List}},
		"0 values for the 1 fields of Car":     {{Kind: token.Object, Class: car}, end},
		"more values than the 1 fields of Car": {{Kind: token.Object, Class: car}, {}, {}},
		"JSON has no references":               {{Kind: token.Ref}},
		`"1,\"admin\":true" is no number`:      {{Kind: token.Big, Text: []byte(`1,"admin":true`)}},
		"a number without digits":              {{Kind: token.Big}},
		"nesting over the limit":               nil,
	} {
		if in == nil {
			in = make([]token.Token, 257)
			for i := range in {
				in[i].Kind = token.List
			}
		}
		if got, err := write(json.Encoding{}, in...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %s, %v", want, got, err)
		}
	}
}

// TestNamesAreBounded: a class with long names and a thousand empty objects.
func TestNamesAreBounded(t *testing.T) {
	class := &token.Class{Name: "Wide", Fields: []string{strings.Repeat("a", 1<<16), strings.Repeat("b", 1<<16)}}
	in := []token.Token{{Kind: token.List, Int: -1}}
	for range 1000 {
		in = append(in, token.Token{Kind: token.Object, Class: class}, token.Token{}, token.Token{}, token.Token{Kind: token.End})
	}
	if _, err := write(json.Encoding{}, in...); err == nil || !strings.Contains(err.Error(), "over limit 33554432") {
		t.Errorf("error %v", err)
	}
}
