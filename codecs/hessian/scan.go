package hessian

import (
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// Limits of one stream. Those of token.Reader hold beside them.
const (
	maxClasses = 4096    // class definitions
	maxFields  = 1 << 16 // fields of all class definitions together
	maxName    = 3 << 10 // bytes of a class's, a field's or a type's name
)

// Scanner walks over the values of a stream and checks them in full, but builds nothing: it keeps the number of fields of each
// class and counts the rest. It allocates nothing, but for streams with more than 64 classes and for texts that cannot be given as
// they stand. Its zero value must be Reset before use; it may be used again and again, by one
// goroutine at a time. After an error it is of no use but to Reset.
//
// What it checks is what a Reader checks, but for what expanding shared references costs.
type Scanner struct {
	input
	refs    int // containers begun before pos
	types   int // type names met
	fields  int // of all classes
	classes fieldCounts
	base    base    // of the stream among several: numbers count from it
	high    int     // what stands before it is in the tables already: a place may be read again
	rec     *tables // where a Reader wants the places of containers, classes and types
	buf     []byte
}

// base is where a stream begins that stands behind others in the same bytes, and how much of everything the others have.
type base struct{ pos, refs, types, classes int }

// fieldCounts holds the number of fields of each class, and of the first ones where their definitions stand.
type fieldCounts struct {
	n    int
	head [64]uint16
	defs [64]uint32
	tail []uint16
}

func (c *fieldCounts) add(fields, at int) {
	if c.n < len(c.head) {
		c.head[c.n], c.defs[c.n] = uint16(fields), uint32(at)
	} else {
		c.tail = append(c.tail, uint16(fields))
	}
	c.n++
}

func (c *fieldCounts) at(i int) int {
	if i < len(c.head) {
		return int(c.head[i])
	}
	return int(c.tail[i-len(c.head)])
}

// Reset makes the Scanner ready for the stream p, which is in the final dialect.
func (s *Scanner) Reset(p []byte) { s.ResetAs(p, Final) }

// ResetAs makes the Scanner ready for the stream p.
func (s *Scanner) ResetAs(p []byte, d Dialect) {
	s.input = input{p: p, d: d.opcodes()}
	s.base = base{}
	s.refs, s.types, s.fields, s.high = 0, 0, 0, 0
	s.classes.n, s.classes.tail = 0, s.classes.tail[:0]
}

// Anew says that another stream begins at the place, which refers to nothing before it.
func (s *Scanner) Anew() { s.base = base{s.pos, s.refs, s.types, s.classes.n} }

// Pos is the number of bytes read.
func (s *Scanner) Pos() int { return s.pos }

// Left is the number of bytes not yet read.
func (s *Scanner) Left() int { return len(s.p) - s.pos }

// Skip reads over n values.
func (s *Scanner) Skip(n int) error { return s.values(n, 0) }

// values reads over n values that stand in depth containers.
func (s *Scanner) values(n, depth int) error {
	for ; n > 0; n-- {
		if err := s.value(depth); err != nil {
			return err
		}
	}
	return nil
}

// value reads over one value and the class definitions before it.
func (s *Scanner) value(depth int) error {
	for {
		if s.pos >= len(s.p) {
			return s.cut()
		}
		b := s.p[s.pos]
		if n := int(s.d.size[b]); n != 0 {
			if s.pos += n; s.pos > len(s.p) {
				return s.cut()
			}
			return nil
		}
		switch o := s.d.ops[b]; {
		case isText(o):
			return s.skipText()
		case isBytes(o):
			return s.skipBytes()
		case isRef(o):
			_, err := s.ref()
			return err
		case o != opClass:
			if s.passed() {
				return nil
			}
			h, err := s.open(depth)
			if err != nil {
				return err
			}
			return s.rest(&h, depth+1)
		}
		if err := s.define(); err != nil {
			return err
		}
	}
}

// rest reads over what follows the head of a container, the members of which stand in depth containers.
func (s *Scanner) rest(h *head, depth int) error {
	if h.n >= 0 {
		if err := s.values(h.n, depth); err != nil || !h.closed {
			return err
		}
		err := s.close(h.n)
		s.measure(h.ref)
		return err
	}
	for {
		end, err := s.end()
		if end {
			s.measure(h.ref)
		}
		if end || err != nil {
			return err
		}
		if err := s.value(depth); err != nil {
			return err
		}
		if h.kind == token.Map {
			if err := s.value(depth); err != nil {
				return err
			}
		}
	}
}

// end takes the end of a map or an open list, if it is next.
func (s *Scanner) end() (bool, error) {
	o, err := s.next()
	if err != nil || o != opEnd {
		return false, err
	}
	s.pos++
	return true, nil
}

// close takes the end of a list that said how many elements it has.
func (s *Scanner) close(n int) error {
	end, err := s.end()
	if !end && err == nil {
		err = bad(s.pos, "opcode %#02x where the end of a list of %d elements is due", s.p[s.pos], n)
	}
	return err
}

// ref takes a reference and gives the number of its container.
func (s *Scanner) ref() (int, error) {
	at := s.pos
	k, err := s.refNumber()
	if err == nil && (k < 0 || k >= s.refs-s.base.refs) {
		err = bad(at, "reference %d of %d", k, s.refs-s.base.refs)
	}
	return k + s.base.refs, err
}

// define takes a class definition: name, number of fields, their names.
func (s *Scanner) define() error {
	at := s.pos
	s.pos++
	if err := s.className(); err != nil {
		return err
	}
	n, err := s.int()
	if err != nil {
		return err
	}
	if n < 0 || int(n) > s.Left() {
		return bad(at, "class of %d fields in %d bytes", n, s.Left())
	}
	fresh := at >= s.high
	if fresh && (s.classes.n >= maxClasses || s.fields+int(n) >= maxFields) {
		return codecs.Errorf(codecs.Invalid, "hessian: read: over %d classes or %d fields at byte %d", maxClasses, maxFields, at)
	}
	for range n {
		if err := s.name("field"); err != nil {
			return err
		}
	}
	if !fresh {
		return nil
	}
	s.high = at + 1
	s.fields += int(n)
	s.classes.add(int(n), at)
	if s.rec != nil {
		s.rec.classes = append(s.rec.classes, classAt{at: at, end: s.pos})
	}
	return nil
}

// name takes the name of a class, a field or a type.
func (s *Scanner) name(what string) error {
	at := s.pos
	o, err := s.next()
	if err != nil {
		return err
	}
	if !isText(o) {
		return bad(at, "opcode %#02x where the name of a %s is due", s.p[at], what)
	}
	if err := s.skipText(); err != nil {
		return err
	}
	return s.short(what, at)
}

// short says whether the name that stands at a place is as long as names may be.
func (s *Scanner) short(what string, at int) error {
	if s.pos-at > maxName {
		return codecs.Errorf(codecs.Invalid, "hessian: read: name of a %s of %d bytes over limit %d at byte %d", what, s.pos-at, maxName, at)
	}
	return nil
}

// className takes the name of a class that is being defined.
func (s *Scanner) className() error {
	if !s.d.bare {
		return s.name("class")
	}
	at := s.pos
	if _, err := s.bareText(); err != nil {
		return err
	}
	return s.short("class", at)
}

// head is the beginning of a list, a map or an object.
type head struct {
	kind   token.Kind // List, Map or Object
	closed bool       // there is an end mark although n says how many
	n      int        // elements or fields; -1: until the end mark
	ref    int        // its number
	of     int        // of an Object: its class; of a List or Map: where its type stands in the stream, -1 for none
}

// open takes the beginning of a container that stands in depth others.
func (s *Scanner) open(depth int) (h head, err error) {
	at := s.pos
	o := s.d.ops[s.p[at]]
	if o < opListTyped3 || o > opObject || o == opClass {
		return h, bad(at, "opcode %#02x where a value is due", s.p[at])
	}
	if depth >= token.MaxDepth {
		return h, limit(token.ErrDepth, "%v, %d, at byte %d", token.ErrDepth, token.MaxDepth, at)
	}
	s.pos++
	h = head{kind: token.List, n: -1, ref: s.refs, of: -1}
	s.refs++
	if at >= s.high {
		s.high = at + 1
		if s.rec != nil {
			if s.rec.refs, err = add(s.rec.refs, at, len(s.p)); err != nil {
				return h, err
			}
		}
	}
	switch o {
	case opObject4:
		h.of = int(s.p[at] & 0x0f)
		return h, s.openObject(&h, at)
	case opObject:
		k, err := s.int()
		if err != nil {
			return h, err
		}
		h.of = int(k)
		return h, s.openObject(&h, at)
	case opListMarked, opMapMarked, opListNumbered:
		return h, s.openOld(&h, at)
	case opMap, opMapTyped:
		h.kind = token.Map
	case opListTyped3, opList3:
		h.n = int(s.p[at] & 7)
	}
	switch o {
	case opListTyped3, opListTyped, opListTypedOpen, opMapTyped:
		if h.of, err = s.typ(); err != nil {
			return h, err
		}
	}
	if o == opListTyped || o == opList {
		n, err := s.int()
		if err != nil {
			return h, err
		}
		if h.n = int(n); n < 0 {
			return h, bad(at, "list of %d elements", n)
		}
	}
	if h.n > s.Left() {
		return h, bad(at, "list of %d elements in %d bytes", h.n, s.Left())
	}
	return h, nil
}

func (s *Scanner) openObject(h *head, at int) error {
	h.kind = token.Object
	if h.of < 0 || h.of >= s.classes.n-s.base.classes {
		return bad(at, "object of class %d of %d", h.of, s.classes.n-s.base.classes)
	}
	h.of += s.base.classes
	if h.n = s.classes.at(h.of); h.n > s.Left() {
		return bad(at, "object of %d fields in %d bytes", h.n, s.Left())
	}
	return nil
}

// typ takes the type of a list or a map, a name or the number of one, and gives the place of the name (only with tables).
func (s *Scanner) typ() (int, error) {
	at := s.pos
	o, err := s.next()
	if err != nil {
		return -1, err
	}
	if isText(o) {
		if err := s.name("type"); err != nil {
			return -1, err
		}
		return at, s.named(at)
	}
	return s.typeNumber(at)
}

// named takes note of the name of a type.
func (s *Scanner) named(at int) (err error) {
	if at < s.high {
		return nil
	}
	s.high = at + 1
	s.types++
	if s.rec != nil {
		s.rec.types, err = add(s.rec.types, at, len(s.p))
	}
	return err
}

// typeNumber takes the number of a type.
func (s *Scanner) typeNumber(at int) (int, error) {
	k, err := s.int()
	if err != nil {
		return -1, err
	}
	if k < 0 || int(k) >= s.types-s.base.types {
		return -1, bad(at, "type %d of %d", k, s.types-s.base.types)
	}
	if s.rec != nil {
		return int(s.rec.types[int(k)+s.base.types]), nil
	}
	return -1, nil
}
