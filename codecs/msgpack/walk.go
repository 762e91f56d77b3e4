package msgpack

import (
	"unicode/utf8"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// walker goes over values without giving them.
type walker struct {
	p       []byte
	strict  bool // everything is checked; else what is needed to find the end
	deepest int  // how deep arrays and maps were nested
}

// value goes over the value at i, which stands in depth arrays and maps, and gives the offset behind it. Depth is bounded, and
// with it the recursion.
func (w *walker) value(i, depth int) (int, error) {
	h, err := readHead(w.p, i)
	if err != nil {
		return i, err
	}
	switch h.is {
	case aText:
		if w.strict && !isText(w.p[h.at:h.at+h.n]) {
			return i, invalid(i, "a text that is not UTF-8")
		}
	case anExt:
		if w.strict {
			if _, _, err := readStamp(w.p, i, &h); err != nil {
				return i, err
			}
		}
	case anArray, aMap:
		if depth++; depth > token.MaxDepth {
			return i, deep(i)
		}
		w.deepest = max(w.deepest, depth)
		at := h.at
		for range h.n {
			if at, err = w.value(at, depth); err != nil {
				return at, err
			}
		}
		return at, nil
	}
	return h.at + h.n, nil
}

// isText says whether p is UTF-8 but for single surrogates of three bytes.
func isText(p []byte) bool {
	if utf8.Valid(p) {
		return true
	}
	high := false // just behind the first surrogate of what may be a pair
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		if r != utf8.RuneError || n > 1 {
			high, p = false, p[n:]
			continue
		}
		if len(p) < 3 || p[0] != 0xed || p[1]&0xe0 != 0xa0 || p[2]&0xc0 != 0x80 {
			return false
		}
		low := p[1] >= 0xb0
		if high && low {
			return false // a pair has four bytes
		}
		high, p = !low, p[3:]
	}
	return true
}
