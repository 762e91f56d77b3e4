package hessian

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

func BenchmarkScan(b *testing.B) {
	for name, p := range map[string][]byte{"order": orderBytes(), "text1k": textBytes(), "chinese1k": chineseBytes()} {
		b.Run(name, func(b *testing.B) {
			var s Scanner
			b.SetBytes(int64(len(p)))
			b.ReportAllocs()
			for b.Loop() {
				s.Reset(p)
				if err := s.Skip(1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The token lives outside of the loops, as it does in the copier: given through an interface, a local one goes to the heap.
func BenchmarkRead(b *testing.B) {
	for name, p := range map[string][]byte{"order": orderBytes(), "text1k": textBytes(), "chinese1k": chineseBytes()} {
		b.Run(name, func(b *testing.B) {
			e := Hessian2()
			f := codecs.Format{Encoding: "hessian2", Shape: codecs.Value}
			var t token.Token
			b.SetBytes(int64(len(p)))
			b.ReportAllocs()
			for b.Loop() {
				r := e.Reader(wire.Borrow(p), f, nil)
				for {
					err := r.Next(&t)
					if errors.Is(err, io.EOF) {
						break
					}
					if err != nil {
						b.Fatal(err)
					}
				}
				r.Close()
			}
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	for name, p := range map[string][]byte{"order": orderBytes(), "text1k": textBytes(), "chinese1k": chineseBytes()} {
		for _, counted := range []bool{true, false} {
			b.Run(fmt.Sprintf("%s/counted=%v", name, counted), func(b *testing.B) {
				e := Hessian2()
				tokens := tokensOf(b, e, p, counted)
				f := codecs.Format{Encoding: "hessian2", Shape: codecs.Value}
				var o wire.Out
				b.SetBytes(int64(len(p)))
				b.ReportAllocs()
				for b.Loop() {
					o.Reset()
					w := e.Writer(&o, f, nil)
					for i := range tokens {
						if err := w.Put(&tokens[i]); err != nil {
							b.Fatal(err)
						}
					}
					if err := w.Close(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// TestAllocations: what is used again and again allocates nothing. The least of some runs counts: the collector may empty a pool.
func TestAllocations(t *testing.T) {
	p := orderBytes()
	e := Hessian2()
	f := codecs.Format{Encoding: "hessian2", Shape: codecs.Value}
	var o wire.Out
	var tok token.Token
	var s Scanner
	for name, run := range map[string]func(){
		"scan": func() {
			s.Reset(p)
			_ = s.Skip(1)
		},
		"copy": func() {
			o.Reset()
			r, w := e.Reader(wire.Borrow(p), f, nil), e.Writer(&o, f, nil)
			for r.Next(&tok) == nil {
				_ = w.Put(&tok)
			}
			r.Close()
			_ = w.Close()
		},
	} {
		least := 1e9
		for range 20 {
			least = min(least, testing.AllocsPerRun(1, run))
		}
		if least != 0 {
			t.Errorf("%s: %v allocations", name, least)
		}
	}
	if !bytes.Equal(o.B, p) {
		t.Error("the copy is another")
	}
}

// tokensOf keeps the tokens of a value.
func tokensOf(t testing.TB, e *Encoding, p []byte, counted bool) []token.Token {
	t.Helper()
	r := e.Reader(wire.Borrow(p), codecs.Format{Shape: codecs.Value}, nil)
	defer r.Close()
	var all []token.Token
	for {
		var tok token.Token
		err := r.Next(&tok)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		tok.Text = append([]byte(nil), tok.Text...)
		if tok.Kind == token.List && !counted {
			tok.Int = -1
		}
		all = append(all, tok)
	}
}

func textBytes() []byte { return AppendString(nil, strings.Repeat("all is well ", 86)[:1024]) }

func chineseBytes() []byte { return AppendString(nil, strings.Repeat("\u4f60\u597d", 170)) }

// orderBytes is an order of ten items.
func orderBytes() []byte {
	str := func(p []byte, texts ...string) []byte {
		for _, s := range texts {
			p = AppendString(p, s)
		}
		return p
	}
	p := str([]byte{'C'}, "com.acme.shop.Order")
	p = str(AppendInt(p, 6), "id", "customer", "created", "items", "labels", "total")
	p = Final.AppendLong(append(p, 0x60), 9007199254740993)
	p = str(p, "Ada Lovelace, 12 St James's Square")
	p = Final.appendDate(p, 1763695080123)
	p = AppendInt(append(p, 'X'), 10)
	p = str(append(p, 'C'), "com.acme.shop.Item")
	p = str(AppendInt(p, 6), "sku", "title", "quantity", "price", "weight", "tags")
	for i := range 10 {
		p = str(append(p, 0x61), fmt.Sprintf("SKU-%06d", i*7919), "A very nice thing to have on a desk, and in a drawer, too; blue")
		p = Final.appendDouble(AppendInt(p, int32(i+1)), 19.99)
		p = Final.appendDouble(p, float64(i)*1.25)
		p = str(append(p, 0x7b), "new", "discount", "spring")
	}
	p = AppendMapStart(p)
	for i := range 8 {
		p = str(p, fmt.Sprintf("label-%d", i), strings.Repeat("value ", i%4+1))
	}
	p = Final.appendDouble(AppendMapEnd(p), 199.9)
	return p
}
