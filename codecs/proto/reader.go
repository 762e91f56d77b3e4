package proto

import (
	"io"
	"sync"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

var readers = sync.Pool{New: func() any { return new(reader) }}

// reader gives the tokens of one body. Each message is gone over twice: once to note where its fields are, which may stand in any order,
// and once to give them in the order of its table.
type reader struct {
	p      []byte
	root   *table
	stack  []frame
	spans  []span // of the messages that are open
	begun  bool
	err    error  // sticks
	buf    []byte // a text that does not stand in the body
	one    token.Token
	joined int // bytes of messages in pieces
	filled int // fields given that are not there
	walked int // bytes of other fields passed over in lists
}

// frameKind is what is open.
type frameKind uint8

const (
	inMessage frameKind = iota // an object, or a map by names; or a list of arguments
	inList                     // the records of a repeated field
	inMap                      // the records of a map
	inOne                      // a list of one message: the only argument
	inAny                      // an Any, before its type is known
)

// frame is a list, map or object that is open.
type frame struct {
	kind   frameKind
	keyed  bool     // inMessage: names are given. inMap: keys are given
	valued bool     // the name or key was given, its value is next
	m      *message // inMessage, inOne, inAny; of inList and inMap the one that has f
	f      *field   // inList, inMap
	p      []byte   // the message whose records are gone through
	order  []int    // inMessage
	next   int      // place in order; step of inOne and inAny
	pos    int      // inList, inMap: offset of the next record, or of the next packed element
	chunk  int      // inList: offset behind the scalars of the record that pos is in
	last   int      // inList, inMap: offset behind the last record
	base   int      // inMessage: first span
	top    int      // len(spans) while this frame is on top
}

// Limits of what a pooled reader keeps.
const (
	keepText  = 64 << 10 // bytes
	keepSpans = 4 << 10
)

// Close gives the reader back to its pool.
func (r *reader) Close() {
	if cap(r.buf) > keepText {
		r.buf = nil
	}
	if cap(r.spans) > keepSpans {
		r.spans = nil
	}
	clear(r.stack[:cap(r.stack)])
	*r = reader{stack: r.stack[:0], spans: r.spans[:0], buf: r.buf[:0]}
	readers.Put(r)
}

// Next gives the next token.
func (r *reader) Next(t *token.Token) error {
	if r.err != nil {
		return r.err
	}
	err := r.next(t)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return err
}

func (r *reader) next(t *token.Token) error {
	if len(r.stack) == 0 {
		if r.begun {
			return io.EOF
		}
		r.begun = true
		return r.begin(t)
	}
	switch f := &r.stack[len(r.stack)-1]; f.kind {
	case inMessage:
		return r.member(t, f)
	case inList:
		return r.element(t, f)
	case inMap:
		return r.pair(t, f)
	case inAny:
		return r.anything(t, f)
	default:
		if f.next++; f.next == 1 {
			return r.message(t, f.m, f.p)
		}
		return r.end(t)
	}
}

// begin gives the first token.
func (r *reader) begin(t *token.Token) error {
	tab := r.root
	switch {
	case !tab.args:
		return r.message(t, tab.msg, r.p)
	case !tab.spread:
		*t = token.Token{Kind: token.List, Int: 1}
		return r.push(frame{kind: inOne, m: tab.msg, p: r.p})
	}
	base, err := r.scan(tab.msg, r.p)
	if err != nil {
		return err
	}
	*t = token.Token{Kind: token.List, Int: int64(len(tab.params))}
	return r.push(frame{kind: inMessage, m: tab.msg, p: r.p, order: tab.params, base: base})
}

func (r *reader) push(f frame) error {
	n := len(r.stack)
	if n == token.MaxDepth {
		return deep("read", f.m)
	}
	if n == cap(r.stack) { // what stands behind the present length stays: Seek comes back to it
		next := make([]frame, max(8, 2*n))
		copy(next, r.stack)
		r.stack = next
	}
	f.top = len(r.spans)
	r.stack = r.stack[:n+1]
	r.stack[n] = f
	return nil
}

// end closes what is open on top.
func (r *reader) end(t *token.Token) error {
	*t = token.Token{Kind: token.End}
	r.stack = r.stack[:len(r.stack)-1]
	r.restore()
	return nil
}

// restore brings the spans to where they were when the frame on top was on top.
func (r *reader) restore() {
	top := 0
	if n := len(r.stack); n > 0 {
		top = r.stack[n-1].top
	}
	r.spans = r.spans[:top]
}

// Skip goes over one value or key, checking all of it.
func (r *reader) Skip() error {
	for depth := 0; ; {
		if err := r.Next(&r.one); err != nil {
			return err
		}
		switch r.one.Kind {
		case token.List, token.Map, token.Object:
			depth++
		case token.End:
			if depth--; depth < 0 {
				r.err = codecs.Errorf(codecs.Invalid, "proto: read: an end where a value is due")
				return r.err
			}
		}
		if depth == 0 {
			return nil
		}
	}
}

// Pass goes over one value, only to find its end.
func (r *reader) Pass() error {
	if n := len(r.stack); n > 0 && r.err == nil {
		// The value of a field needs no look, for where each begins and ends is known.
		if f := &r.stack[n-1]; f.kind == inMessage && f.next < len(f.order) && f.keyed == f.valued {
			f.next++
			f.valued = false
			return nil
		}
	}
	return r.Skip()
}

// Mark gives the present place. Coming back is possible while what was open at the mark is open still, or was closed last.
func (r *reader) Mark() token.Mark {
	m := token.Mark{A: len(r.stack)}
	if m.A == 0 {
		if r.begun {
			m.B = 1
		}
		return m
	}
	f := &r.stack[m.A-1]
	m.B = f.next<<4 | int(f.kind)<<1
	if f.valued {
		m.B |= 1
	}
	m.C, m.D = f.pos, f.chunk
	return m
}

// Seek goes to a place that Mark gave.
func (r *reader) Seek(m token.Mark) error {
	if r.err != nil {
		return r.err
	}
	if r.stack = r.stack[:m.A]; m.A == 0 {
		r.begun = m.B == 1
	} else {
		f := &r.stack[m.A-1]
		f.next, f.kind, f.valued = m.B>>4, frameKind(m.B>>1&7), m.B&1 == 1
		f.pos, f.chunk = m.C, m.D
	}
	r.restore()
	return nil
}

// plainReader is a reader of what names no classes that count: a fault, whose class is what some server says.
type plainReader struct{ *reader }

// Plain implements token.Plain.
func (plainReader) Plain() {}
