package codectest

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// calls: what is written is read, requests and replies, for any names and arguments within the Traits.
func calls(t *testing.T, c codecs.Codec, set codecs.Settings) {
	rapid.Check(t, func(r *rapid.T) {
		p := newPair(t, c, set)
		for range rapid.IntRange(1, 3).Draw(r, "calls") {
			service := rapid.StringMatching(`[a-zA-Z][a-zA-Z0-9_]{0,8}(\.[a-zA-Z][a-zA-Z0-9_]{0,8}){0,3}`).Draw(r, "service")
			method := rapid.StringMatching(`[a-zA-Z][a-zA-Z0-9_]{0,12}`).Draw(r, "method")
			v := drawValues(r)
			m := p.request(service, method, v)
			got, err := p.send(&m)
			if err != nil {
				r.Fatalf("request: %v", err)
			}
			if got.Err != "" || got.Header.Service != service || got.Header.Method != method || got.Body != string(v.args(p.format)) {
				r.Fatalf("written as %q, read as service %q, method %q, body %q, error %q; want %q %q %q", got.bytes,
					got.Header.Service, got.Header.Method, got.Body, got.Err, service, method, v.args(p.format))
			}
			if n := got.Header.Args; n >= 0 && int(n) != len(v) && p.format.Shape == codecs.Args {
				r.Fatalf("%d arguments counted, want %d", n, len(v))
			}
			f := codecs.Format{Encoding: p.format.Encoding, Shape: codecs.Value}
			want := one(f, rapid.StringMatching(`[ -~]{0,40}`).Draw(r, "result"))
			rep, err := p.reply(got.seen, codecs.Status{}, f, want)
			if err != nil {
				r.Fatalf("reply: %v", err)
			}
			if rep.Header.Status.Code != codecs.OK || rep.Body != string(want) || c.Traits().IDs.Max != 0 && rep.ID != got.ID {
				r.Fatalf("reply written as %q, read as id %d, %s, body %q; want id %d, body %q", rep.bytes, rep.ID,
					rep.Header.Status, rep.Body, got.ID, want)
			}
		}
	})
}

func drawValues(r *rapid.T) values {
	var v values
	for range rapid.IntRange(0, 4).Draw(r, "arguments") {
		if rapid.Bool().Draw(r, "text") {
			v = append(v, rapid.StringMatching(`[ -~]{0,40}`).Draw(r, "string"))
		} else {
			v = append(v, rapid.IntRange(-2048, 2047).Draw(r, "int"))
		}
	}
	return v
}

// nasty is text that means something to one wire or another.
var nasty = []string{"a b", "a/b", "a/../b", "..", "a?b=c", "a#b", "a%2fb", "a%00b", `a"b`, `a\b`, "a'b", "a\r\nX-Injected: 1", "a\nb", "a\x00b",
	"a\tb", "a;b", "a:b", "a,b", "{a}", "$a", "\u00e9\u4e2d\U0001f600", "a\xffb", "a\u2028b", "*1\r\n$4\r\nQUIT\r\n", strings.Repeat("n", 5000)}

// names: a name is carried as it is, or the call is refused; it never becomes another name or another message.
func names(t *testing.T, c codecs.Codec, set codecs.Settings) {
	for _, n := range nasty {
		for _, m := range [][2]string{{n, "method"}, {"com.acme.Service", n}} {
			p := newPair(t, c, set)
			req := p.request(m[0], m[1], nil)
			got, err := p.send(&req)
			if err != nil || got.Err != "" {
				continue
			}
			want := func(s string) string { return strings.ToValidUTF8(s, "\ufffd") }
			if got.Header.Service != m[0] && got.Header.Service != want(m[0]) || got.Header.Method != m[1] && got.Header.Method != want(m[1]) {
				t.Errorf("service %.40q, method %.40q written as %.200q, read as %.40q, %.40q", m[0], m[1], got.bytes,
					got.Header.Service, got.Header.Method)
			}
		}
	}
}

// metadata: keys and values from anywhere add no key of their own, and change neither call nor framing.
func metadata(t *testing.T, c codecs.Codec, set codecs.Settings) {
	pairs := []codecs.Pair{{Key: "", Value: "x"}, {Key: strings.Repeat("k", 70000), Value: "x"}, {Key: "x-long", Value: strings.Repeat("v", 1<<20)},
		{Key: "x-ok", Value: "a\r\nx-injected: 1\r\n"}, {Key: "x-ok\r\nx-injected", Value: "1"}, {Key: "x-injected: 1\r\nx-ok", Value: "1"},
		{Key: "x-ok", Value: `","x-injected":"1`}, {Key: `x-ok":"","x-injected`, Value: "1"}}
	for _, n := range nasty {
		pairs = append(pairs, codecs.Pair{Key: "x-ok", Value: n}, codecs.Pair{Key: n, Value: "x"})
	}
	for _, pr := range pairs {
		p := newPair(t, c, set)
		m := p.request("com.acme.Service", "method", values{"x"})
		m.Meta.Add(pr.Key, pr.Value)
		m.Meta.Add("x-plain", "plain")
		got, err := p.send(&m)
		if err != nil {
			continue
		}
		if got.Err != "" || got.Header.Service != "com.acme.Service" || got.Header.Method != "method" || got.Body != string(values{"x"}.args(p.format)) {
			t.Errorf("metadata %.40q: %.40q changed the call: %s %s %.80q, error %q", pr.Key, pr.Value, got.Header.Service, got.Header.Method,
				got.Body, got.Err)
		}
		if _, ok := got.Header.Meta.Get("x-injected"); ok {
			t.Errorf("metadata %.40q: %.40q brought a key of its own: %.400q", pr.Key, pr.Value, got.bytes)
		}
		if v, ok := got.Header.Meta.Get("x-plain"); ok && v != "plain" {
			t.Errorf("metadata %.40q: %.40q changed its neighbour to %q", pr.Key, pr.Value, v)
		}
	}
}

