package guide

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// This file stands in for the gRPC programs of the guide: net/http's HTTP/2, and by hand what gRPC says on it. It shares nothing with
// codecs/h2, codecs/grpc and codecs/proto.

// plainHTTP2 is HTTP/2 with prior knowledge, and HTTP/1.1 where both is set.
func plainHTTP2(both bool) *http.Protocols {
	p := new(http.Protocols)
	p.SetUnencryptedHTTP2(true)
	p.SetHTTP1(both)
	return p
}

// serveHTTP2 serves until the test ends.
func serveHTTP2(t *testing.T, addr string, h http.Handler) {
	t.Helper()
	lis, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: h, Protocols: plainHTTP2(false)}
	go func() { _ = srv.Serve(lis) }()
	t.Cleanup(func() { _ = srv.Close() })
}

// orders is the service acme.v1.Orders of the guide's orders.proto.
func orders(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Content-Type", "application/grpc")
	if v := r.Header.Get("city-bin"); v != "" {
		head.Set("city-bin", v)
	}
	end := func(code int, text string) {
		head.Set(http.TrailerPrefix+"Grpc-Status", fmt.Sprint(code))
		head.Set(http.TrailerPrefix+"Grpc-Message", text)
	}
	flush := http.NewResponseController(w)
	for asked := 0; ; asked++ {
		in, err := grpcMessage(r.Body)
		if err != nil {
			if !errors.Is(err, io.EOF) || asked == 0 {
				end(13, err.Error())
				return
			}
			end(0, "")
			return
		}
		n := int(binaryField(in, 1))
		var out []string
		switch r.URL.Path {
		case "/acme.v1.Orders/Get":
			if n > 7 {
				end(5, fmt.Sprintf("no order %d", n))
				return
			}
			out = append(out, orderOf(n, "pen", 2))
		case "/acme.v1.Orders/Watch":
			for i := range n {
				out = append(out, orderOf(i+1, "pen", i+1))
			}
		case "/acme.v1.Orders/Reserve":
			out = append(out, orderOf(asked+1, "pen", int(binaryField(in, 2))))
		default:
			end(12, "no method "+r.URL.Path)
			return
		}
		for _, m := range out {
			if _, err := io.WriteString(w, prefixed(m)); err != nil {
				return
			}
			_ = flush.Flush() // the next write says what is wrong
		}
	}
}

func orderOf(id int, sku string, wanted int) string {
	return number(1, id) + bytesField(2, sku) + number(3, wanted)
}

// grpcMessage reads a message behind its prefix: a flag and four bytes of length.
func grpcMessage(r io.Reader) ([]byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	body := make([]byte, binary.BigEndian.Uint32(head[1:]))
	_, err := io.ReadFull(r, body)
	return body, err
}

func prefixed(m string) string {
	return string(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(m)))) + m
}

func number(field, v int) string {
	return string(binary.AppendUvarint(binary.AppendUvarint(nil, uint64(field)<<3), uint64(v)))
}

func bytesField(field int, s string) string {
	return string(binary.AppendUvarint(binary.AppendUvarint(nil, uint64(field)<<3|2), uint64(len(s)))) + s
}

// binaryField finds a varint among the fields of a message, 0 if it is not there.
func binaryField(p []byte, field uint64) (v uint64) {
	for len(p) > 0 {
		tag, n := binary.Uvarint(p)
		x, size := binary.Uvarint(p[max(n, 0):])
		if n <= 0 || size <= 0 {
			return 0
		}
		p = p[n+size:]
		switch {
		case tag == field<<3:
			return x
		case tag&7 == 2 && x <= uint64(len(p)):
			p = p[x:]
		}
	}
	return 0
}

// grpcConsumer makes the calls that the guide describes without a command, and looks at what a gRPC client sees.
func grpcConsumer(t *testing.T, addr string) {
	cl := &http.Client{Transport: &http.Transport{Protocols: plainHTTP2(false)}}
	defer cl.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	call := func(id int) (reply string, status http.Header) {
		t.Helper()
		req, err := http.NewRequestWithContext(ctx, "POST", "http://"+addr+"/acme.v1.Users/Get", strings.NewReader(prefixed(number(1, id))))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/grpc")
		req.Header.Set("TE", "trailers")
		res, err := cl.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if status = res.Trailer; res.Header.Get("Grpc-Status") != "" {
			status = res.Header
		}
		return string(body), status
	}
	reply, status := call(7)
	if status.Get("Grpc-Status") != "0" || !strings.Contains(reply, bytesField(2, "Alice")) || !strings.Contains(reply, number(1, 7)) {
		t.Errorf("Get of 7 gave %q with %v", reply, status)
	}
	_, status = call(8)
	details, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(status.Get("Grpc-Status-Details-Bin"), "="))
	if err != nil || status.Get("Grpc-Status") != "2" || status.Get("Grpc-Message") != "no user 8" ||
		!strings.Contains(string(details), "type.googleapis.com/dragoman.v1.Fault") || !strings.Contains(string(details), "com.acme.NoSuchUser") {
		t.Errorf("Get of 8 gave %v, details %q (%v)", status, details, err)
	}
}

// openssl makes a certificate for the names of loopback, whatever it is told, and knows -keyout and -out.
func openssl(args []string) int {
	value := func(flag string) string {
		if i := slices.Index(args, flag); i >= 0 && i+1 < len(args) {
			return args[i+1]
		}
		return os.DevNull
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return complain(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		return complain(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return complain(err)
	}
	for file, block := range map[string]*pem.Block{
		value("-out"):    {Type: "CERTIFICATE", Bytes: cert},
		value("-keyout"): {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			return complain(err)
		}
	}
	return 0
}
