package token_test

import (
	"bytes"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/msgpack"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// packed writes tokens as MessagePack.
func packed(t testing.TB, ts ...token.Token) []byte {
	t.Helper()
	var o wire.Out
	w := msgpack.Encoding{}.Writer(&o, codecs.Format{Encoding: "msgpack", Shape: codecs.Value}, nil)
	for i := range ts {
		if err := w.Put(&ts[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return o.B
}

// crossing is a value that crosses from one syntax to another and, if back, returns: what was lost is what it differs in.
type crossing struct {
	loss, from, to, typ string
	in                  []byte
	want                string // of Hessian as tell prints it, of MessagePack in hex
}

var fromJSON = func(s string) []byte { return []byte(s) }

func crossings(t *testing.T) []crossing {
	end := token.Token{Kind: token.End}
	one := token.Token{Kind: token.Int, Bits: 32, Int: 1}
	of := func(k token.Kind, class, text string) token.Token {
		return token.Token{Kind: k, Class: &token.Class{Name: class}, Text: []byte(text)}
	}
	open := func(k token.Kind, class string) token.Token {
		return token.Token{Kind: k, Int: -1, Class: &token.Class{Name: class}}
	}
	color := &token.Class{Name: "Color", Fields: []string{"name"}}
	red := token.Token{Kind: token.String, Text: []byte("RED")}
	java := func(loss, want string, ts ...token.Token) crossing {
		return crossing{loss, "hessian2", "msgpack", "", encode(t, ts...), want}
	}
	pack := func(loss, to, in, want string) crossing {
		p, err := hex.DecodeString(in)
		if err != nil {
			t.Fatal(err)
		}
		return crossing{loss, "msgpack", to, "", p, want}
	}
	return []crossing{
		java("number-width", "1i", token.Token{Kind: token.Int, Bits: 64, Int: 1}),
		java("decimal", `"1.10"`, of(token.Big, "java.math.BigDecimal", "1.10")),
		java("decimal", `"1"`, of(token.Big, "java.math.BigDecimal", "1")),
		java("big-integer", "5i", of(token.Big, "java.math.BigInteger", "5")),
		java("big-integer", `"18446744073709551616"`, of(token.Big, "java.math.BigInteger", "18446744073709551616")),
		{"date", "hessian2", "msgpack", "Date", encode(t, open(token.Time, "java.sql.Date")), "@-1"},
		java("time", `"2026-11-21"`, of(token.Time, "java.time.LocalDate", "2026-11-21")),
		java("time", "@1", of(token.Time, "java.time.Instant", "1970-01-01T00:00:00.001Z")),
		java("time", `"+10000-01-01T00:00:00Z"`, of(token.Time, "java.time.Instant", "+10000-01-01T00:00:00Z")),
		java("text-class", `"zh_CN"`, of(token.String, "java.util.Locale", "zh_CN")),
		{"enum", "hessian2", "msgpack", "", encode(t, token.Token{Kind: token.Map, Int: -1}, token.Token{Kind: token.Object, Class: color}, red, end, one, end), `{"RED":1i}`},
		java("list-class", "[1i]", token.Token{Kind: token.List, Int: 1, Class: &token.Class{Name: "java.util.LinkedList"}}, one, end),
		java("map-class", "{}", open(token.Map, "java.util.TreeMap"), end),
		java("object", `{"class":"Car"}`, token.Token{Kind: token.Object, Class: &token.Class{Name: "Car"}}, end),
		java("hidden-field", `{"class":"Car" "m":null}`, token.Token{Kind: token.Object, Class: &token.Class{Name: "Car", Fields: []string{"m", "m"}}}, one, token.Token{}, end),
		java("reference", "[[] []]", token.Token{Kind: token.List, Int: 2}, token.Token{Kind: token.List}, end, token.Token{Kind: token.Ref, Int: 1}, end),
		pack("number-width", "hessian2", "ca3fc00000", "cb3ff8000000000000"),
		pack("key", "hessian2", "81c4016b01", "81a16b01"),
		{"notation", "json", "msgpack", "", fromJSON("1.10"), "1.1"}, {"notation", "json", "msgpack", "", fromJSON("1e2"), "100.0"},
		{"notation", "json", "msgpack", "", fromJSON("-0"), "0"}, {"notation", "json", "msgpack", "", fromJSON("0.1000000000000000001"), `"0.1000000000000000001"`},
		{"notation", "json", "msgpack", "", fromJSON("18446744073709551616"), `"18446744073709551616"`},
		{"precision", "json", "msgpack", "double", fromJSON("9007199254740993"), "9007199254740992.0"},
		{"precision", "json", "msgpack", "float", fromJSON("1.10000001"), "1.1"},
		pack("number-width", "json", "ca3dcccccd", "cb3fb999999999999a"),
		pack("not-a-number", "json", "cb7ff0000000000000", "a8496e66696e697479"),
		pack("date", "json", "d6ff00000000", "b8"+hex.EncodeToString([]byte("1970-01-01T00:00:00.000Z"))),
		pack("bytes", "json", "c401ff", "a42f773d3d"),
		pack("key", "json", "820101c0c3", "82a13101a46e756c6cc3"),
	}
}

// TestLossesOfMessagePackHappen has one case at least for each loss of the table from or to MessagePack, and none for another.
func TestLossesOfMessagePackHappen(t *testing.T) {
	encodings := map[string]codecs.Encoding{"json": json.Encoding{}, "msgpack": msgpack.Encoding{}, "hessian2": hessian2}
	happened := map[[3]string]bool{}
	for _, c := range crossings(t) {
		var there, back wire.Out
		from, to := encodings[c.from], encodings[c.to]
		want := typ(t, "", "Object")
		if c.typ != "" {
			want = typ(t, "", c.typ)
		} else if c.from == "hessian2" {
			want = nil
		}
		if err := convert(&there, c.in, from, to, want); err != nil {
			t.Fatalf("%s: %v", c.loss, err)
		}
		if err := convert(&back, there.B, to, from, want); err != nil {
			t.Fatalf("%s: %x: back: %v", c.loss, there.B, err)
		}
		got := hex.EncodeToString(back.B)
		switch c.from {
		case "hessian2":
			got = tell(t, back.B, codecs.Value)
		case "json":
			got = string(back.B)
		}
		if got != c.want || bytes.Equal(back.B, c.in) {
			t.Errorf("%s: %x came back from %s as %s, want %s", c.loss, c.in, c.to, got, c.want)
		}
		happened[[3]string{c.loss, c.from, c.to}] = true
	}
	suppressedByMessagePack(t)
	happened[[3]string{"suppressed", "hessian2", "msgpack"}] = true
	for _, l := range token.Losses() {
		at := [3]string{l.Name, l.From, l.To}
		if (l.From == "msgpack" || l.To == "msgpack") && !happened[at] {
			t.Errorf("%v is declared and does not happen", at)
		}
		delete(happened, at)
	}
	for at := range happened {
		t.Errorf("%v happens and is not declared", at)
	}
}

// suppressedByMessagePack takes an exception with one suppressed across.
func suppressedByMessagePack(t *testing.T) {
	field := func(head, name string) string { return head + hex.EncodeToString([]byte(name)) }
	thrown, err := hex.DecodeString("43014594" + field("0d", "detailMessage") + field("05", "cause") + field("0a", "stackTrace") +
		field("14", "suppressedExceptions") + "604e4e4e794e")
	if err != nil {
		t.Fatal(err)
	}
	f := codecs.Format{Shape: codecs.Thrown}
	var o wire.Out
	r := hessian2.Reader(wire.Borrow(thrown), f, nil)
	w := msgpack.Encoding{}.Writer(&o, f, nil)
	_, err = token.CopyFault(w, r, nil)
	r.Close()
	if e := w.Close(); err != nil || e != nil || bytes.Contains(o.B, []byte("uppressed")) || !bytes.Contains(o.B, []byte("\xa5class\xa1E")) {
		t.Errorf("suppressed: %x, %v, %v", o.B, err, e)
	}
}

// undeclaredInMessagePack says what comes back of a value that crosses MessagePack undeclared, by the losses and no others.
func undeclaredInMessagePack(n *node) *node {
	t := n.tok
	m := &node{tok: t}
	switch t.Kind {
	case token.Int: // number-width
		m.tok.Bits = 64
		if t.Int == int64(int32(t.Int)) {
			m.tok.Bits = 32
		}
	case token.Object: // object
		m.tok = token.Token{Kind: token.Map, Int: -1}
		m.kids = append(m.kids, &node{tok: token.Token{Kind: token.Key, Text: []byte("class")}},
			&node{tok: token.Token{Kind: token.String, Text: []byte(t.Class.Name)}})
	case token.List, token.Map: // list-class, map-class
		m.tok.Class = nil
	}
	for i, k := range n.kids {
		if t.Kind == token.Object {
			m.kids = append(m.kids, &node{tok: token.Token{Kind: token.Key, Text: []byte(t.Class.Fields[i])}})
		}
		m.kids = append(m.kids, undeclaredInMessagePack(k))
	}
	return m
}

// TestNoOtherLossesOfMessagePack: what crosses MessagePack undeclared comes back as the losses of the table say, and in no other way.
func TestNoOtherLossesOfMessagePack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := drawNode(r, 3)
		in := encode(t, n.tokens(nil)...)
		there, back := roundTrip(t, in, msgpack.Encoding{}, nil)
		want := encode(t, undeclaredInMessagePack(n).tokens(nil)...)
		if got, want := tell(t, back, codecs.Value), tell(t, want, codecs.Value); got != want {
			r.Fatalf("%s is %x and comes back as\n%s, not as the losses say\n%s", tell(t, in, codecs.Value), there, got, want)
		}
	})
}

// TestDeclaredValuesLoseNothingInMessagePack: what has become a declared Java value goes to MessagePack and back as the same bytes.
func TestDeclaredValuesLoseNothingInMessagePack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := world{decls: []string{"enum Color { RED, GREEN }"}}
		d := w.draw(r, 3)
		want := typ(t, strings.Join(w.decls, "\n"), d.name)
		in := d.value(r)
		var o wire.Out
		if err := convert(&o, []byte(in), json.Encoding{}, hessian2, want); err != nil {
			r.Fatalf("%s for %s: %v\n%s", in, d.name, err, strings.Join(w.decls, "\n"))
		}
		java := o.AppendTo(nil)
		there, back := roundTrip(t, java, msgpack.Encoding{}, want)
		if !bytes.Equal(java, back) {
			r.Fatalf("%s for %s is %s\nmsgpack: %x\nback: %s", in, d.name, tell(t, java, codecs.Value), there, tell(t, back, codecs.Value))
		}
	})
}

