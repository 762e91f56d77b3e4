package hessian

import (
	"encoding/binary"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// Some of Java's own classes are written as objects or as handles and read as scalars (docs/types.md). What does not look as such
// an object should is given as the object that it is.

// javaClass is such a class.
type javaClass struct {
	kind   javaKind
	out    token.Class // what the token says; empty for numbers
	time   timeKind
	class  string // how it is written, for hessian-lite
	caucho string // and for the others
	fields []string
}

type javaKind uint8

const (
	javaText     javaKind = iota // one field, a text
	javaDecimal                  // BigDecimal: one field, a text that is a number
	javaInteger                  // BigInteger: signum and mag, and caches, which differ from JDK to JDK
	javaUUID                     // value, or the two halves
	javaDate                     // java.sql: one field, a date
	javaCalendar                 // date, and a type, which is null for a Gregorian one
	javaInt8                     // Byte: one field
	javaInt16                    // Short
	javaFloat                    // Float
	javaTime                     // java.time
)

// ioPackage ends the name of the package that handles stand in, whosever fork of the library it is; litePackage is that of
// hessian-lite, which Dubbo reads with, and cauchoPackage that of SOFA's library and of Caucho's own.
const (
	ioPackage     = ".hessian.io."
	litePackage   = "com.alibaba." + cauchoPackage
	cauchoPackage = "com.caucho" + ioPackage
)

// javaIn has the classes by their names in a stream, handles without their package; javaOut by the names that tokens say.
var javaIn, javaOut = newJavaClasses()

func newJavaClasses() (in, out map[string]*javaClass) {
	in, out = map[string]*javaClass{}, map[string]*javaClass{}
	add := func(kind javaKind, name, stream string, fields ...string) *javaClass {
		j := &javaClass{kind: kind, out: token.Class{Name: name}, class: stream, fields: fields}
		j.caucho = strings.Replace(stream, litePackage, cauchoPackage, 1)
		in[strings.TrimPrefix(stream, litePackage)], out[name] = j, j
		return j
	}
	for _, name := range []string{"java.sql.Date", "java.sql.Time", "java.sql.Timestamp"} {
		add(javaDate, name, name, "value")
	}
	add(javaCalendar, "java.util.Calendar", litePackage+"CalendarHandle", "date", "type")
	add(javaDecimal, "java.math.BigDecimal", "java.math.BigDecimal", "value")
	add(javaInteger, "java.math.BigInteger", "java.math.BigInteger", "mag", "firstNonzeroIntNumPlusTwo",
		"lowestSetBitPlusTwo", "bitLengthPlusOne", "bitCountPlusOne", "signum")
	add(javaUUID, "java.util.UUID", "java.util.UUID", "value")
	add(javaText, "java.util.Currency", "java.util.Currency", "currencyCode")
	add(javaText, "java.util.Locale", litePackage+"LocaleHandle", "value")
	add(javaText, "java.lang.Class", "java.lang.Class", "name")
	add(javaText, "java.net.URI", "java.net.URI", "string")
	for k := range timeKinds {
		t := &timeKinds[k]
		j := add(javaTime, "java.time."+t.name, litePackage+"java8."+t.name+"Handle")
		j.time = timeKind(k)
		in[j.out.Name] = j // the compact form
		for _, f := range t.fields {
			j.fields = append(j.fields, f.name)
		}
	}
	for name, kind := range map[string]javaKind{"ByteHandle": javaInt8, "ShortHandle": javaInt16, "FloatHandle": javaFloat} {
		in[name] = &javaClass{kind: kind, fields: []string{"value"}}
	}
	return in, out
}

// maxJavaFields is more than any of these classes has.
const maxJavaFields = 8

func javaClassOf(c *class) *javaClass {
	if len(c.Fields) > maxJavaFields {
		return nil
	}
	name := c.Name
	if i := strings.LastIndex(name, ioPackage); i >= 0 {
		name = name[i+len(ioPackage):]
	} else if !strings.HasPrefix(name, "java.") {
		return nil
	}
	return javaIn[name]
}

// maxMag is the most bytes of a BigInteger: about 4900 digits. Converting takes time that grows faster than the length.
const maxMag = 2048

// scalar gives the scalar that an object of class c is, whose first field is next; not ok if it is none.
func (r *reader) scalar(t *token.Token, c *class) (ok bool, err error) {
	from := r.s.pos
	switch j := c.java; {
	case j == nil:
		t.Kind, t.Class = token.Enum, &c.Class
		if err = r.member(); err == nil {
			ok, err = r.onlyText(t)
		}
	case j.kind == javaInteger:
		ok, err = r.bigInteger(t, c)
	case j.kind == javaTime || j.kind == javaUUID:
		ok, err = r.composed(t, c)
	case j.kind == javaCalendar:
		ok, err = r.calendar(t, c)
	case len(c.Fields) == 1 && c.Fields[0] == j.fields[0]:
		if err = r.member(); err == nil {
			ok, err = r.only(t, j)
		}
	}
	if c.java != nil && c.java.out.Name != "" {
		t.Class = &c.java.out
	}
	if err == nil && ok {
		err = r.endObject(len(c.Fields))
	}
	if err == nil && ok {
		err = r.spend(r.s.pos - from)
	}
	return ok, err
}

// onlyText takes a string.
func (r *reader) onlyText(t *token.Token) (bool, error) {
	if o, err := r.s.next(); err != nil || !isText(o) {
		return false, err
	}
	var err error
	t.Text, r.s.buf, err = r.s.text(r.s.buf[:0])
	return true, err
}

// only takes the only field of an object.
func (r *reader) only(t *token.Token, j *javaClass) (bool, error) {
	switch j.kind {
	case javaText:
		t.Kind = token.String
		return r.onlyText(t)
	case javaDecimal:
		t.Kind = token.Big
		ok, err := r.onlyText(t)
		return ok && isNumber(t.Text), err
	}
	o, err := r.s.next()
	if err != nil || r.s.d.size[r.s.p[r.s.pos]] == 0 {
		return false, err
	}
	p, err := r.s.fixed()
	if err != nil {
		return false, err
	}
	number(t, o, p)
	switch j.kind {
	case javaInt8:
		t.Bits = 8
		return t.Kind == token.Int && t.Int == int64(int8(t.Int)), nil
	case javaInt16:
		t.Bits = 16
		return t.Kind == token.Int && t.Int == int64(int16(t.Int)), nil
	case javaFloat:
		t.Bits = 32
		t.Num = float64(float32(t.Num))
		return t.Kind == token.Float, nil
	}
	return t.Kind == token.Time, nil
}

// calendar takes the two fields of a CalendarHandle.
func (r *reader) calendar(t *token.Token, c *class) (bool, error) {
	if len(c.Fields) != 2 {
		return false, nil
	}
	var date, none bool
	for range 2 {
		if err := r.member(); err != nil {
			return false, err
		}
		o, err := r.s.next()
		if err != nil || o != opNull && o != opDateMilli && o != opDateMinute {
			return false, err
		}
		p, err := r.s.fixed()
		if err != nil {
			return false, err
		}
		if o == opNull {
			none = true
			continue
		}
		date = true
		number(t, o, p)
	}
	return date && none, nil
}

// bigInteger takes the fields of a BigInteger.
func (r *reader) bigInteger(t *token.Token, c *class) (bool, error) {
	sign, mag := int32(2), false
	for _, name := range c.Fields {
		if err := r.member(); err != nil {
			return false, err
		}
		o, err := r.s.next()
		if err != nil {
			return false, err
		}
		switch {
		case name == "signum" && isInt(o):
			sign, err = r.s.int()
		case name == "mag" && !mag:
			if mag, err = r.magnitude(o); !mag {
				return false, err
			}
		default:
			err = r.s.value(len(r.stack) + 1)
		}
		if err != nil {
			return false, err
		}
	}
	if !mag || sign < -1 || sign > 1 {
		return false, nil
	}
	t.Kind = token.Big
	r.made = r.made[:0]
	if sign < 0 {
		r.made = append(r.made, '-')
	}
	if len(r.mag) == 4 {
		r.made = strconv.AppendUint(r.made, uint64(binary.BigEndian.Uint32(r.mag)), 10)
	} else {
		r.made = new(big.Int).SetBytes(r.mag).Append(r.made, 10)
	}
	t.Text = r.made
	return true, nil
}

// magnitude takes the words of a BigInteger, a list of ints, which two BigIntegers may share.
func (r *reader) magnitude(o op) (bool, error) {
	if isRef(o) {
		k, err := r.s.ref()
		if err != nil {
			return false, err
		}
		back := r.leap(k)
		defer r.landed(back, len(r.stack))
		if o, err = r.s.next(); err != nil {
			return false, err
		}
	}
	if !isList(o) {
		return false, nil
	}
	h, err := r.s.open(len(r.stack) + 1)
	if err != nil {
		return false, err
	}
	r.mag = r.mag[:0]
	for i := 0; i != h.n; i++ {
		o, err := r.s.next()
		if err != nil {
			return false, err
		}
		if o == opEnd && h.n < 0 {
			r.s.pos++
			break
		}
		v, ok, err := r.word(o)
		if !ok || err != nil {
			return false, err
		}
		if len(r.mag) >= maxMag {
			return false, codecs.Errorf(codecs.Invalid, "hessian: read: BigInteger of over %d bytes at %s", maxMag, r.path())
		}
		r.mag = binary.BigEndian.AppendUint32(r.mag, v)
	}
	if h.closed {
		if err := r.s.close(h.n); err != nil {
			return false, err
		}
	}
	return true, r.spend(len(r.mag) + 1)
}

// word takes 32 bits of a BigInteger: an int, as Java has it, or a long, as dubbo-go writes it.
func (r *reader) word(o op) (v uint32, ok bool, err error) {
	if !isWhole(o) {
		return 0, false, nil
	}
	p, err := r.s.fixed()
	if err != nil {
		return 0, false, err
	}
	n := integer(o, p)
	return uint32(n), n >= math.MinInt32 && n <= math.MaxUint32, nil
}

// isNumber says whether p is a number as JSON writes them.
func isNumber(p []byte) bool {
	i := 0
	digits := func() bool {
		from := i
		for i < len(p) && p[i]-'0' < 10 {
			i++
		}
		return i > from
	}
	if i < len(p) && p[i] == '-' {
		i++
	}
	zero := i < len(p) && p[i] == '0'
	from := i
	if !digits() || zero && i > from+1 {
		return false
	}
	if i < len(p) && p[i] == '.' {
		i++
		if !digits() {
			return false
		}
	}
	if i < len(p) && p[i]|0x20 == 'e' {
		i++
		if i < len(p) && (p[i] == '+' || p[i] == '-') {
			i++
		}
		if !digits() {
			return false
		}
	}
	return i == len(p)
}
