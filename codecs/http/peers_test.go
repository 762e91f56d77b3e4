package http_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	nethttp "net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge"
	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/http"
	enc "github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Other people's programs on both sides of a gateway that speaks both versions.

const port = "127.0.0.1:0"

// patience bounds every wait; nothing that goes well takes as long.
const patience = 30 * time.Second

// gateway starts one whose clusters are a server of net/http in each version, and gives its address.
func gateway(t *testing.T) string {
	one := httptest.NewServer(nethttp.HandlerFunc(serve))
	t.Cleanup(one.Close)
	two := httptest.NewUnstartedServer(nethttp.HandlerFunc(serve))
	two.Config.Protocols = new(nethttp.Protocols)
	two.Config.Protocols.SetUnencryptedHTTP2(true)
	two.Start()
	t.Cleanup(two.Close)
	list := []codecs.Codec{http.Codec{}, http.Over2()}
	conf, err := config.Parse("test.yaml", fmt.Appendf(nil, `
admin: {addr: "off"}
listen: [{addr: %q}]
clusters:
  one: {protocol: http, endpoints: [%q]}
  two: {protocol: http, endpoints: [%q], options: {version: "2"}}
services:
- {name: users, methods: {get: {http: "GET /users/{id}"}, change: {http: "PATCH /users/{user.id} body=user"}}}
rules: [{match: {service: "one*"}, to: one}, {match: {}, to: two}]
`, port, one.Listener.Addr().String(), two.Listener.Addr().String()), config.Known{Protocols: []codecs.Protocol{list[0], list[1]}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := bridge.New(bridge.Options{Codecs: list, Encodings: []codecs.Encoding{enc.Encoding{}, enc.Encoding{Strings: true}}, Config: conf,
		Filters: []codecs.Filter{feed}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 0)
		defer cancel()
		_ = b.Drain(ctx)
	})
	return b.Addrs()[port].String()
}

// feed answers the calls of one service with several values, to whoever takes them: a stage in the place of a server that streams.
func feed(next codecs.Handler) codecs.Handler {
	return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
		if c.Req.Service != "feed" || !c.Req.Stream {
			return next.Open(c, back)
		}
		method := c.Req.Method
		c.Req.Release()
		back.Send(&codecs.Message{Kind: codecs.Reply, Bare: true})
		for i := range 3 {
			m := codecs.Message{Kind: codecs.Data, Body: wire.Copy(fmt.Appendf(nil, "{\"n\":\n%d}", i))}
			m.Format = codecs.Format{Encoding: "json", Shape: codecs.Value}
			back.Send(&m)
		}
		failure := codecs.Status{Code: codecs.Unavailable, Text: "lost"}
		switch method {
		case "fail":
			back.Send(&codecs.Message{Kind: codecs.Data, End: true, Bare: true, Header: codecs.Header{Status: failure}})
		case "break":
			back.Cancel(failure)
		default:
			back.Send(&codecs.Message{Kind: codecs.Data, End: true, Bare: true})
		}
		return codecs.Gone
	})
}

func TestFeed(t *testing.T) {
	addr := gateway(t)
	const lost = `{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"lost","code":"unavailable"}`
	for version, c := range goClients() {
		t.Cleanup(c.CloseIdleConnections)
		for _, want := range []struct{ method, accept, body string }{
			{"list", "application/x-ndjson", "{\"n\": 0}\n{\"n\": 1}\n{\"n\": 2}\n"},
			{"list", "text/event-stream", "data: {\"n\": 0}\n\ndata: {\"n\": 1}\n\ndata: {\"n\": 2}\n\n"},
			{"fail", "application/x-ndjson", "{\"n\": 0}\n{\"n\": 1}\n{\"n\": 2}\n{\"error\":" + lost + "}\n"},
			{"break", "text/event-stream", "data: {\"n\": 0}\n\ndata: {\"n\": 1}\n\ndata: {\"n\": 2}\n\nevent: error\ndata: " + lost + "\n\n"},
		} {
			r, err := nethttp.NewRequest("POST", "http://"+addr+"/feed/"+want.method, strings.NewReader("[]"))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Accept", want.accept)
			w, err := c.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			p, err := io.ReadAll(w.Body)
			_ = w.Body.Close()
			if err != nil || w.StatusCode != 200 || w.Header.Get("Content-Type") != want.accept || string(p) != want.body {
				t.Errorf("%s %s: %d %q, %v", version, want.method, w.StatusCode, p, err)
			}
		}
	}
}

// seen is what the server tells of a request.
type seen struct {
	Proto, Method, Path, Tenant string
	Body                        json.RawMessage
}

func serve(w nethttp.ResponseWriter, r *nethttp.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		nethttp.Error(w, err.Error(), 500)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Dragoman-Meta-Server", "go")
	switch {
	case strings.HasSuffix(r.URL.Path, "/fail"):
		w.WriteHeader(409)
		_, _ = io.WriteString(w, `{"class":"com.acme.OutOfStock","message":"none","item":7}`)
	case strings.HasSuffix(r.URL.Path, "/echo"):
		_, _ = w.Write(body)
	default:
		if len(body) == 0 {
			body = []byte("null")
		}
		_ = json.NewEncoder(w).Encode(seen{r.Proto, r.Method, r.URL.RequestURI(), r.Header.Get("Dragoman-Meta-Tenant"), body})
	}
}

// goClients are net/http in each version.
func goClients() map[string]*nethttp.Client {
	two := &nethttp.Transport{Protocols: new(nethttp.Protocols)}
	two.Protocols.SetUnencryptedHTTP2(true)
	return map[string]*nethttp.Client{"HTTP/1.1": {Transport: &nethttp.Transport{}, Timeout: patience}, "HTTP/2.0": {Transport: two, Timeout: patience}}
}