// reservedKeys: what steers this protocol's own world cannot be set as metadata from another.
func reservedKeys(t *testing.T, c codecs.Codec, set codecs.Settings) {
	const mark = "zz-from-elsewhere-zz"
	for _, key := range c.Traits().Reserved {
		key = strings.ReplaceAll(key, "*", "anything")
		for _, k := range []string{key, strings.ToUpper(key), strings.ToUpper(key[:1]) + key[1:]} {
			p := newPair(t, c, set)
			m := p.request("com.acme.Service", "method", values{"x"})
			m.Meta.Add(k, mark)
			got, err := p.send(&m)
			if err == nil && bytes.Contains(got.bytes, []byte(mark)) {
				t.Errorf("reserved key %q came out: %q", k, got.bytes)
			}
		}
	}
}

// texts: the text of a failure, whatever it holds, is no more than text.
func texts(t *testing.T, c codecs.Codec, set codecs.Settings) {
	long := strings.Repeat("long ", 20_000)
	if c.Traits().Stream {
		long = long[:60_000] // a window holds it twice
	}
	for _, text := range append([]string{"", "a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "+OK\r\n+OK\r\n", long}, nasty...) {
		for _, code := range []codecs.Code{codecs.Fault, codecs.Unavailable} {
			p := newPair(t, c, set)
			m := p.request("com.acme.Service", "method", nil)
			req, err := p.send(&m)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.reply(req.seen, codecs.Status{Code: code, Text: text}, codecs.Format{}, nil)
			if err != nil {
				t.Errorf("a %s of text %.40q: %v", code, text, err)
			} else if got.Header.Status.Code == codecs.OK {
				t.Errorf("a %s of text %.40q was read as %s", code, text, got.Header.Status)
			}
		}
	}
}

// statuses: a failure is never read as success, a service's exception is read as one, and another wire's code means nothing.
func statuses(t *testing.T, c codecs.Codec, set codecs.Settings) {
	for code := codecs.OK; int(code) < codecs.Codes; code++ {
		for _, native := range []codecs.Native{{}, {Of: "elsewhere", Code: 200}} {
			p := newPair(t, c, set)
			m := p.request("com.acme.Service", "method", nil)
			req, err := p.send(&m)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.reply(req.seen, codecs.Status{Code: code, Text: "why", Native: native}, codecs.Format{}, nil)
			if err != nil {
				t.Errorf("%s: %v", code, err)
				continue
			}
			is := got.Header.Status.Code
			if (is == codecs.OK) != (code == codecs.OK) || code == codecs.Fault && is != codecs.Fault {
				t.Errorf("%s written as %q, read as %s", code, got.bytes, is)
			}
		}
	}
}

// patience is what a test that would take minutes if something were quadratic may take.
const patience = 20 * time.Second

// slow: a large frame that comes byte by byte costs no more than a look at each byte.
func slow(t *testing.T, c codecs.Codec, set codecs.Settings) {
	p := newPair(t, c, set)
	size := 1 << 20
	if c.Traits().Stream {
		size = 60_000 // a window holds it
	}
	m := p.request("com.acme.Service", "method", values{bytes.Repeat([]byte("x"), size)})
	b, err := encode(p.client.sess, &m)
	if err != nil {
		m.Release()
		return // over a limit of the setting
	}
	n, start, taken := len(p.server.got), time.Now(), 0
	for i := range b {
		p.server.buf = b[taken : i+1] // in place: to append would be ours to pay
		p.server.pump()
		taken = i + 1 - len(p.server.buf)
		if i%4096 == 0 && time.Since(start) > patience {
			t.Fatalf("%d of %d bytes, one by one, took %v", i, len(b), time.Since(start))
		}
		if len(p.server.got) > n && i < len(b)-1 && !p.server.got[n].Part && !c.Traits().Stream {
			t.Fatalf("a message after %d of %d bytes", i+1, len(b))
		}
	}
	if len(p.server.got) == n || p.server.lost != nil {
		t.Fatalf("no message of %d bytes that came one by one: %v", len(b), p.server.lost)
	}
}

// pipelined is how many requests come in one piece.
const pipelined = 100_000

// pipeline: many requests in one buffer are read in one pass.
func pipeline(t *testing.T, c codecs.Codec, set codecs.Settings) {
	p := newPair(t, c, set)
	requests := pipelined
	if c.Traits().Stream {
		requests = codecs.DefaultCalls // that a server takes at once
	}
	var out wire.Out
	for i := range requests {
		m := p.request("com.acme.Service", "method", values{i % 2048})
		m.ID = p.id + uint64(i)*c.Traits().IDs.Step
		if _, err := p.client.sess.Encode(&out, &m); err != nil {
			t.Fatal(err)
		}
	}
	count, start := 0, time.Now()
	s, buf := p.server.sess, out.AppendTo(nil)
	out.Reset()
	for len(buf) > 0 {
		var m codecs.Message
		n, err := s.Decode(&m, buf)
		if n == 0 || err != nil {
			t.Fatalf("request %d of %d: %d bytes, error %v", count, requests, n, err)
		}
		if m.Kind == codecs.Request {
			count++
		}
		m.Release()
		buf = buf[n:]
		if count%1024 == 0 && time.Since(start) > patience {
			t.Fatalf("%d of %d requests took %v", count, requests, time.Since(start))
		}
	}
	if count != requests {
		t.Fatalf("%d of %d requests", count, requests)
	}
}
