package show

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// value prints the value that v.t begins, behind a label.
func (v *values) value(indent, label string) error {
	if v.b.Len() > maxPrinted {
		return errLong
	}
	switch v.t.Kind {
	case token.List, token.Map, token.Object:
		return v.container(indent, label)
	default:
		v.b.WriteString(indent + label + scalar(&v.t) + "\n")
		return nil
	}
}

// container prints a list, a map or an object, one line for each member.
func (v *values) container(indent, label string) error {
	kind, class := v.t.Kind, v.t.Class
	title := kind.String()
	if class != nil && class.Name != "" {
		title = plain(class.Name)
	}
	if v.numbered {
		title += fmt.Sprintf(" #%d", v.begun)
	}
	v.begun++
	v.b.WriteString(indent + label + title + "\n")
	for i := 0; ; i++ {
		if err := v.r.Next(&v.t); err != nil {
			return err
		}
		if v.t.Kind == token.End {
			return nil
		}
		name, err := v.label(kind, class, i, indent)
		if err != nil {
			return err
		}
		if err := v.value(indent+"  ", name); err != nil {
			return err
		}
	}
}

// label says where a value stands in what holds it; of a map it reads the key, and goes on to the value.
func (v *values) label(kind token.Kind, class *token.Class, i int, indent string) (string, error) {
	switch kind {
	case token.List:
		return fmt.Sprintf("[%d] ", i), nil
	case token.Object:
		if class != nil && i < len(class.Fields) {
			return plain(class.Fields[i]) + ": ", nil
		}
		return fmt.Sprintf("field %d: ", i), nil
	default:
	}
	name := ""
	switch v.t.Kind {
	case token.List, token.Map, token.Object: // a key with members has lines of its own
		if err := v.container(indent+"  ", "key: "); err != nil {
			return "", err
		}
		name = "value"
	default:
		name = scalar(&v.t)
	}
	return name + ": ", v.r.Next(&v.t)
}

// scalar is a value without members, with what its bits alone do not say of its type.
func scalar(t *token.Token) string {
	switch t.Kind {
	case token.Null:
		return "null"
	case token.Bool:
		return strconv.FormatBool(t.Int != 0)
	case token.Int:
		return number(strconv.FormatInt(t.Int, 10), t.Bits, map[uint8]string{8: "byte", 16: "short", 32: "int", 64: "long"})
	case token.Float:
		s := string(t.Text)
		if s == "" {
			s = strconv.FormatFloat(t.Num, 'g', -1, max(int(t.Bits), 32))
		}
		return number(s, t.Bits, map[uint8]string{32: "float", 64: "double"})
	case token.String, token.Key:
		return ofClass(quote(t.Text), t)
	case token.Bytes:
		return bytesOf(len(t.Text)) + " " + hex.EncodeToString(t.Text)
	case token.Time:
		if t.Class != nil && len(t.Text) > 0 {
			return ofClass(plain(string(t.Text)), t)
		}
		return ofClass(time.UnixMilli(t.Int).UTC().Format("2006-01-02T15:04:05.000Z"), t)
	case token.Big, token.Enum:
		return ofClass(plain(string(t.Text)), t)
	case token.Ref:
		return fmt.Sprintf("the same as #%d", t.Int)
	default:
		return t.Kind.String()
	}
}

func number(s string, bits uint8, names map[uint8]string) string {
	if name := names[bits]; name != "" {
		return s + " " + name
	}
	return s
}

func ofClass(s string, t *token.Token) string {
	if t.Class != nil && t.Class.Name != "" {
		return s + " " + plain(t.Class.Name)
	}
	return s
}

// quote is text within quotes, with what cannot be printed escaped.
func quote(p []byte) string { return strconv.Quote(string(p)) }
