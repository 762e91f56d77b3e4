package redis_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/tidwall/redcon"
	"pgregory.net/rapid"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/redis"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

const hello = `{"action":"/service/hello","params":{"m":"sayHello","args":["world",1]}}`

// array writes a command.
func array(words ...string) []byte {
	b := fmt.Appendf(nil, "*%d\r\n", len(words))
	for _, w := range words {
		b = fmt.Appendf(b, "$%d\r\n%s\r\n", len(w), w)
	}
	return b
}

func session(side codecs.Side, options ...string) codecs.Session {
	m := map[string]string{}
	for _, o := range options {
		k, v, _ := strings.Cut(o, "=")
		m[k] = v
	}
	return redis.Codec{}.Session(side, codecs.Settings{Options: m})
}

func encoded(t *testing.T, s codecs.Session, m *codecs.Message) (string, error) {
	t.Helper()
	var out wire.Out
	more, err := s.Encode(&out, m)
	if more {
		t.Fatalf("encode %s: more", m.Kind)
	}
	return string(out.AppendTo(nil)), err
}

// A reply that came with the other generation's success code is written anew.
func TestSuccessCodesMeet(t *testing.T) {
	for _, tc := range []struct{ success, came, want string }{
		{"200", `{"ec":200,"em":"","result":7 }`, `{"ec":200,"em":"","result":7 }`},
		{"200", `{"ec":0,"em":"","result":7 }`, `{"ec":200,"em":"","result":7}`},
		{"0", `{"ec":200,"result":7,"more":[]}`, `{"ec":0,"em":"","result":7}`},
		{"0", `{"ec":0,"result":7,"more":[]}`, `{"ec":0,"result":7,"more":[]}`},
		{"0", `{"ec":200,"em":"partial","result":7}`, `{"ec":0,"em":"partial","result":7}`},
		{"0", `{"ec":77,"em":"no","result":7}`, `{"ec":77,"em":"no","result":7}`},
	} {
		var m codecs.Message
		p := fmt.Appendf(nil, "$%d\r\n%s\r\n", len(tc.came), tc.came)
		if n, err := session(codecs.Client).Decode(&m, p); n != len(p) || err != nil {
			t.Fatalf("decode %s: %d, %v", tc.came, n, err)
		}
		got, err := encoded(t, session(codecs.Server, "success="+tc.success), &m)
		if want := fmt.Sprintf("$%d\r\n%s\r\n", len(tc.want), tc.want); got != want || err != nil {
			t.Errorf("%s to a client of %s: %q, %v; want %q", tc.came, tc.success, got, err, want)
		}
	}
}

func request(body string) codecs.Message {
	return codecs.Message{Kind: codecs.Request, End: true,
		Header: codecs.Header{Service: "/s", Method: "m", Format: codecs.Format{Encoding: "json", Shape: codecs.Args}},
		Body:   wire.Borrow([]byte(body))}
}

func TestRequestLimitOfOldServers(t *testing.T) {
	const around = `{"action":"/s","params":{"m":"m","args":[""]}}`
	for _, tc := range []struct {
		option string
		size   int
		ok     bool
	}{{"none", 1 << 20, true}, {"32k", 32<<10 - 1, true}, {"32k", 32 << 10, false}} {
		m := request(`["` + strings.Repeat("x", tc.size-len(around)) + `"]`)
		got, err := encoded(t, session(codecs.Client, "max_request="+tc.option), &m)
		if (err == nil) != tc.ok || err != nil && (got != "" || codecs.StatusOf(err).Code != codecs.Invalid) {
			t.Errorf("request of %d bytes, max_request=%s: %d bytes, %v", tc.size, tc.option, len(got), err)
		}
	}
}

func TestProps(t *testing.T) {
	for option, want := range map[string]string{
		"no":  `{"action":"/s","params":{"m":"m","args":[]}}`,
		"yes": `{"action":"/s","params":{"m":"m","args":[]},"props":{"hashid":"7","a\"b":"c\r\nd"}}`,
	} {
		m := request("[]")
		m.Meta.Pairs = []codecs.Pair{{Key: "MOA-ID", Value: "1"}, {Key: "hashid", Value: "7"}, {Key: "", Value: "2"},
			{Key: "moa.env.pre", Value: "true"}, {Key: `a"b`, Value: "c\r\nd"}}
		got, err := encoded(t, session(codecs.Client, "props="+option), &m)
		if err != nil || got != string(array("GET", want)) {
			t.Errorf("props=%s: %q, %v", option, got, err)
		}
	}
}

