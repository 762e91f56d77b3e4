package dubbo

import (
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// echo1K is a call with 1 KB of text and its response.
func echo1K() (req, resp []byte) {
	text := str(strings.Repeat("0123456789abcdef", 64))
	tail := attached("path", "com.acme.Greeter", "remote.application", "shop", "interface", "com.acme.Greeter", "version", "1.0.0", "timeout", "1000", "x-trace", "t-1")
	req = frameOf(0xc2, 0, 7, call("2.0.2", "com.acme.Greeter", "1.0.0", "sayHello", strDesc, text, tail))
	return req, frameOf(0x02, 20, 7, "\x94"+text+attached("dubbo", "2.0.2"))
}

// passing is one hop of a call: decode a frame, encode it with another id.
func passing(t testing.TB, from, to *session, p []byte, hint uint64) func() {
	var out wire.Out
	var m codecs.Message
	return func() {
		m = codecs.Message{}
		if n, err := from.Decode(&m, p); n != len(p) || err != nil {
			t.Fatal(n, err)
		}
		if m.ID = 99; hint != 0 {
			m.Hint = hint
		}
		if _, err := to.Encode(&out, &m); err != nil {
			t.Fatal(err)
		}
		out.Reset()
	}
}

func TestAllocations(t *testing.T) {
	req, resp := echo1K()
	for name, f := range map[string]func(){
		"request":   passing(t, server(), client(), req, 0),
		"response":  passing(t, client(), server(), resp, modern),
		"generic":   passing(t, server(), client(), fixture(t, "dubbo-3.3.6_request_generic"), 0),
		"fastjson2": passing(t, server(), client(), fixture(t, "dubbo-3.3.6_request_fastjson2"), 0),
		"heartbeat": passing(t, server(), client(), fixture(t, "hb_req"), 0),
		"large":     passing(t, server(), client(), frameOf(0xc2, 0, 7, call("2.0.2", "s", "1", "m", strDesc, str(strings.Repeat("x", 20000)), "N")), 0),
	} {
		most := 0.0
		if name == "generic" {
			most = 1 // its list of types
		}
		if n := testing.AllocsPerRun(100, f); n > most {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkPassRequest1K(b *testing.B) {
	req, _ := echo1K()
	f := passing(b, server(), client(), req, 0)
	b.ReportAllocs()
	b.SetBytes(int64(len(req)))
	for b.Loop() {
		f()
	}
}

func BenchmarkPassResponse1K(b *testing.B) {
	_, resp := echo1K()
	f := passing(b, client(), server(), resp, modern)
	b.ReportAllocs()
	b.SetBytes(int64(len(resp)))
	for b.Loop() {
		f()
	}
}

func BenchmarkLoadMeta1K(b *testing.B) {
	req, _ := echo1K()
	s := server()
	var m codecs.Message
	if _, err := s.Decode(&m, req); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(req)))
	for b.Loop() {
		c := m
		if err := s.LoadMeta(&c); err != nil {
			b.Fatal(err)
		}
	}
}

// writeAgain measures how m is written; size is in bytes.
func writeAgain(b *testing.B, s codecs.Session, m *codecs.Message, size int) {
	b.Helper()
	var out wire.Out
	b.ReportAllocs()
	b.SetBytes(int64(size))
	for b.Loop() {
		anew := *m
		if _, err := s.Encode(&out, &anew); err != nil {
			b.Fatal(err)
		}
		out.Reset()
	}
}

func BenchmarkWriteRequest1K(b *testing.B) {
	req, _ := echo1K()
	s, c := server(), client()
	var m codecs.Message
	if _, err := s.Decode(&m, req); err != nil {
		b.Fatal(err)
	}
	if err := s.LoadMeta(&m); err != nil {
		b.Fatal(err)
	}
	m.Touch()
	writeAgain(b, c, &m, len(req))
}

func BenchmarkWriteResponse1K(b *testing.B) {
	_, resp := echo1K()
	s, c := server(), client()
	var m codecs.Message
	if _, err := c.Decode(&m, resp); err != nil {
		b.Fatal(err)
	}
	if err := c.LoadMeta(&m); err != nil {
		b.Fatal(err)
	}
	m.Touch()
	m.Hint = modern
	writeAgain(b, s, &m, len(resp))
}

func BenchmarkShorterTimeout1K(b *testing.B) {
	req, _ := echo1K()
	s, c := server(), client()
	var m codecs.Message
	if _, err := s.Decode(&m, req); err != nil {
		b.Fatal(err)
	}
	if err := s.LoadMeta(&m); err != nil {
		b.Fatal(err)
	}
	m.Timeout /= 2
	var out wire.Out
	b.ReportAllocs()
	for b.Loop() {
		again := m
		if _, err := c.Encode(&out, &again); err != nil {
			b.Fatal(err)
		}
		out.Reset()
	}
}
