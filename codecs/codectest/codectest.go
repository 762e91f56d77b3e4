package codectest

import (
	"slices"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Run tests a codec against its promises. dir holds its fixtures; those of other protocols are looked for beside it. Transcripts are
// written in a notation, if there is one.
func Run(t *testing.T, c codecs.Codec, dir string, notation ...func() Notation) {
	t.Helper()
	notation = append(notation, func() Notation { return plain{} })
	wire.Debug(true)
	t.Cleanup(func() { wire.Debug(false) })
	fixtures := load(t, dir)
	t.Run("traits", func(t *testing.T) { traits(t, c) })
	t.Run("sniff", func(t *testing.T) { sniff(t, c, dir, fixtures) })
	for _, f := range fixtures {
		t.Run("fixture/"+f.name, func(t *testing.T) { fixtureTests(t, c, f) })
	}
	t.Run("transcripts", func(t *testing.T) { transcripts(t, c, dir, notation[0]) })
	for _, set := range variants(c) {
		t.Run("made/"+describe(set), func(t *testing.T) { made(t, c, set) })
	}
}

// fixtureTests is what is done with each fixture.
func fixtureTests(t *testing.T, c codecs.Codec, f *fixture) {
	f.settle(t, c)
	if f.bad != "" {
		t.Run("refused", func(t *testing.T) { refused(t, c, f) })
	} else {
		t.Run("golden", func(t *testing.T) { golden(t, c, f) })
		t.Run("touched", func(t *testing.T) { touched(t, c, f) })
		t.Run("owned", func(t *testing.T) { owned(t, c, f) })
		t.Run("limits", func(t *testing.T) { limits(t, c, f) })
		t.Run("allocs", func(t *testing.T) { allocs(t, c, f) })
	}
	t.Run("split", func(t *testing.T) { split(t, c, f) })
	t.Run("mutated", func(t *testing.T) { mutated(t, c, f) })
}

// made is what is done with messages that the suite makes itself.
func made(t *testing.T, c codecs.Codec, set codecs.Settings) {
	if _, ok := speaks(c); !ok {
		t.Skipf("no bodies are known for %s", c.Traits().Formats)
	}
	before := wire.Outstanding()
	t.Run("calls", func(t *testing.T) { calls(t, c, set) })
	t.Run("names", func(t *testing.T) { names(t, c, set) })
	t.Run("metadata", func(t *testing.T) { metadata(t, c, set) })
	t.Run("reserved", func(t *testing.T) { reservedKeys(t, c, set) })
	t.Run("texts", func(t *testing.T) { texts(t, c, set) })
	t.Run("statuses", func(t *testing.T) { statuses(t, c, set) })
	t.Run("slow", func(t *testing.T) { slow(t, c, set) })
	t.Run("pipeline", func(t *testing.T) { pipeline(t, c, set) })
	if n := wire.Outstanding() - before; n != 0 {
		t.Errorf("%d bodies were not released", n)
	}
}

// traits tests that the facts a codec gives of itself hang together.
func traits(t *testing.T, c codecs.Codec) {
	tr := c.Traits()
	if c.Name() == "" || c.Name() != strings.ToLower(c.Name()) {
		t.Errorf("name %q is not lower case", c.Name())
	}
	if len(tr.Formats) == 0 {
		t.Error("no formats")
	}
	if tr.InOrder != (tr.IDs.Max == 0) {
		t.Errorf("InOrder is %v and the ids go to %d", tr.InOrder, tr.IDs.Max)
	}
	seen := map[string]bool{}
	for _, o := range tr.Options {
		if seen[o.Name] {
			t.Errorf("option %s twice", o.Name)
		}
		seen[o.Name] = true
		if o.Doc == "" || o.Side != "server" && o.Side != "client" && o.Side != "both" {
			t.Errorf("option %s: side %q, doc %q", o.Name, o.Side, o.Doc)
		}
		if o.Values != nil && !slices.Contains(o.Values, o.Default) {
			t.Errorf("option %s: default %q is none of its values", o.Name, o.Default)
		}
		if o.Check != nil && o.Default != "" && o.Check(o.Default) != nil {
			t.Errorf("option %s: default %q: %v", o.Name, o.Default, o.Check(o.Default))
		}
	}
}

// variants gives the default settings, and for each value of each option the settings with that one changed.
func variants(c codecs.Codec) []codecs.Settings {
	all := []codecs.Settings{{}}
	for _, o := range c.Traits().Options {
		for _, v := range o.Values {
			if v != o.Default {
				all = append(all, codecs.Settings{Options: map[string]string{o.Name: v}})
			}
		}
	}
	return all
}

func describe(set codecs.Settings) string {
	for k, v := range set.Options {
		return k + "=" + v
	}
	return "default"
}
