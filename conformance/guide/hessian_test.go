package guide

import (
	"encoding/binary"
	"fmt"
)

// As much Hessian 2 as the service of the guide needs, written from its specification and sharing nothing with codecs/hessian.

// text writes a string of ASCII under 32 bytes.
func text(s string) string { return string([]byte{byte(len(s))}) + s }

// small writes an int from -16 to 47.
func small(n int) string { return string([]byte{byte(0x90 + n)}) }

// smallLong writes a long from -8 to 15.
func smallLong(n int) string { return string([]byte{byte(0xe0 + n)}) }

// object writes the first object of the class number n of a stream.
func object(n int, class string, fields []string, values ...string) string {
	s := "C" + longText(class) + small(len(fields))
	for _, f := range fields {
		s += text(f)
	}
	s += string([]byte{byte(0x60 + n)})
	for _, v := range values {
		s += v
	}
	return s
}

// longText writes a string of ASCII under 1024 bytes.
func longText(s string) string {
	if len(s) < 32 {
		return text(s)
	}
	return string([]byte{byte(0x30 + len(s)>>8), byte(len(s))}) + s
}

// texts writes an untyped list of strings, under eight of them.
func texts(list ...string) string {
	s := string([]byte{byte(0x78 + len(list))})
	for _, l := range list {
		s += text(l)
	}
	return s
}

// millis writes a date.
func millis(ms int64) string {
	return string(binary.BigEndian.AppendUint64([]byte{0x4a}, uint64(ms)))
}

// dict writes a map without a type, as a java.util.HashMap goes.
func dict(pairs ...string) string {
	s := "H"
	for _, p := range pairs {
		s += p
	}
	return s + "Z"
}

// reader reads values into int32, int64, string, nil, []any, map[string]any.
type reader struct {
	p       []byte
	classes [][]string
}

func (r *reader) take(n int) []byte {
	p := r.p[:n]
	r.p = r.p[n:]
	return p
}

func (r *reader) value() any {
	switch b := r.take(1)[0]; {
	case b == 'N':
		return nil
	case b >= 0x80 && b <= 0xbf:
		return int32(b) - 0x90
	case b >= 0xc0 && b <= 0xcf:
		return int32(b-0xc8)<<8 | int32(r.take(1)[0])
	case b == 'I':
		return int32(binary.BigEndian.Uint32(r.take(4)))
	case b >= 0xd8 && b <= 0xef:
		return int64(b) - 0xe0
	case b >= 0xf0:
		return int64(b-0xf8)<<8 | int64(r.take(1)[0])
	case b == 'Y':
		return int64(int32(binary.BigEndian.Uint32(r.take(4))))
	case b == 'L':
		return int64(binary.BigEndian.Uint64(r.take(8)))
	case b < 0x20:
		return string(r.take(int(b)))
	case b >= 0x30 && b < 0x34:
		return string(r.take(int(b-0x30)<<8 | int(r.take(1)[0])))
	case b >= 0x70 && b <= 0x77:
		r.value() // the type
		return r.values(int(b - 0x70))
	case b >= 0x78 && b <= 0x7f:
		return r.values(int(b - 0x78))
	case b == 'H':
		m := map[string]any{}
		for r.p[0] != 'Z' {
			k := fmt.Sprint(r.value())
			m[k] = r.value()
		}
		r.take(1)
		return m
	case b == 'C':
		r.value() // the name
		fields := r.values(int(r.value().(int32)))
		names := make([]string, len(fields))
		for i, f := range fields {
			names[i] = f.(string)
		}
		r.classes = append(r.classes, names)
		return r.value()
	case b >= 0x60 && b <= 0x6f:
		m := map[string]any{}
		for _, f := range r.classes[b-0x60] {
			m[f] = r.value()
		}
		return m
	default:
		return fmt.Sprintf("0x%02x: not read by this stand-in", b)
	}
}

func (r *reader) values(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = r.value()
	}
	return list
}
