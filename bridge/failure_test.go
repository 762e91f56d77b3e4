package bridge_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// quick is less than any wait: what fails at once takes milliseconds, and much more on a machine that is busy.
const quick = 3 * time.Second

func reader(c net.Conn) *bufio.Reader { return bufio.NewReader(c) }

// reset takes a little and hangs up rudely.
func reset(c net.Conn) {
	_, _ = c.Read(make([]byte, 1))
	_ = c.(*net.TCPConn).SetLinger(0)
}

// silent reads and never answers.
func silent(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

// rubbish answers with what is no protocol.
func rubbish(c net.Conn) {
	_, _ = c.Read(make([]byte, 1))
	_, _ = io.WriteString(c, "\x00\x01\x02 what is this\r\n\r\n\r\n")
	_, _ = io.Copy(io.Discard, c)
}

// TestFailures makes each failure that can happen here, at servers of each protocol, and looks at what callers of each protocol
// are told, how fast, and whether their connection is still good.
func TestFailures(t *testing.T) {
	// What a caller is told begins with this.
	type told struct{ redis, dubbo, http string }
	expect := map[string]told{
		"noroute":   {"ec 501: route: match", "status 60: route: match", "404 not_found: route: match"},
		"refused":   {"ec 3031: engine: dial", "status 80: engine: dial", "503 unavailable: engine: dial"},
		"reset":     {"ec 3031: engine: connection to", "exception org.apache.dubbo.rpc.RpcException: engine: connection to", "503 unavailable: engine: connection to"},
		"silent":    {"ec 3041: engine: the deadline", "status 31: engine: the deadline", "504 expired: engine: the deadline"},
		"rubbish":   {"ec 300: ", "status ", "50"},
		"limited":   {"ec 504: filter: admit", "status 100: filter: admit", "429 limited: filter: admit"},
		"forbidden": {"ec 506: filter: admit", "exception org.apache.dubbo.rpc.RpcException: filter: admit", "403 denied: filter: admit"},
	}
	for _, to := range protocols {
		g := start(t, `
clusters:
  good: {protocol: %[1]s, endpoints: [%[2]q]}
  refused: {protocol: %[1]s, endpoints: [%[3]q]}
  reset: {protocol: %[1]s, endpoints: [%[4]q]}
  silent: {protocol: %[1]s, endpoints: [%[5]q]}
  rubbish: {protocol: %[1]s, endpoints: [%[6]q]}
allow: [{service: forbidden}]
rules:
- {match: {service: com.acme.User}, to: good}
- {match: {service: forbidden}, to: good}
- {match: {service: refused}, to: refused}
- {match: {service: reset}, to: reset}
- {match: {service: silent}, to: silent, policy: {timeout: 50ms}}
- {match: {service: rubbish}, to: rubbish}
- {match: {service: limited, method: wait}, to: silent, policy: {timeout: 60s}}
- {match: {service: limited}, to: good, policy: {limit: {rate: 0.001}}}
`, to, servers[to](t, echo).addr, nobody(t), serve(t, reset).addr, serve(t, silent).addr, serve(t, rubbish).addr)
		// The limit's only call.
		if got := callers["redis"](t, g.dial()).call("limited", "x", "y"); strings.HasPrefix(got, "ec") {
			t.Fatal(got)
		}
		for _, from := range protocols {
			c := callers[from](t, g.dial())
			for service, want := range expect {
				t.Run(from+" to "+to+" "+service, func(t *testing.T) {
					began := time.Now()
					got := c.call(service, "getUser", "x")
					if took := time.Since(began); took > quick {
						t.Errorf("answered after %v", took)
					}
					begin := map[string]string{"redis": want.redis, "dubbo": want.dubbo, "http": want.http}[from]
					if !strings.HasPrefix(got, begin) {
						t.Errorf("got %s, want %s…", got, begin)
					}
					if got := c.call(user, "getUser", "x"); got != `"com.acme.User.getUser(x)"` {
						t.Errorf("the next call on this connection: %s", got)
					}
				})
			}
		}
	}
}

// TestTooLarge sends more than the listener takes: the caller is told in its protocol. The frame's end cannot be waited for, so
// the connection ends.
func TestTooLarge(t *testing.T) {
	g := start(t, `
listen: [{addr: "127.0.0.1:0", limits: {frame: 64KiB, head: 8KiB}}]
clusters: {c: {protocol: redis, endpoints: [%q]}}
rules: [{match: {}, to: c}]`, serveRedis(t, echo).addr)
	huge := strings.Repeat("x", 64<<10)
	for _, tc := range []struct{ name, send, want string }{
		{"redis", get(key(user, "getUser", huge)), "-ERR Protocol error: invalid bulk length\r\n"},
		{"dubbo", dubboFrame(twoWay, 0, 5, huge), "\xda\xbb\x02\x28\x00\x00\x00\x00\x00\x00\x00\x05"},
		{"http", post("/"+user+"/getUser", huge), "HTTP/1.1 413 "},
		{"http, a head", "POST /" + huge[:9<<10] + " HTTP/1.1\r\n", "HTTP/1.1 414 "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := g.dial()
			go func() { _, _ = io.WriteString(c, tc.send) }()
			if got := wantEnd(t, c); !strings.HasPrefix(got, tc.want) {
				t.Errorf("got %.200q, want %q…", got, tc.want)
			}
		})
	}
}

