package hsf

import (
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// An intact frame of 1 KB read and sent on, each way.
func BenchmarkPass(b *testing.B) {
	text := str(strings.Repeat("x", 1000))
	r := sample{4, 1, 3000, "com.acme.User:1.0.0", "echo", []string{"java.lang.String"}, []string{text}, ""}
	for _, c := range []struct {
		name     string
		p        []byte
		from, to *session
	}{{"request", r.bytes(), server(), client()}, {"response", answer(20, 4, text), client(), server()}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(c.p)))
			var out wire.Out
			for b.Loop() {
				var m codecs.Message
				if _, err := c.from.Decode(&m, c.p); err != nil {
					b.Fatal(err)
				}
				if _, err := c.to.Encode(&out, &m); err != nil {
					b.Fatal(err)
				}
				out.Reset()
			}
		})
	}
}
