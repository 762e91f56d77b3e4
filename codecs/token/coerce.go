package token

import (
	"fmt"
	"math"
	"strconv"
	"unsafe"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// coerce makes of the scalar c.t what want declares. If it cannot, c.t stays as it is.
func (c *copier) coerce(want *contract.Type) error {
	t := &c.t
	k := kindOf(want)
	if t.Kind == Null {
		if k != contract.Any && !want.Nullable {
			zero(t, want)
		}
		return nil
	}
	ok := true
	switch k {
	case contract.Any, contract.Void:
		c.untyped()
	case contract.Bool:
		ok = c.toBool()
	case contract.Int8:
		ok = c.toInt(8)
	case contract.Int16:
		ok = c.toInt(16)
	case contract.Int32:
		ok = c.toInt(32)
	case contract.Int64:
		ok = c.toInt(64)
	case contract.Float32:
		ok = c.toFloat(32)
	case contract.Float64:
		ok = c.toFloat(64)
	case contract.Decimal:
		ok = c.toDecimal()
	case contract.BigInt:
		ok = c.toBigInt()
	case contract.Char:
		ok = t.Kind == String && oneUnit(t.Text)
	case contract.String:
		ok = c.toString()
	case contract.Bytes:
		ok = c.toBytes()
	case contract.Date:
		ok = c.toDate(want)
	case contract.Time:
		ok = c.toTime(want)
	case contract.Text:
		ok = c.toText(want)
	case contract.Enum:
		ok = c.toEnum(want)
	default:
		ok = false
	}
	if !ok {
		return unfit(t, want)
	}
	return nil
}

// unfit is the error for a token that is not what is declared.
func unfit(t *Token, want *contract.Type) error {
	const most = 60 // bytes of a text in an error
	var value string
	switch t.Kind {
	case Int:
		value = strconv.FormatInt(t.Int, 10)
	case Bool:
		value = strconv.FormatBool(t.Int != 0)
	case Float, Big:
		value = string(t.Text[:min(most, len(t.Text))])
		if len(t.Text) == 0 {
			value = strconv.FormatFloat(t.Num, 'g', -1, 64)
		}
	case String, Key, Enum:
		value = strconv.Quote(string(t.Text[:min(most, len(t.Text))]))
	case Null:
		value = "null"
	case Object:
		value = "an object of " + t.Class.Name
	default:
		value = "a " + t.Kind.String()
	}
	if want.Kind == contract.Enum && len(want.Values) > 0 && len(want.Values) <= 16 {
		return fmt.Errorf("%s does not fit %s, which has %v", value, want.Name, want.Values)
	}
	return fmt.Errorf("%s does not fit %s", value, want.Name)
}

// zero makes t what a primitive is where nothing is said.
func zero(t *Token, want *contract.Type) {
	switch want.Kind {
	case contract.Bool:
		*t = Token{Kind: Bool}
	case contract.Float32, contract.Float64:
		*t = Token{Kind: Float, Bits: widths[want.Kind]}
	case contract.Char:
		*t = Token{Kind: String, Text: zeroChar}
	case contract.Int8, contract.Int16, contract.Int32, contract.Int64:
		*t = Token{Kind: Int, Bits: widths[want.Kind]}
	default:
		*t = Token{}
	}
}

var zeroChar = []byte{0}

var widths = map[contract.Kind]uint8{contract.Int8: 8, contract.Int16: 16, contract.Int32: 32, contract.Int64: 64, contract.Float32: 32,
	contract.Float64: 64}

var (
	bigDecimal = &Class{Name: "java.math.BigDecimal"}
	bigInteger = &Class{Name: "java.math.BigInteger"}
)

// untyped decides what a number is where nothing is declared, for a writer that must know.
func (c *copier) untyped() {
	t := &c.t
	switch {
	case c.plainOut:
	case t.Kind == Int && t.Bits == 0:
		t.Bits = 64
		if t.Int == int64(int32(t.Int)) {
			t.Bits = 32
		}
	case t.Kind == Float && len(t.Text) > 0:
		if isShortest(t.Text, t.Num) {
			*t = Token{Kind: Float, Bits: 64, Num: t.Num}
		} else {
			*t = Token{Kind: Big, Text: t.Text, Class: bigDecimal}
		}
	case t.Kind == Big && t.Class == nil:
		t.Class = bigDecimal
		if isInteger(t.Text) {
			t.Class = bigInteger
		}
	}
}

func (c *copier) toBool() bool {
	t := &c.t
	if t.Kind == String && (string(t.Text) == "true" || string(t.Text) == "false") {
		*t = Token{Kind: Bool, Int: int64(5 - len(t.Text))}
	}
	return t.Kind == Bool
}

func (c *copier) toInt(bits uint8) bool {
	t := &c.t
	v := t.Int
	if t.Kind != Int {
		var ok bool
		if v, ok = c.integral(); !ok {
			return false
		}
	}
	if shift := 64 - bits; v<<shift>>shift != v {
		return false
	}
	*t = Token{Kind: Int, Bits: bits, Int: v}
	return true
}

// integral gives the value of a token that is a number of 64 bits without a fraction, though not an Int.
func (c *copier) integral() (int64, bool) {
	t := &c.t
	switch {
	case t.Kind == Float && len(t.Text) == 0:
		return int64(t.Num), t.Num == math.Trunc(t.Num) && t.Num >= -1<<63 && t.Num < 1<<63
	case t.Kind == Float, t.Kind == Big, t.Kind == String:
		return wholeInt(t.Text)
	}
	return 0, false
}

func (c *copier) toFloat(bits uint8) bool {
	t := &c.t
	var f float64
	switch {
	case t.Kind == Int:
		f = float64(t.Int)
	case t.Kind == Float && len(t.Text) == 0:
		f = t.Num
		if bits == 32 && !math.IsInf(f, 0) && math.Abs(f) > math.MaxFloat32 {
			return false
		}
	case t.Kind == String && len(t.Text) > 0 && t.Text[len(t.Text)-1] > '9':
		switch string(t.Text) {
		case "NaN":
			f = math.NaN()
		case "Infinity":
			f = math.Inf(1)
		case "-Infinity":
			f = math.Inf(-1)
		default:
			return false
		}
	case t.Kind == Float && bits == 64:
		if f = t.Num; math.IsInf(f, 0) {
			return false
		}
	case t.Kind == Float, t.Kind == Big, t.Kind == String && isNumber(t.Text):
		var err error
		if f, err = strconv.ParseFloat(view(t.Text), int(bits)); err != nil {
			return false
		}
	default:
		return false
	}
	if bits == 32 {
		f = float64(float32(f))
	}
	*t = Token{Kind: Float, Bits: bits, Num: f}
	return true
}

func view(p []byte) string { return unsafe.String(unsafe.SliceData(p), len(p)) }

func (c *copier) toDecimal() bool {
	t := &c.t
	text, ok := t.Text, true
	switch t.Kind {
	case Int:
		c.text = strconv.AppendInt(c.text[:0], t.Int, 10)
		text = c.text
	case Float:
		if len(text) == 0 {
			if math.IsNaN(t.Num) || math.IsInf(t.Num, 0) {
				return false
			}
			c.text = strconv.AppendFloat(c.text[:0], t.Num, 'g', -1, 64)
			text = c.text
		}
	case Big:
	case String:
		ok = isNumber(text)
	default:
		return false
	}
	if ok {
		*t = Token{Kind: Big, Text: text, Class: bigDecimal}
	}
	return ok
}

func (c *copier) toBigInt() bool {
	t := &c.t
	text, ok := t.Text, true
	switch {
	case t.Kind == Int:
		c.text = strconv.AppendInt(c.text[:0], t.Int, 10)
		text = c.text
	case t.Kind == Float && len(text) == 0:
		if math.IsNaN(t.Num) || math.IsInf(t.Num, 0) {
			return false
		}
		c.text = strconv.AppendFloat(nil, t.Num, 'f', -1, 64)
		text, ok = c.text, isInteger(c.text)
	case t.Kind == Float, t.Kind == Big, t.Kind == String && isNumber(text):
		if !isInteger(text) {
			c.text, ok = appendWhole(c.text[:0], text)
			text = c.text
		}
	default:
		return false
	}
	if ok {
		*t = Token{Kind: Big, Text: text, Class: bigInteger}
	}
	return ok
}