// What cannot be said fails the call alone and leaves no byte.
func TestEncodeRefuses(t *testing.T) {
	hessian := request("\x90")
	hessian.Format.Encoding = "hessian2"
	open := request("[]")
	open.End = false
	thrown := codecs.Message{Kind: codecs.Reply, End: true, Body: wire.Borrow([]byte("{}"))}
	thrown.Format = codecs.Format{Encoding: "json", Shape: codecs.Thrown}
	part := codecs.Message{Kind: codecs.Reply, End: true, Part: true}
	for name, tc := range map[string]struct {
		side codecs.Side
		m    codecs.Message
	}{
		"a request in hessian":     {codecs.Client, hessian},
		"a request not at its end": {codecs.Client, open},
		"a piece of a request":     {codecs.Client, codecs.Message{Kind: codecs.Data}},
		"an exception with OK":     {codecs.Server, thrown},
		"a piece of a reply":       {codecs.Server, part},
		"more of a reply":          {codecs.Server, codecs.Message{Kind: codecs.Data}},
	} {
		if got, err := encoded(t, session(tc.side), &tc.m); err == nil || got != "" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// The line of an inline command may have 64 KiB, however it comes.
func TestInlineLimit(t *testing.T) {
	for _, tc := range []struct {
		size int
		ok   bool
	}{{64 << 10, true}, {64<<10 + 1, false}} {
		for _, end := range []string{"\n", "\r\n"} {
			line := []byte("ECHO " + strings.Repeat("x", tc.size-5) + end)
			for _, piece := range []int{1, 1000, len(line)} {
				s := session(codecs.Server)
				var m codecs.Message
				var err error
				n := 0
				for at := piece; n == 0 && err == nil && at < len(line)+piece; at += piece {
					n, err = s.Decode(&m, line[:min(at, len(line))])
				}
				if tc.ok && (err != nil || n != len(line) || m.Kind != codecs.Control) {
					t.Errorf("a line of %d in pieces of %d: %d, %v", tc.size, piece, n, err)
				}
				if !tc.ok && (n != 0 || err == nil || !strings.Contains(err.Error(), "too big inline request")) {
					t.Errorf("a line of %d in pieces of %d: %d, %v", tc.size, piece, n, err)
				}
				m.Release()
			}
		}
	}
}

// Many elements of one command may together be no more than one frame.
func TestFrameLimitIsOfTheCommand(t *testing.T) {
	s := redis.Codec{}.Session(codecs.Server, codecs.Settings{MaxFrame: 1000})
	var m codecs.Message
	if n, err := s.Decode(&m, array("MGET", strings.Repeat("a", 600), strings.Repeat("b", 600))); n != 0 || err == nil {
		t.Errorf("two keys of 600 bytes over a limit of 1000: %d, %v", n, err)
	}
}

// The rest of an MGET may lie in another buffer, and other bytes behind it.
func TestMGETAcrossBuffers(t *testing.T) {
	for _, cmd := range [][]byte{array("MGET", hello, hello, hello), []byte("MGET '" + hello + "' '" + hello + "' '" + hello + "'\r\n")} {
		s := session(codecs.Server)
		p := append(bytes.Clone(cmd), "*1\r\n"...)
		for i := range 3 {
			var m codecs.Message
			n, err := s.Decode(&m, p)
			if n == 0 || err != nil || m.Service != "/service/hello" || string(m.Body.Bytes()) != `["world",1]` {
				t.Fatalf("call %d of %q: %d, %v, %s %q", i, cmd, n, err, m.Service, m.Body.Bytes())
			}
			if want := uint64(3); (m.Hint == want) != (i == 0) {
				t.Errorf("call %d: hint %d", i, m.Hint)
			}
			p = bytes.Clone(p[n:])
		}
		if string(p) != "*1\r\n" {
			t.Errorf("%q is left", p)
		}
	}
}

// Every code goes out as an ec that is read as the same code, but for the two that the wire cannot tell from a fault.
func TestStatusTable(t *testing.T) {
	codes := map[int32]codecs.Code{}
	for _, r := range redis.Rows() {
		if _, twice := codes[r.EC]; twice || r.Name == "" {
			t.Errorf("ec %d: twice or without a name", r.EC)
		}
		codes[r.EC] = r.Code
	}
	for c := codecs.OK; int(c) < codecs.Codes; c++ {
		want := c
		if c == codecs.Internal || c == codecs.Malformed {
			want = codecs.Fault
		}
		if got, ok := codes[redis.EC(c)]; !ok || got != want {
			t.Errorf("%s is written as %d and read as %s, want %s", c, redis.EC(c), got, want)
		}
	}
}

// Valid commands are read as redcon reads them.
func TestLikeRedcon(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		words := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 40), 1, 8).Draw(r, "words")
		text := make([]string, len(words))
		for i, w := range words {
			text[i] = string(w)
		}
		p := append(array(append([]string{"NOSUCH"}, text...)...), "*1\r\n"...)
		done, args, _, left, err := redcon.ReadNextCommand(p, nil)
		if !done || err != nil {
			r.Fatalf("redcon: %v, %v", done, err)
		}
		var m codecs.Message
		n, err := session(codecs.Server).Decode(&m, p)
		if err != nil || n != len(p)-len(left) {
			r.Fatalf("took %d, %v; redcon took %d", n, err, len(p)-len(left))
		}
		want := "-ERR unknown command 'NOSUCH', with args beginning with: "
		for _, a := range args[1:] {
			if len(want) < 120 { // behind that redis cuts
				want += "'" + clean(string(a)) + "' "
			}
		}
		if got := string(m.Body.Bytes()); !strings.HasPrefix(got, want[:min(len(want), 120)]) {
			r.Fatalf("%q, want %q", got, want)
		}
	})
}

