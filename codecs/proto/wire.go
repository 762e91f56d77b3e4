package proto

import (
	"encoding/binary"
	"math/bits"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// wireType is the low three bits of a tag.
type wireType uint8

const (
	wireVarint wireType = 0
	wire64     wireType = 1
	wireBytes  wireType = 2
	wire32     wireType = 5
)

// maxNumber is the largest field number.
const maxNumber = 1<<29 - 1

// uvarint reads the varint at offset i of p and gives the offset behind it; -1 if it does not end, or has more than 64 bits.
func uvarint(p []byte, i int) (v uint64, next int) {
	if i < len(p) && p[i] < 0x80 {
		return uint64(p[i]), i + 1
	}
	for shift := uint(0); shift < 70 && i < len(p); shift += 7 {
		b := p[i]
		i++
		if shift == 63 && b > 1 {
			return 0, -1
		}
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return v, i
		}
	}
	return 0, -1
}

// record is one field as it stands in a message: p[at:end] is its value, without tag and length.
type record struct {
	number  uint32
	wire    wireType
	at, end int
}

// next reads the record at offset i of p, and says false if there is none.
func (rec *record) next(p []byte, i int) bool {
	tag, at := uvarint(p, i)
	if at < 0 || tag>>3 == 0 || tag>>3 > maxNumber {
		return false
	}
	rec.number, rec.wire, rec.at = uint32(tag>>3), wireType(tag&7), at
	switch rec.wire {
	case wireVarint:
		_, rec.end = uvarint(p, at)
		return rec.end >= 0
	case wire64:
		rec.end = at + 8
	case wire32:
		rec.end = at + 4
	case wireBytes:
		n, at := uvarint(p, at)
		if at < 0 || n > uint64(len(p)-at) {
			return false
		}
		rec.at, rec.end = at, at+int(n)
	default:
		return false
	}
	return rec.end <= len(p)
}

// illFormed is the error for a record that next refused.
func illFormed(p []byte, i int, m *message) error {
	tag, at := uvarint(p, i)
	switch {
	case at < 0:
		return invalid(m, "a tag that does not end within 10 bytes, %d bytes from the end", len(p)-i)
	case tag>>3 == 0 || tag>>3 > maxNumber:
		return invalid(m, "field number %d", tag>>3)
	case tag&7 == 3 || tag&7 == 4:
		return invalid(m, "field %d is a group", tag>>3)
	case tag&7 > 5:
		return invalid(m, "field %d has wire type %d", tag>>3, tag&7)
	case tag&7 == uint64(wireBytes):
		n, at := uvarint(p, at)
		if at >= 0 {
			return invalid(m, "field %d: length %d over the %d bytes left", tag>>3, n, len(p)-at)
		}
	}
	return invalid(m, "field %d does not end", tag>>3)
}

// countPacked gives the number of elements in packed bytes; -1 if they do not come out even.
func countPacked(p []byte, w wireType) int {
	switch w {
	case wire64:
		if len(p)%8 != 0 {
			return -1
		}
		return len(p) / 8
	case wire32:
		if len(p)%4 != 0 {
			return -1
		}
		return len(p) / 4
	}
	if len(p) > 0 && p[len(p)-1] >= 0x80 {
		return -1
	}
	n, i := 0, 0
	for ; i+8 <= len(p); i += 8 {
		n += 8 - bits.OnesCount64(binary.LittleEndian.Uint64(p[i:])&0x8080808080808080)
	}
	for ; i < len(p); i++ {
		if p[i] < 0x80 {
			n++
		}
	}
	return n
}

func invalid(m *message, format string, args ...any) error {
	return codecs.Errorf(codecs.Invalid, "proto: read %s: "+format, append([]any{m.name}, args...)...)
}

// sizeVarint is how many bytes a varint takes.
func sizeVarint(v uint64) int { return int(9*uint32(bits.Len64(v))+64) / 64 }

func zigzag(v int64) uint64   { return uint64(v<<1) ^ uint64(v>>63) }
func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }
