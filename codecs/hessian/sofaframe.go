package hessian

import "github.com/dragoman-rpc/dragoman/codecs/wire"

// Strings takes a list of the names of parameter types, which are appended to all; nil: there is null in its place.
func (s *Scanner) Strings(all []string) ([]string, error) {
	if s.Null() {
		return nil, nil
	}
	h, err := s.list()
	for i := 0; err == nil && i != h.n; i++ {
		if h.n < 0 {
			if end, err := s.end(); end || err != nil {
				return all, err
			}
		}
		at := s.pos
		name, null, err := s.Text()
		switch {
		case err != nil:
			return all, err
		case null:
			return all, bad(at, "$invoke with a null type")
		case i >= 255:
			return all, bad(at, "$invoke with over 255 types")
		}
		all = append(all, wire.Intern(name))
	}
	if err == nil && h.closed {
		err = s.close(h.n)
	}
	return all, err
}

// AppendInner appends the beginning of an object as AppendObject does, but of the nth class of the stream, counted from 0: one that
// stands in another object. Hessian 1.0 does not count.
func (d Dialect) AppendInner(dst []byte, n int, class string, fields ...string) []byte {
	if d == First {
		return appendMark(append(dst, 'M'), class)
	}
	dst = d.appendDefinition(dst, class, len(fields))
	for _, name := range fields {
		dst = d.AppendString(dst, name)
	}
	return d.appendInstance(dst, n)
}
