package token

import (
	"math"
	"strconv"
)

// Limits of a number's literal; the readers of text have the same.
const (
	maxDigits   = 4096
	maxExponent = 9999
)

// decimal is a literal taken apart: sign, digits (of which the last frac stand behind the point) and exponent.
type decimal struct {
	neg  bool
	int  []byte
	frac []byte
	exp  int
}

// parse takes a literal as JSON writes numbers.
func (d *decimal) parse(p []byte) bool {
	*d = decimal{}
	if len(p) > 0 && p[0] == '-' {
		d.neg, p = true, p[1:]
	}
	d.int, p = digits(p)
	if len(d.int) == 0 || len(d.int) > 1 && d.int[0] == '0' {
		return false
	}
	if len(p) > 0 && p[0] == '.' {
		if d.frac, p = digits(p[1:]); len(d.frac) == 0 {
			return false
		}
	}
	if len(p) > 0 && p[0]|0x20 == 'e' {
		neg := false
		if p = p[1:]; len(p) > 0 && (p[0] == '-' || p[0] == '+') {
			neg, p = p[0] == '-', p[1:]
		}
		var e []byte
		if e, p = digits(p); len(e) == 0 {
			return false
		}
		for _, c := range e {
			if d.exp = d.exp*10 + int(c-'0'); d.exp > maxExponent {
				return false
			}
		}
		if neg {
			d.exp = -d.exp
		}
	}
	return len(p) == 0 && len(d.int)+len(d.frac) <= maxDigits
}

func digits(p []byte) (ds, rest []byte) {
	n := 0
	for n < len(p) && p[n]-'0' <= 9 {
		n++
	}
	return p[:n], p[n:]
}

func isNumber(p []byte) bool {
	var d decimal
	return d.parse(p)
}

// isInteger says whether a literal has neither point nor exponent.
func isInteger(p []byte) bool {
	if len(p) > 0 && p[0] == '-' {
		p = p[1:]
	}
	ds, rest := digits(p)
	return len(ds) > 0 && len(rest) == 0 && len(ds) <= maxDigits && (len(ds) == 1 || ds[0] != '0')
}

// appendWhole appends the digits of a literal that is a whole number, whatever point and exponent it has: 1.50e3 is 1500.
func appendWhole(dst, p []byte) ([]byte, bool) {
	var d decimal
	if !d.parse(p) {
		return dst, false
	}
	start := len(dst)
	if d.neg {
		dst = append(dst, '-')
	}
	first := len(dst)
	dst = append(append(dst, d.int...), d.frac...)
	for move := d.exp - len(d.frac); move != 0; {
		last := len(dst) - 1
		switch {
		case move > 0:
			dst = append(dst, '0')
			move--
		case dst[last] != '0':
			return dst, false
		default:
			dst = dst[:last]
			move++
		}
		if len(dst) == first { // nothing but zeros
			return append(dst[:start], '0'), true
		}
	}
	zeros := 0
	for zeros < len(dst)-first-1 && dst[first+zeros] == '0' {
		zeros++
	}
	return append(dst[:first], dst[first+zeros:]...), true
}

// wholeInt gives the value of a literal that is a whole number of 64 bits.
func wholeInt(p []byte) (int64, bool) {
	if !isInteger(p) {
		var ok bool
		var room [24]byte
		if len(p) > 32 { // an honest one is shorter; and the room is enough for what follows
			return 0, false
		}
		if p, ok = appendWhole(room[:0], p); !ok {
			return 0, false
		}
	}
	if len(p) > 20 {
		return 0, false
	}
	v, err := strconv.ParseInt(view(p), 10, 64)
	return v, err == nil
}

// IsDouble says whether a fractional literal says no more than the double f that is nearest to it.
func IsDouble(literal []byte, f float64) bool { return isShortest(literal, f) }

// isShortest says whether the literal of a fractional number is the shortest text of the double f, zeros and notation aside.
func isShortest(p []byte, f float64) bool {
	var d, s decimal
	if !d.parse(p) {
		return false
	}
	d.trim()
	// Up to 15 digits always come back from a double that is neither tiny nor huge.
	if n := len(d.int) + len(d.frac); n <= 15 && d.exp < 280 && d.exp > -280 {
		return true
	}
	if math.IsInf(f, 0) {
		return false
	}
	var room [32]byte
	s.parse(strconv.AppendFloat(room[:0], f, 'e', -1, 64))
	s.trim()
	return d.neg == s.neg && same(&d, &s)
}

// trim takes zeros from both ends of the digits.
func (d *decimal) trim() {
	for len(d.frac) > 0 && d.frac[len(d.frac)-1] == '0' {
		d.frac = d.frac[:len(d.frac)-1]
	}
	for len(d.int) > 0 && d.int[0] == '0' {
		d.int = d.int[1:]
	}
}

// same says whether two trimmed numbers have the same digits with the same weights.
func same(a, b *decimal) bool {
	if a.zero() || b.zero() {
		return a.zero() && b.zero()
	}
	i, j := a.lead(), b.lead()
	if len(a.int)-i+a.exp != len(b.int)-j+b.exp {
		return false
	}
	for {
		x, more := a.digit(i)
		y, moreB := b.digit(j)
		if x != y {
			return false
		}
		if !more && !moreB {
			return true
		}
		i++
		j++
	}
}

func (d *decimal) zero() bool { return d.lead() == len(d.int)+len(d.frac) }

// lead is how many zeros stand before the first other digit.
func (d *decimal) lead() int {
	i := 0
	for ; i < len(d.int)+len(d.frac); i++ {
		if c, _ := d.digit(i); c != '0' {
			break
		}
	}
	return i
}

// digit gives digit i, and '0' and false behind the last one.
func (d *decimal) digit(i int) (c byte, ok bool) {
	switch {
	case i < len(d.int):
		return d.int[i], true
	case i < len(d.int)+len(d.frac):
		return d.frac[i-len(d.int)], true
	}
	return '0', false
}
