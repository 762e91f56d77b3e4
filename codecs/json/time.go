package json

import (
	"strconv"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

func appendTime(b []byte, t *token.Token) []byte {
	if len(t.Text) > 0 {
		return appendQuoted(b, t.Text)
	}
	b = append(b, '"')
	b = appendMillis(b, t.Int)
	return append(b, '"')
}

const dayMillis = 24 * 60 * 60 * 1000

// appendMillis appends milliseconds since 1970 as 2026-11-21T03:18:00.123Z.
func appendMillis(b []byte, ms int64) []byte {
	day, rest := ms/dayMillis, ms%dayMillis
	if rest < 0 {
		day, rest = day-1, rest+dayMillis
	}
	y, m, d := civil(day)
	switch {
	case y > 9999:
		b = append(b, '+')
		b = strconv.AppendInt(b, y, 10)
	case y < 0:
		b = append(b, '-')
		b = appendDigits(b, -y, max(4, width(-y)))
	default:
		b = appendDigits(b, y, 4)
	}
	b = append(b, '-')
	b = appendDigits(b, m, 2)
	b = append(b, '-')
	b = appendDigits(b, d, 2)
	b = append(b, 'T')
	b = appendDigits(b, rest/3600_000, 2)
	b = append(b, ':')
	b = appendDigits(b, rest/60_000%60, 2)
	b = append(b, ':')
	b = appendDigits(b, rest/1000%60, 2)
	b = append(b, '.')
	b = appendDigits(b, rest%1000, 3)
	return append(b, 'Z')
}

// civil turns days since 1970 into a date of the Gregorian calendar, also before 1582. Years are counted from 1 March here, so
// that the odd day comes last; 719468 days lie between 1 March of the year 0 and 1970.
func civil(day int64) (y, m, d int64) {
	const era = 146097 // days of 400 years
	day += 719468
	eras := day / era
	if day%era < 0 {
		eras--
	}
	in := day - eras*era
	y = (in - in/1460 + in/36524 - in/146096) / 365
	in -= 365*y + y/4 - y/100
	m = (5*in + 2) / 153
	d = in - (153*m+2)/5 + 1
	y += eras * 400
	if m += 3; m > 12 {
		m -= 12
		y++
	}
	return y, m, d
}

func appendDigits(b []byte, v int64, n int) []byte {
	start := len(b)
	for range n {
		b = append(b, '0')
	}
	for i := len(b) - 1; i >= start; i-- {
		b[i] = byte('0' + v%10)
		v /= 10
	}
	return b
}

func width(v int64) int {
	n := 1
	for ; v >= 10; v /= 10 {
		n++
	}
	return n
}
