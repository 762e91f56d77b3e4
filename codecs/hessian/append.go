package hessian

import (
	"encoding/binary"
	"math"
	"unicode/utf8"
	"unsafe"
)

// chunkUnits is the most units that a chunk of a string gets here: what Java writes. The wire would take 65535.
const chunkUnits = 32768

// The functions are the methods of the final dialect.

// AppendNull appends null.
func AppendNull(dst []byte) []byte { return append(dst, 'N') }

// AppendMapStart appends the beginning of an untyped map; keys and values by turns and AppendMapEnd follow.
func AppendMapStart(dst []byte) []byte { return append(dst, 'H') }

// AppendMapEnd appends the end of a map.
func AppendMapEnd(dst []byte) []byte { return append(dst, 'Z') }

// AppendInt appends an int in its shortest form.
func AppendInt(dst []byte, v int32) []byte { return Final.AppendInt(dst, v) }

// AppendString appends a string. s is UTF-8, in which a single surrogate may stand as three bytes; any other byte that is not
// UTF-8 becomes U+FFFD.
func AppendString[T string | []byte](dst []byte, s T) []byte { return Final.appendText(dst, view(s)) }

// AppendException appends an exception of a Java class that has a message and nothing else. It defines class 0, so it must stand
// where the stream's tables are empty: as a reply's value.
func AppendException(dst []byte, class, message string) []byte {
	return Final.AppendException(dst, class, message)
}

// AppendNull appends null.
func (d Dialect) AppendNull(dst []byte) []byte { return append(dst, 'N') }

// AppendBool appends a boolean.
func (d Dialect) AppendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, 'T')
	}
	return append(dst, 'F')
}

// AppendInt appends an int in its shortest form.
func (d Dialect) AppendInt(dst []byte, v int32) []byte {
	switch {
	case d == First:
	case -16 <= v && v < 48:
		return append(dst, byte(v+0x90))
	case -0x800 <= v && v < 0x800:
		return append(dst, byte(v>>8+0xc8), byte(v))
	case -0x40000 <= v && v < 0x40000:
		return append(dst, byte(v>>16+0xd4), byte(v>>8), byte(v))
	}
	return binary.BigEndian.AppendUint32(append(dst, 'I'), uint32(v))
}

// AppendLong appends a long in its shortest form.
func (d Dialect) AppendLong(dst []byte, v int64) []byte {
	switch {
	case d == First:
	case -8 <= v && v < 16:
		return append(dst, byte(v+0xe0))
	case -0x800 <= v && v < 0x800:
		return append(dst, byte(v>>8+0xf8), byte(v))
	case -0x40000 <= v && v < 0x40000:
		return append(dst, byte(v>>16+0x3c), byte(v>>8), byte(v))
	case v == int64(int32(v)):
		code := byte('Y')
		if d == Draft {
			code = 0x77
		}
		return binary.BigEndian.AppendUint32(append(dst, code), uint32(v))
	}
	return binary.BigEndian.AppendUint64(append(dst, 'L'), uint64(v))
}

// AppendString appends a string, as the function does.
func (d Dialect) AppendString(dst []byte, s string) []byte { return d.appendText(dst, view(s)) }

func (d Dialect) appendText(dst, p []byte) []byte {
	if len(p) < 32 && d != First && ascii(p) {
		return append(append(dst, byte(len(p))), p...)
	}
	for {
		n, units, plain := chunkOf(p)
		dst = d.appendTextHead(dst, units, n == len(p))
		if plain {
			dst = append(dst, p[:n]...)
		} else {
			dst = appendUnits(dst, p[:n])
		}
		if n == len(p) {
			return dst
		}
		p = p[n:]
	}
}

// view gives the bytes of s, only to be read.
func view[T string | []byte](s T) []byte {
	switch s := any(s).(type) {
	case string:
		return unsafe.Slice(unsafe.StringData(s), len(s))
	case []byte:
		return s
	}
	return nil
}

func (d Dialect) appendTextHead(dst []byte, units int, last bool) []byte {
	switch {
	case !last && d == Final:
		return append(dst, 'R', byte(units>>8), byte(units))
	case !last:
		return append(dst, 's', byte(units>>8), byte(units))
	case units < 32 && d != First:
		return append(dst, byte(units))
	case units < 1024 && d == Final:
		return append(dst, byte(units>>8+0x30), byte(units))
	}
	return append(dst, 'S', byte(units>>8), byte(units))
}

