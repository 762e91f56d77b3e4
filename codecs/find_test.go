package codecs_test

import (
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// wired is a protocol of several wires, or, without a version, of one.
type wired struct{ name, version string }

func (w wired) Name() string                { return w.name }
func (w wired) Traits() codecs.Traits       { return codecs.Traits{Version: w.version} }
func (wired) Sniff(p []byte) codecs.Verdict { return codecs.No }

func TestFind(t *testing.T) {
	list := []wired{{"web", "1.1"}, {"web", "2"}, {"framed", ""}}
	for _, c := range []struct {
		name, version string
		want          wired
		ok            bool
	}{
		{"web", "", list[0], true},
		{"web", "2", list[1], true},
		{"web", "3", wired{}, false},
		{"framed", "", list[2], true},
		{"framed", "v2+crc", list[2], true}, // an option of its own
		{"none", "", wired{}, false},
	} {
		if got, ok := codecs.Find(list, c.name, c.version); got != c.want || ok != c.ok {
			t.Errorf("%s %q: %v, %v", c.name, c.version, got, ok)
		}
	}
}
