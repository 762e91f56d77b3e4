package show

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"unicode"
	"unicode/utf8"
)

// maxNesting is how deep messages within messages are looked for.
const maxNesting = 32

var errProto = errors.New("no protobuf")

// rawProto prints a protobuf message of which nothing is known but its bytes: the numbers of its fields, and what their values may be.
func rawProto(t *text, p []byte) {
	r := raw{left: maxPrinted}
	lines, err := r.fields(nil, p, t.indent+"  ", 0)
	if err != nil {
		t.opaque(p, err.Error())
		return
	}
	for _, l := range lines {
		t.b.WriteString(l + "\n")
	}
}

// raw prints messages of which nothing is known.
type raw struct{ left int } // bytes that may still be printed, tried ones counted too

// fields appends a line for each field of a message (protobuf.dev/programming-guides/encoding): a tag, which is a number and the kind of
// what follows, and the value. It fails for bytes that are no message.
func (r *raw) fields(lines []string, p []byte, indent string, depth int) ([]string, error) {
	for len(p) > 0 {
		tag, n := binary.Uvarint(p)
		if n <= 0 || tag>>3 == 0 || tag>>3 > 1<<29-1 {
			return nil, errProto
		}
		p = p[n:]
		label := fmt.Sprintf("%sfield %d: ", indent, tag>>3)
		if r.left -= 2 * len(label); r.left < 0 {
			return nil, errLong
		}
		size := 0
		switch tag & 7 {
		case 0:
			v, n := binary.Uvarint(p)
			if n <= 0 {
				return nil, errProto
			}
			lines, size = append(lines, fmt.Sprintf("%s%d", label, int64(v))), n
		case 1:
			if size = 8; len(p) < size {
				return nil, errProto
			}
			v := binary.LittleEndian.Uint64(p)
			lines = append(lines, fmt.Sprintf("%s64 bits %#x, as a double %v", label, v, math.Float64frombits(v)))
		case 5:
			if size = 4; len(p) < size {
				return nil, errProto
			}
			v := binary.LittleEndian.Uint32(p)
			lines = append(lines, fmt.Sprintf("%s32 bits %#x, as a float %v", label, v, math.Float32frombits(v)))
		case 2:
			v, n := binary.Uvarint(p)
			if n <= 0 || v > uint64(len(p)-n) {
				return nil, errProto
			}
			size = n + int(v)
			var err error
			if lines, err = r.counted(lines, p[n:size], label, indent, depth); err != nil {
				return nil, err
			}
		default: // groups, which nobody writes any more
			return nil, errProto
		}
		p = p[size:]
	}
	return lines, nil
}

// counted appends a value that has a length: a text, a message or bytes, whichever it may be.
func (r *raw) counted(lines []string, p []byte, label, indent string, depth int) ([]string, error) {
	if printable(p) {
		return append(lines, label+quote(p)), nil
	}
	if depth < maxNesting {
		switch inner, err := r.fields(nil, p, indent+"  ", depth+1); err {
		case nil:
			return append(append(lines, label+"message"), inner...), nil
		case errLong:
			return nil, err
		}
	}
	return append(lines, fmt.Sprintf("%s%s %s", label, bytesOf(len(p)), hex.EncodeToString(p))), nil
}

func printable(p []byte) bool {
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		if r == utf8.RuneError && n == 1 || !unicode.IsPrint(r) && r != '\n' && r != '\t' && r != '\r' {
			return false
		}
		p = p[n:]
	}
	return true
}