func ascii(p []byte) bool {
	for ; len(p) >= 8; p = p[8:] {
		if binary.LittleEndian.Uint64(p)&high != 0 {
			return false
		}
	}
	for _, c := range p {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// chunkOf finds how many bytes and units of p the next chunk takes, never half a pair, and whether they can be copied as they
// are.
func chunkOf(p []byte) (n, units int, plain bool) {
	plain = true
	for n < len(p) {
		for len(p)-n >= 8 && units <= chunkUnits-8 && binary.LittleEndian.Uint64(p[n:])&high == 0 {
			n, units = n+8, units+8
		}
		for ; n < len(p) && p[n] < 0x80 && units < chunkUnits; units++ {
			n++
		}
		for n < len(p) && p[n] >= 0x80 {
			w, u := wide(p[n:]), 1
			if w == 0 {
				w, u = odd(p[n:])
				plain = false
			}
			if units+u > chunkUnits {
				return n, units, plain
			}
			n, units = n+w, units+u
		}
		if units == chunkUnits {
			break
		}
	}
	return n, units, plain
}

// odd measures, in bytes and units, what begins p and does not stand in a stream as it is: a character of four bytes, or a byte
// that is no UTF-8.
func odd(p []byte) (width, units int) {
	if _, w := utf8.DecodeRune(p); w == utf8.UTFMax {
		return w, 2
	}
	return 1, 1
}

// appendUnits appends the units of p.
func appendUnits(dst, p []byte) []byte {
	for len(p) > 0 {
		var w int
		switch {
		case p[0] < 0x80 || wide(p) > 0:
			w = max(wide(p), 1)
			dst = append(dst, p[:w]...)
		default:
			var units int
			if w, units = odd(p); units == 1 {
				dst = append(dst, "\uFFFD"...)
				break
			}
			r, _ := utf8.DecodeRune(p)
			r -= 0x10000
			dst = append(dst, 0xed, 0xa0|byte(r>>16), 0x80|byte(r>>10&0x3f), 0xed, 0xb0|byte(r>>6&0x0f), 0x80|byte(r&0x3f))
		}
		p = p[w:]
	}
	return dst
}

// appendBytes appends a binary in its shortest form, or in chunks of 65535 bytes.
func (d Dialect) appendBytes(dst, p []byte) []byte {
	more := byte('A')
	if d != Final {
		more = 'b'
	}
	for ; len(p) > 0xffff; p = p[0xffff:] {
		dst = append(append(dst, more, 0xff, 0xff), p[:0xffff]...)
	}
	switch n := len(p); {
	case n < 16 && d != First:
		dst = append(dst, byte(n+0x20))
	case n < 1024 && d == Final:
		dst = append(dst, byte(n>>8+0x34), byte(n))
	default:
		dst = append(dst, 'B', byte(n>>8), byte(n))
	}
	return append(dst, p...)
}

// appendDouble appends a double as Java does, but for -0.0, which Java writes as 0.0 in either 2.0.
func (d Dialect) appendDouble(dst []byte, v float64) []byte {
	if d == First {
		return binary.BigEndian.AppendUint64(append(dst, 'D'), math.Float64bits(v))
	}
	if v >= math.MinInt16 && v <= math.MaxInt16 && v == float64(int32(v)) && (v != 0 || !math.Signbit(v)) {
		return d.appendSmall(dst, int32(v))
	}
	if f := float32(v); d == Draft && float64(f) == v {
		return binary.BigEndian.AppendUint32(append(dst, 0x6b), math.Float32bits(f))
	}
	if m := v * 1000; d == Final && m > math.MinInt32-1 && m < math.MaxInt32+1 && 0.001*float64(int32(m)) == v && v != 0 {
		return binary.BigEndian.AppendUint32(append(dst, 0x5f), uint32(int32(m)))
	}
	return binary.BigEndian.AppendUint64(append(dst, 'D'), math.Float64bits(v))
}

// appendSmall appends a double that is an int of 16 bits. The four forms stand in a row, from 5b and from 67.
func (d Dialect) appendSmall(dst []byte, v int32) []byte {
	first := byte(0x5b)
	if d == Draft {
		first = 0x67
	}
	switch {
	case v == 0:
		return append(dst, first)
	case v == 1:
		return append(dst, first+1)
	case v == int32(int8(v)):
		return append(dst, first+2, byte(v))
	}
	return append(dst, first+3, byte(v>>8), byte(v))
}

// appendDate appends a date: in the final, minutes where it is whole ones that fit, else milliseconds.
func (d Dialect) appendDate(dst []byte, millis int64) []byte {
	if d != Final {
		return binary.BigEndian.AppendUint64(append(dst, 'd'), uint64(millis))
	}
	if m := millis / 60000; m*60000 == millis && m == int64(int32(m)) {
		return binary.BigEndian.AppendUint32(append(dst, 0x4b), uint32(m))
	}
	return binary.BigEndian.AppendUint64(append(dst, 0x4a), uint64(millis))
}
