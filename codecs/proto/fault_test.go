package proto_test

import (
	"bytes"
	"testing"

	"google.golang.org/protobuf/encoding/prototext"
	pb "google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/bufbuild/protocompile"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/proto"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// fault is dragoman.v1.Fault as docs/fault.proto has it.
func fault(t *testing.T) protoreflect.MessageDescriptor {
	t.Helper()
	c := protocompile.Compiler{Resolver: &protocompile.SourceResolver{ImportPaths: []string{"../../docs"}}}
	files, err := c.Compile(t.Context(), "fault.proto")
	if err != nil {
		t.Fatal(err)
	}
	return files[0].Messages().ByName("Fault")
}

// thrown converts a fault.
func thrown(from, to codecs.Encoding, throws []*contract.Type, p []byte) ([]byte, error) {
	var o wire.Out
	r := from.Reader(wire.Borrow(p), format(from, codecs.Thrown), nil)
	w := to.Writer(&o, format(to, codecs.Thrown), nil)
	_, err := token.CopyFault(w, r, throws)
	r.Close()
	if e := w.Close(); err == nil {
		err = e
	}
	return o.AppendTo(nil), err
}

// TestFaultIsWhatTheDocumentSays: what we write the library reads by docs/fault.proto, field for field.
func TestFaultIsWhatTheDocumentSays(t *testing.T) {
	md := fault(t)
	for text, want := range map[string]string{
		`{"class":"a.B","message":"m","fields":{"i":5,"l":1099511627776,"d":1.5,"s":"x","n":null,"b":true,"big":123456789012345678901,"list":[1,{"k":"v"}]},"cause":{"class":"a.C","message":null,"fields":{},"cause":null},"trace":["a.B.f(B.java:1)"]}`: `class: "a.B" message: "m" fields { key: "b" value { bool: true } } fields { key: "big" value { integer: "123456789012345678901" } }
			fields { key: "d" value { double: 1.5 } } fields { key: "i" value { int: 5 } } fields { key: "l" value { long: 1099511627776 } }
			fields { key: "list" value { list { values { int: 1 } values { map { entries { key { string: "k" } value { string: "v" } } } } } } }
			fields { key: "n" value { null: NULL } } fields { key: "s" value { string: "x" } } cause { class: "a.C" } trace: "a.B.f(B.java:1)"`,
		`"only a text"`:                     `message: "only a text"`,
		`{"message":"\ud83d"}`:              "message: \"\uFFFD\"",
		`{"unknown":{"a":[1]},"class":"X"}`: `class: "X"`,
	} {
		p, err := thrown(plain, enc, nil, []byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got, wanted := dynamicpb.NewMessage(md), dynamicpb.NewMessage(md)
		if err := pb.Unmarshal(p, got); err != nil {
			t.Fatal(err)
		}
		if err := prototext.Unmarshal([]byte(want), wanted); err != nil {
			t.Fatal(err)
		}
		if !pb.Equal(got, wanted) {
			t.Errorf("%s became %v", text, got)
		}
	}
}

// TestFaultKeepsJavaValues: what a Java exception holds comes back from a Fault as it was.
func TestFaultKeepsJavaValues(t *testing.T) {
	f, err := contract.Parse("t.contract", []byte(`package a; exception Out { int i; long l; float f; double d; String s; byte[] bytes; BigDecimal price;
		BigInteger big; Date at; LocalDate day; UUID id; Color color; List<Item> items; Map<Integer, Item> by; Object any; Boolean none; }
		class Item { String name; } enum Color { RED } service S { void f() throws Out; }`))
	if err != nil {
		t.Fatal(err)
	}
	x, err := contract.Build(f)
	if err != nil {
		t.Fatal(err)
	}
	throws := one(t, x, "a.S", "f").Throws
	const text = `{"class":"a.Out","message":"gone","fields":{"i":-5,"l":7,"f":0.1,"d":1e+300,"s":"é","bytes":"AP8=","price":1.10,"big":99999999999999999999,` +
		`"at":"2026-11-21T03:18:00.123Z","day":"2026-11-21","id":"123e4567-e89b-12d3-a456-426614174000","color":"RED","items":[{"name":"x"}],` +
		`"by":{"3":{"name":"y"}},"any":[1,"a"],"none":null},"cause":{"class":"java.lang.IllegalStateException","message":"why","fields":{},"cause":null},"trace":["a.B.f(B.java:1)"]}`
	java, err := thrown(plain, hessian2, throws, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := thrown(hessian2, enc, throws, java)
	if err != nil {
		t.Fatal(err)
	}
	back, err := thrown(enc, hessian2, throws, p)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(java, back) {
		a, _ := thrown(hessian2, plain, throws, java)
		b, _ := thrown(hessian2, plain, throws, back)
		t.Errorf("the exception came back as another:\n%s\n%s", a, b)
	}
	if got, err := thrown(enc, plain, throws, p); err != nil || string(got) != text {
		t.Errorf("to JSON: %s, %v", got, err)
	}
}

// TestFaultTables: the tables that are written by hand have the fields of the document.
func TestFaultTables(t *testing.T) {
	md := fault(t)
	seen := map[protoreflect.FullName]bool{}
	var all func(md protoreflect.MessageDescriptor) int
	all = func(md protoreflect.MessageDescriptor) (n int) {
		name := md.FullName()
		if md.IsMapEntry() {
			name = "entry" // both maps have the same
		}
		if seen[name] {
			return 0
		}
		seen[name] = true
		for i := range md.Fields().Len() {
			if n++; md.Fields().Get(i).Message() != nil {
				n += all(md.Fields().Get(i).Message())
			}
		}
		return n
	}
	if want, got := all(md), proto.FaultFields(); want != got {
		t.Errorf("the document has %d fields, the tables have %d", want, got)
	}
}
