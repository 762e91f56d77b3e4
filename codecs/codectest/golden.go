package codectest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// golden: the fixture decodes to its last byte, and what was cut whole goes out byte by byte as it came.
func golden(t *testing.T, c codecs.Codec, f *fixture) {
	before := wire.Outstanding()
	var again []byte
	intact := true
	writer := f.session(c, f.writer())
	d := newDriver(c, f.session(c, f.reader))
	d.each = func(m *codecs.Message) {
		if m.Frame.Of != c.Name() {
			intact = false
			return
		}
		b, err := encode(writer, m)
		if err != nil {
			t.Errorf("encode %s: %v", m.Kind, err)
		}
		again = append(again, b...)
	}
	d.feed(bytes.Clone(f.bytes))
	switch {
	case d.lost != nil:
		t.Fatalf("decode: %v", d.lost)
	case d.failed():
		t.Fatalf("decode: %v", d.errs)
	case len(d.buf) > 0:
		t.Fatalf("decode: %d of %d bytes left after %d messages", len(d.buf), len(f.bytes), len(d.got))
	case len(d.got) == 0:
		t.Fatal("decode: no message")
	}
	if intact && !f.semantic && !bytes.Equal(again, f.bytes) {
		t.Errorf("encoded again:\n got %q\nwant %q", again, f.bytes)
	}
	if n := wire.Outstanding() - before; n != 0 {
		t.Errorf("%d bodies were not released", n)
	}
}

// touched: without its frame a message of a call is written anew and means the same.
func touched(t *testing.T, c codecs.Codec, f *fixture) {
	if c.Traits().Stream {
		return // a fresh session knows no stream, and a message is not alone on one: what is made tries it
	}
	writer := f.session(c, f.writer())
	d := newDriver(c, f.session(c, f.reader))
	d.meta = true
	d.each = func(m *codecs.Message) {
		want := look(m, nil)
		if !want.isCall() {
			return
		}
		if _, ok := speaks(c); m.Format.Encoding == "" && m.Body.Len() > 0 || !ok {
			return // opaque: it can only pass
		}
		m.Touch()
		b, err := encode(writer, m)
		if err != nil {
			t.Errorf("encode %s of %s: %v", want.Kind, want.Header.Format, err)
			return
		}
		r := newDriver(c, f.session(c, f.reader))
		r.meta = true
		r.feed(b)
		if len(r.got) != 1 || r.lost != nil || len(r.buf) > 0 {
			t.Errorf("written anew as %q: decode gave %d messages, %d bytes left, error %v", b, len(r.got), len(r.buf), r.lost)
			return
		}
		if diff := cmp.Diff(essence(want), essence(r.got[0])); diff != "" {
			t.Errorf("written anew as %q (- as it came, + decoded again):\n%s", b, diff)
		}
	}
	d.feed(bytes.Clone(f.bytes))
}

// meaning is what must survive a message being written anew.
type meaning struct {
	Reply                                      bool
	Service, Method, Version, Group, Body, Err string
	Code                                       codecs.Code
	Format                                     codecs.Format
}

func essence(s seen) meaning {
	h := s.Header
	return meaning{s.Kind == codecs.Reply, h.Service, h.Method, h.Version, h.Group, s.Body, s.Err, h.Status.Code, h.Format}
}

