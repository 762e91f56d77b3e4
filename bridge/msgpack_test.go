package bridge_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
)

// Callers and servers of Redis-GET that write MessagePack, by hand and no more of it than the tests need.

// short is a text of less than 256 bytes.
func short(s string) string {
	if len(s) < 32 {
		return string([]byte{0xa0 | byte(len(s))}) + s
	}
	return string([]byte{0xd9, byte(len(s))}) + s
}

// packedKey is a request object with one text argument.
func packedKey(service, method, arg string) string {
	return "\x82" + short("action") + short(service) + short("params") + "\x82" + short("m") + short(method) + short("args") + "\x91" + short(arg)
}

// unpack reads maps, arrays, texts, nil and unsigned integers, and gives what is behind.
func unpack(p string) (v any, rest string) {
	c, p := p[0], p[1:]
	number := func(n int) (v int) {
		for _, b := range []byte(p[:n]) {
			v = v<<8 | int(b)
		}
		p = p[n:]
		return v
	}
	size := 0
	switch {
	case c < 0x80:
		return int(c), p
	case c < 0x90:
		m := map[string]any{}
		for range c & 15 {
			var k, v any
			k, p = unpack(p)
			v, p = unpack(p)
			m[fmt.Sprint(k)] = v
		}
		return m, p
	case c < 0xa0:
		var list []any
		for range c & 15 {
			v, p = unpack(p)
			list = append(list, v)
		}
		return list, p
	case c < 0xc0:
		size = int(c & 31)
	case c == 0xc0:
		return nil, p
	case c == 0xcc, c == 0xcd, c == 0xce:
		return number(1 << (c - 0xcc)), p
	case c == 0xd9, c == 0xda:
		size = number(1 << (c - 0xd9))
	default:
		return fmt.Sprintf("0x%02x", c), ""
	}
	return p[:size], p[size:]
}

type packedCaller struct {
	t testing.TB
	c net.Conn
	r *bufio.Reader
}

func (p *packedCaller) conn() net.Conn { return p.c }

func (p *packedCaller) call(service, method, arg string) string {
	p.t.Helper()
	send(p.t, p.c, get(packedKey(service, method, arg)))
	text := bulk(p.t, p.r)
	v, rest := unpack(text)
	m, ok := v.(map[string]any)
	if !ok || rest != "" {
		p.t.Fatalf("%q is no reply in MessagePack", text)
	}
	if m["ec"] != 200 {
		return fmt.Sprintf("ec %v: %v", m["ec"], m["em"])
	}
	return fmt.Sprintf("%q", m["result"])
}

// servePacked knows keys in MessagePack alone.
func servePacked(t testing.TB, h handler) *server {
	return serve(t, func(c net.Conn) {
		for r := bufio.NewReader(c); ; {
			words, err := command(r)
			if err != nil || len(words) != 2 {
				return
			}
			reply := "-ERR no MessagePack\r\n"
			if words[1][0] >= 0x80 {
				v, _ := unpack(words[1])
				m := v.(map[string]any)
				params := m["params"].(map[string]any)
				req := &request{raw: words[1], service: m["action"].(string), method: params["m"].(string), arg: fmt.Sprint(params["args"].([]any)...)}
				value := "\x83" + short("result") + short(h(req)) + short("ec") + "\xcc\xc8" + short("em") + short("")
				reply = fmt.Sprintf("$%d\r\n%s\r\n", len(value), value)
			}
			if _, err := io.WriteString(c, reply); err != nil {
				return
			}
		}
	})
}

// TestMessagePack has callers and servers of all kinds meet those that write MessagePack.
func TestMessagePack(t *testing.T) {
	const want = `"com.acme.User.getUser(7)"`
	redis := func(addr, encoding string) string {
		return fmt.Sprintf(`{protocol: redis, endpoints: [%q], encoding: %s}`, addr, encoding)
	}
	packed := func(t testing.TB, c net.Conn) caller { return &packedCaller{t, c, bufio.NewReader(c)} }
	for name, c := range map[string]struct {
		from    func(testing.TB, net.Conn) caller
		cluster string
	}{
		"JSON to MessagePack":        {callers["redis"], redis(servePacked(t, echo).addr, "msgpack")},
		"MessagePack to JSON":        {packed, redis(serveRedis(t, echo).addr, "json")},
		"MessagePack to MessagePack": {packed, redis(servePacked(t, echo).addr, "msgpack")},
		"MessagePack passes":         {packed, `{protocol: redis, endpoints: ["` + servePacked(t, echo).addr + `"]}`},
		"Dubbo to MessagePack":       {callers["dubbo"], redis(servePacked(t, echo).addr, "msgpack")},
		"HTTP to MessagePack":        {callers["http"], redis(servePacked(t, echo).addr, "msgpack")},
		"MessagePack to Dubbo":       {packed, `{protocol: dubbo, endpoints: ["` + serveDubbo(t, echo).addr + `"]}`},
		"MessagePack to HTTP":        {packed, `{protocol: http, endpoints: ["` + serveHTTP(t, echo).addr + `"]}`},
	} {
		t.Run(name, func(t *testing.T) {
			g := start(t, "clusters: {c: %s}\nrules: [{match: {service: com.acme.User}, to: c}]", c.cluster)
			caller := c.from(t, g.dial())
			for range 2 { // the connections are good for more
				if got := caller.call("com.acme.User", "getUser", "7"); got != want {
					t.Errorf("%s, want %s", got, want)
				}
			}
			if got := caller.call("com.acme.Nobody", "getUser", "7"); !strings.Contains(got, "com.acme.Nobody") {
				t.Errorf("a service that is not there: %s", got)
			}
		})
	}
}

// TestMessagePackAndProtobuf: by names both ways, MessagePack to gRPC and, in a second gateway, gRPC to MessagePack.
func TestMessagePackAndProtobuf(t *testing.T) {
	inner := startFile(t, t.TempDir(), `
listen: [{addr: "127.0.0.1:0"}]
clusters: {c: {protocol: redis, encoding: msgpack, endpoints: ["`+servePacked(t, echo).addr+`"]}}
services: [{name: com.acme.User, contract: [texts.contract, protos/acme/v1/users.proto]}]
rules: [{match: {service: com.acme.User}, to: c}]`)
	outer := startFile(t, t.TempDir(), `
listen: [{addr: "127.0.0.1:0"}]
clusters: {c: {protocol: grpc, endpoints: ["`+inner.addr(port)+`"]}}
services: [{name: com.acme.User, contract: [texts.contract, protos/acme/v1/users.proto]}]
rules: [{match: {service: com.acme.User}, to: c}]`)
	c := &packedCaller{t, outer.dial(), nil}
	c.r = bufio.NewReader(c.c)
	if got, want := c.call("com.acme.User", "getUser", "7"), `"com.acme.User.getUser(7)"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
