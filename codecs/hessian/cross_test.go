package hessian

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// around is a way through all dialects and back.
var around = []Dialect{Draft, Final, First, Draft}

// TestCross sends values of every kind through all dialects: they come back as the same bytes.
func TestCross(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		begun := 0
		all := drawTokens(r, nil, 3, &begun)
		want, err := write(newEncoding(Draft), codecs.Value, nil, all...)
		if err != nil {
			r.Fatal(err)
		}
		if got := crossed(r.Fatalf, want, codecs.Value); !bytes.Equal(got, want) {
			r.Fatalf("got  %q\nwant %q", got, want)
		}
	})
}

// TestCrossCaptures does so with what Java writes: the same tokens come back.
func TestCrossCaptures(t *testing.T) {
	for _, c := range capturesAs(t, Draft) {
		e := newEncoding(Draft)
		want, wantErr := dump(e, c.value, codecs.Value, nil)
		if c.name == "iterator" {
			want = "list(2)" + want[len("list(-1)"):]
		}
		got, gotErr := dump(e, crossed(t.Fatalf, c.value, codecs.Value), codecs.Value, nil)
		if got != want || (gotErr == nil) != (wantErr == nil) {
			t.Errorf("%s:\n got %.300s %v\nwant %.300s %v", c.name, got, gotErr, want, wantErr)
		}
	}
}

// TestCrossThrown does so with an exception.
func TestCrossThrown(t *testing.T) {
	for _, c := range capturesAs(t, Draft) {
		if c.name != "exception" {
			continue
		}
		e := newEncoding(Draft)
		want, err := dump(e, c.value, codecs.Thrown, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := dump(e, crossed(t.Fatalf, c.value, codecs.Thrown), codecs.Thrown, nil)
		if got != want || err != nil {
			t.Errorf("got  %s %v\nwant %s", got, err, want)
		}
		return
	}
	t.Error("no exception among the captures")
}

// crossed sends a value around.
func crossed(fatal func(string, ...any), p []byte, shape codecs.Shape) []byte {
	for i := 1; i < len(around); i++ {
		next, err := convert(newEncoding(around[i-1]), newEncoding(around[i]), string(p), shape, codecs.Plain, codecs.Plain, nil)
		if err != nil {
			fatal("%v to %v: %q: %v", around[i-1], around[i], p, err)
		}
		p = []byte(next)
	}
	return p
}

// TestFirstObjects: a map of Hessian 1.0 that has a type is an object where it can be one.
func TestFirstObjects(t *testing.T) {
	car := "Mt\x00\x0bexample.Car" + "S\x00\x05colorS\x00\x03red" + "z"
	for _, c := range []struct{ name, in, want string }{
		{"object", car, `object<example.Car>[color]{ "red" ]`},
		{"no fields", "Mt\x00\x01Az", `object<A>[]{ ]`},
		{"no type", "MS\x00\x01aNz", `map(-1)[ a: null ]`},
		{"empty type", "Mt\x00\x00S\x00\x01aNz", `map(-1)[ a: null ]`},
		{"a map of Java's", "Mt\x00\x11java.util.TreeMapS\x00\x01aNz", `map(-1)<java.util.TreeMap>[ a: null ]`},
		{"a key that is no string", "Mt\x00\x01AS\x00\x01aNI\x00\x00\x00\x01Nz", `map(-1)<A>[ a: null 1:32 null ]`},
		{"a key that is long", "Mt\x00\x01AS\x0c\x01" + string(bytes.Repeat([]byte{'k'}, 3073)) + "Nz", `map(-1)<A>[ ` + string(bytes.Repeat([]byte{'k'}, 3073)) + `: null ]`},
		{"objects in each other", "Mt\x00\x01AS\x00\x01a" + car + "S\x00\x01b" + "R\x00\x00\x00\x01z", `object<A>[a b]{ object<example.Car>[color]{ "red" ] object<example.Car>[color]{ "red" ] ]`},
		{"a name in chunks", "Mt\x00\x01As\x00\x01aS\x00\x01bNz", `object<A>[ab]{ null ]`},
	} {
		if got, err := dump(Hessian1(), []byte(c.in), codecs.Value, nil); err != nil || got != c.want {
			t.Errorf("%s: got %.200s, %v, want %.200s", c.name, got, err, c.want)
		}
	}
}

// TestRecognize: each capture that begins with an object is taken for its dialect, and no other is recognized.
func TestRecognize(t *testing.T) {
	for _, d := range dialects {
		for _, c := range capturesAs(t, d) {
			object := d.opcodes().ops[c.value[0]] == opClass
			if got, ok := Recognize(c.value); ok != object || ok && got != d {
				t.Errorf("%v %s/%s: %v, %v: %.60q", d, c.group, c.name, got, ok, c.value)
			}
		}
	}
	if d, ok := Recognize(nil); ok {
		t.Errorf("nothing is %v", d)
	}
}
