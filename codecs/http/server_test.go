package http_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
)

func TestRequestHead(t *testing.T) {
	in := post("/com.acme.User/getUser", `["x"]`, "Dragoman-Version: 1.0", "dragoman-group:  blue ", "DRAGOMAN-TIMEOUT: 1500", "Dragoman-Types: Ljava/lang/String;",
		"Dragoman-Meta-Tenant: a%0D%0Ab", "Dragoman-Meta-empty:", "dragoman-meta-a%2Fb: c", "X-Request-Id: 7", "Authorization: x", "X-Other: y", "tracestate: a\tb")
	bothVersions(t, func(t *testing.T, make func(codecs.Side, codecs.Settings) end) {
		e := make(codecs.Server, codecs.Settings{})
		r := e.read(in)
		if len(r.Calls) != 1 || r.Err != nil {
			t.Fatalf("%d calls, error %v", len(r.Calls), r.Err)
		}
		pairs := []codecs.Pair{{Key: "Tenant", Value: "a\r\nb"}, {Key: "empty"}, {Key: "a/b", Value: "c"}, {Key: "X-Request-Id", Value: "7"}}
		if _, two := e.(*end2); two {
			for i := range pairs {
				pairs[i].Key = strings.ToLower(pairs[i].Key)
			}
		}
		want := codecs.Header{Service: "com.acme.User", Method: "getUser", Version: "1.0", Group: "blue", Descriptor: "Ljava/lang/String;", Args: -1,
			Timeout: 1500 * time.Millisecond, Format: codecs.Format{Encoding: "json", Shape: codecs.Args}, Meta: codecs.Meta{Loaded: true, Pairs: pairs}}
		if diff := cmp.Diff(want, r.Calls[0].m.Header); diff != "" || r.Calls[0].Body != `["x"]` {
			t.Errorf("body %s, %s", r.Calls[0].Body, diff)
		}
	})
}

func TestPaths(t *testing.T) {
	bothVersions(t, paths)
}

func paths(t *testing.T, make func(codecs.Side, codecs.Settings) end) {
	for _, c := range []struct {
		path, service, method string
		status                int32 // of the refusal
	}{
		{"/s/m", "s", "m", 0},
		{"/users/v2/get", "users/v2", "get", 0},
		{"//service/user/get", "/service/user", "get", 0},
		{"/caf%C3%A9/%7bm%7D", "café", "{m}", 0},
		{"/a:b@c/m;n", "a:b@c", "m;n", 0},
		{"/a%2525/m", "a%25", "m", 0},
		{"/", "", "", 404},
		{"/m", "", "", 404},
		{"//m", "", "", 404},
		{"/s/", "", "", 404},
		{"/s//m", "", "", 400},
		{"///s/m", "", "", 400},
		{"/./m", "", "", 400},
		{"/s/..", "", "", 400},
		{"/s/%2e%2E/m", "", "", 400},
		{"/s%2Ft/m", "", "", 400},
		{"/s%5ct/m", "", "", 400},
		{"/s%00/m", "", "", 400},
		{"/s%7f/m", "", "", 400},
		{"/s%ff/m", "", "", 400},
		{"/s%4/m", "", "", 400},
		{"/s/m%", "", "", 400},
		{"/s/m?x=1", "", "", 400},
		{"/s/m#x", "", "", 400},
		{"/s\\t/m", "", "", 400},
		{"/s/caf\u00e9", "", "", 400},
		{"/s\"/m", "", "", 400},
	} {
		r := make(codecs.Server, codecs.Settings{}).read(post(c.path, "[]"))
		if len(r.Calls) != 1 || r.Err != nil {
			t.Errorf("%s: %d calls, error %v", c.path, len(r.Calls), r.Err)
			continue
		}
		if g := r.Calls[0]; g.Service != c.service || g.Method != c.method || g.Status.Native.Code != c.status {
			t.Errorf("%s: service %q, method %q, status %d %v; want %q %q %d", c.path, g.Service, g.Method, g.Status.Native.Code, g.Status, c.service, c.method, c.status)
		}
	}
}