// TestMalformed sends requests whose frames are sound and whose insides are not: the call fails alone.
func TestMalformed(t *testing.T) {
	g := start(t, `
clusters: {c: {protocol: redis, endpoints: [%q]}}
rules: [{match: {}, to: c}]`, serveRedis(t, echo).addr)
	for _, tc := range []struct{ from, send, want string }{
		{"redis", get(`{"action":"com.acme.User","params":{"m":"getUser","args":["x"]`), "ec 302: "},
		{"redis", get(`{"action":"com.acme.User","params":{"m":"getUser","args":{"s":1}}}`), "ec 302: "},
		{"redis", get(`{"action":"com.acme.User","params":{"m":"","args":[]}}`), "ec 502: "},
		{"dubbo", dubboFrame(twoWay, 0, 1, hs("2.0.2")+"\x7f"), "status 40: dubbo: decode request"},
		{"dubbo", dubboFrame(twoWay, 0, 1, invocation(user, "0.0.0", "getUser", "Lbad", "", "")), "status 40: dubbo: decode request"},
		{"dubbo", dubboFrame(twoWay, 0, 1, invocation(user, "0.0.0", "getUser", descText, "\x57", "")), "status 40: "},
		{"http", post("/"+user+"/getUser", `["x"`), "400 invalid: "},
		{"http", post("/"+user+"/getUser", `["x"],"m":"wipe"`), "400 invalid: "},
		{"http", post("/"+user+"/getUser", `["x"]}}`), "400 invalid: "},
		{"http", post("/getUser", `["x"]`), "404 not_found: "},
		{"http", strings.Replace(post("/"+user+"/getUser", `["x"]`), "json", "xml", 1), "415 invalid: "},
	} {
		t.Run(tc.from, func(t *testing.T) {
			c := callers[tc.from](t, g.dial())
			send(t, c.conn(), tc.send)
			var got string
			switch c := c.(type) {
			case *redisCaller:
				got = c.outcome()
			case *dubboCaller:
				got = c.outcome(1)
			case *httpCaller:
				got = c.outcome()
			}
			if !strings.HasPrefix(got, tc.want) {
				t.Errorf("%.80q: got %s, want %s…", tc.send, got, tc.want)
			}
			if got := c.call(user, "getUser", "x"); got != `"com.acme.User.getUser(x)"` {
				t.Errorf("the next call on this connection: %s", got)
			}
		})
	}
}
