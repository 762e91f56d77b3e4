package codectest

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// fuzzCalls is how many requests are open when a client side of streams is fuzzed.
const fuzzCalls = 3

// Fuzz is the fuzz target of a codec, with its fixtures as seeds. Whatever the bytes: no panic, no byte taken that is not
// there, the same messages wherever the bytes are cut, and a message of a call that is written anew means the same. With a notation
// what goes in of each transcript is a seed too.
func Fuzz(f *testing.F, c codecs.Codec, dir string, notation ...func() Notation) {
	for _, notes := range notation {
		seedTranscripts(f, dir, notes)
	}
	for _, x := range load(f, dir) {
		if x.side != "server" {
			f.Add(x.bytes, false, len(x.bytes)/2)
		}
		if x.side != "client" {
			f.Add(x.bytes, true, len(x.bytes)/2)
		}
	}
	f.Fuzz(func(t *testing.T, p []byte, client bool, at int) {
		if len(p) > 64<<10 {
			return
		}
		side, other := codecs.Server, codecs.Client
		if client {
			side, other = other, side
		}
		if at < 0 || at > len(p) {
			at = len(p) / 2
		}
		fresh := func() *driver {
			s := c.Session(side, codecs.Settings{})
			if client && c.Traits().Stream {
				ask(c, s, fuzzCalls)
			}
			d := newDriver(c, s)
			d.meta = true
			return d
		}
		whole := fresh()
		whole.each = func(m *codecs.Message) { anew(t, c, side, other, m) }
		whole.feed(bytes.Clone(p))
		cut := fresh()
		cut.feed(bytes.Clone(p[:at]))
		cut.feed(bytes.Clone(p[at:]))
		same(t, whole, cut, at)
	})
}

// seedTranscripts adds the input of each session in the transcripts of a folder.
func seedTranscripts(f *testing.F, dir string, notes func() Notation) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, session := range strings.Split("\n"+string(text), "\nside ")[1:] {
			note := notes()
			var in []byte
			for line := range strings.Lines(session) {
				if rest, ok := strings.CutPrefix(line, "> "); ok {
					b, err := note.Parse(strings.TrimSuffix(rest, "\n"))
					if err != nil {
						f.Fatalf("%s: %v", path, err)
					}
					in = append(in, b...)
				}
			}
			f.Add(in, strings.HasPrefix(session, "client"), len(in)/2)
		}
	}
}

// anew writes a message of a call anew and reads it back. What cannot be written, or not be read in the state of a fresh
// session, says nothing.
func anew(t *testing.T, c codecs.Codec, side, other codecs.Side, m *codecs.Message) {
	want := look(m, nil)
	if c.Traits().Stream || !want.isCall() || want.Kind == codecs.Data || m.Part || !m.End || m.Format.Encoding == "" {
		return
	}
	copied := m.Clone()
	copied.Own()
	copied.Touch()
	b, err := encode(c.Session(other, codecs.Settings{}), &copied)
	if err != nil {
		copied.Release()
		return
	}
	d := newDriver(c, c.Session(side, codecs.Settings{}))
	d.meta = true
	d.feed(b)
	if d.lost != nil || len(d.got) != 1 {
		t.Fatalf("%s %s.%s written anew as %q: %d messages, %v", want.Kind, want.Header.Service, want.Header.Method, b, len(d.got), d.lost)
	}
	if diff := cmp.Diff(essence(want), essence(d.got[0])); diff != "" {
		t.Fatalf("written anew as %q (- as it came, + decoded again):\n%s", b, diff)
	}
}
