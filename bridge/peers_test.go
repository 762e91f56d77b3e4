package bridge_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// This file is callers and servers on raw sockets. They speak as much of their protocols as the tests need.

// caller is a client on one connection. An outcome is the result as JSON, or in words the failure that the protocol tells:
// "ec 501: …", "status 60: …", "exception CLASS: …", "404 not_found: …".
type caller interface {
	call(service, method, arg string) (outcome string)
	conn() net.Conn
}

var callers = map[string]func(testing.TB, net.Conn) caller{
	"redis": func(t testing.TB, c net.Conn) caller { return &redisCaller{t, c, bufio.NewReader(c)} },
	"dubbo": func(t testing.TB, c net.Conn) caller { return &dubboCaller{t: t, c: c, r: bufio.NewReader(c)} },
	"http":  func(t testing.TB, c net.Conn) caller { return &httpCaller{t, c, bufio.NewReader(c)} },
}

// protocols in a fixed order.
var protocols = []string{"redis", "dubbo", "http"}

type redisCaller struct {
	t testing.TB
	c net.Conn
	r *bufio.Reader
}

func (r *redisCaller) conn() net.Conn { return r.c }

// get is a GET command.
func get(key string) string { return fmt.Sprintf("*2\r\n$3\r\nGET\r\n$%d\r\n%s\r\n", len(key), key) }

// key is a request object with one text argument.
func key(service, method, arg string) string {
	k, err := json.Marshal(map[string]any{"action": service, "params": map[string]any{"m": method, "args": []string{arg}}})
	if err != nil {
		panic(err)
	}
	return string(k)
}

func (r *redisCaller) call(service, method, arg string) string {
	r.t.Helper()
	send(r.t, r.c, get(key(service, method, arg)))
	return r.outcome()
}

// line reads what ends in CR LF.
func line(t testing.TB, r *bufio.Reader) string {
	t.Helper()
	s, err := r.ReadString('\n')
	if err != nil || !strings.HasSuffix(s, "\r\n") {
		t.Fatalf("a line: %q, %v", s, err)
	}
	return s[:len(s)-2]
}

// bulk reads a bulk string.
func bulk(t testing.TB, r *bufio.Reader) string {
	t.Helper()
	head := line(t, r)
	n, err := strconv.Atoi(strings.TrimPrefix(head, "$"))
	if err != nil {
		t.Fatalf("%q, want a bulk string", head)
	}
	p := make([]byte, n+2)
	if _, err := io.ReadFull(r, p); err != nil {
		t.Fatal(err)
	}
	return string(p[:n])
}

func (r *redisCaller) outcome() string {
	r.t.Helper()
	var reply struct {
		EC     int             `json:"ec"`
		EM     string          `json:"em"`
		Result json.RawMessage `json:"result"`
	}
	text := bulk(r.t, r.r)
	if err := json.Unmarshal([]byte(text), &reply); err != nil {
		r.t.Fatalf("%s: %v", text, err)
	}
	if reply.EC != 200 {
		return fmt.Sprintf("ec %d: %s", reply.EC, reply.EM)
	}
	return string(reply.Result)
}

type dubboCaller struct {
	t  testing.TB
	c  net.Conn
	r  *bufio.Reader
	id uint64
}

func (d *dubboCaller) conn() net.Conn { return d.c }

// hs is a string in Hessian, of ASCII.
func hs(s string) string {
	switch n := len(s); {
	case n < 32:
		return string([]byte{byte(n)}) + s
	case n < 1024:
		return string([]byte{0x30 + byte(n>>8), byte(n)}) + s
	default:
		return "S" + string([]byte{byte(n >> 8), byte(n)}) + s
	}
}

// attached is a map of strings in Hessian.
func attached(pairs ...string) string {
	s := "H"
	for _, p := range pairs {
		s += hs(p)
	}
	return s + "Z"
}

