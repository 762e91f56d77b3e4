package hsf

import (
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// encodings write what unwrapped makes.
var encodings = [...]*hessian.Encoding{hessian.Final: hessian.Hessian2(), hessian.Draft: hessian.Hessian2Draft(), hessian.First: hessian.Hessian1()}

// unwrapped makes a call of the method itself of a generic invocation: the list of arguments becomes arguments. They must be written
// anew, because in the list they share tables, and what is in two of them must be in each.
func (s *session) unwrapped(c *call, m *codecs.Message) error {
	y := s.syntaxOf(c.codec)
	enc := encodings[y.dialect]
	var out wire.Out
	defer out.Reset()
	rd := enc.Reader(m.Body, m.Format, nil)
	wr := enc.Writer(&out, codecs.Format{Encoding: enc.Name(), Shape: codecs.Args, Wrap: codecs.Apart}, nil)
	_, err := token.CopyArgs(wr, rd, nil)
	rd.Close()
	if e := wr.Close(); err == nil {
		err = e
	}
	if err != nil {
		return refuse(codecs.Internal, "encode request", err)
	}
	if err := c.args.measure(y, out.B); err != nil {
		return refuse(codecs.Internal, "encode request", err)
	}
	if n := countTypes(c.types); n != c.args.n {
		return unknownTypes(m, n, c.args.n)
	}
	m.Body.Release()
	c.body = out.Take()
	return nil
}
