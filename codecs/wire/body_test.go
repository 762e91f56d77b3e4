package wire_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// counted turns Debug on for one test, and sees that all bodies were released.
func counted(t *testing.T) {
	t.Helper()
	wire.Debug(true)
	before := wire.Outstanding()
	t.Cleanup(func() {
		wire.Debug(false)
		if n := wire.Outstanding() - before; n != 0 {
			t.Errorf("%d bodies were not released", n)
		}
	})
}

func TestBodyOfEachSize(t *testing.T) {
	counted(t)
	for _, n := range []int{0, 1, 511, 512, 513, 1 << 10, 1<<20 - 1, 1 << 20, 1<<20 + 1} {
		p := bytes.Repeat([]byte{'x'}, n)
		b := wire.Borrow(p)
		if b.Owned() != (n == 0) {
			t.Errorf("%d bytes borrowed: owned %v", n, b.Owned())
		}
		b.Own()
		if n > 0 {
			p[0] = '!'
		}
		if !b.Owned() || b.Len() != n || bytes.Count(b.Bytes(), []byte("x")) != n {
			t.Errorf("%d bytes owned: %v, %d bytes", n, b.Owned(), b.Len())
		}
		b.Release()
		b.Release() // of an empty body: nothing
		if b.Bytes() != nil {
			t.Errorf("%d bytes: released, and still there", n)
		}
	}
}

func TestShareAndSub(t *testing.T) {
	counted(t)
	b := wire.Copy([]byte("0123456789"))
	middle := b.Sub(3, 6)
	twin := b.Share()
	if off, ok := b.Within(middle); off != 3 || !ok {
		t.Errorf("the part is at %d of the whole, %v", off, ok)
	}
	if _, ok := middle.Within(b); ok {
		t.Error("the whole is within the part")
	}
	b.Release()
	if got := string(middle.Bytes()) + string(twin.Bytes()); got != "3450123456789" {
		t.Errorf("the shares say %q once the first is released", got)
	}
	middle.Release()
	last := twin.Bytes()
	twin.Release()
	if last[0] != 0xDB {
		t.Errorf("memory that was given back can be read: %q", last)
	}

	lent := wire.Borrow([]byte("lent"))
	part := lent.Sub(1, 3)
	part.Release()
	if part = lent.Share(); part.Owned() || string(part.Bytes()) != "lent" {
		t.Errorf("a share of a borrowed body: %q, owned %v", part.Bytes(), part.Owned())
	}
}

func TestWithin(t *testing.T) {
	mem := []byte("0123456789")
	for _, c := range []struct {
		whole, part []byte
		off         int
		ok          bool
	}{
		{mem[2:8], mem[2:8], 0, true}, {mem[2:8], mem[4:5], 2, true}, {mem[2:8], mem[7:8], 5, true},
		{mem[2:8], mem[1:3], 0, false}, {mem[2:8], mem[7:9], 0, false}, {mem[2:8], mem[8:9], 0, false},
		{mem, nil, 0, false}, {nil, mem, 0, false}, {mem, []byte("0123456789"), 0, false},
	} {
		if off, ok := wire.Borrow(c.whole).Within(wire.Borrow(c.part)); off != c.off || ok != c.ok {
			t.Errorf("%q in %q: %d %v, want %d %v", c.part, c.whole, off, ok, c.off, c.ok)
		}
	}
}

func TestDoubleReleaseIsNoticed(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a body that is released twice corrupts other calls")
		}
	}()
	b := wire.Copy([]byte("once"))
	twin := b // two holders of one duty
	b.Release()
	twin.Release()
}

// TestSharesOnManyGoroutines: bodies may be read and released anywhere, and none is seen with another's bytes.
func TestSharesOnManyGoroutines(t *testing.T) {
	counted(t)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			want := fmt.Appendf(nil, "goroutine %d", g)
			for range 500 {
				b := wire.Copy(want)
				shared := b.Share()
				done := make(chan bool)
				go func() {
					done <- bytes.Equal(shared.Bytes(), want)
					shared.Release()
				}()
				same := bytes.Equal(b.Bytes(), want)
				b.Release()
				if !<-done || !same {
					t.Error("a body with another's bytes")
					return
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkCopy(b *testing.B) {
	p := make([]byte, 1<<10)
	b.ReportAllocs()
	b.SetBytes(int64(len(p)))
	for b.Loop() {
		body := wire.Copy(p)
		body.Release()
	}
}
