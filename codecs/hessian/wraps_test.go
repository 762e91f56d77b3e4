package hessian

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// sofaSent is what sofa-bolt-node 2.0.1 wrote (specification bolt §9), the fields in its own order; sofaAnswered likewise.
const (
	sofaSent = "O\xbccom.alipay.sofa.rpc.core.request.SofaRequest\x95\x0amethodName\x0dmethodArgSigs\x17targetServiceUniqueName" +
		"\x0dtargetAppName\x0crequestPropso\x90\x05helloVt\x00\x11[java.lang.Stringn\x01\x10java.lang.Stringz" +
		"\x19com.demo.HelloService:1.0NMz\x05world"
	sofaAnswered = "O\xbecom.alipay.sofa.rpc.core.response.SofaResponse\x94\x07isError\x08errorMsg\x0bappResponse\x0dresponseProps" +
		"o\x90FN\x0bhello worldN"
)

func formatOf(e *Encoding, s codecs.Shape, w codecs.Wrap) codecs.Format {
	return codecs.Format{Encoding: e.Name(), Shape: s, Wrap: w}
}

func dumpAs(e *Encoding, p string, s codecs.Shape, w codecs.Wrap, t *contract.Type) (string, error) {
	r := e.Reader(wire.Borrow([]byte(p)), formatOf(e, s, w), t)
	defer r.Close()
	return dumpReader(r)
}

// convert copies a body from one format to another, as the copier does.
func convert(from, to *Encoding, p string, s codecs.Shape, a, b codecs.Wrap, t *contract.Type) (string, error) {
	r := from.Reader(wire.Borrow([]byte(p)), formatOf(from, s, a), t)
	defer r.Close()
	var o wire.Out
	w := to.Writer(&o, formatOf(to, s, b), t)
	r.(token.RefReader).KeepRefs(w.(token.Sharer).Shares())
	err := copyAll(w, r)
	return string(o.B), errors.Join(err, w.Close())
}

func params(names ...string) *contract.Type {
	t := &contract.Type{Kind: contract.Tuple}
	for _, name := range names {
		t.Fields = append(t.Fields, contract.Field{Type: &contract.Type{Kind: contract.Class, Name: name}})
	}
	return t
}

func TestSofaReads(t *testing.T) {
	draft := Hessian2Draft()
	for _, c := range []struct {
		name, in string
		shape    codecs.Shape
		want     string
	}{
		{"request", sofaSent, codecs.Args, `list(1)[ "world" ]`},
		{"reply", sofaAnswered, codecs.Value, `"hello world"`},
		{"void", "", codecs.Void, ""},
		{"thrown", strings.Replace(sofaAnswered, "\x0bhello world", "O\x93x.E\x91\x0ddetailMessageo\x91\x04boom", 1), codecs.Thrown,
			`map(-1)[ class: "x.E" message: "boom" fields: map(-1)[ ] cause: null ]`},
	} {
		got, err := dumpAs(draft, c.in, c.shape, codecs.Sofa, nil)
		if err != nil || got != c.want {
			t.Errorf("%s: got %s, %v, want %s", c.name, got, err, c.want)
		}
		for n := range len(c.in) {
			if got, err := dumpAs(draft, c.in[:n], c.shape, codecs.Sofa, nil); err == nil {
				t.Fatalf("%s: cut to %d of %d bytes: %s", c.name, n, len(c.in), got)
			}
		}
	}
}

