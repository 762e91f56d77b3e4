package http_test

import (
	"flag"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/codectest"
	"github.com/dragoman-rpc/dragoman/codecs/codectest/h2text"
	"github.com/dragoman-rpc/dragoman/codecs/http"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

var _ = flag.Bool("update", false, "write the output of transcripts anew")

func TestOver2(t *testing.T) {
	codectest.Run(t, http.Over2(), "../../fixtures/http2", func() codectest.Notation { return h2text.New() })
}

func FuzzOver2(f *testing.F) { codectest.Fuzz(f, http.Over2(), "../../fixtures/http2") }

// TestBounds2: what is gathered is bounded, and what is refused need not come whole.
func TestBounds2(t *testing.T) {
	set := codecs.Settings{MaxFrame: 20 << 10}
	long := strings.Repeat("x", 21<<10)
	head := "POST /s/m HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
	for _, c := range []struct {
		name, in string
		status   int32
	}{
		{"said", head + "Content-Length: 21504\r\n\r\n" + long, 413},
		{"not said", head + "\r\n" + long, 413},
		{"fits", head + "\r\n" + long[:20<<10], 0},
		{"refused", strings.Replace(head, "json", "xml", 1) + "\r\n" + long, 415},
		{"refused and endless", strings.Replace(head, "json", "xml", 1) + "\r\n" + strings.Repeat(long, 10), 415},
		{"path", strings.Replace(head, "/s/m", "/s/"+strings.Repeat("m", 9<<10), 1) + "\r\n[]", 414},
		{"fields", head + strings.Repeat("X: y\r\n", 101) + "\r\n[]", 431},
		{"no host", strings.Replace(head, "Host: a\r\n", "", 1) + "\r\n[]", 400},
	} {
		e := newEnd2(t, codecs.Server, set)
		if err := e.ask(c.in); err != nil {
			t.Fatal(err)
		}
		if len(e.saying.Calls) != 1 || e.saying.Calls[0].Status.Native.Code != c.status {
			t.Errorf("%s: %.200v", c.name, e.saying.essence())
		}
	}
	e := newEnd2(t, codecs.Client, set)
	asked(e, request("s", "m"), "[]")
	if err := e.ask("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + long); err != nil {
		t.Fatal(err)
	}
	if g := e.saying.Calls; len(g) != 1 || g[0].Status.Code != codecs.Malformed || g[0].Status.Native.Code != 502 {
		t.Errorf("%.200v", e.saying.essence())
	}
}

// BenchmarkUnary2 is a call and its reply over a connection of HTTP/2, both sides' work.
func BenchmarkUnary2(b *testing.B) {
	client, server := http.Over2().Session(codecs.Client, codecs.Settings{}), http.Over2().Session(codecs.Server, codecs.Settings{})
	var out wire.Out
	var buf []byte
	var got, m, hello codecs.Message
	pass := func(from, to codecs.Session, m *codecs.Message) (id uint64) {
		if _, err := from.Encode(&out, m); err != nil {
			b.Fatal(err)
		}
		buf = out.AppendTo(buf[:0])
		out.Reset()
		for p := buf; len(p) > 0; {
			n, err := to.Decode(&got, p)
			if n == 0 || err != nil {
				b.Fatal(n, err)
			}
			if got.Kind == codecs.Request {
				id = got.ID
			}
			got.Release()
			p = p[n:]
		}
		return id
	}
	for range 2 {
		hello.Kind = codecs.Hello
		pass(client, server, &hello)
		hello.Kind = codecs.Hello
		pass(server, client, &hello)
	}
	body := wire.Borrow([]byte(kilobyte))
	format := codecs.Format{Encoding: "json", Shape: codecs.Args}
	b.ReportAllocs()
	id := uint64(1)
	for b.Loop() {
		m = codecs.Message{Kind: codecs.Request, End: true, ID: id, Body: body, Header: codecs.Header{Service: "com.acme.User", Method: "getUser", Format: format}}
		at := pass(client, server, &m)
		m = codecs.Message{Kind: codecs.Reply, End: true, ID: at, Body: body, Header: codecs.Header{Format: format}}
		pass(server, client, &m)
		m = codecs.Message{Kind: codecs.Window, ID: id, Credit: uint32(body.Len())}
		pass(client, server, &m)
		id += 2
	}
}
