package msgpack

import (
	"encoding/binary"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// A value begins with one byte; numbers behind it are in network order:
//
//	00-7f  integer 0 to 127            c0     nil                      cc-cf  unsigned integer of 1, 2, 4, 8 bytes
//	80-8f  map of 0 to 15 pairs        c1     never used               d0-d3  signed integer of 1, 2, 4, 8 bytes
//	90-9f  array of 0 to 15            c2 c3  false, true              d4-d8  type byte, extension of 1, 2, 4, 8, 16 bytes
//	a0-bf  text of 0 to 31 bytes       c4-c6  length of 1, 2, 4, bytes d9-db  length of 1, 2, 4, text
//	e0-ff  integer -32 to -1           c7-c9  length of 1, 2, 4, type  dc dd  count of 2, 4, array
//	                                          byte, extension          de df  count of 2, 4, map: keys and values in turn
//	                                   ca cb  float of 4, 8 bytes

// family is what a value is.
type family uint8

const (
	never family = iota
	aNil
	aBool
	anInt
	anUint
	aFloat
	aText
	aBin
	anExt
	anArray
	aMap
)

// forms are the bytes c0 to df: what begins there, and how many bytes of number or length follow.
var forms = [32]struct {
	is    family
	width uint8
}{
	{aNil, 0}, {never, 0}, {aBool, 0}, {aBool, 0}, {aBin, 1}, {aBin, 2}, {aBin, 4}, {anExt, 1}, {anExt, 2}, {anExt, 4},
	{aFloat, 4}, {aFloat, 8}, {anUint, 1}, {anUint, 2}, {anUint, 4}, {anUint, 8}, {anInt, 1}, {anInt, 2}, {anInt, 4}, {anInt, 8},
	{anExt, 0}, {anExt, 0}, {anExt, 0}, {anExt, 0}, {anExt, 0}, {aText, 1}, {aText, 2}, {aText, 4}, {anArray, 2}, {anArray, 4},
	{aMap, 2}, {aMap, 4},
}

// head is the beginning of a value, up to what it holds.
type head struct {
	is    family
	width uint8  // of a number, in bytes
	ext   int8   // the type of an extension
	v     uint64 // a bool, or a number; a signed one is extended to 64 bits
	n     int    // bytes of a text, of bytes or of an extension; values in an array or a map, keys counted too
	at    int    // behind the head
}

// readHead reads the head at i. What it announces is there, as far as that can be known: n is at most the bytes left.
func readHead(p []byte, i int) (h head, err error) {
	if i >= len(p) {
		return h, short(i)
	}
	h.at = i + 1
	switch c := p[i]; {
	case c < 0x80:
		h.is, h.v = anInt, uint64(c)
		return h, nil
	case c >= 0xe0:
		h.is, h.v = anInt, uint64(int64(int8(c)))
		return h, nil
	case c < 0x90:
		h.is, h.v = aMap, uint64(c&15)
	case c < 0xa0:
		h.is, h.v = anArray, uint64(c&15)
	case c < 0xc0:
		h.is, h.v = aText, uint64(c&31)
	default:
		form := forms[c-0xc0]
		h.is, h.width = form.is, form.width
		if h.at += int(form.width); h.at > len(p) {
			return h, short(len(p))
		}
		h.v = bigEndian(p[i+1 : h.at])
		switch h.is {
		case never:
			return h, invalid(i, "0xc1, which begins nothing")
		case aBool:
			h.v = uint64(c & 1)
		case anInt:
			shift := 64 - 8*uint(form.width)
			h.v = uint64(int64(h.v<<shift) >> shift)
		case anExt:
			if form.width == 0 {
				h.v = 1 << (c - 0xd4)
			}
			if h.at == len(p) {
				return h, short(len(p))
			}
			h.ext = int8(p[h.at])
			h.at++
		}
	}
	return h, h.counted(p, i)
}

// counted makes n of a length or count, granted that so many bytes are left: a value is one byte at least.
func (h *head) counted(p []byte, i int) error {
	n := h.v
	switch h.is {
	case aMap:
		n *= 2
	case aText, aBin, anExt, anArray:
	default:
		return nil
	}
	if left := len(p) - h.at; n > uint64(left) {
		return invalid(i, "length %d over the %d bytes left", n, left)
	}
	h.n = int(n)
	return nil
}

func bigEndian(p []byte) uint64 {
	switch len(p) {
	case 1:
		return uint64(p[0])
	case 2:
		return uint64(binary.BigEndian.Uint16(p))
	case 4:
		return uint64(binary.BigEndian.Uint32(p))
	case 8:
		return binary.BigEndian.Uint64(p)
	}
	return 0
}

func invalid(at int, format string, args ...any) error {
	return codecs.Errorf(codecs.Invalid, "msgpack: read: byte %d: "+format, append([]any{at}, args...)...)
}

// short is the error for bytes that end within a value.
func short(at int) error { return invalid(at, "the bytes end within a value") }

// misuse is the error for tokens that are no value.
func misuse(format string, args ...any) error {
	return codecs.Errorf(codecs.Internal, "msgpack: write: "+format, args...)
}

// depthError is token.ErrDepth with a Status.
type depthError struct{ coded *codecs.Error }

func (e *depthError) Error() string   { return e.coded.Error() }
func (e *depthError) Unwrap() []error { return []error{e.coded, token.ErrDepth} }

func deep(at int) error {
	return &depthError{codecs.Errorf(codecs.Invalid, "msgpack: read: byte %d: %v of %d", at, token.ErrDepth, token.MaxDepth)}
}