func TestSofaWrites(t *testing.T) {
	args := []token.Token{opens(token.List), text("world"), {Kind: token.Int, Bits: 32, Int: 7}, ends}
	for _, e := range []*Encoding{Hessian2(), Hessian2Draft(), Hessian1()} {
		var o wire.Out
		w := e.Writer(&o, formatOf(e, codecs.Args, codecs.Sofa), params("java.lang.String", "int[]"))
		for i := range args {
			if err := w.Put(&args[i]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := dumpAs(e, string(o.B), codecs.Args, codecs.Sofa, nil)
		if want := `list(2)[ "world" 7:32 ]`; err != nil || got != want {
			t.Errorf("%s: %q reads as %s, %v, want %s", e.Name(), o.B, got, err, want)
		}
		if e.d == First {
			continue
		}
		var s Scanner
		s.ResetAs(o.B, e.d)
		class, fields, err := s.Object(nil)
		if err != nil || string(class) != SofaRequest || len(fields) != 5 {
			t.Fatalf("%s: %q: %s %v %v", e.Name(), o.B, class, fields, err)
		}
		after := s.Pos()
		s.Back(&fields[4])
		desc, n, err := s.Signature(nil)
		if err != nil || n != 2 || string(desc) != "Ljava/lang/String;[I" || s.Pos() != after {
			t.Errorf("%s: %s %d %v, at %d of %d", e.Name(), desc, n, err, s.Pos(), after)
		}
		if name, null, err := s.Text(); err != nil || null || string(name) != "world" {
			t.Errorf("%s: behind the request: %s %v %v", e.Name(), name, null, err)
		}
		if d, ok := Recognize(o.B); !ok || d != e.d {
			t.Errorf("%s is taken for %v", e.Name(), d)
		}
	}
}

// TestSofaJava has what SOFARPC writes for Java.
func TestSofaJava(t *testing.T) {
	const want = "O\xbccom.alipay.sofa.rpc.core.request.SofaRequest\x95\x0dtargetAppName\x0amethodName\x17targetServiceUniqueName" +
		"\x0crequestProps\x0dmethodArgSigso\x90NNNM\x0frpc_req_baggageMzzVt\x00\x07[stringn\x01\x10java.lang.Stringz\x05world"
	got, err := convert(Hessian2(), Hessian2Draft(), "\x05world", codecs.Args, codecs.Plain, codecs.Sofa, params("java.lang.String"))
	if err != nil || got != want {
		t.Errorf("got  %q, %v\nwant %q", got, err, want)
	}
	got, err = convert(Hessian2(), Hessian2Draft(), "\x0bhello world", codecs.Value, codecs.Plain, codecs.Sofa, nil)
	if err != nil || got != sofaAnswered {
		t.Errorf("got  %q, %v\nwant %q", got, err, sofaAnswered)
	}
}

func TestSofaNeedsTypes(t *testing.T) {
	_, err := convert(Hessian2(), Hessian2Draft(), "\x05world", codecs.Args, codecs.Plain, codecs.Sofa, nil)
	if codecs.StatusOf(err).Code != codecs.Unimplemented || !strings.Contains(err.Error(), "parameter types are not known") {
		t.Error(err)
	}
}

// TestApart takes two arguments that share an object from one stream into two, and back.
func TestApart(t *testing.T) {
	const (
		one  = "C\x03x.A\x91\x01a`yQ\x90" + "yQ\x90" // an object whose field is a list that has the object; a list with the object
		each = "C\x03x.A\x91\x01a`yQ\x90"
		two  = each + "y" + "C\x03x.A\x91\x01a`yQ\x91"
	)
	got, err := convert(Hessian2(), Hessian2(), one, codecs.Args, codecs.Plain, codecs.Apart, params("x.A", "java.util.List"))
	if err != nil || got != two {
		t.Fatalf("got  %q, %v\nwant %q", got, err, two)
	}
	var s Scanner
	s.Reset([]byte(two))
	if err := s.Skip(1); err != nil || s.Pos() != len(each) {
		t.Fatal(s.Pos(), err)
	}
	s.Anew()
	if err := s.Skip(1); err != nil || s.Left() != 0 {
		t.Fatal(s.Pos(), err)
	}
	shown := `list(-1)[ object<x.A>[a]{ list(1)[ ref(1) ] ] list(1)[ object<x.A>[a]{ list(1)[ ref(4) ] ] ] ]`
	r := Hessian2().Reader(wire.Borrow([]byte(two)), formatOf(Hessian2(), codecs.Args, codecs.Apart), nil)
	r.(token.RefReader).KeepRefs(false)
	if got, err := dumpReader(r); err != nil || got != shown {
		t.Errorf("got  %s, %v\nwant %s", got, err, shown)
	}
	r.Close()
	if got, err := dumpAs(Hessian2(), "yQ\x90", codecs.Args, codecs.Plain, nil); err == nil {
		t.Errorf("a list that has itself: %s", got)
	}
	back, err := convert(Hessian2(), Hessian1(), two, codecs.Args, codecs.Apart, codecs.Plain, nil)
	if err != nil || strings.Count(back, "t\x00\x03x.A") != 2 {
		t.Errorf("%q, %v", back, err)
	}
}

// TestApartSeek comes back to the first of three arguments, each of which has a class 0 of its own.
func TestApartSeek(t *testing.T) {
	p := []byte("C\x03x.A\x90`" + "C\x03x.B\x90y`" + "zC\x03x.C\x90`Q\x91")
	r := Hessian2().Reader(wire.Borrow(p), formatOf(Hessian2(), codecs.Args, codecs.Apart), params("x.A", "x.B", "x.C"))
	defer r.Close()
	var one token.Token
	if err := r.Next(&one); err != nil {
		t.Fatal(err)
	}
	m := r.Mark()
	first, err := dumpReader(r)
	if err != nil || !strings.Contains(first, "x.C") {
		t.Fatal(first, err)
	}
	r2 := Hessian2().Reader(wire.Borrow(p), formatOf(Hessian2(), codecs.Args, codecs.Apart), params("x.A", "x.B", "x.C"))
	defer r2.Close()
	if err := r2.Next(&one); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := r2.Skip(); err != nil {
			t.Fatal(err)
		}
	}
	if err := r2.Seek(m); err != nil {
		t.Fatal(err)
	}
	if again, err := dumpReader(r2); err != nil || again != first {
		t.Errorf("got  %s, %v\nwant %s", again, err, first)
	}
}

func TestApartGeneric(t *testing.T) {
	tuple := params("java.lang.String", "x.A")
	tuple.Name = "f"
	for _, e := range []*Encoding{Hessian2(), Hessian2Draft(), Hessian1()} {
		var o wire.Out
		w := e.Writer(&o, formatOf(e, codecs.Generic, codecs.Apart), tuple)
		all := []token.Token{opens(token.List), text("a"), {Kind: token.Object, Class: &token.Class{Name: "x.A", Fields: []string{"b"}}}, text("c"), ends, ends}
		for i := range all {
			if err := w.Put(&all[i]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := dumpAs(e, string(o.B), codecs.Generic, codecs.Apart, nil)
		if want := `list(2)[ "a" map(-1)[ class: "x.A" b: "c" ] ]`; err != nil || got != want {
			t.Errorf("%s: %q reads as %s, %v", e.Name(), o.B, got, err)
		}
		var s Scanner
		s.ResetAs(o.B, e.d)
		var inv Invocation
		name, _, err := s.Text()
		if err != nil || string(name) != "f" {
			t.Fatal(string(name), err)
		}
		s.Anew()
		if err := s.InvokedTypes(&inv); err != nil || strings.Join(inv.Types, " ") != "java.lang.String x.A" {
			t.Fatal(inv, err)
		}
		s.Anew()
		if err := s.InvokedArgs(&inv); err != nil || inv.Args != 2 || s.Left() != 0 {
			t.Fatal(inv, err)
		}
	}
}

// TestApartLimit: arguments of a byte each must not make much of little.
func TestApartLimit(t *testing.T) {
	r := Hessian2().Reader(wire.Borrow(bytes.Repeat([]byte{'N'}, 1<<16)), formatOf(Hessian2(), codecs.Args, codecs.Apart), nil)
	defer r.Close()
	var one token.Token
	var err error
	for n := 0; err == nil && n < 1000; n++ {
		err = r.Next(&one)
	}
	if err == nil || errors.Is(err, io.EOF) || codecs.StatusOf(err).Code != codecs.Invalid {
		t.Error(err)
	}
}

// TestSofaShares takes arguments that share an object behind a SofaRequest, where containers have other numbers, and back.
func TestSofaShares(t *testing.T) {
	const shared = "C\x03x.A\x91\x01a`yQ\x90" + "yQ\x90" + "Q\x91"
	types := params("x.A", "java.util.List", "java.lang.Object")
	for _, e := range []*Encoding{Hessian2(), Hessian2Draft(), Hessian1()} {
		request, err := convert(Hessian2(), e, shared, codecs.Args, codecs.Plain, codecs.Sofa, types)
		if err != nil {
			t.Fatal(err)
		}
		back, err := convert(e, Hessian2(), request, codecs.Args, codecs.Sofa, codecs.Plain, types)
		if err != nil || back != shared {
			t.Errorf("%s: got %q, %v, want %q", e.Name(), back, err, shared)
		}
		for cut := range len(request) {
			if got, err := dumpAs(e, request[:cut], codecs.Args, codecs.Sofa, types); err == nil {
				t.Fatalf("%s: %d of %d bytes read as %s", e.Name(), cut, len(request), got)
			}
		}
	}
}

// TestSofaRejects has objects that are not SOFARPC's, or not as they should be.
func TestSofaRejects(t *testing.T) {
	object := func(field, value string) string {
		return "O\x91A\x91" + string(rune(len(field))) + field + "o\x90" + value
	}
	for _, c := range []struct {
		name, in, want string
		shape          codecs.Shape
	}{
		{"no object", "\x05hello", "no object with the field methodArgSigs", codecs.Args},
		{"null", "N", "no object with the field appResponse", codecs.Value},
		{"another object", object("name", "\x01x"), "no object with the field methodArgSigs", codecs.Args},
		{"a reply for a request", object("appResponse", "N"), "no object with the field methodArgSigs", codecs.Args},
		{"types that are no list", object("methodArgSigs", "\x01x"), "where a value is due", codecs.Args},
		{"types that are a map", object("methodArgSigs", "Mz"), "a map where a list is due", codecs.Args},
		{"more types than arguments", object("methodArgSigs", "Vn\x01\x03intz"), "ends inside", codecs.Args},
		{"a generic invocation", object("methodArgSigs", "Vn\x00z"), "shape generic in SOFARPC's objects", codecs.Generic},
	} {
		if got, err := dumpAs(Hessian2Draft(), c.in, c.shape, codecs.Sofa, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %s, %v, want %s", c.name, got, err, c.want)
		}
	}
}

func TestSignature(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"N", ""}, {"Vn\x00z", ""}, {"Vz", ""},
		{"V\x03int\x07boolean\x10java.lang.Stringz", "IZLjava/lang/String;"},
		{"Vn\x03\x02[J\x13[Ljava.lang.String;\x05int[]z", "[J[Ljava/lang/String;[I"},
		{"Vn\x03\x07int[][]\x03[[I\x05a.B[]z", "[[I[[I[La/B;"},
		{"Vn\x01\x06a.B;IJz", `parameter 0 of type "a.B;IJ"`},
		{"Vn\x01\x03a/Bz", `parameter 0 of type "a/B"`},
		{"Vn\x01\x02[Xz", `parameter 0 of type "[X"`},
		{"Vn\x01\x01[z", `parameter 0 of type "["`},
		{"Vn\x01\x03[L;z", `parameter 0 of type "[L;"`},
		{"Vn\x01\x06[La;I;z", `parameter 0 of type "[La;I;"`},
		{"Vn\x01\x02[]z", `parameter 0 of type "[]"`},
		{"Vn\x01\x01\xed\xa0\x80z", "parameter 0 of type"},
		{"Vn\x01S\x10\x00" + strings.Repeat("a", 4096) + "z", "parameter 0 of type"},
		{"Vn\x01\x00z", "the type of parameter 0 is not said"},
		{"Vn\x01Nz", "the type of parameter 0 is not said"},
		{"Vn\x01\x03intN", "where the end of a list"},
		{"V" + strings.Repeat("\x03int", 256) + "z", "over 255 parameters"},
	} {
		var s Scanner
		s.ResetAs([]byte(c.in), Draft)
		got, n, err := s.Signature(nil)
		if err != nil {
			got = []byte(err.Error())
		}
		if !strings.Contains(string(got), c.want) || err == nil && (string(got) != c.want || s.Left() != 0) {
			t.Errorf("%q: got %s of %d, want %s", c.in, got, n, c.want)
		}
	}
}

// TestApartIsNotLite: who reads apart streams is not Dubbo's library. Caucho's would make a UUID of zeros of that one's form.
func TestApartIsNotLite(t *testing.T) {
	const lite = "C\x0ejava.util.UUID\x91\x05value`0$123e4567-e89b-12d3-a456-426614174000"
	for _, wrap := range []codecs.Wrap{codecs.Sofa, codecs.Apart} {
		got, err := convert(Hessian2(), Hessian2(), lite, codecs.Value, codecs.Plain, wrap, nil)
		if err != nil || !strings.Contains(got, "\x0bmostSigBits\x0cleastSigBits") {
			t.Errorf("%v: %q, %v", wrap, got, err)
		}
		back, err := convert(Hessian2(), Hessian2(), got, codecs.Value, wrap, codecs.Plain, nil)
		if err != nil || back != lite {
			t.Errorf("%v: came back as %q, %v", wrap, back, err)
		}
	}
}
