package hessian

import (
	"io"
	"math"
	"slices"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// reader gives the tokens of one body. It walks the stream with a Scanner and keeps what is open on a stack of its own.
//
// The place it reads at moves back for two reasons: Seek, and a reference, which is expanded by reading its container again where
// it stands. The Scanner keeps the tables as they are while it reads what it has read before, so both are only a change of place.
type reader struct {
	s       Scanner
	tab     tables
	enc     *Encoding
	shape   codecs.Shape
	t       *contract.Type
	stack   []frame
	begun   bool
	deepest int // frames used
	wrap    codecs.Wrap
	bases   []base       // of the arguments' streams, if each has its own
	framed  bool         // the value is a field of an object
	behind  objectFields // the fields of that which come behind it
	keep    bool         // references are given and not expanded
	apart   bool         // but for those from one argument to another
	before  int64        // containers given before the present argument
	given   int64        // containers given as tokens
	tokens  []int32      // of each container in the stream: 1 + its number among those given; 0 if it was not given
	within  int          // references being expanded
	budget  int          // what expanding may still cost
	made    []byte       // the text of a scalar that was made here
	raw     []byte       // the class of an object that is keyed
	faults  []member     // of the exceptions that are open
	mag     []byte       // of a BigInteger
	parts   parts        // of a java.time value
}

// frame is a container that is open.
type frame struct {
	kind   frameKind
	value  bool   // of a map: a key was given and its value is due
	closed bool   // of a list or an object: there is an end mark although n says how many members there are
	n      int    // members still to come; -1: until the end mark. Of an exception: the next step
	i      int    // members begun
	at     int    // of a map: where the present key stands
	ref    int    // its number; -1 if it has none
	class  *class // of an object
	back   place  // where to go on behind it, if it was read for a reference
	from   int    // of an exception: its first member
}

// place is a place in the stream that can be gone back to. The zero place stands for none: there is always an opcode before it.
type place struct{ pos, refs int }

type frameKind uint8

const (
	inList frameKind = iota
	inMap
	inObject
	inArgs   // the list around arguments
	inFault  // the map that stands for an exception
	inFields // the map of its own fields
	inTrace  // the list of its stack trace
)

// Next implements token.Reader.
func (r *reader) Next(t *token.Token) error {
	*t = token.Token{}
	if len(r.stack) == 0 {
		return r.first(t)
	}
	f := &r.stack[len(r.stack)-1]
	switch f.kind {
	case inFault:
		return r.nextOfFault(t, f)
	case inFields:
		return r.nextField(t, f)
	case inTrace:
		return r.nextLine(t, f)
	}
	end, key, err := r.step(f)
	if err != nil {
		return err
	}
	if end {
		r.pop(t)
		return nil
	}
	return r.value(t, key)
}

// first begins the body.
func (r *reader) first(t *token.Token) error {
	if r.begun {
		return r.last()
	}
	r.begun = true
	if len(r.s.p) > math.MaxInt32 {
		return codecs.Errorf(codecs.Invalid, "hessian: read: body of %d bytes", len(r.s.p))
	}
	if r.wrap == codecs.Sofa && r.shape != codecs.Void {
		return r.sofa(t)
	}
	return r.plain(t)
}

// plain begins a body that has nothing around it.
func (r *reader) plain(t *token.Token) error {
	switch r.shape {
	case codecs.Void:
		return io.EOF
	case codecs.Value:
		return r.value(t, false)
	case codecs.Args:
		n := -1
		if r.t != nil {
			n = len(r.t.Fields)
		}
		r.begin(t, token.List, n, frame{kind: inArgs, n: n, ref: -1})
		return nil
	case codecs.Generic:
		return r.generic(t)
	case codecs.Thrown:
		return r.thrown(t)
	}
	return codecs.Errorf(codecs.Unimplemented, "hessian: read: shape %v", r.shape)
}

// generic begins the arguments of a generic invocation, the third of its values.
func (r *reader) generic(t *token.Token) error {
	for range 2 {
		if err := r.s.value(0); err != nil {
			return err
		}
		if r.wrap == codecs.Apart {
			r.anew()
		}
	}
	if r.s.Null() {
		r.begin(t, token.List, 0, frame{kind: inArgs, ref: -1})
		return nil
	}
	h, err := r.s.list()
	if err != nil {
		return err
	}
	r.begin(t, token.List, h.n, frame{kind: inList, n: h.n, ref: h.ref, closed: h.closed})
	return nil
}

// begin gives the token of a container and opens it.
func (r *reader) begin(t *token.Token, k token.Kind, n int, f frame) {
	t.Kind, t.Int = k, int64(n)
	if r.keep && f.ref >= 0 {
		for len(r.tokens) <= f.ref {
			r.tokens = append(r.tokens, 0)
		}
		r.tokens[f.ref] = int32(r.given) + 1
	}
	r.given++
	r.stack = append(r.stack, f)
	r.deepest = max(r.deepest, len(r.stack))
}

// step moves on to the next member of f, if there is one.
func (r *reader) step(f *frame) (end, key bool, err error) {
	switch {
	case f.kind == inMap && f.value:
		f.value = false
		return false, false, nil
	case f.n == 0:
		if f.closed {
			err = r.s.close(f.i)
		}
		return err == nil, false, err
	case f.n > 0:
		f.n--
		if f.kind == inObject {
			err = r.member()
		}
	case f.kind == inArgs:
		end = r.s.Left() == 0
	default:
		end, err = r.s.end()
	}
	if end || err != nil {
		return end, false, err
	}
	f.i++
	if len(r.stack) == 1 {
		err = r.argument(f)
	}
	if f.kind == inMap {
		f.value, f.at = true, r.s.pos
		return false, true, err
	}
	return false, false, err
}

// pop gives the End of the last container.
func (r *reader) pop(t *token.Token) {
	t.Kind = token.End
	f := &r.stack[len(r.stack)-1]
	r.stack = r.stack[:len(r.stack)-1] // f stays as it is, for Seek may come back to it
	if f.back != (place{}) {
		r.goTo(f.back)
		r.within--
	}
}

func (r *reader) here() place { return place{r.s.pos, r.s.refs} }

func (r *reader) goTo(p place) { r.s.pos, r.s.refs = p.pos, p.refs }

// Skip implements token.Reader.
func (r *reader) Skip() error {
	if len(r.stack) > 0 {
		f := &r.stack[len(r.stack)-1]
		if f.kind < inFault {
			return r.skip(f)
		}
	}
	var t token.Token
	for depth := 0; ; {
		if err := r.Next(&t); err != nil {
			return err
		}
		switch t.Kind {
		case token.List, token.Map, token.Object:
			depth++
		case token.End:
			depth--
		}
		if depth <= 0 {
			return nil
		}
	}
}

func (r *reader) skip(f *frame) error {
	end, _, err := r.step(f)
	if err != nil {
		return err
	}
	if end {
		return codecs.Errorf(codecs.Internal, "hessian: read: Skip at the end of a value")
	}
	from := r.s.pos
	if err := r.s.value(len(r.stack)); err != nil {
		return err
	}
	return r.spend(r.s.pos - from)
}

// Pass implements token.Reader: texts must be walked to find their end, so it is no cheaper than Skip.
func (r *reader) Pass() error { return r.Skip() }

// What Mark.B says beside the number of frames: how many references are being expanded, and two facts.
const (
	markDepth  = 1<<10 - 1
	markWithin = 10 // shift
	markValue  = 1 << 20
	markBegun  = 1 << 21
)

// Mark implements token.Reader. A Mark is good while what was open when it was taken still is, or has just ended: nothing else may
// have been begun at its depth.
func (r *reader) Mark() token.Mark {
	m := token.Mark{A: r.s.pos, B: len(r.stack) | r.within<<markWithin}
	if r.begun {
		m.B |= markBegun
	}
	if len(r.stack) > 0 {
		f := &r.stack[len(r.stack)-1]
		m.C, m.D = f.n, f.i
		if f.value {
			m.B |= markValue
		}
	}
	return m
}

// Seek implements token.Reader.
func (r *reader) Seek(m token.Mark) error {
	refs, _ := slices.BinarySearch(r.tab.refs, uint32(m.A)) // so many containers begin before it
	for i := len(r.bases) - 1; i >= 0; i-- {
		if r.s.base = r.bases[i]; r.s.base.pos <= m.A {
			break
		}
	}
	r.goTo(place{m.A, refs})
	r.begun, r.within = m.B&markBegun != 0, m.B>>markWithin&markDepth
	r.stack = r.stack[:m.B&markDepth]
	if len(r.stack) > 0 {
		f := &r.stack[len(r.stack)-1]
		f.n, f.i, f.value = m.C, m.D, m.B&markValue != 0
	}
	return nil
}

// KeepRefs implements token.RefReader.
func (r *reader) KeepRefs(apart bool) { r.keep, r.apart = true, apart }

// Close implements token.Reader.
func (r *reader) Close() {
	clear(r.stack[:r.deepest])
	clear(r.faults[:cap(r.faults)])
	r.stack, r.faults, r.deepest = r.stack[:0], r.faults[:0], 0
	if cap(r.tokens) > keep || cap(r.faults) > keepMembers {
		r.tokens, r.faults = nil, nil
	}
	r.tokens, r.bases, r.behind = r.tokens[:0], r.bases[:0], objectFields{}
	if cap(r.made) > keepText || cap(r.raw) > keepText {
		r.made, r.raw = nil, nil
	}
	if cap(r.s.buf) > keepText {
		r.s.buf = nil
	}
	r.tab.reset()
	r.s.p, r.s.rec, r.t = nil, nil, nil
	r.enc.readers.Put(r)
}
