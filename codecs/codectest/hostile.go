package codectest

import (
	"bytes"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// splitMax bounds the split points that are tried of one fixture.
const splitMax = 2048

// split: bytes that come in two pieces, or one by one, bring the same messages, and no error comes before its bytes are there.
func split(t *testing.T, c codecs.Codec, f *fixture) {
	whole := f.drive(c, f.reader)
	step := max(1, len(f.bytes)/splitMax)
	for at := step; at < len(f.bytes); at += step {
		d := newDriver(c, f.session(c, f.reader))
		d.feed(bytes.Clone(f.bytes[:at]))
		if d.lost != nil && whole.lost == nil {
			t.Fatalf("the first %d of %d bytes: %v", at, len(f.bytes), d.lost)
		}
		d.feed(bytes.Clone(f.bytes[at:]))
		same(t, whole, d, at)
	}
	d := newDriver(c, f.session(c, f.reader))
	for i := range f.bytes {
		d.feed(f.bytes[i : i+1])
	}
	same(t, whole, d, 1)
}

func same(t *testing.T, want, got *driver, at int) {
	t.Helper()
	if diff := cmp.Diff(joined(want.got), joined(got.got)); diff != "" {
		t.Fatalf("split at %d (- whole, + split):\n%s", at, diff)
	}
	if (want.lost == nil) != (got.lost == nil) || want.lost == nil && len(want.buf) != len(got.buf) {
		t.Fatalf("split at %d: %d bytes left, error %v; whole: %d, %v", at, len(got.buf), got.lost, len(want.buf), want.lost)
	}
}

// joined puts the pieces of a payload together, because where they are cut depends on how they came.
func joined(all []seen) []seen {
	var out []seen
	for _, s := range all {
		n := len(out)
		switch {
		case s.Kind == codecs.None && s.Body == "":
		case s.Kind == codecs.Data && n > 0 && out[n-1].Part && out[n-1].ID == s.ID:
			p := &out[n-1]
			p.Body += s.Body
			p.Part, p.End, p.Credit = s.Part, s.End, p.Credit+s.Credit
		default:
			out = append(out, s)
		}
	}
	return out
}

// mutated: whatever one byte or one length becomes, nothing panics, nothing is believed that is not there.
func mutated(t *testing.T, c codecs.Codec, f *fixture) {
	if len(f.bytes) > splitMax {
		return // a small fixture says as much
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	runs := 0
	try := func(p []byte) {
		d := newDriver(c, f.session(c, f.reader))
		d.meta = true
		d.feed(p)
		runs++
	}
	for i := range f.bytes {
		b := f.bytes[i]
		for _, x := range [...]byte{0, 0x7f, 0x80, 0xff, '9', ^b, b + 1, b - 1} {
			p := bytes.Clone(f.bytes)
			p[i] = x
			try(p)
		}
		for _, x := range [...]string{"\xff\xff\xff\xff", "\x7f\xff\xff\xff", "9999"} {
			p := bytes.Clone(f.bytes)
			copy(p[i:], x)
			try(p)
		}
		try(append(bytes.Clone(f.bytes[:i]), f.bytes[i+1:]...))
	}
	runtime.ReadMemStats(&after)
	limit := uint64(runs) * uint64(64<<10+64*len(f.bytes))
	if got := after.TotalAlloc - before.TotalAlloc; got > limit {
		t.Errorf("%d mutations of %d bytes took %d bytes of memory, limit %d", runs, len(f.bytes), got, limit)
	}
}

// sniff: a codec knows its own first bytes, early, and no other's.
func sniff(t *testing.T, c codecs.Codec, dir string, own []*fixture) {
	if v := c.Sniff(nil); v != codecs.More {
		t.Errorf("nothing at all: verdict %d, want More", v)
	}
	for _, f := range own {
		f.settle(t, c)
		if f.reader != codecs.Server || f.bad != "" {
			continue
		}
		was := codecs.More
		for n := 1; n <= min(len(f.bytes), codecs.SniffMax); n++ {
			v := c.Sniff(f.bytes[:n:n])
			if v == codecs.No || was == codecs.Yes && v != codecs.Yes {
				t.Errorf("%s: verdict %d after %d bytes", f.name, v, n)
			}
			was = v
		}
		if was != codecs.Yes {
			t.Errorf("%s: no verdict after %d bytes", f.name, min(len(f.bytes), codecs.SniffMax))
		}
	}
	others, err := filepath.Glob(filepath.Join(filepath.Dir(filepath.Clean(dir)), "*", "*.hex"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range others {
		if filepath.Dir(path) == filepath.Clean(dir) {
			continue
		}
		f, err := read(path)
		if err != nil {
			t.Fatal(err)
		}
		if sameWire(c, own, f) {
			continue
		}
		for n := range min(len(f.bytes), codecs.SniffMax) + 1 {
			if c.Sniff(f.bytes[:n:n]) == codecs.Yes {
				t.Errorf("takes %s for its own after %d bytes", path, n)
				break
			}
		}
		if n := codecs.SniffMax; len(f.bytes) >= n && c.Sniff(f.bytes[:n:n]) == codecs.More {
			t.Errorf("%s: undecided after %d bytes", path, n)
		}
	}
}

// sameWire says whether a fixture of another protocol begins as those of a codec that shares its wire with others do.
func sameWire(c codecs.Codec, own []*fixture, f *fixture) bool {
	_, shares := c.(codecs.Joint)
	start := f.bytes[:min(len(f.bytes), codecs.SniffMax)]
	return shares && slices.ContainsFunc(own, func(o *fixture) bool { return bytes.HasPrefix(o.bytes, start) })
}
