package proto_test

import (
	"fmt"
	"io/fs"
	"os"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/proto"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

var (
	enc      = proto.Encoding{}
	hessian2 = hessian.Hessian2()
)

// files are sources that are not on a disk.
type files map[string]string

func (f files) read(path string) ([]byte, error) {
	if text, ok := f[path]; ok {
		return []byte(text), nil
	}
	return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
}

// load loads the .proto files named, and a contract file, and gives what is then known.
func load(t testing.TB, f files, declared string, names []contract.Naming, paths ...string) (*contract.Index, error) {
	t.Helper()
	parsed, err := contract.Parse("test.contract", []byte(declared))
	if err != nil {
		t.Fatal(err)
	}
	index, err := contract.Build(parsed)
	if err != nil {
		t.Fatal(err)
	}
	s := &contract.Sources{Names: names, Declared: index, Read: f.read}
	for _, path := range paths {
		s.Files = append(s.Files, contract.SourceFile{Path: path, Data: []byte(f[path])})
	}
	services, err := proto.Schema{}.Load(s)
	if err != nil {
		return nil, err
	}
	return index.With(services), nil
}

// one gives the only method of a name.
func one(t testing.TB, x *contract.Index, service, method string) *contract.Method {
	t.Helper()
	all := x.Lookup(service, "", "", method, "", -1)
	if len(all) != 1 {
		t.Fatalf("%d methods are called %s.%s", len(all), service, method)
	}
	return all[0]
}

func format(e codecs.Encoding, s codecs.Shape) codecs.Format {
	return codecs.Format{Encoding: e.Name(), Shape: s}
}

// args converts arguments of m from one encoding to another.
func args(from, to codecs.Encoding, m *contract.Method, p []byte) ([]byte, error) {
	var o wire.Out
	r := from.Reader(wire.Borrow(p), format(from, codecs.Args), m.Params)
	defer r.Close()
	w := to.Writer(&o, format(to, codecs.Args), m.Params)
	_, err := token.CopyArgs(w, r, m)
	if e := w.Close(); err == nil {
		err = e
	}
	return o.AppendTo(nil), err
}

// result converts a result of m.
func result(from, to codecs.Encoding, m *contract.Method, p []byte) ([]byte, error) {
	var o wire.Out
	r := from.Reader(wire.Borrow(p), format(from, codecs.Value), m.Result)
	defer r.Close()
	w := to.Writer(&o, format(to, codecs.Value), m.Result)
	_, err := token.Copy(w, r, m.Result)
	if e := w.Close(); err == nil {
		err = e
	}
	return o.AppendTo(nil), err
}

var plain = json.Encoding{}

// TestMeets has each way for a method of a .proto file to meet one of a contract file: arguments as JSON go to the message and to
// Hessian, and from either to the other, and the result comes back the same way.
func TestMeets(t *testing.T) {
	const head = "syntax = \"proto3\"; package t;\nimport \"google/protobuf/wrappers.proto\"; import \"google/protobuf/timestamp.proto\";" +
		"import \"google/protobuf/empty.proto\"; import \"google/protobuf/struct.proto\";\n"
	for name, c := range map[string]struct{ proto, contract, args, result string }{
		"one message and one POJO": {
			"service S { rpc Get(User) returns (User); } message User { int64 user_id = 1; string name = 2; repeated string tags = 3; }",
			"service t.S { User get(User u); } class User { String name; long userId; List<String> tags; }",
			`[{"name":"x","userId":7,"tags":["a"]}]`, `{"name":"y","userId":9223372036854775807,"tags":[]}`},
		"fields are parameters": {
			"service S { rpc Get(Req) returns (Res); } message Req { int32 b = 1; string a = 2; } message Res { string text = 1; }",
			"service t.S { String get(String a, int b); }", `["x",5]`, `"ok"`},
		"fields are parameters by number": {
			"service S { rpc Get(Req) returns (Res); } message Req { int32 second = 2; string first = 1; } message Res { repeated User users = 1; } message User { string name = 1; }",
			"service t.S { List<User> get(String, int); } class User { String name; }", `["x",5]`, `[{"name":"a"},{"name":""}]`},
		"a field is the POJO": {
			"service S { rpc Create(Req) returns (Res); } message Req { User user = 1; string request_id = 2; } message Res { User user = 1; } message User { string name = 1; }",
			"service t.S { User create(User user); } class User { String name; }", `[{"name":"x"}]`, `{"name":"y"}`},
		"wrappers": {
			"service S { rpc Get(google.protobuf.StringValue) returns (google.protobuf.Int64Value); }",
			"service t.S { long get(String s); }", `["x"]`, `42`},
		"times and enums": {
			"service S { rpc Get(M) returns (M); } message M { google.protobuf.Timestamp at = 1; Color color = 2; optional int32 n = 3; } enum Color { COLOR_UNSPECIFIED = 0; COLOR_RED = 1; }",
			"service t.S { M get(M m); } class M { Date at; Color color; Integer n; } enum Color { RED }",
			`[{"at":"2026-11-21T03:18:00.123Z","color":"RED","n":0}]`, `{"at":"1969-12-31T23:59:59.999Z","color":null,"n":null}`},
		"nothing": {
			"service S { rpc Ping(google.protobuf.Empty) returns (google.protobuf.Empty); }", "service t.S { void ping(); }", `[]`, `null`},
		"the only field is the parameter": {
			"service S { rpc Find(Req) returns (Res); } message Req { repeated string names = 1; } message Res { map<string, int32> found = 1; }",
			"service t.S { Map<String, Integer> find(Set<String> wanted); }", `[["a","b"]]`, `{"a":1}`},
		"the class has a field of the parameter's name": {
			"service S { rpc Save(User) returns (User); } message User { User user = 1; string name = 2; }",
			"service t.S { User save(User user); } class User { User user; String name; }", `[{"user":{"user":null,"name":"y"},"name":"x"}]`, `{"user":null,"name":""}`},
		"texts that no empty text is": {
			"service S { rpc Get(M) returns (M); } message M { string price = 1; string day = 2; string note = 3; string letter = 4; }",
			"service t.S { M get(M m); } class M { BigDecimal price; LocalDate day; String note; char letter; }", `[{"price":null,"day":null,"note":"","letter":"\u0000"}]`, `{"price":1.10,"day":"2026-11-21","note":"x","letter":"a"}`},
		"an Object in a message of its own": {
			"service S { rpc Any(In) returns (Out); } message In { google.protobuf.Value o = 1; } message Out { google.protobuf.Value value = 1; }",
			"service t.S { Object any(Object o); }", `["text"]`, `{"k":[1,null]}`},
		"an overload": {
			"service S { rpc Sum(Two) returns (Out); } message Two { sint64 a = 1; sint64 b = 2; } message Out { string text = 1; }",
			"service t.S { BigDecimal sum(long a, long b); String sum(String c); }", `[1,-2]`, `1.10`},
		"maps": {
			"service S { rpc Get(M) returns (google.protobuf.Struct); } message M { map<int64, string> names = 1; }",
			"service t.S { Map<String, Object> get(Map<Long, String> names); }", `[{"-1":"a","5":"b"}]`, `{"a":[1,null,{"b":true}],"c":1.5}`},
	} {
		t.Run(name, func(t *testing.T) {
			x, err := load(t, files{"t.proto": head + c.proto}, c.contract, nil, "t.proto")
			if err != nil {
				t.Fatal(err)
			}
			m := x.Named("t.S")[0].Methods[0]
			for what, convert := range map[string]func(from, to codecs.Encoding, m *contract.Method, p []byte) ([]byte, error){"args": args, "result": result} {
				want := c.args
				if what == "result" {
					want = c.result
				}
				p := []byte(want)
				for i, e := range []codecs.Encoding{plain, enc, hessian2, enc, plain} {
					if i == 0 {
						continue
					}
					from := []codecs.Encoding{plain, enc, hessian2, enc, plain}[i-1]
					next, err := convert(from, e, m, p)
					if err != nil {
						t.Fatalf("%s: %s to %s: %x: %v", what, from.Name(), e.Name(), p, err)
					}
					p = next
				}
				if string(p) != want {
					t.Errorf("%s came back as %s, want %s", what, p, want)
				}
			}
		})
	}
}

// TestSample takes the order of the interop tests, a POJO with every kind of field, from JSON through the message and Java and back.
func TestSample(t *testing.T) {
	const dir = "../../conformance/peers/"
	read := func(name string) string {
		data, err := os.ReadFile(dir + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	x, err := load(t, files{"sample.proto": read("sample.proto")}, read("sample.contract"), []contract.Naming{{Name: "io.dragoman.sample.Sample", Files: []string{"sample.proto"}}}, "sample.proto")
	if err != nil {
		t.Fatal(err)
	}
	m := one(t, x, "io.dragoman.sample.Sample", "order")
	p := []byte(read("order.json"))
	var first []byte
	way := []codecs.Encoding{plain, enc, hessian2, enc, plain, hessian2, enc, plain}
	for i, to := range way[1:] {
		next, err := result(way[i], to, m, p)
		if err != nil {
			t.Fatalf("%s to %s: %x: %v", way[i].Name(), to.Name(), p, err)
		}
		if p = next; to != plain {
			continue
		}
		if first == nil {
			first = p
		}
		if err := same(p, first); err != nil {
			t.Error(err)
		}
	}
	if err := same(first, []byte(read("order.json"))); err != nil {
		t.Error(err)
	}
}
