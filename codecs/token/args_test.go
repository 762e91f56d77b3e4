package token_test

import (
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

const service = `
class User { String name; int age; }
service S {
  int none();
  int sum(int a, int b);
  int user(User u);
  int any(Object o);
  int list(List<Integer> l);
  int text(String s);
  int both(String s, User u);
  String join(String sep, String... parts);
  int rows(int[]... rows);
  int all(Object... all);
  int nameless(int, int);
  int pick(int a);
  int pick(long a);
  int pick(String a);
  int pick(String a, int b);
  int kind(Date d);
  int kind(double d);
  int kind(User u);
  int kind(List<String> l);
  int kind(Color c);
  int take(String s);
  int take(Object o);
  int take(Color c);
  int var(String s);
  int var(String... s);
  int named(int id, String name);
  int named(String name, User user);
  int num(double d);
  int num(int i);
  int num(BigDecimal d);
  int opt(Integer i);
  int opt(int i);
  int two(User u);
  int two(Order o);
}
class Order { int id; }
enum Color { RED, GREEN }
`

func method(t *testing.T, name string) *contract.Method {
	t.Helper()
	return contractOf(t, service).Lookup("S", "", "", name, "", -1)[0]
}

func args(text string, m *contract.Method) (string, error) {
	var p printer
	r := jsonReader(text, codecs.Args)
	defer r.Close()
	_, err := token.CopyArgs(&p, r, m)
	return p.b.String(), err
}

func TestArguments(t *testing.T) {
	for _, c := range []struct{ method, in, want string }{
		{"", `[1,"a",{"b":[]}]`, `[1i "a" {"b":[]}]`}, {"", `{"a":1}`, `[{"a":1i}]`}, {"", `"x"`, `["x"]`}, {"", ``, `[]`}, {"", `null`, `[null]`},
		{"none", ``, `[]`}, {"none", `[]`, `[]`}, {"none", `{}`, `[]`},
		{"sum", `[1,"2"]`, `[1i 2i]`}, {"sum", `{"b":2,"a":1}`, `[1i 2i]`}, {"sum", `{"a":1,"b":2}`, `[1i 2i]`},
		{"user", `{"name":"n"}`, `[User!(name="n" age=0i)]`}, {"user", `[{"age":1}]`, `[User!(name=null age=1i)]`}, {"user", `null`, `[null]`}, {"user", `[null]`, `[null]`}, {"user", `{}`, `[User!(name=null age=0i)]`},
		{"any", `{"o":1}`, `[{"o":1i}]`}, {"any", `7`, `[7i]`}, {"any", `[[1]]`, `[[1i]]`},
		{"list", `[[1,2]]`, `[[1i 2i]]`}, {"list", `{"l":[1]}`, `[[1i]]`}, {"text", `"x"`, `["x"]`}, {"text", `{"s":"x"}`, `["x"]`}, {"text", `{}`, `[null]`}, {"text", ``, `[null]`},
		{"both", `{"u":{"age":3},"s":"x"}`, `["x" User!(name=null age=3i)]`}, {"both", `{}`, `[null null]`},
		{"join", `["-","a","b"]`, `["-" String[]["a" "b"]]`}, {"join", `["-",["a","b"]]`, `["-" String[]["a" "b"]]`}, {"join", `["-"]`, `["-" String[][]]`}, {"join", `["-",[]]`, `["-" String[][]]`},
		{"join", `["-",null,"a"]`, `["-" String[][null "a"]]`}, {"join", `{"sep":"-","parts":["a"]}`, `["-" String[]["a"]]`},
		{"rows", `[[[1],[2,3]]]`, `[int[][][int[][1i] int[][2i 3i]]]`}, {"rows", `[[1],[2,3]]`, `[int[][][int[][1i] int[][2i 3i]]]`}, {"rows", `[]`, `[int[][][]]`},
		{"all", `[1,[2],"x"]`, `[Object[][1i [2i] "x"]]`}, {"all", `[[1,2]]`, `[Object[][1i 2i]]`}, {"nameless", `[1,2]`, `[1i 2i]`},
	} {
		var m *contract.Method
		if c.method != "" {
			m = method(t, c.method)
		}
		if got, err := args(c.in, m); err != nil || got != c.want {
			t.Errorf("%s(%s): got %s, %v, want %s", c.method, c.in, got, err, c.want)
		}
	}
}

func TestArgumentsThatDoNotFit(t *testing.T) {
	for _, c := range []struct{ method, in, want string }{
		{"none", `[1]`, "more arguments than none() takes"}, {"none", `{"a":1}`, `the method has no parameter "a"`}, {"none", `1`, "one argument for none()"},
		{"sum", `[1]`, "1 arguments for sum(int a, int b)"}, {"sum", `[1,2,3]`, "more arguments than sum(int a, int b) takes"}, {"sum", `{"a":1}`, "token: copy: $.b: the argument is missing"},
		{"sum", `[1,null]`, "token: copy: $[1]: null does not fit int"}, {"sum", `{"a":1,"b":null}`, "$.b: null does not fit int"}, {"sum", `{"a":1,"b":2,"c":3}`, `no parameter "c"`}, {"sum", `{"a":1,"a":2}`, "$.a: the member comes twice"}, {"sum", `1`, "one argument for sum"}, {"sum", ``, "the argument is missing"},
		{"list", `[1,2]`, "token: copy: $[0]: 1 does not fit java.util.List"}, {"list", `[[1],2]`, "more arguments than list(java.util.List l) takes; an argument that is a list stands in the list of arguments: [[…]]"},
		{"join", `["-","a",{}]`, "token: copy: $[2]: a map does not fit java.lang.String"}, {"join", `["-",["a",["b"]]]`, "token: copy: $[1][1]: a list does not fit"}, {"join", `["-",["a"],"b"]`, "token: copy: $[1]: a list does not fit java.lang.String"}, {"join", `[]`, "0 arguments for join(java.lang.String sep, java.lang.String... parts)"},
		{"nameless", `{"a":1}`, "the parameters of nameless(int, int) have no names: give an array"},
		{"", `[{"a":[{"class":"java.lang.Runtime"}]}]`, `token: copy: $[0].a[0].class: a generic invocation cannot carry a member "class"`},
		{"sum", `[1,2`, "the text ends"},
	} {
		var m *contract.Method
		if c.method != "" {
			m = method(t, c.method)
		}
		if got, err := args(c.in, m); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s(%s): got %s, error %v, want %s", c.method, c.in, got, err, c.want)
		}
	}
}

