package hessian

import "strconv"

// timeKind is a class of java.time.
type timeKind uint8

const (
	localDate timeKind = iota
	localTime
	localDateTime
	zoneOffset
	offsetTime
	offsetDateTime
	zonedDateTime
	instant
	duration
	zoneID
	year
	yearMonth
	monthDay
	period
)

// timeKinds says of each class, whose handle is called as it with Handle behind, how that is written, and what its text is: that of
// Java's toString, but for the seconds of a time of day, which are always there: toString leaves zero ones out, and not every parser
// of ISO 8601 does without them.
var timeKinds = [...]struct {
	name   string
	fields []handleField
	format func(dst []byte, p *parts) ([]byte, bool) // false: the parts make none
	parse  func(s *timeText, p *parts) bool          // what Java's parse takes
}{
	localDate:      {"LocalDate", ints(pDay, pMonth, pYear), formatDate, parseDate},
	localTime:      {"LocalTime", ints(pNano, pSecond, pMinute, pHour), formatClock, parseClock},
	localDateTime:  {"LocalDateTime", nested("time", localTime, "date", localDate), formatDateTime, parseDateTime},
	zoneOffset:     {"ZoneOffset", ints(pSeconds), formatOffset, parseOffset},
	offsetTime:     {"OffsetTime", nested("zoneOffset", zoneOffset, "localTime", localTime), formatOffsetTime, parseOffsetTime},
	offsetDateTime: {"OffsetDateTime", nested("offset", zoneOffset, "dateTime", localDateTime), formatOffsetDateTime, parseOffsetDateTime},
	zonedDateTime:  {"ZonedDateTime", append(nested("offset", zoneOffset, "dateTime", localDateTime), zone), formatZoned, parseZoned},
	instant:        {"Instant", []handleField{{name: "nanos", part: pNanos}, seconds}, formatInstant, parseInstant},
	duration:       {"Duration", []handleField{{name: "nanos", part: pNanos}, seconds}, formatDuration, parseDuration},
	zoneID:         {"ZoneId", []handleField{zone}, formatZone, parseZone},
	year:           {"Year", ints(pYear), formatPlainYear, parsePlainYear},
	yearMonth:      {"YearMonth", ints(pMonth, pYear), formatYearMonth, parseYearMonth},
	monthDay:       {"MonthDay", ints(pDay, pMonth), formatMonthDay, parseMonthDay},
	period:         {"Period", ints(pDays, pMonths, pYears), formatPeriod, parsePeriod},
}

var (
	zone    = handleField{name: "zoneId", text: true}
	seconds = handleField{name: "seconds", part: pSeconds, long: true}
)

// handleField is a field of a handle: a number, a text, or another handle.
type handleField struct {
	name   string
	part   part
	long   bool
	text   bool
	handle bool // of kind of
	of     timeKind
}

func ints(ps ...part) []handleField {
	var all []handleField
	for _, p := range ps {
		for name, i := range partNames {
			if i == p {
				all = append(all, handleField{name: name, part: p})
			}
		}
	}
	return all
}

func nested(name1 string, of1 timeKind, name2 string, of2 timeKind) []handleField {
	return []handleField{{name: name1, handle: true, of: of1}, {name: name2, handle: true, of: of2}}
}

const (
	maxYear   = 999999999
	maxOffset = 18 * 3600 // of a zone, in seconds
	secondNS  = 1_000_000_000
	day       = 24 * 3600 // in seconds
)

func within(v, low, high int64) bool { return low <= v && v <= high }

