package http_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/http"
)

func request(service, method string) codecs.Message {
	return codecs.Message{Kind: codecs.Request, End: true, Header: codecs.Header{Service: service, Method: method, Format: codecs.Format{Shape: codecs.Args}}}
}

func TestRequests(t *testing.T) {
	m := request("com.acme.User", "get User")
	m.Method = "getUser"
	m.Version, m.Group, m.Descriptor, m.Timeout = "1.0", "b\r\nX: y", "Ljava/lang/String;", 1500*time.Microsecond
	m.Meta.Add("k", "v")
	m.Meta.Add("host", "evil")
	m.Meta.Add("", "v")
	m.Meta.Add("long", strings.Repeat("x", 5000))
	m.Meta.Add("grows", strings.Repeat("%", 4000))
	m.Meta.Add("traceparent", "00-1")
	m.Meta.Add("tracestate", "a\r\nX: y")
	many := request("s", "m")
	for range 200 {
		many.Meta.Add("k", "v")
	}
	bothVersions(t, func(t *testing.T, make func(codecs.Side, codecs.Settings) end) {
		set := codecs.Settings{Addr: "10.0.0.1:80", Name: "no token"}
		want := spoken{First: "POST /com.acme.User/getUser", Body: `["x"]`, Fields: []string{"accept: application/json", "content-type: application/json",
			"dragoman-group: b%0D%0AX: y", "dragoman-meta-k: v", "dragoman-timeout: 2", "dragoman-types: Ljava/lang/String;", "dragoman-version: 1.0",
			"host: 10.0.0.1:80", "traceparent: 00-1", "user-agent: dragoman"}}
		if diff := cmp.Diff(want, asked(make(codecs.Client, set), m, `["x"]`)); diff != "" {
			t.Error(diff)
		}
		said := asked(make(codecs.Client, set), many, "")
		if n := strings.Count(strings.Join(said.Fields, "\n"), "dragoman-meta-"); n != 64 {
			t.Errorf("%d pairs of metadata were written", n)
		}
	})
}

func TestTargets(t *testing.T) {
	bothVersions(t, targets)
}

func targets(t *testing.T, make func(codecs.Side, codecs.Settings) end) {
	for _, c := range []struct{ path, service, method, want string }{
		{"", "/users", "get", "/users/get"},
		{"", "a/b", "c/d", "/a/b/c%2Fd"},
		{"", "a b\u00e9", "?#%", "/a%20b%C3%A9/%3F%23%25"},
		{"/rpc/{method}", "users", "get", "/rpc/get"},
		{"/rpc?call={service}.{method}", "users", "get", "/rpc?call=users.get"},
		{"", "", "m", "error: http: encode request"},
		{"", "s", "", "error: http: encode request"},
		{"", "..", "m", "error: http: encode request"},
		{"", "a/./b", "m", "error: http: encode request"},
		{"", "a//b", "m", "error: http: encode request"},
		{"", "s", "..", "error: http: encode request"},
		{"", "s", "a/../b", "error: http: encode request"},
		{"rpc/{method}", "s", "m", "error: http: option path"},
		{"/{service", "s", "m", "error: http: option path"},
		{"/{name}", "s", "m", "error: http: option path"},
		{"/a b/{method}", "s", "m", "error: http: option path"},
	} {
		set := codecs.Settings{}
		if c.path != "" {
			set = with("path=" + c.path)
		}
		said := asked(make(codecs.Client, set), request(c.service, c.method), "[]")
		if out := strings.TrimPrefix(said.First, "POST "); out != c.want && !strings.HasPrefix(out, c.want+":") {
			t.Errorf("%+v: %+q", c, said)
		}
	}
}

// TestVerbs is methods whose name at the target is a request line.
func TestVerbs(t *testing.T) {
	bothVersions(t, verbs)
}

