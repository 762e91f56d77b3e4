package codectest

import (
	"encoding/hex"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// update says whether the output lines of transcripts are written anew. The flag is the test package's: one that is defined
// here could not be defined there.
func update() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}

// Notation writes the bytes of a conversation so that people can read them. Without one they are Go strings or hex.
type Notation interface {
	Parse(line string) ([]byte, error) // a line of input
	Show(b []byte) (lines []string)    // lines of output, for whole messages
}

// plain is the Notation of wires of text.
type plain struct{}

func (plain) Parse(line string) ([]byte, error) { return parseBytes(line) }
func (plain) Show(b []byte) []string            { return []string{showBytes(b)} }

// transcripts runs every .txt of a folder.
func transcripts(t *testing.T, c codecs.Codec, dir string, notation func() Notation) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := play(c, string(text), notation)
			if err != nil {
				t.Fatal(err)
			}
			if update() {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(strings.Split(string(text), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("run with -update to write it anew (- as written, + as it is):\n%s", diff)
			}
		})
	}
}

// stage is a session and what it has been asked.
type stage struct {
	codec codecs.Codec
	drv   *driver
	open  []seen // requests without a reply yet; failed ones only behind others
	id    uint64
	text  strings.Builder
	notes func() Notation
	note  Notation                   // of this session
	rests map[uint64]*codecs.Message // what waits for a window
}

