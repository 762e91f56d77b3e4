package json

import (
	"encoding/binary"
	"math/bits"
)

// pass goes over the value that begins at i, a place where there is a byte, only to find its end: for what will be read in full
// later. Where the text is ill formed the place it gives is any, and the later reading tells.
func pass(p []byte, i, _ int) (int, error) {
	switch p[i] {
	case '"':
		i = passString(p, i+1)
	case '{', '[':
		i = passNested(p, i)
	default:
		for i < len(p) && !ends(p[i]) {
			i++
		}
		return i, nil
	}
	if i > len(p) {
		return i, syntax(p, i, "the end of a value")
	}
	return i, nil
}

func ends(c byte) bool { return c == ',' || c == '}' || c == ']' || c <= ' ' }

// passNested gives the offset behind the bracket that closes the one at i, or more than there is.
func passNested(p []byte, i int) int {
	for depth := 0; i < len(p); {
		switch p[i] {
		case '"':
			i = passString(p, i+1)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return len(p) + 1
}

// passString gives the offset behind the quote that ends the string whose inside begins at i, or more than there is.
func passString(p []byte, i int) int {
	for {
		for i+8 <= len(p) {
			w := binary.LittleEndian.Uint64(p[i:])
			q, b := w^lows*'"', w^lows*'\\'
			if m := ((q-lows)&^q | (b-lows)&^b) & highs; m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		switch {
		case i >= len(p):
			return len(p) + 1
		case p[i] == '"':
			return i + 1
		case p[i] == '\\':
			i++
		}
		i++
	}
}
