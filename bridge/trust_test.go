package bridge_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// spoken is a server that keeps the last request it got.
func spoken(t testing.TB, protocol string) (addr string, last func() *request) {
	got := make(chan *request, 16)
	s := servers[protocol](t, func(r *request) string { got <- r; return "ok" })
	return s.addr, func() *request {
		select {
		case r := <-got:
			return r
		case <-time.After(patience):
			t.Fatal("the server was not asked")
			return nil
		}
	}
}

// steering is metadata that would steer the world of some protocol, and text that would break its lines.
var steering = []struct{ key, value string }{
	{"generic", "true"}, {"path", "com.acme.Secret"}, {"interface", "com.acme.Secret"}, {"version", "9"}, {"group", "secret"},
	{"token", "t0k3n"}, {"timeout", "1"}, {"_TO", "1"}, {"async", "true"}, {"dubbo.tag", "secret"}, {"sys_callback_arg-0", "1"},
	{"callback.0", "secret"}, {"moa-id", "secret"}, {"moa.x", "secret"}, {"host", "secret"}, {"content-length", "1"},
	{"transfer-encoding", "chunked"}, {"connection", "secret"}, {":path", "/secret"}, {"dragoman-version", "9"},
	{"Path", "com.acme.Secret"}, {"GENERIC", "true"},
}

// TestReservedKeys: what comes from another protocol never sets a word that steers the target's.
func TestReservedKeys(t *testing.T) {
	for _, to := range protocols {
		addr, last := spoken(t, to)
		g := start(t, "clusters: {c: {protocol: %s, endpoints: [%q]%s}}\nrules: [{match: {}, to: c}]", to, addr,
			map[string]string{"redis": ", options: {props: \"yes\"}"}[to])
		for _, from := range protocols {
			if from == to {
				continue
			}
			for _, s := range steering {
				c := callers[from](t, g.dial())
				askWith(t, c, [][2]string{{s.key, s.value}, {"plain", "kept"}})
				r := last()
				if r.service != user || r.method != "getUser" {
					t.Errorf("%s to %s, %s: %s.%s was called", from, to, s.key, r.service, r.method)
				}
				if !strings.Contains(r.raw, "kept") {
					t.Errorf("%s to %s: ordinary metadata is lost", from, to)
				}
				if sets(to, r, s.key, s.value) {
					t.Errorf("%s to %s: %s: %s came through: %q", from, to, s.key, s.value, r.raw)
				}
			}
		}
	}
}

// own says which keys steer a protocol.
var own = map[string]string{
	"redis": " moa-id moa.x ",
	"dubbo": " generic path interface version group token timeout _to async dubbo.tag sys_callback_arg-0 callback.0 ",
	"http":  " host content-length transfer-encoding connection :path dragoman-version ",
}

// sets says whether a request has the pair, and the pair would steer.
func sets(to string, r *request, key, value string) bool {
	if !strings.Contains(own[to], " "+strings.ToLower(key)+" ") {
		return false
	}
	switch to {
	case "dubbo":
		return strings.Contains(r.raw, hs(key)+hs(value))
	case "redis":
		return strings.Contains(r.raw, strconv.Quote(key))
	}
	return strings.Contains(strings.ToLower(r.raw), "\r\n"+strings.ToLower(key)+": "+value+"\r\n") ||
		strings.Contains(strings.ToLower(r.raw), "dragoman-meta-"+strings.ToLower(key)+":")
}

// askWith makes a call with metadata and waits for its reply.
func askWith(t *testing.T, c caller, pairs [][2]string) string {
	t.Helper()
	switch c := c.(type) {
	case *redisCaller:
		var props []string
		for _, p := range pairs {
			props = append(props, strconv.Quote(p[0])+":"+strconv.Quote(p[1]))
		}
		send(t, c.c, get(`{"action":"com.acme.User","params":{"m":"getUser","args":["x"]},"props":{`+strings.Join(props, ",")+`}}`))
		return c.outcome()
	case *dubboCaller:
		words := []string{"path", user, "version", "0.0.0"}
		for _, p := range pairs {
			if k := strings.ToLower(p[0]); k != "path" && k != "version" && k != "timeout" && k != "_to" && k != "group" {
				words = append(words, p[0], p[1])
			}
		}
		send(t, c.c, dubboFrame(twoWay, 0, 3, invocation(user, "0.0.0", "getUser", descText, hs("x"), attached(words...))))
		return c.outcome(3)
	case *httpCaller:
		var fields []string
		for _, p := range pairs {
			escape := strings.NewReplacer(":", "%3A", "\r", "%0D", "\n", "%0A", "\x00", "%00", " ", "%20")
			fields = append(fields, "Dragoman-Meta-"+escape.Replace(p[0])+": "+escape.Replace(p[1]))
		}
		send(t, c.c, post("/"+user+"/getUser", `["x"]`, fields...))
		return c.outcome()
	}
	return ""
}