// days gives the days from 1970 to a date of the Gregorian calendar, which is taken to have been always there.
func days(y, m, d int64) int64 {
	if m <= 2 {
		y--
	}
	era := floorDiv(y, 400)
	yoe := y - era*400
	doy := (153*((m+9)%12)+2)/5 + d - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

// civil is the inverse of days.
func civil(n int64) (y, m, d int64) {
	n += 719468
	era := floorDiv(n, 146097)
	doe := n - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	m = (mp+2)%12 + 1
	y = yoe + era*400
	if m <= 2 {
		y++
	}
	return y, m, d
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func validDate(y, m, d int64) bool {
	if !within(y, -maxYear, maxYear) || !within(m, 1, 12) || !within(d, 1, 31) {
		return false
	}
	y2, m2, d2 := civil(days(y, m, d))
	return y2 == y && m2 == m && d2 == d
}

// appendPadded appends v, which is not negative, with at least n digits.
func appendPadded(dst []byte, v int64, n int) []byte {
	for low := pow10(n - 1); low > v && low > 1; low /= 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, v, 10)
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

func appendYear(dst []byte, y int64) []byte {
	switch {
	case y < 0:
		return appendPadded(append(dst, '-'), -y, 4)
	case y > 9999:
		dst = append(dst, '+')
	}
	return appendPadded(dst, y, 4)
}

// appendNanos appends the fraction of a second in 3, 6 or 9 digits, nothing for none.
func appendNanos(dst []byte, n int64) []byte {
	switch {
	case n == 0:
		return dst
	case n%1_000_000 == 0:
		return appendPadded(append(dst, '.'), n/1_000_000, 3)
	case n%1000 == 0:
		return appendPadded(append(dst, '.'), n/1000, 6)
	}
	return appendPadded(append(dst, '.'), n, 9)
}

func formatDate(dst []byte, p *parts) ([]byte, bool) {
	if p.has(pEpochDay) && within(p.v[pEpochDay], -400_000_000_000, 400_000_000_000) {
		p.v[pYear], p.v[pMonth], p.v[pDay] = civil(p.v[pEpochDay])
		p.have |= 1<<pYear | 1<<pMonth | 1<<pDay
	}
	if !p.has(pYear, pMonth, pDay) || !validDate(p.v[pYear], p.v[pMonth], p.v[pDay]) {
		return dst, false
	}
	dst = appendPadded(append(appendYear(dst, p.v[pYear]), '-'), p.v[pMonth], 2)
	return appendPadded(append(dst, '-'), p.v[pDay], 2), true
}

func formatClock(dst []byte, p *parts) ([]byte, bool) {
	if p.has(pNanoOfDay) && within(p.v[pNanoOfDay], 0, day*secondNS-1) {
		n := p.v[pNanoOfDay]
		p.set(pHour, n/secondNS/3600)
		p.set(pMinute, n/secondNS/60%60)
		p.set(pSecond, n/secondNS%60)
		p.set(pNano, n%secondNS)
	}
	h, m, s, n := p.v[pHour], p.v[pMinute], p.v[pSecond], p.v[pNano]
	if !p.has(pHour, pMinute, pSecond, pNano) || !within(h, 0, 23) || !within(m, 0, 59) || !within(s, 0, 59) ||
		!within(n, 0, secondNS-1) {
		return dst, false
	}
	dst = appendPadded(append(appendPadded(dst, h, 2), ':'), m, 2)
	return appendNanos(appendPadded(append(dst, ':'), s, 2), n), true
}

func formatDateTime(dst []byte, p *parts) ([]byte, bool) {
	dst, ok := formatDate(dst, p)
	if !ok {
		return dst, false
	}
	return formatClock(append(dst, 'T'), p)
}

func formatOffset(dst []byte, p *parts) ([]byte, bool) {
	s := p.v[pSeconds]
	if !p.has(pSeconds) || !within(s, -maxOffset, maxOffset) {
		return dst, false
	}
	if s == 0 {
		return append(dst, 'Z'), true
	}
	sign := byte('+')
	if s < 0 {
		sign, s = '-', -s
	}
	dst = appendPadded(append(appendPadded(append(dst, sign), s/3600, 2), ':'), s/60%60, 2)
	if s%60 != 0 {
		dst = appendPadded(append(dst, ':'), s%60, 2)
	}
	return dst, true
}

func formatOffsetTime(dst []byte, p *parts) ([]byte, bool) {
	dst, ok := formatClock(dst, p)
	if !ok {
		return dst, false
	}
	return formatOffset(dst, p)
}

func formatOffsetDateTime(dst []byte, p *parts) ([]byte, bool) {
	dst, ok := formatDateTime(dst, p)
	if !ok {
		return dst, false
	}
	return formatOffset(dst, p)
}

func formatZoned(dst []byte, p *parts) ([]byte, bool) {
	dst, ok := formatDateTime(dst, p)
	if !ok || p.text == nil {
		return dst, false
	}
	from := len(dst)
	if dst, ok = formatOffset(dst, p); !ok || string(dst[from:]) == string(p.text) {
		return dst, ok
	}
	return append(append(append(dst, '['), p.text...), ']'), true
}

func formatInstant(dst []byte, p *parts) ([]byte, bool) {
	s, n := p.v[pSeconds], p.v[pNanos]
	if !p.has(pSeconds, pNanos) || !within(s, -31557014167219200, 31556889864403199) || !within(n, 0, secondNS-1) {
		return dst, false
	}
	y, m, d := civil(floorDiv(s, day))
	t := s - floorDiv(s, day)*day
	dst = appendPadded(append(appendYear(dst, y), '-'), m, 2)
	dst = appendPadded(append(appendPadded(append(dst, '-'), d, 2), 'T'), t/3600, 2)
	dst = appendPadded(append(appendPadded(append(dst, ':'), t/60%60, 2), ':'), t%60, 2)
	return append(appendNanos(dst, n), 'Z'), true
}

func formatDuration(dst []byte, p *parts) ([]byte, bool) {
	s, n := p.v[pSeconds], p.v[pNanos]
	if !p.has(pSeconds, pNanos) || !within(n, 0, secondNS-1) {
		return dst, false
	}
	negative := s < 0
	if negative && n > 0 {
		s, n = s+1, secondNS-n // towards zero, as it is printed
	}
	dst = append(dst, "PT"...)
	from := len(dst)
	for _, u := range [...]struct {
		seconds int64
		name    byte
	}{{3600, 'H'}, {60, 'M'}} {
		if v := s / u.seconds; v != 0 {
			dst = append(strconv.AppendInt(dst, v, 10), u.name)
		}
		s %= u.seconds
	}
	if s == 0 && n == 0 && len(dst) > from {
		return dst, true
	}
	if negative && s == 0 && n > 0 {
		dst = append(dst, '-')
	}
	dst = strconv.AppendInt(dst, s, 10)
	if n > 0 {
		dst = appendPadded(append(dst, '.'), n, 9)
		for dst[len(dst)-1] == '0' {
			dst = dst[:len(dst)-1]
		}
	}
	return append(dst, 'S'), true
}

func formatZone(dst []byte, p *parts) ([]byte, bool) {
	return append(dst, p.text...), p.text != nil
}

func formatPlainYear(dst []byte, p *parts) ([]byte, bool) {
	return strconv.AppendInt(dst, p.v[pYear], 10), p.has(pYear) && within(p.v[pYear], -maxYear, maxYear)
}

func formatYearMonth(dst []byte, p *parts) ([]byte, bool) {
	if !p.has(pYear, pMonth) || !validDate(p.v[pYear], p.v[pMonth], 1) {
		return dst, false
	}
	return appendPadded(append(appendYear(dst, p.v[pYear]), '-'), p.v[pMonth], 2), true
}

func formatMonthDay(dst []byte, p *parts) ([]byte, bool) {
	if !p.has(pMonth, pDay) || !validDate(2000, p.v[pMonth], p.v[pDay]) {
		return dst, false
	}
	dst = appendPadded(append(dst, "--"...), p.v[pMonth], 2)
	return appendPadded(append(dst, '-'), p.v[pDay], 2), true
}

func formatPeriod(dst []byte, p *parts) ([]byte, bool) {
	if !p.has(pYears, pMonths, pDays) {
		return dst, false
	}
	dst = append(dst, 'P')
	for _, u := range [...]struct {
		part part
		name byte
	}{{pYears, 'Y'}, {pMonths, 'M'}, {pDays, 'D'}} {
		v := p.v[u.part]
		if v != int64(int32(v)) {
			return dst, false
		}
		if v != 0 {
			dst = append(strconv.AppendInt(dst, v, 10), u.name)
		}
	}
	if dst[len(dst)-1] == 'P' {
		dst = append(dst, "0D"...)
	}
	return dst, true
}
