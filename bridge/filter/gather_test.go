package filter_test

import (
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/bridge/filter"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// data is a piece of a request, lent by a buffer that is overwritten as soon as it was sent.
func data(fwd codecs.Stream, text string, end bool) {
	buf := []byte(text)
	fwd.Send(&codecs.Message{Kind: codecs.Data, End: end, Body: wire.Borrow(buf)})
	for i := range buf {
		buf[i] = '!'
	}
}

func TestGather(t *testing.T) {
	counted(t)
	for _, c := range []struct {
		name   string
		first  string
		whole  bool
		pieces []string // the last one ends
		want   string   // the body; or what the caller is told
	}{
		{"whole", "[1]", true, nil, "[1]"},
		{"in pieces", "[1,", false, []string{"2,", "", "3]"}, "[1,2,3]"},
		{"only an end", "[1]", false, []string{""}, "[1]"},
		{"nothing at first", "", false, []string{"[]"}, "[]"},
		{"just the limit", "12345678", false, []string{"90", "abcdef"}, "1234567890abcdef"},
		{"over the limit", "12345678", false, []string{"90", "abcdefg", "more"}, "cancel invalid: filter: gather: the request is over 16 bytes"},
		{"over the limit at first", strings.Repeat("x", 17), false, []string{""}, "cancel invalid: filter: gather: the request is over 16 bytes"},
	} {
		f := &far{answer: ok("")}
		call, back := newCall("s", "m", "")
		buf := []byte(c.first)
		call.Req.Body = wire.Borrow(buf)
		call.Req.End, call.Req.Part = c.whole, !c.whole
		fwd := filter.Gather(16)(f).Open(call, back)
		if !c.whole {
			for i := range buf {
				buf[i] = '!'
			}
		}
		for i, p := range c.pieces {
			if len(f.opened) != 0 {
				t.Errorf("%s: opened before the end", c.name)
			}
			data(fwd, p, i == len(c.pieces)-1)
		}
		if strings.HasPrefix(c.want, "cancel") {
			if back.said(t) != c.want || len(f.opened) != 0 {
				t.Errorf("%s: %q, opened %d", c.name, back.got, len(f.opened))
			}
			continue
		}
		if len(f.opened) != 1 || f.bodies[0] != c.want || !f.opened[0].End || f.opened[0].Part || f.opened[0].Kind != codecs.Request {
			t.Errorf("%s: %q %+v, want %q", c.name, f.bodies, f.opened, c.want)
		}
	}
}

func TestGatherIsCanceled(t *testing.T) {
	counted(t)
	gone := codecs.Status{Code: codecs.Canceled}

	f := &far{}
	call, back := newCall("s", "m", "[1,")
	call.Req.End = false
	fwd := filter.Gather(16)(f).Open(call, back)
	fwd.Cancel(gone)
	fwd.Cancel(gone)
	data(fwd, "2]", true)
	if back.said(t) != "cancel canceled" || len(f.opened) != 0 {
		t.Errorf("canceled before the end: %q, opened %d", back.got, len(f.opened))
	}

	call, back = newCall("s", "m", "[1,")
	call.Req.End = false
	fwd = filter.Gather(16)(f).Open(call, back)
	data(fwd, "2]", true)
	data(fwd, "more", true)
	fwd.Cancel(gone)
	if len(f.opened) != 1 || f.bodies[0] != "[1,2]" || len(f.cancel) != 1 || len(back.got) != 0 {
		t.Errorf("canceled behind the end: opened %q, canceled %v, told %q", f.bodies, f.cancel, back.got)
	}
}
