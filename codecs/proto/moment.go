package proto

import (
	"math"
	"strconv"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// The limits of timestamp.proto and duration.proto: the years 1 to 9999, and as long as that either way.
const (
	minSeconds  = -62135596800
	maxSeconds  = 253402300799
	maxDuration = 315576000000
	second      = 1_000_000_000 // nanoseconds
)

func signbit(f float64) bool { return math.Signbit(f) }

// moment gives a Timestamp or a Duration as its table says.
func (r *reader) moment(t *token.Token, m *message, p []byte) error {
	var seconds, nanos int64
	var rec record
	for i := 0; i < len(p); i = rec.end {
		if !rec.next(p, i) {
			return illFormed(p, i, m)
		}
		if rec.wire != wireVarint {
			continue
		}
		v, _ := uvarint(p, rec.at)
		switch rec.number {
		case 1:
			seconds = int64(v)
		case 2:
			nanos = int64(int32(v))
		}
	}
	if m.form == formDuration {
		return r.duration(t, m, seconds, nanos)
	}
	if seconds < minSeconds || seconds > maxSeconds || nanos < 0 || nanos >= second {
		return invalid(m, "%d seconds and %d nanoseconds are outside the years 1 to 9999", seconds, nanos)
	}
	if m.as == asDate {
		*t = token.Token{Kind: token.Time, Int: seconds*1000 + nanos/1e6, Class: m.class}
		return nil
	}
	r.buf = appendTimestamp(r.buf[:0], seconds, nanos)
	*t = token.Token{Kind: token.String, Text: r.buf}
	if m.as == asTime {
		t.Kind, t.Class = token.Time, m.class
	}
	return nil
}

func (r *reader) duration(t *token.Token, m *message, seconds, nanos int64) error {
	if seconds < -maxDuration || seconds > maxDuration || nanos <= -second || nanos >= second || seconds > 0 && nanos < 0 || seconds < 0 && nanos > 0 {
		return invalid(m, "%d seconds and %d nanoseconds are no duration", seconds, nanos)
	}
	if m.as == asTime {
		r.buf = appendPeriod(r.buf[:0], seconds, nanos)
		*t = token.Token{Kind: token.Time, Text: r.buf, Class: m.class}
		return nil
	}
	r.buf = append(appendSeconds(r.buf[:0], seconds, nanos, true), 's')
	*t = token.Token{Kind: token.String, Text: r.buf}
	return nil
}

// appendTimestamp appends RFC 3339 in UTC, with 0, 3, 6 or 9 digits of a fraction.
func appendTimestamp(b []byte, seconds, nanos int64) []byte {
	b = time.Unix(seconds, 0).UTC().AppendFormat(b, "2006-01-02T15:04:05")
	return append(appendFraction(b, nanos, true), 'Z')
}

// appendFraction appends a point and digits, nothing for 0. thirds: 3, 6 or 9 of them; else without zeros at the end.
func appendFraction(b []byte, nanos int64, thirds bool) []byte {
	if nanos == 0 {
		return b
	}
	var room [10]byte
	digits := strconv.AppendInt(room[:0], second+nanos, 10)[1:]
	for n := len(digits); n > 0; {
		step := 1
		if thirds {
			step = 3
		}
		zeros := true
		for _, c := range digits[n-step : n] {
			zeros = zeros && c == '0'
		}
		if !zeros {
			digits = digits[:n]
			break
		}
		n -= step
	}
	return append(append(b, '.'), digits...)
}

// appendSeconds appends a number of seconds.
func appendSeconds(b []byte, seconds, nanos int64, thirds bool) []byte {
	if seconds < 0 || nanos < 0 {
		b = append(b, '-')
		seconds, nanos = -seconds, -nanos
	}
	return appendFraction(strconv.AppendInt(b, seconds, 10), nanos, thirds)
}

// appendPeriod appends what java.time.Duration.toString gives: hours, minutes and seconds, each with the sign of the whole.
func appendPeriod(b []byte, seconds, nanos int64) []byte {
	b = append(b, "PT"...)
	if seconds == 0 && nanos == 0 {
		return append(b, "0S"...)
	}
	if h := seconds / 3600; h != 0 {
		b = append(strconv.AppendInt(b, h, 10), 'H')
	}
	if m := seconds / 60 % 60; m != 0 {
		b = append(strconv.AppendInt(b, m, 10), 'M')
	}
	if s := seconds % 60; s != 0 || nanos != 0 {
		b = append(appendSeconds(b, s, nanos, false), 'S')
	}
	return b
}
