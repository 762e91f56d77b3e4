package json

import (
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Encoding is "json" or, with Strings, "json-strings": the same but for 64-bit and larger numbers, which it writes as strings.
// It is immutable and safe for concurrent use, and implements codecs.Encoding.
type Encoding struct{ Strings bool }

// Name is what formats call it.
func (e Encoding) Name() string {
	if e.Strings {
		return "json-strings"
	}
	return "json"
}

// Reader reads b, which must stay until Close. The value is given as it stands, whatever the shape: arguments that are an
// object or a scalar are brought into order by token.CopyArgs. Text without escapes aliases b. No type is needed.
func (e Encoding) Reader(b wire.Body, f codecs.Format, _ *contract.Type) token.Reader {
	r := readers.Get().(*reader)
	r.reset(b.Bytes())
	r.optional = f.Shape == codecs.Void || f.Shape == codecs.Args
	return r
}

// Writer appends to o. All shapes are written alike; Void is nothing. No type is needed.
func (e Encoding) Writer(o *wire.Out, f codecs.Format, _ *contract.Type) token.Writer {
	w := writers.Get().(*writer)
	w.out, w.start, w.strings, w.optional = o, len(o.B), e.Strings, f.Shape == codecs.Void
	return w
}
