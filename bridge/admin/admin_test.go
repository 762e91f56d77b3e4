package admin

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type fake struct {
	ready   atomic.Bool
	reloads atomic.Int32
	drains  atomic.Int32
	fail    error
}

func (f *fake) Ready() bool     { return f.ready.Load() }
func (f *fake) Status() any     { return map[string]string{"version": "1.2.3"} }
func (f *fake) Contracts() any  { return map[string]string{"learn": "use"} }
func (f *fake) Learned() []byte { return []byte("class a.B;\n") }
func (f *fake) Reload() error   { f.reloads.Add(1); return f.fail }
func (f *fake) Drain()          { f.drains.Add(1) }

// running is a Server on both ways.
type running struct {
	t      *testing.T
	bridge *fake
	addr   string
	socket string
}

func start(t *testing.T) *running {
	t.Helper()
	r := &running{t: t, bridge: &fake{}, socket: filepath.Join(t.TempDir(), "admin.sock")}
	s, err := Listen(Options{Addr: "127.0.0.1:0", Socket: r.socket, Bridge: r.bridge, Log: slog.New(slog.DiscardHandler),
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { text(w, http.StatusOK, "calls 1") })})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	r.addr = s.Addr().String()
	return r
}

// ask sends a request: over the socket if header is nil, else over TCP with these fields.
func (r *running) ask(method, path string, header map[string]string) (status int, body string) {
	r.t.Helper()
	network, addr := "tcp", r.addr
	if header == nil {
		network, addr = "unix", r.socket
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, addr)
	}}}
	req, err := http.NewRequest(method, "http://"+r.addr+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	if host := header["Host"]; host != "" {
		req.Host = host
	}
	res, err := client.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	page, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		r.t.Fatal(err)
	}
	return res.StatusCode, string(page)
}

func TestPages(t *testing.T) {
	r := start(t)
	for _, over := range []map[string]string{nil, {}} {
		r.bridge.ready.Store(true)
		for path, want := range map[string]string{"/health": "alive", "/ready": "ready", "/metrics": "calls 1", "/status": `"version": "1.2.3"`, "/contracts": `"learn": "use"`,
			"/contracts/learned": "class a.B;"} {
			if status, body := r.ask("GET", path, over); status != 200 || !strings.Contains(body, want) {
				t.Errorf("GET %s: %d %q, want 200 with %q", path, status, body, want)
			}
		}
		r.bridge.ready.Store(false)
		if status, _ := r.ask("GET", "/ready", over); status != 503 {
			t.Errorf("GET /ready when it is not: %d, want 503", status)
		}
		if status, _ := r.ask("GET", "/health", over); status != 200 {
			t.Errorf("GET /health when it is not ready: %d, want 200", status)
		}
		if status, _ := r.ask("GET", "/secrets", over); status != 404 {
			t.Errorf("GET /secrets: %d, want 404", status)
		}
	}
}

func TestCommandsOnlyOverTheSocket(t *testing.T) {
	r := start(t)
	for _, path := range []string{"/reload", "/drain"} {
		if status, body := r.ask("POST", path, map[string]string{}); status != 403 || !strings.Contains(body, "admin.socket") {
			t.Errorf("POST %s over TCP: %d %q, want 403 and where else", path, status, body)
		}
	}
	if n := r.bridge.reloads.Load() + r.bridge.drains.Load(); n != 0 {
		t.Fatalf("%d commands were carried out", n)
	}
	if status, body := r.ask("GET", "/reload", nil); status != 405 {
		t.Errorf("GET /reload: %d %q, want 405: looking must change nothing", status, body)
	}
	if status, body := r.ask("POST", "/reload", nil); status != 200 || r.bridge.reloads.Load() != 1 {
		t.Errorf("POST /reload: %d %q", status, body)
	}
	r.bridge.fail = errors.New("dragoman.yaml:3:9: no")
	if status, body := r.ask("POST", "/reload", nil); status != 422 || body != "dragoman.yaml:3:9: no\n" {
		t.Errorf("POST /reload that fails: %d %q", status, body)
	}
	if status, _ := r.ask("POST", "/drain", nil); status != 202 || r.bridge.drains.Load() != 1 {
		t.Errorf("POST /drain: %d", status)
	}
}

func TestWebPagesAreKeptOut(t *testing.T) {
	r := start(t)
	_, port, _ := net.SplitHostPort(r.addr)
	for _, c := range []struct {
		host, origin string
		want         int
	}{
		{"", "", 200},
		{"localhost", "", 200},
		{"localhost:" + port, "", 200},
		{"[::1]:" + port, "", 200},
		{"[::1]", "", 200},
		{"127.0.0.2", "", 200},
		{"evil.example", "", 403},
		{"evil.example:" + port, "", 403},
		{"localhost.evil.example", "", 403},
		{"10.0.0.1:" + port, "", 403},
		{"0x7f.1", "", 403},
		{"", "http://evil.example", 403},
		{"", "null", 403},
		{"", "http://127.0.0.1:1", 403},
		{"", "http://" + r.addr, 200},
	} {
		header := map[string]string{}
		if c.host != "" {
			header["Host"] = c.host
		}
		if c.origin != "" {
			header["Origin"] = c.origin
		}
		if status, body := r.ask("GET", "/status", header); status != c.want {
			t.Errorf("Host %q, Origin %q: %d %q, want %d", c.host, c.origin, status, body, c.want)
		}
	}
}

func TestConfiguredHostName(t *testing.T) {
	for host, want := range map[string]bool{"gw.acme.example:7070": true, "gw.acme.example": true, "evil.example:7070": false} {
		if got := ourName(&http.Request{Host: host}, "gw.acme.example"); got != want {
			t.Errorf("%q: got %v, want %v", host, got, want)
		}
	}
	if ourName(&http.Request{}, "") {
		t.Error("no Host passes where every address is listened to")
	}
}

func TestTrusted(t *testing.T) {
	for _, c := range []struct {
		uid  uint32
		own  int
		want bool
	}{{1000, 1000, true}, {0, 1000, true}, {1001, 1000, false}, {1000, 0, false}, {^uint32(0), 1000, false}} {
		if got := trusted(c.uid, c.own); got != c.want {
			t.Errorf("user %d to a process of %d: %v, want %v", c.uid, c.own, got, c.want)
		}
	}
}

func TestSocketIsPrivateAndReplacesADeadOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin.sock")
	dead, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	dead.(*net.UnixListener).SetUnlinkOnClose(false)
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	o := Options{Socket: path, Bridge: &fake{}, Metrics: http.NotFoundHandler(), Log: slog.New(slog.DiscardHandler)}
	s, err := Listen(o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode().Perm(), err)
	}
	if s.Addr() != nil {
		t.Errorf("address %v without one configured", s.Addr())
	}
	if _, err := Listen(o); err == nil || !strings.Contains(err.Error(), "another process answers there") {
		t.Errorf("second on the same socket: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Socket = file
	if _, err := Listen(o); err == nil {
		t.Error("a file that is no socket was taken for one")
	}
	if kept, err := os.ReadFile(file); err != nil || string(kept) != "precious" {
		t.Errorf("the file is now %q, %v", kept, err)
	}
}

func TestNoneConfigured(t *testing.T) {
	s, err := Listen(Options{})
	if s != nil || err != nil || s.Addr() != nil {
		t.Errorf("got %v, %v", s, err)
	}
	s.Close()
}
