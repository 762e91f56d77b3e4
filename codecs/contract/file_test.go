package contract_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

func build(t testing.TB, src string) *contract.Index {
	t.Helper()
	f, err := contract.Parse("test.contract", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	x, err := contract.Build(f)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func sample(t testing.TB) *contract.Index {
	t.Helper()
	src, err := os.ReadFile("testdata/sample.contract")
	if err != nil {
		t.Fatal(err)
	}
	return build(t, string(src))
}

// outline prints a type without going into classes.
func outline(t *contract.Type) string {
	switch {
	case t == nil:
		return "?"
	case t.Kind == contract.List && !strings.HasSuffix(t.Name, "[]"):
		return contract.Simple(t.Name) + "<" + outline(t.Elem) + ">"
	case t.Kind == contract.Map:
		return contract.Simple(t.Name) + "<" + outline(t.Key) + "," + outline(t.Elem) + ">"
	}
	return contract.Simple(t.Name)
}

func fields(t *contract.Type) string {
	var s []string
	for _, f := range t.Fields {
		s = append(s, outline(f.Type)+" "+f.Name)
	}
	return strings.Join(s, ", ")
}

func TestSample(t *testing.T) {
	x := sample(t)
	order := x.Type("io.dragoman.sample.Order")
	want := "long id, String createdBy, String name, int count, long total, double ratio, boolean paid, Color color, BigDecimal price, " +
		"BigInteger big, Date at, LocalDate day, LocalDateTime moment, Instant instant, byte[] blob, UUID uuid, List<Item> items, " +
		"Map<String,Item> bySku, Map<Integer,String> names, Item first, Item again, String note, int[] numbers, Long boxed, char letter"
	if got := fields(order); got != want {
		t.Errorf("Order has\n%s, want\n%s", got, want)
	}
	if order.Fields[8].Type != contract.Builtin("java.math.BigDecimal") || order.Super != x.Type("io.dragoman.sample.Base") {
		t.Error("Order is built of other types")
	}
	s := x.Services[0]
	if s.Name != "io.dragoman.sample.Sample" || s.Version != "1.0.0" || s.Group != "sample" || len(s.Methods) != 17 {
		t.Errorf("service %s %s %s with %d methods", s.Name, s.Version, s.Group, len(s.Methods))
	}
	for _, c := range []struct {
		method, descriptor string
		args               int
		want               string
	}{
		{"echo", "", -1, "echo(java.lang.String s)"},
		{"Echo", "", 1, "echo(java.lang.String s)"},
		{"echo", "", 2, ""},
		{"nosuch", "", -1, ""},
		{"pick", "", -1, "pick(int a) pick(long a) pick(java.lang.String a) pick(java.lang.String a, int b)"},
		{"pick", "", 1, "pick(int a) pick(long a) pick(java.lang.String a)"},
		{"pick", "J", -1, "pick(long a)"},
		{"pick", "Ljava/lang/String;I", 2, "pick(java.lang.String a, int b)"},
		{"join", "", 1, "join(java.lang.String sep, java.lang.String... parts)"},
		{"join", "", 9, "join(java.lang.String sep, java.lang.String... parts)"},
		{"join", "", 0, ""},
		{"join", "Ljava/lang/String;[Ljava/lang/String;", 2, "join(java.lang.String sep, java.lang.String... parts)"},
		{"order", "Lio/dragoman/sample/Order;", 1, "order(io.dragoman.sample.Order o)"},
	} {
		var got []string
		for _, m := range x.Lookup(s.Name, "", "1.0.0", c.method, c.descriptor, c.args) {
			got = append(got, m.String())
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s %q %d: %q, want %q", c.method, c.descriptor, c.args, got, c.want)
		}
	}
	if ms := x.Lookup(s.Name, "other", "", "echo", "", -1); ms != nil {
		t.Errorf("group other has %v", ms)
	}
	notice := x.Lookup(s.Name, "", "", "notice", "", -1)[0]
	reserve := x.Lookup(s.Name, "", "", "reserve", "", -1)[0]
	if !notice.Oneway || notice.Result.Kind != contract.Void || len(reserve.Throws) != 1 || !reserve.Throws[0].Throws {
		t.Errorf("notice %+v, reserve %+v", notice, reserve)
	}
	if n := testing.AllocsPerRun(100, func() { x.Lookup(s.Name, "", "1.0.0", "echo", "", 1) }); n != 0 {
		t.Errorf("a lookup makes %v allocations", n)
	}
}

func TestGenericClassesAndSubtypes(t *testing.T) {
	x := build(t, `
package a;
class Page<T> { List<T> items; Page<T> next; Map<String, T[]> more; }
class Users extends Page<User> { int n; }
class User;
class Empty {}
abstract class Shape default Circle { String name; }
class Circle extends Shape { double r; }
class Square extends Shape { double side; }
service S { Page<Page<User>> all(Page<Integer> p, Page raw); }`)
	users := x.Type("a.Users")
	if got := fields(users); got != "List<User> items, Page next, Map<String,User[]> more, int n" {
		t.Errorf("Users has %s", got)
	}
	if next := users.Fields[1].Type; next != users.Super || next.Fields[1].Type != next {
		t.Error("a page's next is not the same page")
	}
	m := x.Services[0].Methods[0]
	if got := fields(m.Params.Fields[0].Type); got != "List<Integer> items, Page next, Map<String,Integer[]> more" {
		t.Errorf("Page<Integer> has %s", got)
	}
	if got := fields(m.Params.Fields[1].Type); got != "List<Object> items, Page next, Map<String,Object[]> more" {
		t.Errorf("Page has %s", got)
	}
	if got := fields(m.Result.Fields[0].Type.Elem); got != "List<User> items, Page next, Map<String,User[]> more" {
		t.Errorf("Page<Page<User>> has items with %s", got)
	}
	if m.Descriptor != "La/Page;La/Page;" {
		t.Errorf("descriptor %s", m.Descriptor)
	}
	shape := x.Type("a.Shape")
	if !shape.Abstract || shape.Default != x.Type("a.Circle") || len(shape.Subs) != 2 {
		t.Errorf("Shape is %+v", shape)
	}
	if x.Type("a.User").Fields != nil || x.Type("a.Empty").Fields == nil {
		t.Error("a class without a body and one without fields are alike")
	}
}

func TestFilesSeeEachOther(t *testing.T) {
	one, err := contract.Parse("one", []byte("package a; class User { b.Team team; }"))
	if err != nil {
		t.Fatal(err)
	}
	two, err := contract.Parse("two", []byte("package b; import a.User; class Team { List<User> all; }"))
	if err != nil {
		t.Fatal(err)
	}
	x, err := contract.Build(one, two)
	if err != nil {
		t.Fatal(err)
	}
	if team := x.Type("b.Team"); x.Type("a.User").Fields[0].Type != team || team.Fields[0].Type.Elem != x.Type("a.User") {
		t.Error("the files do not see each other's types")
	}
}

func TestErrorsSayWhere(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"klass A {}", "f:1:1: 'klass', expected 'service', 'class', 'abstract class', 'exception' or 'enum'"},
		{"public class A {}", "f:1:1: 'public', expected 'service', 'class', 'abstract class', 'exception' or 'enum' (leave out 'public')"},
		{"interface A {}", "an interface that is called is a 'service'"},
		{"class A {} package b;", "'package' comes first"},
		{"class A {\n  private int x;\n}", "f:2:3: 'private', expected a type (leave out 'private')"},
		{"class A {\n  int x\n}", "f:3:1: '}', expected ';' (a field is written String name;)"},
		{"class A { int x; int x; }", "f:1:22: x is there already"},
		{"class A { @Key int x; }", "f:1:11: '@' has no meaning here (a contract has no annotations)"},
		{"class A {", "f:1:10: the end of the file, expected a type"},
		{"class A", "expected '{' (';' in place of a body says that the fields are not known)"},
		{"/* é */ class A { Foo x; }", "f:1:19: unknown type Foo (declare it: class Foo;"},
		{"package p; class A { Foo x; } class q.Foo;", "unknown type Foo (import q.Foo;)"},
		{"class A { List<int> x; }", "f:1:16: int cannot be a generic argument (write its class, as in Java: Integer, Long)"},
		{"class A { List<?> x; }", "write the bound of the wildcard, or Object"},
		{"class A { Map<String> x; }", "java.util.Map does not take 1 generic arguments"},
		{"class A { void x; }", "f:1:11: a field cannot be void"},
		{"class A extends B {} class B extends A {}", "extends itself"},
		{"class A { int x; } class B extends A { int x; }", "f:1:26: B has a field x that A has already"},
		{"class A {} exception B extends A {}", "f:1:32: an exception cannot extend A"},
		{"class A<T> { A<List<T>> x; }", "A grows without end"},
		{"class A<T> {} class B { A<String, String> x; }", "A has 1 type parameters, not 2"},
		{"class A {} class A {}", "f:1:18: A is declared already, in f"},
		{"class java.lang.String {}", "java.lang.String is built in"},
		{"abstract class A default B {} class B {}", "f:1:26: the default B is no class that extends A"},
		{"enum E { A, A }", "f:1:13: A is there already"},
		{"service S { int f(int a, int a); }", "a is there already"},
		{"service S { int f(int... a, int b); }", "only the last parameter can have ..."},
		{"service S { int f(int a,); }", "')', expected a type"},
		{"service S { int f(int a); int f(int b); }", "f:1:31: f(int b) is declared already"},
		{"service S { oneway int f(); }", "a oneway method has no result (write oneway void f)"},
		{"service S { int f() throws X; } class X {}", "f:1:28: X is no exception (declare it with 'exception' in place of 'class')"},
		{"service S {} service S version 1 {} service S {}", "f:1:45: service S version \"\" group \"\" is declared already"},
		{"service S version {}", "'{', expected a version"},
		{"class A { String \"x\"; }", "\"x\", expected a name"},
		{"service S group \"x {}", "f:1:17: a string without a closing quote"},
		{"/* x", "f:1:1: a comment without an end (*/ ends it)"},
		{"class A { " + strings.Repeat("List<", 40) + " x; }", "nested over limit 32"},
		{"class A { int" + strings.Repeat("[]", 300) + " x; }", "array of more than 255 dimensions"},
		{"service S { int f(" + strings.Repeat("int, ", 255) + "int); }", "more than 255 parameters"},
	} {
		f, err := contract.Parse("f", []byte(c.src))
		if err == nil {
			_, err = contract.Build(f)
		}
		var where *contract.Error
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, &where) {
			t.Errorf("%.60s\n  got  %v\n  want %s", c.src, err, c.want)
		}
	}
}