// owned: a message that was made its own outlives the buffer that it came in, its metadata may be loaded then, and its strings
// outlive it in turn.
func owned(t *testing.T, c codecs.Codec, f *fixture) {
	type kept struct {
		want   seen
		err    error          // of loading its metadata
		loaded codecs.Message // before the buffer changed
		m      codecs.Message
	}
	var all []kept
	d := newDriver(c, f.session(c, f.reader))
	d.each = func(m *codecs.Message) {
		m.Own()
		k := kept{loaded: m.Clone(), m: m.Clone()}
		k.err = d.load(&k.loaded)
		k.want = look(&k.loaded, k.err)
		all = append(all, k)
	}
	p := bytes.Clone(f.bytes)
	d.buf = p // without a copy
	d.pump()
	for i := range p {
		p[i] = 0xDB
	}
	for i := range all {
		k := &all[i]
		if diff := cmp.Diff(k.want, look(&k.loaded, k.err)); diff != "" {
			t.Errorf("message %d changed with the buffer:\n%s", i, diff)
		}
		err := d.load(&k.m)
		if diff := cmp.Diff(k.want, look(&k.m, err)); diff != "" {
			t.Errorf("message %d has other metadata when it is its own:\n%s", i, diff)
		}
		header := k.m.Header
		k.m.Release()
		k.loaded.Release()
		if diff := cmp.Diff(k.want, look(&codecs.Message{Header: header}, err), cmp.FilterPath(isNotHeader, cmp.Ignore())); diff != "" {
			t.Errorf("the header of message %d changed when its memory went:\n%s", i, diff)
		}
	}
}

// isNotHeader picks the fields of seen that are not Header.
func isNotHeader(p cmp.Path) bool {
	f, ok := p.Index(1).(cmp.StructField)
	return ok && f.Name() != "Header"
}

// limits: a frame over the limit is refused, and in few words.
func limits(t *testing.T, c codecs.Codec, f *fixture) {
	if d := f.drive(c, f.reader); len(d.got) != 1 || !d.got[0].isCall() {
		return
	}
	limit := len(f.bytes) / 2
	d := newDriver(c, c.Session(f.reader, codecs.Settings{MaxFrame: limit, MaxHead: limit, Options: f.options}))
	d.max = limit
	d.feed(bytes.Clone(f.bytes))
	if len(d.got) > 0 && !d.failed() {
		t.Fatalf("a frame of %d bytes passed a limit of %d", len(f.bytes), limit)
	}
	for _, err := range append(d.errs, d.lost) {
		if err != nil && len(err.Error()) > 512 {
			t.Errorf("an error of %d bytes: %.80s…", len(err.Error()), err)
		}
	}
	if !d.failed() && d.lost == nil {
		t.Errorf("a frame of %d bytes over a limit of %d: no error", len(f.bytes), limit)
	}
}

// refused: a bad fixture is refused for the reason that it names.
func refused(t *testing.T, c codecs.Codec, f *fixture) {
	d := f.drive(c, f.reader)
	for _, err := range append(d.errs, d.lost) {
		if err != nil && strings.Contains(err.Error(), f.bad) {
			return
		}
	}
	for _, m := range d.got {
		if m.Kind == codecs.Cancel && strings.Contains(m.Header.Status.Text, f.bad) {
			return
		}
	}
	t.Errorf("not refused for %q: %d messages, errors %v, framing %v", f.bad, len(d.got), d.errs, d.lost)
}

// allocs: decoding what passes through, and sending it on, stays under the ceiling.
func allocs(t *testing.T, c codecs.Codec, f *fixture) {
	d := f.drive(c, f.reader)
	if len(d.got) != 1 || raceEnabled || f.allocs < 0 && d.got[0].Frame == "" {
		return
	}
	reader, writer := f.session(c, f.reader), f.session(c, f.writer())
	var out wire.Out
	var m codecs.Message
	broken := false
	ceiling := float64(max(0, f.allocs))
	got := testing.AllocsPerRun(200, func() {
		if n, err := reader.Decode(&m, f.bytes); n == 0 || err != nil {
			broken = true
		}
		if m.Frame.Of == c.Name() {
			if _, err := writer.Encode(&out, &m); err != nil {
				broken = true
			}
		}
		m.Release()
		out.Reset()
	})
	if broken {
		return // a session with a memory for what it asked for: such frames do not come twice
	}
	if got > ceiling {
		t.Errorf("%v allocations to decode and pass on, ceiling %v", got, ceiling)
	}
}