func verbs(t *testing.T, make func(codecs.Side, codecs.Settings) end) {
	for _, c := range []struct{ line, args, target, body string }{
		{"GET /users/{id}", `[7]`, "GET /users/7", ""},
		{"GET /users/{id}", `["a/b c"]`, "GET /users/a%2Fb%20c", ""},
		{"GET /users/{id}", `[{"id":7,"name":"x y","tags":["a","b"],"none":null,"ok":true}]`, "GET /users/7?name=x%20y&tags=a&tags=b&ok=true", ""},
		{"GET /users/{id}", `{"id":"\u00e9"}`, "GET /users/%C3%A9", ""},
		{"GET /users?active=true", `[{"page":2}]`, "GET /users?active=true&page=2", ""},
		{"GET /users", `[]`, "GET /users", ""},
		{"DELETE /users/{id}", `7`, "DELETE /users/7", ""},
		{"PUT /users/{id}/items/{item}", `[7,"x",{"n":1}]`, "PUT /users/7/items/x", `{"n":1}`},
		{"PUT /users/{id}", `[{"id":7,"name":"x","id":8}]`, "PUT /users/7", `{"name":"x","id":8}`},
		{"PATCH /users/{id}", `[7,1,2]`, "PATCH /users/7", `[1,2]`},
		{"POST /users", `[{"name":"x"}]`, "POST /users", `{"name":"x"}`},
		{"POST /users", `[{}]`, "POST /users", `{}`},
		{"POST /users/{id}/touch", `[{"id":7}]`, "POST /users/7/touch", ""},
		{"POST /users", `[]`, "POST /users", ""},
		{"POST /users", `["a",1]`, "POST /users", `["a",1]`},
		{"GET /users/{id}", `[]`, "error: http: encode request: GET /users/{id}: no argument for {id}", ""},
		{"GET /users/{id}", `[{"name":"x"}]`, "error: http: encode request: GET /users/{id}: no argument for {id}", ""},
		{"GET /users/{id}", `[null]`, "error: http: encode request: \"null\" cannot stand in a path", ""},
		{"GET /users/{id}", `[[1]]`, "error: http: encode request: \"[1]\" cannot stand in a path", ""},
		{"GET /users/{id}", `[""]`, "error: http: encode request: \"\\\"\\\"\" cannot stand in a path", ""},
		{"GET /users/{id}", `[".."]`, "error: http: encode request: \"\\\"..\\\"\" cannot stand in a path", ""},
		{"GET /users/{id}", `[1,2]`, "error: http: encode request: 1 arguments are left over and GET has no body", ""},
		{"GET /users", `[{"a":{"b":1,"c":{"d":[2,"x"],"e":null},"f":{}}}]`, "GET /users?a.b=1&a.c.d=2&a.c.d=x", ""},
		{"GET /users", `[{"a":[{"b":1}]}]`, "error: http: encode request: member \"a\" cannot stand in a query", ""},
		{"GET /users", `[{"a":[[1]]}]`, "error: http: encode request: member \"a\" cannot stand in a query", ""},
		{"GET /users/{id}", `[1`, "error: http: encode request: GET /users/{id}: json: read", ""},
		{"TRACE /users", `[]`, "error: http: encode request: \"TRACE /users\" is no request line", ""},
		{"GET users", `[]`, "error: http: encode request: \"GET users\" is no request line", ""},
		{"GET /a b", `[]`, "error: http: encode request: \"GET /a b\" is no request line", ""},
		{"GET /a\r\nX: y", `[]`, "error: http: encode request: \"GET /a\\r\\nX: y\" is no request line", ""},
	} {
		said := asked(make(codecs.Client, codecs.Settings{}), request("users", c.line), c.args)
		if !said.begins(c.target) || said.Body != c.body {
			t.Errorf("%s of %s: %+q; want %q, body %q", c.line, c.args, said, c.target, c.body)
		}
		if has := said.has("content-type: application/json"); has != (c.body != "") {
			t.Errorf("%s of %s: Content-Type %v with body %q", c.line, c.args, has, c.body)
		}
	}
}

func TestAnswers(t *testing.T) {
	bothVersions(t, answers)
}

