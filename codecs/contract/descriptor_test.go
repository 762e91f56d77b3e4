package contract_test

import (
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

func TestDescriptors(t *testing.T) {
	for desc, want := range map[string]string{
		"":                                  "",
		"Ljava/lang/String;I":               "java.lang.String int",
		"[I[[J[B[C[Ljava/lang/String;":      "int[] long[][] byte[] char[] java.lang.String[]",
		"ZBSIJFDC":                          "boolean byte short int long float double char",
		"Lcom/acme/Outer$Inner;[Lcom/A;":    "com.acme.Outer$Inner com.A[]",
		"Ljava/util/Map;Ljava/lang/Object;": "java.util.Map java.lang.Object",
	} {
		tuple, err := contract.FromDescriptor(desc, nil)
		if err != nil {
			t.Errorf("%s: %v", desc, err)
			continue
		}
		if got := strings.Join(tuple.TypeNames(), " "); got != want {
			t.Errorf("%s: %s, want %s", desc, got, want)
		}
		if got := tuple.Descriptor(); got != desc {
			t.Errorf("%s came back as %s", desc, got)
		}
		named, err := contract.FromNames(tuple.TypeNames(), nil)
		if err != nil || named.Descriptor() != desc {
			t.Errorf("%s by names: %v, %v", desc, named, err)
		}
	}
	tuple, _ := contract.FromDescriptor("[B[C[[BLcom/A;", nil)
	for i, k := range []contract.Kind{contract.Bytes, contract.String, contract.List, contract.Class} {
		if got := tuple.Fields[i].Type.Kind; got != k {
			t.Errorf("parameter %d is of kind %d, want %d", i, got, k)
		}
	}
}

func TestDescriptorsRefused(t *testing.T) {
	for desc, want := range map[string]string{
		"V": "'V' begins no type", "X": "'X' begins no type", "[": "no element type", "Ljava/lang/String": "class without ';'",
		"L;": "is no class name", "IL//x;": "at 1: \"//x", "L1a;": "is no class name", "La b;": "is no class name", "La.b;": "is no class name",
		strings.Repeat("I", 256):       "more than 255 parameters",
		strings.Repeat("[", 256) + "I": "256 dimensions over limit 255",
	} {
		if _, err := contract.FromDescriptor(desc, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20s: %v, want %s", desc, err, want)
		}
	}
}

func TestFromList(t *testing.T) {
	for list, want := range map[string]string{
		"int":                    "int",
		"int,java.lang.String[]": "int java.lang.String[]",
		" int[] , boolean[][] ":  "int[] boolean[][]",
		"java.util.Map<java.lang.Integer,a.Car>,int":       "java.util.Map int",
		"java.util.Map<int[],java.util.Map<a.B,a.C>>, a.D": "java.util.Map a.D",
	} {
		got, err := contract.FromList(list, nil)
		if err != nil {
			t.Errorf("%q: %v", list, err)
			continue
		}
		for i, want := range strings.Fields(want) {
			if i >= len(got.Fields) || !strings.HasPrefix(got.Fields[i].Type.Name, want) {
				t.Errorf("%q: %q, parameter %d should be %s", list, got.TypeNames(), i, want)
			}
		}
		if len(got.Fields) != len(strings.Fields(want)) {
			t.Errorf("%q: %q, want %s", list, got.TypeNames(), want)
		}
	}
	for list, want := range map[string]string{
		"": "parse type", ",": "parse type", "int,": "parse type", "java.util.List<a": "parse type", "a>,b": "parse type", "a>,b<": "parse type",
		strings.Repeat("int,", 5000): "parameters over limit 255",
	} {
		if got, err := contract.FromList(list, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, %v, want %s", list, got, err, want)
		}
	}
}

func TestFromName(t *testing.T) {
	x := sample(t)
	for name, want := range map[string]string{
		"java.util.Map<java.lang.Integer, io.dragoman.sample.Order[]>": "Map<Integer,Order[]>",
		"java.util.List<? extends java.util.Set<?>>":                   "List<Set<Object>>",
		"java.util.List<? super java.lang.Integer>":                    "List<Object>",
		"com.acme.Page<com.acme.Car>":                                  "Page",
		"java.util.Map<byte[],int[][]>[]":                              "Map[]",
	} {
		got, err := contract.FromName(name, x.Type)
		if err != nil || outline(got) != want {
			t.Errorf("%s: %v, %v, want %s", name, got, err, want)
		}
	}
	for _, name := range []string{"", "a b", "java.util.List<", "java.util.List<>", "java.util.List<a,b>", "java.util.List<a>x",
		"int<a>", "[]", "a[", strings.Repeat("java.util.List<", 40), strings.Repeat("a", 5000)} {
		if got, err := contract.FromName(name, nil); err == nil {
			t.Errorf("%.20q is taken for %s", name, outline(got))
		}
	}
	got, _ := contract.FromName("io.dragoman.sample.Order", x.Type)
	if got != x.Type("io.dragoman.sample.Order") {
		t.Error("a declared class is not found")
	}
}

func FuzzDescriptor(f *testing.F) {
	f.Add("Ljava/lang/String;[[I[Lcom/A;")
	f.Add("java.util.Map<java.lang.Integer,? extends com.acme.Car[]>")
	f.Fuzz(func(t *testing.T, s string) {
		if tuple, err := contract.FromDescriptor(s, nil); err == nil {
			again, err := contract.FromDescriptor(tuple.Descriptor(), nil)
			if err != nil || strings.Join(again.TypeNames(), ",") != strings.Join(tuple.TypeNames(), ",") {
				t.Errorf("%q came back as %v, %v", s, again, err)
			}
		}
		if typ, err := contract.FromName(s, nil); err == nil {
			if again, err := contract.FromName(typ.Name, nil); err != nil || again.Name != typ.Name {
				t.Errorf("%q: %q is not read back: %v", s, typ.Name, err)
			}
		}
	})
}

func TestJoinedBooks(t *testing.T) {
	one := build(t, "service S { int f(int a); } class A { int x; }")
	two := build(t, "service S { int f(long a); int g(A a); } class A { int y; } class B;")
	b := contract.Described(contract.Join(one, two))
	for _, c := range []struct {
		method, descriptor string
		args               int
		want               string
		source             contract.Source
	}{
		{"f", "", -1, "f(int a)", contract.Declared},
		{"f", "J", -1, "f(long a)", contract.Declared},
		{"g", "", 1, "g(A a)", contract.Declared},
		{"f", "S", -1, "", 0}, // declared, and not with a short
		{"f", "", 0, "", 0},
		{"h", "LB;I", 2, "h(B, int)", contract.Unknown},
		{"h", "", 0, "h()", contract.Unknown},
		{"h", "", -1, "", 0},
		{"h", "!", -1, "", 0},
	} {
		ms := b.Lookup("S", "", "", c.method, c.descriptor, c.args)
		if len(ms) == 0 {
			if c.want != "" {
				t.Errorf("%s %s: nothing", c.method, c.descriptor)
			}
			continue
		}
		if len(ms) != 1 || ms[0].String() != c.want || ms[0].Source != c.source {
			t.Errorf("%s %s: %v, want %s", c.method, c.descriptor, ms, c.want)
		}
	}
	if b.Type("A") != one.Type("A") || b.Type("B") != two.Type("B") || b.Type("C") != nil {
		t.Error("types come from the wrong book")
	}
	if n := testing.AllocsPerRun(100, func() { b.Lookup("S", "", "", "h", "LB;I", 2) }); n != 0 {
		t.Errorf("a described method makes %v allocations", n)
	}
}

// TestLearnedBehindDeclared: what was learned is for methods of which nothing is declared, it is not all there is of those, and
// declared classes hold in it.
func TestLearnedBehindDeclared(t *testing.T) {
	declared := build(t, "service S version 1 { int f(int a); } class A { int x; }")
	file, err := contract.Parse("learned", []byte("service S { int f(long a); int g(A a); A h(B b, A[] a) throws E; } class A { int y; String z; } class B extends A; exception E;"))
	if err != nil {
		t.Fatal(err)
	}
	learned, err := contract.BuildBehind(declared, contract.Learned, file)
	if err != nil {
		t.Fatal(err)
	}
	b := contract.Described(contract.Behind(declared, learned))
	for _, c := range []struct {
		method, version, descriptor string
		args                        int
		want                        string
		source                      contract.Source
	}{
		{"f", "", "", -1, "f(int a)", contract.Declared},
		{"f", "", "J", 1, "", 0},
		{"f", "2", "J", 1, "f(long)", contract.Unknown}, // of version 2 nothing is declared, and nothing learned is taken for it
		{"g", "", "", 1, "g(A a)", contract.Learned},
		{"g", "", "J", 1, "g(long)", contract.Unknown},
		{"g", "", "", 2, "", 0},
		{"h", "", "", -1, "h(B b, A[] a)", contract.Learned},
	} {
		ms := b.Lookup("S", "", c.version, c.method, c.descriptor, c.args)
		if got := len(ms); got == 0 && c.want == "" {
			continue
		}
		if len(ms) != 1 || ms[0].String() != c.want || ms[0].Source != c.source {
			t.Errorf("%s %s: %v, want %s", c.method, c.descriptor, ms, c.want)
		}
	}
	h := learned.Lookup("S", "", "", "h", "", -1)[0]
	a := declared.Type("A")
	if h.Result != a || h.Params.Fields[1].Type.Elem != a || h.Params.Fields[0].Type.Super != a || b.Type("A") != a || learned.Type("A") != nil {
		t.Errorf("%+v: the declared class does not hold", h)
	}
	if b.Type("B") != h.Params.Fields[0].Type || len(a.Subs) != 0 {
		t.Error("a learned class is not there, or has changed a declared one")
	}
}

func TestThrown(t *testing.T) {
	x := build(t, "package a; exception E {} exception F extends E {} exception G {} service S { void one() throws E; void two() throws E, G; }")
	one, two := x.Services[0].Methods[0].Throws, x.Services[0].Methods[1].Throws
	for _, c := range []struct {
		throws     []*contract.Type
		name, want string
	}{
		{one, "a.E", "a.E"}, {one, "E", "a.E"}, {one, "", "a.E"}, {one, "X", ""}, {one, "a.F", "a.F"}, {one, "F", "a.F"}, {one, "b.E", ""},
		{two, "", ""}, {two, "G", "a.G"}, {nil, "", ""}, {nil, "E", ""},
	} {
		got := ""
		if c := contract.Thrown(c.throws, c.name); c != nil {
			got = c.Name
		}
		if got != c.want {
			t.Errorf("%q of %d: %q, want %q", c.name, len(c.throws), got, c.want)
		}
	}
}
