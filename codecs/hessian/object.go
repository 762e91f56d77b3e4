package hessian

import (
	"bytes"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// Field is a field of an object: its name, which may alias the stream, and where its value stands there.
type Field struct {
	Name       []byte
	Start, End int
	refs       int
}

// maxObject is how many fields an object may have that a codec looks into.
const maxObject = 256

// Object takes an object and the class definitions before it, and gives the name of its class, which may alias the stream, and its fields,
// which are appended to all. Codecs look at the frame of a message so, and Back goes to the value of a field.
func (s *Scanner) Object(all []Field) (class []byte, fields []Field, err error) {
	return s.ObjectTo(all, "")
}

// ObjectTo does the same as far as the value of the field last, which is not looked at and of which End is not known.
func (s *Scanner) ObjectTo(all []Field, last string) (class []byte, fields []Field, err error) {
	at := s.pos
	m, ok, err := s.fieldsOf()
	switch {
	case err != nil:
		return nil, all, err
	case !ok:
		return nil, all, bad(at, "opcode %#02x where an object is due", s.p[at])
	}
	from := len(all)
	for {
		name, ok, err := m.next(s)
		if err != nil || !ok {
			return m.class, all, err
		}
		if len(all)-from == maxObject {
			return nil, all, codecs.Errorf(codecs.Invalid, "hessian: read: object of over %d fields at byte %d", maxObject, at)
		}
		if s.d.keyed {
			name = bytes.Clone(name) // the next one takes its place
		}
		f := Field{Name: name, Start: s.pos, refs: s.refs}
		if string(name) == last {
			return m.class, append(all, f), nil
		}
		if err := s.value(1); err != nil {
			return nil, all, err
		}
		f.End = s.pos
		all = append(all, f)
	}
}

// Back goes to the value of a field that Object gave. What stands behind that object begins at the Pos that was before.
func (s *Scanner) Back(f *Field) { s.pos, s.refs = f.Start, f.refs }

// objectFields gives the names of an object's fields, one before each value.
type objectFields struct {
	class []byte // may alias the stream
	names input  // in the definition, at the next name
	left  int
}

// fieldsOf takes the beginning of an object, if that is next behind class definitions; else only those.
func (s *Scanner) fieldsOf() (m objectFields, ok bool, err error) {
	o, err := s.next()
	for ; err == nil && o == opClass; o, err = s.next() {
		if err = s.define(); err != nil {
			break
		}
	}
	switch {
	case err != nil:
		return m, false, err
	case s.d.keyed && o == opMapMarked:
	case o != opObject && o != opObject4:
		return m, false, nil
	}
	h, err := s.open(0)
	if err != nil {
		return m, false, err
	}
	if h.kind == token.Map {
		if h.of < 0 {
			return m, true, nil
		}
		m.names = input{p: s.p, pos: h.of, d: s.d}
		m.class = m.names.name()
		return m, true, nil
	}
	if h.of >= len(s.classes.defs) {
		return m, false, codecs.Errorf(codecs.Invalid, "hessian: read: object of class %d where a frame is due", h.of)
	}
	m.names = input{p: s.p, pos: int(s.classes.defs[h.of]) + 1, d: s.d}
	m.class = m.names.className()
	n, err := m.names.int()
	m.left = int(n)
	return m, true, err
}

// next gives the name of the next field, the value of which is next then; not ok at the end. The name is valid until the next call.
func (m *objectFields) next(s *Scanner) (name []byte, ok bool, err error) {
	if !s.d.keyed {
		if m.left == 0 {
			return nil, false, nil
		}
		m.left--
		return m.names.name(), true, nil
	}
	if end, err := s.end(); end || err != nil {
		return nil, false, err
	}
	name, _, err = s.Text()
	return name, true, err
}