func answers(t *testing.T, make func(codecs.Side, codecs.Settings) end) {
	const jsonType = "Content-Type: application/json"
	for _, c := range []struct {
		status, fields, body string
		code                 codecs.Code
		text, result         string
	}{
		{"200 OK", jsonType, `[1]`, codecs.OK, "", `[1]`},
		{"201", jsonType + "; charset=utf-8", `1`, codecs.OK, "", `1`},
		{"200 OK", "Content-Type: application/vnd.acme+json", `1`, codecs.OK, "", `1`},
		{"204 No Content", "", "", codecs.OK, "", `null`},
		{"202 Accepted", "", "", codecs.OK, "", `null`},
		{"200 OK", "Content-Type: text/html", "<p>", codecs.Malformed, `http: decode reply: Content-Type "text/html" is not JSON`, ""},
		{"200 OK", jsonType + "\r\n" + jsonType, "1", codecs.Malformed, `http: decode reply: Content-Type "application/json" is not JSON`, ""},
		{"200 OK", "", "1", codecs.Malformed, `http: decode reply: Content-Type "" is not JSON`, ""},
		{"200 OK", jsonType + "\r\nContent-Encoding: gzip", "1", codecs.Malformed, "http: decode reply: a Content-Encoding that was not asked for", ""},
		{"500 Oops", jsonType, `{"class":"a.B","message":"no","fields":{"x":1},"cause":{"class":"c","message":null,"fields":{},"cause":null},"trace":["t"]}`, codecs.Fault, "no",
			`{"class":"a.B","message":"no","fields":{"x":1},"cause":{"class":"c","message":null,"fields":{},"cause":null},"trace":["t"]}`},
		{"503 Busy", "Content-Type: application/problem+json", `{"code":"limited","cause":null,"class":"a.B","detail":"no"}`, codecs.Fault, "no",
			`{"class":"a.B","message":"no","fields":{},"cause":null}`},
		{"500 Oops", jsonType, `{"code":"internal","detail":"why","status":500}`, codecs.Internal, "why", ""},
		{"500 Oops", jsonType, `{"code":"ok","detail":"why"}`, codecs.Fault, "why", `{"class":"","message":"why","fields":{},"cause":null}`},
		{"409 Conflict", jsonType, `{"message":"sold out","item":"x","n":1}`, codecs.Fault, "sold out", `{"class":"","message":"sold out","fields":{"item":"x","n":1},"cause":null}`},
		{"422 No", jsonType, `{"detail":[{"loc":1}]}`, codecs.Fault, "", `{"class":"","message":null,"fields":{},"cause":null}`},
		{"500 Oops", jsonType, `{"class":7,"trace":[1],"cause":"x","fields":3,"error":"e"}`, codecs.Fault, "e", `{"class":"","message":"e","fields":{},"cause":null}`},
		{"500 Oops", "Content-Type: text/plain", "boom", codecs.Fault, "boom", ""},
		{"500 Oops", jsonType, "{broken", codecs.Fault, "{broken", ""},
		{"404 Not Found", "", "", codecs.NotFound, "404 Not Found", ""},
		{"404 Not Found", jsonType, `{"error":"no route"}`, codecs.NotFound, "no route", ""},
		{"302 Found", "Location: /x", "", codecs.Internal, "302 Status", ""},
		{"418 Teapot", "", "", codecs.Invalid, "418 Status", ""},
		{"429 Slow", "", "", codecs.Limited, "429 Too Many Requests", ""},
		{"599 What", "", "\xff", codecs.Internal, "\uFFFD", ""},
		{"503 Busy", "Content-Type: text/html", strings.Repeat("x", 5000), codecs.Unavailable, strings.Repeat("x", 1024), ""},
	} {
		e := make(codecs.Client, codecs.Settings{})
		asked(e, request("s", "m"), "[]")
		in := answer(c.status, c.body)
		if c.fields != "" {
			in = answer(c.status, c.body, strings.Split(c.fields, "\r\n")...)
		}
		r := e.read(in)
		if len(r.Calls) != 1 || r.Err != nil {
			t.Errorf("%s %s: %v", c.status, c.body, r.essence())
			continue
		}
		if g := r.Calls[0]; g.Status.Code != c.code || g.Status.Text != c.text || g.Body != c.result {
			t.Errorf("%s %.100s:\n got %v %q\nwant %v: %s %q", c.status, c.body, g.Status, g.Body, c.code, c.text, c.result)
		}
	}
}

func TestFaultMember(t *testing.T) {
	bothVersions(t, faultMember)
}

