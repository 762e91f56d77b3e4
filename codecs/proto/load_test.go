package proto_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/proto"
)

// TestPaths has the paths of google.api.http, with the names that the contract has for the fields.
func TestPaths(t *testing.T) {
	x, err := load(t, files{"t.proto": `syntax = "proto3"; package t;
import "google/api/annotations.proto";
message Shelf { string shelf_name = 1; }
message Book { Shelf on_shelf = 1; string book_id = 2; string title = 3; }
service S {
  rpc Get(Book) returns (Book) { option (google.api.http) = { get: "/v1/{on_shelf.shelf_name=shelves/*}/books/{book_id}" additional_bindings { put: "/v1/books" body: "*" } additional_bindings { post: "/v1/books:move" body: "on_shelf" response_body: "title" } }; }
  rpc List(Book) returns (Book) { option (google.api.http).custom = { kind: "HEAD" path: "/v1/books" }; }
  rpc Odd(Book) returns (Book) { option (google.api.http).get = "/v1/{no_such_field}"; }
  rpc None(Book) returns (Book);
}`}, "", nil, "t.proto")
	if err != nil {
		t.Fatal(err)
	}
	for method, want := range map[string][]contract.HTTPRule{
		"Get": {{Verb: "GET", Path: "/v1/{onShelf.shelfName=shelves/*}/books/{bookId}"}, {Verb: "PUT", Path: "/v1/books", Body: "*"},
			{Verb: "POST", Path: "/v1/books:move", Body: "onShelf", ResponseBody: "title"}},
		"List": {{Verb: "HEAD", Path: "/v1/books"}}, "Odd": nil, "None": nil,
	} {
		if got := one(t, x, "t.S", method).HTTP; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", method, got, want)
		}
	}
	for rule, want := range map[contract.HTTPRule]string{
		{Verb: "GET", Path: "/a"}: "GET /a", {Verb: "GET", Path: "/a", Body: "*"}: "GET /a body=*", {Verb: "POST", Path: "/a"}: "POST /a body=",
		{Verb: "PUT", Path: "/a", Body: "b"}: "PUT /a body=b", {Verb: "GET", Path: "/a", ResponseBody: "b"}: "", {Verb: "HEAD", Path: "/a"}: "",
	} {
		if got := rule.Line(); got != want {
			t.Errorf("%+v: %q, want %q", rule, got, want)
		}
	}
}

// TestNames: a service is found by what gRPC calls it, by its name, or because it is alone in its file; a method by its name there.
func TestNames(t *testing.T) {
	f := files{
		"users.proto": `syntax = "proto3"; package acme.v1; option java_package = "com.acme"; message M { string s = 1; message In {} } service Users { rpc Fetch(M) returns (M); rpc Other(M.In) returns (stream M.In); }`,
		"two.proto":   `syntax = "proto3"; package acme.v2; message M { string s = 1; } service A { rpc F(M) returns (M); } service B { rpc F(M) returns (M); }`,
	}
	for name, c := range map[string]struct{ as, files, service string }{
		"by what gRPC calls it": {"acme.v2.B", "", "acme.v2.B"}, "alone": {"", "users.proto", "acme.v1.Users"},
	} {
		n := contract.Naming{Name: "com.acme.User", Methods: map[string]map[string]string{"getUser": {"grpc": "Fetch", "redis": "get"}}}
		if c.as != "" {
			n.As = map[string]string{"grpc": c.as}
		}
		if c.files != "" {
			n.Files = []string{c.files}
		}
		x, err := load(t, f, "", []contract.Naming{n}, "users.proto", "two.proto")
		if err != nil {
			t.Fatal(err)
		}
		s := x.Named("com.acme.User")
		if len(s) != 1 || s[0].Names["grpc"] != c.service || len(x.Named(c.service)) != 0 {
			t.Errorf("%s: %+v", name, s)
		}
	}
	n := contract.Naming{Name: "com.acme.User", Files: []string{"users.proto"}, Methods: map[string]map[string]string{"getUser": {"grpc": "Fetch"}}}
	x, err := load(t, f, "", []contract.Naming{n}, "users.proto")
	if err != nil {
		t.Fatal(err)
	}
	m := one(t, x, "com.acme.User", "getUser")
	if m.Names["grpc"] != "Fetch" || m.Descriptor != "Lcom/acme/M;" || m.Result.Name != "com.acme.M" {
		t.Errorf("%+v", m)
	}
	if got := x.Lookup("com.acme.User", "", "", "getUser", "Lcom/other/User;", 1); len(got) != 1 {
		t.Error("a class of another name may not stand for a message whose name in Java nobody knows")
	}
	if m = one(t, x, "com.acme.User", "other"); m.Streams != contract.ServerStreams || m.Result.Name != "com.acme.M$In" {
		t.Errorf("%+v", m)
	}
	set := proto.Set(proto.Descriptors(x.Named("com.acme.User")[0]))
	y, err := load(t, files{"users.binpb": string(set)}, "", nil, "users.binpb")
	if err != nil || len(y.Named("acme.v1.Users")) != 1 {
		t.Errorf("from descriptors: %v", err)
	}
}

