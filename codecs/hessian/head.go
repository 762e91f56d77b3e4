package hessian

import (
	"strconv"

	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Null takes a null, if that is next.
func (s *Scanner) Null() bool {
	if o, err := s.next(); err != nil || o != opNull {
		return false
	}
	s.pos++
	return true
}

// Text takes a string or a null. The text is WTF-8 and is valid until the next call; it may alias the stream.
func (s *Scanner) Text() (text []byte, null bool, err error) {
	if s.Null() {
		return nil, true, nil
	}
	o, err := s.next()
	if err != nil {
		return nil, false, err
	}
	if !isText(o) {
		return nil, false, bad(s.pos, "opcode %#02x where a string is due", s.p[s.pos])
	}
	text, s.buf, err = s.text(s.buf[:0])
	return text, false, err
}

// Int takes an int.
func (s *Scanner) Int() (int32, error) { return s.int() }

// Map takes the beginning of a map, typed or not, or a null, which is no map and no error. Pair gives its entries.
func (s *Scanner) Map() (ok bool, err error) {
	if s.Null() {
		return false, nil
	}
	o, err := s.next()
	if err != nil {
		return false, err
	}
	if o < opMap || o > opMapMarked {
		return false, bad(s.pos, "opcode %#02x where a map is due", s.p[s.pos])
	}
	_, err = s.open(0)
	return true, err
}

// Pair is an entry of a map of metadata.
type Pair struct {
	// Key and Value are text, and a Value that is a number or a boolean is its text. Both are nil if one of them is anything
	// else. They are valid until the next call.
	Key, Value []byte
	// Start and End are the places of the whole entry in the stream. If Plain, the entry neither uses nor enlarges the tables of
	// the stream: it may be changed or left out without a change to what follows it. Any entry may be copied as it stands behind
	// the same values as here.
	Start, End int
	Plain      bool
}

// Pair takes the next entry of a map, or its end: then it is false.
func (s *Scanner) Pair(p *Pair) (bool, error) {
	*p = Pair{Start: s.pos}
	if end, err := s.end(); end || err != nil {
		return false, err
	}
	refs, types, classes := s.refs, s.types, s.classes.n
	s.buf = s.buf[:0]
	key, plainKey, err := s.scalar(false)
	if err != nil {
		return false, err
	}
	value, plainValue, err := s.scalar(true)
	if err != nil {
		return false, err
	}
	if key != nil && value != nil {
		p.Key, p.Value = key, value
	}
	p.End = s.pos
	p.Plain = plainKey && plainValue && s.refs == refs && s.types == types && s.classes.n == classes
	return true, nil
}

// scalar takes a value and gives it as text: a string or, if numbers are asked for, a number or a boolean; else nil. It is plain
// if it is no reference; whether it is a container shows in the counts.
func (s *Scanner) scalar(numbers bool) (text []byte, plain bool, err error) {
	o, err := s.next()
	if err != nil {
		return nil, false, err
	}
	if isText(o) {
		text, s.buf, err = s.text(s.buf)
		if text == nil {
			text = []byte{}
		}
		return text, true, err
	}
	at := s.pos
	if err := s.value(1); err != nil || !numbers {
		return nil, !isRef(o), err
	}
	start, p := len(s.buf), s.p[at:s.pos]
	switch {
	case o == opTrue || o == opFalse:
		s.buf = strconv.AppendBool(s.buf, o == opTrue)
	case isWhole(o):
		s.buf = strconv.AppendInt(s.buf, integer(o, p), 10)
	case o >= opDouble && o <= opDoubleMilli:
		s.buf = strconv.AppendFloat(s.buf, double(o, p), 'g', -1, 64)
	default:
		return nil, !isRef(o), nil
	}
	return s.buf[start:], true, nil
}

// Invocation is the head of the arguments of $invoke, Dubbo's generic invocation.
type Invocation struct {
	Method string   // the method that is meant
	Types  []string // its parameter types by their Java names: "int", "java.lang.String[]"; nil if the caller does not say
	Args   int      // number of arguments; -1 if that is not known without reading them
}

// Invoke takes the three arguments of a generic invocation: the method's name, a list of type names or null, and a list of
// arguments or null. inv.Types is appended to from its start.
func (s *Scanner) Invoke(inv *Invocation) error {
	at := s.pos
	name, null, err := s.Text()
	if err != nil {
		return err
	}
	if null {
		return bad(at, "$invoke of a null method")
	}
	inv.Method, inv.Types = wire.Intern(name), inv.Types[:0]
	if err := s.names(inv); err != nil {
		return err
	}
	return s.args(inv)
}

func (s *Scanner) names(inv *Invocation) error {
	if s.Null() {
		inv.Types = nil
		return nil
	}
	h, err := s.list()
	for i := 0; err == nil && i != h.n; i++ {
		if h.n < 0 {
			if end, err := s.end(); end || err != nil {
				return err
			}
		}
		at := s.pos
		name, null, err := s.Text()
		switch {
		case err != nil:
			return err
		case null:
			return bad(at, "$invoke with a null type")
		case i >= 255:
			return bad(at, "$invoke with over 255 types")
		}
		inv.Types = append(inv.Types, wire.Intern(name))
	}
	if err == nil && h.closed {
		err = s.close(h.n)
	}
	return err
}

func (s *Scanner) args(inv *Invocation) error {
	inv.Args = 0
	if s.Null() {
		return nil
	}
	h, err := s.list()
	if err != nil {
		return err
	}
	inv.Args = h.n
	return s.rest(&h, 1)
}

// list takes the beginning of a list.
func (s *Scanner) list() (head, error) {
	at := s.pos
	o, err := s.next()
	for err == nil && o == opClass {
		if err = s.define(); err == nil {
			o, err = s.next()
		}
	}
	if err != nil {
		return head{}, err
	}
	h, err := s.open(0)
	if err == nil && h.kind != token.List {
		err = bad(at, "a %v where a list is due", h.kind)
	}
	return h, err
}
