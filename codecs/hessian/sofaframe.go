package hessian

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
