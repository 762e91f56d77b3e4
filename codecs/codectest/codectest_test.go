package codectest_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"unsafe"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/codectest"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// toy is the smallest codec that has what the suite tests, and the bug that it is told to have.
type toy struct{ bug string }

func (toy) Name() string { return "toy" }

func (toy) Traits() codecs.Traits {
	return codecs.Traits{IDs: codecs.IDs{First: 1, Step: 1, Max: 1<<32 - 1}, Formats: []codecs.Format{{Encoding: "json", Shape: codecs.Args}}}
}

func (c toy) Sniff(p []byte) codecs.Verdict {
	switch {
	case len(p) == 0 || c.bug == "undecided":
		return codecs.More
	case p[0] == 'T':
		return codecs.Yes
	}
	return codecs.No
}

func (c toy) Session(_ codecs.Side, set codecs.Settings) codecs.Session {
	return toySession{c.bug, set.WithDefaults().MaxFrame}
}

type toySession struct {
	bug string
	max int
}

// A frame, numbers big-endian:
//
//	0 1 'T'    1 1 kind: 1 request, 2 reply    2 4 id
//	6 1 length of service; code of a reply     7 1 length of method; of the text of a reply     8 4 length of body
//	12  service  method or text  body
func (s toySession) Decode(m *codecs.Message, p []byte) (int, error) {
	if p[0] != 'T' {
		return 0, codecs.Errorf(codecs.Malformed, "toy: decode: magic %02x", p[0])
	}
	c := wire.Cursor{P: p[1:]}
	kind, id, a, b, n := c.U8(), c.U32(), int(c.U8()), int(c.U8()), int(c.U32())
	if c.Bad {
		return 0, nil
	}
	service := a
	if kind == 2 {
		service = 0
	}
	size := 12 + service + b + n
	switch {
	case size > s.max && s.bug != "unlimited":
		return 0, codecs.Errorf(codecs.Malformed, "toy: decode: length %d over limit %d", size, s.max)
	case s.bug == "overreads":
		p = p[:size]
	case s.bug == "early" && len(p) >= 12+service+b:
		size = min(size, len(p))
	case len(p) < size:
		return 0, nil
	}
	m.ID, m.End, m.Meta.Loaded = uint64(id), true, true
	m.Body, m.Frame = wire.Borrow(p[12+service+b:size]), codecs.Frame{Of: "toy", Bytes: wire.Borrow(p[:size])}
	m.Format = codecs.Format{Encoding: "json", Shape: codecs.Args}
	m.Kind, m.Args = codecs.Request, -1
	m.Service, m.Method = wire.Intern(p[12:12+service]), wire.Intern(p[12+service:12+service+b])
	if s.bug == "aliases" && b > 0 {
		m.Method = unsafe.String(&p[12+service], b)
	}
	if kind == 2 {
		m.Kind, m.Format.Shape, m.Status, m.Method = codecs.Reply, codecs.Value, codecs.Status{Code: codecs.Code(a), Text: m.Method}, ""
	}
	return size, nil
}

func (s toySession) Encode(out *wire.Out, m *codecs.Message) (bool, error) {
	kind, a, text := byte(1), len(m.Service), m.Service+m.Method
	switch m.Kind {
	case codecs.Goaway:
		out.B = append(out.B, 'X')
		return false, nil
	case codecs.Reply:
		if s.bug != "hides" {
			a = int(m.Status.Code)
		}
		kind, text = 2, m.Status.Text[:min(255, len(m.Status.Text))]
	case codecs.Request:
		if s.bug == "leaves" {
			out.B = append(out.B, 'T')
		}
		if len(m.Service) > 255 || len(m.Method) > 255 {
			return false, codecs.Errorf(codecs.Invalid, "toy: encode: names of %d and %d bytes over limit 255", len(m.Service), len(m.Method))
		}
		if s.bug == "renames" {
			text = strings.ReplaceAll(text, "/", ".")
		}
	default:
		return false, nil
	}
	b := len(text)
	if kind == 1 {
		b -= a
	}
	out.B = append(out.B, 'T', kind)
	id := uint32(m.ID)
	if s.bug == "misnumbers" {
		id++
	}
	out.U32(id)
	out.B = append(out.B, byte(a), byte(b))
	out.U32(uint32(m.Body.Len()))
	out.B = append(out.B, text...)
	body := m.Body
	m.Body = wire.Body{}
	if s.bug == "leaks" {
		body.Share()
	}
	out.Body(body)
	m.Release()
	return false, nil
}

func TestToy(t *testing.T) { codectest.Run(t, toy{os.Getenv("CODECTEST_BUG")}, "testdata/toy") }

func FuzzToy(f *testing.F) { codectest.Fuzz(f, toy{}, "testdata/toy") }

// Each bug is found, by the test that is there for it.
func TestBugsAreFound(t *testing.T) {
	for bug, test := range map[string]string{
		"undecided":  "sniff",
		"unlimited":  "fixture/request/limits",
		"overreads":  "fixture/",
		"early":      "fixture/request/split",
		"aliases":    "fixture/request/owned",
		"misnumbers": "fixture/request/golden",
		"hides":      "made/default/statuses",
		"leaves":     "made/default/names",
		"renames":    "made/default/names",
		"leaks":      "made/default ",
	} {
		t.Run(bug, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestToy$/"+strings.TrimSpace(strings.SplitN(test, "/", 2)[0])) //nolint:gosec // ourselves
			cmd.Env = append(os.Environ(), "CODECTEST_BUG="+bug)
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), "FAIL: TestToy/"+test) {
				t.Errorf("not found by %s: %v\n%s", test, err, out)
			}
		})
	}
}
