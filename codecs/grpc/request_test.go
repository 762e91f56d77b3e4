package grpc_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/grpc"
	"github.com/dragoman-rpc/dragoman/codecs/h2"
)

func TestClaims(t *testing.T) {
	for media, want := range map[string]bool{
		"application/grpc": true, "application/grpc+proto": true, "application/grpc+json": true, "application/grpc+thrift": true,
		"application/grpc;charset=utf-8": true, "Application/gRPC": true, "application/grpc ; x": true,
		"application/grpc-web": false, "application/grpc-web+proto": false, "application/json": false, "application/grpcx": false, "": false,
	} {
		if got := (grpc.Mapping{}).Claims(block(":method: POST", "content-type: "+media)); got != want {
			t.Errorf("%q: %v", media, got)
		}
	}
	if (grpc.Mapping{}).Claims(block(":method: POST")) {
		t.Error("a request without a content type is claimed")
	}
}

func TestReadRequest(t *testing.T) {
	for _, c := range []struct {
		block []string
		end   bool
		want  string
	}{
		{nil, false, "request bare acme.Users GetUser"},
		{nil, true, "request bare end acme.Users GetUser"},
		{[]string{"grpc-timeout: 100m", "tenant: acme", "trace-bin: AAE", "user-agent: grpc-go/1.85.0", "grpc-accept-encoding: gzip"}, false,
			"request bare acme.Users GetUser 100ms tenant=acme trace-bin=AAE user-agent=grpc-go/1.85.0 grpc-accept-encoding=gzip"},
		{[]string{"tenant: a", "tenant: b", "grpc-previous-rpc-attempts: 2"}, false,
			"request bare acme.Users GetUser tenant=a tenant=b grpc-previous-rpc-attempts=2"},
		{[]string{"grpc-encoding: gzip"}, false, "request bare acme.Users GetUser zip gzip"},
		{[]string{"grpc-encoding: identity"}, false, "request bare acme.Users GetUser"},
		{[]string{"grpc-encoding: snappy"}, false, "request bare acme.Users GetUser zip snappy"}, // who must read it may refuse it
		{[]string{"accept-encoding: gzip", "content-length: 7", "grpc-status: 3", "host: x"}, false, "request bare acme.Users GetUser"},
		{[]string{"grpc-timeout: 0n"}, false, "request bare acme.Users GetUser 1ns"},
		{[]string{"grpc-timeout: 5x"}, false, `request bare acme.Users GetUser error malformed: grpc: decode request: grpc-timeout "5x"`},
	} {
		if diff := cmp.Diff(c.want, head(exchange(codecs.Server), start(c.block...), c.end)); diff != "" {
			t.Errorf("%q: %s", c.block, diff)
		}
	}
}

func TestReadPath(t *testing.T) {
	for path, want := range map[string]string{
		"/s/m": "s m", "/a.b.C/get": "a.b.C get", "/a/b/c": "a/b c", "//users/get": "/users get", "/a%2fb/c": "a%2fb c", "/s?x/m": "s?x m",
		"/": "", "": "", "/s": "", "/s/": "", "s/m": "", "//m": "", "/s m/x": "", "/s/\u00e9": "", "*": "", "/s\x7f/m": "",
	} {
		b := start()
		b[2].Value = path
		got := head(exchange(codecs.Server), b, false)
		switch {
		case want != "" && got != "request bare "+want:
			t.Errorf("%q: %s", path, got)
		case want == "" && !strings.Contains(got, "error unimplemented"):
			t.Errorf("%q: %s", path, got)
		}
	}
	b := start()
	b[0].Value = "GET"
	if got := head(exchange(codecs.Server), b, true); !strings.Contains(got, "error unimplemented") {
		t.Errorf("a GET: %s", got)
	}
}

// A request that came from a gRPC caller goes on as it came, but for the names and the connection's own fields.
func TestRequestPasses(t *testing.T) {
	for _, c := range []struct{ in, out []string }{
		{nil, nil},
		{[]string{"grpc-timeout: 1500001n", "grpc-encoding: gzip", "tenant: acme", "x-bin: AA==,AQ", "grpc-accept-encoding: gzip,identity",
			"grpc-previous-rpc-attempts: 1", "empty: ", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}, nil},
		{[]string{"accept-encoding: gzip", "kept: 1"}, []string{"kept: 1"}},
		{[]string{"grpc-timeout: 99999999H"}, []string{"grpc-timeout: 2562048H"}}, // as long as can be
		{[]string{"grpc-timeout: 00000100m"}, []string{"grpc-timeout: 100000u"}},
		{[]string{"dragoman-version: 1.0.0", "dragoman-group: a%20"}, nil},
	} {
		if c.out == nil {
			c.out = c.in
		}
		for _, media := range []string{"application/grpc", "application/grpc+proto", "application/grpc+json", "application/grpc+thrift", "application/grpc; a=b"} {
			in := append(start(c.in...), block("user-agent: test/1")...)
			in[4].Value = media
			var m codecs.Message
			if err := exchange(codecs.Server).Head(&m, in, false); err != nil {
				t.Fatal(err)
			}
			got := write(exchange(codecs.Client), m)
			want := lines(start("user-agent: test/1"))
			want[4] = "content-type: " + media
			if diff := cmp.Diff(written{Head: append(want, c.out...)}, got); diff != "" {
				t.Errorf("%s %q: %s", media, c.in, diff)
			}
		}
	}
}

