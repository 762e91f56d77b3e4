package hessian

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// dump reads a body and writes its tokens as text, one value after another.
func dump(e *Encoding, p []byte, shape codecs.Shape, t *contract.Type) (string, error) {
	r := readerOf(e, p, shape, t)
	defer r.Close()
	return dumpReader(r)
}

func readerOf(e *Encoding, p []byte, shape codecs.Shape, t *contract.Type) token.Reader {
	return e.Reader(wire.Borrow(p), codecs.Format{Encoding: "hessian2", Shape: shape}, t)
}

func dumpReader(r token.Reader) (string, error) {
	var b strings.Builder
	var t token.Token
	for {
		err := r.Next(&t)
		if errors.Is(err, io.EOF) {
			return strings.TrimSpace(b.String()), nil
		}
		if err != nil {
			return b.String(), err
		}
		b.WriteString(show(&t))
	}
}

func show(t *token.Token) string {
	class := ""
	if t.Class != nil {
		class = "<" + t.Class.Name + ">"
	}
	switch t.Kind {
	case token.Null:
		return "null "
	case token.Bool:
		return fmt.Sprintf("%v ", t.Int == 1)
	case token.Int:
		return fmt.Sprintf("%d:%d ", t.Int, t.Bits)
	case token.Float:
		return fmt.Sprintf("%s:f%d ", strconv.FormatFloat(t.Num, 'g', -1, 64), t.Bits)
	case token.String:
		return fmt.Sprintf("%q%s ", t.Text, class)
	case token.Bytes:
		return fmt.Sprintf("x%x ", t.Text)
	case token.Time:
		if t.Text != nil {
			return fmt.Sprintf("time(%s)%s ", t.Text, class)
		}
		return fmt.Sprintf("time(%d)%s ", t.Int, class)
	case token.Big, token.Enum:
		return fmt.Sprintf("%v(%s)%s ", t.Kind, t.Text, class)
	case token.List, token.Map:
		return fmt.Sprintf("%v(%d)%s[ ", t.Kind, t.Int, class)
	case token.Object:
		return fmt.Sprintf("object%s%v{ ", class, t.Class.Fields)
	case token.Key:
		return fmt.Sprintf("%s: ", t.Text)
	case token.Ref:
		return fmt.Sprintf("ref(%d) ", t.Int)
	case token.End:
		return "] "
	}
	return "? "
}

// Tokens, for writing.
var ends = token.Token{Kind: token.End}

func opens(k token.Kind) token.Token { return token.Token{Kind: k, Int: -1} }

func key(s string) token.Token { return token.Token{Kind: token.Key, Text: []byte(s)} }

func text(s string) token.Token { return token.Token{Kind: token.String, Text: []byte(s)} }

func hexOf(s string) string { return fmt.Sprintf("%x", s) }