// play gives the transcript with its output lines as the session makes them.
func play(c codecs.Codec, text string, notes func() Notation) (string, error) {
	s := &stage{codec: c, notes: notes}
	defer s.release()
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if strings.HasPrefix(line, "=") || strings.HasPrefix(line, "<") {
			continue
		}
		s.text.WriteString(line + "\n")
		if err := s.line(line); err != nil {
			return "", fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return s.text.String(), nil
}

func (s *stage) line(line string) error {
	verb, rest, _ := strings.Cut(line, " ")
	switch {
	case verb == "" || verb[0] == '#':
		return nil
	case verb == "side":
		return s.begin(rest)
	case s.drv == nil:
		return fmt.Errorf("%q before side", verb)
	case verb == ">":
		p, err := s.note.Parse(rest)
		if err == nil {
			s.in(p)
		}
		return err
	case verb == "!":
		return s.do(rest)
	}
	return fmt.Errorf("unknown line %q", line)
}

func (s *stage) begin(rest string) error {
	words := strings.Fields(rest)
	if len(words) == 0 {
		return fmt.Errorf("side of nothing")
	}
	options, err := parseOptions(words[1:])
	if err != nil {
		return err
	}
	side := codecs.Server
	if words[0] == "client" {
		side = codecs.Client
	}
	s.release()
	s.open, s.id, s.note, s.rests = nil, s.codec.Traits().IDs.First, s.notes(), map[uint64]*codecs.Message{}
	s.drv = newDriver(s.codec, s.codec.Session(side, codecs.Settings{Options: options}))
	s.drv.meta, s.drv.keep = true, true
	return nil
}

// in feeds bytes and tells what comes of them.
func (s *stage) in(p []byte) {
	n, was := len(s.drv.got), s.drv.lost
	s.drv.feed(p)
	for _, m := range s.drv.got[n:] {
		if m.Kind != codecs.None || m.Body != "" || !s.drv.owes {
			s.text.WriteString("= " + s.tell(m) + "\n")
		}
		switch m.Kind {
		case codecs.Request:
			s.open = append(s.open, m)
		case codecs.Cancel:
			s.answered(m.ID)
		case codecs.Window:
			s.out([]byte(m.Body))
			s.resume(m.ID)
		case codecs.Oneway, codecs.Reply, codecs.Data, codecs.Ping, codecs.Pong, codecs.Goaway:
		case codecs.None, codecs.Hello, codecs.Control:
			s.out([]byte(m.Body))
		}
	}
	s.answerFailed()
	s.out(s.drv.take())
	if s.drv.lost != nil && was == nil {
		s.text.WriteString("= lost: " + s.drv.lost.Error() + "\n")
		s.out(s.drv.last)
	}
}

// answerFailed replies to the calls that never opened, when it is their turn.
func (s *stage) answerFailed() {
	for len(s.open) > 0 && s.open[0].Err != "" {
		req := s.open[0]
		s.open = s.open[1:]
		s.encode(&codecs.Message{Kind: codecs.Reply, End: true, Bare: true, ID: req.ID, Hint: req.Hint,
			Header: codecs.Header{Status: req.Header.Status}})
	}
}

func (s *stage) encode(m *codecs.Message) {
	id := m.ID
	out := wire.Out{B: s.drv.take()}
	before := out.Len()
	more, err := s.drv.sess.Encode(&out, m)
	s.out(out.AppendTo(nil))
	switch {
	case err != nil && out.Len() != before:
		s.text.WriteString("= error, and bytes that should not be there: " + err.Error() + "\n")
	case err != nil:
		s.text.WriteString("= error: " + err.Error() + "\n")
	case more:
		fmt.Fprintf(&s.text, "= waits id=%d %d bytes\n", id, m.Body.Len())
		rest := *m
		rest.Own()
		s.rests[id] = &rest
	}
	out.Reset()
	if err != nil {
		m.Release()
	}
}

// resume goes on with what waited for a window: that of a stream, or with id 0 any.
func (s *stage) resume(id uint64) {
	for _, i := range slices.Sorted(maps.Keys(s.rests)) {
		if rest := s.rests[i]; id == 0 || id == i {
			delete(s.rests, i)
			s.encode(rest)
		}
	}
}

func (s *stage) release() {
	for _, rest := range s.rests {
		rest.Release()
	}
}

func (s *stage) out(b []byte) {
	if len(b) == 0 {
		return
	}
	for _, line := range s.note.Show(b) {
		s.text.WriteString("< " + line + "\n")
	}
}

// do encodes what a line asks for.
func (s *stage) do(rest string) error {
	m := codecs.Message{End: true, Header: codecs.Header{Meta: codecs.Meta{Loaded: true}}}
	verb, rest, _ := strings.Cut(rest, " ")
	switch verb {
	case "ping":
		m.Kind = codecs.Ping
	case "hello":
		m.Kind = codecs.Hello
	case "request", "oneway":
		if err := s.request(&m, verb, rest); err != nil {
			return err
		}
	case "reply":
		if err := s.reply(&m, rest); err != nil {
			return err
		}
	default:
		if err := s.stream(&m, verb, strings.SplitN(rest, " ", 3)); err != nil {
			return err
		}
	}
	s.encode(&m)
	s.answerFailed()
	return nil
}

func (s *stage) request(m *codecs.Message, verb, rest string) error {
	words := strings.SplitN(rest, " ", 3)
	if len(words) != 3 {
		return fmt.Errorf("%s wants service, method and body", verb)
	}
	body, err := parseBytes(words[2])
	if err != nil {
		return err
	}
	m.Kind, m.ID, m.Service, m.Method, m.Body = codecs.Request, s.id, words[0], words[1], wire.Copy(body)
	if verb == "oneway" {
		m.Kind = codecs.Oneway
	}
	s.id += s.codec.Traits().IDs.Step
	m.Format = s.codec.Traits().Formats[0]
	return nil
}

func (s *stage) reply(m *codecs.Message, rest string) error {
	if len(s.open) == 0 {
		return fmt.Errorf("no request is open")
	}
	req := s.open[0]
	s.open = s.open[1:]
	m.Kind, m.ID, m.Hint = codecs.Reply, req.ID, req.Hint
	word, rest, _ := strings.Cut(rest, " ")
	if err := parseCode(&m.Status, word); err != nil {
		return err
	}
	if m.Status.Code != codecs.OK {
		m.Bare, m.Status.Text = true, rest
		return nil
	}
	body, err := parseBytes(rest)
	m.Format = s.codec.Traits().Formats[0]
	m.Format.Shape = codecs.Value
	m.Body = wire.Copy(body)
	return err
}

func parseCode(s *codecs.Status, word string) error {
	for s.Code = 0; s.Code.String() != word; s.Code++ {
		if int(s.Code) >= codecs.Codes {
			return fmt.Errorf("unknown code %q", word)
		}
	}
	return nil
}

// tell describes a message in one line: what is zero is left out.
func tell(m seen) string {
	words := []string{m.Kind.String()}
	add := func(cond bool, format string, args ...any) {
		if cond {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	h := &m.Header
	add(m.ID != 0, "id=%d", m.ID)
	add(h.Service != "", "%s", h.Service)
	add(h.Method != "", "%s", h.Method)
	add(h.Descriptor != "", "descriptor=%s", h.Descriptor)
	add(h.Version != "", "version=%s", h.Version)
	add(h.Group != "", "group=%s", h.Group)
	add(h.Timeout != 0, "timeout=%s", h.Timeout)
	add(m.Kind == codecs.Reply && m.Err == "", "%s", h.Status.Code)
	add(h.Status.Text != "" && m.Err == "", "%q", h.Status.Text)
	for _, p := range h.Meta.Pairs {
		add(true, "%s=%q", p.Key, p.Value)
	}
	add(m.Part, "part")
	add(m.End && (m.Kind == codecs.Control || m.Kind == codecs.Data), "end")
	add(m.Body != "" && m.isCall(), "%s", showBytes([]byte(m.Body)))
	add(m.Err != "", "failed: %s", m.Err)
	return strings.Join(words, " ")
}

func parseBytes(s string) ([]byte, error) {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, `"`) || strings.HasPrefix(s, "`") {
		text, err := strconv.Unquote(s)
		return []byte(text), err
	}
	return hex.DecodeString(strings.Join(strings.Fields(s), ""))
}

// showBytes writes text as a Go string and other bytes as hex.
func showBytes(b []byte) string {
	for _, c := range b {
		if c >= 0x7f || c < ' ' && c != '\r' && c != '\n' && c != '\t' {
			return fmt.Sprintf("% x", b)
		}
	}
	return strconv.Quote(string(b))
}
