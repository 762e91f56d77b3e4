package hessian

import (
	"hash/maphash"
	"sync"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// keepText is the largest scratch buffer, in bytes, that a reader or a writer keeps for its next use.
const keepText = 64 << 10

// Encoding is one dialect of Hessian, with the classes it has met and the readers and writers that rest. It implements
// codecs.Encoding.
//
// Of the shapes, Args are consecutive values: as many as the Tuple has fields, or, without a Tuple, until the body ends. What
// stands behind the values (Dubbo's attachments) is left unread. Generic is the three arguments of Dubbo's $invoke; what is read
// and written are the arguments that it carries, as one List. A writer takes the method's name and the names of its parameter
// types from the Tuple, and writes values in the map form: objects as maps with the key "class" first, enums as their names; a writer
// whose type is no Tuple writes one value in that form, the result of such a call. A reader leaves maps as they are. Thrown is an
// exception object, read into and written from the neutral form.
//
// Of the wraps, Sofa has what the names of fields in a SofaRequest or SofaResponse say; a writer of Args needs the Tuple for it, and
// leaves the names of service and method null for the codec to put in. Apart has a stream for each of the Args and for each of the
// three of Generic; what is shared between two is written in each.
type Encoding struct {
	d       Dialect
	classes cache
	readers sync.Pool
	writers sync.Pool
}

// Hessian2 makes the Encoding "hessian2", the final 2.0.
func Hessian2() *Encoding { return newEncoding(Final) }

// Hessian2Draft makes the Encoding "hessian2-draft", the draft of 2.0.
func Hessian2Draft() *Encoding { return newEncoding(Draft) }

// Hessian1 makes the Encoding "hessian1", Hessian 1.0.
func Hessian1() *Encoding { return newEncoding(First) }

func newEncoding(d Dialect) *Encoding {
	return &Encoding{d: d, classes: cache{seed: maphash.MakeSeed()}}
}

// Name implements codecs.Encoding.
func (e *Encoding) Name() string { return e.d.String() }

// Reader implements codecs.Encoding. The Reader aliases b and does not release it. t tells it which objects of one field called
// name are enums (as the key of a map they always are). It is a token.RefReader; scalars that are objects in the stream, and what
// was skipped, it gives again where they are referred to. It refuses what a Scanner refuses, and beyond that cycles, shared
// references that expand over token.MaxExpand (16 bytes read again count as a token), BigIntegers of over 2048 bytes, and more
// containers than one for every four bytes of a body that has over 65536 of them.
func (e *Encoding) Reader(b wire.Body, f codecs.Format, t *contract.Type) token.Reader {
	r, _ := e.readers.Get().(*reader)
	if r == nil {
		r = &reader{enc: e}
	}
	r.s.ResetAs(b.Bytes(), e.d)
	r.s.rec = &r.tab
	r.shape, r.t = f.Shape, t
	r.wrap, r.framed, r.apart, r.before = f.Wrap, false, false, 0
	r.begun, r.keep, r.given, r.within, r.budget = false, false, 0, 0, token.MaxExpand
	return r
}
