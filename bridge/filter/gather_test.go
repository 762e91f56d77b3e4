package filter_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/bridge/engine/enginetest"
	"github.com/dragoman-rpc/dragoman/bridge/filter"
	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// begun is a call whose request goes on: its first message is made of a word, and lent.
func begun(t *testing.T, word string) (*codecs.Call, *near) {
	t.Helper()
	call, back := planned(t, table(t, route.Rules{}, route.Policy{}), "s", "m", "")
	first := message(word)
	call.Req.Body, call.Req.Part, call.Req.End, call.Req.Bare = first.Body, first.Part, first.End, first.Bare
	return call, back
}

func TestGather(t *testing.T) {
	counted(t)
	const (
		over = "cancel invalid: filter: gather: the request: a message over 16 bytes"
		many = "cancel unimplemented: filter: gather: the request has more than one message: a stream of them cannot go to toy"
		none = "cancel invalid: filter: gather: the request ended without a message: toy takes just one"
	)
	for _, c := range []struct {
		name  string
		first string
		rest  string
		want  string // the body; or what the caller is told
	}{
		{"whole", "![1]", "", "[1]"},
		{"a head, and one message", "-", "![1]", "[1]"},
		{"a head, one message, and an end", "-", "[1] !-", "[1]"},
		{"a message, and an end", "[1]", "!-", "[1]"},
		{"in pieces", "~[1,", "~2, ~ !3]", "[1,2,3]"},
		{"a head, and pieces", "-", "~[1, ~2, 3] !-", "[1,2,3]"},
		{"a head that says that pieces come", "~-", "~[1, ~2] !-", "[1,2]"},
		{"an empty message", "-", "!", ""},
		{"just the limit", "~12345678", "~90 !abcdef", "1234567890abcdef"},
		{"over the limit", "~12345678", "~90 ~abcdefg !more", over},
		{"over the limit at first", strings.Repeat("x", 17), "!-", over},
		{"over the limit in one message", "-", "!" + strings.Repeat("x", 17), over},
		{"a second message", "-", "[1] [2] !-", many},
		{"a second message that ends", "[1]", "![2]", many},
		{"a second message in pieces", "[1]", "~[2 !]", many},
		{"no message", "-", "!-", none},
	} {
		f := &far{answer: ok("")}
		call, back := begun(t, c.first)
		whole, buf := call.Req.End, call.Req.Body.Bytes()
		fwd := filter.Gather(clusters(t, "far:1"), 16)(f).Open(call, back)
		for i := range buf {
			if !whole {
				buf[i] = '?'
			}
		}
		tell(fwd, c.rest)
		if strings.HasPrefix(c.want, "cancel") {
			if back.said(t) != c.want || len(f.opened) != 0 {
				t.Errorf("%s: %q, opened %d", c.name, back.got, len(f.opened))
			}
			continue
		}
		if len(f.opened) != 1 || f.bodies[0] != c.want || noted(&f.opened[0]) != "request! " {
			t.Errorf("%s: %q %+v %q, want %q", c.name, f.bodies, f.opened, back.got, c.want)
		}
	}
}

// TestGatherBelievesNoSize: a message that says it will be too large is refused before it has come, and one that says less is
// bounded all the same.
func TestGatherBelievesNoSize(t *testing.T) {
	counted(t)
	for _, c := range []struct {
		size   uint32
		pieces string
		want   []string
	}{
		{17, "~1", []string{"cancel invalid: filter: gather: the request: a message over 16 bytes"}},
		{1 << 31, "~1", []string{"cancel invalid: filter: gather: the request: a message over 16 bytes"}},
		{3, "~1 ~2 !3", []string{"reply! "}},
		{2, "~12345678 ~12345678 !1", []string{"cancel invalid: filter: gather: the request: a message over 16 bytes"}},
	} {
		call, back := begun(t, "-")
		fwd := filter.Gather(clusters(t, "far:1"), 16)(&far{answer: ok("")}).Open(call, back)
		for i, word := range strings.Fields(c.pieces) {
			m := message(word)
			if i == 0 {
				m.Size = c.size
			}
			fwd.Send(&m)
		}
		if diff := cmp.Diff(c.want, back.flow); diff != "" {
			t.Errorf("%d: %s", c.size, diff)
		}
	}
}

