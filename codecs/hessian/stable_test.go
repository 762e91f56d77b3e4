package hessian

import (
	"bytes"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// keys is the depth of keys, which are scalars here.
const keys = -1

// drawTokens appends one value of any kind; begun counts the containers, for references.
func drawTokens(r *rapid.T, all []token.Token, depth int, begun *int) []token.Token {
	kinds := []token.Kind{token.Null, token.Bool, token.Int, token.Float, token.String, token.Bytes, token.Time, token.Big, token.Enum,
		token.Ref, token.List, token.Map, token.Object}
	switch depth {
	case 0:
		kinds = kinds[:9]
	case keys: // an object of one field called name is an enum there, and has no number
		kinds = kinds[:8]
	}
	t := token.Token{Kind: rapid.SampledFrom(kinds).Draw(r, "kind")}
	named := func(names ...string) *token.Class {
		if name := rapid.SampledFrom(names).Draw(r, "class"); name != "" {
			return &token.Class{Name: name}
		}
		return nil
	}
	switch t.Kind {
	case token.Bool:
		t.Int = int64(rapid.IntRange(0, 1).Draw(r, "bool"))
	case token.Int:
		t.Bits = rapid.SampledFrom([]uint8{32, 64}).Draw(r, "bits")
		t.Int = rapid.Int64().Draw(r, "int") >> (64 - t.Bits)
	case token.Float:
		t.Bits, t.Num = 64, rapid.Float64().Draw(r, "float")
	case token.String:
		t.Text = drawText(r)
	case token.Bytes:
		t.Text = rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(r, "bytes")
	case token.Time:
		t = drawTime(r)
	case token.Big:
		t.Text = []byte(rapid.StringMatching(`-?[1-9][0-9]{0,60}`).Draw(r, "big"))
		t.Class = &token.Class{Name: rapid.SampledFrom([]string{"java.math.BigDecimal", "java.math.BigInteger"}).Draw(r, "class")}
	case token.Enum: // reads as an object
		t = token.Token{Kind: token.Object, Class: &token.Class{Name: "x.Color", Fields: []string{"name"}}}
		*begun++
		return append(all, t, text("RED"), ends)
	case token.Ref:
		if *begun == 0 {
			return append(all, token.Token{})
		}
		t.Int = int64(rapid.IntRange(0, *begun-1).Draw(r, "ref"))
	case token.List:
		t.Class = named("", "java.util.LinkedList", "[int", "[com.acme.Car")
	case token.Map:
		t.Class = named("", "java.util.TreeMap")
	case token.Object:
		n := rapid.IntRange(0, 3).Draw(r, "fields")
		t.Class = &token.Class{Name: fmt.Sprint("x.C", rapid.IntRange(0, 20).Draw(r, "class")), Fields: []string{"a", "b", "b"}[:n]}
	}
	all = append(all, t)
	if t.Kind < token.List || t.Kind > token.Object {
		return all
	}
	return drawMembers(r, all, depth, begun)
}

// drawMembers appends the members of the container begun last, and its end.
func drawMembers(r *rapid.T, all []token.Token, depth int, begun *int) []token.Token {
	t := &all[len(all)-1]
	kind := t.Kind
	*begun++
	n := 0
	if kind == token.Object {
		n = len(t.Class.Fields)
	} else {
		n, t.Int = rapid.IntRange(0, 9).Draw(r, "length"), -1
		if kind == token.List && rapid.Bool().Draw(r, "counted") {
			t.Int = int64(n)
		}
	}
	for range n {
		if kind == token.Map {
			all = drawTokens(r, all, keys, begun)
			if k := &all[len(all)-1]; k.Kind == token.String && k.Class == nil {
				k.Kind = token.Key
			}
		}
		all = drawTokens(r, all, depth-1, begun)
	}
	return append(all, ends)
}

// drawText gives text in which surrogates may stand alone.
func drawText(r *rapid.T) []byte {
	p := []byte(rapid.StringN(0, 40, 160).Draw(r, "text"))
	if rapid.IntRange(0, 9).Draw(r, "surrogate") == 0 {
		p = append(p, "\xed\xa0\xbdx"...)
	}
	return p
}

func drawTime(r *rapid.T) token.Token {
	t := token.Token{Kind: token.Time}
	if class := rapid.SampledFrom([]string{"", "java.sql.Date", "java.util.Calendar", "java.time"}).Draw(r, "class"); class != "java.time" {
		if class != "" {
			t.Class = &token.Class{Name: class}
		}
		t.Int = rapid.Int64().Draw(r, "millis")
		return t
	}
	var p parts
	for i := range p.v {
		p.v[i] = rapid.Int64Range(-3, 40).Draw(r, "part")
	}
	p.have, p.text = ^uint32(0)&^(1<<pEpochDay|1<<pNanoOfDay), []byte("Europe/Paris")
	k := rapid.IntRange(0, len(timeKinds)-1).Draw(r, "class")
	s, ok := timeKinds[k].format(nil, &p)
	if !ok {
		return token.Token{}
	}
	t.Class, t.Text = &token.Class{Name: "java.time." + timeKinds[k].name}, s
	return t
}

// TestStable writes values of every kind and reads them: the tokens are the same, but for what the stream does not say.
func TestStable(t *testing.T) {
	for _, d := range dialects {
		t.Run(d.String(), func(t *testing.T) { stable(t, newEncoding(d)) })
	}
}

func stable(t *testing.T, e *Encoding) {
	rapid.Check(t, func(r *rapid.T) {
		begun := 0
		all := drawTokens(r, nil, 3, &begun)
		p, err := write(e, codecs.Value, nil, all...)
		if err != nil {
			r.Fatal(err)
		}
		rd := readerOf(e, p, codecs.Value, nil)
		defer rd.Close()
		rd.(token.RefReader).KeepRefs(false)
		got, err := dumpReader(rd)
		if err != nil {
			r.Fatalf("%x: %v", p, err)
		}
		if want := shown(all); got != want {
			r.Fatalf("%x:\n got %s\nwant %s", p, got, want)
		}
		again, err := rewrite(e, p, codecs.Value, nil, true)
		if err != nil || !bytes.Equal(again, p) {
			r.Fatalf("%x is written again as %x, %v", p, again, err)
		}
	})
}

// shown shows tokens as they are read: lists are counted, maps are not.
func shown(all []token.Token) string {
	var b bytes.Buffer
	counts := counted(all)
	for i := range all {
		t := all[i]
		switch t.Kind {
		case token.List:
			t.Int = counts[i]
		case token.Map:
			t.Int = -1
		}
		b.WriteString(show(&t))
	}
	return string(bytes.TrimSpace(b.Bytes()))
}

// counted gives the number of members of each list.
func counted(all []token.Token) map[int]int64 {
	counts := map[int]int64{}
	var stack []int
	for i, t := range all {
		if t.Kind == token.End {
			stack = stack[:len(stack)-1]
			continue
		}
		if len(stack) > 0 {
			counts[stack[len(stack)-1]]++
		}
		if t.Kind >= token.List && t.Kind <= token.Object {
			stack = append(stack, i)
		}
	}
	return counts
}
