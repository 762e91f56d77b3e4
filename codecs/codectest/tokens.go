package codectest

import (
	"fmt"

	"pgregory.net/rapid"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// drawn is a value that the encoding has written, and what it reads as.
type drawn struct {
	bytes []byte
	toks  []token.Token
	read  []tok
}

// draw makes a list that the encoding can write.
func draw(r *rapid.T, enc codecs.Encoding) drawn {
	toks := []token.Token{{Kind: token.List, Int: -1}}
	n := rapid.IntRange(0, 4).Draw(r, "elements")
	for range n {
		toks = drawValue(r, toks, 3)
	}
	toks[0].Int = int64(n)
	toks = append(toks, token.Token{Kind: token.End})
	b, err := write(enc, toks, false)
	if err != nil {
		r.Fatalf("write %v: %v", toks, err)
	}
	got, err := readAll(enc, b)
	if err != nil {
		r.Fatalf("read %q: %v", b, err)
	}
	if opened, closed := balance(got); opened != closed || opened == 0 || got[0].Kind != token.List {
		r.Fatalf("%q read as a list that does not end: %v", b, got)
	}
	return drawn{b, toks, got}
}

func balance(all []tok) (opened, closed int) {
	for _, t := range all {
		switch t.Kind {
		case token.List, token.Map, token.Object:
			opened++
		case token.End:
			closed++
		case token.Null, token.Bool, token.Int, token.Float, token.String, token.Bytes, token.Time, token.Big, token.Enum, token.Key, token.Ref:
		}
	}
	return opened, closed
}

// drawValue appends one value of a kind that every encoding has.
func drawValue(r *rapid.T, toks []token.Token, depth int) []token.Token {
	kinds := []token.Kind{token.Null, token.Bool, token.Int, token.Float, token.String, token.Bytes, token.Big, token.List, token.Map, token.Object}
	if depth == 0 {
		kinds = kinds[:7]
	}
	t := token.Token{Kind: rapid.SampledFrom(kinds).Draw(r, "kind")}
	switch t.Kind {
	case token.Bool:
		t.Int = int64(rapid.IntRange(0, 1).Draw(r, "bool"))
	case token.Int:
		t.Bits = rapid.SampledFrom([]uint8{8, 16, 32, 64}).Draw(r, "bits")
		t.Int = rapid.Int64().Draw(r, "int") >> (64 - t.Bits)
	case token.Float:
		t.Bits = 64
		t.Num = rapid.Float64Range(-1e300, 1e300).Draw(r, "float")
	case token.String, token.Bytes:
		t.Text = []byte(rapid.StringN(0, 40, 160).Draw(r, "text"))
	case token.Big:
		t.Text = []byte(rapid.StringMatching(`-?[1-9][0-9]{0,30}(\.[0-9]{1,10})?`).Draw(r, "big"))
	case token.List, token.Map, token.Object:
		return drawNested(r, toks, t, depth)
	case token.Null, token.Time, token.Enum, token.Key, token.Ref, token.End:
	}
	return append(toks, t)
}

func drawNested(r *rapid.T, toks []token.Token, t token.Token, depth int) []token.Token {
	n := rapid.IntRange(0, 3).Draw(r, "size")
	if t.Kind == token.Object {
		t.Class = &token.Class{Name: "com.acme.C" + fmt.Sprint(n), Fields: []string{"a", "b", "c"}[:n]}
	} else {
		t.Int = int64(n)
	}
	toks = append(toks, t)
	for i := range n {
		if t.Kind == token.Map {
			key := fmt.Sprint(i) + rapid.StringN(0, 8, 32).Draw(r, "key")
			toks = append(toks, token.Token{Kind: token.Key, Text: []byte(key)})
		}
		toks = drawValue(r, toks, depth-1)
	}
	return append(toks, token.Token{Kind: token.End})
}
