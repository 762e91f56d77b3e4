package http_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
	nethttp "net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// What net/http is the judge of: whatever our parser takes, net/http must take too, and read the same method, path, body and
// boundaries from it. That ours refuses more is its purpose. Where they differ although ours takes the bytes:
//
//   - keep-alive in HTTP/1.0: ours closes always.
//   - a Trailer field that announces what no trailer may hold is refused by net/http; ours drops trailers whatever they are.

func FuzzRequestOracle(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		r := drive(t, server(), p)
		in := bytes.NewReader(p)
		br := bufio.NewReaderSize(in, 64<<10)
		for i := range r.Calls {
			g := &r.Calls[i]
			if g.Open || !judgeRequest(t, p, g, br) {
				return // the body is not all there
			}
			last := i == len(r.Calls)-1 && (r.Ended || r.Err != nil) // its end is held back, or ours found none
			if at := len(p) - in.Len() - br.Buffered(); at != g.End && !last {
				t.Fatalf("call %d of %q ends at %d, net/http says %d", i, p, g.End, at)
			}
		}
	})
}

func judgeRequest(t *testing.T, p []byte, g *got, br *bufio.Reader) (whole bool) {
	req, err := nethttp.ReadRequest(br)
	switch {
	case err == nil:
	case g.Status.Code != codecs.OK: // refused by both
		return false
	case strings.Contains(err.Error(), "bad trailer key"):
		t.Skip("net/http refuses some names of trailers that we drop unread")
	default:
		t.Fatalf("%q: taken, net/http: %v", p, err)
	}
	body, err := io.ReadAll(req.Body)
	switch {
	case err != nil && g.Status.Code != codecs.OK: // refused alone, and what follows of the body is not there or wrong
		return false
	case err != nil:
		t.Fatalf("%q: taken, net/http reads the body: %v", p, err)
	}
	closes := g.m.Hint&1 != 0
	if req.ProtoMinor == 1 && req.Close != closes {
		t.Fatalf("%q: closes %v, net/http says %v", p, closes, req.Close)
	}
	if g.Status.Code != codecs.OK {
		return true // refused alone: only its boundaries count
	}
	if want := "/" + g.Service + "/" + g.Method; req.Method != "POST" || req.URL.Path != want {
		t.Fatalf("%q: read as POST of %q, net/http says %s of %q", p, want, req.Method, req.URL.Path)
	}
	if g.Body != string(body) && (len(body) != 0 || g.Body != "[]") {
		t.Fatalf("%q: body %q, net/http says %q", p, g.Body, body)
	}
	return true
}

func FuzzReplyOracle(f *testing.F) {
	for _, seed := range replySeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		r := drive(t, client(), p)
		in := bytes.NewReader(p)
		br := bufio.NewReaderSize(in, 64<<10)
		for i := range r.Calls {
			g := &r.Calls[i]
			res, err := nethttp.ReadResponse(br, &nethttp.Request{Method: "POST"})
			for err == nil && res.StatusCode/100 == 1 {
				res, err = nethttp.ReadResponse(br, &nethttp.Request{Method: "POST"})
			}
			if err != nil {
				if strings.Contains(err.Error(), "bad trailer key") {
					t.Skip("net/http refuses some names of trailers that we drop unread")
				}
				t.Fatalf("%q: taken, net/http: %v", p, err)
			}
			body, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatalf("%q: taken, net/http reads the body: %v", p, err)
			}
			if g.Status.Code == codecs.OK && (res.StatusCode/100 != 2 || string(body) != g.Body && (len(body) != 0 || g.Body != "null")) {
				t.Fatalf("%q: read as ok %q, net/http says %d %q", p, g.Body, res.StatusCode, body)
			}
			last := r.Ended && i == len(r.Calls)-1
			if res.ProtoMinor == 1 && res.Close != last {
				t.Fatalf("%q: closes %v, net/http says %v", p, last, res.Close)
			}
			if at := len(p) - in.Len() - br.Buffered(); at != g.End && !last {
				t.Fatalf("reply %d of %q ends at %d, net/http says %d", i, p, g.End, at)
			}
		}
	})
}

