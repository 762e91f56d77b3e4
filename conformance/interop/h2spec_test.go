package interop

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// hello answers every request over HTTP/1 in the same way.
func hello(t *testing.T) (addr string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // whoever breaks off gets no answer
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `"hello"`)
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// helloGateway is dragoman before hello, with one method that is called with GET and one with POST. tls is what the listener has of it.
func helloGateway(t *testing.T, tls string) *gateway {
	t.Helper()
	return runGateway(t, fmt.Sprintf(`
listen: [{addr: "127.0.0.1:0", accept: [http, grpc]%s}]
log: {level: debug, format: json}
admin: {addr: "off"}
clusters: {far: {protocol: http, endpoints: ["%s"]}}
services: [{name: io.dragoman.Hello, methods: {get: {http: "GET /hello"}}}]
rules: [{match: {service: "*"}, to: far}]
`, tls, hello(t)))
}

// summary is how h2spec and h2specd end.
var summary = regexp.MustCompile(`(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed`)

// judged reads a summary: all of at least so many cases must have passed.
func judged(out string, least int) error {
	m := summary.FindStringSubmatch(out)
	if m == nil {
		return fmt.Errorf("no summary: %s", end(out))
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n < least || m[2] != m[1] {
		_, failures, _ := strings.Cut(out, "Failures:")
		return fmt.Errorf("%s, want all of %d at least: %s", m[0], least, failures)
	}
	return nil
}

// TestH2Spec runs all cases of h2spec, the strict ones too, against a path that answers and against one that refuses GET.
func TestH2Spec(t *testing.T) {
	need(t, "h2spec")
	cert, key := certificate(t)
	for _, tls := range []bool{false, true} {
		listener, flags := "", []string{"-S", "-h", "127.0.0.1"}
		if tls {
			listener, flags = fmt.Sprintf(", tls: {cert: %s, key: %s}", cert, key), append(flags, "-t", "-k")
		}
		g := helloGateway(t, listener)
		flags = append(flags, "-p", strconv.Itoa(portOf(t, g.addr)))
		for _, path := range []string{"/hello", "/io.dragoman.Hello/post"} {
			t.Run(fmt.Sprintf("%s tls=%t", path[1:], tls), func(t *testing.T) {
				out, _ := output(t, 3*time.Minute, "h2spec", append(slices.Clone(flags), "-P", path)...) // the summary tells what its exit code does
				if err := judged(out, 146); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// h2specdCases is how many cases, and ports, h2specd has.
const h2specdCases = 57

// TestH2Specd has dragoman call h2specd, which has a port for every case: each is a cluster of its own, called by curl.
func TestH2Specd(t *testing.T) {
	need(t, "h2specd", "curl")
	first, err := portsInARow(h2specdCases)
	if err != nil {
		t.Fatal(err)
	}
	var clusters, rules strings.Builder
	for p := first; p < first+h2specdCases; p++ {
		fmt.Fprintf(&clusters, "  p%d: {protocol: http, endpoints: [\"127.0.0.1:%d\"], options: {version: \"2\"}}\n", p, p)
		fmt.Fprintf(&rules, "- {match: {service: p%d}, to: p%d, policy: {timeout: 2s, retry: {times: 0}}}\n", p, p)
	}
	g := runGateway(t, fmt.Sprintf("listen: [{addr: \"127.0.0.1:0\", accept: [http]}]\nlog: {level: debug, format: json}\nadmin: {addr: \"off\"}\n"+
		"clusters:\n%srules:\n%s", clusters.String(), rules.String()))
	// It is started with the URL of the case: http://127.0.0.1:PORT/.
	script := filepath.Join(t.TempDir(), "call.sh")
	call := "#!/bin/sh\np=${1%/}\nexec curl -s -m 2 -H 'Content-Type: application/json' -d '[]' http://" + g.addr + "/p${p##*:}/call\n"
	if err := os.WriteFile(script, []byte(call), 0o700); err != nil {
		t.Fatal(err)
	}
	// Its exit code is 0 whatever has failed.
	out, _ := output(t, 5*time.Minute, "h2specd", "-S", "-h", "127.0.0.1", "-p", strconv.Itoa(freePort(t)), "-f", strconv.Itoa(first), "-e", script)
	out, _, _ = strings.Cut(out, "accept tcp") // what its listeners say of their end
	if err := judged(out, h2specdCases); err != nil {
		t.Error(err)
	}
}

// portsInARow finds n ports that are free, or were a moment ago.
func portsInARow(n int) (first int, err error) {
	for first = 31000; first < 60000; first += n {
		if rowFree(first, n) {
			return first, nil
		}
	}
	return 0, errors.New("no ports in a row are free")
}

func rowFree(first, n int) bool {
	for p := first; p < first+n; p++ {
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(p))
		if err != nil {
			return false
		}
		_ = l.Close()
	}
	return true
}