// TestLines: CR, LF and NUL in metadata and in names break no line of the target's.
func TestLines(t *testing.T) {
	const bad = "a\r\nX-Evil: 1\r\n\r\nPOST /evil HTTP/1.1\r\n\x00"
	for _, to := range protocols {
		addr, last := spoken(t, to)
		g := start(t, "clusters: {c: {protocol: %s, endpoints: [%q]%s}}\nrules: [{match: {}, to: c}]", to, addr,
			map[string]string{"redis": ", options: {props: \"yes\"}"}[to])
		for _, from := range protocols {
			if from == to {
				continue
			}
			c := callers[from](t, g.dial())
			if from == "redis" { // in Go's quotes NUL is no JSON
				send(t, c.conn(), get(`{"action":"com.acme.User","params":{"m":"getUser","args":["x"]},"props":{"k":"a\r\nX-Evil: 1\r\n\r\nPOST /evil HTTP/1.1\r\n\u0000","k\r\nX-Evil: 1":"v"}}`))
				if got := c.(*redisCaller).outcome(); got != `"ok"` {
					t.Error(got)
				}
			} else if got := askWith(t, c, [][2]string{{"k", bad}, {"k\r\nX-Evil: 1", "v"}}); got != `"ok"` {
				t.Errorf("%s to %s: %s", from, to, got)
			}
			r := last()
			if to == "http" && (strings.Contains(r.raw, "\nX-Evil") || strings.Contains(r.raw, "\x00")) {
				t.Errorf("%s to %s: %q", from, to, r.raw)
			}
			if r.service != user {
				t.Errorf("%s to %s: %q was called", from, to, r.service)
			}
		}
	}
}

// TestNoNames: what is no name of a service or a method goes nowhere: a space would make a method a request line for an HTTP
// server, a control character might end one, and ".." leads out of a path.
func TestNoNames(t *testing.T) {
	asked := make(chan *request, 16)
	for _, to := range protocols {
		s := servers[to](t, func(r *request) string { asked <- r; return "ok" })
		g := start(t, "clusters: {c: {protocol: %s, endpoints: [%q]}}\nrules: [{match: {}, to: c}]", to, s.addr)
		for _, name := range []struct{ service, method string }{
			{user, "DELETE /admin"}, {user, "GET /"}, {user, "a\r\nb"}, {user, "a\x00b"}, {user, "a\x7f"},
			{"com.acme\nUser", "getUser"}, {"com.acme\x00User", "getUser"}, {"a\rb", "getUser"},
		} {
			for _, from := range []string{"redis", "dubbo"} {
				got := callers[from](t, g.dial()).call(name.service, name.method, "x")
				if from == "redis" && !strings.HasPrefix(got, "ec 302: filter: guard: ") || from == "dubbo" && !strings.HasPrefix(got, "status 40: filter: guard: ") {
					t.Errorf("%s to %s: %q.%q: %s", from, to, name.service, name.method, got)
				}
			}
		}
		if to != "http" {
			continue
		}
		for _, name := range []struct{ service, method string }{{"..", "getUser"}, {"a/../b", "getUser"}, {user, ".."}, {"a//b", "m"}} {
			if got := callers["redis"](t, g.dial()).call(name.service, name.method, "x"); !strings.HasPrefix(got, "ec 302: http: encode request: ") {
				t.Errorf("%q.%q: %s", name.service, name.method, got)
			}
		}
		// A slash or a question mark in a method is part of its name and not of the path's structure.
		if got := callers["redis"](t, g.dial()).call(user, "a/b?c#d", "x"); got != `"ok"` {
			t.Errorf("got %s", got)
		}
		if r := <-asked; !strings.HasPrefix(r.raw, "POST /com.acme.User/a%2Fb%3Fc%23d HTTP/1.1\r\n") {
			t.Errorf("%.60q", r.raw)
		}
	}
	if len(asked) > 0 {
		t.Errorf("a server was asked: %q", (<-asked).raw)
	}
}

