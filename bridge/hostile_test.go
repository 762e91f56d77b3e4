package bridge_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// victim is the variable that makes the test's own program a gateway to the endpoint in it, so that its memory can be measured.
const victim = "DRAGOMAN_VICTIM"

func serveVictim() {
	_, _ = io.Copy(os.Stdout, strings.NewReader(runVictim(os.Getenv(victim)))) // the parent sees what is missing
	_, _ = io.Copy(io.Discard, os.Stdin)                                       // until the parent ends
}

func runVictim(endpoint string) string {
	t := &testing.T{} // never fails: what start tells it is told by its silence
	g := start(t, "clusters: {c: {protocol: redis, endpoints: [%q]}}\nrules: [{match: {}, to: c}]", endpoint)
	return g.addr(port) + "\n"
}

// process is a gateway in a process of its own.
type process struct {
	t    testing.TB
	pid  int
	addr string
}

func startVictim(t testing.TB, endpoint string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), victim+"="+endpoint, "GOMEMLIMIT=off", "GOGC=100")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the gateway did not start: %v", err)
	}
	return &process{t, cmd.Process.Pid, strings.TrimSpace(addr)}
}

func (p *process) dial() net.Conn { return dial(p.t, "tcp", p.addr) }

// attack is bytes from a client, and what the answer must begin with; end says that the gateway hangs up.
type attack struct {
	name, send, want string
	end              bool
}

func attacks() []attack {
	path := "/" + user + "/getUser"
	call := func(args string) string {
		return dubboFrame(twoWay, 0, 1, invocation(user, "0.0.0", "getUser", "Ljava/lang/Object;", args, attached("path", user)))
	}
	smuggle := func(fields string) string {
		return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + fields + "\r\n5\r\n[\"x\"]\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: localhost\r\n\r\n"
	}
	const (
		status40 = "\xda\xbb\x02\x28"
		status20 = "\xda\xbb\x02\x14"
	)
	// Each list holds the one before it twice.
	bomb := "\x5a"
	for i := range 24 {
		bomb = "\x7a" + bomb + "Q" + string([]byte{0x90 + byte(24-i)})
	}
	return []attack{
		{"no protocol", "\x00\x01\x02\x03 who is there", "", true},
		{"magic", "\xda\xbc" + strings.Repeat("x", 30), "", true},
		{"dubbo, negative length", "\xda\xbb\xc2\x00" + strings.Repeat("\x00", 8) + "\xff\xff\xff\xff", "", true},
		{"dubbo, huge length", "\xda\xbb\xc2\x00" + strings.Repeat("\x00", 7) + "\x01\x7f\xff\xff\xff", status40, true},
		{"dubbo, nesting", call(strings.Repeat("\x79", 100_000) + "N"), "\xda\xbb\x02", false},
		{"dubbo, untyped nesting", call(strings.Repeat("\x57", 100_000) + "N" + strings.Repeat("Z", 100_000)), "\xda\xbb\x02", false},
		{"dubbo, references", call(bomb), "\xda\xbb\x02", false},
		{"dubbo, fields", call("C" + hs("com.acme.Bomb") + "I\x7f\xff\xff\xff" + hs("a")), "\xda\xbb\x02", false},
		{"dubbo, list of 2^31", call("VN" + "I\x7f\xff\xff\xff"), "\xda\xbb\x02", false},
		{"dubbo, text of chunks", call(strings.Repeat("R\x00\x00", 100_000) + "\x00"), "\xda\xbb\x02", false},
		{"dubbo, descriptor", dubboFrame(twoWay, 0, 1, invocation(user, "0.0.0", "getUser", strings.Repeat("I", 1000), "", "")), status40, false},
		{"redis, negative array", "*-5\r\n*1\r\n$4\r\nPING\r\n", "+PONG\r\n", false},
		{"redis, huge array", "*2147483647\r\n", "-ERR Protocol error", true},
		{"redis, negative bulk", "*2\r\n$3\r\nGET\r\n$-7\r\n", "-ERR Protocol error", true},
		{"redis, huge bulk", "*2\r\n$3\r\nGET\r\n$2147483647\r\n", "-ERR Protocol error", true},
		{"redis, overflow", "*2\r\n$3\r\nGET\r\n$99999999999999999999999\r\n", "-ERR Protocol error", true},
		{"redis, nesting", get(`{"action":"com.acme.User","params":{"m":"getUser","args":[` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `]}}`), "$", false},
		{"redis, inline of 64 KiB", "PING " + strings.Repeat("x", 64<<10), "-ERR Protocol error", true},
		{"http, a page's post", "POST / HTTP/1.0\r\n\r\n", "HTTP/1.1 40", true},
		{"http, two lengths", smuggle("Content-Length: 5\r\nContent-Length: 6\r\n"), "HTTP/1.1 400 ", true},
		{"http, both", smuggle("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), "HTTP/1.1 400 ", true},
		{"http, hidden chunked", smuggle("Transfer-Encoding: xchunked\r\n"), "HTTP/1.1 ", true},
		{"http, chunked twice", smuggle("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), "HTTP/1.1 400 ", true},
		{"http, space before the colon", smuggle("Transfer-Encoding : chunked\r\nContent-Length: 5\r\n"), "HTTP/1.1 400 ", true},
		{"http, fold", smuggle("X: a\r\n b\r\nContent-Length: 5\r\n"), "HTTP/1.1 400 ", true},
		{"http, bare LF", strings.ReplaceAll(post(path, `["x"]`), "\r\n", "\n"), "HTTP/1.1 400 ", true},
		{"http, huge chunk", "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n", "HTTP/1.1 413 ", true},
		{"http, nesting", post(path, strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)), "HTTP/1.1 400 ", false},
		{"http, 10^5 fields", "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + strings.Repeat("a: b\r\n", 100_000) + "\r\n", "HTTP/1.1 431 ", true},
	}
}

// alongside runs healthy clients, one of each protocol, until the func it returns is called: they see no error.
func alongside(t *testing.T, connect func() net.Conn) (stop func()) {
	quit := make(chan struct{})
	var wg sync.WaitGroup
	for _, from := range protocols {
		c := callers[from](t, connect())
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-quit:
					if n == 0 {
						t.Errorf("%s: the healthy client got no turn", from)
					}
					return
				default:
				}
				if err := c.conn().SetDeadline(time.Now().Add(patience)); err != nil {
					t.Error(err)
					return
				}
				if got := c.call(user, "getUser", "fit"); got != `"com.acme.User.getUser(fit)"` {
					t.Errorf("%s: a healthy client got %s", from, got)
					return
				}
				time.Sleep(time.Millisecond)
			}
		})
	}
	return func() { close(quit); wg.Wait() }
}

