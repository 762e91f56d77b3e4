package codectest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// stream makes the messages of transcripts that belong to streams: a verb, an id, and what the verb wants.
func (s *stage) stream(m *codecs.Message, verb string, words []string) error {
	var id uint64
	var err error
	if verb != "open" && verb != "goaway" && verb != "none" {
		if id, err = strconv.ParseUint(words[0], 10, 64); err != nil {
			return err
		}
	}
	if verb == "last" || verb == "end" || verb == "cancel" {
		s.answered(id)
	}
	m.ID, m.Bare, m.End = id, true, false
	arg := strings.Join(words[1:], " ")
	switch verb {
	case "none":
		m.Kind = codecs.None
	case "open":
		m.Kind, m.ID, m.Service, m.Method, m.Stream = codecs.Request, s.id, words[0], arg, true
		m.Format = s.codec.Traits().Formats[0]
		s.id += s.codec.Traits().IDs.Step
	case "begin":
		m.Kind = codecs.Reply
	case "data", "part", "last":
		m.Kind, m.Bare, m.End, m.Part = codecs.Data, false, verb == "last", verb == "part"
		return s.payload(m, words[1:])
	case "end":
		m.Kind, m.End = codecs.Data, true
		return status(m, words[1:])
	case "cancel":
		m.Kind = codecs.Cancel
		return status(m, words[1:])
	case "goaway":
		m.Kind = codecs.Goaway
		return status(m, words)
	case "window":
		m.Kind = codecs.Window
		n, err := strconv.ParseUint(arg, 10, 32)
		m.Credit = uint32(n)
		return err
	default:
		return fmt.Errorf("unknown verb %q", verb)
	}
	return nil
}

// answered takes a request off the list of those that ! reply answers.
func (s *stage) answered(id uint64) {
	s.open = slices.DeleteFunc(s.open, func(m seen) bool { return m.ID == id })
}

// payload reads [SIZE] BODY: SIZE stands on the first part only. BODY is bytes, or N*"bytes".
func (s *stage) payload(m *codecs.Message, words []string) error {
	text := strings.Join(words, " ")
	if size, body, ok := strings.Cut(text, " "); ok && m.Part {
		if n, err := strconv.ParseUint(size, 10, 32); err == nil {
			m.Size, text = uint32(n), body
		}
	}
	times := 1
	if n, body, ok := strings.Cut(text, "*"); ok {
		if t, err := strconv.Atoi(n); err == nil {
			times, text = t, body
		}
	}
	b, err := parseBytes(text)
	m.Body = wire.Copy([]byte(strings.Repeat(string(b), times)))
	m.Format.Encoding = s.codec.Traits().Formats[0].Encoding
	m.Format.Shape = codecs.Value
	return err
}

// status reads a code and a text.
func status(m *codecs.Message, words []string) error {
	if len(words) == 0 {
		return nil
	}
	m.Status.Text = strings.Join(words[1:], " ")
	return parseCode(&m.Status, words[0])
}

// tell describes a message, and on a wire of streams how far it brings its call.
func (s *stage) tell(m seen) string {
	line := tell(m)
	if !s.drv.owes {
		return line
	}
	h := &m.Header
	add := func(cond bool, format string, args ...any) {
		if cond {
			line += " " + fmt.Sprintf(format, args...)
		}
	}
	add(m.Size != 0, "size=%d", m.Size)
	add(m.Bare && m.isCall() && m.Kind != codecs.Cancel && m.Err == "", "bare")
	add(m.End && (m.Kind == codecs.Request || m.Kind == codecs.Oneway || m.Kind == codecs.Reply), "end")
	add(m.Kind != codecs.Reply && h.Status.Code != codecs.OK && m.Err == "", "%s", h.Status.Code)
	add(h.Status.Unsent, "unsent")
	add(m.Credit != 0, "credit=%d", m.Credit)
	return line
}
