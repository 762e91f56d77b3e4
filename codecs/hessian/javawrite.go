package hessian

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// unfit is the error of a value that the class it should be of cannot hold.
func unfit(t *token.Token, class string) error {
	text := t.Text
	if len(text) > 64 {
		text = text[:64]
	}
	return codecs.Errorf(codecs.Invalid, "hessian: write: %q is no %s", text, class)
}

// text writes a string that is the text of a class.
func (w *writer) text(t *token.Token) error {
	j := javaOut[t.Class.Name]
	switch {
	case j == nil && t.Class.Name != "java.lang.String" && t.Class.Name != "java.lang.Character":
		return codecs.Errorf(codecs.Unimplemented, "hessian: write: %s has no known form", t.Class.Name)
	case j == nil:
	case j.kind == javaText:
		w.java(j)
		w.member(j.fields[0])
		defer w.endObject()
	case j.kind == javaUUID:
		return w.uuid(t, j)
	default:
		return misuse("a string of class %s", t.Class.Name)
	}
	w.o.B = w.d.appendText(w.o.B, t.Text)
	return nil
}

// java writes the head of an object of one of Java's own classes. Handles are in the package of the library that reads them.
func (w *writer) java(j *javaClass) {
	class := j.class
	if !w.lite {
		class = j.caucho
	}
	w.object(class, j.fields)
}

var uuidHalves = []string{"mostSigBits", "leastSigBits"}

// uuid writes a UUID: hessian-lite has one field of text for it, the others have its halves, as they stand in Java.
func (w *writer) uuid(t *token.Token, j *javaClass) error {
	if !isUUID(t.Text) {
		return unfit(t, t.Class.Name)
	}
	if w.lite {
		w.java(j)
		w.o.B = w.d.appendText(w.o.B, t.Text)
		return nil
	}
	w.scratch = w.scratch[:0]
	for _, c := range t.Text {
		if c != '-' {
			w.scratch = append(w.scratch, c)
		}
	}
	if _, err := hex.Decode(w.scratch, w.scratch); err != nil {
		return unfit(t, t.Class.Name) // cannot be: it was checked
	}
	w.object(j.class, uuidHalves)
	for i, name := range uuidHalves {
		w.member(name)
		w.o.B = w.d.AppendLong(w.o.B, int64(binary.BigEndian.Uint64(w.scratch[8*i:])))
	}
	w.endObject()
	return nil
}

func isUUID(p []byte) bool {
	if len(p) != 36 {
		return false
	}
	for i, c := range p {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (c == '-') || !dash && !isHex(c) {
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return c-'0' < 10 || c|0x20-'a' < 6 }

// time writes a date, or the handle of a java.time value.
func (w *writer) time(t *token.Token) error {
	if t.Class == nil || t.Class.Name == "java.util.Date" {
		w.o.B = w.d.appendDate(w.o.B, t.Int)
		return nil
	}
	j := javaOut[t.Class.Name]
	switch {
	case j == nil:
		return codecs.Errorf(codecs.Unimplemented, "hessian: write: %s has no known form", t.Class.Name)
	case j.kind == javaDate || j.kind == javaCalendar:
		w.java(j)
		w.member(j.fields[0])
		w.o.B = w.d.appendDate(w.o.B, t.Int)
		if j.kind == javaCalendar {
			w.member(j.fields[1])
			w.o.B = w.d.AppendNull(w.o.B)
		}
		w.endObject()
	case j.kind == javaTime:
		text := timeText{t.Text}
		w.parts.have, w.parts.text = 0, nil
		if !timeKinds[j.time].parse(&text, &w.parts) || len(text.s) > 0 {
			return unfit(t, t.Class.Name)
		}
		w.handle(j)
	default:
		return misuse("a time of class %s", t.Class.Name)
	}
	return nil
}

// handle writes the handle of a java.time value from w.parts.
func (w *writer) handle(j *javaClass) {
	w.java(j)
	for _, f := range timeKinds[j.time].fields {
		w.member(f.name)
		switch {
		case f.handle:
			w.handle(javaOut["java.time."+timeKinds[f.of].name])
		case f.text:
			w.o.B = w.d.appendText(w.o.B, w.parts.text)
		case f.long:
			w.o.B = w.d.AppendLong(w.o.B, w.parts.v[f.part])
		default:
			w.o.B = w.d.AppendInt(w.o.B, int32(w.parts.v[f.part]))
		}
	}
	w.endObject()
}

// number writes a BigDecimal or a BigInteger.
func (w *writer) number(t *token.Token) error {
	name := "java.math.BigDecimal"
	switch {
	case t.Class != nil:
		name = t.Class.Name
	case w.typeHere().Kind == contract.BigInt:
		name = "java.math.BigInteger"
	}
	j := javaOut[name]
	switch {
	case j == nil || j.kind != javaDecimal && j.kind != javaInteger:
		return misuse("a number of class %s", name)
	case !isNumber(t.Text):
		return unfit(t, name)
	case j.kind == javaInteger:
		return w.bigInteger(t, j)
	}
	w.java(j)
	w.member(j.fields[0])
	w.o.B = w.d.appendText(w.o.B, t.Text)
	w.endObject()
	return nil
}

// maxDigits is more than the digits of maxMag bytes.
const maxDigits = maxMag * 5 / 2

// bigInteger writes the words, high first, the caches, which Java computes anew if they are 0, and the sign.
func (w *writer) bigInteger(t *token.Token, j *javaClass) error {
	sign, ok := w.bigWords(t.Text)
	if !ok {
		return unfit(t, j.out.Name)
	}
	w.java(j)
	w.member(j.fields[0])
	closed := w.list("[int", len(w.scratch)/4)
	for p := w.scratch; len(p) > 0; p = p[4:] {
		w.o.B = w.d.AppendInt(w.o.B, int32(binary.BigEndian.Uint32(p)))
	}
	w.endList(closed)
	for i := range 4 {
		w.member(j.fields[1+i])
		w.o.B = w.d.AppendInt(w.o.B, 0)
	}
	w.member(j.fields[5])
	w.o.B = w.d.AppendInt(w.o.B, sign)
	w.endObject()
	return nil
}

// bigWords puts the words of an integer into the scratch buffer, no leading zeros, and gives its sign.
func (w *writer) bigWords(text []byte) (sign int32, ok bool) {
	w.scratch = w.scratch[:0]
	if v, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		sign = 1
		if v < 0 {
			sign, v = -1, -v
		}
		w.scratch = binary.BigEndian.AppendUint64(w.scratch, uint64(v))
	} else {
		if len(text) > maxDigits {
			return 0, false
		}
		if _, ok := w.big.SetString(string(text), 10); !ok {
			return 0, false
		}
		sign = int32(w.big.Sign())
		n := (w.big.BitLen() + 31) / 32 * 4
		w.scratch = append(w.scratch, make([]byte, n)...)
		w.big.FillBytes(w.scratch)
	}
	for len(w.scratch) >= 4 && binary.BigEndian.Uint32(w.scratch) == 0 {
		w.scratch = append(w.scratch[:0], w.scratch[4:]...)
	}
	if len(w.scratch) == 0 {
		sign = 0
	}
	return sign, len(w.scratch) <= maxMag
}