// dubboFrame is a frame of Dubbo 2.
func dubboFrame(flags, status byte, id uint64, body string) string {
	head := binary.BigEndian.AppendUint64([]byte{0xda, 0xbb, flags, status}, id)
	return string(binary.BigEndian.AppendUint32(head, uint32(len(body)))) + body
}

const (
	twoWay = 0xc2
	oneWay = 0x82
)

// invocation is the body of a request.
func invocation(service, version, method, desc, args, attachments string) string {
	return hs("2.0.2") + hs(service) + hs(version) + hs(method) + hs(desc) + args + attachments
}

const descText = "Ljava/lang/String;"

// dubboRequest is a call with one text argument.
func dubboRequest(flags byte, id uint64, service, method, arg string) string {
	return dubboFrame(flags, 0, id, invocation(service, "0.0.0", method, descText, hs(arg),
		attached("path", service, "interface", service, "version", "0.0.0")))
}

func (d *dubboCaller) call(service, method, arg string) string {
	d.t.Helper()
	d.id++
	send(d.t, d.c, dubboRequest(twoWay, d.id, service, method, arg))
	return d.outcome(d.id)
}

// frame reads a frame.
func frame(t testing.TB, r *bufio.Reader) (head, body []byte) {
	t.Helper()
	head = make([]byte, 16)
	if _, err := io.ReadFull(r, head); err != nil {
		t.Fatalf("a frame: %v", err)
	}
	if head[0] != 0xda || head[1] != 0xbb {
		t.Fatalf("% x is no Dubbo", head)
	}
	body = make([]byte, binary.BigEndian.Uint32(head[12:]))
	if _, err := io.ReadFull(r, body); err != nil {
		t.Fatal(err)
	}
	return head, body
}

func (d *dubboCaller) outcome(id uint64) string {
	d.t.Helper()
	head, body := frame(d.t, d.r)
	if got := binary.BigEndian.Uint64(head[4:]); got != id {
		d.t.Fatalf("a reply to %d, want %d", got, id)
	}
	h := hessian{body}
	switch {
	case head[3] != 20:
		return fmt.Sprintf("status %d: %s", head[3], h.text())
	case body[0] == 0x90 || body[0] == 0x93:
		h.p = h.p[1:]
		return h.exception()
	case body[0] == 0x92 || body[0] == 0x95:
		return "null"
	}
	h.p = h.p[1:]
	return strconv.Quote(h.text())
}

// hessian reads the little that is needed.
type hessian struct{ p []byte }

func (h *hessian) text() string {
	n, at := 0, 1
	switch op := h.p[0]; {
	case op == 'N':
	case op < 0x20:
		n = int(op)
	case op >= 0x30 && op < 0x34:
		n, at = int(op-0x30)<<8|int(h.p[1]), 2
	case op == 'S':
		n, at = int(binary.BigEndian.Uint16(h.p[1:])), 3
	case op == 'T', op == 'F':
		n, at = 0, 1
	default:
		return fmt.Sprintf("% x", h.p)
	}
	end := at // n is in characters of up to three bytes
	for range n {
		switch c := h.p[end]; {
		case c < 0x80:
			end++
		case c < 0xe0:
			end += 2
		default:
			end += 3
		}
	}
	s := string(h.p[at:end])
	h.p = h.p[end:]
	return s
}

// exception reads the class and the fields of an object.
func (h *hessian) exception() string {
	if h.p[0] != 'C' {
		return fmt.Sprintf("no exception: % x", h.p)
	}
	h.p = h.p[1:]
	class := h.text()
	n := int(h.p[0] - 0x90)
	h.p = h.p[1:]
	names := make([]string, n)
	for i := range names {
		names[i] = h.text()
	}
	h.p = h.p[1:] // 0x60
	out := "exception " + class
	for _, name := range names {
		switch name {
		case "detailMessage":
			out += ": " + h.text()
		case "code":
			out += fmt.Sprintf(" (code %d)", int(h.p[0])-0x90)
			h.p = h.p[1:]
		default:
			return out
		}
	}
	return out
}