// What only a syntax with bytes and times of its own can give, by what is declared.
func TestMessagePackMeetsTypes(t *testing.T) {
	bin, utf := token.Token{Kind: token.Bytes, Text: []byte{0xff}}, token.Token{Kind: token.Bytes, Text: []byte("漢")}
	ms := token.Token{Kind: token.Time, Int: 1500}
	nanos := token.Token{Kind: token.Time, Text: []byte("1970-01-01T00:00:00.000000001Z"), Class: &token.Class{Name: "java.time.Instant"}}
	number := func(k token.Kind, f float64) token.Token {
		return token.Token{Kind: k, Bits: 64, Num: f, Int: int64(f)}
	}
	for _, c := range []struct {
		typ, want string
		in        token.Token
	}{
		{"byte[]", "0xff", bin}, {"String", `"漢"`, utf}, {"String", "", bin}, {"Object", "0xff", bin}, {"int", "", utf},
		{"Date", "@1500", ms}, {"java.sql.Timestamp", "Timestamp@1500", ms}, {"Object", "@1500", ms}, {"long", "", ms}, {"String", "", ms},
		{"Instant", "Instant@1970-01-01T00:00:01.500Z", ms}, {"OffsetDateTime", "OffsetDateTime@1970-01-01T00:00:01.500Z", ms},
		{"Instant", "Instant@1970-01-01T00:00:01Z", token.Token{Kind: token.Time, Int: 1000}}, {"LocalDate", "", ms}, {"LocalDateTime", "", ms},
		{"Instant", "Instant@1970-01-01T00:00:00.000000001Z", nanos}, {"ZonedDateTime", "ZonedDateTime@1970-01-01T00:00:00.000000001Z", nanos},
		{"LocalDateTime", "", nanos}, {"Date", "", nanos}, {"Object", "Instant@1970-01-01T00:00:00.000000001Z", nanos},
		{"Instant", "", token.Token{Kind: token.Time, Int: math.MaxInt64 / 1001 * 1000}},
		{"int", "7i", number(token.Float, 7)}, {"int", "", number(token.Float, 7.5)}, {"double", "7d", number(token.Int, 7)},
		{"float", "0.5f", number(token.Float, 0.5)}, {"float", "", number(token.Float, 1e300)}, {"BigDecimal", "BigDecimal 7.5", number(token.Float, 7.5)},
		{"BigInteger", "BigInteger 18446744073709551615", token.Token{Kind: token.Big, Text: []byte(strconv.FormatUint(math.MaxUint64, 10))}},
		{"Object", "BigInteger 18446744073709551615", token.Token{Kind: token.Big, Text: []byte(strconv.FormatUint(math.MaxUint64, 10))}},
		{"long", "", token.Token{Kind: token.Big, Text: []byte(strconv.FormatUint(math.MaxUint64, 10))}},
	} {
		var p printer
		r := msgpack.Encoding{}.Reader(wire.Borrow(packed(t, c.in)), codecs.Format{Encoding: "msgpack", Shape: codecs.Value}, nil)
		_, err := token.Copy(&p, r, typ(t, "", c.typ))
		if r.Close(); p.b.String() != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%v %s for %s: %s, %v; want %s", c.in.Kind, c.in.Text, c.typ, p.b.String(), err, c.want)
		}
	}
}