// roundTrip formats f and holds the result against f: it is read as the same and is formatted as itself.
func roundTrip(t *testing.T, f *contract.File) {
	t.Helper()
	once := f.Format()
	again, err := contract.Parse("again", once)
	if err != nil {
		t.Fatalf("%v in\n%s", err, once)
	}
	if d := cmp.Diff(string(once), string(again.Format())); d != "" {
		t.Error(d)
	}
	x, err := contract.Build(f)
	y, err2 := contract.Build(again)
	if (err == nil) != (err2 == nil) {
		t.Fatalf("%v, formatted: %v", err, err2)
	}
	if err != nil {
		return
	}
	for i, s := range x.Services {
		for j, m := range s.Methods {
			if n := y.Services[i].Methods[j]; m.String() != n.String() || outline(m.Result) != outline(n.Result) || m.Oneway != n.Oneway {
				t.Errorf("%s became %s", m, n)
			}
		}
	}
}

func TestFormatIsReadBack(t *testing.T) {
	src, err := os.ReadFile("testdata/sample.contract")
	if err != nil {
		t.Fatal(err)
	}
	more := []byte("package a; import b.C; service S version \"1 0\" group g { oneway void f(int, C... x); b.C[] g(Map<String, List<C[]>> m) throws E, b.E; }" +
		"class b.C; exception E {} exception b.E extends E { int x; } abstract class P<T, U> extends C default Q { T t; U[] u; } class Q extends P<C, String> {} enum None { }")
	for _, src := range [][]byte{src, more} {
		f, err := contract.Parse("f", src)
		if err != nil {
			t.Fatal(err)
		}
		roundTrip(t, f)
	}
	if got := string(mustParse(t, more).Format()); !strings.Contains(got, "service S version \"1 0\" group g {\n  oneway void f(int, C... x);\n  b.C[] g(Map<String, List<C[]>> m) throws E, b.E;\n}") {
		t.Errorf("formatted as\n%s", got)
	}
}