func faultMember(t *testing.T, make func(codecs.Side, codecs.Settings) end) {
	for _, c := range []struct{ body, fault string }{
		{`{"error":null,"x":1}`, ""}, {`{"error":false}`, ""}, {`{"error":""}`, ""}, {`{"error":0}`, ""}, {`{"x":{"error":1}}`, ""}, {`["error"]`, ""}, {`{"error":1`, ""},
		{`{"error":"no"}`, `{"class":"","message":"no","fields":{},"cause":null}`},
		{`{"error":17}`, `{"class":"","message":"17","fields":{},"cause":null}`},
		{`{"error":{"class":"a.B","item":"x"}}`, `{"class":"a.B","message":null,"fields":{"item":"x"},"cause":null}`},
	} {
		e := make(codecs.Client, with("fault=field:error"))
		asked(e, request("s", "m"), "[]")
		r := e.read(answer("200 OK", c.body, "Content-Type: application/json"))
		want, code := c.fault, codecs.Fault
		if c.fault == "" {
			want, code = c.body, codecs.OK
		}
		if len(r.Calls) != 1 || r.Calls[0].Body != want || r.Calls[0].Status.Code != code {
			t.Errorf("%s: %v", c.body, r.essence())
		}
	}
	if said := asked(make(codecs.Client, with("fault=always")), request("s", "m"), "[]"); !strings.HasPrefix(said.First, "error: http: option fault") {
		t.Error(said)
	}
}

// TestEndless: a failure may end with the connection; a result may not, because nobody could tell whether it is whole.
func TestEndless(t *testing.T) {
	const head = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\r\n400 Bad"
	r := drive(t, client(), []byte(head))
	if len(r.Calls) != 1 || r.Calls[0].Status.String() != "invalid: 400 Bad Request" || !r.Ended {
		t.Error(r.essence())
	}
	if r := drive(t, client(), []byte(strings.Replace(head, "400", "200", 1))); r.Err == nil {
		t.Error(r.essence())
	}
}

// TestCauses: a chain of causes is read to a limit, and takes no more time than its size.
func TestCauses(t *testing.T) {
	for _, deep := range []int{3, 100} {
		body := strings.Repeat(`{"class":"c","cause":`, deep) + "null" + strings.Repeat("}", deep)
		r := drive(t, client(), []byte(answer("500 Oops", body, "Content-Type: application/json")))
		if len(r.Calls) != 1 || strings.Count(r.Calls[0].Body, `"class"`) != min(deep, 17) {
			t.Errorf("%d causes: %.200v", deep, r.essence())
		}
	}
}

// TestStatusTable: each code that a server writes is what a client reads.
func TestStatusTable(t *testing.T) {
	for code := range codecs.Code(codecs.Codes) {
		m := codecs.Message{Kind: codecs.Reply, End: true, Bare: true, Header: codecs.Header{Status: codecs.Status{Code: code, Text: "why"}}}
		out := encode(t, server(), m, "")
		r := drive(t, client(), []byte(out))
		if len(r.Calls) != 1 || r.Calls[0].Status.Code != code {
			t.Errorf("%v written as %q, read as %v", code, out, r.essence())
		}
	}
	seen := map[int]bool{}
	for _, row := range http.Rows() {
		if seen[row.Status] {
			t.Errorf("status %d twice", row.Status)
		}
		seen[row.Status] = true
	}
	for code := range codecs.Code(codecs.Codes) {
		if !seen[http.StatusCode(code)] {
			t.Errorf("%v is written as %d, which has no row", code, http.StatusCode(code))
		}
	}
}

// TestOptionsAreChecked: what a session would refuse at every call is refused by the configuration.
func TestOptionsAreChecked(t *testing.T) {
	good := map[string][]string{"path": {"/{service}/{method}", "/rpc/{method}", "/rpc?m={method}"}, "fault": {"status", "field:error"}}
	bad := map[string][]string{"path": {"rpc", "/{name}", "/{service", "/a b"}, "fault": {"", "field", "field:", "Status"}}
	checked := 0
	for _, o := range (http.Codec{}).Traits().Options {
		for _, v := range good[o.Name] {
			checked++
			if err := o.Check(v); err != nil {
				t.Errorf("%s %q: %v", o.Name, v, err)
			}
		}
		for _, v := range bad[o.Name] {
			checked++
			if err := o.Check(v); err == nil {
				t.Errorf("%s %q is taken", o.Name, v)
			}
		}
	}
	if checked != 13 {
		t.Errorf("%d values checked: an option has another name now", checked)
	}
}