func clean(s string) string {
	b := []byte(s)
	for i := range b {
		if b[i] < ' ' || b[i] == 0x7f {
			b[i] = ' '
		}
	}
	return string(b)
}

func BenchmarkDecodeGET1K(b *testing.B) {
	p := array("GET", `{"action":"/service/hello","params":{"m":"sayHello","args":["`+strings.Repeat("x", 1024)+`"]}}`)
	s := session(codecs.Server)
	b.SetBytes(int64(len(p)))
	b.ReportAllocs()
	var m codecs.Message
	for b.Loop() {
		if n, err := s.Decode(&m, p); n != len(p) || err != nil {
			b.Fatal(n, err)
		}
		m.Release()
	}
}

func BenchmarkEncodeReply1K(b *testing.B) {
	body := []byte(`"` + strings.Repeat("x", 1024) + `"`)
	s := session(codecs.Server)
	var out wire.Out
	b.ReportAllocs()
	var m codecs.Message
	for b.Loop() {
		m = codecs.Message{Kind: codecs.Reply, End: true, Body: wire.Borrow(body)}
		m.Format = codecs.Format{Encoding: "json", Shape: codecs.Value}
		if _, err := s.Encode(&out, &m); err != nil {
			b.Fatal(err)
		}
		out.Reset()
	}
}

func BenchmarkPassGET1K(b *testing.B) {
	p := array("GET", `{"action":"/service/hello","params":{"m":"sayHello","args":["`+strings.Repeat("x", 1024)+`"]}}`)
	server, client := session(codecs.Server), session(codecs.Client)
	var out wire.Out
	b.ReportAllocs()
	var m codecs.Message
	for b.Loop() {
		if _, err := server.Decode(&m, p); err != nil {
			b.Fatal(err)
		}
		if _, err := client.Encode(&out, &m); err != nil {
			b.Fatal(err)
		}
		out.Reset()
	}
}

func BenchmarkDecodeReply1K(b *testing.B) {
	v := `{"ec":200,"em":"","result":"` + strings.Repeat("x", 1024) + `"}`
	p := fmt.Appendf(nil, "$%d\r\n%s\r\n", len(v), v)
	s := session(codecs.Client)
	b.ReportAllocs()
	var m codecs.Message
	for b.Loop() {
		if n, err := s.Decode(&m, p); n != len(p) || err != nil {
			b.Fatal(n, err)
		}
		m.Release()
	}
}
