package interop

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// toolTime bounds one run of a tool.
const toolTime = time.Minute

// certificate makes one for 127.0.0.1 that is its own authority, and gives the files.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "dragoman"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(24 * time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	file := func(name, kind string, p []byte) string {
		name = filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: p}), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	return file("cert.pem", "CERTIFICATE", der), file("key.pem", "PRIVATE KEY", secret)
}

// TestHTTP2Tools calls a method over HTTP/2 with the programs that people have: without TLS by prior knowledge, with TLS by ALPN.
func TestHTTP2Tools(t *testing.T) {
	need(t, "curl", "nghttp", "h2load")
	cert, key := certificate(t)
	body := filepath.Join(t.TempDir(), "args.json")
	if err := os.WriteFile(body, []byte(`["hello"]`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, scheme := range []string{"http", "https"} {
		tls, prior := "", "--http2-prior-knowledge"
		if scheme == "https" {
			tls, prior = fmt.Sprintf(", tls: {cert: %s, key: %s}", cert, key), "--http2"
		}
		g := helloGateway(t, tls)
		url := scheme + "://" + g.addr + "/io.dragoman.Hello/post"
		for _, c := range []struct {
			name string
			args []string
			want []string
		}{
			{"curl", []string{"-sS", prior, "--cacert", cert, "-H", "Content-Type: application/json", "-d", "@" + body, "-w", " %{http_version}", url},
				[]string{`"hello" 2`}},
			{"curl", []string{"-sS", "--http1.1", "--cacert", cert, "-H", "Content-Type: application/json", "-d", "@" + body, "-w", " %{http_version}", url},
				[]string{`"hello" 1.1`}},
			// It believes any certificate.
			{"nghttp", []string{"-v", "-H", "content-type: application/json", "-d", body, url}, []string{":status: 200", `"hello"`, "GOAWAY"}},
			{"h2load", []string{"-n", "2000", "-c", "4", "-m", "16", "-H", "content-type: application/json", "-d", body, url},
				[]string{"2000 succeeded, 0 failed", "status codes: 2000 2xx"}},
		} {
			t.Run(scheme+" "+c.name, func(t *testing.T) {
				out, err := output(t, toolTime, c.name, c.args...)
				for _, want := range c.want {
					if err != nil || !strings.Contains(out, want) {
						t.Fatalf("%v: %s lacks %s", err, end(out), want)
					}
				}
			})
		}
	}
}

// TestGRPCurl calls with what the server's own reflection says, with dragoman's, and with a file.
func TestGRPCurl(t *testing.T) {
	need(t, "grpcurl", "grpcgo")
	p, err := startPeer(t, "grpcgo")
	if err != nil {
		t.Fatal(err)
	}
	a, err := p.ask(map[string]any{"op": "serve"})
	if err != nil || a.Port == 0 {
		t.Fatalf("it does not serve: %v", err)
	}
	file, err := filepath.Abs("../peers/sample.proto")
	if err != nil {
		t.Fatal(err)
	}
	ours := runGateway(t, fmt.Sprintf(`
listen: [{addr: "127.0.0.1:0", accept: [http, grpc], options: {grpc: {reflection: "on"}}}]
log: {level: debug, format: json}
admin: {addr: "off"}
clusters: {far: {protocol: grpc, endpoints: ["127.0.0.1:%d"]}}
services: [{name: %s, contract: %s}]
rules: [{match: {service: "*"}, to: far}]
`, a.Port, sample, file))
	t.Run("reflection", func(t *testing.T) { grpcurl(t, ours) })
	plain := between(t, a.Port)
	t.Run("file", func(t *testing.T) {
		grpcurl(t, plain, "-import-path", filepath.Dir(file), "-proto", filepath.Base(file))
	})
}

// grpcurl makes a call of each kind. flags say where it has its descriptors from.
func grpcurl(t *testing.T, g *gateway, flags ...string) {
	flags = append([]string{"-plaintext"}, flags...)
	run := func(name string, check func(out string, err error) bool, args ...string) {
		t.Run(name, func(t *testing.T) {
			out, err := output(t, toolTime, "grpcurl", append(append([]string(nil), flags...), args...)...)
			if !check(out, err) {
				t.Errorf("%v: %s", err, end(out))
			}
		})
	}
	has := func(code string, parts ...string) func(string, error) bool {
		return func(out string, err error) bool {
			ok := err == nil && code == "" || err != nil && err.Error() == "exit status "+code
			for _, part := range parts {
				ok = ok && strings.Contains(out, part)
			}
			return ok
		}
	}
	run("unary", func(out string, err error) bool {
		var reply struct{ Value string }
		return err == nil && json.Unmarshal([]byte(out), &reply) == nil && reply.Value == text
	}, "-d", `{"s": "`+text+`"}`, g.addr, sample+"/Echo")
	run("server stream", has("", `"order-0"`, `"order-1"`), "-d", `{"n": 2}`, g.addr, sample+"/Watch")
	run("client stream", has("", `2`), "-d", `{"sku": "a"} {"sku": "b"}`, g.addr, sample+"/Total")
	run("bidi", has("", `"one"`, `"two"`), "-d", `{"s": "one"} {"s": "two"}`, g.addr, sample+"/Chat")
	run("status", has("73", "FailedPrecondition", "Shortage"), "-d", `{"code": 9, "message": "no"}`, g.addr, sample+"/Fail")
	run("deadline", has("68", "DeadlineExceeded"), "-max-time", "0.3", "-d", `{"millis": 5000}`, g.addr, sample+"/Slow")
	if len(flags) == 1 {
		run("list", has("", sample), g.addr, "list")
		run("describe", has("", "rpc Chat ( stream"), g.addr, "describe", sample)
	}
}
