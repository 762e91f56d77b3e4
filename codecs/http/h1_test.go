package http_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/http"
)

// TestSmuggling is requests that two parsers could read differently: the connection ends, with words and a status.
func TestSmuggling(t *testing.T) {
	const start = "POST /s/m HTTP/1.1\r\n"
	const inner = "POST /admin/m HTTP/1.1\r\nHost: a\r\n\r\n"
	for _, c := range []struct {
		name, in string
		status   int32
	}{
		{"CL.TE", start + jsonHead + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner, 400},
		{"TE.CL", start + jsonHead + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + inner, 400},
		{"equal lengths", start + jsonHead + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n[]", 400},
		{"different lengths", start + jsonHead + "Content-Length: 2\r\nContent-Length: 60\r\n\r\n[]" + inner, 400},
		{"lengths in a list", start + jsonHead + "Content-Length: 2, 2\r\n\r\n[]", 400},
		{"signed length", start + jsonHead + "Content-Length: +2\r\n\r\n[]", 400},
		{"negative length", start + jsonHead + "Content-Length: -2\r\n\r\n[]", 400},
		{"length with zeros", start + jsonHead + "Content-Length: 02\r\n\r\n[]", 400},
		{"hexadecimal length", start + jsonHead + "Content-Length: 0x2\r\n\r\n[]", 400},
		{"length with a tail", start + jsonHead + "Content-Length: 2 2\r\n\r\n[]", 400},
		{"empty length", start + jsonHead + "Content-Length:\r\n\r\n[]", 400},
		{"length of 2^64", start + jsonHead + "Content-Length: 18446744073709551618\r\n\r\n[]", 400},
		{"length over int32", start + jsonHead + "Content-Length: 9999999999\r\n\r\n[]", 400},
		{"two codings", start + jsonHead + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400},
		{"chunked twice", start + jsonHead + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
		{"chunked and identity", start + jsonHead + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", 400},
		{"identity", start + jsonHead + "Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n[]", 400},
		{"unknown coding", start + jsonHead + "Transfer-Encoding: gzip\r\n\r\n", 501},
		{"x-chunked", start + jsonHead + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
		{"quoted coding", start + jsonHead + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", 400},
		{"coding with a parameter", start + jsonHead + "Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n", 400},
		{"vertical tab", start + jsonHead + "Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n", 400},
		{"chunked in 1.0", "POST /s/m HTTP/1.0\r\n" + jsonHead + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
		{"space before the colon", start + jsonHead + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400},
		{"tab before the colon", start + jsonHead + "Content-Length\t: 2\r\n\r\n[]", 400},
		{"fold", start + jsonHead + "X: y\r\n Content-Length: 2\r\n\r\n[]", 400},
		{"fold in the first field", start + " Host: b\r\n" + jsonHead + "\r\n", 400},
		{"no colon", start + jsonHead + "X\r\n\r\n", 400},
		{"no name", start + jsonHead + ": x\r\n\r\n", 400},
		{"name not a token", start + jsonHead + "X(y: z\r\n\r\n", 400},
		{"name not ASCII", start + jsonHead + "Content-L\xe9ngth: 2\r\n\r\n[]", 400},
		{"zero byte in a name", start + jsonHead + "Content-Length\x00: 2\r\n\r\n[]", 400},
		{"zero byte in a value", start + jsonHead + "X: a\x00b\r\n\r\n", 400},
		{"bare CR in a value", start + jsonHead + "X: a\rContent-Length: 2\r\n\r\n[]", 400},
		{"bare CR at the end", start + jsonHead + "X: a\r\r\n\r\n", 400},
		{"delete in a value", start + jsonHead + "X: a\x7f\r\n\r\n", 400},
		{"bare LF behind a field", start + "Host: a\nX: y\r\n\r\n", 400},
		{"bare LF behind the first line", "POST /s/m HTTP/1.1\nHost: a\r\n\r\n", 400},
		{"bare LF as the empty line", start + jsonHead + "\n", 400},
		{"no Host", start + "Content-Type: application/json\r\n\r\n", 400},
		{"two Hosts", start + jsonHead + "Host: a\r\n\r\n", 400},
		{"empty Host", start + "Host:\r\n\r\n", 400},
		{"Host with a path", start + "Host: a/b\r\n\r\n", 400},
		{"Host with a user", start + "Host: a@b\r\n\r\n", 400},
		{"Host in a list", start + "Host: a, b\r\n\r\n", 400},
		{"absolute form", "POST http://a/s/m HTTP/1.1\r\n" + jsonHead + "\r\n", 400},
		{"asterisk", "OPTIONS * HTTP/1.1\r\n" + jsonHead + "\r\n", 400},
		{"authority form", "CONNECT a:80 HTTP/1.1\r\n" + jsonHead + "\r\n", 400},
		{"two spaces", "POST  /s/m HTTP/1.1\r\n" + jsonHead + "\r\n", 400},
		{"tab for a space", "POST\t/s/m HTTP/1.1\r\n" + jsonHead + "\r\n", 400},
		{"space in the path", "POST /s/m x HTTP/1.1\r\n" + jsonHead + "\r\n", 400},
		{"space at the end", "POST /s/m HTTP/1.1 \r\n" + jsonHead + "\r\n", 400},
		{"no version", "POST /s/m\r\n" + jsonHead + "\r\n", 400},
		{"lower version", "POST /s/m http/1.1\r\n" + jsonHead + "\r\n", 400},
		{"version 1.01", "POST /s/m HTTP/1.01\r\n" + jsonHead + "\r\n", 400},
		{"version 1.2", "POST /s/m HTTP/1.2\r\n" + jsonHead + "\r\n", 505},
		{"version 2.0", "PRI /x HTTP/2.0\r\n\r\n", 505},
		{"method not a token", "PO@ST /s/m HTTP/1.1\r\n" + jsonHead + "\r\n", 400},
		{"empty line first", "\r\n" + start + jsonHead + "\r\n", 400},
		{"space first", " " + start + jsonHead + "\r\n", 400},
		{"TLS", "\x16\x03\x01\x02\x00\x01", 400},
		{"unknown expectation", start + jsonHead + "Expect: 200-ok\r\nContent-Length: 2\r\n\r\n", 417},
		{"refused before the body", start + "Host: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", 415},
	} {
		r := drive(t, server(), []byte(c.in))
		if r.Err == nil || len(r.Calls) != 0 || codecs.StatusOf(r.Err).Native.Code != c.status {
			t.Errorf("%s: %v, status %+v, want %d", c.name, r.essence(), codecs.StatusOf(errOr(r.Err)), c.status)
		}
	}
}

func errOr(err error) error {
	if err == nil {
		return codecs.Errorf(codecs.OK, "no error")
	}
	return err
}

// TestChunkSmuggling is chunks that two parsers could read differently.
func TestChunkSmuggling(t *testing.T) {
	const head = "POST /s/m HTTP/1.1\r\n" + jsonHead + "Transfer-Encoding: chunked\r\n\r\n"
	const reply = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
	for _, body := range []string{
		"2;a=b\r\n[]\r\n0\r\n\r\n", "2 \r\n[]\r\n0\r\n\r\n", " 2\r\n[]\r\n0\r\n\r\n", "+2\r\n[]\r\n0\r\n\r\n", "-2\r\n[]\r\n0\r\n\r\n", "0x2\r\n[]\r\n0\r\n\r\n",
		"2\n[]\r\n0\r\n\r\n", "2\r[]\r\n0\r\n\r\n", "\r\n[]\r\n0\r\n\r\n", "2\r\n[]\n0\r\n\r\n", "2\r\n[]0\r\n\r\n", "2\r\n[]\r0\r\n\r\n", "2\r\n[1]\r\n0\r\n\r\n",
		"000000002\r\n[]\r\n0\r\n\r\n", "ffffffff\r\n", "80000000\r\n", "10000000000000002\r\n[]\r\n0\r\n\r\n", "2\r\n[]\r\n0\r\nA: b\n\r\n", "2\r\n[]\r\n0\r\n A: b\r\n\r\n",
		"2\r\n[]\r\n0\r\nA : b\r\n\r\n", "2\r\n[]\r\n0\r\nA\r\n\r\n", "2\r\n[]\r\n0\r\nA: \x00\r\n\r\n", "2\r\n[]\r\n0\n\r\n", "g\r\n", "2\r\n[]\r\n\r\n",
		"2\r\n[]\r\n0\r\n" + strings.Repeat("A: b\r\n", 102) + "\r\n", "2\r\n[]\r\n0\r\nA: " + strings.Repeat("b", 5000),
	} {
		if r := drive(t, server(), []byte(head+body)); r.Err == nil {
			t.Errorf("request, %.64q: %v", body, r.essence())
		}
		if r := drive(t, client(), []byte(reply+body)); r.Err == nil || len(r.Calls) > 0 {
			t.Errorf("reply, %.64q: %v", body, r.essence())
		}
	}
}

// TestReplySmuggling is replies that two parsers could read differently.
func TestReplySmuggling(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	for _, in := range []string{
		head + "\r\n{}", head + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", head + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		head + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", head + "Content-Length: 2\r\n X: y\r\n\r\n{}", head + "Content-Length : 2\r\n\r\n{}",
		head + "Content-Length: 2\n\r\n{}", "HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\n{}", "\r\n" + head + "Content-Length: 2\r\n\r\n{}",
		"HTTP/1.1  200 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\n{}",
		"HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 600 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 200OK\r\nContent-Length: 2\r\n\r\n{}",
		"HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 200 O\x00K\r\nContent-Length: 2\r\n\r\n{}", "ICY 200 OK\r\nContent-Length: 2\r\n\r\n{}",
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 100 Continue\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 103 Early\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	} {
		r := drive(t, client(), []byte(in))
		if s := codecs.StatusOf(errOr(r.Err)); len(r.Calls) > 0 || s.Code != codecs.Malformed || s.Native.Code != 502 {
			t.Errorf("%.80q: %v", in, r.essence())
		}
	}
}

func TestLimits(t *testing.T) {
	set := codecs.Settings{MaxFrame: 20 << 10, MaxHead: 12 << 10}
	long := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		name   string
		in     string
		status int32 // 0: taken
	}{
		{"path that fits", post("/s/"+long(8000), "[]"), 0},
		{"path too long", post("/s/"+long(9000), "[]"), 414},
		{"path without end", "POST /" + long(9000), 414},
		{"head that fits", post("/s/m", "[]", "X: "+long(11<<10)), 0},
		{"head too long", post("/s/m", "[]", "X: "+long(12<<10)), 431},
		{"head without end", "POST /s/m HTTP/1.1\r\nX: " + long(12<<10), 431},
		{"head of fields without end", "POST /s/m HTTP/1.1\r\n" + strings.Repeat("X: "+long(1000)+"\r\n", 13), 431},
		{"100 fields", post("/s/m", "[]", strings.Split(strings.Repeat("X: y,", 97), ",")[:97]...), 0},
		{"101 fields", post("/s/m", "[]", strings.Split(strings.Repeat("X: y,", 98), ",")[:98]...), 431},
		{"body that fits", post("/s/m", long(19<<10)), 0},
		{"body too long", strings.Replace(post("/s/m", "[]"), "Content-Length: 2", "Content-Length: 20480", 1), 413},
		{"chunk too long", "POST /s/m HTTP/1.1\r\n" + jsonHead + "Transfer-Encoding: chunked\r\n\r\n5000\r\n", 413},
		{"chunks too long", "POST /s/m HTTP/1.1\r\n" + jsonHead + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1\r\nx\r\n", 4000), 413},
		{"refused chunks too long", "GET /s/m HTTP/1.1\r\n" + jsonHead + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1\r\nx\r\n", 4000), 413},
	} {
		r := drive(t, http.Codec{}.Session(codecs.Server, set), []byte(c.in))
		if got := codecs.StatusOf(errOr(r.Err)).Native.Code; got != c.status || c.status == 0 && len(r.Calls) != 1 {
			t.Errorf("%s: %.300v, status %d, want %d", c.name, r.essence(), got, c.status)
		}
	}
	for _, in := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 20480\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5000\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1\r\nx\r\n", 4000), "HTTP/1.1 200 OK\r\nX: " + long(12<<10),
	} {
		if r := drive(t, http.Codec{}.Session(codecs.Client, set), []byte(in)); r.Err == nil || len(r.Calls) > 0 {
			t.Errorf("reply %.80q: %v", in, r.essence())
		}
	}
}

// TestLinear: bytes that come one by one, and chunks of one byte, are looked at once.
func TestLinear(t *testing.T) {
	const size = 1 << 20
	head := "POST /s/m HTTP/1.1\r\n" + jsonHead
	fields := strings.Repeat("X: "+strings.Repeat("y", 600)+"\r\n", 90)
	chunks := "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1\r\nx\r\n", size) + "0\r\n\r\n"
	whole := fmt.Sprintf("Content-Length: %d\r\n\r\n%s", size, strings.Repeat("x", size))
	reply := "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	for _, c := range []struct {
		name string
		s    codecs.Session
		in   string
	}{
		{"request", server(), head + fields + whole},
		{"chunked request", server(), head + fields + chunks},
		{"refused request", server(), strings.Replace(head, "json", "xml", 1) + fields + whole},
		{"reply", client(), reply + fields + whole},
		{"chunked reply", client(), reply + fields + chunks},
	} {
		p := []byte(c.in)
		start, taken, calls := time.Now(), 0, 0
		for end := 1; end <= len(p); end++ {
			for {
				var m codecs.Message
				n, err := c.s.Decode(&m, p[taken:end:end])
				if err != nil && n == 0 {
					t.Fatalf("%s: byte %d: %v", c.name, end, err)
				}
				if m.Kind == codecs.Request || m.Kind == codecs.Reply {
					calls++
				}
				m.Release()
				if taken += n; n == 0 {
					break
				}
			}
			if end&0xffff == 0 && time.Since(start) > 20*time.Second {
				t.Fatalf("%s: %d of %d bytes in %v", c.name, end, len(p), time.Since(start))
			}
		}
		if calls != 1 || taken != len(p) {
			t.Errorf("%s: %d calls, %d of %d bytes", c.name, calls, taken, len(p))
		}
	}
}