// TestHostile: each attack is answered in its protocol or with a close, whole and cut in pieces, and harms nobody else.
func TestHostile(t *testing.T) {
	p := startVictim(t, serveRedis(t, echo).addr)
	stop := alongside(t, p.dial)
	defer stop()
	for _, a := range attacks() {
		t.Run(a.name, func(t *testing.T) {
			for _, cut := range []int{len(a.send), 1, len(a.send) / 2} {
				c := p.dial()
				go func() {
					_, _ = io.WriteString(c, a.send[:cut]) // the gateway may hang up on it
					_, _ = io.WriteString(c, a.send[cut:])
				}()
				if a.end {
					// After a reset what was said may be lost.
					if got, err := io.ReadAll(c); err == nil && !strings.HasPrefix(string(got), a.want) || os.IsTimeout(err) {
						t.Errorf("cut at %d: got %.100q, %v, want %q and the end", cut, got, err, a.want)
					}
				} else {
					got := make([]byte, len(a.want))
					if _, err := io.ReadFull(c, got); err != nil || string(got) != a.want {
						t.Errorf("cut at %d: got %q, %v, want %q", cut, got, err, a.want)
					}
				}
				_ = c.Close()
			}
		})
	}
}

// TestHalves: clients that end in the middle of a request, at any point of it, are hung up on; those that end behind it get their
// answer.
func TestHalves(t *testing.T) {
	g := start(t, "clusters: {c: {protocol: redis, endpoints: [%q]}}\nrules: [{match: {}, to: c}]", serveRedis(t, echo).addr)
	for from, whole := range map[string]string{
		"redis": get(key(user, "getUser", "x")), "dubbo": dubboRequest(twoWay, 1, user, "getUser", "x"), "http": post("/"+user+"/getUser", `["x"]`),
	} {
		for n := 1; n <= len(whole); n++ {
			c := g.dial()
			send(t, c, whole[:n])
			if err := c.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			got := wantEnd(t, c)
			if answered := strings.Contains(got, "com.acme.User.getUser(x)"); answered != (n == len(whole)) {
				t.Errorf("%s, %d of %d bytes: %q", from, n, len(whole), got)
			}
			_ = c.Close()
		}
	}
}

