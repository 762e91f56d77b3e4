package proto

import (
	"bytes"
	"unicode/utf8"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// own takes a dragoman.v1.Value. done: it was whole.
func (w *writer) own(m *message, t *token.Token, closes int) (done bool, err error) {
	f := &m.fields[ownKind(t)-1]
	w.tag(f.number, wireTypes[f.kind])
	if f.kind != kindMessage {
		one := *t
		if t.Kind == token.Null {
			one = token.Token{Kind: token.Int} // NULL is 0
		}
		one.Text = wellFormed(one.Text, f.kind)
		v, text, ok := w.convert(f, &one)
		if !ok {
			return true, misfit(m, f, t)
		}
		w.payload(f, v, text)
		return true, nil
	}
	w.openLength()
	inner := f.msg
	switch f.number {
	case ownList:
		w.className(inner, t)
		return false, w.push(scope{kind: ofList, m: inner, f: &inner.fields[0], closes: closes + 1})
	case ownMap, ownObject:
		w.className(inner, t)
		s := scope{kind: ofMap, m: inner, f: &inner.fields[0], closes: closes + 1}
		if f.number == ownObject {
			s.class = t.Class
		}
		return false, w.push(s)
	case ownDate:
		w.tag(1, wireVarint)
		w.out.B = appendVarint(w.out.B, zigzag(t.Int))
	default:
		w.openMessage(1)
		w.out.B = append(w.out.B, wellFormed(t.Text, kindString)...)
		w.close(1)
	}
	w.className(inner, t)
	w.close(1)
	return true, nil
}

// className appends the class that a token names.
func (w *writer) className(m *message, t *token.Token) {
	if t.Class == nil || t.Class.Name == "" {
		return
	}
	w.openMessage(m.fields[1].number)
	w.out.B = append(w.out.B, wellFormed(text(t.Class.Name), kindString)...)
	w.close(1)
}

// wellFormed replaces the single surrogates of a text: of a failure rather a letter is lost than all of it.
func wellFormed(p []byte, k kind) []byte {
	if k != kindString || utf8.Valid(p) {
		return p
	}
	return bytes.ToValidUTF8(p, []byte("\uFFFD"))
}

// ownKind says which field of a Value holds a token.
func ownKind(t *token.Token) int {
	switch t.Kind {
	case token.Bool:
		return ownBool
	case token.Int:
		if t.Bits == 64 || t.Int != int64(int32(t.Int)) {
			return ownLong
		}
		return ownInt
	case token.Float:
		if t.Bits == 32 {
			return ownFloat
		}
		return ownDouble
	case token.String, token.Key:
		if t.Class != nil {
			return ownText
		}
		return ownString
	case token.Bytes:
		return ownBytes
	case token.Big:
		if t.Class != nil && t.Class.Name == bigInteger.Name || t.Class == nil && isNumber(t.Text, true) {
			return ownInteger
		}
		return ownDecimal
	case token.Time:
		if len(t.Text) == 0 {
			return ownDate
		}
		return ownTime
	case token.Enum:
		return ownEnum
	case token.List:
		return ownList
	case token.Map:
		return ownMap
	case token.Object:
		return ownObject
	}
	return ownNull
}