func TestTypesThatOnlyTheCallerKnows(t *testing.T) {
	params, err := contract.FromNames([]string{"com.acme.User", "long"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := &contract.Method{Name: "f", Params: params, Source: contract.Unknown}
	if got, err := args(`[{"name":"x"},1]`, m); err != nil || got != `[{"name":"x"} 1l]` {
		t.Errorf("got %s, %v", got, err)
	}
	if got, err := args(`[{"class":"java.lang.Runtime"},1]`, m); err == nil {
		t.Errorf("a class is let through: %s", got)
	}
}

func TestOverloadsAreChosenByValues(t *testing.T) {
	x := contractOf(t, service)
	for _, c := range []struct{ method, in, want string }{
		{"pick", `[1099511627776]`, "pick(long a)"}, {"pick", `["x"]`, "pick(java.lang.String a)"}, {"pick", `["x",1]`, "pick(java.lang.String a, int b)"}, {"pick", `"x"`, "pick(java.lang.String a)"}, {"pick", `{"a":"x"}`, "pick(java.lang.String a)"}, {"pick", `{"b":1,"a":"x"}`, "pick(java.lang.String a, int b)"},
		{"pick", `[null]`, "pick(java.lang.String a)"},
		{"kind", `["2026-11-21"]`, "kind(java.util.Date d)"}, {"kind", `[1.5]`, "kind(double d)"}, {"kind", `[{"name":"x"}]`, "kind(User u)"}, {"kind", `{"name":"x"}`, "kind(User u)"}, {"kind", `[["a"]]`, "kind(java.util.List l)"}, {"kind", `["RED"]`, "kind(Color c)"},
		{"take", `["RED"]`, "take(java.lang.String s)"}, {"take", `[1]`, "take(java.lang.Object o)"}, {"take", `[[1]]`, "take(java.lang.Object o)"},
		{"var", `["a"]`, "var(java.lang.String s)"}, {"var", `[]`, "var(java.lang.String... s)"}, {"var", `["a","b"]`, "var(java.lang.String... s)"}, {"var", `[["a"]]`, "var(java.lang.String... s)"},
		{"named", `{"name":"x","id":1}`, "named(int id, java.lang.String name)"}, {"named", `{"name":"x","user":{"a":1}}`, "named(java.lang.String name, User user)"}, {"named", `{"name":"x"}`, "named(java.lang.String name, User user)"}, {"named", ``, "named(java.lang.String name, User user)"},
		{"num", `[1]`, "num(int i)"}, {"opt", `[null]`, "opt(java.lang.Integer i)"},
	} {
		r := jsonReader(c.in, codecs.Args)
		m, err := token.Choose(x.Lookup("S", "", "", c.method, "", -1), r)
		if err != nil || m.String() != c.want {
			t.Errorf("%s(%s): %v, %v, want %s", c.method, c.in, m, err, c.want)
		} else {
			var p printer
			if _, err := token.CopyArgs(&p, r, m); err != nil {
				t.Errorf("%s(%s): after the choice: %v", c.method, c.in, err)
			}
		}
		r.Close()
	}
	for _, c := range []struct{ method, in, want string }{
		{"pick", `[1]`, "token: choose: the arguments fit 2 methods: pick(int a), pick(long a); say the parameter types"},
		{"pick", `[true]`, "token: choose: the arguments fit none of pick(int a), pick(long a), pick(java.lang.String a), pick(java.lang.String a, int b)"},
		{"pick", `[]`, "fit none of"}, {"pick", `["x",1,2]`, "fit none of"}, {"pick", `{"c":1}`, "fit none of"}, {"kind", `["x"]`, "fit none of"}, {"kind", `[7]`, "fit 2 methods"},
		{"num", `[1.5]`, "fit 2 methods: num(double d), num(java.math.BigDecimal d)"}, {"opt", `[1]`, "fit 2 methods"}, {"two", `{"id":1}`, "fit 2 methods: two(User u), two(Order o)"},
		{"pick", `[1`, "token: choose: json: read: byte 2: the text ends"}, {"nosuch", `[]`, "token: choose: no method"},
	} {
		r := jsonReader(c.in, codecs.Args)
		m, err := token.Choose(x.Lookup("S", "", "", c.method, "", -1), r)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s(%s): %v, error %v, want %s", c.method, c.in, m, err, c.want)
		}
		r.Close()
	}
}

func TestFaultsGetAClassToCatch(t *testing.T) {
	x := contractOf(t, "package a; exception OutOfStock { String sku; int left; } exception Sub extends OutOfStock { Date at; } exception Other; service S { void one() throws OutOfStock; void two() throws OutOfStock, Other; void none(); }")
	for _, c := range []struct{ method, in, want string }{
		{"one", `{"fields":{"left":"2","sku":"A","x":[1]},"message":"gone","class":"OutOfStock"}`, `{"class":"a.OutOfStock" "message":"gone" "fields":{"left":2i "sku":"A" "x":[1i]} "cause":null}`},
		{"one", `{"message":"gone","fields":{"left":2}}`, `{"class":"a.OutOfStock" "message":"gone" "fields":{"left":2i} "cause":null}`},
		{"one", `{"class":"a.Sub","fields":{"at":0}}`, `{"class":"a.Sub" "message":null "fields":{"at":@0} "cause":null}`},
		{"two", `{"message":"gone","fields":{"left":2}}`, `{"class":"java.lang.RuntimeException" "message":"gone" "fields":{} "cause":null}`},
		{"none", `{"class":"py.KeyError","message":"x","fields":{"a":1}}`, `{"class":"java.lang.RuntimeException" "message":"py.KeyError: x" "fields":{} "cause":null}`},
		{"none", `{"class":"py.KeyError"}`, `{"class":"java.lang.RuntimeException" "message":"py.KeyError" "fields":{} "cause":null}`},
		{"one", `{"class":"OutOfStock","message":"m","trace":["at x","at y"],"cause":{"message":"deep","class":"Other","cause":{"class":"OutOfStock"}},"more":1}`,
			`{"class":"a.OutOfStock" "message":"m" "fields":{} "cause":{"class":"java.lang.RuntimeException" "message":"Other: deep" "fields":{} "cause":{"class":"a.OutOfStock" "message":null "fields":{} "cause":null}} "trace":["at x" "at y"]}`},
		{"none", `{"class":"java.lang.IllegalStateException","message":"x","fields":{"a":1},"cause":{"class":"java.lang.NumberFormatException"}}`,
			`{"class":"java.lang.IllegalStateException" "message":"x" "fields":{} "cause":{"class":"java.lang.NumberFormatException" "message":null "fields":{} "cause":null}}`},
		{"none", `{"class":"java.lang.RuntimeException","message":"x"}`, `{"class":"java.lang.RuntimeException" "message":"x" "fields":{} "cause":null}`},
		{"none", `{"class":"java.lang.Throwable","message":"x"}`, `{"class":"java.lang.RuntimeException" "message":"java.lang.Throwable: x" "fields":{} "cause":null}`},
		{"none", `{"class":"java.util.NoSuchElementException"}`, `{"class":"java.lang.RuntimeException" "message":"java.util.NoSuchElementException" "fields":{} "cause":null}`},
		{"one", `{"message":"m","cause":{"message":"c"}}`, `{"class":"a.OutOfStock" "message":"m" "fields":{} "cause":{"class":"java.lang.RuntimeException" "message":"c" "fields":{} "cause":null}}`},
		{"none", `"just a text"`, `{"class":"java.lang.RuntimeException" "message":"just a text" "fields":{} "cause":null}`},
		{"none", `[1,{"a":2}]`, `{"class":"java.lang.RuntimeException" "message":null "fields":{} "cause":null}`}, {"none", `null`, `{"class":"java.lang.RuntimeException" "message":null "fields":{} "cause":null}`}, {"none", `{}`, `{"class":"java.lang.RuntimeException" "message":null "fields":{} "cause":null}`},
		{"none", `{"class":5,"message":{"a":1},"fields":7,"cause":null,"trace":[]}`, `{"class":"java.lang.RuntimeException" "message":null "fields":{} "cause":null "trace":[]}`},
	} {
		var p printer
		r := jsonReader(c.in, codecs.Thrown)
		_, err := token.CopyFault(&p, r, x.Lookup("a.S", "", "", c.method, "", -1)[0].Throws)
		if got := p.b.String(); err != nil || got != c.want {
			t.Errorf("%s: %s\n got %s, %v\nwant %s", c.method, c.in, got, err, c.want)
		}
		r.Close()
	}
	for in, want := range map[string]string{
		`{"class":"OutOfStock","fields":{"left":"x"}}`: `$.fields.left: "x" does not fit int`, `{"class":"a","class":"b"}`: "$.class: the member comes twice",
		`{"cause":{"trace":[1,{}]}}`: "$.cause.trace[1]: a map does not fit",
	} {
		var p printer
		r := jsonReader(in, codecs.Thrown)
		if _, err := token.CopyFault(&p, r, x.Lookup("a.S", "", "", "one", "", -1)[0].Throws); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", in, err, want)
		}
		r.Close()
	}
}

func TestLongChainsOfCausesEnd(t *testing.T) {
	var p printer
	r := jsonReader(strings.Repeat(`{"cause":`, 100)+"null"+strings.Repeat("}", 100), codecs.Thrown)
	defer r.Close()
	if _, err := token.CopyFault(&p, r, nil); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(p.b.String(), `"cause"`); n != 33 {
		t.Errorf("%d causes", n)
	}
}