// TestSlowBytes: a request that comes byte by byte is a request.
func TestSlowBytes(t *testing.T) {
	g := start(t, "clusters: {c: {protocol: redis, endpoints: [%q]}}\nrules: [{match: {}, to: c}]", serveRedis(t, echo).addr)
	for from, whole := range map[string]string{
		"redis": get(key(user, "getUser", "x")), "dubbo": dubboRequest(twoWay, 1, user, "getUser", "x"), "http": post("/"+user+"/getUser", `["x"]`),
	} {
		c := callers[from](t, g.dial())
		for i := range len(whole) {
			send(t, c.conn(), whole[i:i+1])
		}
		var got string
		switch c := c.(type) {
		case *redisCaller:
			got = c.outcome()
		case *dubboCaller:
			got = c.outcome(1)
		case *httpCaller:
			got = c.outcome()
		}
		if got != `"com.acme.User.getUser(x)"` {
			t.Errorf("%s: %s", from, got)
		}
	}
}

// TestPipelines: 10^5 commands in one go are answered, all of them and in order.
func TestPipelines(t *testing.T) {
	g := start(t, "clusters: {c: {protocol: dubbo, endpoints: [%q]}}\nrules: [{match: {}, to: c}]", serveDubbo(t, echo).addr)
	const n = 100_000
	c := g.dial()
	go func() {
		w := bufio.NewWriter(c)
		for i := range n {
			if i%100 == 0 {
				_, _ = w.WriteString(get(key(user, "getUser", strconv.Itoa(i))))
			} else {
				_, _ = w.WriteString("PING\r\n")
			}
		}
		_ = w.Flush() // the reader sees what is missing
	}()
	r := bufio.NewReader(c)
	for i := range n {
		if i%100 != 0 {
			if got := line(t, r); got != "+PONG" {
				t.Fatalf("%d: %q", i, got)
			}
		} else if got, want := bulk(t, r), fmt.Sprintf(`{"ec":200,"em":"","result":"com.acme.User.getUser(%d)"}`, i); got != want {
			t.Fatalf("%d: %s, want %s", i, got, want)
		}
	}
}

// TestSlowReader: what a client does not read is bounded by the calls that it may have in flight: no more are made for it.
func TestSlowReader(t *testing.T) {
	const calls = 8
	var made atomic.Int32
	s := serveRedis(t, func(r *request) string {
		if r.method == "big" {
			made.Add(1)
			return strings.Repeat("y", 1<<20)
		}
		return "ok"
	})
	g := start(t, `
defaults: {timeout: 60s}
listen: [{addr: "127.0.0.1:0", limits: {calls: %d}}]
clusters: {c: {protocol: redis, endpoints: [%q]}}
rules: [{match: {}, to: c}]`, calls, s.addr)
	c := g.dial()
	const n = 40
	send(t, c, strings.Repeat(get(key(user, "big", "x")), n))
	other := callers["http"](t, g.dial())
	until(t, "replies are made", func() bool { return made.Load() >= calls })
	for range 200 {
		if got := other.call(user, "getUser", "x"); got != `"ok"` {
			t.Fatal(got)
		}
	}
	// The system's own buffers take some replies.
	if m := made.Load(); m > 4*calls {
		t.Errorf("%d replies were made for a client that reads none, with %d calls in flight at most", m, calls)
	}
	r := bufio.NewReader(c)
	for range n {
		if got := bulk(t, r); len(got) < 1<<20 {
			t.Fatalf("%.100s", got)
		}
	}
}
