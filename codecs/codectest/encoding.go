package codectest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// tok is a token that outlives its reader.
type tok struct {
	Kind   token.Kind
	Bits   uint8
	Int    int64
	Num    float64
	Text   string
	Class  string
	Fields string
}

func keep(t *token.Token) tok {
	k := tok{Kind: t.Kind, Bits: t.Bits, Int: t.Int, Num: t.Num, Text: string(t.Text)}
	if t.Class != nil {
		k.Class, k.Fields = t.Class.Name, fmt.Sprint(t.Class.Fields)
	}
	return k
}

// RunEncoding tests an encoding against the promises of its readers and writers, with values made at random.
func RunEncoding(t *testing.T, enc codecs.Encoding) {
	t.Helper()
	t.Run("stable", func(t *testing.T) { stable(t, enc) })
	t.Run("truncated", func(t *testing.T) { truncated(t, enc) })
	t.Run("borrowed", func(t *testing.T) { borrowedText(t, enc) })
	t.Run("seek", func(t *testing.T) { seek(t, enc) })
	t.Run("mutated", func(t *testing.T) { mutatedBody(t, enc) })
	t.Run("depth", func(t *testing.T) { depth(t, enc) })
	t.Run("unbalanced", func(t *testing.T) { unbalanced(t, enc) })
}

func value(enc codecs.Encoding) codecs.Format {
	return codecs.Format{Encoding: enc.Name(), Shape: codecs.Value}
}

// write writes tokens; the text of each is destroyed once Put has returned.
func write(enc codecs.Encoding, toks []token.Token, destroy bool) ([]byte, error) {
	var out wire.Out
	w := enc.Writer(&out, value(enc), nil)
	var one token.Token
	var err error
	for i := range toks {
		one = toks[i]
		one.Text = bytes.Clone(one.Text)
		if err = w.Put(&one); err != nil {
			break
		}
		if destroy {
			for i := range one.Text {
				one.Text[i] = 0xDB
			}
		}
	}
	closed := w.Close()
	b := out.AppendTo(nil)
	out.Reset()
	return b, errors.Join(err, closed)
}

// readMax bounds the tokens read of one body, so that a reader that never ends fails.
const readMax = 1 << 20

// readAll reads a body to its end.
func readAll(enc codecs.Encoding, b []byte) ([]tok, error) {
	r := enc.Reader(wire.Borrow(b[:len(b):len(b)]), value(enc), nil)
	defer r.Close()
	return readRest(r)
}

func readRest(r token.Reader) ([]tok, error) {
	var all []tok
	var one token.Token
	for len(all) < readMax {
		one = token.Token{}
		switch err := r.Next(&one); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return all, err
		}
		all = append(all, keep(&one))
	}
	return all, fmt.Errorf("codectest: no end after %d tokens", readMax)
}

// again gives tokens as a writer takes them.
func again(all []tok) []token.Token {
	toks := make([]token.Token, len(all))
	for i, t := range all {
		toks[i] = token.Token{Kind: t.Kind, Bits: t.Bits, Int: t.Int, Num: t.Num, Text: []byte(t.Text)}
	}
	return toks
}

// stable: what was read and is written again reads the same.
func stable(t *testing.T, enc codecs.Encoding) {
	rapid.Check(t, func(r *rapid.T) {
		d := draw(r, enc)
		toks := again(d.read)
		for i := range toks { // classes are kept by pointer: give those that were written, where they are still named
			if name := d.read[i].Class; name != "" {
				toks[i].Class = classOf(d.toks, name)
			}
		}
		b, err := write(enc, toks, false)
		if err != nil {
			r.Fatalf("%q read as %v, cannot be written: %v", d.bytes, d.read, err)
		}
		got, err := readAll(enc, b)
		if err != nil {
			r.Fatalf("written again as %q: %v", b, err)
		}
		if diff := cmp.Diff(d.read, got); diff != "" {
			r.Fatalf("%q written again as %q (- read at first, + read again):\n%s", d.bytes, b, diff)
		}
	})
}

func classOf(toks []token.Token, name string) *token.Class {
	for i := range toks {
		if c := toks[i].Class; c != nil && c.Name == name {
			return c
		}
	}
	return &token.Class{Name: name}
}

// truncated: no part of a list passes for the whole.
func truncated(t *testing.T, enc codecs.Encoding) {
	rapid.Check(t, func(r *rapid.T) {
		d := draw(r, enc)
		for n := range len(d.bytes) {
			if got, err := readAll(enc, d.bytes[:n]); err == nil {
				r.Fatalf("the first %d bytes of %q read as %v", n, d.bytes, got)
			}
			if err := skim(enc, d.bytes[:n]); err == nil {
				r.Fatalf("the first %d bytes of %q: skipped without an error", n, d.bytes)
			}
		}
		if err := skim(enc, d.bytes); err != nil {
			r.Fatalf("skip %q: %v", d.bytes, err)
		}
	})
}

// skim skips a body.
func skim(enc codecs.Encoding, b []byte) error {
	r := enc.Reader(wire.Borrow(b[:len(b):len(b)]), value(enc), nil)
	defer r.Close()
	if err := r.Skip(); err != nil {
		return err
	}
	var one token.Token
	if err := r.Next(&one); !errors.Is(err, io.EOF) {
		return fmt.Errorf("behind the last value: token %s, error %w", one.Kind, err)
	}
	return nil
}

