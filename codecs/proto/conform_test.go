package proto_test

import (
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/codectest"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/proto"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// anyValue is the encoding with dragoman.v1.Value, which holds any value, where the suite says no type.
type anyValue struct{ proto.Encoding }

func (e anyValue) Reader(b wire.Body, f codecs.Format, _ *contract.Type) token.Reader {
	return e.Encoding.Reader(b, f, proto.AnyValue())
}

func (e anyValue) Writer(o *wire.Out, f codecs.Format, _ *contract.Type) token.Writer {
	return e.Encoding.Writer(o, f, proto.AnyValue())
}

func TestEncoding(t *testing.T) { codectest.RunEncoding(t, anyValue{}) }
