package grpc

import (
	"encoding/base64"
	"math"
	"strings"
	"time"
)

// timeoutMax is the largest number that grpc-timeout takes: eight digits.
const timeoutMax = 99_999_999

// timeoutUnits are the units of grpc-timeout, finest first.
var timeoutUnits = [...]struct {
	letter byte
	length time.Duration
}{{'n', time.Nanosecond}, {'u', time.Microsecond}, {'m', time.Millisecond}, {'S', time.Second}, {'M', time.Minute}, {'H', time.Hour}}

// parseTimeout reads a grpc-timeout: one to eight digits and a unit. No time at all is one nanosecond, since 0 means that none was
// said, and what is longer than a Duration is the longest one (292 years).
func parseTimeout(s string) (time.Duration, bool) {
	if len(s) < 2 || len(s) > 9 {
		return 0, false
	}
	n := int64(0)
	for _, c := range []byte(s[:len(s)-1]) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	for _, u := range timeoutUnits {
		switch {
		case u.letter != s[len(s)-1]:
		case n == 0:
			return 1, true
		case n > math.MaxInt64/int64(u.length):
			return math.MaxInt64, true
		default:
			return time.Duration(n) * u.length, true
		}
	}
	return 0, false
}

// appendTimeout writes d in the finest unit that holds it, rounded up, so that the far side does not give up first. d is over 0.
func appendTimeout(b []byte, d time.Duration) []byte {
	for _, u := range timeoutUnits {
		n := int64(d / u.length)
		if d%u.length > 0 {
			n++
		}
		if n <= timeoutMax {
			var digits [8]byte
			i := len(digits)
			for ; n > 0; n /= 10 {
				i--
				digits[i] = byte('0' + n%10)
			}
			return append(append(b, digits[i:]...), u.letter)
		}
	}
	return append(b, "99999999H"...) // not reached: a Duration has fewer hours
}

// plain says whether a byte stands for itself in grpc-message.
func plain(c byte) bool { return c >= ' ' && c <= '~' && c != '%' }

const hexDigits = "0123456789ABCDEF"

// escape writes text as grpc-message has it: bytes outside printable ASCII, and the percent sign, as %XX.
func escape(s string) string {
	n := 0
	for i := range len(s) {
		if !plain(s[i]) {
			n++
		}
	}
	if n == 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 2*n)
	for _, c := range []byte(s) {
		if plain(c) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&15])
	}
	return b.String()
}

// unescape reads what escape writes. A percent sign that begins no escape stands for itself, as the specification wants, and what
// is no UTF-8 becomes U+FFFD.
func unescape(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			high, low := unhex(s[i+1]), unhex(s[i+2])
			if high < 16 && low < 16 {
				b = append(b, high<<4|low)
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

// unhex gives the value of a hex digit, or 16.
func unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}

// decodeBinary reads the value of a -bin field: base64, with padding or without.
func decodeBinary(s string) ([]byte, error) {
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
}

// encodeBinary writes the value of a -bin field. Padding is left out, as the specification recommends.
func encodeBinary(p []byte) string { return base64.RawStdEncoding.EncodeToString(p) }

// isBinary says whether a text may be the value of a -bin field: base64, several values with commas.
func isBinary(s string) bool {
	for _, c := range []byte(s) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '+', c == '/', c == '=', c == ',':
		default:
			return false
		}
	}
	return true
}