// TestFieldsRefused is what makes a call fail alone.
func TestFieldsRefused(t *testing.T) {
	bothVersions(t, fieldsRefused)
}

func fieldsRefused(t *testing.T, make func(codecs.Side, codecs.Settings) end) {
	for _, c := range []struct {
		field  string
		status int32
	}{
		{"Content-Type: application/json", 400}, // the second one
		{"Content-Encoding: gzip", 415},
		{"Dragoman-Version: 1\r\nDragoman-Version: 1", 400},
		{"Dragoman-Version: caf\xe9", 400},
		{"Dragoman-Group: %zz", 400},
		{"Dragoman-Group: %C3", 400},
		{"Dragoman-Timeout: 0", 400},
		{"Dragoman-Timeout: 1.5", 400},
		{"Dragoman-Timeout: -1", 400},
		{"Dragoman-Timeout: 99999999999999999999", 400},
		{"Dragoman-Types: int[", 400},
		{"Dragoman-Types: a b", 400},
		{"Dragoman-Types:", 400},
		{"Dragoman-Oneway: yes", 400},
		{"Dragoman-Meta-a: 100%", 400},
		{"Dragoman-Meta-a: a\tb", 400},
		{"Dragoman-Meta-%ff: 1", 400},
		{"Origin: null", 403},
		{"Origin: http://a", 403},
	} {
		r := make(codecs.Server, codecs.Settings{}).read(post("/s/m", "[]", c.field) + post("/s/next", "[]"))
		if len(r.Calls) != 2 || r.Err != nil || r.Calls[0].Status.Native.Code != c.status || r.Calls[1].Method != "next" {
			t.Errorf("%q: %+v", c.field, r.essence())
		}
	}
	for _, media := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp", "application/json; charset=latin1",
		"application/json; a=b", "application/json,text/plain", "application/problem+json"} {
		in := strings.Replace(post("/s/m", "[]"), "application/json", media, 1)
		if r := make(codecs.Server, codecs.Settings{}).read(in); len(r.Calls) != 1 || r.Calls[0].Status.Native.Code != 415 {
			t.Errorf("Content-Type %q: %+v", media, r.essence())
		}
	}
	for _, media := range []string{"Application/JSON", "application/json ;charset=UTF-8", `application/json; charset="utf-8"`} {
		in := strings.Replace(post("/s/m", "[]"), "application/json", media, 1)
		if r := make(codecs.Server, codecs.Settings{}).read(in); len(r.Calls) != 1 || r.Calls[0].Status.Code != codecs.OK {
			t.Errorf("Content-Type %q: %+v", media, r.essence())
		}
	}
}

func TestLoopback(t *testing.T) {
	bothVersions(t, loopback)
}

func loopback(t *testing.T, make func(codecs.Side, codecs.Settings) end) {
	for _, c := range []struct {
		addr, hosts, host string
		ok                bool
	}{
		{"127.0.0.1:7001", "", "localhost:7001", true},
		{"127.0.0.1:7001", "", "LOCALHOST", true},
		{"127.0.0.1:7001", "", "127.8.8.8", true},
		{"[::1]:7001", "", "[::1]:7001", true},
		{"[::1]:7001", "", "evil.example:7001", false},
		{"127.0.0.1:7001", "", "127.0.0.1.evil.example", false},
		{"127.0.0.1:7001", "", "localhost.", false},
		{"localhost:7001", "", "10.0.0.1", false},
		{"10.0.0.1:7001", "", "anything", true},
		{"", "", "anything", true},
		{"/run/dragoman.sock", "", "anything", true},
		{"127.0.0.1:7001", "api.example, b", "API.example:80", true},
		{"127.0.0.1:7001", "api.example", "localhost", false},
		{"127.0.0.1:7001", "*", "anything", true},
		{"10.0.0.1:7001", "a:80", "a:81", false},
		{"10.0.0.1:7001", "a:80", "a:80", true},
	} {
		set := codecs.Settings{Addr: c.addr}
		if c.hosts != "" {
			set.Options = map[string]string{"hosts": c.hosts}
		}
		r := make(codecs.Server, set).read(strings.Replace(post("/s/m", "[]"), "Host: a", "Host: "+c.host, 1))
		if len(r.Calls) != 1 || (r.Calls[0].Status.Code == codecs.OK) != c.ok {
			t.Errorf("%+v: %v", c, r.essence())
		}
	}
}

