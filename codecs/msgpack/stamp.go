package msgpack

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// Extension type -1 is a point in time, in one of three sizes, all numbers in network order:
//
//	4 bytes   seconds since 1970, unsigned
//	8 bytes   nanoseconds in the upper 30 bits, seconds in the lower 34, unsigned
//	12 bytes  nanoseconds in 4 bytes, seconds in 8, signed
//
// Nanoseconds are fewer than 10^9 and count forwards, also before 1970.
const (
	stampType = -1
	maxNanos  = 1e9 - 1
)

// instant is the class of points in time that have parts of a millisecond.
var instant = &token.Class{Name: "java.time.Instant"}

// readStamp reads the extension whose head stands at i: a time is the only one that is known.
func readStamp(p []byte, i int, h *head) (sec, nanos int64, err error) {
	if h.ext != stampType {
		return 0, 0, invalid(i, "an extension of type %d, of which only its sender knows what it is", h.ext)
	}
	switch b := p[h.at : h.at+h.n]; len(b) {
	case 4:
		sec = int64(binary.BigEndian.Uint32(b))
	case 8:
		v := binary.BigEndian.Uint64(b)
		sec, nanos = int64(v&(1<<34-1)), int64(v>>34)
	case 12:
		sec, nanos = int64(binary.BigEndian.Uint64(b[4:])), int64(binary.BigEndian.Uint32(b))
	default:
		return 0, 0, invalid(i, "a time of %d bytes", h.n)
	}
	if nanos > maxNanos {
		return 0, 0, invalid(i, "a time of %d nanoseconds", nanos)
	}
	if sec < math.MinInt64/1000+1 || sec > math.MaxInt64/1000-1 {
		return 0, 0, invalid(i, "a time of %d seconds, which milliseconds in 64 bits do not reach", sec)
	}
	if nanos%1e6 != 0 && !fourDigits(sec) {
		return 0, 0, invalid(i, "a time with parts of a millisecond outside the years 0 to 9999")
	}
	return sec, nanos, nil
}

// The seconds since 1970 at which the years 0 and 10000 begin.
const (
	yearZero = -62167219200
	yearOver = 253402300800
)

func fourDigits(sec int64) bool { return sec >= yearZero && sec < yearOver }

// stampToken makes t a time: a Date if milliseconds say it all, else an Instant, whose text is appended to buf.
func stampToken(t *token.Token, sec, nanos int64, buf []byte) []byte {
	if nanos%1e6 == 0 {
		*t = token.Token{Kind: token.Time, Int: sec*1000 + nanos/1e6}
		return buf
	}
	layout := "2006-01-02T15:04:05.000000Z" // as Java prints it: six digits or nine
	if nanos%1000 != 0 {
		layout = "2006-01-02T15:04:05.000000000Z"
	}
	buf = time.Unix(sec, nanos).UTC().AppendFormat(buf, layout)
	*t = token.Token{Kind: token.Time, Text: buf, Class: instant}
	return buf
}

// appendTime appends a Time token: a point in time as the extension, any other of java.time, and an Instant outside the years 0
// to 9999, as its text.
func appendTime(b []byte, t *token.Token) []byte {
	if len(t.Text) == 0 {
		sec, ms := t.Int/1000, t.Int%1000
		if ms < 0 {
			sec, ms = sec-1, ms+1000
		}
		return appendStamp(b, sec, ms*1e6)
	}
	if t.Class != nil && t.Class.Name == instant.Name && t.Text[len(t.Text)-1] == 'Z' {
		if at, err := time.Parse(time.RFC3339Nano, string(t.Text)); err == nil && fourDigits(at.Unix()) {
			return appendStamp(b, at.Unix(), int64(at.Nanosecond()))
		}
	}
	return appendText(b, t.Text)
}

func appendStamp(b []byte, sec, nanos int64) []byte {
	const byteType = 0xff // -1
	switch {
	case nanos == 0 && sec >= 0 && sec <= math.MaxUint32:
		b = append(b, 0xd6, byteType)
		return binary.BigEndian.AppendUint32(b, uint32(sec))
	case sec >= 0 && sec < 1<<34:
		b = append(b, 0xd7, byteType)
		return binary.BigEndian.AppendUint64(b, uint64(nanos)<<34|uint64(sec))
	}
	b = append(b, 0xc7, 12, byteType)
	b = binary.BigEndian.AppendUint32(b, uint32(nanos))
	return binary.BigEndian.AppendUint64(b, uint64(sec))
}
