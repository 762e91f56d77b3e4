package hessian

import (
	"bytes"
	"errors"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

func seeds(f *testing.F) {
	for _, c := range captures(f) {
		if len(c.value) < 1<<12 {
			f.Add(c.value)
		}
	}
	for _, c := range rejects {
		if p := unhex(f, c.in); len(p) < 1<<12 {
			f.Add(p)
		}
	}
	f.Add(orderBytes())
	f.Add(AppendException(nil, "java.lang.RuntimeException", "boom"))
}

// FuzzScan: a scanner ends, stands within the stream, and finds the same end whether it skips all at once or piece by piece.
func FuzzScan(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, p []byte) {
		var s Scanner
		s.Reset(p)
		err := s.Skip(1)
		end := s.Pos()
		if end < 0 || end > len(p) && err == nil {
			t.Fatalf("at %d of %d", end, len(p))
		}
		if err == nil {
			// what follows does not matter, and less is not enough
			s.Reset(append(bytes.Clone(p[:end]), 'Z'))
			if err := s.Skip(1); err != nil || s.Pos() != end {
				t.Fatalf("%d again, not %d: %v", s.Pos(), end, err)
			}
			s.Reset(p[:end-1])
			if s.Skip(1) == nil {
				t.Fatalf("%d bytes are enough of %d", end-1, end)
			}
		}
		heads(p)
	})
}

// heads tries what codecs use of a scanner.
func heads(p []byte) {
	var s Scanner
	s.Reset(p)
	if _, _, err := s.Text(); err == nil {
		_, _ = s.Int()
	}
	s.Reset(p)
	if ok, err := s.Map(); ok && err == nil {
		var kv Pair
		for more := true; more && err == nil; {
			more, err = s.Pair(&kv)
		}
	}
	s.Reset(p)
	_ = s.Invoke(&Invocation{})
	s.Reset(p)
	_ = s.Thrown(&Thrown{})
}

// expected says whether a reader may refuse what a scanner takes: for what references cost and lead to, for numbers that would take
// long, and for tables.
func expected(err error) bool {
	return errors.Is(err, token.ErrCycle) || errors.Is(err, token.ErrExpand) || errors.Is(err, token.ErrDepth) ||
		codecs.StatusOf(err).Code == codecs.Invalid
}

// FuzzReader: a reader takes what a scanner takes, and nothing else.
func FuzzReader(f *testing.F) {
	seeds(f)
	e := Hessian2()
	f.Fuzz(func(t *testing.T, p []byte) {
		var s Scanner
		s.Reset(p)
		scanned := s.Skip(1)
		for _, shape := range []codecs.Shape{codecs.Value, codecs.Thrown} {
			_, err := dump(e, p, shape, nil)
			if scanned == nil && err != nil && !expected(err) {
				t.Fatalf("as %v: scanned, but %v", shape, err)
			}
			if scanned != nil && err == nil {
				t.Fatalf("as %v: read, but %v", shape, scanned)
			}
		}
		wraps(e, p)
	})
}

// FuzzRoundTrip: what is read can be written, reads the same, and is written the same again.
func FuzzRoundTrip(f *testing.F) {
	seeds(f)
	e := Hessian2()
	f.Fuzz(func(t *testing.T, p []byte) {
		for _, shape := range []codecs.Shape{codecs.Value, codecs.Thrown} {
			one, err := rewrite(e, p, shape, nil, shape == codecs.Value)
			if err != nil {
				var s Scanner
				s.Reset(p)
				if s.Skip(1) == nil && !expected(err) {
					t.Fatalf("as %v: %v", shape, err)
				}
				continue
			}
			two, err := rewrite(e, one, shape, nil, shape == codecs.Value)
			if err != nil || !bytes.Equal(one, two) {
				t.Fatalf("as %v: %v\n%x becomes\n%x and then\n%x", shape, err, p, one, two)
			}
		}
	})
}

func seedsOld(f *testing.F, d Dialect) {
	for _, c := range capturesAs(f, d) {
		if len(c.value) < 1<<12 {
			f.Add(c.value)
		}
	}
	for _, c := range rejectsOld {
		if p := unhex(f, c.in); len(p) < 1<<12 {
			f.Add(p)
		}
	}
	f.Add(d.AppendException(nil, "java.lang.RuntimeException", "boom"))
	f.Add([]byte(sofaSent))
	f.Add([]byte(sofaAnswered))
}

// FuzzDraft: the draft has what FuzzScan, FuzzReader and FuzzRoundTrip say.
func FuzzDraft(f *testing.F) { fuzzOld(f, Draft) }

// FuzzFirst: Hessian 1.0 likewise.
func FuzzFirst(f *testing.F) { fuzzOld(f, First) }

func fuzzOld(f *testing.F, d Dialect) {
	seedsOld(f, d)
	e := newEncoding(d)
	f.Fuzz(func(t *testing.T, p []byte) {
		var s Scanner
		s.ResetAs(p, d)
		scanned := s.Skip(1)
		if end := s.Pos(); end < 0 || end > len(p) && scanned == nil {
			t.Fatalf("at %d of %d", end, len(p))
		}
		headsOld(p, d)
		for _, shape := range []codecs.Shape{codecs.Value, codecs.Thrown} {
			_, err := dump(e, p, shape, nil)
			if scanned == nil && err != nil && !expected(err) || scanned != nil && err == nil {
				t.Fatalf("as %v: scanned: %v, read: %v", shape, scanned, err)
			}
			if err != nil {
				continue
			}
			one, err := rewrite(e, p, shape, nil, shape == codecs.Value)
			if err != nil && !expected(err) {
				t.Fatalf("as %v: %v", shape, err)
			}
			if err != nil {
				continue
			}
			two, err := rewrite(e, one, shape, nil, shape == codecs.Value)
			if err != nil || !bytes.Equal(one, two) {
				t.Fatalf("as %v: %v\n%x becomes\n%x and then\n%x", shape, err, p, one, two)
			}
		}
		wraps(e, p)
	})
}

// wraps reads p as everything that it could be.
func wraps(e *Encoding, p []byte) {
	for _, shape := range []codecs.Shape{codecs.Args, codecs.Generic, codecs.Value, codecs.Thrown} {
		for _, wrap := range []codecs.Wrap{codecs.Plain, codecs.Sofa, codecs.Apart} {
			_, _ = dumpAs(e, string(p), shape, wrap, nil)
		}
	}
}

// headsOld tries what codecs use of a scanner.
func headsOld(p []byte, d Dialect) {
	var s Scanner
	s.ResetAs(p, d)
	_, fields, _ := s.Object(nil)
	for i := range fields {
		s.Back(&fields[i])
		_, _, _ = s.Signature(nil)
		s.Back(&fields[i])
		_ = s.Thrown(&Thrown{})
	}
	s.ResetAs(p, d)
	_ = s.Invoke(&Invocation{})
	Recognize(p)
}
