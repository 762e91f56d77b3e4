package http_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/http"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// got is one call that came out of a session, its pieces joined.
type got struct {
	Kind            codecs.Kind
	Service, Method string
	Body            string
	Status          codecs.Status
	Open            bool // its end has not come
	End             int  // offset behind it
	m               codecs.Message
}

// read is what a session made of some bytes.
type read struct {
	Calls []got
	Ended bool // Control with End, or Goaway
	Err   error
	Taken int
	steps int
}

// drive feeds a session as an engine does; cuts are the lengths of the pieces in which the bytes come, the last one all the rest.
func drive(t testing.TB, s codecs.Session, p []byte, cuts ...int) read {
	t.Helper()
	var r read
	end := 0
	for _, cut := range append(cuts, len(p)) {
		end = min(len(p), end+cut)
		for r.Taken < end && r.Err == nil {
			var m codecs.Message
			n, err := s.Decode(&m, p[r.Taken:end:end])
			r.steps++
			if n < 0 || n > end-r.Taken {
				t.Fatalf("Decode of %d bytes took %d", end-r.Taken, n)
			}
			if r.Taken += n; n == 0 {
				r.Err = err
				break
			}
			r.take(&m, err)
			m.Release()
		}
	}
	return r
}

func (r *read) take(m *codecs.Message, err error) {
	switch m.Kind {
	case codecs.Request, codecs.Oneway, codecs.Reply:
		g := got{Kind: m.Kind, Service: m.Service, Method: m.Method, Body: string(m.Body.Bytes()), Status: m.Status, Open: !m.End && err == nil,
			End: r.Taken, m: *m}
		if err != nil {
			g.Status = codecs.StatusOf(err)
		}
		g.m.Body = wire.Body{}
		r.Calls = append(r.Calls, g)
	case codecs.Data:
		g := &r.Calls[len(r.Calls)-1]
		g.Body += string(m.Body.Bytes())
		g.Open, g.End = !m.End, r.Taken
	case codecs.Control:
		r.Ended = r.Ended || m.End
	case codecs.Goaway:
		r.Ended = true
	case codecs.None:
		if n := len(r.Calls); n > 0 && r.Calls[n-1].Kind == codecs.Request && err == nil {
			r.Calls[n-1].End = r.Taken // of a body that is passed over
		}
	case codecs.Hello, codecs.Window, codecs.Cancel, codecs.Ping, codecs.Pong:
	}
}

// essence is what must not depend on how the bytes came.
func (r *read) essence() []string {
	var all []string
	for i := range r.Calls {
		g := &r.Calls[i]
		all = append(all, fmt.Sprintf("%v %q %q %q %v %v %v", g.Kind, g.Service, g.Method, g.Body, g.Status, g.Open, g.m.Meta.Pairs))
	}
	return append(all, fmt.Sprint(r.Ended, r.Err))
}

func server(options ...string) codecs.Session { return session(codecs.Server, options) }
func client(options ...string) codecs.Session { return session(codecs.Client, options) }

func session(side codecs.Side, options []string) codecs.Session {
	set := codecs.Settings{Options: map[string]string{}}
	for _, o := range options {
		k, v, _ := strings.Cut(o, "=")
		set.Options[k] = v
	}
	return http.Codec{}.Session(side, set)
}

// encode gives the bytes of one message, whose body is JSON.
func encode(t testing.TB, s codecs.Session, m codecs.Message, body string) string {
	t.Helper()
	if body != "" {
		m.Body = wire.Copy([]byte(body))
		m.Format.Encoding = "json"
	}
	out := wire.Out{B: []byte("before")}
	_, err := s.Encode(&out, &m)
	p := string(out.AppendTo(nil))
	out.Reset()
	if err != nil {
		m.Release()
		if p != "before" {
			t.Errorf("Encode failed and left %q", p)
		}
		return "error: " + err.Error()
	}
	return strings.TrimPrefix(p, "before")
}

