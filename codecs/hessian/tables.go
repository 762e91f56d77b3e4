package hessian

import (
	"fmt"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// tables is what a Reader keeps of what it has read, so that later values can name it: places in the stream, not values, for a
// stream may hold a hundred thousand containers of which few are ever named.
type tables struct {
	refs    []uint32 // where each container begins
	types   []uint32 // where each type name stands
	classes []classAt
	spans   []span // where containers end, as far as that is known; only where objects are keyed
}

// span is the end of a container: the place behind it, and how many containers begin before that.
type span struct{ end, refs uint32 }

// classAt is where a class definition stands, and what it says, once that has been asked for.
type classAt struct {
	at, end int
	class   *class
}

// minPlaces is how many containers, and how many type names, any stream may have. A longer stream may have one of each for every
// four bytes, so that neither table is ever larger than the stream. (A Scanner, which keeps no tables, has no such limit.)
const minPlaces = 1 << 16

// add appends a place to the table t of a stream of size bytes.
func add(t []uint32, at, size int) ([]uint32, error) {
	if len(t) == cap(t) && len(t) >= minPlaces {
		if len(t) >= size/4 {
			return t, codecs.Errorf(codecs.Invalid, "hessian: read: over %d lists, maps, objects or types in %d bytes", len(t), size)
		}
		t = append(make([]uint32, 0, size/4), t...) // at once, for growing by steps makes garbage of several times the size
	}
	return append(t, uint32(at)), nil
}

// keep is the number of entries of each table that is kept for the next use.
const keep = 1 << 12

func (t *tables) reset() {
	clear(t.classes)
	if cap(t.refs) > keep {
		t.refs = nil
	}
	if cap(t.types) > keep {
		t.types = nil
	}
	if cap(t.spans) > keep {
		t.spans = nil
	}
	t.refs, t.types, t.classes, t.spans = t.refs[:0], t.types[:0], t.classes[:0], t.spans[:0]
}

// limitError is a codecs.Error that is also one of the errors of package token.
type limitError struct {
	coded *codecs.Error
	is    error
}

func (e *limitError) Error() string   { return e.coded.Error() }
func (e *limitError) Unwrap() []error { return []error{e.coded, e.is} }

func limit(is error, format string, args ...any) error {
	return &limitError{codecs.Errorf(codecs.Invalid, "hessian: read: %s", fmt.Sprintf(format, args...)), is}
}
