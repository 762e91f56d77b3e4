package hessian

import "encoding/binary"

// Text in a stream is UTF-16 with each unit written by itself in the manner of UTF-8: a character outside the basic plane is two
// units of three bytes each (CESU-8), and a length counts units. Tokens have such a character in its four bytes, as UTF-8 does,
// and only a surrogate that has no other half in three (WTF-8).

const high = 0x8080808080808080 // the top bit of each of eight bytes

// walk finds the end of n units of text at p[i:], and whether there are surrogates among them. Where it is not ok, end is the
// first byte that cannot stand there.
func walk(p []byte, i, n int) (end int, surrogates, ok bool) {
	for n > 0 {
		for n >= 8 && len(p)-i >= 8 {
			if binary.LittleEndian.Uint64(p[i:])&high != 0 {
				break
			}
			i, n = i+8, n-8
		}
		if n < 8 && len(p)-i >= 8 && binary.LittleEndian.Uint64(p[i:])&high<<(64-8*n) == 0 {
			return i + n, surrogates, true
		}
		for ; n > 0 && i < len(p) && p[i] < 0x80; n-- {
			i++
		}
		for ; n > 0 && i < len(p) && p[i] >= 0x80; n-- {
			w := wide(p[i:])
			if w == 0 {
				return i, false, false
			}
			surrogates = surrogates || p[i] == 0xed && p[i+1] >= 0xa0
			i += w
		}
		if n > 0 && i >= len(p) {
			return i, false, false
		}
	}
	return i, surrogates, true
}

// wide gives the length of the unit of two or three bytes at the front of p, or 0 if there is none: lead bytes 80-c1 and f0-ff,
// overlong forms and missing continuation bytes.
func wide(p []byte) int {
	switch c := p[0]; {
	case c < 0xc2:
		return 0
	case c < 0xe0:
		if len(p) >= 2 && p[1]&0xc0 == 0x80 {
			return 2
		}
	case c < 0xf0:
		if len(p) >= 3 && p[1]&0xc0 == 0x80 && p[2]&0xc0 == 0x80 && (c != 0xe0 || p[1] >= 0xa0) {
			return 3
		}
	}
	return 0
}

// joinPairs turns surrogate pairs in checked text into characters of four bytes, in place, and gives the new length.
func joinPairs(p []byte) int {
	w := 0
	for i := 0; i < len(p); {
		if p[i] != 0xed || p[i+1] < 0xa0 {
			p[w] = p[i]
			w, i = w+1, i+1
			continue
		}
		if p[i+1] < 0xb0 && len(p)-i >= 6 && p[i+3] == 0xed && p[i+4] >= 0xb0 {
			r := 0x10000 + half(p[i+1:])<<10 + half(p[i+4:])
			p[w], p[w+1], p[w+2], p[w+3] = 0xf0|byte(r>>18), 0x80|byte(r>>12&0x3f), 0x80|byte(r>>6&0x3f), 0x80|byte(r&0x3f)
			w, i = w+4, i+6
			continue
		}
		w, i = w+copy(p[w:], p[i:i+3]), i+3
	}
	return w
}

// half gives the ten bits that a surrogate carries, from its second and third byte.
func half(p []byte) uint32 { return uint32(p[0]&0x0f)<<6 | uint32(p[1]&0x3f) }