const jsonHead = "Host: a\r\nContent-Type: application/json\r\n"

// post makes a request with a body and more fields.
func post(path, body string, fields ...string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\n%sContent-Length: %d\r\n%s\r\n%s", path, jsonHead, len(body), lines(fields), body)
}

func lines(fields []string) string {
	var b strings.Builder
	for _, f := range fields {
		b.WriteString(f + "\r\n")
	}
	return b.String()
}

// answer makes a reply with a body and more fields.
func answer(status, body string, fields ...string) string {
	return fmt.Sprintf("HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s", status, len(body), lines(fields), body)
}

func TestSplit(t *testing.T) {
	before := wire.Outstanding()
	wire.Debug(true)
	defer wire.Debug(false)
	chunked := "POST /s/m HTTP/1.1\r\n" + jsonHead + "Transfer-Encoding: chunked\r\n\r\n1\r\n[\r\n0003\r\n1,2\r\n1\r\n]\r\n0\r\nA: b\r\n\r\n"
	expect := "POST /s/m HTTP/1.1\r\n" + jsonHead + "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n2\r\n[]\r\n0\r\n\r\n"
	for _, in := range []struct{ name, bytes string }{
		{"whole and chunked", post("/s/a", "[1]") + chunked + post("/s/b", "") + expect + post("/s/c", "[3]")},
		{"closed behind a body", post("/s/a", "[1]", "Connection: close") + "rest"},
		{"closed behind chunks", strings.Replace(chunked, "Host", "Connection: close\r\nHost", 1) + "rest"},
		{"closed behind nothing", post("/s/a", "", "Connection: close")},
		{"refused, then served", strings.Replace(chunked, "/json", "/xml", 1) + strings.Replace(post("/s/a", "[1]"), "/json", "/xml", 1) + post("/s/b", "[2]")},
		{"refused and closed", strings.Replace(post("/s/a", "[1]", "Connection: close"), "/json", "/xml", 1)},
		{"lost in a chunk", strings.Replace(chunked, "0003", "0x03", 1)},
		{"lost behind a call", post("/s/a", "[1]") + " " + post("/s/b", "[1]")},
	} {
		t.Run(in.name, func(t *testing.T) { splits(t, server, in.bytes) })
	}
	reply := "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n3\r\n1,2\r\n1\r\n]\r\n0\r\n\r\n"
	for _, in := range []struct{ name, bytes string }{
		{"replies", reply + answer("200 OK", "[1]", "Content-Type: application/json") + answer("204 No Content", "") + reply},
		{"closed", answer("500 Oops", `{"class":"a"}`, "Content-Type: application/json", "Connection: close") + "x"},
		{"closed behind chunks", strings.Replace(reply, "Transfer", "Connection: close\r\nTransfer", 1) + "x"},
	} {
		t.Run(in.name, func(t *testing.T) { splits(t, client, in.bytes) })
	}
	if n := wire.Outstanding() - before; n != 0 {
		t.Errorf("%d bodies were not released", n)
	}
}

func splits(t *testing.T, begin func(...string) codecs.Session, in string) {
	p := []byte(in)
	whole := drive(t, begin(), p)
	for at := 1; at < len(p); at++ {
		cut := drive(t, begin(), p, at)
		if diff := cmp.Diff(whole.essence(), cut.essence()); diff != "" {
			t.Fatalf("split at %d (- whole, + split):\n%s", at, diff)
		}
		if part := drive(t, begin(), p[:at]); part.Err != nil && whole.Err == nil {
			t.Fatalf("the first %d bytes: %v", at, part.Err)
		}
	}
	bytewise := make([]int, len(p))
	for i := range bytewise {
		bytewise[i] = 1
	}
	one := drive(t, begin(), p, bytewise...)
	if diff := cmp.Diff(whole.essence(), one.essence()); diff != "" {
		t.Fatalf("byte by byte (- whole, + split):\n%s", diff)
	}
}
