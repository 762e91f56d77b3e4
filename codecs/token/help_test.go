package token_test

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// jsonReader reads a text as JSON.
func jsonReader(text string, shape codecs.Shape) token.Reader {
	return json.Encoding{}.Reader(wire.Borrow([]byte(text)), codecs.Format{Encoding: "json", Shape: shape}, nil)
}

// printer is a Writer of a syntax with classes: it prints what it gets. Objects are Class{field=value}, maps and lists have their
// class before them, numbers their width behind them (1i 32 bits, 1l 64), decimals d and N.
type printer struct {
	b    strings.Builder
	open []*frame
}

type frame struct {
	class *token.Class // of an object
	close byte
	n     int
	isMap bool
	size  int64
}

func (p *printer) Close() error { return nil }

func (p *printer) Put(t *token.Token) error {
	if t.Kind == token.End {
		f := p.open[len(p.open)-1]
		p.open = p.open[:len(p.open)-1]
		p.b.WriteByte(f.close)
		if f.size > 0 && int64(f.n) != f.size || f.class != nil && f.n != len(f.class.Fields) {
			return fmt.Errorf("printer: %d values where %d were said", f.n, f.size)
		}
		return nil
	}
	if len(p.open) > 0 {
		f := p.open[len(p.open)-1]
		switch {
		case f.isMap && f.n&1 == 1:
			p.b.WriteByte(':')
		case f.n > 0:
			p.b.WriteByte(' ')
		}
		if f.class != nil {
			p.b.WriteString(f.class.Fields[f.n] + "=")
		}
		f.n++
	}
	p.value(t)
	return nil
}

func (p *printer) value(t *token.Token) {
	name := ""
	if t.Class != nil {
		name = contract.Simple(t.Class.Name)
	}
	switch t.Kind {
	case token.List:
		p.b.WriteString(name + "[")
		p.open = append(p.open, &frame{close: ']', size: t.Int})
	case token.Map:
		p.b.WriteString(name + "{")
		p.open = append(p.open, &frame{close: '}', isMap: true})
	case token.Object:
		if t.Int == 1 {
			name += "!"
		}
		p.b.WriteString(name + "(")
		p.open = append(p.open, &frame{close: ')', class: t.Class})
	case token.Int:
		fmt.Fprintf(&p.b, "%d%s", t.Int, map[uint8]string{0: "", 8: "b", 16: "s", 32: "i", 64: "l"}[t.Bits])
	case token.Float:
		fmt.Fprintf(&p.b, "%g%s", t.Num, map[uint8]string{0: "", 32: "f", 64: "d"}[t.Bits])
	case token.Bool:
		p.b.WriteString(strconv.FormatBool(t.Int != 0))
	case token.Null:
		p.b.WriteString("null")
	case token.String, token.Key:
		fmt.Fprintf(&p.b, "%s%q", name, t.Text)
	case token.Time:
		if len(t.Text) == 0 {
			fmt.Fprintf(&p.b, "%s@%d", name, t.Int)
		} else {
			fmt.Fprintf(&p.b, "%s@%s", name, t.Text)
		}
	case token.Bytes:
		fmt.Fprintf(&p.b, "0x%x", t.Text)
	default:
		fmt.Fprintf(&p.b, "%s %s", name, t.Text)
	}
}

// script is a Reader of a syntax with classes: it gives the tokens it is made of.
type script struct {
	ts []token.Token
	at int
}

func (s *script) Next(t *token.Token) error {
	if s.at == len(s.ts) {
		return io.EOF
	}
	*t = s.ts[s.at]
	s.at++
	return nil
}

func (s *script) Skip() error {
	for depth := 0; ; {
		var t token.Token
		if err := s.Next(&t); err != nil {
			return err
		}
		switch t.Kind {
		case token.List, token.Map, token.Object:
			depth++
		case token.End:
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

func (s *script) Pass() error             { return s.Skip() }
func (s *script) Mark() token.Mark        { return token.Mark{A: s.at} }
func (s *script) Seek(m token.Mark) error { s.at = m.A; return nil }
func (s *script) Close()                  {}

// toTyped copies JSON to a syntax with classes.
func toTyped(text string, want *contract.Type) (string, int, error) {
	var p printer
	r := jsonReader(text, codecs.Value)
	defer r.Close()
	n, err := token.Copy(&p, r, want)
	return p.b.String(), n, err
}

// toJSON copies tokens to JSON.
func toJSON(want *contract.Type, ts ...token.Token) (string, error) {
	var o wire.Out
	w := json.Encoding{}.Writer(&o, codecs.Format{Encoding: "json", Shape: codecs.Value}, nil)
	_, err := token.Copy(w, &script{ts: ts}, want)
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	return string(o.AppendTo(nil)), err
}

// contractOf builds a contract and gives its types by name.
func contractOf(t testing.TB, src string) *contract.Index {
	t.Helper()
	f, err := contract.Parse("test", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	x, err := contract.Build(f)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func sample(t testing.TB) *contract.Index {
	t.Helper()
	src, err := os.ReadFile("../contract/testdata/sample.contract")
	if err != nil {
		t.Fatal(err)
	}
	return contractOf(t, string(src))
}

// typ resolves a type by the name that a contract file gives it.
func typ(t testing.TB, decls, name string) *contract.Type {
	t.Helper()
	x := contractOf(t, decls+" class Holder__ { "+name+" x; }")
	return x.Type("Holder__").Fields[0].Type
}
