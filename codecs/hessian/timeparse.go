package hessian

import (
	"bytes"
	"math"
)

// timeText is the text of a java.time value, read from its front. The parsers take what Java's parse methods take, lower case
// letters left out.
type timeText struct{ s []byte }

func (t *timeText) take(c byte) bool {
	if len(t.s) == 0 || t.s[0] != c {
		return false
	}
	t.s = t.s[1:]
	return true
}

// digits takes low to high digits.
func (t *timeText) digits(low, high int) (v int64, n int, ok bool) {
	for n < len(t.s) && n < high && t.s[n]-'0' < 10 {
		v = v*10 + int64(t.s[n]-'0')
		n++
	}
	t.s = t.s[n:]
	return v, n, n >= low
}

// two takes a number of two digits into a part.
func (t *timeText) two(p *parts, i part, high int64) bool {
	v, _, ok := t.digits(2, 2)
	p.set(i, v)
	return ok && v <= high
}

// sign takes a sign, if there is one.
func (t *timeText) sign() (factor int64, signed bool) {
	if t.take('-') {
		return -1, true
	}
	return 1, t.take('+')
}

// year takes a year of four digits, or of up to nine with a sign.
func (t *timeText) year(p *parts) bool {
	factor, signed := t.sign()
	high := 4
	if signed {
		high = 9
	}
	v, _, ok := t.digits(4, high)
	p.set(pYear, factor*v)
	return ok
}

// fraction takes a fraction of a second, if there is one, in nanoseconds.
func (t *timeText) fraction() (int64, bool) {
	if !t.take('.') {
		return 0, true
	}
	v, n, ok := t.digits(1, 9)
	return v * pow10(9-n), ok
}

func parseDate(t *timeText, p *parts) bool {
	return parseYearMonth(t, p) && t.take('-') && t.two(p, pDay, 31) && validDate(p.v[pYear], p.v[pMonth], p.v[pDay])
}

func parseClock(t *timeText, p *parts) bool {
	if !t.two(p, pHour, 23) || !t.take(':') || !t.two(p, pMinute, 59) {
		return false
	}
	p.set(pSecond, 0)
	p.set(pNano, 0)
	if !t.take(':') {
		return true
	}
	if !t.two(p, pSecond, 59) {
		return false
	}
	n, ok := t.fraction()
	p.set(pNano, n)
	return ok
}

func parseDateTime(t *timeText, p *parts) bool {
	return parseDate(t, p) && t.take('T') && parseClock(t, p)
}

func parseOffset(t *timeText, p *parts) bool {
	p.set(pSeconds, 0)
	if t.take('Z') {
		return true
	}
	factor, signed := t.sign()
	h, _, ok := t.digits(2, 2)
	if !signed || !ok || !t.take(':') {
		return false
	}
	m, _, ok := t.digits(2, 2)
	s := int64(0)
	if ok && t.take(':') {
		s, _, ok = t.digits(2, 2)
	}
	v := h*3600 + m*60 + s
	p.set(pSeconds, factor*v)
	return ok && m < 60 && s < 60 && v <= maxOffset
}

func parseOffsetTime(t *timeText, p *parts) bool { return parseClock(t, p) && parseOffset(t, p) }

func parseOffsetDateTime(t *timeText, p *parts) bool { return parseDateTime(t, p) && parseOffset(t, p) }

func parseZoned(t *timeText, p *parts) bool {
	if !parseDateTime(t, p) {
		return false
	}
	p.text = t.s
	if !parseOffset(t, p) {
		return false
	}
	p.text = p.text[:len(p.text)-len(t.s)]
	if !t.take('[') {
		return true
	}
	n := len(t.s) - 1
	if n < 1 || t.s[n] != ']' {
		return false
	}
	p.text, t.s = t.s[:n], nil
	return true
}

func parseInstant(t *timeText, p *parts) bool {
	if !parseDateTime(t, p) || !parseOffset(t, p) {
		return false
	}
	v := p.v
	clock := v[pHour]*3600 + v[pMinute]*60 + v[pSecond]
	p.set(pSeconds, days(v[pYear], v[pMonth], v[pDay])*day+clock-v[pSeconds])
	p.set(pNanos, v[pNano])
	return true
}

// amount takes a signed number that is followed by one of the units, and says which.
func (t *timeText) amount(units string) (v int64, unit int, ok bool) {
	factor, _ := t.sign()
	v, n, ok := t.digits(1, 18)
	if !ok || len(t.s) == 0 || n == 18 {
		return 0, 0, false
	}
	for i := range units {
		if t.take(units[i]) {
			return factor * v, i, true
		}
	}
	return factor * v, len(units), true
}

// parseDuration takes days, hours, minutes and seconds, each with a sign of its own.
func parseDuration(t *timeText, p *parts) bool {
	all, _ := t.sign()
	if !t.take('P') {
		return false
	}
	var sum, nanos int64
	seen, clock := -1, false
	for len(t.s) > 0 {
		if !clock && t.take('T') {
			clock = true
			if len(t.s) == 0 {
				return false
			}
		}
		negative := len(t.s) > 0 && t.s[0] == '-'
		v, unit, ok := t.amount("DHMS")
		if ok && unit == 4 && clock {
			if nanos, ok = t.fraction(); negative {
				nanos = -nanos
			}
			unit = 3
			ok = ok && t.take('S')
		}
		if !ok || unit <= seen || unit == 4 || (unit > 0) != clock {
			return false
		}
		seen = unit
		scale := [...]int64{day, 3600, 60, 1}[unit]
		if !within(v, -math.MaxInt64/4/scale, math.MaxInt64/4/scale) {
			return false
		}
		sum += v * scale
	}
	sum, nanos = sum*all, nanos*all
	if nanos < 0 {
		sum, nanos = sum-1, nanos+secondNS
	}
	p.set(pSeconds, sum)
	p.set(pNanos, nanos)
	return seen >= 0
}

func parseZone(t *timeText, p *parts) bool {
	p.text, t.s = t.s, nil
	return len(p.text) > 0
}

func parsePlainYear(t *timeText, p *parts) bool {
	factor, _ := t.sign()
	v, _, ok := t.digits(1, 9)
	p.set(pYear, factor*v)
	return ok
}

func parseYearMonth(t *timeText, p *parts) bool {
	return t.year(p) && t.take('-') && t.two(p, pMonth, 12) && p.v[pMonth] > 0
}

func parseMonthDay(t *timeText, p *parts) bool {
	var found bool
	t.s, found = bytes.CutPrefix(t.s, []byte("--"))
	return found && t.two(p, pMonth, 12) && t.take('-') && t.two(p, pDay, 31) &&
		validDate(2000, p.v[pMonth], p.v[pDay])
}

// parsePeriod takes years, months, weeks and days, each with a sign of its own.
func parsePeriod(t *timeText, p *parts) bool {
	all, _ := t.sign()
	if !t.take('P') {
		return false
	}
	p.set(pYears, 0)
	p.set(pMonths, 0)
	p.set(pDays, 0)
	for seen := -1; seen < 0 || len(t.s) > 0; {
		v, unit, ok := t.amount("YMWD")
		if !ok || unit <= seen || unit == 4 {
			return false
		}
		seen = unit
		i := [...]part{pYears, pMonths, pDays, pDays}[unit]
		if unit == 2 {
			v *= 7
		}
		if v = p.v[i] + all*v; v != int64(int32(v)) {
			return false
		}
		p.set(i, v)
	}
	return true
}