// generic is the body of $invoke with one text.
func generic(method, wrapper string, attach ...string) string {
	return invocation(user, "0.0.0", wrapper, "Ljava/lang/String;[Ljava/lang/String;[Ljava/lang/Object;",
		hs(method)+"\x71"+hs("[string")+hs("java.lang.String")+"\x71"+hs("[object")+hs("x"),
		attached(append([]string{"path", user, "version", "0.0.0", "generic", "true"}, attach...)...))
}

// TestGeneric: allow, rules and limits see the method inside of $invoke.
func TestGeneric(t *testing.T) {
	addr, last := spoken(t, "dubbo")
	g := start(t, `
clusters: {c: {protocol: dubbo, endpoints: [%q]}}
rules: [{match: {service: com.acme.User, method: getUser}, to: c}, {match: {method: note}, to: c, policy: {limit: {rate: 0.001}}}]`, addr)
	for _, wrapper := range []string{"$invoke", "$invokeAsync"} {
		d := callers["dubbo"](t, g.dial()).(*dubboCaller)
		send(t, d.c, dubboFrame(twoWay, 0, 1, generic("getUser", wrapper)))
		if got := d.outcome(1); got != `"ok"` {
			t.Errorf("%s: %s", wrapper, got)
		}
		last()
		send(t, d.c, dubboFrame(twoWay, 0, 2, generic("wipe", wrapper)))
		if got := d.outcome(2); !strings.HasPrefix(got, "status 60: route: match") {
			t.Errorf("%s of a method without a rule: %s", wrapper, got)
		}
	}
	d := callers["dubbo"](t, g.dial()).(*dubboCaller)
	for i, want := range []string{`"ok"`, "status 100: filter: admit: over", "status 100: filter: admit: over"} {
		send(t, d.c, dubboFrame(twoWay, 0, uint64(i), generic("note", "$invoke")))
		if got := d.outcome(uint64(i)); !strings.HasPrefix(got, want) {
			t.Errorf("limited method, call %d: %s, want %s", i, got, want)
		}
	}
}

// TestDispatchKeys: a provider obeys the attachments path and version, so a call whose head says something else is refused where
// somebody is kept out.
func TestDispatchKeys(t *testing.T) {
	asked := make(chan *request, 16)
	s := serveDubbo(t, func(r *request) string { asked <- r; return "ok" })
	g := start(t, `
clusters: {c: {protocol: dubbo, endpoints: [%q]}}
allow: [{service: com.acme.Secret}, {service: "*", from: [{listener: "127.0.0.1:0"}]}]
rules: [{match: {}, to: c}]`, s.addr)
	limited := start(t, `
clusters: {c: {protocol: dubbo, endpoints: [%q]}}
rules: [{match: {}, to: c, policy: {limit: {inflight: 100}}}]`, s.addr)
	d := callers["dubbo"](t, g.dial()).(*dubboCaller)
	l := callers["dubbo"](t, limited.dial()).(*dubboCaller)
	for i, tc := range []struct{ name, body, want string }{
		{"honest", invocation(user, "0.0.0", "getUser", descText, hs("x"), attached("path", user, "version", "0.0.0")), `"ok"`},
		{"denied", invocation("com.acme.Secret", "0.0.0", "getUser", descText, hs("x"), attached("path", "com.acme.Secret")), "exception org.apache.dubbo.rpc.RpcException: filter: admit"},
		{"path", invocation(user, "0.0.0", "getUser", descText, hs("x"), attached("path", "com.acme.Secret", "version", "0.0.0")), "status 40: dubbo: load metadata"},
		{"the second path", invocation(user, "0.0.0", "getUser", descText, hs("x"), attached("path", user, "path", "com.acme.Secret")), "status 40: dubbo: load metadata"},
		{"path in chunks", invocation(user, "0.0.0", "getUser", descText, hs("x"), "HR\x00\x02pa\x02th"+hs("com.acme.Secret")+"Z"), "status 40: dubbo: load metadata"},
		{"version", invocation(user, "0.0.0", "getUser", descText, hs("x"), attached("path", user, "version", "6.6")), "status 40: dubbo: load metadata"},
		{"cut off", invocation(user, "0.0.0", "getUser", descText, hs("x"), "H"+hs("path")), "status 40: dubbo: load metadata"},
		{"generic", generic("getUser", "$invoke", "path", "com.acme.Secret"), "status 40: dubbo: load metadata"},
	} {
		send(t, d.c, dubboFrame(twoWay, 0, uint64(i), tc.body))
		if got := d.outcome(uint64(i)); !strings.HasPrefix(got, tc.want) {
			t.Errorf("allow, %s: %s, want %s", tc.name, got, tc.want)
		}
		if tc.name == "denied" {
			continue
		}
		send(t, l.c, dubboFrame(twoWay, 0, uint64(i), tc.body))
		if got := l.outcome(uint64(i)); !strings.HasPrefix(got, tc.want) {
			t.Errorf("limit, %s: %s, want %s", tc.name, got, tc.want)
		}
	}
	// In a serialization that is not read here nobody knows whom the call is for (6 is FST).
	send(t, d.c, dubboFrame(0xc6, 0, 99, "\x00\x01com.acme.Secret"))
	head, _ := frame(t, d.r)
	if head[3] == 20 && len(asked) > 2 {
		t.Error("an unreadable call went through")
	}
	if n := len(asked); n != 2 {
		t.Errorf("the provider was asked %d times, want by the honest only", n)
	}
}