type httpCaller struct {
	t testing.TB
	c net.Conn
	r *bufio.Reader
}

func (h *httpCaller) conn() net.Conn { return h.c }

// post is a request.
func post(path, body string, fields ...string) string {
	s := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n", path, len(body))
	for _, f := range fields {
		s += f + "\r\n"
	}
	return s + "\r\n" + body
}

func (h *httpCaller) call(service, method, arg string) string {
	h.t.Helper()
	send(h.t, h.c, post("/"+service+"/"+method, `[`+strconv.Quote(arg)+`]`))
	return h.outcome()
}

func (h *httpCaller) outcome() string {
	h.t.Helper()
	res, body := h.response()
	if res.StatusCode == 200 {
		return body
	}
	var problem struct{ Code, Detail string }
	if err := json.Unmarshal([]byte(body), &problem); err != nil || res.Header.Get("Content-Type") != "application/problem+json" {
		h.t.Fatalf("%s, %q is no problem: %v", res.Status, body, err)
	}
	return fmt.Sprintf("%d %s: %s", res.StatusCode, problem.Code, problem.Detail)
}

func (h *httpCaller) response() (*http.Response, string) {
	h.t.Helper()
	res, err := http.ReadResponse(h.r, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res, string(body)
}

func send(t testing.TB, c io.Writer, s string) {
	t.Helper()
	if _, err := io.WriteString(c, s); err != nil {
		t.Fatal(err)
	}
}

// server takes connections until the test ends, and counts them.
type server struct {
	addr string
	lis  net.Listener
	wg   sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]struct{}
	count int
}

// serve starts a server that gives each connection to do.
func serve(t testing.TB, do func(net.Conn)) *server {
	t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{addr: lis.Addr().String(), lis: lis, conns: map[net.Conn]struct{}{}}
	s.wg.Go(func() {
		for {
			c, err := lis.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns[c] = struct{}{}
			s.count++
			s.mu.Unlock()
			s.wg.Go(func() {
				do(c)
				s.mu.Lock()
				delete(s.conns, c)
				s.mu.Unlock()
				_ = c.Close()
			})
		}
	})
	t.Cleanup(s.stop)
	return s
}

