package codecs_test

import (
	"bytes"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// counted makes owned bodies counted for one test, and sees that all were released.
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

// framed is a borrowed message whose body lies inside its frame, and the buffer it was read into.
func framed() (m codecs.Message, buf []byte) {
	buf = []byte("head:body:tail")
	m = codecs.Message{Kind: codecs.Request, End: true, ID: 7, Body: wire.Borrow(buf[5:9]), Frame: codecs.Frame{Of: "toy", Bytes: wire.Borrow(buf)}}
	m.Service = "s"
	return m, buf
}

func TestOwn(t *testing.T) {
	counted(t)
	for _, c := range []struct {
		name        string
		make        func() (codecs.Message, []byte)
		body, frame string
		blocks      int64
	}{
		{"a body inside the frame is copied with it", framed, "body", "head:body:tail", 1},
		{"a body beside the frame is copied too", func() (codecs.Message, []byte) {
			m, buf := framed()
			other := []byte("else")
			m.Body = wire.Borrow(other)
			return m, append(buf, other...)
		}, "else", "head:body:tail", 2},
		{"a body alone", func() (codecs.Message, []byte) {
			m, buf := framed()
			m.Touch()
			return m, buf
		}, "body", "", 1},
		{"nothing", func() (codecs.Message, []byte) { return codecs.Message{}, nil }, "", "", 0},
	} {
		m, buf := c.make()
		before := wire.Outstanding()
		m.Own()
		if n := wire.Outstanding() - before; n != c.blocks {
			t.Errorf("%s: %d blocks, want %d", c.name, n, c.blocks)
		}
		m.Own() // nothing is left to be copied
		if n := wire.Outstanding() - before; n != c.blocks {
			t.Errorf("%s: %d blocks after the second time, want %d", c.name, n, c.blocks)
		}
		for i := range buf {
			buf[i] = '!'
		}
		if got := string(m.Body.Bytes()); got != c.body {
			t.Errorf("%s: body %q, want %q", c.name, got, c.body)
		}
		if got := string(m.Frame.Bytes.Bytes()); got != c.frame {
			t.Errorf("%s: frame %q, want %q", c.name, got, c.frame)
		}
		if off, inside := m.Frame.Bytes.Within(m.Body); c.blocks == 1 && c.frame != "" && (!inside || off != 5) {
			t.Errorf("%s: the body is at %d of the frame, %v", c.name, off, inside)
		}
		m.Release()
		if m.Kind != codecs.None || m.Body.Bytes() != nil || m.Frame.Of != "" {
			t.Errorf("%s: %+v is left after Release", c.name, m)
		}
	}
}

func TestCloneSharesAndMoveLeavesNothing(t *testing.T) {
	counted(t)
	m, _ := framed()
	m.Own()
	before := wire.Outstanding()
	twin := m.Clone()
	if n := wire.Outstanding(); n != before {
		t.Errorf("a clone takes %d blocks", n-before)
	}
	moved := m.Move()
	if m.Body.Len() != 0 || m.Frame.Of != "" || m.Service != "s" || m.ID != 7 {
		t.Errorf("%+v is left after Move: want the header alone", m)
	}
	m.Release() // holds no memory: takes none from the others
	moved.Release()
	if got := twin.Body.Bytes(); !bytes.Equal(got, []byte("body")) {
		t.Errorf("the clone says %q once the first is released", got)
	}
	twin.Release()
}

func TestTouchAndSetBody(t *testing.T) {
	counted(t)
	m, _ := framed()
	m.Own()
	m.Touch()
	m.Touch()
	if m.Frame.Of != "" || m.Frame.Bytes.Len() != 0 || string(m.Body.Bytes()) != "body" {
		t.Errorf("after Touch: frame of %q, body %q", m.Frame.Of, m.Body.Bytes())
	}
	m.Release()

	m, _ = framed()
	m.Own()
	m.Bare = true
	m.SetBody(wire.Copy([]byte("[1]")), codecs.Format{Encoding: "json", Shape: codecs.Args})
	if m.Frame.Of != "" || string(m.Body.Bytes()) != "[1]" || m.Format.String() != "json/args" || m.Bare {
		t.Errorf("after SetBody: %+v", m)
	}
	m.Release()
}

// TestNames: each value of a closed list has a name of its own.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	name := func(s string) {
		if seen[s] || s == "" {
			t.Errorf("%q is the name of two", s)
		}
		seen[s] = true
	}
	for k := codecs.None; k <= codecs.Control; k++ {
		name("kind " + k.String())
	}
	for s := codecs.Void; s <= codecs.Thrown; s++ {
		name("shape " + s.String())
	}
	for c := range codecs.Codes {
		name("code " + codecs.Code(c).String())
	}
	for _, unknown := range []string{codecs.Kind(200).String(), codecs.Shape(200).String(), codecs.Code(200).String()} {
		name(unknown)
	}
	if got := (codecs.Format{Encoding: "json", Zip: "gzip", Shape: codecs.Value}).String(); got != "json/value+gzip" {
		t.Errorf("format %s", got)
	}
}