// TestImports: imports are found beside a file and in the folders that lead to it, then among those that everybody has.
func TestImports(t *testing.T) {
	f := files{
		"conf/protos/acme/v1/s.proto":      `syntax = "proto3"; package acme.v1; import "acme/v1/types.proto"; import "beside.proto"; import "google/protobuf/empty.proto"; service S { rpc F(T) returns (acme.Beside); rpc G(google.protobuf.Empty) returns (google.protobuf.Empty); }`,
		"conf/protos/acme/v1/types.proto":  `syntax = "proto3"; package acme.v1; message T { string s = 1; }`,
		"conf/protos/acme/v1/beside.proto": `syntax = "proto3"; package acme; message Beside { int32 i = 1; }`,
	}
	x, err := load(t, f, "", nil, "conf/protos/acme/v1/s.proto")
	if err != nil {
		t.Fatal(err)
	}
	if m := one(t, x, "acme.v1.S", "g"); len(m.Params.Fields) != 0 || m.Result.Kind != contract.Void {
		t.Errorf("%+v", m)
	}
}

// TestRefused has the errors of loading, which say where and what to do.
func TestRefused(t *testing.T) {
	const two = "syntax = \"proto3\"; package t; message M { string s = 1; int32 n = 2; } message One { M m = 1; }\n"
	for name, c := range map[string]struct{ proto, contract, naming, want string }{
		"syntax":           {"syntax = \"proto3\";\nmessage {", "", "", "t.proto:2:9: syntax error"},
		"no import":        {`syntax = "proto3"; import "none.proto";`, "", "", "none.proto is neither beside t.proto nor in a folder above it"},
		"an escape":        {`syntax = "proto3"; import "../secret.proto";`, "", "", "neither beside"},
		"several services": {two + "service A {} service B {}", "", "x.Y", "it has several services, and none is called x.Y: t.A, t.B"},
		"no service":       {two, "", "x.Y", "it has no service for x.Y"},
		"no such field":    {two + "service S { rpc F(M) returns (M); }", "service t.S { String f(String s, int count); }", "", "message t.M has no field for these parameters: count"},
		"wrong type":       {two + "service S { rpc F(M) returns (M); }", "service t.S { void f(boolean n, String s); }", "", "field t.M.n is int32, which does not fit boolean"},
		"wrong place":      {two + "service S {\n  rpc F(M) returns (M); }", "service t.S { void f(boolean n, String s); }", "", "t.proto:3:3"},
		"no result":        {two + "service S { rpc F(M) returns (M); }", "service t.S { String f(M m); } class M { String s; }", "", "the result: message t.M does not fit java.lang.String"},
		"several methods":  {two + "service S { rpc F(M) returns (M); }", "service t.S { void f(String s, int n); void f(String s, long n); }", "", "t.S.F meets several methods"},
		"local time":       {`syntax = "proto3"; package t; import "google/protobuf/timestamp.proto"; message M { google.protobuf.Timestamp at = 1; } service S { rpc F(M) returns (M); }`, "service t.S { void f(LocalDateTime at); }", "", "a Timestamp can be a Date, Instant"},
		"a group":          {`syntax = "proto2"; package t; message M { optional group G = 1 {} } service S { rpc F(M) returns (M); }`, "", "", "is a group"},
		"abstract":         {two + "service S { rpc F(M) returns (M); }", "service t.S { M f(M m); } abstract class M {} class A extends M { String s; } class B extends M { int n; }", "", "is abstract"},
		"ambiguous":        {`syntax = "proto3"; package t; message M { string user_id = 1; string userid = 2; } service S { rpc F(M) returns (M); }`, "service t.S { void f(String USERID); }", "", "USERID may be field user_id or userid"},
	} {
		var names []contract.Naming
		if c.naming != "" {
			names = []contract.Naming{{Name: c.naming, Files: []string{"t.proto"}}}
		}
		_, err := load(t, files{"t.proto": c.proto, "secret.proto": "syntax = \"proto3\";"}, c.contract, names, "t.proto")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	for _, data := range []string{"", "\xff\xff", "\x0a\x02\x0a\x00"} {
		if _, err := load(t, files{"t.binpb": data}, "", nil, "t.binpb"); err == nil {
			t.Errorf("%q passes for a descriptor set", data)
		}
	}
}
