package json

import (
	"bytes"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// Scanner walks over one JSON text in one pass, without building anything and without allocating: into the objects and
// arrays that the caller wants to see, and over all else, which is checked in full on the way. An envelope is read like this:
//
//	s := json.Scan(p)
//	for s.Object(); s.Member(&key); {
//		switch string(key) {
//		case "action":
//			action = s.Value()
//		case "params":
//			for s.Object(); s.Member(&key); {
//				…
//			}
//		default:
//			s.Value()
//		}
//	}
//	if err := s.End(); err != nil {
//
// Each Member and each Element must be followed by exactly one of Value, Array, Object or List. The first error sticks: from
// then on Member and Element are false, spans are nil, and End gives the error. Equal keys come one by one; to refuse them is
// the caller's affair. The zero Scanner is at the end of an empty text. Not safe for concurrent use.
type Scanner struct {
	p     []byte
	at    int
	depth int
	first bool // just behind the opening of an object or array
	err   error
	key   []byte // memory for keys with escapes
}

// Scan makes a Scanner at the beginning of p.
func Scan(p []byte) Scanner { return Scanner{p: p} }

// Kind is what the next value is, by its first byte: { [ " t f n, 0 for any number, or 0x00 at the end of the text.
func (s *Scanner) Kind() byte {
	s.at = space(s.p, s.at)
	if s.at == len(s.p) {
		return 0
	}
	c := s.p[s.at]
	if c == '-' || c-'0' <= 9 {
		return '0'
	}
	return c
}

// Object enters an object, whose members Member gives. It is an error if the next value is none.
func (s *Scanner) Object() { s.open('{') }

// List enters an array, whose elements Element gives. It is an error if the next value is none.
func (s *Scanner) List() { s.open('[') }

func (s *Scanner) open(c byte) {
	if s.err != nil {
		return
	}
	s.at = space(s.p, s.at)
	if s.at == len(s.p) || s.p[s.at] != c {
		s.err = syntax(s.p, s.at, quoted(c))
		return
	}
	if s.depth++; s.depth > token.MaxDepth {
		s.err = deep(s.at)
		return
	}
	s.at++
	s.first = true
}

// Member goes to the next member of the object and gives its key, unescaped; or leaves the object and gives false. The key is
// valid until the next Member.
func (s *Scanner) Member(key *[]byte) bool {
	if !s.next('}') {
		return false
	}
	if s.at == len(s.p) || s.p[s.at] != '"' {
		s.err = syntax(s.p, s.at, "a member's name")
		return false
	}
	start := s.at + 1
	end, plain, err := str(s.p, start)
	if err != nil {
		s.err = err
		return false
	}
	*key = s.p[start:end]
	if !plain {
		s.key = unescape(s.key[:0], *key)
		*key = s.key
	}
	if s.at = space(s.p, end+1); s.at == len(s.p) || s.p[s.at] != ':' {
		s.err = syntax(s.p, s.at, "':'")
		return false
	}
	s.at++
	return true
}

// Element goes to the next element of the array, or leaves the array and gives false.
func (s *Scanner) Element() bool { return s.next(']') }

// next goes behind the comma before the next member or element, or behind the closing bracket.
func (s *Scanner) next(closing byte) bool {
	if s.err != nil {
		return false
	}
	if s.at = space(s.p, s.at); s.at == len(s.p) {
		s.err = syntax(s.p, s.at, quoted(closing))
		return false
	}
	switch c := s.p[s.at]; {
	case c == closing:
		s.at++
		s.depth--
		s.first = false
		return false
	case s.first:
		s.first = false
	case c == ',':
		s.at = space(s.p, s.at+1)
	default:
		s.err = syntax(s.p, s.at, "',' or "+quoted(closing))
		return false
	}
	return true
}

// Value goes over the next value, checking all of it, and gives its bytes, without the white space around it.
func (s *Scanner) Value() []byte {
	if s.err != nil {
		return nil
	}
	start := space(s.p, s.at)
	end, err := skip(s.p, start, s.depth)
	if err != nil {
		s.err = err
		return nil
	}
	s.at = end
	return s.p[start:end]
}

// Array is Value for an array and gives the number of its elements as well. It is an error if the next value is none.
func (s *Scanner) Array() (span []byte, n int) {
	start := space(s.p, s.at)
	for s.List(); s.Element(); n++ {
		s.Value()
	}
	if s.err != nil {
		return nil, 0
	}
	return s.p[start:s.at], n
}

// Text is Value for a string and gives what it says: a part of the text where it has no escapes, else appended to dst[:0].
// null gives nil. It is an error if the next value is neither.
func (s *Scanner) Text(dst []byte) []byte {
	switch s.Kind() {
	case '"':
		if span := s.Value(); span != nil {
			return Unquote(dst, span)
		}
	case 'n':
		s.Value()
	default:
		if s.err == nil {
			s.err = syntax(s.p, s.at, "a string")
		}
	}
	return nil
}

// Err is the first error.
func (s *Scanner) Err() error { return s.err }

// End gives the first error; it is one if anything but white space is left.
func (s *Scanner) End() error {
	if s.err != nil {
		return s.err
	}
	if s.at = space(s.p, s.at); s.at < len(s.p) {
		return syntax(s.p, s.at, "the end")
	}
	return nil
}

// Valid gives nil if p is one JSON value with nothing but white space around it.
func Valid(p []byte) error {
	s := Scan(p)
	s.Value()
	return s.End()
}

// Unquote gives what a string says: span is a string with its quotes, as Value gives it. Where it has no escapes the result
// is a part of span, else it is appended to dst[:0]. A single surrogate is three bytes, as token.Token has it.
func Unquote(dst, span []byte) []byte {
	inner := span[1 : len(span)-1]
	if bytes.IndexByte(inner, '\\') >= 0 {
		return unescape(dst[:0], inner)
	}
	return inner
}

func quoted(c byte) string { return "'" + string(rune(c)) + "'" }
