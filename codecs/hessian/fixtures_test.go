package hessian

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const fixtures = "../../fixtures/hessian/"

// envelope stands before the value in the replies of the Caucho servlet.
const envelope = "\x48\x02\x00\x52"

// capture is one value written by a foreign program.
type capture struct {
	group, name string
	d           Dialect
	value       []byte
}

// captures gives the values in the final dialect that are in the repository.
func captures(t testing.TB) []capture {
	t.Helper()
	all := append(group(t, "caucho-testhessian2", Final), group(t, "hessian-lite-4.0.4", Final)...)
	for _, name := range []string{"replyBinary_65536", "replyString_65536"} {
		all = append(all, file(t, fixtures+name+".bin", "caucho-testhessian2", Final))
	}
	if len(all) != 93+101 {
		t.Fatalf("%d captures", len(all))
	}
	return all
}

// capturesAs gives those in a dialect.
func capturesAs(t testing.TB, d Dialect) []capture {
	t.Helper()
	var all []capture
	switch d {
	case Final:
		return captures(t)
	case Draft:
		all = group(t, "sofa-hessian-3.5.5", d)
	case First:
		for _, c := range append(group(t, "hessian1-java", d), group(t, "caucho-4.0.66-hessian1", d)...) {
			if !strings.HasPrefix(c.name, "frame_") {
				all = append(all, c)
			}
		}
	}
	if len(all) < 100 {
		t.Fatalf("%d captures of %v", len(all), d)
	}
	return all
}

var dialects = [...]Dialect{Final, Draft, First}

func group(t testing.TB, name string, d Dialect) []capture {
	t.Helper()
	text, err := os.ReadFile(fixtures + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []capture
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		p, err := hex.DecodeString(value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, capture{name, key, d, bytes.TrimPrefix(p, []byte(envelope))})
	}
	return all
}

func file(t testing.TB, path, group string, d Dialect) capture {
	t.Helper()
	p, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return capture{group, strings.TrimSuffix(filepath.Base(path), ".bin"), d, bytes.TrimPrefix(p, []byte(envelope))}
}

func files(t testing.TB, dir, group string, d Dialect, n int) (all []capture) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, group, "*.bin"))
	if err != nil || len(paths) != n {
		t.Fatalf("%d captures of %s in %s, not %d (%v)", len(paths), group, dir, n, err)
	}
	for _, path := range paths {
		all = append(all, file(t, path, group, d))
	}
	return all
}

// TestCopies reads and rewrites files of other projects, which are not copied here.
func TestCopies(t *testing.T) {
	dir := os.Getenv("HESSIAN_COPIES")
	if dir == "" {
		t.Skip("HESSIAN_COPIES is not set: it names a folder with the fixtures of node-modules/hessian.js as hessian-js-v1/*.bin and " +
			"hessian-js-v2/*.bin, and frames of Dubbo as dubbo-frames/*.bin")
	}
	all := append(files(t, dir, "hessian-js-v1", First, 105), files(t, dir, "hessian-js-v2", Final, 114)...)
	scans(t, all)
	rewrites(t, all)
	for _, c := range files(t, dir, "dubbo-frames", Final, 28) {
		const head = 16 // of a frame; its last four bytes are the length of the body
		if n := binary.BigEndian.Uint32(c.value[head-4:]); int(n) != len(c.value)-head {
			t.Fatalf("%s: a body of %d bytes, not %d", c.name, len(c.value)-head, n)
		}
		var s Scanner
		s.Reset(c.value[head:])
		for s.Left() > 0 {
			if err := s.Skip(1); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
		}
	}
}

// TestFrames reads the values of the six messages in the envelopes of Hessian's own RPC, which nothing here speaks.
func TestFrames(t *testing.T) {
	values := map[string]struct {
		d      Dialect
		values string // what stands in the envelope
		n      int
	}{
		"frame_call_add2_2_3": {First, "I\x00\x00\x00\x02I\x00\x00\x00\x03", 2},
		"frame_reply_5":       {First, "I\x00\x00\x00\x05", 1},
		"frame_fault":         {First, "S\x00\x04codeS\x00\x10ServiceExceptionS\x00\x07messageS\x00\x03msg", 4},
		"frame_v2_call":       {Final, "\x04add2\x92\x92\x93", 4},
		"frame_v2_fault":      {Final, "H\x04code\x15NoSuchMethodException\x07message\x03msgZ", 1},
		"frame_v2_reply":      {Final, "\x95", 1},
	}
	for _, c := range group(t, "hessian1-java", First) {
		want, ok := values[c.name]
		if !ok {
			if strings.HasPrefix(c.name, "frame_") {
				t.Errorf("%s is not known", c.name)
			}
			continue
		}
		delete(values, c.name)
		at := bytes.Index(c.value, []byte(want.values))
		if at < 0 {
			t.Errorf("%s: %q has no %q", c.name, c.value, want.values)
			continue
		}
		var s Scanner
		s.ResetAs(c.value[at:], want.d)
		if err := s.Skip(want.n); err != nil || s.Pos() != len(want.values) {
			t.Errorf("%s: %d values end at %d of %d: %v", c.name, want.n, s.Pos(), len(want.values), err)
		}
	}
	if len(values) > 0 {
		t.Errorf("not there: %v", values)
	}
}