// TestGoodbye: the last reply says that the connection closes, and no other does.
func TestGoodbye(t *testing.T) {
	s := server()
	r := drive(t, s, []byte(post("/s/a", "[]")+post("/s/b", "[]")))
	if out := encode(t, s, codecs.Message{Kind: codecs.Goaway, Header: codecs.Header{Status: codecs.Status{Code: codecs.Unavailable}}}, ""); out != "" {
		t.Errorf("a goodbye without a request was said: %q", out)
	}
	for i, want := range []bool{false, true} {
		m := codecs.Message{Kind: codecs.Reply, End: true, Hint: r.Calls[i].m.Hint}
		if out := encode(t, s, m, "1"); strings.Contains(out, "Connection: close") != want {
			t.Errorf("reply %d: close is wanted %v: %q", i, want, out)
		}
	}
}

// TestLost: one request gets one answer, however its body ends.
func TestLost(t *testing.T) {
	const in = "POST /s/m HTTP/1.1\r\n" + jsonHead + "Transfer-Encoding: chunked\r\n\r\n1\r\n[\r\nzz\r\n"
	lastWords := codecs.Message{Kind: codecs.Goaway, Header: codecs.Header{Status: codecs.Status{Code: codecs.Malformed}}}
	for _, answered := range []bool{false, true} {
		s := server()
		r := drive(t, s, []byte(in))
		if r.Err == nil || len(r.Calls) != 1 || !r.Calls[0].Open {
			t.Fatalf("%v", r.essence())
		}
		out := ""
		if answered {
			out = encode(t, s, codecs.Message{Kind: codecs.Reply, End: true, Bare: true, Hint: r.Calls[0].m.Hint, Header: codecs.Header{Status: codecs.StatusOf(r.Err)}}, "")
		}
		out += encode(t, s, lastWords, "")
		if strings.Count(out, "HTTP/1.1 ") != 1 || strings.Count(out, "Connection: close") != 1 {
			t.Errorf("answered %v: %q", answered, out)
		}
	}
}

func TestReplies(t *testing.T) {
	bothVersions(t, replies)
}

