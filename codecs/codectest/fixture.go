package codectest

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// fixture is the bytes that one side sends, and what its comments say of them.
type fixture struct {
	name     string
	bytes    []byte
	side     string // "client", "server"; "" if not said
	bad      string // words of the error; "" if good
	semantic bool
	allocs   int // -1: not said
	calls    int // requests that are open when the bytes come
	options  map[string]string
	reader   codecs.Side // of the session that decodes it
}

// load reads all fixtures of a folder.
func load(t testing.TB, dir string) []*fixture {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.hex"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no fixtures in %s: %v", dir, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "PROVENANCE")); err != nil {
		t.Errorf("fixtures without provenance: %v", err)
	}
	all := make([]*fixture, 0, len(paths))
	for _, p := range paths {
		f, err := read(p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}

func read(path string) (*fixture, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f := &fixture{name: strings.TrimSuffix(filepath.Base(path), ".hex"), allocs: -1}
	var digits []byte
	for line := range strings.Lines(string(text)) {
		data, comment, _ := strings.Cut(line, "#")
		digits = append(digits, strings.Join(strings.Fields(data), "")...)
		if strings.TrimSpace(data) != "" {
			continue
		}
		if err := f.direct(strings.TrimSpace(comment)); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	if f.bytes, err = hex.DecodeString(string(digits)); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// direct obeys a comment that is a directive.
func (f *fixture) direct(comment string) (err error) {
	key, value, _ := strings.Cut(comment, ":")
	value = strings.TrimSpace(value)
	switch key {
	case "side":
		f.side, _, _ = strings.Cut(value, " ")
		if f.side != "client" && f.side != "server" {
			return fmt.Errorf("side %q is neither client nor server", f.side)
		}
	case "semantic":
		f.semantic = true
	case "bad":
		f.bad = value
	case "allocs":
		f.allocs, err = strconv.Atoi(value)
	case "calls":
		f.calls, err = strconv.Atoi(value)
	case "options":
		f.options, err = parseOptions(strings.Fields(value))
	}
	return err
}

func parseOptions(words []string) (map[string]string, error) {
	m := map[string]string{}
	for _, w := range words {
		k, v, ok := strings.Cut(w, "=")
		if !ok {
			return nil, fmt.Errorf("option %q is not key=value", w)
		}
		m[k] = v
	}
	return m, nil
}

// settle finds out which session reads the fixture.
func (f *fixture) settle(t *testing.T, c codecs.Codec) {
	t.Helper()
	switch f.side {
	case "client":
		f.reader = codecs.Server
	case "server":
		f.reader = codecs.Client
	default:
		f.reader = codecs.Server
		if d := f.drive(c, codecs.Server); d.lost != nil || len(d.buf) > 0 || len(d.got) == 0 || d.failed() {
			f.reader = codecs.Client
		}
	}
}

// session makes the session of the side that reads the fixture, or of the one that sends it.
func (f *fixture) session(c codecs.Codec, side codecs.Side) codecs.Session {
	s := c.Session(side, codecs.Settings{Options: f.options})
	if side == codecs.Client {
		ask(c, s, f.calls)
	}
	return s
}

// ask opens calls, for a session that takes no replies but to what it has asked.
func ask(c codecs.Codec, s codecs.Session, calls int) {
	var out wire.Out
	defer out.Reset()
	ids := c.Traits().IDs
	for i := range calls {
		m := codecs.Message{Kind: codecs.Request, ID: ids.First + uint64(i)*ids.Step, End: true,
			Header: codecs.Header{Service: "com.acme.Service", Method: "method", Format: c.Traits().Formats[0], Meta: codecs.Meta{Loaded: true}}}
		if f, ok := speaks(c); ok {
			m.Body, m.Format = wire.Copy(values{}.args(f)), f
		}
		if _, err := s.Encode(&out, &m); err != nil {
			m.Release()
		}
	}
}

func (f *fixture) writer() codecs.Side {
	if f.reader == codecs.Server {
		return codecs.Client
	}
	return codecs.Server
}

// drive decodes the whole fixture with a fresh session.
func (f *fixture) drive(c codecs.Codec, side codecs.Side) *driver {
	d := newDriver(c, f.session(c, side))
	d.feed(bytes.Clone(f.bytes))
	return d
}
