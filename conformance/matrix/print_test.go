package matrix

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// read prints what a body holds as its encoding reads it: numbers with their width behind them (i 32 bits, l 64, d a double), objects
// as Class(field=value), maps as {key:value}, dates and times behind an @, bytes in hex, classes before everything that has one.
func read(e codecs.Encoding, b wire.Body, f codecs.Format, t *contract.Type) (string, error) {
	r := e.Reader(b, f, t)
	defer r.Close()
	p := printer{r: r}
	for {
		var t token.Token
		if err := r.Next(&t); errors.Is(err, io.EOF) {
			return p.b.String(), nil
		} else if err != nil {
			return p.b.String(), err
		}
		if err := p.value(&t); err != nil {
			return p.b.String(), err
		}
	}
}

type printer struct {
	r token.Reader
	b strings.Builder
}

func (p *printer) value(t *token.Token) error {
	if t.Class != nil && t.Kind != token.Object {
		p.b.WriteString(t.Class.Name)
	}
	switch t.Kind {
	case token.List:
		return p.within("[", "]", nil)
	case token.Map:
		return p.within("{", "}", nil)
	case token.Object:
		return p.within(t.Class.Name+"(", ")", slices.Clone(t.Class.Fields))
	case token.Int:
		fmt.Fprintf(&p.b, "%d%s", t.Int, map[uint8]string{0: "", 8: "b", 16: "s", 32: "i", 64: "l"}[t.Bits])
	case token.Float:
		fmt.Fprintf(&p.b, "%g%s", t.Num, map[uint8]string{0: "", 32: "f", 64: "d"}[t.Bits])
	case token.Bool:
		p.b.WriteString(strconv.FormatBool(t.Int != 0))
	case token.Null:
		p.b.WriteString("null")
	case token.String, token.Key:
		fmt.Fprintf(&p.b, "%q", t.Text)
	case token.Time:
		if len(t.Text) == 0 {
			fmt.Fprintf(&p.b, "@%d", t.Int)
		} else {
			fmt.Fprintf(&p.b, "@%s", t.Text)
		}
	case token.Bytes:
		fmt.Fprintf(&p.b, "0x%x", t.Text)
	case token.Big, token.Enum, token.Ref, token.End:
		fmt.Fprintf(&p.b, " %s", t.Text)
	}
	return nil
}

// within prints the members of a container to its end.
func (p *printer) within(open, end string, fields []string) error {
	p.b.WriteString(open)
	for n := 0; ; n++ {
		var t token.Token
		if err := p.r.Next(&t); err != nil {
			return err
		}
		if t.Kind == token.End {
			p.b.WriteString(end)
			return nil
		}
		switch {
		case end == "}" && n%2 == 1:
			p.b.WriteByte(':')
		case n > 0:
			p.b.WriteByte(' ')
		}
		if n < len(fields) {
			p.b.WriteString(fields[n] + "=")
		}
		if err := p.value(&t); err != nil {
			return err
		}
	}
}
