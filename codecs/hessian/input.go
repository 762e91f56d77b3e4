package hessian

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// input is the bytes of a stream and a place in them. What it reads as a number or a text is checked in full.
type input struct {
	p   []byte
	pos int
	d   *opcodes
}

// bad makes the error of bytes that are no Hessian.
func bad(at int, format string, args ...any) error {
	return codecs.Errorf(codecs.Malformed, "hessian: read: %s at byte %d", fmt.Sprintf(format, args...), at)
}

func (in *input) cut() error { return bad(len(in.p), "the stream ends inside a value") }

// next gives the opcode at the place, which it leaves there.
func (in *input) next() (op, error) {
	if in.pos >= len(in.p) {
		return opBad, in.cut()
	}
	return in.d.ops[in.p[in.pos]], nil
}

// fixed takes a value of fixed length and gives its bytes, opcode first.
func (in *input) fixed() ([]byte, error) {
	n := int(in.d.size[in.p[in.pos]])
	if n > len(in.p)-in.pos {
		return nil, in.cut()
	}
	p := in.p[in.pos : in.pos+n]
	in.pos += n
	return p, nil
}

// int takes an int in any of its forms.
func (in *input) int() (int32, error) {
	o, err := in.next()
	if err != nil {
		return 0, err
	}
	if !isInt(o) {
		return 0, bad(in.pos, "opcode %#02x where an int is due", in.p[in.pos])
	}
	p, err := in.fixed()
	if err != nil {
		return 0, err
	}
	return int32(integer(o, p)), nil
}

// integer gives the value of an int or a long, of which p is all the bytes.
func integer(o op, p []byte) int64 {
	switch o {
	case opInt1:
		return int64(p[0]) - 0x90
	case opInt2:
		return (int64(p[0])-0xc8)<<8 | int64(p[1])
	case opInt3:
		return (int64(p[0])-0xd4)<<16 | int64(p[1])<<8 | int64(p[2])
	case opInt5, opLong5:
		return int64(int32(binary.BigEndian.Uint32(p[1:])))
	case opLong1:
		return int64(p[0]) - 0xe0
	case opLong2:
		return (int64(p[0])-0xf8)<<8 | int64(p[1])
	case opLong3:
		return (int64(p[0])-0x3c)<<16 | int64(p[1])<<8 | int64(p[2])
	default: // opLong9
		return int64(binary.BigEndian.Uint64(p[1:]))
	}
}

// double gives the value of a double, of which p is all the bytes. Thousandths are one multiplication: a division gives another
// double for one value in eight.
func double(o op, p []byte) float64 {
	switch o {
	case opDouble0:
		return 0
	case opDouble1:
		return 1
	case opDouble8:
		return float64(int8(p[1]))
	case opDouble16:
		return float64(int16(binary.BigEndian.Uint16(p[1:])))
	case opDoubleFloat:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(p[1:])))
	case opDoubleMilli:
		return 0.001 * float64(int32(binary.BigEndian.Uint32(p[1:])))
	default: // opDouble
		return math.Float64frombits(binary.BigEndian.Uint64(p[1:]))
	}
}

// millis gives the milliseconds since 1970 of a date, of which p is all the bytes.
func millis(o op, p []byte) int64 {
	if o == opDateMinute {
		return int64(int32(binary.BigEndian.Uint32(p[1:]))) * 60000
	}
	return int64(binary.BigEndian.Uint64(p[1:]))
}

// chunk takes the head of a chunk of a string or a binary and gives its length, in units or bytes.
func (in *input) chunk() (n int, last bool, err error) {
	p := in.p[in.pos:]
	o := in.d.ops[p[0]]
	head := 3
	switch o {
	case opText5, opBytes4:
		head = 1
	case opText10, opBytes10:
		head = 2
	}
	if len(p) < head {
		return 0, false, in.cut()
	}
	in.pos += head
	switch o {
	case opText5:
		n = int(p[0] & 0x1f)
	case opBytes4:
		n = int(p[0] & 0x0f)
	case opText10, opBytes10:
		n = int(p[0]&3)<<8 | int(p[1])
	default:
		n = int(p[1])<<8 | int(p[2])
	}
	if n > len(in.p)-in.pos {
		return 0, false, in.cut()
	}
	return n, o != opTextMore && o != opBytesMore, nil
}

// skipText takes a string, the opcode of which is known to begin one.
func (in *input) skipText() error {
	for {
		n, last, err := in.chunk()
		if err != nil {
			return err
		}
		end, _, ok := walk(in.p, in.pos, n)
		if !ok {
			return in.badText(end)
		}
		in.pos = end
		if last {
			return nil
		}
		if err := in.goesOn(isText); err != nil {
			return err
		}
	}
}

// skipBytes takes a binary, the opcode of which is known to begin one.
func (in *input) skipBytes() error {
	for {
		n, last, err := in.chunk()
		if err != nil {
			return err
		}
		in.pos += n
		if last {
			return nil
		}
		if err := in.goesOn(isBytes); err != nil {
			return err
		}
	}
}

// goesOn checks that a further chunk follows.
func (in *input) goesOn(is func(op) bool) error {
	o, err := in.next()
	if err == nil && !is(o) {
		err = bad(in.pos, "opcode %#02x where the next chunk is due", in.p[in.pos])
	}
	return err
}

func (in *input) badText(at int) error {
	if at >= len(in.p) {
		return in.cut()
	}
	return bad(at, "%#02x begins no character of up to three bytes", in.p[at])
}

// text takes a string, the opcode of which is known to begin one, as WTF-8: UTF-8, but for single surrogates, which are three
// bytes each. It aliases the stream where that is possible; else it is appended to buf, which is returned.
func (in *input) text(buf []byte) (text, scratch []byte, err error) {
	start := len(buf)
	for first := true; ; first = false {
		n, last, err := in.chunk()
		if err != nil {
			return nil, buf, err
		}
		end, surrogates, ok := walk(in.p, in.pos, n)
		if !ok {
			return nil, buf, in.badText(end)
		}
		raw := in.p[in.pos:end]
		in.pos = end
		if first && last && !surrogates {
			return raw, buf, nil
		}
		if need := len(raw); need > cap(buf)-len(buf) { // in few steps, and never over what can come
			buf = slices.Grow(buf, max(need, min(4*cap(buf), need+len(in.p)-in.pos)))
		}
		buf = append(buf, raw...)
		if last {
			break
		}
		if err := in.goesOn(isText); err != nil {
			return nil, buf, err
		}
	}
	buf = buf[:start+joinPairs(buf[start:])]
	return buf[start:], buf, nil
}

// bytes takes a binary likewise.
func (in *input) bytes(buf []byte) (data, scratch []byte, err error) {
	for first := true; ; first = false {
		n, last, err := in.chunk()
		if err != nil {
			return nil, buf, err
		}
		raw := in.p[in.pos : in.pos+n]
		in.pos += n
		if first && last {
			return raw, buf, nil
		}
		if first {
			buf = buf[:0]
		}
		buf = append(buf, raw...)
		if last {
			return buf, buf, nil
		}
		if err := in.goesOn(isBytes); err != nil {
			return nil, buf, err
		}
	}
}