func replies(t *testing.T, make func(codecs.Side, codecs.Settings) end) {
	fault := codecs.Header{Status: codecs.Status{Code: codecs.Fault}, Format: codecs.Format{Shape: codecs.Thrown}}
	value := codecs.Header{Format: codecs.Format{Shape: codecs.Value}}
	meta := value
	meta.Meta.Pairs = []codecs.Pair{{Key: "a b", Value: " 1%\n"}, {Key: "b3", Value: "0"}, {Key: "B3", Value: "\n"}}
	head := strings.Replace(post("/s/m", ""), "POST", "HEAD", 1)
	oneway := post("/s/m", "[]", "Dragoman-Oneway: true")
	status := func(s codecs.Status) codecs.Message { return codecs.Message{Header: codecs.Header{Status: s}} }
	for _, c := range []struct {
		name, in string
		m        codecs.Message
		body     string
		status   string // or an error
		fields   string
		text     string // of the body; a part of it if it is a problem
	}{
		{"value", "", codecs.Message{Header: value}, "[1]", "200", "content-type: application/json", "[1]"},
		{"nothing", "", codecs.Message{Bare: true}, "", "200", "content-type: application/json", "null"},
		{"one-way", oneway, codecs.Message{}, "", "202", "", ""},
		{"one-way, refused", oneway, status(codecs.Status{Code: codecs.NotFound}), "", "404", "content-type: application/problem+json", `"code":"not_found"`},
		{"HEAD", head, status(codecs.Status{Code: codecs.Denied}), "", "403", "content-type: application/problem+json", ""},
		{"no such method", "", status(codecs.Status{Code: codecs.Unimplemented, Native: codecs.Native{Of: "http", Code: 405}}), "", "405",
			"allow: POST\ncontent-type: application/problem+json", `"status":405`},
		{"fault", "", codecs.Message{Header: fault}, `{"class":"a.B","message":"no","fields":{},"cause":null,"trace":["x"]}`, "500", "content-type: application/problem+json",
			`"detail":"no","code":"fault","class":"a.B","message":"no","fields":{},"cause":null,"trace":["x"]}`},
		{"an HTTP peer's own status", "", status(codecs.Status{Code: codecs.Invalid, Native: codecs.Native{Of: "http", Code: 418}}), "", "418", "content-type: application/problem+json", "{"},
		{"another wire's status", "", status(codecs.Status{Code: codecs.Expired, Native: codecs.Native{Of: "dubbo", Code: 404}}), "", "504", "content-type: application/problem+json", "{"},
		{"metadata", "", codecs.Message{Header: meta}, "1", "200", "b3: 0\ncontent-type: application/json\ndragoman-meta-a%20b: %201%25%0A", "1"},
		{"compressed", "", codecs.Message{Header: codecs.Header{Format: codecs.Format{Zip: "gzip", Shape: codecs.Value}}}, "x", "error: http: encode reply: body in json/value+gzip", "", ""},
		{"another encoding", "", codecs.Message{Header: codecs.Header{Format: codecs.Format{Encoding: "hessian2", Shape: codecs.Value}}}, "x", "error: http: encode reply: body in hessian2/value", "", ""},
		{"in pieces", "", codecs.Message{Kind: codecs.Reply, Part: true}, "x", "error: http: encode reply: it comes in pieces", "", ""},
		{"a stream nobody asked for", "", codecs.Message{Kind: codecs.Reply, Bare: true}, "", "error: http: encode reply: it comes in pieces", "", ""},
	} {
		if c.in == "" {
			c.in = post("/s/m", "[]")
		}
		e := make(codecs.Server, codecs.Settings{})
		r := e.read(c.in)
		said := answerOf(t, e, &r.Calls[0], c.m, c.body)
		if said.First != c.status || strings.Join(said.Fields, "\n") != c.fields || !strings.Contains(said.Body, c.text) || (c.text == "") != (said.Body == "") {
			t.Errorf("%s: %+q", c.name, said)
		}
	}
	for _, status := range []string{"401 Unauthorized", "426 Upgrade Required", "431 Too Large"} {
		failed := drive(t, client(), []byte(answer(status, "")))
		e := make(codecs.Server, codecs.Settings{})
		r := e.read(post("/s/m", "[]"))
		if said := answerOf(t, e, &r.Calls[0], codecs.Message{Kind: codecs.Reply, End: true, Bare: true, Header: failed.Calls[0].m.Header}, ""); said.First == status[:3] {
			t.Errorf("%s of a service's connection is passed on to the caller's: %+q", status, said)
		}
	}
}

// TestOneway: the answer to a one-way call is 202, to one refused the reason.
func TestOneway(t *testing.T) {
	bothVersions(t, func(t *testing.T, make func(codecs.Side, codecs.Settings) end) {
		r := make(codecs.Server, codecs.Settings{}).read(post("/s/m", "[]", "Dragoman-Oneway: true") + post("/s", "[]", "Dragoman-Oneway: true"))
		if len(r.Calls) != 2 || r.Calls[0].Kind != codecs.Oneway || r.Calls[1].Kind != codecs.Request {
			t.Fatal(r.essence())
		}
	})
}
