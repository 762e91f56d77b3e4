package guide

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
)

// standIns are the programs that this binary is under other names: as much of them as the guide uses.
var standIns = map[string]func(args []string) (exit int){"curl": curl, "redis-cli": redisCLI, "openssl": openssl}

// curl knows -s, -N, -i, -H, -d, --http2-prior-knowledge, --cacert, and -o /dev/null with -w '%{http_version}\n'.
func curl(args []string) int {
	req, err := http.NewRequest("GET", "", nil)
	if err != nil {
		return complain(err)
	}
	how := &http.Transport{ForceAttemptHTTP2: true}
	heads, version := false, false
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		value := func() (v string) {
			if len(args) > 0 {
				v, args = args[0], args[1:]
			}
			return v
		}
		switch arg {
		case "-s", "-N":
		case "-i":
			heads = true
		case "-o":
			version = value() == os.DevNull
		case "-w":
			value()
		case "-H":
			name, v, _ := strings.Cut(value(), ": ")
			req.Header.Add(name, v)
		case "-d":
			body := value()
			req.Method, req.Body, req.ContentLength = "POST", io.NopCloser(strings.NewReader(body)), int64(len(body))
		case "--http2-prior-knowledge":
			how.Protocols = plainHTTP2(false)
		case "--cacert":
			how.TLSClientConfig, err = believe(value())
		default:
			req.URL, err = req.URL.Parse(arg)
		}
		if err != nil {
			return complain(err)
		}
	}
	res, err := how.RoundTrip(req)
	if err != nil {
		return complain(err)
	}
	if version {
		fmt.Println(res.ProtoMajor)
		return 0
	}
	for name, values := range res.Header {
		if res.ProtoMajor == 2 {
			name = strings.ToLower(name)
		}
		if heads {
			fmt.Println(name + ": " + strings.Join(values, ", "))
		}
	}
	if _, err := io.Copy(os.Stdout, res.Body); err != nil {
		return complain(err)
	}
	return 0
}

// believe is to trust the certificates of a file.
func believe(file string) (*tls.Config, error) {
	certs, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certs)
	return &tls.Config{RootCAs: pool}, nil
}

// redisCLI knows -p, and commands whose reply is a bulk string.
func redisCLI(args []string) int {
	if len(args) < 3 || args[0] != "-p" {
		return complain(fmt.Errorf("usage: redis-cli -p PORT COMMAND ARGS"))
	}
	c, err := net.Dial("tcp", "127.0.0.1:"+args[1])
	if err != nil {
		return complain(err)
	}
	command := fmt.Sprintf("*%d\r\n", len(args)-2)
	for _, a := range args[2:] {
		command += fmt.Sprintf("$%d\r\n%s\r\n", len(a), a)
	}
	if _, err := io.WriteString(c, command); err != nil {
		return complain(err)
	}
	r := bufio.NewReader(c)
	head, err := r.ReadString('\n')
	if err != nil || head[0] != '$' {
		return complain(fmt.Errorf("%q, %w", head, err))
	}
	line, err := r.ReadString('\n')
	if err != nil {
		return complain(err)
	}
	fmt.Print(line)
	return 0
}

func complain(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// stockService is what the guide's stock.py does, where there is no Python.
func stockService(t *testing.T, addr string) {
	t.Helper()
	lis, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(stock)}
	go func() { _ = srv.Serve(lis) }()
	t.Cleanup(func() { _ = srv.Close() })
}

func stock(w http.ResponseWriter, r *http.Request) {
	var sku string
	var wanted int
	if err := json.NewDecoder(r.Body).Decode(&[]any{&sku, &wanted}); err != nil || r.URL.Path != "/stock/reserve" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if wanted > 7 {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, `{"class": "OutOfStock", "message": "7 left", "fields": {"sku": "pen", "left": 7}}`)
		return
	}
	_, _ = fmt.Fprintf(w, `{"id": 1, "sku": %q, "wanted": %d, "price": %.2f}`, sku, wanted, 19.9*float64(wanted))
}
