package http_test

import (
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

var kilobyte = `["` + strings.Repeat("x", 1020) + `"]`

func BenchmarkDecodeRequest(b *testing.B) {
	for _, c := range []struct {
		name   string
		fields []string
	}{
		{"plain", []string{"User-Agent: curl/7.88.1", "Accept: */*"}},
		{"fields", []string{"User-Agent: curl/7.88.1", "Accept: */*", "Dragoman-Version: 1.0.0", "Dragoman-Timeout: 500",
			"Dragoman-Meta-tenant: acme", "Dragoman-Meta-user: 7", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := []byte(post("/com.acme.User/getUser", kilobyte, c.fields...))
			decode(b, server(), p)
		})
	}
}

func BenchmarkDecodeReply(b *testing.B) {
	decode(b, client(), []byte(answer("200 OK", kilobyte, "Content-Type: application/json", "Server: x", "Date: Sat, 21 Nov 2026 04:03:47 GMT")))
}

func decode(b *testing.B, s codecs.Session, p []byte) {
	b.ReportAllocs()
	b.SetBytes(int64(len(p)))
	var m codecs.Message
	for b.Loop() {
		if n, err := s.Decode(&m, p); n != len(p) || err != nil {
			b.Fatal(n, err)
		}
		m.Release()
	}
}

func BenchmarkEncodeRequest(b *testing.B) {
	m := request("com.acme.User", "getUser")
	m.Format.Encoding = "json"
	m.Version, m.Timeout = "1.0.0", 500e6
	m.Meta.Add("tenant", "acme")
	m.Meta.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	encodes(b, client(), m)
}

func BenchmarkEncodeReply(b *testing.B) {
	encodes(b, server(), codecs.Message{Kind: codecs.Reply, End: true, Header: codecs.Header{Format: codecs.Format{Encoding: "json", Shape: codecs.Value}}})
}

func encodes(b *testing.B, s codecs.Session, m codecs.Message) {
	b.ReportAllocs()
	b.SetBytes(int64(len(kilobyte)))
	var out wire.Out
	body := wire.Borrow([]byte(kilobyte))
	var e codecs.Message
	for b.Loop() {
		e = m
		e.Body = body
		if _, err := s.Encode(&out, &e); err != nil {
			b.Fatal(err)
		}
		out.Reset()
	}
}
