package hessian

import (
	"errors"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

func TestReadFault(t *testing.T) {
	e := Hessian2()
	const runtime = "java.lang.RuntimeException"
	for _, c := range []struct {
		name string
		in   []byte
		want string
	}{
		{"plain", AppendException(nil, runtime, "boom"), `class: "java.lang.RuntimeException" message: "boom" fields: map(-1)[ ] cause: null`},
		{"its own cause", obj(t, "E", "cause detailMessage", "51 90 01 6d"), `class: "E" message: "m" fields: map(-1)[ ] cause: null`},
		{"no message", obj(t, "E", "detailMessage", "4e"), `class: "E" message: null fields: map(-1)[ ] cause: null`},
		{"message that is none", obj(t, "E", "detailMessage", "78"), `class: "E" message: null fields: map(-1)[ ] cause: null`},
		{"fields of its own", obj(t, "E", "code detailMessage owner list", "97 01 6d 51 90 7a 91 51 90"),
			`class: "E" message: "m" fields: map(-1)[ code: 7:32 owner: null list: list(2)[ 1:32 null ] ] cause: null`},
		{"a second cause", obj(t, "E", "cause cause", "4e 91"), `class: "E" message: null fields: map(-1)[ cause: 1:32 ] cause: null`},
		{"cause", obj(t, "E", "cause detailMessage code", "60 4e 02 696e 92 03 6f7574 93"),
			`class: "E" message: "out" fields: map(-1)[ code: 3:32 ] cause: map(-1)[ class: "E" message: "in" fields: map(-1)[ code: 2:32 ] cause: null ]`},
		{"cause that leads back", obj(t, "E", "cause detailMessage", "60 51 90 02 696e 01 6d"),
			`class: "E" message: "m" fields: map(-1)[ ] cause: map(-1)[ class: "E" message: "in" fields: map(-1)[ ] cause: null ]`},
		{"cause that was a field", obj(t, "E", "first cause", "60 91 4e 51 91"),
			`class: "E" message: null fields: map(-1)[ first: object<E>[first cause]{ 1:32 null ] ] cause: map(-1)[ class: "E" message: null fields: map(-1)[ first: 1:32 ] cause: null ]`},
		{"cause that is no exception", obj(t, "E", "cause", "01 6d"), `class: "E" message: null fields: map(-1)[ ] cause: null`},
		{"cause that refers to a list", obj(t, "E", "l cause", "78 51 91"), `class: "E" message: null fields: map(-1)[ l: list(0)[ ] ] cause: null`},
		{"generic", obj(t, "com.alibaba.dubbo.rpc.service.GenericException", "detailMessage exceptionMessage exceptionClass", "04 453a206d 01 6d 01 45"),
			`class: "E" message: "m" fields: map(-1)[ ] cause: null`},
		{"generic of 3", obj(t, "org.apache.dubbo.rpc.service.GenericException", "exceptionClass exceptionMessage code detailMessage", "01 45 4e 91 01 6d"),
			`class: "E" message: null fields: map(-1)[ code: 1:32 ] cause: null`},
		{"generic of nothing", obj(t, "org.apache.dubbo.rpc.service.GenericException", "exceptionClass detailMessage", "4e 01 6d"),
			`class: "org.apache.dubbo.rpc.service.GenericException" message: null fields: map(-1)[ ] cause: null`},
		{"no generic", obj(t, "x.GenericException", "exceptionClass detailMessage", "01 45 01 6d"), `class: "x.GenericException" message: "m" fields: map(-1)[ exceptionClass: "E" ] cause: null`},
		{"suppressed", obj(t, "E", "suppressedExceptions", "79 60 78"), `class: "E" message: null fields: map(-1)[ ] cause: null`},
		{"the old notation", unhex(t, "4d 01 45 0d 64657461696c4d657373616765 01 6d 04 636f6465 97 91 92 5a"), `class: "E" message: "m" fields: map(-1)[ code: 7:32 ] cause: null`},
		{"a map", unhex(t, "48 01 61 91 5a"), `class: "" message: null fields: map(-1)[ a: 1:32 ] cause: null`},
		{"a string", unhex(t, "01 6d"), `class: "" message: "m" fields: map(-1)[ ] cause: null`},
		{"null", unhex(t, "4e"), `class: "" message: null fields: map(-1)[ ] cause: null`},
		{"a list", unhex(t, "79 91"), `class: "" message: null fields: map(-1)[ ] cause: null`},
		{"trace", obj(t, "E", "stackTrace", trace(t)),
			`class: "E" message: null fields: map(-1)[ ] cause: null trace: list(5)[ "a.B.c(D.java:7)" "a.B.c(Native Method)" "a.B.c(Unknown Source)" "a.B.c(D.java:7)" "" ]`},
		{"trace that is shared", obj(t, "E", "cause stackTrace", "60 4e 79 91 51 92"),
			`class: "E" message: null fields: map(-1)[ ] cause: map(-1)[ class: "E" message: null fields: map(-1)[ ] cause: null trace: list(1)[ "" ] ] trace: list(1)[ "" ]`},
	} {
		got, err := dump(e, append(c.in, "H\x01aQ\x90Z"...), codecs.Thrown, nil)
		if want := "map(-1)[ " + c.want + " ]"; err != nil || got != want {
			t.Errorf("%s:\n got %s %v\nwant %s", c.name, got, err, want)
		}
	}
}

// trace is the value of a stackTrace in hex: four elements, the last a reference to the first, and something else.
func trace(t *testing.T) string {
	element := string(obj(t, "java.lang.StackTraceElement", "format lineNumber fileName methodName declaringClass", "90 97 06 442e6a617661 01 63 03 612e42"))
	element = strings.Replace(element, "`", "a", 1) // it is the second class
	all := "\x7d" + element + string(unhex(t, "61 90 8e 4e 01 63 03 612e42 61 90 8f 4e 01 63 03 612e42 51 92 91"))
	return hexOf(all)
}

func TestReadThrowableCapture(t *testing.T) {
	for _, c := range captures(t) {
		if c.name != "Throwable" {
			continue
		}
		got, err := dump(Hessian2(), c.value, codecs.Thrown, nil)
		want := `map(-1)[ class: "java.lang.IllegalStateException" message: "boom" fields: map(-1)[ ] cause: map(-1)[ class: "java.lang.RuntimeException" message: "inner" fields: map(-1)[ ] cause: null ] trace: list(1)[ "C.m(F.java:7)" ] ]`
		if err != nil || got != want {
			t.Errorf("got %s %v\nwant %s", got, err, want)
		}
	}
}

// TestFaultChain has causes nested to the limit and beyond.
func TestFaultChain(t *testing.T) {
	e := Hessian2()
	chain := func(n int) []byte {
		return obj(t, "E", "cause", strings.Repeat("60", n-1)+"4e")
	}
	if _, err := dump(e, chain(token.MaxDepth), codecs.Thrown, nil); err != nil {
		t.Error(err)
	}
	if _, err := dump(e, chain(token.MaxDepth+1), codecs.Thrown, nil); !errors.Is(err, token.ErrDepth) {
		t.Error(err)
	}
}

func TestFaultTypes(t *testing.T) {
	e := Hessian2()
	enum := &contract.Type{Kind: contract.Enum, Name: "Color"}
	fault := &contract.Type{Kind: contract.Class, Name: "E", Throws: true, Fields: []contract.Field{{Name: "color", Type: enum}}}
	p := obj(t, "E", "color", "43 05 436f6c6f72 91 04 6e616d65 61 03 524544")
	got, err := dump(e, p, codecs.Thrown, fault)
	if want := `map(-1)[ class: "E" message: null fields: map(-1)[ color: enum(RED)<Color> ] cause: null ]`; err != nil || got != want {
		t.Errorf("got %s %v, want %s", got, err, want)
	}
}

// TestWriteFault writes the neutral form and reads it back, as neutral form and as the object it is.
func TestWriteFault(t *testing.T) {
	e := Hessian2()
	const inner = `map(-1)[ class: "x.In" message: null fields: map(-1)[ ] cause: null ]`
	for _, c := range []struct{ name, object, want string }{
		{"whole", `object<x.Out>[detailMessage a b cause stackTrace]{ "m" 1:32 list(9)[ 1:32 1:32 1:32 1:32 1:32 1:32 1:32 1:32 1:32 ] object<x.In>[]{ ] list(3)<[java.lang.StackTraceElement>[ ` +
			`object<java.lang.StackTraceElement>[declaringClass methodName fileName lineNumber]{ "a.B" "c" "D.java" 7:32 ] ` +
			`object<java.lang.StackTraceElement>[declaringClass methodName fileName lineNumber]{ "a.B" "c" null -2:32 ] ` +
			`object<java.lang.StackTraceElement>[declaringClass methodName fileName lineNumber]{ "" "x" null -1:32 ] ] ]`,
			`map(-1)[ class: "x.Out" message: "m" fields: map(-1)[ a: 1:32 b: list(9)[ 1:32 1:32 1:32 1:32 1:32 1:32 1:32 1:32 1:32 ] ] cause: ` + inner + ` trace: list(3)[ "a.B.c(D.java:7)" "a.B.c(Native Method)" ".x(Unknown Source)" ] ]`},
	} {
		var o wire.Out
		o.B = append(o.B, "head"...)
		w := e.Writer(&o, codecs.Format{Shape: codecs.Thrown}, nil)
		ones := make([]token.Token, 9)
		for i := range ones {
			ones[i] = token.Token{Kind: token.Int, Int: 1, Bits: 32}
		}
		all := []token.Token{opens(token.Map), key("class"), text("x.Out"), key("message"), text("m"), key("fields"), opens(token.Map), key("a"), ones[0], key("b"), opens(token.List)}
		all = append(append(all, ones...), ends, ends, key("cause"), opens(token.Map), key("class"), text("x.In"), key("message"), token.Token{},
			key("fields"), opens(token.Map), ends, key("cause"), token.Token{}, ends,
			key("trace"), opens(token.List), text("a.B.c(D.java:7)"), text("a.B.c(Native Method)"), text("x"), ends, ends)
		for i := range all {
			if err := w.Put(&all[i]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		p := o.B[len("head"):]
		if got, err := dump(e, p, codecs.Value, nil); err != nil || got != c.object {
			t.Errorf("%s as an object:\n got %s %v\nwant %s", c.name, got, err, c.object)
		}
		if got, err := dump(e, p, codecs.Thrown, nil); err != nil || got != c.want {
			t.Errorf("%s:\n got %s %v\nwant %s", c.name, got, err, c.want)
		}
	}
}
