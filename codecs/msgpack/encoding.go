package msgpack

import (
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Encoding is "msgpack". It is immutable and safe for concurrent use, and implements codecs.Encoding.
type Encoding struct{}

// Name is what formats call it.
func (Encoding) Name() string { return "msgpack" }

// Reader reads b, which must stay until Close. The value is given as it stands, whatever the shape. Text aliases b. No type is
// needed.
func (Encoding) Reader(b wire.Body, f codecs.Format, _ *contract.Type) token.Reader {
	r := readers.Get().(*reader)
	r.reset(b.Bytes())
	r.optional = f.Shape == codecs.Void || f.Shape == codecs.Args
	return r
}

// Writer appends to o. All shapes are written alike; Void is nothing. No type is needed.
func (Encoding) Writer(o *wire.Out, f codecs.Format, _ *contract.Type) token.Writer {
	w := writers.Get().(*writer)
	w.out, w.start, w.optional = o, len(o.B), f.Shape == codecs.Void
	return w
}
