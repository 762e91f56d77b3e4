package hessian

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// rewrite reads a body and writes its tokens again.
func rewrite(e *Encoding, p []byte, shape codecs.Shape, t *contract.Type, refs bool) ([]byte, error) {
	r := readerOf(e, p, shape, t)
	defer r.Close()
	if refs {
		r.(token.RefReader).KeepRefs(false)
	}
	var o wire.Out
	w := e.Writer(&o, codecs.Format{Encoding: "hessian2", Shape: shape}, t)
	err := copyAll(w, r)
	if closed := w.Close(); err == nil {
		err = closed
	}
	return o.B, err
}

func copyAll(w token.Writer, r token.Reader) error {
	var t token.Token
	for {
		err := r.Next(&t)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := w.Put(&t); err != nil {
			return err
		}
	}
}

// write puts tokens.
func write(e *Encoding, shape codecs.Shape, t *contract.Type, all ...token.Token) ([]byte, error) {
	var o wire.Out
	w := e.Writer(&o, codecs.Format{Shape: shape}, t)
	for i := range all {
		if err := w.Put(&all[i]); err != nil {
			return o.B, errors.Join(err, w.Close())
		}
	}
	return o.B, w.Close()
}

// otherwise says which captures are not written as they were, and why.
var otherwise = map[string]string{
	"ByteArrayInputStream": "chunks of a binary",
	"replyBinary_65536":    "chunks of a binary",
	"bytes__32767":         "chunks of a binary",
	"bytes__32768":         "chunks of a binary",
	"bytes__32769":         "chunks of a binary",
	"bytes__42769":         "chunks of a binary",
	"bytes__65535":         "chunks of a binary",
	"Iterator":             "an open list becomes a counted one",
	"iterator_then_ref":    "an open list becomes a counted one",
	"refs_handles":         "a reference to a handle, which is a scalar here",
	"string__01234567890123456789012345678901": "a longer form than needed",
}

// otherwiseOld says the same of the older dialects.
var otherwiseOld = map[string]string{
	"bytes__32769":   "chunks of a binary",
	"bytes__42769":   "chunks of a binary",
	"bytes__65535":   "chunks of a binary",
	"iterator":       "an open list becomes a counted one",
	"integer":        "the order of fields",
	"calendar":       "the order of fields",
	"LocalDate":      "the order of fields",
	"LocalDateTime":  "the order of fields",
	"LocalTime":      "the order of fields",
	"Instant":        "the order of fields",
	"Duration":       "the order of fields",
	"ZonedDateTime":  "the order of fields",
	"OffsetDateTime": "the order of fields",
	"Period":         "the order of fields",
}

// rewrites writes captures again, and reads what it wrote.
func rewrites(t *testing.T, all []capture) {
	for _, c := range all {
		e := newEncoding(c.d)
		got, err := rewrite(e, c.value, codecs.Value, nil, true)
		if err != nil {
			t.Errorf("%s/%s: %v", c.group, c.name, err)
			continue
		}
		why := otherwise[c.name]
		if c.d != Final {
			why = otherwiseOld[c.name]
		}
		if same := bytes.Equal(got, c.value); same == (why != "") {
			t.Errorf("%s/%s (%s):\n got %.200x\nfrom %.200x", c.group, c.name, why, got, c.value)
		}
		want, wantErr := dump(e, c.value, codecs.Value, nil)
		back, backErr := dump(e, got, codecs.Value, nil)
		if counted := strings.ReplaceAll(want, "list(-1)", "list("); (wantErr == nil) != (backErr == nil) || counted == want && back != want {
			t.Errorf("%s/%s reads otherwise:\n got %.300s %v\nwant %.300s %v", c.group, c.name, back, backErr, want, wantErr)
		}
	}
}

func TestRewriteCaptures(t *testing.T) {
	for _, d := range dialects {
		rewrites(t, capturesAs(t, d))
	}
}