// TestAgainstServer: what our client writes net/http serves, and what that answers our client reads.
func TestAgainstServer(t *testing.T) {
	srv := httptest.NewServer(nethttp.HandlerFunc(func(w nethttp.ResponseWriter, r *nethttp.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Dragoman-Meta-Back", r.Header.Get("Dragoman-Meta-there"))
		if r.URL.Path == "/s/pieces" {
			_, _ = w.Write(body[:1])
			w.(nethttp.Flusher).Flush()
			body = body[1:]
		}
		if r.URL.Path == "/s/close" {
			w.Header().Set("Connection", "close")
		}
		_, _ = w.Write(body)
	}))
	defer srv.Close()
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	c := client()
	var in string
	for _, method := range []string{"whole", "pieces", "a+b%/\u00e9", "close"} {
		m := request("s", method)
		m.Meta.Add("there", "and back")
		in += encode(t, c, m, `["`+method+`"]`)
	}
	if _, err := conn.Write([]byte(in)); err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	r := drive(t, c, out)
	var bodies []string
	for _, g := range r.Calls {
		bodies = append(bodies, g.Body)
		if v, _ := g.m.Meta.Get("back"); v != "and back" {
			t.Errorf("metadata %v", g.m.Meta)
		}
	}
	if diff := cmp.Diff([]string{`["whole"]`, `["pieces"]`, "[\"a+b%/\u00e9\"]", `["close"]`}, bodies); diff != "" || !r.Ended {
		t.Errorf("ended %v, error %v, %s", r.Ended, r.Err, diff)
	}
}

// TestAgainstClient: what the client of net/http writes our server reads, and what ours answers that client reads.
func TestAgainstClient(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	served := make(chan error, 1)
	go func() { served <- echo(ln) }()
	url := "http://" + ln.Addr().String() + "/s/echo"
	for _, c := range []struct {
		body   io.Reader
		media  string
		status int
		want   string
	}{
		{strings.NewReader(`["length"]`), "application/json", 200, `["length"]`},
		{io.MultiReader(strings.NewReader(`["chu`), strings.NewReader(`nks"]`)), "application/json", 200, `["chunks"]`},
		{strings.NewReader("a=b"), "application/x-www-form-urlencoded", 415, ""},
		{nethttp.NoBody, "application/json", 200, "[]"},
	} {
		res, err := nethttp.Post(url, c.media, c.body)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != c.status || c.want != "" && string(body) != c.want {
			t.Errorf("%d %q %v; want %d %q", res.StatusCode, body, err, c.status, c.want)
		}
	}
	nethttp.DefaultClient.CloseIdleConnections()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

// echo answers the calls of one connection with their arguments.
func echo(ln net.Listener) error {
	conn, err := ln.Accept()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	s, buf, body := server(), []byte(nil), []byte(nil)
	for chunk := make([]byte, 4096); ; {
		n, err := conn.Read(chunk)
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		for buf = append(buf, chunk[:n]...); len(buf) > 0; {
			var m codecs.Message
			n, err := s.Decode(&m, buf)
			if n == 0 {
				if err != nil {
					return err
				}
				break
			}
			body = append(body, m.Body.Bytes()...)
			buf = buf[n:]
			if !m.End && err == nil {
				continue
			}
			reply := codecs.Message{Kind: codecs.Reply, End: true, Hint: m.Hint, Header: codecs.Header{Format: codecs.Format{Encoding: "json", Shape: codecs.Value}}, Body: wire.Copy(body)}
			if err != nil {
				reply.Status = codecs.StatusOf(err)
			}
			if m.Kind == codecs.Data {
				reply.Hint = 0
			}
			var out wire.Out
			if _, err := s.Encode(&out, &reply); err != nil {
				return err
			}
			if _, err := conn.Write(out.AppendTo(nil)); err != nil {
				return err
			}
			out.Reset()
			body = body[:0]
		}
	}
}
