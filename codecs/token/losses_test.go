package token_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

var hessian2 = hessian.Hessian2()

// tell prints what a Hessian body holds.
func tell(t testing.TB, p []byte, shape codecs.Shape) string {
	t.Helper()
	var pr printer
	r := hessian2.Reader(wire.Borrow(p), codecs.Format{Encoding: "hessian2", Shape: shape}, nil)
	defer r.Close()
	var err error
	if shape == codecs.Thrown {
		_, err = token.CopyFault(&pr, r, nil)
	} else {
		_, err = token.Copy(&pr, r, nil)
	}
	if err != nil {
		t.Fatalf("%x: %v", p, err)
	}
	return pr.b.String()
}

// roundTrip takes a Hessian body to JSON, or another syntax without classes, and back.
func roundTrip(t testing.TB, p []byte, e codecs.Encoding, want *contract.Type) (text string, back []byte) {
	t.Helper()
	var o wire.Out
	if err := convert(&o, p, hessian2, e, want); err != nil {
		t.Fatalf("%s: to JSON: %v", tell(t, p, codecs.Value), err)
	}
	text = string(o.AppendTo(nil))
	o.Reset()
	if err := convert(&o, []byte(text), e, hessian2, want); err != nil {
		t.Fatalf("%s: back: %v", text, err)
	}
	return text, o.AppendTo(nil)
}