func TestWriteForms(t *testing.T) {
	e := Hessian2()
	i := func(v int64, bits uint8) token.Token { return token.Token{Kind: token.Int, Int: v, Bits: bits} }
	f := func(v float64, bits uint8) token.Token { return token.Token{Kind: token.Float, Num: v, Bits: bits} }
	for _, c := range []struct {
		in   token.Token
		want string
	}{
		{i(-16, 32), "80"}, {i(47, 8), "bf"}, {i(48, 16), "c830"}, {i(-17, 32), "c7ef"}, {i(2047, 32), "cfff"}, {i(-2048, 32), "c000"},
		{i(2048, 32), "d40800"}, {i(262143, 32), "d7ffff"}, {i(-262144, 32), "d00000"}, {i(262144, 32), "4900040000"}, {i(math.MinInt32, 32), "4980000000"},
		{i(-8, 64), "d8"}, {i(15, 64), "ef"}, {i(16, 64), "f810"}, {i(-2048, 64), "f000"}, {i(2048, 64), "3c0800"}, {i(262143, 64), "3fffff"},
		{i(262144, 64), "5900040000"}, {i(math.MinInt32, 64), "5980000000"}, {i(1<<31, 64), "4c0000000080000000"},
		{i(7, 0), "97"}, {i(1<<31, 0), "4c0000000080000000"},
		{f(0, 64), "5b"}, {f(1, 64), "5c"}, {f(-128, 64), "5d80"}, {f(128, 64), "5e0080"}, {f(-32768, 64), "5e8000"}, {f(32768, 64), "5f01f40000"},
		{f(12.25, 64), "5f00002fda"}, {f(0.009, 64), "443f826e978d4fdf3b"}, {f(0.009000000000000001, 64), "5f00000009"}, {f(math.Copysign(0, -1), 64), "448000000000000000"},
		{f(math.NaN(), 64), "447ff8000000000001"}, {f(math.Inf(-1), 64), "44fff0000000000000"}, {f(3e6, 64), "444146e36000000000"},
		{f(float64(float32(1.1)), 32), "5f0000044c"}, {f(float64(float32(1.1)), 64), "443ff19999a0000000"}, {f(math.Inf(1), 32), "447ff0000000000000"},
		{token.Token{Kind: token.Time, Int: 60000}, "4b00000001"}, {token.Token{Kind: token.Time, Int: -60001}, "4affffffffffff159f"},
		{token.Token{Kind: token.Bytes, Text: make([]byte, 16)}, "3410" + strings.Repeat("00", 16)},
		{token.Token{Kind: token.Bool, Int: 1}, "54"}, {token.Token{Kind: token.Bool}, "46"}, {token.Token{}, "4e"},
		{text("a😀"), "0361eda0bdedb880"}, {text("\xed\xa0\xbd"), "01eda0bd"}, {text("\xff"), "01efbfbd"}, {text("\xf0\x9f\x98"), "03efbfbdefbfbdefbfbd"},
		{token.Token{Kind: token.Enum, Text: []byte("RED")}, "03524544"},
		{token.Token{Kind: token.Enum, Text: []byte("RED"), Class: &token.Class{Name: "E"}}, "43014591046e616d656003524544"},
		{token.Token{Kind: token.String, Text: []byte("x"), Class: &token.Class{Name: "java.lang.String"}}, "0178"},
	} {
		got, err := write(e, codecs.Value, nil, c.in)
		if hex.EncodeToString(got) != c.want || err != nil {
			t.Errorf("%s: got %x %v, want %s", show(&c.in), got, err, c.want)
		}
	}
}

// TestJavaAccepts writes what Java was seen to read.
func TestJavaAccepts(t *testing.T) {
	e := Hessian2()
	all, err := os.ReadFile(fixtures + "java-accepts.txt")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for line := range strings.Lines(string(all)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		i := strings.LastIndex(line, ": ")
		class, value, _ := strings.Cut(line[:i], " ")
		tok := token.Token{Kind: token.String, Class: &token.Class{Name: class}, Text: []byte(value)}
		if v, err := strconv.ParseInt(value, 10, 64); strings.HasPrefix(class, "java.math.") {
			tok.Kind = token.Big
		} else if strings.HasPrefix(class, "java.time.") {
			tok.Kind = token.Time
		} else if err == nil {
			tok.Kind, tok.Int, tok.Text = token.Time, v, nil
		}
		kinds[class] = true
		got, err := write(e, codecs.Value, nil, tok)
		if want := strings.TrimSpace(line[i+2:]); hex.EncodeToString(got) != want || err != nil {
			t.Errorf("%s %s:\n got %x %v\nwant %s", class, value, got, err, want)
		}
	}
	for class := range javaOut {
		if !kinds[class] {
			t.Errorf("nothing of class %s has been shown to Java", class)
		}
	}
}

