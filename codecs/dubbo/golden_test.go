package dubbo

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// summary says what Decode and LoadMeta made of a frame.
func summary(t *testing.T, p []byte) string {
	t.Helper()
	s := newSession(sideOf(p), "path", "any")
	m := mustDecode(t, s, p)
	var b strings.Builder
	fmt.Fprintf(&b, "%v", m.Kind)
	switch m.Kind {
	case codecs.Request, codecs.Oneway:
		fmt.Fprintf(&b, " %s %s %q %s/%d %v", m.Service, m.Method, m.Version, m.Descriptor, m.Args, m.Format)
	case codecs.Reply:
		fmt.Fprintf(&b, " %v %d %v", m.Status, m.Status.Native.Code, m.Format)
	default:
		return b.String()
	}
	if err := s.LoadMeta(&m); err != nil {
		return b.String() + " " + err.Error()
	}
	fmt.Fprintf(&b, " %d bytes", m.Body.Len())
	if m.Group != "" || m.Timeout != 0 {
		fmt.Fprintf(&b, " group %q timeout %v", m.Group, m.Timeout)
	}
	for _, p := range m.Meta.Pairs {
		fmt.Fprintf(&b, " %s=%s", p.Key, p.Value)
	}
	return b.String()
}

var update = flag.Bool("update", false, "write testdata anew")

// testdata/fixtures.txt has a line per fixture: what its frame says.
func TestFixtures(t *testing.T) {
	all := fixtures(t)
	var got strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&got, "%s: %s\n", name, summary(t, all[name]))
	}
	const file = "testdata/fixtures.txt"
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// Every frame about a call passes with a new id and every other byte as it came.
func TestPass(t *testing.T) {
	for name, p := range fixtures(t) {
		m := mustDecode(t, newSession(sideOf(p)), p)
		if m.Frame.Of == "" {
			continue
		}
		out := codecs.Client
		if m.Kind == codecs.Reply {
			out, m.Hint = codecs.Server, hintMark|hintAttach|uint64(p[2]&serialMask)
		}
		m.ID = 0x1122334455667788
		want := bytes.Clone(p)
		binary.BigEndian.PutUint64(want[4:], m.ID)
		if got := mustEncode(t, newSession(out), &m); !bytes.Equal(got, want) {
			t.Errorf("%s:\ngot  %x\nwant %x", name, got, want)
		}
	}
}

// A frame says nothing before its last byte is there, and the same at every split.
func TestTruncated(t *testing.T) {
	for name, p := range fixtures(t) {
		s := newSession(sideOf(p))
		for cut := range len(p) {
			var m codecs.Message
			if n, err := s.Decode(&m, p[:cut]); n != 0 || err != nil || m.Kind != codecs.None || m.ID != 0 {
				t.Fatalf("%s: %d of %d bytes: took %d, %v, %v", name, cut, len(p), n, err, m.Kind)
			}
			if size := s.FrameSize(p[:cut]); size != 0 && size != len(p) || cut >= headLen && size == 0 {
				t.Fatalf("%s: %d of %d bytes: size %d", name, cut, len(p), size)
			}
		}
		m := mustDecode(t, s, p)
		var twice codecs.Message
		if n, err := s.Decode(&twice, append(bytes.Clone(p), p...)); n != len(p) || err != nil || twice.Kind != m.Kind || twice.ID != m.ID {
			t.Errorf("%s: with another frame behind: took %d, %v", name, n, err)
		}
	}
}

func TestSniff(t *testing.T) {
	for in, want := range map[string]codecs.Verdict{"": codecs.More, "\xda": codecs.More, "\xda\xbb": codecs.Yes, "\xda\xbb\xc2": codecs.Yes,
		"\xbb": codecs.No, "\xda\xba": codecs.No, "GET": codecs.No, "*1\r\n": codecs.No} {
		if got := (Codec{}).Sniff([]byte(in)); got != want {
			t.Errorf("%q: got %v, want %v", in, got, want)
		}
	}
}
