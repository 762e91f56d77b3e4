package json

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// Limits of a number's literal: what an exponent can make of ten bytes is the receiver's trouble, not ours alone.
const (
	maxDigits   = 4096
	maxExponent = 9999
)

// space gives the offset of the first byte from i on that is not white space.
func space(p []byte, i int) int {
	for i < len(p) {
		switch p[i] {
		case ' ', '\n', '\r', '\t':
			i++
		default:
			return i
		}
	}
	return i
}

// nesting remembers for each depth whether it is an object.
type nesting [token.MaxDepth/64 + 1]uint64

func (n *nesting) set(depth int, object bool) {
	if object {
		n[depth>>6] |= 1 << (depth & 63)
		return
	}
	n[depth>>6] &^= 1 << (depth & 63)
}

func (n *nesting) object(depth int) bool { return n[depth>>6]>>(depth&63)&1 != 0 }

// skip goes over the value that begins at i, checking all of it, and gives the offset behind it. base is how deep the value
// stands.
func skip(p []byte, i, base int) (int, error) {
	var (
		in    nesting
		depth = base
		err   error
	)
	for {
		// A value begins here.
		if i = space(p, i); i == len(p) {
			return i, syntax(p, i, "a value")
		}
		switch c := p[i]; c {
		case '{', '[':
			if depth++; depth > token.MaxDepth {
				return i, deep(i)
			}
			in.set(depth, c == '{')
			if i = space(p, i+1); i < len(p) && p[i] == c+2 { // in ASCII the closing brackets follow two behind
				break
			}
			if c == '{' {
				if i, err = skipKey(p, i); err != nil {
					return i, err
				}
			}
			continue
		default:
			if i, err = skipScalar(p, i); err != nil {
				return i, err
			}
		}
		// A value has ended, or an empty object or array is about to.
		for more := false; !more; {
			if depth == base {
				return i, nil
			}
			object := in.object(depth)
			switch i = space(p, i); {
			case i == len(p):
				return i, syntax(p, i, "',' or the closing bracket")
			case p[i] == ',':
				if i++; object {
					if i, err = skipKey(p, space(p, i)); err != nil {
						return i, err
					}
				}
				more = true
			case object && p[i] == '}', !object && p[i] == ']':
				i++
				depth--
			default:
				return i, syntax(p, i, "',' or the closing bracket")
			}
		}
	}
}

// skipKey goes over a member's name and its colon.
func skipKey(p []byte, i int) (int, error) {
	if i == len(p) || p[i] != '"' {
		return i, syntax(p, i, "a member's name")
	}
	end, _, err := str(p, i+1)
	if err != nil {
		return end, err
	}
	if i = space(p, end+1); i == len(p) || p[i] != ':' {
		return i, syntax(p, i, "':'")
	}
	return i + 1, nil
}

func skipScalar(p []byte, i int) (int, error) {
	switch p[i] {
	case '"':
		end, _, err := str(p, i+1)
		return end + 1, err
	case 't':
		return word(p, i, "true")
	case 'f':
		return word(p, i, "false")
	case 'n':
		return word(p, i, "null")
	}
	end, _, err := number(p, i)
	return end, err
}

func word(p []byte, i int, w string) (int, error) {
	if len(p)-i < len(w) || string(p[i:i+len(w)]) != w {
		return i, syntax(p, i, "a value")
	}
	return i + len(w), nil
}

// number goes over a number and says whether it is an integer: no fraction and no exponent.
func number(p []byte, i int) (end int, integer bool, err error) {
	start := i
	if p[i] == '-' {
		i++
	}
	switch {
	case i == len(p) || p[i]-'0' > 9:
		return i, false, syntax(p, i, "a value")
	case p[i] == '0':
		i++
	default:
		i = digits(p, i)
	}
	integer = true
	if i < len(p) && p[i] == '.' {
		integer = false
		frac := i + 1
		if i = digits(p, frac); i == frac {
			return i, false, syntax(p, i, "a digit")
		}
	}
	if i-start > maxDigits {
		return i, false, invalid(start, "number of %d digits over limit %d", i-start, maxDigits)
	}
	if i < len(p) && p[i]|0x20 == 'e' {
		integer = false
		i, err = exponent(p, i+1)
	}
	return i, integer, err
}

