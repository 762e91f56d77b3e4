package http_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/http"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

var seeds = []string{
	post("/com.acme.User/getUser", `["x",7]`, "Dragoman-Version: 1", "Dragoman-Meta-a: b%20c", "traceparent: 00") + post("/s/m", ""),
	"POST /s/m HTTP/1.1\r\n" + jsonHead + "Transfer-Encoding: chunked\r\nTrailer: X\r\n\r\n1\r\n[\r\nA\r\n1234567890\r\n1\r\n]\r\n0\r\nX: y\r\n\r\n" + post("//a/b", "1"),
	"POST /s%20/m HTTP/1.0\r\n" + jsonHead + "Connection: keep-alive\r\nContent-Length: 2\r\n\r\n[]",
	post("/s/m", "[]", "Expect: 100-continue", "Connection: x, close") + "tail",
	"GET /s/m HTTP/1.1\r\nHost: [::1]:80\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\nHEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
	strings.Replace(post("/s/m", "a=b"), "application/json", "text/plain", 1) + post("/s/m", "[]"),
	post("/s/b%20m", "") + post("/s/GET%20x", "[]"),
}

var replySeeds = []string{
	"HTTP/1.1 100 Continue\r\n\r\n" + answer("200 OK", "[1]", "Content-Type: application/json", "Dragoman-Meta-a: b") + answer("204 No Content", ""),
	"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n1\r\n]\r\n0\r\nX: y\r\n\r\n" + answer("503 Busy", "later", "Connection: close") + "x",
	answer("500 Oops", `{"type":"a","class":"b","message":"c","cause":{"class":"d","cause":null},"trace":["e"],"x":1}`, "Content-Type: application/problem+json"),
	"HTTP/1.0 200 \r\nContent-Length: 1\r\nContent-Type: application/json\r\n\r\n1",
}

// FuzzServer: the same calls whatever the split, and what was read is written and read the same again.
func FuzzServer(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed), uint16(len(seed)/2))
	}
	f.Fuzz(func(t *testing.T, p []byte, at uint16) {
		whole := fuzzSplit(t, server, p, at)
		for i := range whole.Calls {
			g := &whole.Calls[i]
			if g.Open || g.Status.Code != codecs.OK {
				continue
			}
			if strings.Contains(g.Method, " ") { // to a client side that is a request line; the guard refuses it to callers
				continue
			}
			m := codecs.Message{Kind: g.Kind, End: true, Header: g.m.Header}
			again := drive(t, server(), []byte(encode(t, client(), m, g.Body)))
			if len(again.Calls) != 1 {
				if strings.HasPrefix(g.Service, "/") { // a slash that begins a name is not written twice
					continue
				}
				t.Fatalf("%q: read again: %v", p, again.essence())
			}
			want, have := g.m.Header, again.Calls[0].m.Header
			want.Service = strings.TrimPrefix(want.Service, "/")
			want.Meta, have.Meta = codecs.Meta{}, codecs.Meta{} // some of it is not written
			want.Args, have.Args = 0, 0
			if diff := cmp.Diff(want, have); diff != "" || again.Calls[0].Body != g.Body {
				t.Fatalf("%q: body %q, again %q, %s", p, g.Body, again.Calls[0].Body, diff)
			}
		}
	})
}

// FuzzClient is the same for replies.
func FuzzClient(f *testing.F) {
	for _, seed := range replySeeds {
		f.Add([]byte(seed), uint16(len(seed)/2))
	}
	f.Fuzz(func(t *testing.T, p []byte, at uint16) {
		whole := fuzzSplit(t, client, p, at)
		for i := range whole.Calls {
			g := &whole.Calls[i]
			m := codecs.Message{Kind: codecs.Reply, End: true, Header: g.m.Header}
			again := drive(t, client(), []byte(encode(t, server(), m, g.Body)))
			if len(again.Calls) != 1 || again.Err != nil {
				t.Fatalf("%q: read again: %v", p, again.essence())
			}
			if a := again.Calls[0]; a.Status.Code != g.Status.Code || g.Body != "" && a.Body != g.Body {
				t.Fatalf("%q: %v %q, again %v %q", p, g.Status, g.Body, a.Status, a.Body)
			}
		}
	})
}