func TestGo(t *testing.T) {
	addr := gateway(t)
	for version, c := range goClients() {
		t.Cleanup(c.CloseIdleConnections)
		for service, proto := range map[string]string{"one.Users": "HTTP/1.1", "two.Users": "HTTP/2.0"} {
			do := func(method, path, body string) (*nethttp.Response, string) {
				t.Helper()
				r, err := nethttp.NewRequest(method, "http://"+addr+path, strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Dragoman-Meta-Tenant", "acme")
				w, err := c.Do(r)
				if err != nil {
					t.Fatalf("%s to %s: %v", version, service, err)
				}
				p, err := io.ReadAll(w.Body)
				_ = w.Body.Close()
				if err != nil || w.Proto != version {
					t.Fatalf("%s to %s: %s, %v", version, service, w.Proto, err)
				}
				return w, string(p)
			}
			want := fmt.Sprintf(`{"Proto":%q,"Method":"POST","Path":"/%s/get","Tenant":"acme","Body":["x"]}`, proto, service)
			if w, p := do("POST", "/"+service+"/get", `["x"]`); w.StatusCode != 200 || strings.TrimSpace(p) != want || w.Header.Get("Dragoman-Meta-Server") != "go" {
				t.Errorf("%s to %s: %d %s, want %s", version, service, w.StatusCode, p, want)
			}
			if w, p := do("POST", "/"+service+"/fail", `[]`); w.StatusCode != 409 && w.StatusCode != 500 || !strings.Contains(p, `"class":"com.acme.OutOfStock","message":"none","fields":{"item":7}`) {
				t.Errorf("%s to %s: %d %s", version, service, w.StatusCode, p)
			}
			large := `["` + strings.Repeat("0123456789abcdef", 1<<16) + `"]`
			if w, p := do("POST", "/"+service+"/echo", large); w.StatusCode != 200 || p != large {
				t.Errorf("%s to %s: %d, %d bytes of %d", version, service, w.StatusCode, len(p), len(large))
			}
			if w, p := do("HEAD", "/"+service+"/get", ""); w.StatusCode != 405 || p != "" {
				t.Errorf("%s to %s: HEAD: %d %q", version, service, w.StatusCode, p)
			}
		}
	}
}

// program runs one that may be missing.
func program(t *testing.T, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %q: %v\n%s%s", name, args, err, out.String(), errs.String())
	}
	return out.String()
}

func TestCurl(t *testing.T) {
	addr := gateway(t)
	for _, version := range []string{"--http1.1", "--http2-prior-knowledge", "--http2"} {
		curl := func(path string, args ...string) string {
			return program(t, "curl", append([]string{"-s", "-w", " %{http_version} %{http_code}", version, "http://" + addr + path}, args...)...)
		}
		sent := map[string]string{"--http2-prior-knowledge": "2"}[version]
		if sent == "" {
			sent = "1.1" // an Upgrade is never taken up
		}
		for _, c := range []struct{ path, args, want string }{
			{"/two.Users/get", `--json|["x"]`, `"Method":"POST","Path":"/two.Users/get","Tenant":"","Body":["x"]}` + "\n " + sent + " 200"},
			{"/two.Users/get", `--json|["x"]|-H|Expect: 100-continue`, `"Body":["x"]}` + "\n " + sent + " 200"},
			{"/users/7?a=1", "", `"Method":"GET","Path":"/users/7?a=1","Tenant":"","Body":null}` + "\n " + sent + " 200"},
			{"/users/7", `--json|{"name":"x"}|-X|PATCH`, `"Method":"PATCH","Path":"/users/7","Tenant":"","Body":{"name":"x","id":"7"}}` + "\n " + sent + " 200"},
			{"/two.Users/get", "-d|x=1", "Content-Type must be application/json\",\"code\":\"invalid\"} " + sent + " 415"},
			{"/two.Users/get", "-I|-w| %{http_code}", " 405"},
		} {
			var args []string
			if c.args != "" {
				args = strings.Split(c.args, "|")
			}
			if got := curl(c.path, args...); !strings.HasSuffix(got, c.want) {
				t.Errorf("%s %s %s: %s\nwant %s", version, c.path, c.args, got, c.want)
			}
		}
	}
}

func TestNghttp(t *testing.T) {
	addr := gateway(t)
	file := filepath.Join(t.TempDir(), "body.json")
	large := `["` + strings.Repeat("x", 1<<20) + `"]`
	for path, body := range map[string]string{"/one.Users/get": `["x"]`, "/two.Users/echo": large} {
		if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := program(t, "nghttp", "-d", file, "-H", "content-type: application/json", "http://"+addr+path); !strings.Contains(got, body) {
			t.Errorf("%s: %.300s", path, got)
		}
	}
}

const nodeScript = `
const http2 = require('http2')
const c = http2.connect('http://' + process.argv[1])
let left = 20
for (let i = 0; i < 20; i++) {
  const r = c.request({':method': 'POST', ':path': i % 2 ? '/one.Users/echo' : '/two.Users/echo', 'content-type': 'application/json'})
  let text = ''
  r.on('response', h => { if (h[':status'] !== 200) throw new Error('status ' + h[':status']) })
  r.on('data', d => text += d)
  r.on('end', () => {
    if (JSON.parse(text)[0] !== i) throw new Error(text)
    if (--left === 0) { console.log('all'); c.close() }
  })
  r.end(JSON.stringify([i, 'x'.repeat(10000)]))
}
`

func TestNode(t *testing.T) {
	if got := program(t, "node", "-e", nodeScript, gateway(t)); got != "all\n" {
		t.Error(got)
	}
}
