package codecs

import (
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Encoding is a body syntax: one reader and one writer, however many other encodings there are. Immutable and safe for
// concurrent use; the readers and writers it gives are not.
//
// Of the shapes: Value reads and writes one value. Args is always one List(n) … End. Void is nothing. Thrown is a fault in its
// neutral form, a Map with the keys class (String), message (String or Null), fields (Map), cause (the same again, or Null) and
// trace (List of String, may be left out), in that order; an encoding that writes exceptions in another way (Hessian: as
// objects) turns them into this and back.
type Encoding interface {
	Name() string
	// Reader reads b. t is what is known of the value, or nil; for Args it is a Tuple, needed where the syntax does not count.
	Reader(b wire.Body, f Format, t *contract.Type) token.Reader
	// Writer appends to o. t is what the receiver expects, or nil.
	Writer(o *wire.Out, f Format, t *contract.Type) token.Writer
}

// Typed is an Encoding whose bytes cannot be read or written without a type that its own contract.Schema made.
type Typed interface {
	Encoding
	// Reads says whether t is such a type.
	Reads(t *contract.Type) bool
}
