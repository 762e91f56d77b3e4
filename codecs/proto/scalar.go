package proto

import (
	"encoding/binary"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// widths are those of the tokens that a field gives. A uint32 fits no int of Java's.
var widths = [...]uint8{kindInt32: 32, kindSint32: 32, kindSfixed32: 32, kindUint32: 64, kindFixed32: 64, kindInt64: 64, kindSint64: 64,
	kindSfixed64: 64, kindUint64: 64, kindFixed64: 64, kindMessage: 0}

// scalar gives the value at offset at of p, which does not go on behind end, and the offset behind it.
func (r *reader) scalar(t *token.Token, m *message, f *field, p []byte, at, end int) (int, error) {
	var v uint64
	next := end
	switch wireTypes[f.kind] {
	case wireVarint:
		if v, next = uvarint(p[:end], at); next < 0 {
			return end, invalid(m, "field %s: a varint that does not end within 64 bits", f.name)
		}
	case wire32:
		v, next = uint64(binary.LittleEndian.Uint32(p[at:])), at+4
	case wire64:
		v, next = binary.LittleEndian.Uint64(p[at:]), at+8
	case wireBytes:
		*t = token.Token{Kind: token.Bytes, Text: p[at:end]}
		if f.kind == kindString {
			if t.Kind = token.String; !utf8.Valid(t.Text) {
				return end, invalid(m, "field %s is not UTF-8", f.name)
			}
			switch { // some programs write every field
			case at == end && f.blank:
				*t = token.Token{}
			case at == end && f.letter:
				t.Text = zeroLetter
			}
		}
		return end, nil
	}
	r.number(t, f, v)
	return next, nil
}

// number gives what the bits of a field mean.
func (r *reader) number(t *token.Token, f *field, v uint64) {
	*t = token.Token{Kind: token.Int, Bits: widths[f.kind]}
	switch f.kind {
	case kindBool:
		*t = token.Token{Kind: token.Bool}
		if v != 0 {
			t.Int = 1
		}
	case kindInt32, kindSfixed32:
		t.Int = int64(int32(v))
	case kindSint32:
		t.Int = int64(int32(unzigzag(v & math.MaxUint32)))
	case kindUint32, kindFixed32:
		t.Int = int64(uint32(v))
	case kindInt64, kindSfixed64:
		t.Int = int64(v)
	case kindSint64:
		t.Int = unzigzag(v)
	case kindUint64, kindFixed64:
		if t.Int = int64(v); t.Int < 0 {
			r.buf = strconv.AppendUint(r.buf[:0], v, 10)
			*t = token.Token{Kind: token.Big, Text: r.buf, Class: bigInteger}
		}
	case kindFloat:
		*t = token.Token{Kind: token.Float, Bits: 32, Num: float64(math.Float32frombits(uint32(v)))}
	case kindDouble:
		*t = token.Token{Kind: token.Float, Bits: 64, Num: math.Float64frombits(v)}
	case kindEnum:
		f.constant(t, int32(v))
	}
}

var (
	bigInteger = &token.Class{Name: "java.math.BigInteger"}
	bigDecimal = &token.Class{Name: "java.math.BigDecimal"}
)

// constant gives the constant of an enum by its number. One that has no name stays a number; NullValue, and zero where the contract has no
// constant for it, are null.
func (f *field) constant(t *token.Token, number int32) {
	*t = token.Token{Kind: token.Enum, Class: f.enum.class}
	if f.asText {
		*t = token.Token{Kind: token.String}
	}
	var ok bool
	switch t.Text, ok = f.enum.names[number]; {
	case f.enum.null, !ok && number == 0 && f.enum.noZero:
		*t = token.Token{}
	case !ok:
		*t = token.Token{Kind: token.Int, Bits: 32, Int: int64(number)}
	}
}