func encode(t testing.TB, ts ...token.Token) []byte {
	t.Helper()
	var o wire.Out
	w := hessian2.Writer(&o, codecs.Format{Encoding: "hessian2", Shape: codecs.Value}, nil)
	for i := range ts {
		if err := w.Put(&ts[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return o.AppendTo(nil)
}

// TestDeclaredLossesHappen has one case at least for each loss of the table, and none for another.
func TestDeclaredLossesHappen(t *testing.T) {
	happened := map[string]bool{}
	list := func(class string, n int64) token.Token {
		return token.Token{Kind: token.List, Int: n, Class: &token.Class{Name: class}}
	}
	one := token.Token{Kind: token.Int, Bits: 32, Int: 1}
	end := token.Token{Kind: token.End}
	big := func(class, text string) token.Token {
		return token.Token{Kind: token.Big, Text: []byte(text), Class: &token.Class{Name: class}}
	}
	car := &token.Class{Name: "Car", Fields: []string{"model", "model"}}
	for _, c := range []struct {
		loss, want  string // what Java gets back
		in          []token.Token
		strings     bool
		declaredFor string
	}{
		{loss: "number-width", in: []token.Token{{Kind: token.Int, Bits: 64, Int: 1}}, want: "1i"},
		{loss: "number-as-text", in: []token.Token{{Kind: token.Int, Bits: 64, Int: 1}}, want: `"1"`, strings: true},
		{loss: "number-as-text", in: []token.Token{big("java.math.BigDecimal", "1.10")}, want: `"1.10"`, strings: true},
		{loss: "decimal", in: []token.Token{big("java.math.BigDecimal", "1.10")}, want: "1.1d"},
		{loss: "decimal", in: []token.Token{big("java.math.BigDecimal", "1")}, want: "1i"},
		{loss: "big-integer", in: []token.Token{big("java.math.BigInteger", "5")}, want: "5i"},
		{loss: "not-a-number", in: []token.Token{{Kind: token.Float, Bits: 64, Num: math.Inf(-1)}}, want: `"-Infinity"`},
		{loss: "date", in: []token.Token{{Kind: token.Time, Int: 1}}, want: `"1970-01-01T00:00:00.001Z"`},
		{loss: "date", in: []token.Token{{Kind: token.Time, Class: &token.Class{Name: "java.sql.Date"}}}, want: "@0", declaredFor: "Date"},
		{loss: "time", in: []token.Token{{Kind: token.Time, Text: []byte("2026-11-21"), Class: &token.Class{Name: "java.time.LocalDate"}}}, want: `"2026-11-21"`},
		{loss: "text-class", in: []token.Token{{Kind: token.String, Text: []byte("123e4567-e89b-12d3-a456-426614174000"), Class: &token.Class{Name: "java.util.UUID"}}}, want: `"123e4567-e89b-12d3-a456-426614174000"`},
		{loss: "bytes", in: []token.Token{{Kind: token.Bytes, Text: []byte{255}}}, want: `"/w=="`},
		{loss: "list-class", in: []token.Token{list("java.util.LinkedList", 1), one, end}, want: "[1i]"},
		{loss: "map-class", in: []token.Token{{Kind: token.Map, Int: -1, Class: &token.Class{Name: "java.util.TreeMap"}}, end}, want: "{}"},
		{loss: "object", in: []token.Token{{Kind: token.Object, Class: &token.Class{Name: "Car"}}, end}, want: `{"class":"Car"}`},
		{loss: "key", in: []token.Token{{Kind: token.Map, Int: -1}, one, one, {}, one, end}, want: `{"1":1i "null":1i}`},
		{loss: "hidden-field", in: []token.Token{{Kind: token.Object, Class: car}, one, {}, end}, want: `{"class":"Car" "model":null}`},
		{loss: "reference", in: []token.Token{{Kind: token.List, Int: 2}, {Kind: token.List}, end, {Kind: token.Ref, Int: 1}, end}, want: "[[] []]"},
	} {
		in := encode(t, c.in...)
		var want *contract.Type
		if c.declaredFor != "" {
			want = typ(t, "", c.declaredFor)
		}
		_, back := roundTrip(t, in, json.Encoding{Strings: c.strings}, want)
		if got := tell(t, back, codecs.Value); got != c.want || bytes.Equal(in, back) {
			t.Errorf("%s: %s came back as %s, want %s", c.loss, tell(t, in, codecs.Value), got, c.want)
		}
		happened[c.loss] = true
	}
	lossesOfJSON(t, happened)
	lossOfHessian1(t, happened)
	for _, l := range token.Losses() {
		if l.From == "msgpack" || l.To == "msgpack" {
			continue // losses_msgpack_test.go
		}
		if !happened[l.Name] {
			t.Errorf("%s is declared and does not happen", l.Name)
		}
		delete(happened, l.Name)
	}
	for name := range happened {
		t.Errorf("%s happens and is not declared", name)
	}
}

// lossesOfJSON has the losses that do not show in a round trip from Java.
func lossesOfJSON(t *testing.T, happened map[string]bool) {
	for _, c := range []struct{ loss, typ, one, other string }{
		{"notation", "Object", "1.10", "1.1"}, {"notation", "Object", "1e2", "100.0"}, {"notation", "Object", "-0", "0"},
		{"precision", "double", "9007199254740993", "9007199254740992"}, {"precision", "float", "1.10000001", "1.1"},
		{"absent", "User", "{}", `{"name":null}`}, {"unknown-member", "User", `{"name":"x","age":1}`, `{"name":"x"}`},
	} {
		want := typ(t, "class User { String name; }", c.typ)
		var a, b wire.Out
		if err := convert(&a, []byte(c.one), json.Encoding{}, hessian2, want); err != nil {
			t.Error(err)
		}
		if err := convert(&b, []byte(c.other), json.Encoding{}, hessian2, want); err != nil {
			t.Error(err)
		}
		if !bytes.Equal(a.B, b.B) {
			t.Errorf("%s: %s and %s are told apart", c.loss, c.one, c.other)
		}
		happened[c.loss] = true
	}
	var o wire.Out
	color := encode(t, token.Token{Kind: token.Enum, Text: []byte("RED"), Class: &token.Class{Name: "Color"}})
	if err := convert(&o, color, hessian2, json.Encoding{}, typ(t, "enum Color { RED }", "Color")); err != nil || string(o.B) != `"RED"` {
		t.Errorf("enum: %s, %v", o.B, err)
	}
	happened["enum"] = true

	var p printer
	r := jsonReader(`{"class":"KeyError","message":"m","fields":{"a":1}}`, codecs.Thrown)
	defer r.Close()
	if _, err := token.CopyFault(&p, r, nil); err != nil || !strings.Contains(p.b.String(), `"KeyError: m" "fields":{}`) {
		t.Errorf("undeclared-exception: %s, %v", p.b.String(), err)
	}
	happened["undeclared-exception"] = true

	// An exception with one suppressed: class E { detailMessage, cause, stackTrace, suppressedExceptions } null null null [null].
	thrown, err := hex.DecodeString(strings.ReplaceAll("43 01 45 94"+"0d"+hex.EncodeToString([]byte("detailMessage"))+"05"+hex.EncodeToString([]byte("cause"))+
		"0a"+hex.EncodeToString([]byte("stackTrace"))+"14"+hex.EncodeToString([]byte("suppressedExceptions"))+"60 4e 4e 4e 79 4e", " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	if got := tell(t, thrown, codecs.Thrown); strings.Contains(got, "uppressed") || !strings.HasPrefix(got, `{"class":"E"`) {
		t.Errorf("suppressed: %s", got)
	}
	happened["suppressed"] = true
}

// lossOfHessian1 takes two maps through the syntax in which an object is a map with a class.
func lossOfHessian1(t *testing.T, happened map[string]bool) {
	for class, want := range map[string]string{"java.util.TreeMap": `TreeMap{"a":1i}`, "x.Map": "Map(a=1i)"} {
		in := encode(t, token.Token{Kind: token.Map, Int: -1, Class: &token.Class{Name: class}}, token.Token{Kind: token.Key, Text: []byte("a")},
			token.Token{Kind: token.Int, Bits: 32, Int: 1}, token.Token{Kind: token.End})
		_, back := roundTrip(t, in, hessian.Hessian1(), nil)
		if got := tell(t, back, codecs.Value); got != want {
			t.Errorf("a map of class %s came back as %s, want %s", class, got, want)
		}
		if same := bytes.Equal(in, back); same != (class != "x.Map") {
			t.Errorf("a map of class %s: %q came back as %q", class, in, back)
		}
	}
	happened["map-as-object"] = true
}

// TestLossesAreDocumented holds the table of docs/types.md against the one in the code.
func TestLossesAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/types.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := bytes.Cut(doc, []byte("| name | from | to | what happens |\n|---|---|---|---|\n"))
	if !ok {
		t.Fatal("docs/types.md has no table of losses")
	}
	var want strings.Builder
	for _, l := range token.Losses() {
		fmt.Fprintf(&want, "| %s | %s | %s | %s |\n", l.Name, l.From, l.To, l.What)
	}
	if string(table) != want.String() {
		t.Errorf("docs/types.md must end in\n%s", &want)
	}
}

// node is a value of Java's, as a tree.
type node struct {
	tok  token.Token
	kids []*node // of a map: keys and values
}

func (n *node) tokens(ts []token.Token) []token.Token {
	ts = append(ts, n.tok)
	for _, k := range n.kids {
		ts = k.tokens(ts)
	}
	switch n.tok.Kind {
	case token.List, token.Map, token.Object:
		ts = append(ts, token.Token{Kind: token.End})
	}
	return ts
}

// undeclared says what comes back of a value that crosses JSON undeclared, by the losses of the table and no others.
func undeclared(n *node, asStrings bool) *node {
	text := func(s string) *node { return &node{tok: token.Token{Kind: token.String, Text: []byte(s)}} }
	t := n.tok
	switch t.Kind {
	case token.Int: // number-width, number-as-text
		if asStrings && t.Bits == 64 {
			return text(fmt.Sprint(t.Int))
		}
		t.Bits = 64
		if t.Int == int64(int32(t.Int)) {
			t.Bits = 32
		}
		return &node{tok: t}
	case token.Float: // not-a-number
		switch {
		case math.IsNaN(t.Num):
			return text("NaN")
		case math.IsInf(t.Num, 0):
			return text(map[bool]string{true: "Infinity", false: "-Infinity"}[t.Num > 0])
		}
	case token.Bytes: // bytes
		var o wire.Out
		w := json.Encoding{}.Writer(&o, codecs.Format{Shape: codecs.Value}, nil)
		_ = w.Put(&t) // into memory
		_ = w.Close()
		return text(strings.Trim(string(o.B), `"`))
	case token.List: // list-class
		t.Class = nil
		l := &node{tok: t}
		for _, k := range n.kids {
			l.kids = append(l.kids, undeclared(k, asStrings))
		}
		return l
	case token.Map: // map-class, key
		m := &node{tok: token.Token{Kind: token.Map, Int: -1}}
		for i := 0; i < len(n.kids); i += 2 {
			key := token.Token{Kind: token.Key, Text: n.kids[i].tok.Text}
			if n.kids[i].tok.Kind == token.Int {
				key.Text = []byte(fmt.Sprint(n.kids[i].tok.Int))
			}
			m.kids = append(m.kids, &node{tok: key}, undeclared(n.kids[i+1], asStrings))
		}
		return m
	case token.Object: // object
		m := &node{tok: token.Token{Kind: token.Map, Int: -1}}
		m.kids = append(m.kids, &node{tok: token.Token{Kind: token.Key, Text: []byte("class")}}, text(t.Class.Name))
		for i, k := range n.kids {
			m.kids = append(m.kids, &node{tok: token.Token{Kind: token.Key, Text: []byte(t.Class.Fields[i])}}, undeclared(k, asStrings))
		}
		return m
	}
	return n
}

// drawNode makes a value.
func drawNode(r *rapid.T, depth int) *node {
	most := 8
	if depth == 0 {
		most = 5
	}
	num := func(kind token.Kind, bits uint8) *node {
		t := token.Token{Kind: kind, Bits: bits}
		if kind == token.Int {
			t.Int = rapid.Int64().Draw(r, "int") >> (64 - bits) >> rapid.IntRange(0, int(bits)-1).Draw(r, "shift")
		} else {
			t.Num = rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), 0.1, 1, 5e-324})).Draw(r, "float")
		}
		return &node{tok: t}
	}
	kids := func(n int) (all []*node) {
		for range n {
			all = append(all, drawNode(r, depth-1))
		}
		return all
	}
	switch rapid.IntRange(0, most).Draw(r, "kind") {
	case 0:
		return &node{}
	case 1:
		return &node{tok: token.Token{Kind: token.Bool, Int: int64(rapid.IntRange(0, 1).Draw(r, "bool"))}}
	case 2:
		return num(token.Int, rapid.SampledFrom([]uint8{32, 64}).Draw(r, "bits"))
	case 3:
		return num(token.Float, 64)
	case 4:
		return &node{tok: token.Token{Kind: token.String, Text: drawText(r)}}
	case 5:
		return &node{tok: token.Token{Kind: token.Bytes, Text: rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(r, "bytes")}}
	case 6:
		all := kids(rapid.IntRange(0, 3).Draw(r, "n"))
		t := token.Token{Kind: token.List, Int: int64(len(all))}
		if rapid.Bool().Draw(r, "typed") {
			t.Class = &token.Class{Name: "java.util.LinkedList"}
		}
		return &node{t, all}
	case 7:
		m := &node{tok: token.Token{Kind: token.Map, Int: -1}}
		for i := range rapid.IntRange(0, 3).Draw(r, "n") {
			key := &node{tok: token.Token{Kind: token.Key, Text: drawText(r)}}
			if rapid.Bool().Draw(r, "number") {
				key.tok = token.Token{Kind: token.Int, Bits: 32, Int: int64(i)}
			}
			m.kids = append(m.kids, key, drawNode(r, depth-1))
		}
		return m
	}
	all := kids(rapid.IntRange(0, 3).Draw(r, "n"))
	return &node{token.Token{Kind: token.Object, Class: &token.Class{Name: "com.acme.Thing", Fields: []string{"a", "b", "c"}[:len(all)]}}, all}
}

// drawText makes text, now and then with a single surrogate.
func drawText(r *rapid.T) []byte {
	p := []byte(rapid.StringN(0, 12, 40).Draw(r, "text"))
	if rapid.IntRange(0, 4).Draw(r, "odd") == 0 {
		p = append(p, 'x', 0xed, 0xa0, 0xbd, 'y')
	}
	return p
}

// TestNoOtherLosses: what crosses JSON undeclared comes back as the losses of the table say, and in no other way.
func TestNoOtherLosses(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := drawNode(r, 3)
		for _, e := range []json.Encoding{{}, {Strings: true}} {
			in := encode(t, n.tokens(nil)...)
			text, back := roundTrip(t, in, e, nil)
			want := encode(t, undeclared(n, e.Strings).tokens(nil)...)
			if got, want := tell(t, back, codecs.Value), tell(t, want, codecs.Value); got != want {
				r.Fatalf("%s: %s is %s and comes back as\n%s, not as the losses say\n%s", e.Name(), tell(t, in, codecs.Value), text, got, want)
			}
		}
	})
}