// TestUnread: a call whose service cannot be read passes where nobody is kept out, and nowhere else.
func TestUnread(t *testing.T) {
	asked := make(chan *request, 16)
	s := serve(t, func(c net.Conn) {
		for r := reader(c); ; {
			head := make([]byte, 16)
			if _, err := r.Read(head); err != nil {
				return
			}
			asked <- &request{}
			if _, err := c.Write([]byte(dubboFrame(6, 20, 1<<40, ""))); err != nil {
				return
			}
		}
	})
	g := start(t, `
clusters: {c: {protocol: dubbo, endpoints: [%q]}}
allow: [{service: com.acme.Secret}]
rules: [{match: {}, to: c}]`, s.addr)
	d := callers["dubbo"](t, g.dial()).(*dubboCaller)
	send(t, d.c, dubboFrame(0xc6, 0, 9, "\x00\x01com.acme.Secret"))
	head, body := frame(t, d.r)
	if len(asked) > 0 || head[11] != 9 || head[3] == 20 && head[2]&0x1f == 2 && !strings.Contains(string(body), "may not call") {
		t.Errorf("% x %q", head, body)
	}
}

// TestClasses: a class in the JSON of an untyped caller is data, or refused where a provider would not take it for data.
func TestClasses(t *testing.T) {
	addr, last := spoken(t, "dubbo")
	g := start(t, "clusters: {c: {protocol: dubbo, endpoints: [%q]}}\nrules: [{match: {}, to: c}]", addr)
	h := callers["http"](t, g.dial()).(*httpCaller)
	send(t, h.c, post("/com.acme.Unknown/take", `[{"class":"com.evil.Gadget","x":1}]`))
	if got := h.outcome(); !strings.HasPrefix(got, "400 invalid") || !strings.Contains(got, `"class"`) {
		t.Errorf("class: %s", got)
	}
	send(t, h.c, post("/com.acme.Unknown/take", `[{"@type":"com.evil.Gadget","x":1}]`))
	if got := h.outcome(); got != `"ok"` {
		t.Fatal(got)
	}
	r := last()
	for _, mark := range []string{"C" + hs("com.evil.Gadget"), "M" + hs("com.evil.Gadget")} { // an object, a typed map
		if strings.Contains(r.raw, mark) {
			t.Errorf("the caller chose a class: %q", r.raw)
		}
	}
	if !strings.Contains(r.raw, hs("@type")+hs("com.evil.Gadget")) {
		t.Errorf("the key is lost: %q", r.raw)
	}
}

