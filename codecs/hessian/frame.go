package hessian

import "encoding/binary"

// What codecs write around values, in each of the dialects.

// AppendMapStart appends the beginning of an untyped map; keys and values by turns and AppendMapEnd follow.
func (d Dialect) AppendMapStart(dst []byte) []byte {
	switch d {
	case Draft:
		return append(dst, 'M')
	case First:
		return append(dst, 'M', 't', 0, 0) // as Java writes a HashMap
	}
	return append(dst, 'H')
}

// AppendMapEnd appends the end of a map, and of an object of Hessian 1.0.
func (d Dialect) AppendMapEnd(dst []byte) []byte { return append(dst, d.end()) }

func (d Dialect) end() byte {
	if d == Final {
		return 'Z'
	}
	return 'z'
}

// AppendStrings appends an array of strings, for which the stream's tables must not have the type yet.
func (d Dialect) AppendStrings(dst []byte, all []string) []byte {
	const typ = "[string"
	switch {
	case d != Final:
		dst = d.appendLength(appendMark(append(dst, 'V'), typ), len(all))
	case len(all) < 8:
		dst = d.AppendString(append(dst, byte(0x70+len(all))), typ)
	default:
		dst = d.AppendInt(d.AppendString(append(dst, 'V'), typ), int32(len(all)))
	}
	for _, s := range all {
		dst = d.AppendString(dst, s)
	}
	if d != Final {
		dst = append(dst, 'z')
	}
	return dst
}

// AppendObject appends the beginning of an object of a class that is defined here and is the first of the stream; a value for each
// field follows. In Hessian 1.0, which has no definitions, the values have the names of their fields before them as strings, and
// AppendMapEnd behind the last.
func (d Dialect) AppendObject(dst []byte, class string, fields ...string) []byte {
	if d == First {
		return appendMark(append(dst, 'M'), class)
	}
	dst = d.appendDefinition(dst, class, len(fields))
	for _, name := range fields {
		dst = d.AppendString(dst, name)
	}
	return d.appendInstance(dst, 0)
}

// AppendException appends an exception as the function does.
func (d Dialect) AppendException(dst []byte, class, message string) []byte {
	return d.AppendInnerException(dst, 0, class, message)
}

// AppendInnerException appends an exception with a message, whose class is the nth of the stream. In the draft it has a stack trace,
// which is empty: sofa-hessian-node knows by it that an object is an exception. The stream's tables must not have its type yet.
func (d Dialect) AppendInnerException(dst []byte, n int, class, message string) []byte {
	const field = "detailMessage"
	switch d {
	case First:
		return d.AppendMapEnd(d.AppendString(d.AppendString(d.AppendInner(dst, n, class), field), message))
	case Draft:
		dst = d.AppendString(d.AppendInner(dst, n, class, field, traceField), message)
		return append(d.appendLength(appendMark(append(dst, 'V'), traceType), 0), 'z')
	}
	return d.AppendString(d.AppendInner(dst, n, class, field), message)
}

// appendDefinition appends the beginning of a class definition; the names of n fields follow.
func (d Dialect) appendDefinition(dst []byte, class string, n int) []byte {
	if d == Draft {
		dst = appendBare(append(dst, 'O'), class)
	} else {
		dst = d.AppendString(append(dst, 'C'), class)
	}
	return d.AppendInt(dst, int32(n))
}

// appendInstance appends the beginning of an object of a class of the stream.
func (d Dialect) appendInstance(dst []byte, class int) []byte {
	switch {
	case d == Draft:
		return d.AppendInt(append(dst, 'o'), int32(class))
	case class < 16:
		return append(dst, byte(0x60+class))
	}
	return d.AppendInt(append(dst, 'O'), int32(class))
}

// appendBare appends text behind its length in units, which is an int.
func appendBare(dst []byte, s string) []byte {
	p := view(s)
	n, units, _ := chunkOf(p) // all of it: no name is longer than a chunk
	return appendUnits(Draft.AppendInt(dst, int32(units)), p[:n])
}

// appendMark appends a type that is marked as one.
func appendMark(dst []byte, typ string) []byte {
	p := view(typ)
	n, units, _ := chunkOf(p)
	return appendUnits(append(dst, 't', byte(units>>8), byte(units)), p[:n])
}

// appendLength appends a length that is marked as one.
func (d Dialect) appendLength(dst []byte, n int) []byte {
	if d == Draft && n < 0x100 {
		return append(dst, 'n', byte(n))
	}
	return binary.BigEndian.AppendUint32(append(dst, 'l'), uint32(n))
}

// appendRef appends a reference.
func (d Dialect) appendRef(dst []byte, k int) []byte {
	switch {
	case d == Final:
		return d.AppendInt(append(dst, 'Q'), int32(k))
	case d == Draft && k < 0x100:
		return append(dst, 0x4a, byte(k))
	case d == Draft && k < 0x10000:
		return append(dst, 0x4b, byte(k>>8), byte(k))
	}
	return binary.BigEndian.AppendUint32(append(dst, 'R'), uint32(k))
}