func exponent(p []byte, i int) (int, error) {
	if i < len(p) && (p[i] == '+' || p[i] == '-') {
		i++
	}
	start := i
	if i = digits(p, i); i == start {
		return i, syntax(p, i, "a digit")
	}
	for start < i-1 && p[start] == '0' {
		start++
	}
	if i-start > 4 {
		return i, invalid(start, "exponent over limit %d", maxExponent)
	}
	return i, nil
}

func digits(p []byte, i int) int {
	for i < len(p) && p[i]-'0' <= 9 {
		i++
	}
	return i
}

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// odd marks, by their high bits, the first byte of w that is a quote, a backslash, a control character or not ASCII. Marks
// above the first may be wrong: a borrow runs upwards.
func odd(w uint64) uint64 {
	return (w | (w - lows*0x20) | ((w ^ lows*'"') - lows) | ((w ^ lows*'\\') - lows)) & highs
}

// str goes over the string whose opening quote stands before i and gives the offset of its closing quote; plain: it has no
// escapes.
func str(p []byte, i int) (end int, plain bool, err error) {
	plain = true
	for {
		for i+8 <= len(p) {
			if m := odd(binary.LittleEndian.Uint64(p[i:])); m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		if i >= len(p) {
			return i, plain, syntax(p, len(p), "'\"'")
		}
		switch c := p[i]; {
		case c == '"':
			return i, plain, nil
		case c == '\\':
			plain = false
			n := escape(p[i:])
			if n == 0 {
				return i, plain, invalid(i, "no escape that JSON knows")
			}
			i += n
		case c < 0x20:
			return i, plain, invalid(i, "control character %#02x in a string", c)
		case c < utf8.RuneSelf:
			i++
		default:
			if i = runes(p, i); i < len(p) && p[i] >= utf8.RuneSelf {
				return i, plain, invalid(i, "not UTF-8")
			}
		}
	}
}

// runes goes over characters beyond ASCII, as long as they are well formed.
func runes(p []byte, i int) int {
	for i < len(p) && p[i] >= utf8.RuneSelf {
		// The common three bytes, without those whose second byte has a narrower range.
		if c := p[i]; c > 0xe0 && c < 0xf0 && c != 0xed && i+2 < len(p) && p[i+1]&0xc0 == 0x80 && p[i+2]&0xc0 == 0x80 {
			i += 3
			continue
		}
		_, n := utf8.DecodeRune(p[i:])
		if n == 1 {
			return i
		}
		i += n
	}
	return i
}

// escape gives the length of the escape that p begins with, or 0 if it is none.
func escape(p []byte) int {
	if len(p) < 2 {
		return 0
	}
	switch p[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if _, ok := unit(p); ok {
			return 6
		}
	}
	return 0
}

// unit reads \uXXXX at the front of p.
func unit(p []byte) (u rune, ok bool) {
	if len(p) < 6 || p[0] != '\\' || p[1] != 'u' {
		return 0, false
	}
	for _, c := range p[2:6] {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		u = u<<4 | rune(c)
	}
	return u, true
}

// unescape appends what the inside of a checked string says.
func unescape(dst, p []byte) []byte {
	for i := 0; i < len(p); {
		if p[i] != '\\' {
			start := i
			for i < len(p) && p[i] != '\\' {
				i++
			}
			dst = append(dst, p[start:i]...)
			continue
		}
		if p[i+1] != 'u' {
			dst = append(dst, plainEscapes[p[i+1]])
			i += 2
			continue
		}
		u, _ := unit(p[i:])
		i += 6
		if u>>10 == 0xd800>>10 {
			if low, ok := unit(p[i:]); ok && low>>10 == 0xdc00>>10 {
				u = 0x10000 + (u-0xd800)<<10 + (low - 0xdc00)
				i += 6
			}
		}
		dst = appendUnit(dst, u)
	}
	return dst
}

var plainEscapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// appendUnit appends a character, or a single surrogate as three bytes.
func appendUnit(dst []byte, u rune) []byte {
	if u>>11 == 0xd800>>11 {
		return append(dst, 0xe0|byte(u>>12), 0x80|byte(u>>6)&0x3f, 0x80|byte(u)&0x3f)
	}
	return utf8.AppendRune(dst, u)
}
