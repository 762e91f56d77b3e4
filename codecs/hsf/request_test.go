package hsf

import (
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// The header of a generic call is that of the call it means, in each syntax that is read.
func TestInvoke(t *testing.T) {
	in := func(codec byte, parts ...string) sample {
		r := invoke(parts...)
		r.codec = codec
		return r
	}
	for _, c := range []struct {
		name   string
		option string // flavour
		r      sample
		method string
		desc   string
		args   int16
		format codecs.Format
	}{
		{"Hessian 2", "final", in(4, "\x03put", "\x7a\x03int\x05[La.B", "\x7a\x91\x4e"), "", "", 0, codecs.Format{}},
		{"Hessian 2", "final", in(4, "\x03put", "\x7a\x03int\x06[La.B;", "\x7a\x91\x4e"), "put", "I[La/B;", 2,
			codecs.Format{Encoding: "hessian2", Shape: codecs.Generic, Wrap: codecs.Apart}},
		{"types as people write them", "final", in(4, "\x03put", "\x79\x05a.B[]", "\x79\x4e"), "put", "[La/B;", 1,
			codecs.Format{Encoding: "hessian2", Shape: codecs.Generic, Wrap: codecs.Apart}},
		{"the draft", "draft", in(4, "\x03put", "Vt\x00\x07[stringn\x01\x03intz", "Vn\x01\x91z"), "put", "I", 1,
			codecs.Format{Encoding: "hessian2-draft", Shape: codecs.Generic, Wrap: codecs.Apart}},
		{"Hessian 1", "final", in(1, "S\x00\x03put", "Vt\x00\x07[stringl\x00\x00\x00\x01S\x00\x03intz", "Vl\x00\x00\x00\x01I\x00\x00\x00\x01z"), "put", "I", 1,
			codecs.Format{Encoding: "hessian1", Shape: codecs.Generic, Wrap: codecs.Apart}},
		{"JSON", "final", in(6, `"put"`, `["int","a.B"]`, ` [1, {"x":2}]`), "put", "ILa/B;", 2, codecs.Format{Encoding: "json", Shape: codecs.Args}},
		{"JSON without types", "final", in(6, `"put"`, `null`, `null`), "put", "", 0, codecs.Format{Encoding: "json", Shape: codecs.Args}},
		{"java", "final", in(2, "?", "?", "?"), "", "", -1, codecs.Format{Shape: codecs.Args}},
		{"JSON with a type that is none", "final", in(6, `"put"`, `[7]`, `[7]`), "", "", 0, codecs.Format{}},
		{"JSON with a method that is none", "final", in(6, `{}`, `[]`, `[]`), "", "", 0, codecs.Format{}},
	} {
		var m codecs.Message
		n, err := server("flavour", c.option).Decode(&m, c.r.bytes())
		if c.format == (codecs.Format{}) {
			if err == nil || n == 0 {
				t.Errorf("%s: took %d, %v, method %q", c.name, n, err, m.Method)
			}
		} else if err != nil || m.Method != c.method || m.Descriptor != c.desc || m.Args != c.args || m.Format != c.format {
			t.Errorf("%s: %q of %q, %d in %v, %v", c.name, m.Method, m.Descriptor, m.Args, m.Format, err)
		}
		m.Release()
	}
}