// TestGatherForWhom: where both sides have streams nothing waits; elsewhere requests are whole.
func TestGatherForWhom(t *testing.T) {
	counted(t)
	whole := &codecs.Traits{Stream: true, Whole: true}
	for _, c := range []struct {
		name   string
		codec  codecs.Codec
		from   *codecs.Traits
		passes bool
	}{
		{"a stream to streams", enginetest.Streams{}, streaming, true},
		{"from inside the process to streams", enginetest.Streams{}, nil, true},
		{"a stream to whole messages", enginetest.Toy{}, streaming, false},
		{"a stream to whole messages over a wire of streams", wholly{}, streaming, false},
		{"pieces to streams", enginetest.Streams{}, &codecs.Traits{}, false},
		{"pieces over a wire of streams to streams", enginetest.Streams{}, whole, false},
	} {
		f := &far{}
		call, back := begun(t, "-")
		call.From.Traits = c.from
		fwd := filter.Gather(clustersOf(t, c.codec, "far:1"), 16)(f).Open(call, back)
		if got := len(f.opened) == 1; got != c.passes {
			t.Errorf("%s: opened at once %v, want %v", c.name, got, c.passes)
		}
		tell(fwd, "![1]")
		if len(f.opened) != 1 || len(back.got) != 0 {
			t.Errorf("%s: opened %d, told %q", c.name, len(f.opened), back.got)
		}
	}
}

// wholly has whole requests on a wire of streams.
type wholly struct{ enginetest.Streams }

func (w wholly) Traits() codecs.Traits {
	t := w.Streams.Traits()
	t.Whole = true
	return t
}

// TestGatherKeepsTheCompression of the message, which the head only announces.
func TestGatherKeepsTheCompression(t *testing.T) {
	counted(t)
	for _, zip := range []string{"", "gzip"} {
		for _, pieces := range [][]string{{"ab"}, {"~a", "b"}} {
			f := &far{}
			call, back := begun(t, "-")
			call.Req.Format = codecs.Format{Encoding: "proto", Shape: codecs.Args, Zip: "gzip"}
			fwd := filter.Gather(clusters(t, "far:1"), 16)(f).Open(call, back)
			for _, word := range pieces {
				m := message(word)
				m.Format.Zip = zip
				fwd.Send(&m)
			}
			tell(fwd, "!-")
			want := codecs.Format{Encoding: "proto", Shape: codecs.Args, Zip: zip}
			if len(f.opened) != 1 || f.opened[0].Format != want || f.bodies[0] != "ab" {
				t.Errorf("%q in %d pieces: %v %q", zip, len(pieces), f.opened, f.bodies)
			}
		}
	}
}

func TestGatherIsCanceled(t *testing.T) {
	counted(t)
	gone := codecs.Status{Code: codecs.Canceled}

	f := &far{}
	call, back := begun(t, "~[1,")
	fwd := filter.Gather(clusters(t, "far:1"), 16)(f).Open(call, back)
	fwd.Cancel(gone)
	fwd.Cancel(gone)
	tell(fwd, "!2]")
	if back.said(t) != "cancel canceled" || len(f.opened) != 0 {
		t.Errorf("canceled before the end: %q, opened %d", back.got, len(f.opened))
	}

	call, back = begun(t, "~[1,")
	fwd = filter.Gather(clusters(t, "far:1"), 16)(f).Open(call, back)
	tell(fwd, "!2] !more")
	fwd.Cancel(gone)
	if len(f.opened) != 1 || f.bodies[0] != "[1,2]" || len(f.cancel) != 1 || len(back.got) != 0 {
		t.Errorf("canceled behind the end: opened %q, canceled %v, told %q", f.bodies, f.cancel, back.got)
	}

	call, back = begun(t, "-")
	call.Req.Body = wire.Body{}
	fwd = filter.Gather(clusters(t, "far:1"), 16)(f).Open(call, back)
	m := codecs.Message{Kind: codecs.Data, Body: wire.Copy([]byte("kept"))}
	fwd.Send(&m)
	fwd.Cancel(gone)
	if back.said(t) != "cancel canceled" {
		t.Errorf("canceled between message and end: %q", back.got)
	}
}
