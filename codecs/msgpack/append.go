package msgpack

import (
	"encoding/binary"
	"math"
	"unsafe"
)

// AppendNil appends nil.
func AppendNil(b []byte) []byte { return append(b, 0xc0) }

// AppendInt appends an integer in the shortest form.
func AppendInt(b []byte, v int64) []byte {
	if v >= 0 {
		return appendUint(b, uint64(v))
	}
	switch {
	case v >= -32:
		return append(b, byte(v))
	case v >= math.MinInt8:
		return append(b, 0xd0, byte(v))
	case v >= math.MinInt16:
		return binary.BigEndian.AppendUint16(append(b, 0xd1), uint16(v))
	case v >= math.MinInt32:
		return binary.BigEndian.AppendUint32(append(b, 0xd2), uint32(v))
	}
	return binary.BigEndian.AppendUint64(append(b, 0xd3), uint64(v))
}

func appendUint(b []byte, v uint64) []byte {
	switch {
	case v < 0x80:
		return append(b, byte(v))
	case v <= math.MaxUint8:
		return append(b, 0xcc, byte(v))
	case v <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, 0xcd), uint16(v))
	case v <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(b, 0xce), uint32(v))
	}
	return binary.BigEndian.AppendUint64(append(b, 0xcf), v)
}

// AppendString appends a text.
func AppendString(b []byte, s string) []byte {
	return appendText(b, unsafe.Slice(unsafe.StringData(s), len(s)))
}

func appendText(b, p []byte) []byte {
	if len(p) < 32 {
		return append(append(b, 0xa0|byte(len(p))), p...)
	}
	return append(appendLength(b, 0xd9, len(p)), p...)
}

func appendBin(b, p []byte) []byte { return append(appendLength(b, 0xc4, len(p)), p...) }

// appendLength appends the length of a text or of bytes; c is the first byte if one byte is enough for the length.
func appendLength(b []byte, c byte, n int) []byte {
	switch {
	case n <= math.MaxUint8:
		return append(b, c, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, c+1), uint16(n))
	}
	return binary.BigEndian.AppendUint32(append(b, c+2), uint32(n))
}

// AppendMap appends the head of a map of n pairs.
func AppendMap(b []byte, n int) []byte { return appendCount(b, mapHead, n) }

// The first bytes of a map and of an array that are empty.
const (
	mapHead  = 0x80
	listHead = 0x90
)

// appendCount appends the head of a map or an array of n.
func appendCount(b []byte, empty byte, n int) []byte {
	long := byte(0xdc) // of an array
	if empty == mapHead {
		long = 0xde
	}
	switch {
	case n < 16:
		return append(b, empty|byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, long), uint16(n))
	}
	return binary.BigEndian.AppendUint32(append(b, long+1), uint32(n))
}
