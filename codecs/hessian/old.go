package hessian

import (
	"encoding/binary"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// What only the two older dialects have: marks before types and lengths, references of fixed widths, names without an opcode, and
// lists that say their length and have an end all the same.
//
//	list   V [type] [length] value* z      draft also: v int(type) int(length) value*
//	map    M [type] (key value)* z         1.0: an object, too, if there is a type
//	type   t u16 text                      draft also: u int(number)
//	length l i32                           draft also: n u8

// openOld takes what follows the first byte of a list or a map of the older dialects.
func (s *Scanner) openOld(h *head, at int) (err error) {
	switch s.d.ops[s.p[at]] {
	case opMapMarked:
		h.kind = token.Map
		h.of, err = s.mark()
		return err
	case opListNumbered:
		if h.of, err = s.typeNumber(at); err != nil {
			return err
		}
		n, err := s.int()
		if err != nil {
			return err
		}
		if h.n = int(n); n < 0 {
			return bad(at, "list of %d elements", n)
		}
	default:
		if h.of, err = s.mark(); err != nil {
			return err
		}
		if h.n, err = s.length(at); err != nil {
			return err
		}
		h.closed = h.n >= 0
	}
	if h.n > s.Left() {
		return bad(at, "list of %d elements in %d bytes", h.n, s.Left())
	}
	return nil
}

// mark takes a type, if there is one, and gives the place of its name (only with tables), -1 for none.
func (s *Scanner) mark() (int, error) {
	at := s.pos
	o, err := s.next()
	switch {
	case err != nil:
		return -1, err
	case o == opTypeNumber:
		s.pos++
		return s.typeNumber(at)
	case o != opType:
		return -1, nil
	}
	if err := s.skipText(); err != nil {
		return -1, err
	}
	if err := s.short("type", at); err != nil {
		return -1, err
	}
	return at, s.named(at)
}

// length takes the length of a list, -1 if it does not say.
func (s *Scanner) length(at int) (int, error) {
	o, err := s.next()
	if err != nil || o != opLength8 && o != opLength32 {
		return -1, err
	}
	p := s.p[s.pos:]
	switch {
	case o == opLength8 && len(p) >= 2:
		s.pos += 2
		return int(p[1]), nil
	case o == opLength32 && len(p) >= 5:
		s.pos += 5
		n := int32(binary.BigEndian.Uint32(p[1:]))
		if n < -1 {
			return -1, bad(at, "list of %d elements", n)
		}
		return int(n), nil
	}
	return -1, s.cut()
}

// refNumber takes a reference and gives the number that it says.
func (in *input) refNumber() (int, error) {
	o := in.d.ops[in.p[in.pos]]
	width := 0
	switch o {
	case opRef8:
		width = 1
	case opRef16:
		width = 2
	case opRef32:
		width = 4
	default: // opRef
		in.pos++
		k, err := in.int()
		return int(k), err
	}
	if len(in.p)-in.pos <= width {
		return 0, in.cut()
	}
	k := 0
	for _, b := range in.p[in.pos+1 : in.pos+1+width] {
		k = k<<8 | int(b)
	}
	in.pos += 1 + width
	if width == 4 {
		k = int(int32(uint32(k)))
	}
	return k, nil
}

// bareText takes text that has its length in units as an int before it, and gives where the text begins.
func (in *input) bareText() (from int, err error) {
	at := in.pos
	n, err := in.int()
	if err != nil {
		return 0, err
	}
	if n < 0 || int(n) > len(in.p)-in.pos {
		return 0, bad(at, "name of %d units in %d bytes", n, len(in.p)-in.pos)
	}
	from = in.pos
	end, _, ok := walk(in.p, from, int(n))
	if !ok {
		return 0, in.badText(end)
	}
	in.pos = end
	return from, nil
}

// measure takes note of where container k ends. To find the names of an object's fields its values are read over, those of the
// objects in it again, and so on; a container that has been read over once is not again.
func (s *Scanner) measure(k int) {
	if s.rec == nil || !s.d.keyed {
		return
	}
	if k >= cap(s.rec.spans) { // once for many, as the table of containers grows
		s.rec.spans = append(make([]span, 0, cap(s.rec.refs)), s.rec.spans...)
	}
	if n := len(s.rec.spans); n <= k {
		s.rec.spans = s.rec.spans[:k+1]
		clear(s.rec.spans[n:])
	}
	s.rec.spans[k] = span{uint32(s.pos), uint32(s.refs)}
}

// passed goes behind the container at the place, if it is known where that ends.
func (s *Scanner) passed() bool {
	if !s.d.keyed || s.rec == nil || s.refs >= len(s.rec.spans) {
		return false
	}
	to := s.rec.spans[s.refs]
	if to.end == 0 || int(s.rec.refs[s.refs]) != s.pos {
		return false
	}
	s.pos, s.refs = int(to.end), int(to.refs)
	return true
}