// What comes from another protocol does not steer gRPC.
func TestRequestFromElsewhere(t *testing.T) {
	m := codecs.Message{Kind: codecs.Request, End: true, Body: body("pb"), Header: codecs.Header{Service: "acme.Users", Method: "GetUser",
		Timeout: 1500*time.Microsecond + 1, Version: "1.0.0", Format: codecs.Format{Encoding: "proto", Shape: codecs.Args}}}
	for _, p := range [][2]string{
		{"Tenant", "acme"}, {"grpc-timeout", "1n"}, {"grpc-encoding", "x"}, {"GRPC-Accept-Encoding", "x"}, {"grpc-status-details-bin", "AA"}, {":path", "/x/y"},
		{"te", "x"}, {"content-type", "x"}, {"User-Agent", "x"}, {"connection", "close"}, {"host", "x"}, {"dragoman-version", "2"}, {"a b", "x"}, {"", "x"},
		{"x\r\ny", "x"}, {"inject", "a\r\nb: c"}, {"name", "J\u00f6rg"}, {"name-bin", "not base64!"}, {"data-bin", "AAEC"}, {"blank", " x"}, {"long", strings.Repeat("v", 5000)},
		{"remote.application", "shop_1"},
	} {
		m.Meta.Add(p[0], p[1])
	}
	got := write(exchange(codecs.Client, "authority=users.acme"), m)
	want := written{Payload: prefixed(0, "pb"), Head: []string{":method: POST", ":scheme: http", ":path: /acme.Users/GetUser", ":authority: users.acme",
		"content-type: application/grpc", "te: trailers", "user-agent: dragoman", "grpc-timeout: 1500001n", "dragoman-version: 1.0.0", "tenant: acme",
		"inject-bin: YQ0KYjogYw", "name-bin: SsO2cmc", "data-bin: AAEC", "blank-bin: IHg", "remote.application: shop_1"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	many := codecs.Message{Kind: codecs.Request, End: true, Bare: true, Header: codecs.Header{Service: "s", Method: "m", Format: m.Format}}
	for range 100 {
		many.Meta.Add("k", "v")
	}
	if n := strings.Count(strings.Join(write(exchange(codecs.Client), many).Head, "\n"), "k: v"); n != 64 {
		t.Errorf("%d of 100 pairs were written, want 64", n)
	}
}

func TestRequestThatCannotBeWritten(t *testing.T) {
	proto := codecs.Format{Encoding: "proto", Shape: codecs.Args}
	for _, c := range []struct {
		h    codecs.Header
		want string
	}{
		{codecs.Header{Service: "a b", Method: "m", Format: proto}, "cannot stand in a path"},
		{codecs.Header{Service: "", Method: "m", Format: proto}, "cannot stand in a path"},
		{codecs.Header{Service: "s", Method: "", Format: proto}, "cannot stand in a path"},
		{codecs.Header{Service: "s", Method: "a/b", Format: proto}, "cannot stand in a path"},
		{codecs.Header{Service: "s\r\n", Method: "m", Format: proto}, "cannot stand in a path"},
		{codecs.Header{Service: "s", Method: "m", Format: codecs.Format{Encoding: "hessian2"}}, `a body in "hessian2"`},
		{codecs.Header{Service: "s", Method: "m"}, `a body in ""`},
	} {
		x := exchange(codecs.Client)
		got := write(x, codecs.Message{Kind: codecs.Request, End: true, Body: body("x"), Header: c.h})
		if !strings.Contains(got.Err, c.want) {
			t.Errorf("%+v: %+v", c.h, got)
		}
		good := codecs.Message{Kind: codecs.Request, End: true, Body: body("x"), Header: codecs.Header{Service: "s", Method: "m", Format: proto}}
		if again := write(x, good); again.Err != "" || again.Payload != prefixed(0, "x") {
			t.Errorf("%+v: after the error: %+v", c.h, again)
		}
	}
}

// FuzzRequest: whatever the fields, what was read is written, and read the same again.
func FuzzRequest(f *testing.F) {
	f.Add("/acme.Users/GetUser", "application/grpc+proto", "100m", "gzip", "tenant", "acme")
	f.Add("/a/b/c", "application/grpc; x", "0n", "identity", "x-bin", "AA==,AQ")
	f.Add("//m", "application/grpc+json", "99999999H", "", "grpc-status-details-bin", "\x00")
	f.Fuzz(func(t *testing.T, path, media, timeout, zip, key, value string) {
		fields := start("grpc-timeout: "+timeout, "grpc-encoding: "+zip)
		fields[2].Value, fields[4].Value = path, media
		fields = append(fields, h2.Field{Name: strings.ToLower(key), Value: value})
		if !(grpc.Mapping{}).Claims(fields) {
			return
		}
		var m, again codecs.Message
		if err := exchange(codecs.Server).Head(&m, fields, false); err != nil {
			return
		}
		h := m.Header
		w := write(exchange(codecs.Client), m)
		if w.Err != "" {
			if !strings.Contains(w.Err, "content type") { // which the session had refused
				t.Fatal(w.Err)
			}
			return
		}
		if err := exchange(codecs.Server).Head(&again, block(w.Head...), false); err != nil {
			t.Fatalf("%q: %v", w.Head, err)
		}
		a := again.Header
		if a.Service != h.Service || a.Method != h.Method || a.Format != h.Format || a.Timeout < h.Timeout || a.Version != h.Version || a.Group != h.Group {
			t.Fatalf("%+v, again %+v", h, a)
		}
	})
}