func TestWriteText(t *testing.T) {
	e := Hessian2()
	for _, c := range []struct {
		units int
		head  string
	}{
		{0, "\x00"}, {31, "\x1f"}, {32, "\x30\x20"}, {1023, "\x33\xff"}, {1024, "S\x04\x00"}, {32768, "S\x80\x00"}, {32769, "R\x80\x00"},
	} {
		for _, s := range []string{strings.Repeat("x", c.units), strings.Repeat("é", c.units)} {
			got, err := write(e, codecs.Value, nil, text(s))
			if err != nil || !strings.HasPrefix(string(got), c.head) {
				t.Errorf("%d units: %.8x %v", c.units, got, err)
			}
			if back, err := dump(e, got, codecs.Value, nil); err != nil || back != fmt.Sprintf("%q", s) {
				t.Errorf("%d units come back as %.20s %v", c.units, back, err)
			}
		}
	}
	// A pair that would lie across the end of a chunk goes into the next.
	s := strings.Repeat("x", 32767) + "😀" + strings.Repeat("y", 40000)
	got, err := write(e, codecs.Value, nil, text(s))
	if err != nil || !strings.HasPrefix(string(got), "R\x7f\xff") {
		t.Errorf("%.8x %v", got, err)
	}
	if back, err := dump(e, got, codecs.Value, nil); err != nil || back != fmt.Sprintf("%q", s) {
		t.Errorf("comes back as %.20s %v", back, err)
	}
}

// TestCounts writes lists whose count is not said, nested, of every length about the edge of the short form.
func TestCounts(t *testing.T) {
	e := Hessian2()
	for _, class := range []*token.Class{nil, {Name: "[int"}} {
		for n := range 20 {
			var said, unsaid []token.Token
			for _, all := range []*[]token.Token{&said, &unsaid} {
				count := func(n int) int64 {
					if all == &unsaid {
						return -1
					}
					return int64(n)
				}
				*all = append(*all, token.Token{Kind: token.List, Int: count(n + 2), Class: class})
				for i := range n {
					*all = append(*all, token.Token{Kind: token.List, Int: count(i), Class: class})
					for range i {
						*all = append(*all, token.Token{Kind: token.Int, Bits: 32, Int: int64(i)})
					}
					*all = append(*all, ends)
				}
				*all = append(*all, opens(token.Map), key("k"), text("v"), ends, token.Token{Kind: token.Ref, Int: int64(n / 2)}, ends)
			}
			want, err := write(e, codecs.Value, nil, said...)
			if err != nil {
				t.Fatal(err)
			}
			got, err := write(e, codecs.Value, nil, unsaid...)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d:\n got %x %v\nwant %x", n, got, err, want)
			}
		}
	}
}

// TestManyClasses has more classes and types than there are short forms for, each used twice.
func TestManyClasses(t *testing.T) {
	e := Hessian2()
	all := []token.Token{opens(token.List)}
	for range 2 {
		for i := range 300 {
			c := &token.Class{Name: fmt.Sprint("c", i), Fields: []string{"a"}}
			all = append(all, token.Token{Kind: token.Object, Class: c}, token.Token{Kind: token.Int, Bits: 32, Int: int64(i)}, ends)
			all = append(all, token.Token{Kind: token.Map, Int: -1, Class: c}, ends)
		}
	}
	all = append(all, ends)
	p, err := write(e, codecs.Value, nil, all...)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(p, []byte("C\x04c299")) + bytes.Count(p, []byte("C\x03c20")); n != 2 {
		t.Errorf("%d definitions of two classes", n)
	}
	got, err := dump(e, p, codecs.Value, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		if n := strings.Count(got, fmt.Sprintf("object<c%d>[a]{ %d:32 ]", i, i)); n != 2 {
			t.Errorf("%d objects of class %d", n, i)
		}
		if n := strings.Count(got, fmt.Sprintf("<c%d>[ ]", i)); n != 2 {
			t.Errorf("%d maps of type %d", n, i)
		}
	}
}

