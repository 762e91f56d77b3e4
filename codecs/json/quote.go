package json

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
	"unsafe"
)

// AppendString appends s as a JSON string, quotes included. Quotes, backslashes, control characters and single surrogates are
// escaped and nothing else; what is not UTF-8 becomes U+FFFD.
func AppendString(dst []byte, s string) []byte {
	return appendQuoted(dst, unsafe.Slice(unsafe.StringData(s), len(s)))
}

func appendQuoted(dst, p []byte) []byte {
	dst = append(dst, '"')
	from := 0 // what is before it is appended already
	for i := 0; ; {
		i = plainUntil(p, i)
		if i == len(p) {
			break
		}
		dst = append(dst, p[from:i]...)
		if p[i] >= utf8.RuneSelf {
			u, n := surrogate(p[i:])
			dst = appendHex(dst, u)
			i += n
		} else {
			dst = appendEscape(dst, p[i])
			i++
		}
		from = i
	}
	dst = append(dst, p[from:]...)
	return append(dst, '"')
}

// plainUntil gives the offset of the first byte from i on that cannot stand in a JSON string as it is.
func plainUntil(p []byte, i int) int {
	for {
		for i+8 <= len(p) {
			if m := odd(binary.LittleEndian.Uint64(p[i:])); m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		if i >= len(p) {
			return len(p)
		}
		switch c := p[i]; {
		case c == '"' || c == '\\' || c < 0x20:
			return i
		case c < utf8.RuneSelf:
			i++
		default:
			if i = runes(p, i); i < len(p) && p[i] >= utf8.RuneSelf {
				return i
			}
		}
	}
}

// surrogate reads three bytes that stand for a single surrogate; for anything else it gives U+FFFD and one byte.
func surrogate(p []byte) (u uint16, n int) {
	if len(p) > 2 && p[0] == 0xed && p[1]&0xe0 == 0xa0 && p[2]&0xc0 == 0x80 {
		return 0xd000 | uint16(p[1]&0x3f)<<6 | uint16(p[2]&0x3f), 3
	}
	return utf8.RuneError, 1
}

const hexDigits = "0123456789abcdef"

func appendHex(dst []byte, u uint16) []byte {
	return append(dst, '\\', 'u', hexDigits[u>>12], hexDigits[u>>8&15], hexDigits[u>>4&15], hexDigits[u&15])
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return appendHex(dst, uint16(c))
}