func mustParse(t *testing.T, src []byte) *contract.File {
	t.Helper()
	f, err := contract.Parse("f", src)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestDocumentation reads the contracts that docs/contracts.md prints.
func TestDocumentation(t *testing.T) {
	doc, err := os.ReadFile("../../docs/contracts.md")
	if err != nil {
		t.Fatal(err)
	}
	var files []*contract.File
	for rest := doc; ; {
		_, after, ok := bytes.Cut(rest, []byte("```contract\n"))
		if !ok {
			break
		}
		block, more, _ := bytes.Cut(after, []byte("```"))
		f, err := contract.Parse("docs/contracts.md", block)
		if err != nil {
			t.Fatal(err)
		}
		roundTrip(t, f)
		files, rest = append(files, f), more
	}
	if len(files) == 0 {
		t.Fatal("no contract in docs/contracts.md")
	}
	if _, err := contract.Build(files...); err != nil {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	src, err := os.ReadFile("testdata/sample.contract")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(src)
	f.Add([]byte("package a; abstract class P<T> default Q { T t; } class Q extends P<Q> { P<T[]>[] x; } exception E; service S version \"x\" { oneway void f(int... a) throws E; }"))
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 1<<14 {
			return
		}
		file, err := contract.Parse("f", src)
		if err != nil {
			var where *contract.Error
			if !errors.As(err, &where) || where.Line < 1 || where.Column < 1 {
				t.Fatalf("%v says no place", err)
			}
			return
		}
		roundTrip(t, file)
	})
}