func TestWriteTypes(t *testing.T) {
	e := Hessian2()
	for _, c := range []struct {
		kind       token.Kind
		name, want string
	}{
		{token.List, "", "78"}, {token.List, "java.util.List", "78"}, {token.List, "java.util.ArrayList", "78"},
		{token.List, "java.util.Set", "70116a6176612e7574696c2e48617368536574"}, {token.List, "int[]", "70045b696e74"}, {token.List, "[int", "70045b696e74"},
		{token.List, "java.lang.String[][]", "70085b5b737472696e67"}, {token.List, "java.lang.Object[]", "70075b6f626a656374"}, {token.List, "java.util.Date[]", "70055b64617465"},
		{token.List, "com.A[]", "70065b636f6d2e41"}, {token.List, "[com.A", "70065b636f6d2e41"},
		{token.Map, "", "485a"}, {token.Map, "java.util.Map", "485a"}, {token.Map, "java.util.SortedMap", "4d116a6176612e7574696c2e547265654d61705a"}, {token.Map, "x.M", "4d03782e4d5a"},
	} {
		tok := token.Token{Kind: c.kind, Class: &token.Class{Name: c.name}}
		got, err := write(e, codecs.Value, nil, tok, ends)
		if hex.EncodeToString(got) != c.want || err != nil {
			t.Errorf("%s: got %x %v, want %s", c.name, got, err, c.want)
		}
		kind := contract.List
		if c.kind == token.Map {
			kind = contract.Map
		}
		got, err = write(e, codecs.Value, &contract.Type{Kind: kind, Name: c.name}, token.Token{Kind: c.kind}, ends)
		if hex.EncodeToString(got) != c.want || err != nil {
			t.Errorf("%s declared: got %x %v, want %s", c.name, got, err, c.want)
		}
	}
}

func TestWriteByType(t *testing.T) {
	e := Hessian2()
	long, double := &contract.Type{Kind: contract.Int64}, &contract.Type{Kind: contract.Float64}
	class := &token.Class{Name: "A", Fields: []string{"x", "d", "l"}}
	a := &contract.Type{Kind: contract.Class, Name: "A", Fields: []contract.Field{{Name: "l", Type: &contract.Type{Kind: contract.List, Elem: long}}, {Name: "d", Type: double}}}
	tuple := &contract.Type{Kind: contract.Tuple, Fields: []contract.Field{{Type: long}, {Type: a}, {Type: &contract.Type{Kind: contract.Map, Elem: &contract.Type{Kind: contract.BigInt}}}}}
	one := token.Token{Kind: token.Int, Int: 1}
	p, err := write(e, codecs.Args, tuple, opens(token.List), one, token.Token{Kind: token.Object, Class: class}, one, one, opens(token.List), one, ends, ends,
		opens(token.Map), key("k"), token.Token{Kind: token.Big, Text: []byte("1")}, ends, ends)
	if err != nil {
		t.Fatal(err)
	}
	got, err := dump(e, p, codecs.Args, tuple)
	if want := "list(3)[ 1:64 object<A>[x d l]{ 1:32 1:f64 list(1)[ 1:64 ] ] map(-1)[ k: big(1)<java.math.BigInteger> ] ]"; got != want || err != nil {
		t.Errorf("got %s %v, want %s", got, err, want)
	}
}

