package dubbo

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

func seed(f *testing.F, add func(p []byte)) {
	for _, p := range fixtures(f) {
		add(p)
	}
}

var bodies = cmp.Comparer(func(a, b wire.Body) bool { return bytes.Equal(a.Bytes(), b.Bytes()) })

// read decodes what there is in p, as an engine would with the first part there before the rest.
func read(s *session, p []byte, split int) (got []codecs.Message, failed error) {
	for at, have := 0, split; ; {
		var m codecs.Message
		n, err := s.Decode(&m, p[at:have])
		switch {
		case err != nil && n == 0:
			return got, err
		case n == 0 && have == len(p):
			return got, nil
		case n == 0:
			have = len(p)
			continue
		case err != nil:
			m.Status = codecs.StatusOf(err)
		}
		got = append(got, m)
		if at += n; at > have {
			panic("took more than there was")
		}
	}
}

// Wherever a stream is cut, the same messages come out; each that has a frame passes as it came, and what can be written anew
// says the same again.
func FuzzSession(f *testing.F) {
	seed(f, func(p []byte) {
		f.Add(append(bytes.Clone(p), p...), uint16(len(p)/2), true)
		f.Add(p, uint16(17), false)
	})
	f.Fuzz(func(t *testing.T, p []byte, split uint16, isServer bool) {
		s := client()
		if isServer {
			s = server()
		}
		whole, err := read(s, p, len(p))
		parts, errParts := read(s, p, min(int(split), len(p)))
		if (err == nil) != (errParts == nil) || err != nil && err.Error() != errParts.Error() {
			t.Fatalf("whole: %v, cut at %d: %v", err, split, errParts)
		}
		if diff := cmp.Diff(whole, parts, bodies); diff != "" {
			t.Fatalf("cut at %d (-whole +cut): %s", split, diff)
		}
		for i := range whole {
			m := &whole[i]
			if m.Status.Code == codecs.Malformed || m.Frame.Of == "" {
				continue
			}
			passAndCompare(t, m)
			if isServer && m.Format.Encoding != "" {
				anew(t, m)
			}
		}
	})
}

func passAndCompare(t *testing.T, m *codecs.Message) {
	c := *m
	c.Frame.Bytes = wire.Borrow(bytes.Clone(m.Frame.Bytes.Bytes()))
	want := c.Frame.Bytes.Bytes()
	out := client()
	if m.Kind == codecs.Reply {
		out, c.Hint = server(), hintMark|hintAttach|uint64(want[2]&serialMask)
	}
	if got := mustEncode(t, out, &c); !bytes.Equal(got, want) {
		t.Fatalf("passed % x as % x", want, got)
	}
}

// anew writes a request without its frame, and reads and writes it again.
func anew(t *testing.T, m *codecs.Message) {
	s := newSession(codecs.Server, "path", "any")
	c := *m
	if m.Status.Code != codecs.OK || s.LoadMeta(&c) != nil {
		return
	}
	c.Touch()
	var out wire.Out
	first := c
	if _, err := client().Encode(&out, &first); err != nil {
		return
	}
	again := mustDecode(t, s, out.AppendTo(nil))
	if err := s.LoadMeta(&again); err != nil {
		t.Fatalf("what we wrote: %v", err)
	}
	again.Meta.Del(keyApplication)
	c.Meta.Del(keyApplication)
	same := cmp.Options{bodies, cmpopts.IgnoreFields(codecs.Message{}, "Frame", "Hint", "Body"), cmpopts.EquateEmpty(),
		cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Timeout" }, cmp.Ignore()),
		// A generic call says its form, and empty keys are not written.
		cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Pairs" }, cmp.Ignore())}
	if diff := cmp.Diff(c, again, same); diff != "" {
		t.Fatalf("written anew (-before +after): %s", diff)
	}
}

// Reading attachments never fails half way, and what it narrows is inside the frame.
func FuzzLoadMeta(f *testing.F) {
	seed(f, func(p []byte) { f.Add(p) })
	f.Fuzz(func(t *testing.T, p []byte) {
		if len(p) < headLen {
			return
		}
		binary.BigEndian.PutUint32(p[12:], uint32(len(p)-headLen))
		s := newSession(sideOf(p))
		var m codecs.Message
		if n, err := s.Decode(&m, p); n == 0 || err != nil || m.Frame.Of == "" {
			return
		}
		before := m
		if err := s.LoadMeta(&m); err != nil {
			if diff := cmp.Diff(before, m, bodies); diff != "" {
				t.Fatalf("%v, and yet (-before +after): %s", err, diff)
			}
			return
		}
		if _, inside := m.Frame.Bytes.Within(m.Body); !inside && m.Body.Len() > 0 {
			t.Fatal("a body outside of its frame")
		}
		if !bytes.HasPrefix(before.Body.Bytes(), m.Body.Bytes()) {
			t.Fatalf("body % x became % x", before.Body.Bytes(), m.Body.Bytes())
		}
		if m.Kind != codecs.Reply {
			shorter(t, s, &m, p)
		}
	})
}

// shorter sends the request on with 1 ms and reads it again: all else must be as it was.
func shorter(t *testing.T, s *session, m *codecs.Message, p []byte) {
	c := *m
	c.Timeout = 1
	got := mustDecode(t, s, mustEncode(t, client(), &c))
	if err := s.LoadMeta(&got); err != nil {
		t.Fatalf("with a shorter time: %v", err)
	}
	same := cmp.Options{bodies, cmpopts.IgnoreFields(codecs.Message{}, "Frame"), cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Timeout" }, cmp.Ignore())}
	if diff := cmp.Diff(*m, got, same); diff != "" {
		t.Fatalf("% x with a shorter time (-before +after): %s", p, diff)
	}
}
