package http

import (
	"unicode/utf8"

	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// block is the memory of a head, turned into a string at most once: the strings of the metadata are parts of that.
type block struct {
	p []byte
	s string
}

// text gives the string with the contents of p, which is a part of the block or not.
func (b *block) text(p []byte) string {
	off, ok := wire.Borrow(b.p).Within(wire.Borrow(p))
	if !ok {
		return string(p)
	}
	if b.s == "" {
		b.s = string(b.p)
	}
	return b.s[off : off+len(p)]
}

// unescape gives the text of a field's value; false if it holds what it must not, or a % that begins no escape. The result is
// p itself where there are no escapes.
func unescape(p []byte) (text []byte, ok bool) {
	escaped := false
	for _, c := range p {
		if c < ' ' || c > '~' {
			return nil, false
		}
		escaped = escaped || c == '%'
	}
	if !escaped {
		return p, true
	}
	text, ok = percentDecode(make([]byte, 0, len(p)), p)
	return text, ok && utf8.Valid(text)
}

// percentDecode undoes the escapes of p once.
func percentDecode(dst, p []byte) (text []byte, ok bool) {
	for i := 0; i < len(p); i++ {
		if p[i] != '%' {
			dst = append(dst, p[i])
			continue
		}
		if len(p)-i < 3 {
			return nil, false
		}
		hi, ok1 := hex(p[i+1])
		lo, ok2 := hex(p[i+2])
		if !ok1 || !ok2 {
			return nil, false
		}
		dst = append(dst, hi<<4|lo)
		i += 2
	}
	return dst, true
}

// appendValue escapes what a field's value cannot hold or would lose.
func appendValue(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '%' || c == ' ' && (i == 0 || i == len(s)-1) {
			dst = appendEscape(dst, c)
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}

// appendKept escapes all bytes but those of keep, which must not have the percent sign.
func appendKept(dst []byte, s string, keep *[256]bool) []byte {
	for i := range len(s) {
		if c := s[i]; keep[c] {
			dst = append(dst, c)
		} else {
			dst = appendEscape(dst, c)
		}
	}
	return dst
}

func appendEscape(dst []byte, c byte) []byte {
	const digits = "0123456789ABCDEF"
	return append(dst, '%', digits[c>>4], digits[c&15])
}

// The characters that need no escape: in a metadata key, in a segment of a path or a part of a query.
var (
	keyChar     = charset("!#$&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
	segmentChar = charset("-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
)