func fuzzSplit(t *testing.T, begin func(...string) codecs.Session, p []byte, at uint16) read {
	wire.Debug(true)
	before := wire.Outstanding()
	whole := drive(t, begin(), p)
	cut := drive(t, begin(), p, int(at)%(len(p)+1))
	if diff := cmp.Diff(whole.essence(), cut.essence()); diff != "" {
		t.Fatalf("split at %d of %q (- whole, + split):\n%s", int(at)%(len(p)+1), p, diff)
	}
	if n := wire.Outstanding() - before; n != 0 {
		t.Fatalf("%q: %d bodies were not released", p, n)
	}
	return whole
}

// FuzzVerb: whatever a request line and its arguments are, what is written is one request, or nothing.
func FuzzVerb(f *testing.F) {
	f.Add("GET /users/{id}", `[{"id":7,"name":"x"}]`)
	f.Add("PUT /users/{id}/items/{item}?a=b", `[7,"x",{"n":1}]`)
	f.Fuzz(func(t *testing.T, line, args string) {
		out := encode(t, client(), request("s", "GET "+line), args)
		if strings.HasPrefix(out, "error: ") {
			return
		}
		p := strings.Replace(out, "GET ", "POST ", 1)
		if r := drive(t, server(), []byte(p)); len(r.Calls) != 1 || r.Err != nil || r.Calls[0].End != len(p) {
			t.Fatalf("%q: %v", out, r.essence())
		}
	})
}

// FuzzSniff: a verdict does not change with more bytes.
func FuzzSniff(f *testing.F) {
	f.Add([]byte("POST /s/m HTTP/1.1\r\n"))
	f.Add([]byte("PRI * HTTP/2.0\r\n\r\n"))
	f.Fuzz(func(t *testing.T, p []byte) {
		was := codecs.More
		for n := range min(len(p), codecs.SniffMax) + 1 {
			v := http.Codec{}.Sniff(p[:n])
			if was != codecs.More && v != was || n == codecs.SniffMax && v == codecs.More {
				t.Fatalf("%q: verdict %d after %d bytes, before %d", p, v, n, was)
			}
			was = v
		}
	})
}

// FuzzVersions: what HTTP/1.1 takes, HTTP/2 takes and reads the same from it; and what one refuses alone the other does too.
func FuzzVersions(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Add([]byte(post("/v1/shelves/3:merge?x=y", `{"a":1}`, "Accept: text/event-stream")))
	f.Fuzz(func(t *testing.T, p []byte) {
		set := codecs.Settings{Lines: table(t, library...)}
		one := drive(t, http.Codec{}.Session(codecs.Server, set), p)
		head, _, _ := strings.Cut(string(p), "\r\n\r\n")
		if len(one.Calls) != 1 || one.Calls[0].Open || one.Err != nil || one.Ended || one.Taken != len(p) || strings.Contains(head, "HTTP/1.0") ||
			strings.Contains(strings.ToLower(head), "\r\ntransfer-encoding") || strings.Contains(strings.ToLower(head), "\r\nexpect") {
			return
		}
		e := newEnd2(t, codecs.Server, set)
		if e.ask(string(p)) != nil {
			return // what no block of HTTP/2 can hold
		}
		if len(e.saying.Calls) == 0 && one.Calls[0].Status.Code != codecs.OK {
			return // what is refused need not have its body: that is an error of the stream
		}
		if len(e.saying.Calls) != 1 {
			t.Fatalf("%q: %v", p, e.saying.essence())
		}
		a, b := one.Calls[0], e.saying.Calls[0]
		for _, h := range []*codecs.Header{&a.m.Header, &b.m.Header} {
			for i := range h.Meta.Pairs {
				h.Meta.Pairs[i].Key = strings.ToLower(h.Meta.Pairs[i].Key)
			}
		}
		if diff := cmp.Diff(a.m.Header, b.m.Header); diff != "" && a.Status.Code == codecs.OK || a.Body != b.Body || a.Status.Native != b.Status.Native {
			t.Fatalf("%q: %v %s, in HTTP/2 %v %s; %s", p, a.Status, a.Body, b.Status, b.Body, diff)
		}
	})
}
