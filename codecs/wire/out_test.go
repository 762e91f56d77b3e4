package wire_test

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// refMin is the size from which an Out refers to a body: at it, the tests look at both sides.
const refMin = 4 << 10

func TestOutTakesBodiesInOrder(t *testing.T) {
	counted(t)
	small, large := strings.Repeat("s", refMin-1), strings.Repeat("l", refMin)
	var o wire.Out
	o.B = append(o.B, "<"...)
	o.Body(wire.Copy([]byte(small)))
	o.B = append(o.B, "|"...)
	o.Body(wire.Copy([]byte(large)))
	o.Body(wire.Copy([]byte(large)))
	o.B = append(o.B, ">"...)
	want := "<" + small + "|" + large + large + ">"
	if got := string(o.AppendTo([]byte("pre"))); got != "pre"+want || o.Len() != len(want) {
		t.Errorf("%d bytes, want %d; Len %d", len(got)-3, len(want), o.Len())
	}
	if n := len(o.Buffers(nil)); n != 4 {
		t.Errorf("%d slices to write, want 4", n)
	}
	o.Reset()
	if o.Len() != 0 || len(o.Buffers(nil)) != 0 {
		t.Errorf("%d bytes are left after Reset", o.Len())
	}
}

func TestOutOwnsWhatItBorrows(t *testing.T) {
	counted(t)
	buf := bytes.Repeat([]byte("x"), refMin)
	var o wire.Out
	o.Body(wire.Copy(buf))
	if o.Borrowed() {
		t.Error("an owned body counts as borrowed")
	}
	o.Body(wire.Borrow(buf))
	if !o.Borrowed() {
		t.Error("a borrowed body does not count as borrowed")
	}
	o.Own()
	clear(buf)
	if o.Borrowed() || bytes.Count(o.AppendTo(nil), []byte("x")) != 2*refMin {
		t.Error("the bodies are not the Out's own")
	}
	o.Reset()
}

func TestOutNumbers(t *testing.T) {
	var o wire.Out
	o.U16(0x0102)
	o.U32(0)
	o.U64(0x0708090a0b0c0d0e)
	o.PutU32(2, 0x03040506)
	if got, want := o.AppendTo(nil), []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}; !bytes.Equal(got, want) {
		t.Errorf("% x, want % x", got, want)
	}
}

func TestTake(t *testing.T) {
	counted(t)
	var o wire.Out
	o.B = append(o.B, "body"...)
	b := o.Take()
	o.B = append(o.B, "next"...)
	if !b.Owned() || string(b.Bytes()) != "body" || o.Len() != 4 {
		t.Errorf("%q, %d bytes left", b.Bytes(), o.Len())
	}
	b.Release()
}

// TestOutAgainstAString: whatever is appended, an Out says what a plain string of the same history says.
func TestOutAgainstAString(t *testing.T) {
	counted(t)
	rapid.Check(t, func(t *rapid.T) {
		var o wire.Out
		defer o.Reset()
		var want strings.Builder
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				s := rapid.StringN(0, 5, -1).Draw(t, "text")
				o.B = append(o.B, s...)
				want.WriteString(s)
			},
			"body": func(t *rapid.T) {
				s := strings.Repeat("b", rapid.SampledFrom([]int{0, 1, refMin - 1, refMin, refMin + 1}).Draw(t, "size"))
				o.Body(wire.Copy([]byte(s)))
				want.WriteString(s)
			},
			"": func(t *rapid.T) {
				if got := string(o.AppendTo(nil)); got != want.String() || o.Len() != len(got) {
					t.Fatalf("got %d bytes %.60q, Len %d; want %d bytes %.60q", len(got), got, o.Len(), want.Len(), want.String())
				}
			},
		})
	})
}

func TestCursor(t *testing.T) {
	c := wire.Cursor{P: []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17}}
	if a, b, d, e := c.U8(), c.U16(), c.U32(), c.U64(); a != 1 || b != 0x0203 || d != 0x04050607 || e != 0x08090a0b0c0d0e0f || c.Bad {
		t.Errorf("%#x %#x %#x %#x, bad %v", a, b, d, e, c.Bad)
	}
	if p := c.Next(2); !bytes.Equal(p, []byte{16, 17}) || cap(c.P) != 0 && len(c.P) != 0 {
		t.Errorf("% x, %d left", p, len(c.P))
	}
	if p := c.Next(0); p == nil || c.Bad {
		t.Error("nothing can be read at the end")
	}
	for name, read := range map[string]func(*wire.Cursor) bool{
		"U8":       func(c *wire.Cursor) bool { return c.U8() == 0 },
		"U16":      func(c *wire.Cursor) bool { return c.U16() == 0 },
		"U32":      func(c *wire.Cursor) bool { return c.U32() == 0 },
		"U64":      func(c *wire.Cursor) bool { return c.U64() == 0 },
		"Next":     func(c *wire.Cursor) bool { return c.Next(8) == nil },
		"negative": func(c *wire.Cursor) bool { return c.Next(-1) == nil },
	} {
		c := wire.Cursor{P: bytes.Repeat([]byte{9}, 7)}
		for !c.Bad {
			if zero := read(&c); zero != c.Bad {
				t.Errorf("%s: zero %v, bad %v", name, zero, c.Bad)
				break
			}
		}
		if c.P != nil || c.U8() != 0 || !c.Bad {
			t.Errorf("%s: something is read behind what is bad", name)
		}
	}
}

func TestIntern(t *testing.T) {
	for _, s := range []string{"", "com.acme.User", strings.Repeat("x", 256), strings.Repeat("x", 257)} {
		p := []byte(s)
		got := wire.Intern(p)
		for i := range p {
			p[i] = '!'
		}
		if got != s {
			t.Errorf("%.20q became %.20q", s, got)
		}
		p = []byte(s)
		want := 0.0
		if len(s) > 256 {
			want = 1
		}
		if n := testing.AllocsPerRun(100, func() { wire.Intern(p) }); n != want {
			t.Errorf("%.20q: %v allocations, want %v", s, n, want)
		}
	}
}

// TestOutSeals: what many append is put aside in pieces, in its order, also between bodies that are referred to.
func TestOutSeals(t *testing.T) {
	counted(t)
	rapid.Check(t, func(r *rapid.T) {
		var o wire.Out
		var want []byte
		for i := range rapid.IntRange(0, 200).Draw(r, "frames") {
			o.Seal()
			p := bytes.Repeat([]byte{byte(i)}, rapid.IntRange(1, 6000).Draw(r, "size"))
			o.B = append(o.B, byte(i))
			o.Body(wire.Copy(p))
			want = append(append(want, byte(i)), p...)
		}
		if o.Len() != len(want) || !bytes.Equal(o.AppendTo(nil), want) {
			r.Fatalf("%d bytes, want %d", o.Len(), len(want))
		}
		var got []byte
		for _, b := range o.Bodies(nil) {
			if !b.Owned() {
				r.Fatal("a body is borrowed")
			}
			got = append(got, b.Bytes()...)
			b.Release()
		}
		if !bytes.Equal(got, want) || o.Len() != 0 {
			r.Fatalf("bodies of %d bytes, want %d; %d are left", len(got), len(want), o.Len())
		}
		o.Reset()
	})
}