// borrowedText: a writer keeps no text of a token, and what a reader gives stays until its next call.
func borrowedText(t *testing.T, enc codecs.Encoding) {
	rapid.Check(t, func(r *rapid.T) {
		d := draw(r, enc)
		b, err := write(enc, d.toks, true)
		if err != nil {
			r.Fatalf("write: %v", err)
		}
		got, err := readAll(enc, b)
		if err != nil {
			r.Fatalf("read %q: %v", b, err)
		}
		if diff := cmp.Diff(d.read, got); diff != "" {
			r.Fatalf("the writer kept text that was lent to it:\n%s", diff)
		}
	})
}

// seek: a reader comes back to each element of a list and reads the same there; Skip and Pass end where reading does.
func seek(t *testing.T, enc codecs.Encoding) {
	rapid.Check(t, func(r *rapid.T) {
		d := draw(r, enc)
		rd := enc.Reader(wire.Borrow(d.bytes), value(enc), nil)
		defer rd.Close()
		var one token.Token
		if err := rd.Next(&one); err != nil {
			r.Fatal(err)
		}
		var marks []token.Mark
		elements := split1(d.read)
		pass := rapid.Bool().Draw(r, "pass")
		for range elements {
			marks = append(marks, rd.Mark())
			step := rd.Skip
			if pass {
				step = rd.Pass
			}
			if err := step(); err != nil {
				r.Fatalf("skip in %q: %v", d.bytes, err)
			}
		}
		end := rd.Mark()
		for i := len(elements) - 1; i >= 0; i-- {
			if err := rd.Seek(marks[i]); err != nil {
				r.Fatal(err)
			}
			for _, want := range elements[i] {
				one = token.Token{}
				if err := rd.Next(&one); err != nil {
					r.Fatalf("element %d of %q after Seek: %v", i, d.bytes, err)
				}
				if diff := cmp.Diff(want, keep(&one)); diff != "" {
					r.Fatalf("element %d of %q after Seek:\n%s", i, d.bytes, diff)
				}
			}
		}
		if err := rd.Seek(end); err != nil {
			r.Fatal(err)
		}
		if rest, err := readRest(rd); err != nil || len(rest) != 1 || rest[0].Kind != token.End {
			r.Fatalf("behind the elements of %q: %v, %v", d.bytes, rest, err)
		}
	})
}

// split1 gives the tokens of each element of a list.
func split1(all []tok) (elements [][]tok) {
	depth, from := 0, 1
	for i := 1; i < len(all)-1; i++ {
		switch all[i].Kind {
		case token.List, token.Map, token.Object:
			depth++
		case token.End:
			depth--
		case token.Null, token.Bool, token.Int, token.Float, token.String, token.Bytes, token.Time, token.Big, token.Enum, token.Key, token.Ref:
		}
		if depth == 0 {
			elements = append(elements, all[from:i+1])
			from = i + 1
		}
	}
	return elements
}

// mutatedBody: whatever one byte becomes, a reader ends, and Skip agrees with reading that the bytes are good.
func mutatedBody(t *testing.T, enc codecs.Encoding) {
	rapid.Check(t, func(r *rapid.T) {
		d := draw(r, enc)
		p := bytes.Clone(d.bytes)
		p[rapid.IntRange(0, len(p)-1).Draw(r, "at")] = rapid.Byte().Draw(r, "byte")
		_, err := readAll(enc, p)
		if skimmed := skim(enc, p); (err == nil) != (skimmed == nil) {
			r.Fatalf("%q: reading says %v, skipping %v", p, err, skimmed)
		}
	})
}

// depth: MaxDepth is allowed, one more is an error, in writers and readers.
func depth(t *testing.T, enc codecs.Encoding) {
	nested := func(n int) []token.Token {
		var toks []token.Token
		for range n {
			toks = append(toks, token.Token{Kind: token.List, Int: 1})
		}
		toks = append(toks, token.Token{Kind: token.Null})
		for range n {
			toks = append(toks, token.Token{Kind: token.End})
		}
		return toks
	}
	b, err := write(enc, nested(token.MaxDepth), false)
	if err != nil {
		t.Fatalf("write %d lists: %v", token.MaxDepth, err)
	}
	if _, err := readAll(enc, b); err != nil {
		t.Errorf("read %d lists: %v", token.MaxDepth, err)
	}
	if _, err := write(enc, nested(token.MaxDepth+1), false); !errors.Is(err, token.ErrDepth) {
		t.Errorf("write %d lists: %v, want %v", token.MaxDepth+1, err, token.ErrDepth)
	}
}

// unbalanced: a value that is not whole is no value.
func unbalanced(t *testing.T, enc codecs.Encoding) {
	for name, toks := range map[string][]token.Token{
		"nothing":             nil,
		"an open list":        {{Kind: token.List, Int: -1}},
		"an end alone":        {{Kind: token.End}},
		"a map without value": {{Kind: token.Map, Int: -1}, {Kind: token.Key, Text: []byte("k")}, {Kind: token.End}},
	} {
		if b, err := write(enc, toks, false); err == nil {
			t.Errorf("%s was written as %q", name, b)
		}
	}
}
