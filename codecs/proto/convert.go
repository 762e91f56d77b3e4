package proto

import (
	"encoding/base64"
	"math"
	"strconv"
	"unicode/utf8"
	"unsafe"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// convert gives the bits or the text of field f for a token, and false if the token is not what f holds. It takes what docs/types.md lets
// JSON give for a value, and what other typed syntaxes have in the place of it.
func (w *writer) convert(f *field, t *token.Token) (v uint64, text []byte, ok bool) {
	switch f.kind {
	case kindBool:
		v, ok = boolean(t)
	case kindUint64, kindFixed64:
		v, ok = unsigned(t)
	case kindFloat, kindDouble:
		v, ok = floating(t, f.kind == kindFloat)
	case kindEnum:
		v, ok = f.enum.number(t)
	case kindString:
		text, ok = w.text(t)
	case kindBytes:
		text, ok = w.bytes(t)
	default:
		var i int64
		if i, ok = integer(t); ok {
			v, ok = f.fit(i)
		}
	}
	return v, text, ok
}

// fit gives the bits of an integer for the field's kind.
func (f *field) fit(i int64) (v uint64, ok bool) {
	switch f.kind {
	case kindInt32:
		return uint64(i), i == int64(int32(i)) // a negative one takes ten bytes
	case kindSfixed32:
		return uint64(uint32(i)), i == int64(int32(i))
	case kindSint32:
		return zigzag(i), i == int64(int32(i))
	case kindUint32, kindFixed32:
		return uint64(i), i == int64(uint32(i))
	case kindSint64:
		return zigzag(i), true
	}
	return uint64(i), true
}

func boolean(t *token.Token) (v uint64, ok bool) {
	switch {
	case t.Kind == token.Bool:
		return uint64(t.Int), true
	case !isText(t):
	case string(t.Text) == "true":
		return 1, true
	case string(t.Text) == "false":
		return 0, true
	}
	return 0, false
}

func isText(t *token.Token) bool { return t.Kind == token.String || t.Kind == token.Key }

// maxExact is the greatest number up to which a double holds every integer.
const maxExact = 1 << 53

func integer(t *token.Token) (int64, bool) {
	f := t.Num
	switch {
	case t.Kind == token.Int, t.Kind == token.Time && len(t.Text) == 0:
		return t.Int, true
	case t.Kind == token.Float:
	case t.Kind == token.Big, isText(t) && isNumber(t.Text, false):
		i, err := strconv.ParseInt(view(t.Text), 10, 64)
		if err == nil {
			return i, true
		}
		if f, err = strconv.ParseFloat(view(t.Text), 64); err != nil {
			return 0, false
		}
	default:
		return 0, false
	}
	return int64(f), f == math.Trunc(f) && f >= -maxExact && f <= maxExact
}

func unsigned(t *token.Token) (uint64, bool) {
	if t.Kind == token.Big || isText(t) && isNumber(t.Text, true) {
		if v, err := strconv.ParseUint(view(t.Text), 10, 64); err == nil {
			return v, true
		}
	}
	i, ok := integer(t)
	return uint64(i), ok && i >= 0
}

func floating(t *token.Token, single bool) (v uint64, ok bool) {
	f := t.Num
	switch {
	case t.Kind == token.Float && len(t.Text) == 0:
	case t.Kind == token.Int:
		f = float64(t.Int)
	case t.Kind == token.Float, t.Kind == token.Big, isText(t) && isNumber(t.Text, false):
		bits := 64
		if single {
			bits = 32
		}
		var err error
		if f, err = strconv.ParseFloat(view(t.Text), bits); err != nil {
			return 0, false
		}
	case !isText(t):
		return 0, false
	case string(t.Text) == "NaN":
		f = math.NaN()
	case string(t.Text) == "Infinity":
		f = math.Inf(1)
	case string(t.Text) == "-Infinity":
		f = math.Inf(-1)
	default:
		return 0, false
	}
	if !single {
		return math.Float64bits(f), true
	}
	return uint64(math.Float32bits(float32(f))), math.IsInf(f, 0) || !math.IsInf(float64(float32(f)), 0)
}

// number gives the number of a constant: by any of its names, or as a number, also one that has no name.
func (e *enum) number(t *token.Token) (v uint64, ok bool) {
	if isText(t) || t.Kind == token.Enum {
		n, ok := e.numbers[string(t.Text)]
		return uint64(int64(n)), ok
	}
	if t.Kind == token.Null {
		return 0, true // NULL_VALUE
	}
	i, ok := integer(t)
	return uint64(i), ok && i == int64(int32(i))
}

// text gives the text of a token, which is UTF-8.
func (w *writer) text(t *token.Token) ([]byte, bool) {
	switch t.Kind {
	case token.String, token.Key, token.Enum:
		if w.thrown {
			return wellFormed(t.Text, kindString), true
		}
		return t.Text, utf8.Valid(t.Text)
	case token.Big:
		return t.Text, isNumber(t.Text, false)
	case token.Int:
		w.buf = strconv.AppendInt(w.buf[:0], t.Int, 10)
	case token.Float:
		if len(t.Text) > 0 {
			return t.Text, isNumber(t.Text, false)
		}
		w.buf = strconv.AppendFloat(w.buf[:0], t.Num, 'g', -1, 64)
	case token.Time:
		if len(t.Text) > 0 {
			return t.Text, utf8.Valid(t.Text)
		}
		seconds, nanos := split(t.Int)
		if seconds < minSeconds || seconds > maxSeconds {
			return nil, false
		}
		w.buf = appendTimestamp(w.buf[:0], seconds, nanos)
	case token.Bytes:
		w.buf = base64.StdEncoding.AppendEncode(w.buf[:0], t.Text)
	default:
		return nil, false
	}
	return w.buf, true
}

// bytes gives the bytes of a token: a text is base64, in either alphabet, with padding or without.
func (w *writer) bytes(t *token.Token) ([]byte, bool) {
	if t.Kind == token.Bytes {
		return t.Text, true
	}
	if !isText(t) {
		return nil, false
	}
	p := t.Text
	for len(p) > 0 && p[len(p)-1] == '=' && len(t.Text)-len(p) < 2 {
		p = p[:len(p)-1]
	}
	if len(p) < len(t.Text) && len(t.Text)%4 != 0 {
		return nil, false
	}
	enc := base64.RawStdEncoding
	for _, c := range p {
		switch c {
		case '-', '_':
			enc = base64.RawURLEncoding
		case '\n', '\r':
			return nil, false // the decoder would go over them
		}
	}
	var err error
	w.buf, err = enc.AppendDecode(w.buf[:0], p)
	return w.buf, err == nil
}

// isNumber says whether a text is a number as JSON writes them, whole: without point and exponent.
func isNumber(p []byte, whole bool) bool {
	if len(p) > 0 && p[0] == '-' {
		p = p[1:]
	}
	n := digits(p)
	if n == 0 || n > 1 && p[0] == '0' || n > maxDigits {
		return false
	}
	if p = p[n:]; whole {
		return len(p) == 0
	}
	if len(p) > 0 && p[0] == '.' {
		if n = digits(p[1:]); n == 0 || n > maxDigits {
			return false
		}
		p = p[1+n:]
	}
	if len(p) > 0 && p[0]|0x20 == 'e' {
		if p = p[1:]; len(p) > 0 && (p[0] == '-' || p[0] == '+') {
			p = p[1:]
		}
		if n = digits(p); n == 0 || n > maxExponent {
			return false
		}
		p = p[n:]
	}
	return len(p) == 0
}

// Limits of a number's literal, in digits.
const (
	maxDigits   = 4096
	maxExponent = 4
)

func digits(p []byte) int {
	n := 0
	for n < len(p) && p[n]-'0' <= 9 {
		n++
	}
	return n
}

// view lends bytes as a string, and text a string as bytes, to those who only read.
func view(p []byte) string { return unsafe.String(unsafe.SliceData(p), len(p)) }
func text(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// describe says what a token is, for an error.
func describe(t *token.Token) string {
	const most = 60 // bytes of a text
	switch t.Kind {
	case token.Int:
		return strconv.FormatInt(t.Int, 10)
	case token.Bool:
		return strconv.FormatBool(t.Int != 0)
	case token.String, token.Key, token.Enum:
		return strconv.Quote(string(t.Text[:min(most, len(t.Text))]))
	case token.Float:
		return strconv.FormatFloat(t.Num, 'g', -1, 64)
	case token.Big:
		return string(t.Text[:min(most, len(t.Text))])
	case token.Null:
		return "null"
	case token.Object:
		return "an object of " + t.Class.Name
	}
	return "a " + t.Kind.String()
}

var kindNames = [...]string{"bool", "int32", "sint32", "sfixed32", "uint32", "fixed32", "int64", "sint64", "sfixed64", "uint64", "fixed64", "float",
	"double", "enum", "string", "bytes", "message"}

func misfit(m *message, f *field, t *token.Token) error {
	what := kindNames[f.kind]
	switch {
	case f.mapped:
		what = "map"
	case f.repeated && t.Kind != token.List:
		what = "repeated " + what
	case f.kind == kindEnum:
		what = f.enum.class.Name
	case t.Kind == token.String && f.kind == kindString:
		return invalidWrite(m, "field %s: a text with a single surrogate", f.name)
	}
	return invalidWrite(m, "field %s: %s does not fit %s", f.name, describe(t), what)
}