// TestWebPages: what a web page can make a browser send to loopback is refused, in a way that the page cannot use.
func TestWebPages(t *testing.T) {
	asked := make(chan *request, 16)
	s := serveRedis(t, func(r *request) string { asked <- r; return "ok" })
	g := start(t, "clusters: {c: {protocol: redis, endpoints: [%q]}}\nrules: [{match: {}, to: c}]", s.addr)
	path := "/" + user + "/getUser"
	for _, tc := range []struct{ name, send, want string }{
		{"foreign origin", post(path, `["x"]`, "Origin: https://evil.example"), "403 denied"},
		{"null origin", post(path, `["x"]`, "Origin: null"), "403 denied"},
		{"rebound name", strings.Replace(post(path, `["x"]`), "Host: localhost", "Host: evil.example", 1), "403 denied"},
		{"form", strings.Replace(post(path, `["x"]`), "application/json", "text/plain", 1), "415 invalid"},
		{"no type", strings.Replace(post(path, `["x"]`), "Content-Type", "X-Type", 1), "415 invalid"},
		{"get", "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n", "405 unimplemented"},
		{"preflight", "OPTIONS " + path + " HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n\r\n", "403 denied"},
	} {
		h := callers["http"](t, g.dial()).(*httpCaller)
		send(t, h.c, tc.send)
		res, body := h.response()
		if got := fmt.Sprintf("%d ", res.StatusCode); !strings.HasPrefix(tc.want, got) || !strings.Contains(body, `"code":"`+tc.want[4:]+`"`) {
			t.Errorf("%s: %d %s, want %s", tc.name, res.StatusCode, body, tc.want)
		}
		for name := range res.Header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s: the answer has %s", tc.name, name)
			}
		}
	}
	if len(asked) > 0 {
		t.Error("a page's call went through")
	}
}