// stop ends it with all its connections.
func (s *server) stop() {
	_ = s.lis.Close()
	s.mu.Lock()
	for c := range s.conns {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

// dialed is the number of connections so far.
func (s *server) dialed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// request is what a server was asked.
type request struct {
	service, method, arg string
	raw                  string // the request object, the body of the frame, the head
	hessian              string // what follows the descriptor
	version, desc        string
	id                   uint64
	oneway               bool
}

// handler gives the result as a text. It may block.
type handler func(r *request) string

// echo answers with who was asked what.
func echo(r *request) string { return r.service + "." + r.method + "(" + r.arg + ")" }

// servers by protocol: each answers one request of a connection after the other.
var servers = map[string]func(testing.TB, handler) *server{"redis": serveRedis, "dubbo": serveDubbo, "http": serveHTTP}

// serveRedis knows GET and PING and nothing else, like the oldest servers.
func serveRedis(t testing.TB, h handler) *server {
	return serve(t, func(c net.Conn) {
		for r := bufio.NewReader(c); ; {
			words, err := command(r)
			switch {
			case err != nil:
				return
			case len(words) == 1 && words[0] == "PING":
				_, err = io.WriteString(c, "+PONG\r\n")
			case len(words) != 2 || words[0] != "GET":
				_, err = io.WriteString(c, "-ERR unknown command\r\n")
			default:
				reply := fmt.Sprintf(`{"ec":200,"em":"","result":%s}`, strconv.Quote(h(readKey(words[1]))))
				_, err = fmt.Fprintf(c, "$%d\r\n%s\r\n", len(reply), reply)
			}
			if err != nil {
				return
			}
		}
	})
}

func command(r *bufio.Reader) (words []string, err error) {
	head, err := r.ReadString('\n')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(head[1:]))
	for range n {
		if head, err = r.ReadString('\n'); err != nil {
			return nil, err
		}
		size, err := strconv.Atoi(strings.TrimSpace(head[1:]))
		if err != nil {
			return nil, err
		}
		word := make([]byte, size+2)
		if _, err := io.ReadFull(r, word); err != nil {
			return nil, err
		}
		words = append(words, string(word[:size]))
	}
	return words, err
}

func readKey(key string) *request {
	var k struct {
		Action string
		Params struct {
			M    string
			Args []any
		}
	}
	r := &request{raw: key}
	if json.Unmarshal([]byte(key), &k) == nil {
		r.service, r.method, r.arg = k.Action, k.Params.M, fmt.Sprint(k.Params.Args...)
	}
	return r
}

// serveDubbo answers two-way requests, and heartbeats.
func serveDubbo(t testing.TB, h handler) *server {
	return serve(t, func(c net.Conn) {
		for r := bufio.NewReader(c); ; {
			req, err := readDubbo(r)
			if err != nil {
				return
			}
			if req == nil {
				continue
			}
			text := h(req)
			if req.oneway {
				continue
			}
			if _, err := io.WriteString(c, dubboFrame(2, 20, req.id, "\x91"+hs(text))); err != nil {
				return
			}
		}
	})
}

// readDubbo gives nil for what is no request.
func readDubbo(r *bufio.Reader) (*request, error) {
	head := make([]byte, 16)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	body := make([]byte, binary.BigEndian.Uint32(head[12:]))
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, err
	}
	if head[2]&0xa0 != 0x80 {
		return nil, nil
	}
	req := &request{raw: string(body), id: binary.BigEndian.Uint64(head[4:]), oneway: head[2]&0x40 == 0}
	x := hessian{body}
	x.text() // the protocol's version
	req.service, req.version, req.method, req.desc = x.text(), x.text(), x.text(), x.text()
	req.hessian = string(x.p)
	if req.desc == descText {
		req.arg = x.text()
	}
	if req.method == "$invoke" {
		req.method = x.text()
		x.p = bytes.TrimLeft(x.p, "\x71\x72\x70\x78\x79") // lists: the marks are enough here
		req.arg = string(x.p)
	}
	return req, nil
}

// serveHTTP answers a request to any path.
func serveHTTP(t testing.TB, h handler) *server {
	return serve(t, func(c net.Conn) {
		for r := bufio.NewReader(c); ; {
			req, raw, err := readHTTP(r)
			if err != nil {
				return
			}
			in := &request{raw: raw}
			if path := strings.Split(req.URL.Path, "/"); len(path) > 2 {
				in.service, in.method = strings.Join(path[1:len(path)-1], "/"), path[len(path)-1]
			}
			var args []any
			_, body, _ := strings.Cut(raw, "\r\n\r\n")
			if json.Unmarshal([]byte(body), &args) == nil {
				in.arg = fmt.Sprint(args...)
			}
			text := strconv.Quote(h(in))
			if _, err := fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(text), text); err != nil {
				return
			}
		}
	})
}

// readHTTP gives a request and its bytes.
func readHTTP(r *bufio.Reader) (*http.Request, string, error) {
	var raw bytes.Buffer
	req, err := http.ReadRequest(bufio.NewReader(io.TeeReader(byByte{r}, &raw)))
	if err != nil {
		return nil, "", err
	}
	if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return nil, "", err
	}
	return req, raw.String(), nil
}

// byByte gives one byte at a time, so that nothing is read ahead.
type byByte struct{ r *bufio.Reader }

func (b byByte) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c, err := b.r.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = c
	return 1, nil
}
