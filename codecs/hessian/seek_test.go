package hessian

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// TestSkip skips each member of a list in turn; the others must read as before, references to what was skipped too.
func TestSkip(t *testing.T) {
	e := Hessian2()
	p := unhex(t, "7d 43 01 41 91 01 61 60 79 91 70 01 74 51 92 60 70 90 48 51 94 51 91 5a")
	const (
		a, b, c, d = "object<A>[a]{ list(1)[ 1:32 ] ]", "list(0)<t>[ ]", "list(1)[ 1:32 ]", "object<A>[a]{ list(0)<t>[ ] ]"
		m          = "map(-1)[ " + d + " " + a + " ]"
	)
	for i, want := range []struct{ expanded, kept []string }{
		{[]string{b, c, d, m}, []string{b, c, d, "map(-1)[ ref(3) " + a + " ]"}},
		{[]string{a, c, d, m}, []string{a, "ref(2)", d, "map(-1)[ ref(3) ref(1) ]"}},
		{[]string{a, b, d, m}, []string{a, b, d, "map(-1)[ ref(4) ref(1) ]"}},
		{[]string{a, b, c, m}, []string{a, b, "ref(2)", "map(-1)[ " + d + " ref(1) ]"}},
		{[]string{a, b, c, d}, []string{a, b, "ref(2)", d}},
	} {
		if got := without(t, readerOf(e, p, codecs.Value, nil), 5, i); !slices.Equal(got, want.expanded) {
			t.Errorf("without %d:\n got %s\nwant %s", i, got, want.expanded)
		}
		r := readerOf(e, p, codecs.Value, nil)
		r.(token.RefReader).KeepRefs(false)
		if got := without(t, r, 5, i); !slices.Equal(got, want.kept) {
			t.Errorf("without %d, references kept:\n got %s\nwant %s", i, got, want.kept)
		}
	}
}

// without reads a list of n and skips one member.
func without(t *testing.T, r token.Reader, n, skipped int) (got []string) {
	t.Helper()
	defer r.Close()
	var tok token.Token
	if err := r.Next(&tok); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if i != skipped {
			got = append(got, next(t, r))
		} else if err := r.Skip(); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Next(&tok); err != nil || tok.Kind != token.End {
		t.Fatalf("%v %v", tok.Kind, err)
	}
	return got
}

// next shows one value.
func next(t *testing.T, r token.Reader) string {
	t.Helper()
	s, err := nextOr(r)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(s)
}

// TestSeek reads the members of every object and list among the captures backwards, by marks, and then onwards.
func TestSeek(t *testing.T) {
	e := Hessian2()
	tried := 0
	for _, c := range captures(t) {
		forth, err := members(e, c.value, false)
		if err != nil || len(forth) < 2 {
			continue // a scalar, or a cycle
		}
		back, err := members(e, c.value, true)
		if err != nil || strings.Join(back, "|") != strings.Join(forth, "|") {
			t.Errorf("%s: %v\n got %s\nwant %s", c.name, err, back, forth)
		}
		tried++
	}
	if tried < 30 {
		t.Errorf("%d tried", tried)
	}
}

func members(e *Encoding, p []byte, backwards bool) (all []string, err error) {
	r := readerOf(e, p, codecs.Value, nil)
	defer r.Close()
	var tok token.Token
	if err := r.Next(&tok); err != nil {
		return nil, err
	}
	n := int(tok.Int)
	switch tok.Kind {
	case token.Object:
		n = len(tok.Class.Fields)
	case token.List:
	default:
		return nil, nil
	}
	marks := make([]token.Mark, max(n, 0)+1)
	all = make([]string, max(n, 0))
	for i := range all {
		marks[i] = r.Mark()
		if !backwards {
			if all[i], err = nextOr(r); err != nil {
				return nil, err
			}
		} else if err := r.Pass(); err != nil {
			return nil, err
		}
	}
	marks[len(all)] = r.Mark()
	for i := len(all) - 1; i >= 0 && backwards; i-- {
		if err := r.Seek(marks[i]); err != nil {
			return nil, err
		}
		if all[i], err = nextOr(r); err != nil {
			return nil, err
		}
	}
	if err := r.Seek(marks[len(all)]); err != nil {
		return nil, err
	}
	if err := r.Next(&tok); n >= 0 && (err != nil || tok.Kind != token.End) {
		return nil, errors.Join(errors.New("no end"), err)
	}
	if err := r.Next(&tok); n >= 0 && err != io.EOF {
		return nil, errors.Join(errors.New("no end of the body"), err)
	}
	return all, nil
}

