package interop

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// proxyConfiguration fills a template of conformance/peers/proxies: a port to listen on and one of what is behind.
func proxyConfiguration(t *testing.T, name string, listen, far int) (file string) {
	t.Helper()
	template, err := os.ReadFile(filepath.Join("..", "peers", "proxies", name))
	if err != nil {
		t.Fatal(err)
	}
	conf := strings.NewReplacer("${LISTEN}", strconv.Itoa(listen), "${FAR}", strconv.Itoa(far)).Replace(string(bytes.TrimSpace(template)))
	file = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(conf+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// proxies are other programs that pass gRPC on, with what they are started with.
var proxies = map[string]struct {
	template string
	args     func(file string) []string
}{
	// One worker, and without the memory that its processes share.
	"envoy":   {"envoy.yaml", func(f string) []string { return []string{"-c", f, "--concurrency", "1", "--disable-hot-restart"} }},
	"haproxy": {"haproxy.cfg", func(f string) []string { return []string{"-db", "-f", f} }},
}

// startProxy starts a proxy before a port of 127.0.0.1.
func startProxy(t *testing.T, name string, far int) (port int) {
	t.Helper()
	port = freePort(t)
	p := proxies[name]
	startServer(t, port, name, p.args(proxyConfiguration(t, p.template, port, far))...)
	return port
}

// TestProxies runs all cases of a gRPC client with a gRPC server behind both another's proxy and dragoman, in either order.
func TestProxies(t *testing.T) {
	need(t, "envoy", "haproxy", "grpcio", "grpcgo")
	server, err := startPeer(t, "grpcgo")
	if err != nil {
		t.Fatal(err)
	}
	a, err := server.ask(map[string]any{"op": "serve"})
	if err != nil || a.Port == 0 {
		t.Fatalf("it does not serve: %v", err)
	}
	client, err := startPeer(t, "grpcio")
	if err != nil {
		t.Fatal(err)
	}
	names, err := client.cases()
	if err != nil {
		t.Fatal(err)
	}
	for name := range proxies {
		t.Run(name+" in front", func(t *testing.T) {
			g := between(t, a.Port)
			port := startProxy(t, name, portOf(t, g.addr))
			proxyCases(t, client, names, fmt.Sprintf("127.0.0.1:%d", port), g)
		})
		t.Run(name+" behind", func(t *testing.T) {
			g := between(t, startProxy(t, name, a.Port))
			proxyCases(t, client, names, g.addr, g)
		})
	}
}

func proxyCases(t *testing.T, client *peer, names []string, addr string, g *gateway) {
	for _, name := range names {
		if !wanted("INTEROP_CASES", name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			from := g.log.size()
			if err := client.run(name, addr, map[string]any{}); err != nil {
				t.Errorf("%s%s", short(err.Error()), g.log.failures(from))
			}
		})
	}
}
