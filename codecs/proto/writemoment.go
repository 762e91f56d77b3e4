package proto

import (
	"strconv"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// split gives the seconds and nanoseconds of milliseconds.
func split(ms int64) (seconds, nanos int64) {
	seconds = ms / 1000
	if ms%1000 < 0 {
		seconds--
	}
	return seconds, (ms - seconds*1000) * 1e6
}

// moment takes a Timestamp or a Duration.
func (w *writer) moment(m *message, t *token.Token) error {
	var seconds, nanos int64
	ok := false
	switch {
	case t.Kind == token.Null:
		return nil
	case m.form == formDuration:
		if isText(t) || t.Kind == token.Time {
			seconds, nanos, ok = parseDuration(t.Text)
		}
	case t.Kind == token.Time && len(t.Text) == 0, t.Kind == token.Int:
		seconds, nanos = split(t.Int)
		ok = true
	case t.Kind == token.Time, isText(t):
		seconds, nanos, ok = parseTimestamp(t.Text)
	}
	if ok && m.form == formTimestamp {
		ok = seconds >= minSeconds && seconds <= maxSeconds
	}
	if !ok {
		return invalidWrite(m, "%s does not fit %s", describe(t), simple(m.name))
	}
	for i, v := range [...]int64{seconds, nanos} {
		if v != 0 {
			w.tag(uint32(i+1), wireVarint)
			w.out.B = appendVarint(w.out.B, uint64(v))
		}
	}
	return nil
}

// parseTimestamp takes RFC 3339 with any offset, and what java.time writes besides: without seconds, with a zone in brackets behind the
// offset, with up to nine digits of a fraction.
func parseTimestamp(p []byte) (seconds, nanos int64, ok bool) {
	if n := len(p); n > 0 && p[n-1] == ']' {
		for i, c := range p {
			if c == '[' {
				p = p[:i]
				break
			}
		}
	}
	if len(p) > len("2006-01-02T15:04:05.999999999+07:00:00") {
		return 0, 0, false
	}
	for _, c := range p {
		if c == ',' { // which package time takes for a point
			return 0, 0, false
		}
	}
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(layout, view(p)); err == nil {
			return at.Unix(), int64(at.Nanosecond()), true
		}
	}
	return 0, 0, false
}

// parseDuration takes seconds with up to nine digits of a fraction, "1.5s", or what java.time.Duration reads, "PT1H30M1.5S".
func parseDuration(p []byte) (seconds, nanos int64, ok bool) {
	n := len(p)
	if n > 1 && p[n-1] == 's' {
		seconds, nanos, ok = parseSeconds(p[:n-1])
		return seconds, nanos, ok && seconds <= maxDuration && seconds >= -maxDuration
	}
	negative := n > 0 && p[0] == '-'
	if negative {
		p = p[1:]
	}
	if len(p) < 3 || p[0] != 'P' {
		return 0, 0, false
	}
	p = p[1:]
	units, timed := "DHMS", false
	for len(p) > 0 {
		if p[0] == 'T' && !timed {
			timed, p = true, p[1:]
		}
		s, ns, unit, size := durationPart(p)
		at := indexByte(units, unit)
		if size == 0 || at < 0 || (unit == 'D') == timed || ns != 0 && unit != 'S' || s > maxDuration || s < -maxDuration {
			return 0, 0, false
		}
		units, p = units[at+1:], p[size:]
		seconds += s * map[byte]int64{'D': 86400, 'H': 3600, 'M': 60, 'S': 1}[unit]
		nanos += ns
	}
	if seconds > 0 && nanos < 0 {
		seconds, nanos = seconds-1, nanos+second
	} else if seconds < 0 && nanos > 0 {
		seconds, nanos = seconds+1, nanos-second
	}
	if negative {
		seconds, nanos = -seconds, -nanos
	}
	return seconds, nanos, seconds <= maxDuration && seconds >= -maxDuration
}

func indexByte(s string, c byte) int {
	for i := range len(s) {
		if s[i] == c {
			return i
		}
	}
	return -1
}

// durationPart takes a number and the letter behind it; size 0: there are none.
func durationPart(p []byte) (seconds, nanos int64, unit byte, size int) {
	for i, c := range p {
		if c >= 'A' && c <= 'Z' {
			s, ns, ok := parseSeconds(p[:i])
			if !ok {
				return 0, 0, 0, 0
			}
			return s, ns, c, i + 1
		}
	}
	return 0, 0, 0, 0
}

// parseSeconds takes a number with up to nine digits of a fraction, which has the sign of the whole.
func parseSeconds(p []byte) (seconds, nanos int64, ok bool) {
	sign := int64(1)
	if len(p) > 0 && p[0] == '-' {
		sign, p = -1, p[1:]
	}
	n := digits(p)
	if n == 0 || n > 12 {
		return 0, 0, false
	}
	seconds, err := strconv.ParseInt(view(p[:n]), 10, 64)
	if err != nil {
		return 0, 0, false
	}
	if p = p[n:]; len(p) > 0 {
		n = digits(p[1:])
		if p[0] != '.' || n == 0 || n > 9 || n != len(p)-1 {
			return 0, 0, false
		}
		for i := range 9 {
			nanos *= 10
			if i < n {
				nanos += int64(p[1+i] - '0')
			}
		}
	}
	return sign * seconds, sign * nanos, true
}

// mask takes the paths of a FieldMask as one text in the camel case of JSON.
func (w *writer) mask(m *message, t *token.Token) error {
	if t.Kind == token.Null {
		return nil
	}
	if !isText(t) {
		return invalidWrite(m, "%s does not fit FieldMask", describe(t))
	}
	for rest := t.Text; len(rest) > 0; {
		path := rest
		if rest = nil; indexByte(view(path), ',') >= 0 {
			at := indexByte(view(path), ',')
			path, rest = path[:at], path[at+1:]
			if len(rest) == 0 {
				return invalidWrite(m, "%s ends with a comma", describe(t))
			}
		}
		w.openMessage(1)
		begun := false // a name between dots
		for i, c := range path {
			switch {
			case c-'A' < 26 && begun:
				w.out.B = append(w.out.B, '_', c|0x20)
			case c-'a' < 26, c-'0' < 10 && begun, c == '.' && begun && i < len(path)-1:
				w.out.B = append(w.out.B, c)
			default:
				return invalidWrite(m, "path %.100q is not in camel case", path)
			}
			begun = c != '.'
		}
		if !begun {
			return invalidWrite(m, "an empty path")
		}
		w.close(1)
	}
	return nil
}
