package msgpack_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/msgpack"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

var value = codecs.Format{Encoding: "msgpack", Shape: codecs.Value}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	p, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// open makes a reader of a value.
func open(p []byte) token.Reader {
	return msgpack.Encoding{}.Reader(wire.Borrow(p[:len(p):len(p)]), value, nil)
}

// read gives the tokens of a value, their texts copied.
func read(p []byte) (all []token.Token, err error) {
	r := open(p)
	defer r.Close()
	for {
		var t token.Token
		switch err := r.Next(&t); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return all, err
		}
		t.Text = append([]byte(nil), t.Text...)
		all = append(all, t)
	}
}

// write puts tokens.
func write(ts []token.Token) ([]byte, error) {
	var o wire.Out
	w := msgpack.Encoding{}.Writer(&o, value, nil)
	var err error
	for i := 0; i < len(ts) && err == nil; i++ {
		err = w.Put(&ts[i])
	}
	if e := w.Close(); err == nil {
		err = e
	}
	return o.B, err
}

// tell prints tokens: the width of a number behind a slash, the counts of lists and maps behind their brackets.
func tell(all []token.Token) string {
	var b strings.Builder
	for i, t := range all {
		if i > 0 {
			b.WriteByte(' ')
		}
		switch t.Kind {
		case token.Null:
			b.WriteString("null")
		case token.Bool:
			fmt.Fprint(&b, t.Int != 0)
		case token.Int:
			fmt.Fprint(&b, t.Int)
		case token.Float:
			fmt.Fprintf(&b, "%v/%d", t.Num, t.Bits)
		case token.List:
			fmt.Fprintf(&b, "[%d", t.Int)
		case token.Map:
			fmt.Fprintf(&b, "{%d", t.Int)
		case token.End:
			b.WriteByte('.')
		case token.String:
			fmt.Fprintf(&b, "%q", t.Text)
		case token.Bytes:
			fmt.Fprintf(&b, "0x%x", t.Text)
		case token.Time:
			if fmt.Fprintf(&b, "@%s", t.Text); t.Class == nil {
				fmt.Fprint(&b, t.Int)
			}
		default:
			fmt.Fprintf(&b, "%s:%s", t.Kind, t.Text)
		}
	}
	return b.String()
}
