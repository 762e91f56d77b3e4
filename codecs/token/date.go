package token

// parseDate gives the milliseconds since 1970 of a point in time in ISO 8601: 2026-11-21T03:18:00.123Z, with any offset, seconds
// and fraction left out at will; or of a day's midnight in UTC. A part of a millisecond is refused. Years outside 0 to 9999 have
// a sign.
func parseDate(p []byte) (ms int64, ok bool) {
	d := dateText{p: p, ok: true}
	sign := d.sign()
	year := d.number(4, 4)
	if sign != 0 {
		for n := 0; n < 5 && len(d.p) > 0 && d.p[0] != '-'; n++ {
			year = year*10 + d.number(1, 1)
		}
		if sign < 0 {
			year = -year
		}
	}
	d.take('-')
	month := d.number(2, 2)
	d.take('-')
	day := d.number(2, 2)
	d.ok = d.ok && month >= 1 && month <= 12 && day >= 1 && day <= monthDays(year, month)
	ms = daysOf(year, month, day) * 24 * 60 * 60 * 1000
	if len(d.p) > 0 {
		d.take('T')
		ms += d.clock()
	}
	return ms, d.ok && len(d.p) == 0
}

// dateText is what is left of the text; ok turns false for good.
type dateText struct {
	p  []byte
	ok bool
}

func (d *dateText) sign() int {
	switch {
	case len(d.p) == 0:
	case d.p[0] == '-':
		d.p = d.p[1:]
		return -1
	case d.p[0] == '+':
		d.p = d.p[1:]
		return 1
	}
	return 0
}

func (d *dateText) take(c byte) {
	if len(d.p) == 0 || d.p[0] != c {
		d.ok, d.p = false, nil
		return
	}
	d.p = d.p[1:]
}

// number takes low to high digits.
func (d *dateText) number(low, high int) (v int64) {
	n := 0
	for n < len(d.p) && n < high && d.p[n]-'0' <= 9 {
		v = v*10 + int64(d.p[n]-'0')
		n++
	}
	d.p = d.p[n:]
	d.ok = d.ok && n >= low
	return v
}

// clock takes a time of day and an offset, and gives it in UTC, in milliseconds.
func (d *dateText) clock() int64 {
	h := d.number(2, 2)
	d.take(':')
	m := d.number(2, 2)
	var s, ms int64
	if len(d.p) > 0 && d.p[0] == ':' {
		d.take(':')
		s = d.number(2, 2)
		if len(d.p) > 0 && d.p[0] == '.' {
			d.take('.')
			ms = d.millis()
		}
	}
	d.ok = d.ok && h < 24 && m < 60 && s < 60
	ms += ((h*60+m)*60 + s) * 1000
	if len(d.p) == 1 && d.p[0] == 'Z' {
		d.p = nil
		return ms
	}
	sign := int64(d.sign())
	oh := d.number(2, 2)
	var om int64
	if len(d.p) > 0 {
		if d.p[0] == ':' {
			d.take(':')
		}
		om = d.number(2, 2)
	}
	d.ok = d.ok && sign != 0 && oh <= 18 && om < 60
	return ms - sign*(oh*60+om)*60_000
}

// millis takes the digits of a fraction.
func (d *dateText) millis() (ms int64) {
	n := 0
	for ; n < len(d.p) && n < 9 && d.p[n]-'0' <= 9; n++ {
		switch c := d.p[n]; {
		case n < 3:
			ms = ms*10 + int64(c-'0')
		case c != '0':
			d.ok = false
		}
	}
	d.ok = d.ok && n > 0
	d.p = d.p[n:]
	for ; n < 3; n++ {
		ms *= 10
	}
	return ms
}

func monthDays(y, m int64) int64 {
	switch {
	case m == 2 && y%4 == 0 && (y%100 != 0 || y%400 == 0):
		return 29
	case m == 2:
		return 28
	case m == 4, m == 6, m == 9, m == 11:
		return 30
	}
	return 31
}

// daysOf gives the days since 1970 of a date of the Gregorian calendar. Years are counted from 1 March, so that the odd day comes
// last.
func daysOf(y, m, d int64) int64 {
	if m -= 3; m < 0 {
		m += 12
		y--
	}
	eras := y / 400
	if y%400 < 0 {
		eras--
	}
	y -= eras * 400
	return eras*146097 + y*365 + y/4 - y/100 + (153*m+2)/5 + d - 1 - 719468
}