func TestWriteGeneric(t *testing.T) {
	e := Hessian2()
	params := &contract.Type{Kind: contract.Tuple, Name: "find", Fields: []contract.Field{{Type: &contract.Type{Name: "x.User"}}, {}}}
	user := &token.Class{Name: "x.User", Fields: []string{"name", "color", "friends", "born", "balance"}}
	p, err := write(e, codecs.Generic, params, opens(token.List), token.Token{Kind: token.Object, Class: user}, text("Ann"),
		token.Token{Kind: token.Enum, Text: []byte("RED"), Class: &token.Class{Name: "x.Color"}},
		token.Token{Kind: token.List, Int: 2, Class: &token.Class{Name: "[x.User"}}, token.Token{Kind: token.Object, Class: &token.Class{Name: "x.User"}}, ends, token.Token{Kind: token.Ref, Int: 1}, ends,
		token.Token{Kind: token.Time, Int: 60000}, token.Token{Kind: token.Big, Text: []byte("1.5")}, ends,
		token.Token{Kind: token.List, Int: 1, Class: &token.Class{Name: "[int"}}, token.Token{Kind: token.Int, Int: 1}, ends, ends)
	if err != nil {
		t.Fatal(err)
	}
	got, err := dump(e, p, codecs.Args, nil)
	const u = `map(-1)[ class: "x.User" name: "Ann" color: "RED" friends: list(2)[ map(-1)[ class: "x.User" ] `
	if want := `hessian: read: value contains itself at $[2][0].friends[1]`; err == nil || err.Error() != want {
		t.Errorf("got %s %v, want %s", got, err, want)
	}
	r := readerOf(e, p, codecs.Args, nil)
	defer r.Close()
	r.(token.RefReader).KeepRefs(false)
	got, err = dumpReader(r)
	if want := `list(-1)[ "find" list(2)<[string>[ "x.User" "java.lang.Object" ] list(2)<[object>[ ` + u + `ref(3) ] born: time(60000) balance: big(1.5)<java.math.BigDecimal> ] list(1)<[int>[ 1:32 ] ] ]`; got != want || err != nil {
		t.Errorf("\n got %s %v\nwant %s", got, err, want)
	}
	var s Scanner
	s.Reset(p)
	var inv Invocation
	if err := s.Invoke(&inv); err != nil || inv.Method != "find" || strings.Join(inv.Types, ",") != "x.User,java.lang.Object" || inv.Args != 2 || s.Left() != 0 {
		t.Errorf("%+v %v", inv, err)
	}
}

// TestWriteGenericResult has results of generic invocations: values in the map form, numbers as declared.
func TestWriteGenericResult(t *testing.T) {
	e := Hessian2()
	user := &token.Class{Name: "x.User", Fields: []string{"balance", "color", "next"}}
	declared := &contract.Type{Kind: contract.Class, Name: "x.User", Fields: []contract.Field{
		{Name: "balance", Type: &contract.Type{Kind: contract.Int64, Name: "long"}}, {Name: "color"}, {Name: "next"}}}
	one := token.Token{Kind: token.Int, Int: 1}
	for _, c := range []struct {
		t    *contract.Type
		all  []token.Token
		want string
	}{
		{declared, []token.Token{{Kind: token.Object, Class: user}, one, {Kind: token.Enum, Text: []byte("RED"), Class: &token.Class{Name: "x.Color"}},
			{Kind: token.Object, Class: user}, one, {}, {}, ends, ends},
			`map(-1)[ class: "x.User" balance: 1:64 color: "RED" next: map(-1)[ class: "x.User" balance: 1:32 color: null next: null ] ]`},
		{nil, []token.Token{{Kind: token.List, Int: 1}, {Kind: token.Object, Class: &token.Class{Name: "x.A"}}, ends, ends}, `list(1)[ map(-1)[ class: "x.A" ] ]`},
		{nil, []token.Token{{Kind: token.Big, Text: []byte("1.10")}}, `big(1.10)<java.math.BigDecimal>`},
		{contract.Builtin("long"), []token.Token{one}, `1:64`},
	} {
		p, err := write(e, codecs.Generic, c.t, c.all...)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := dump(e, p, codecs.Value, nil); got != c.want || err != nil {
			t.Errorf("got %s %v, want %s", got, err, c.want)
		}
	}
}

// TestWriteGenericUnknown has arguments of a method of which only the name is known.
func TestWriteGenericUnknown(t *testing.T) {
	e := Hessian2()
	f := &contract.Type{Kind: contract.Tuple, Name: "f"}
	one := token.Token{Kind: token.Int, Int: 1}
	for _, c := range []struct {
		all  []token.Token
		want string
	}{
		{[]token.Token{{Kind: token.List, Int: 0}, ends}, `list(-1)[ "f" list(0)<[string>[ ] list(0)<[object>[ ] ]`},
		{[]token.Token{{Kind: token.List, Int: 1}, one, ends}, `list(-1)[ "f" null list(1)<[object>[ 1:32 ] ]`},
		{[]token.Token{opens(token.List), one, ends}, `list(-1)[ "f" null list(1)<[object>[ 1:32 ] ]`},
	} {
		p, err := write(e, codecs.Generic, f, c.all...)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := dump(e, p, codecs.Args, nil); got != c.want || err != nil {
			t.Errorf("got %s %v, want %s", got, err, c.want)
		}
	}
}
