package token_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

const benchContract = `
class Order { long id; String customer; String address; boolean paid; double total; List<Line> lines; Map<String, String> tags; }
class Line { String sku; int quantity; long price; String title; List<String> labels; }`

// orderText is an order of ten objects, its members in the order of the class or, shuffled, in another.
func orderText(shuffled bool) string {
	var lines []string
	for i := range 10 {
		m := []string{fmt.Sprintf(`"sku":"SKU-%04d"`, i), fmt.Sprintf(`"quantity":%d`, i+1), fmt.Sprintf(`"price":%d`, 199900+i), `"title":"A sturdy thing with a name that says it"`, `"labels":["red","large","new"]`}
		if shuffled {
			m[0], m[4], m[2], m[3] = m[4], m[2], m[3], m[0]
		}
		lines = append(lines, "{"+strings.Join(m, ",")+"}")
	}
	m := []string{`"id":72057594037927937`, `"customer":"Li Lei"`, `"address":"1 Long Street, Springfield, under the old bridge"`, `"paid":true`, `"total":1999.5`,
		`"lines":[` + strings.Join(lines, ",") + `]`, `"tags":{"channel":"web","region":"eu-west-1","tier":"gold"}`}
	if shuffled {
		m[0], m[5], m[1] = m[5], m[0], m[6]
		m[6] = `"customer":"Li Lei"`
	}
	return "{" + strings.Join(m, ",") + "}"
}

// convert copies p from one encoding to another.
func convert(o *wire.Out, p []byte, from, to codecs.Encoding, want *contract.Type) error {
	f := codecs.Format{Shape: codecs.Value}
	r := from.Reader(wire.Borrow(p), f, want)
	w := to.Writer(o, f, want)
	_, err := token.Copy(w, r, want)
	r.Close()
	if e := w.Close(); err == nil {
		err = e
	}
	return err
}

func BenchmarkCopy(b *testing.B) {
	order := contractOf(b, benchContract).Type("Order")
	hess := hessian.Hessian2()
	text := `"` + strings.Repeat("abcdefgh", 128) + `"`
	chinese := `"` + strings.Repeat("漢字", 170) + `"`
	for _, c := range []struct {
		name, text string
		want       *contract.Type
	}{
		{"text 1 KB", text, contract.Builtin("java.lang.String")}, {"chinese 1 KB", chinese, contract.Builtin("java.lang.String")},
		{"order", orderText(false), order}, {"order shuffled", orderText(true), order}, {"order untyped", orderText(false), nil},
	} {
		var h wire.Out
		if err := convert(&h, []byte(c.text), json.Encoding{}, hess, c.want); err != nil {
			b.Fatal(err)
		}
		bench(b, c.name+"/json to hessian", []byte(c.text), json.Encoding{}, hess, c.want)
		bench(b, c.name+"/hessian to json", h.AppendTo(nil), hess, json.Encoding{}, c.want)
	}
}

func bench(b *testing.B, name string, p []byte, from, to codecs.Encoding, want *contract.Type) {
	b.Run(name, func(b *testing.B) {
		var o wire.Out
		b.ReportAllocs()
		b.SetBytes(int64(len(p)))
		for b.Loop() {
			o.Reset()
			if err := convert(&o, p, from, to, want); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// TestCopyDoesNotAllocate: a body like those that were met before costs no memory.
func TestCopyDoesNotAllocate(t *testing.T) {
	order := contractOf(t, benchContract).Type("Order")
	hess := hessian.Hessian2()
	var o, h wire.Out
	if err := convert(&h, []byte(orderText(false)), json.Encoding{}, hess, order); err != nil {
		t.Fatal(err)
	}
	in, text, shuffled := h.AppendTo(nil), []byte(orderText(false)), []byte(orderText(true))
	for name, f := range map[string]func() error{
		"in order":  func() error { return convert(&o, text, json.Encoding{}, hess, order) },
		"shuffled":  func() error { return convert(&o, shuffled, json.Encoding{}, hess, order) },
		"back":      func() error { return convert(&o, in, hess, json.Encoding{}, order) },
		"untyped":   func() error { return convert(&o, in, hess, json.Encoding{}, nil) },
		"to itself": func() error { return convert(&o, in, hess, hess, order) },
	} {
		t.Run(name, func(t *testing.T) {
			n := testing.AllocsPerRun(50, func() {
				o.Reset()
				if err := f(); err != nil {
					t.Error(err)
				}
			})
			if n > 0 && !racing {
				t.Errorf("%v allocations", n)
			}
		})
	}
}