// authority makes certificates in a folder.
type authority struct {
	t    testing.TB
	dir  string
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir()}
	a.key, a.cert = a.make("ca", &x509.Certificate{Subject: pkix.Name{CommonName: "ca"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	return a
}

func (a *authority) file(name string) string { return filepath.Join(a.dir, name+".pem") }

// make writes NAME.pem and NAME-key.pem.
func (a *authority) make(name string, c *x509.Certificate) (*ecdsa.PrivateKey, *x509.Certificate) {
	a.t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	c.SerialNumber, c.NotBefore, c.NotAfter = big.NewInt(time.Now().UnixNano()), time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, k
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &k.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		a.t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{name: {Type: "CERTIFICATE", Bytes: der}, name + "-key": {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(a.file(file), pem.EncodeToMemory(block), 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return k, made
}

func (a *authority) server(name string) {
	a.make(name, &x509.Certificate{Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
}

func (a *authority) client(name, uri string) *tls.Config {
	a.t.Helper()
	u, err := url.Parse(uri)
	if err != nil {
		a.t.Fatal(err)
	}
	a.make(name, &x509.Certificate{Subject: pkix.Name{CommonName: name}, URIs: []*url.URL{u}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	pair, err := tls.LoadX509KeyPair(a.file(name), a.file(name+"-key"))
	if err != nil {
		a.t.Fatal(err)
	}
	conf := a.believes()
	conf.Certificates = []tls.Certificate{pair}
	return conf
}

// believes is the configuration of a client without a certificate.
func (a *authority) believes() *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}
}

// TestTLS: on a listener with TLS plaintext is refused; the certificate's name, and nothing else, opens what allow closes.
func TestTLS(t *testing.T) {
	a := newAuthority(t)
	a.server("gateway")
	g := start(t, `
listen:
- {addr: "127.0.0.1:0", tls: {cert: %q, key: %q, clients: %q}}
clusters: {c: {protocol: redis, endpoints: [%q]}}
allow: [{service: com.acme.User, from: [{mtls: "spiffe://acme/shop"}]}, {service: "*"}]
rules: [{match: {}, to: c}]`, a.file("gateway"), a.file("gateway-key"), a.file("ca"), serveRedis(t, echo).addr)
	for _, plain := range []string{get(key(user, "getUser", "x")), post("/"+user+"/getUser", `["x"]`), dubboRequest(twoWay, 1, user, "getUser", "x")} {
		c := g.dial()
		send(t, c, plain)
		if got := wantEnd(t, c); len(got) > 7 || strings.ContainsAny(got, "$-{") { // a TLS alert has 7 bytes
			t.Errorf("plaintext was answered with %q", got)
		}
	}
	shop, bank := a.client("shop", "spiffe://acme/shop"), a.client("bank", "spiffe://acme/bank")
	for _, from := range protocols {
		for conf, want := range map[*tls.Config]string{shop: `"com.acme.User.getUser(x)"`, bank: ""} {
			c := tls.Client(g.dial(), conf)
			got := callers[from](t, c).call(user, "getUser", "x")
			if want != "" && got != want || want == "" && !strings.Contains(got, `filter: admit: this caller may not call "com.acme.User"`) {
				t.Errorf("%s as %v: %s", from, conf.Certificates[0].Leaf.URIs, got)
			}
		}
	}
	c := tls.Client(g.dial(), a.believes())
	if _, err := c.Write([]byte(get(key(user, "getUser", "x")))); err == nil {
		_, err = c.Read(make([]byte, 1))
		if err == nil {
			t.Error("a client without a certificate was answered")
		}
	}
}

// TestUpstreamTLS: a cluster with TLS believes its authority and no other.
func TestUpstreamTLS(t *testing.T) {
	a, b := newAuthority(t), newAuthority(t)
	a.server("far")
	far := start(t, `
listen: [{addr: "127.0.0.1:0", tls: {cert: %q, key: %q}}]
clusters: {c: {protocol: redis, endpoints: [%q]}}
rules: [{match: {}, to: c}]`, a.file("far"), a.file("far-key"), serveRedis(t, echo).addr)
	g := start(t, `
clusters:
  good: {protocol: dubbo, endpoints: [%[1]q], tls: {ca: %[2]q}}
  bad: {protocol: dubbo, endpoints: [%[1]q], tls: {ca: %[3]q}}
rules: [{match: {service: com.acme.User}, to: good}, {match: {}, to: bad}]`, far.addr(port), a.file("ca"), b.file("ca"))
	c := callers["dubbo"](t, g.dial())
	if got := c.call(user, "getUser", "x"); got != `"com.acme.User.getUser(x)"` {
		t.Error(got)
	}
	if got := c.call("com.acme.Other", "getUser", "x"); !strings.HasPrefix(got, "status 80: engine: dial") || !strings.Contains(got, "certificate") {
		t.Error(got)
	}
}

// TestUnixSocket: the process at the other end of a Unix socket is known by its uid.
func TestUnixSocket(t *testing.T) {
	dir := t.TempDir()
	g := start(t, `
listen: [{addr: "unix:%[1]s/s"}, {addr: "127.0.0.1:0"}]
clusters: {c: {protocol: redis, endpoints: [%[2]q]}}
allow: [{service: com.acme.User, from: [{unix: %[3]d}]}, {service: com.acme.Other, from: [{unix: %[4]d}]}]
rules: [{match: {}, to: c}]`, dir, serveRedis(t, echo).addr, os.Getuid(), os.Getuid()+1)
	for _, from := range protocols {
		inside := callers[from](t, dial(t, "unix", dir+"/s"))
		if got := inside.call(user, "getUser", "x"); got != `"com.acme.User.getUser(x)"` {
			t.Errorf("%s: %s", from, got)
		}
		if got := inside.call("com.acme.Other", "getUser", "x"); !strings.Contains(got, "may not call") {
			t.Errorf("%s, for another uid: %s", from, got)
		}
		if got := callers[from](t, g.dial()).call(user, "getUser", "x"); !strings.Contains(got, "may not call") {
			t.Errorf("%s, over TCP: %s", from, got)
		}
	}
}

// TestAccept: off loopback the protocols must be said, and no other is taken.
func TestAccept(t *testing.T) {
	if _, err := read(`listen: [{addr: "0.0.0.0:0"}]`); err == nil || !strings.Contains(err.Error(), "accept left out") {
		t.Errorf("accept left out off loopback: %v", err)
	}
	g := start(t, `
listen: [{addr: "127.0.0.1:0", accept: [redis, http]}]
clusters: {c: {protocol: redis, endpoints: [%q]}}
rules: [{match: {}, to: c}]`, serveRedis(t, echo).addr)
	c := g.dial()
	send(t, c, dubboRequest(twoWay, 1, user, "getUser", "x"))
	if n, err := c.Read(make([]byte, 1)); n > 0 || err == nil {
		t.Error("a protocol that is not accepted was answered")
	}
	for _, from := range []string{"redis", "http"} {
		if got := callers[from](t, g.dial()).call(user, "getUser", "x"); got != `"com.acme.User.getUser(x)"` {
			t.Errorf("%s: %s", from, got)
		}
	}
}
