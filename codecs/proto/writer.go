package proto

import (
	"sync"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

var writers = sync.Pool{New: func() any { return new(writer) }}

// writer appends the tokens of one value as a message. Fields are written as they come, in whatever order; what the message does not have
// is dropped. It takes any token that is a value of a field's kind, for a contract is not always there to make it so.
type writer struct {
	out    *wire.Out
	root   *table
	thrown bool // a text is a fault, too
	stack  []scope
	open   []prefix
	seen   []uint64 // bits of the messages that are open: fields, then oneofs
	drop   int      // depth in a value that is dropped; 0: none is
	whole  bool
	buf    []byte
}

// scopeKind is what is open.
type scopeKind uint8

const (
	ofMessage scopeKind = iota // an object, or a map by names
	ofList                     // a repeated field
	ofMap                      // a map
	ofArgs                     // arguments that are fields
	ofOne                      // arguments of which the only one is the message
	ofAny                      // an Any
)

// scope is a list, map or object that is open.
type scope struct {
	kind   scopeKind
	valued bool         // a name or key was put, its value is next
	m      *message     // ofMessage, ofOne, ofAny; else the one that has f
	f      *field       // ofList, ofMap
	at     int          // ofMessage: number in m of the field whose value is next; -1: m does not have it, and the value is dropped
	class  *token.Class // of an Object: its values have no names before them
	next   int          // ofMessage of a class: number of the next value. ofArgs, ofOne, ofAny: the same
	hint   int          // place in the order of m where the next name is likely to be
	closes int          // lengths to fill in at the end
	packed bool         // ofList: packed elements are open
	seen   int          // where the bits begin
}

// Plain says that a message names no classes, and takes members in any order.
func (w *writer) Plain() {}

// Close gives the writer back to its pool. It is an error if the value is not whole.
func (w *writer) Close() error {
	var err error
	if len(w.stack) > 0 || !w.whole {
		err = misuse("the value is not whole")
	}
	if cap(w.buf) > keepText {
		w.buf = nil
	}
	clear(w.stack[:cap(w.stack)])
	*w = writer{stack: w.stack[:0], open: w.open[:0], seen: w.seen[:0], buf: w.buf[:0]}
	writers.Put(w)
	return err
}

// Put appends one token.
func (w *writer) Put(t *token.Token) error {
	if w.drop > 0 {
		return w.dropping(t)
	}
	if t.Kind == token.End {
		return w.end()
	}
	if t.Kind == token.Ref {
		return misuse("protobuf has no references")
	}
	if len(w.stack) == 0 {
		return w.begin(t)
	}
	switch s := &w.stack[len(w.stack)-1]; s.kind {
	case ofMessage:
		return w.member(t, s)
	case ofList:
		return w.element(t, s)
	case ofMap:
		return w.pair(t, s)
	case ofArgs:
		return w.argument(t, s)
	case ofOne:
		if s.next++; s.next > 1 {
			return misuse("more than one argument")
		}
		return w.message(s.m, t, 0)
	default:
		return w.anything(t, s)
	}
}

// begin takes the first token.
func (w *writer) begin(t *token.Token) error {
	if w.whole {
		return misuse("more than one value")
	}
	m := w.root.msg
	switch {
	case w.thrown && t.Kind == token.String: // a fault of which no more is known than its message
		w.whole = true
		return w.value(m, &m.fields[1], t, 0)
	case !w.root.args:
		w.whole = true
		return w.message(m, t, 0)
	case t.Kind != token.List:
		return misuse("arguments that are a %s", t.Kind)
	}
	w.whole = true
	kind := ofOne
	if w.root.spread {
		kind = ofArgs
	}
	return w.push(scope{kind: kind, m: m})
}

// argument takes the value of the next field that is an argument.
func (w *writer) argument(t *token.Token, s *scope) error {
	if s.next == len(w.root.params) {
		return misuse("more than %d arguments", s.next)
	}
	i := w.root.params[s.next]
	s.next++
	if i < 0 {
		return w.over(t)
	}
	if err := w.mark(s, i, t); err != nil {
		return err
	}
	return w.value(s.m, &s.m.fields[i], t, 0)
}

// over drops the value that begins with t.
func (w *writer) over(t *token.Token) error {
	switch t.Kind {
	case token.List, token.Map, token.Object:
		w.drop = 1
	}
	return nil
}

func (w *writer) dropping(t *token.Token) error {
	switch t.Kind {
	case token.List, token.Map, token.Object:
		if w.drop++; w.drop+len(w.stack) > token.MaxDepth {
			return deep("write", w.root.msg)
		}
	case token.End:
		w.drop--
	}
	return nil
}

func (w *writer) push(s scope) error {
	if len(w.stack) == token.MaxDepth {
		return deep("write", s.m)
	}
	s.seen = len(w.seen)
	if s.kind == ofMessage || s.kind == ofArgs {
		for range (len(s.m.fields) + s.m.oneofs + 63) / 64 {
			w.seen = append(w.seen, 0)
		}
	}
	w.stack = append(w.stack, s)
	return nil
}

// end closes what is open on top.
func (w *writer) end() error {
	if len(w.stack) == 0 {
		return misuse("an end without a beginning")
	}
	s := &w.stack[len(w.stack)-1]
	switch {
	case s.valued:
		return misuse("a key without a value")
	case s.class != nil && s.next != len(s.class.Fields):
		return misuse("%d values for the %d fields of %s", s.next, len(s.class.Fields), s.class.Name)
	case s.kind == ofArgs && s.next != len(w.root.params), s.kind == ofOne && s.next != 1:
		return misuse("%d arguments", s.next)
	}
	if s.packed {
		w.close(1)
	}
	w.close(s.closes)
	w.seen = w.seen[:s.seen]
	w.stack = w.stack[:len(w.stack)-1]
	return nil
}

// member takes a name or a value of an open message.
func (w *writer) member(t *token.Token, s *scope) error {
	switch {
	case s.class != nil:
		if s.next == len(s.class.Fields) {
			return misuse("more values than the %d fields of %s", s.next, s.class.Name)
		}
		s.at = s.m.named(text(s.class.Fields[s.next]), &s.hint)
		s.next++
	case !s.valued:
		if t.Kind != token.Key && t.Kind != token.String && t.Kind != token.Enum {
			return invalidWrite(s.m, "a %s as the name of a field", t.Kind)
		}
		s.valued, s.at = true, s.m.named(t.Text, &s.hint)
		return nil
	}
	s.valued = false
	if s.at < 0 || s.class != nil && t.Kind == token.Null { // null in an object is the lack of a value
		return w.over(t)
	}
	if err := w.mark(s, s.at, t); err != nil {
		return err
	}
	return w.value(s.m, &s.m.fields[s.at], t, 0)
}

// mark notes that field i of a message has a value, and refuses a second one, also in its oneof. Null is none.
func (w *writer) mark(s *scope, i int, t *token.Token) error {
	f := &s.m.fields[i]
	if t.Kind == token.Null && (t.Int == 1 || !f.holdsNull()) {
		return nil
	}
	if w.bit(s.seen, i) {
		return invalidWrite(s.m, "field %s comes twice", f.name)
	}
	if f.oneof >= 0 && w.bit(s.seen, len(s.m.fields)+f.oneof) {
		return invalidWrite(s.m, "field %s, and another of the same oneof", f.name)
	}
	return nil
}

// bit sets a bit and says whether it was set.
func (w *writer) bit(base, i int) bool {
	word, mask := &w.seen[base+i/64], uint64(1)<<(i%64)
	was := *word&mask != 0
	*word |= mask
	return was
}

// holdsNull says whether null is a value of the field, and not the lack of one.
func (f *field) holdsNull() bool { return !f.repeated && !f.mapped && f.nullable() }

// nullable says whether null is among what the field has as a value, or as elements.
func (f *field) nullable() bool {
	switch f.kind {
	case kindEnum:
		return f.enum.null
	case kindMessage:
		return f.msg.form == formValue || f.msg.form == formOwn
	}
	return false
}

func invalidWrite(m *message, format string, args ...any) error {
	return codecs.Errorf(codecs.Invalid, "proto: write %s: "+format, append([]any{m.name}, args...)...)
}
