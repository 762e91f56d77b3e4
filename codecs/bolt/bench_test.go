package bolt

import (
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// BenchmarkPass is what a gateway does with a frame that stays as it is: decode, new id, encode.
func BenchmarkPass(b *testing.B) {
	for _, c := range []struct {
		name, fixture, version string
		from, to               codecs.Side
	}{
		{"request", "sofarpc-5.13.2_request_echo", version1, codecs.Server, codecs.Client},
		{"reply", "sofarpc-5.13.2_reply_generic", version1, codecs.Client, codecs.Server},
		{"checksum", "v2_request_pb_crc", version2CRC, codecs.Server, codecs.Client},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := fixture(b, c.fixture)
			in, out := open(c.from), open(c.to, "version", c.version)
			var o wire.Out
			var m codecs.Message
			b.SetBytes(int64(len(p)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := in.Decode(&m, p); err != nil {
					b.Fatal(err)
				}
				m.ID++
				if _, err := out.Encode(&o, &m); err != nil {
					b.Fatal(err)
				}
				o.Reset()
			}
		})
	}
}