func nextOr(r token.Reader) (string, error) {
	var tok token.Token
	var b strings.Builder
	for depth := 0; ; {
		if err := r.Next(&tok); err != nil {
			return "", err
		}
		b.WriteString(show(&tok))
		switch tok.Kind {
		case token.List, token.Map, token.Object:
			depth++
		case token.End:
			depth--
		}
		if depth == 0 {
			return b.String(), nil
		}
	}
}

// TestSeekPairs goes back to a key and to a value of a map.
func TestSeekPairs(t *testing.T) {
	r := Hessian2().Reader(wire.Borrow(unhex(t, "48 01 61 91 01 62 79 92 5a")), codecs.Format{Shape: codecs.Value}, nil)
	defer r.Close()
	var tok token.Token
	if err := r.Next(&tok); err != nil {
		t.Fatal(err)
	}
	key := r.Mark()
	if got := next(t, r); got != "a:" {
		t.Fatal(got)
	}
	value := r.Mark()
	if err := r.Pass(); err != nil {
		t.Fatal(err)
	}
	rest := r.Mark()
	for _, c := range []struct {
		at   token.Mark
		want string
	}{{value, "1:32"}, {key, "a:"}, {rest, "b:"}, {value, "1:32"}, {rest, "b:"}} {
		if err := r.Seek(c.at); err != nil {
			t.Fatal(err)
		}
		if got := next(t, r); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	if got := next(t, r); got != "list(1)[ 2:32 ]" {
		t.Error(got)
	}
	if err := r.Next(&tok); err != nil || tok.Kind != token.End {
		t.Error(tok.Kind, err)
	}
}

// TestSeekEnded goes back to the members of maps that have ended, as one does to bring them into order: a map in a list, and the
// same again by reference.
func TestSeekEnded(t *testing.T) {
	r := readerOf(Hessian2(), unhex(t, "7c 48 01 61 79 91 01 62 79 92 5a 51 91 70 01 74 51 92"), codecs.Value, nil)
	defer r.Close()
	var tok token.Token
	read := func(kind token.Kind) {
		t.Helper()
		if err := r.Next(&tok); err != nil || tok.Kind != kind {
			t.Fatalf("%v %v, not %v", tok.Kind, err, kind)
		}
	}
	read(token.List)
	for range 2 {
		read(token.Map)
		var at [2]token.Mark
		for i := range at {
			read(token.Key)
			at[i] = r.Mark()
			if err := r.Pass(); err != nil {
				t.Fatal(err)
			}
		}
		read(token.End)
		end := r.Mark()
		for i, want := range []string{"list(1)[ 2:32 ]", "list(1)[ 1:32 ]"} {
			if err := r.Seek(at[1-i]); err != nil {
				t.Fatal(err)
			}
			if got := next(t, r); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		if err := r.Seek(end); err != nil {
			t.Fatal(err)
		}
	}
	if got := next(t, r); got != "list(0)<t>[ ]" {
		t.Error(got)
	}
	if got := next(t, r); got != "list(1)[ 1:32 ]" {
		t.Error(got)
	}
	read(token.End)
	end := r.Mark()
	if err := r.Next(&tok); err != io.EOF {
		t.Error(err)
	}
	if err := r.Seek(end); err != nil {
		t.Fatal(err)
	}
	if err := r.Next(&tok); err != io.EOF {
		t.Errorf("behind the end again: %v", err)
	}
}
