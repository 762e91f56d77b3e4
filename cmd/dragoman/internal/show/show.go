// Package show prints messages for people: a line that says what a message is, a line for each of its fields, and its body value by
// value.
//
// It knows the vocabulary of codecs and nothing of a protocol: what a codec says of a frame is what can be shown of it. Bodies are
// printed in full, and whoever prints messages has asked for that.
package show

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// Printer prints messages. It is immutable and safe for concurrent use.
type Printer struct {
	encodings map[string]codecs.Encoding
	book      contract.Book
}

// New makes a Printer that reads bodies with the encodings and, where those need it, with the types of the book, which may be nil.
func New(encodings []codecs.Encoding, book *contract.Index) *Printer {
	p := &Printer{encodings: map[string]codecs.Encoding{}}
	for _, e := range encodings {
		p.encodings[e.Name()] = e
	}
	if book != nil {
		p.book = contract.Described(book)
	}
	return p
}

// Message prints a message whose metadata is loaded: what it is and title on the first line, the rest on lines that begin with indent.
// asked is the head of the request that it answers, nil where that is not known.
func (p *Printer) Message(m *codecs.Message, title string, asked *codecs.Header, indent string) string {
	t := text{indent: indent}
	t.b.WriteString(Title(m) + title + "\n")
	t.head(m)
	if !m.Bare && m.Kind <= codecs.Data && m.Kind >= codecs.Request {
		p.body(&t, m, asked)
	}
	return t.b.String()
}

// Title says what a message is.
func Title(m *codecs.Message) string {
	s := m.Kind.String()
	if m.ID != 0 && m.ID != math.MaxUint64 { // of a goodbye: all that were sent are served
		s += fmt.Sprintf(" %d", m.ID)
	}
	switch {
	case m.Service != "" && m.Kind != codecs.Reply:
		s += " " + Method(&m.Header)
	case m.Kind == codecs.Reply || m.Status.Code != codecs.OK:
		s += " " + m.Status.Code.String()
	}
	if m.End && m.Kind == codecs.Data {
		s += ", the last"
	}
	return s
}

// Method names a call.
func Method(h *codecs.Header) string { return Safe(h.Service + "." + h.Method) }

// text is what is being printed.
type text struct {
	b      strings.Builder
	indent string
}

func (t *text) line(format string, args ...any) {
	t.b.WriteString(t.indent)
	fmt.Fprintf(&t.b, format, args...)
	t.b.WriteByte('\n')
}

// field prints a value, if there is one. Whatever could play with a terminal is escaped.
func (t *text) field(name, value string) {
	if value != "" {
		t.line("%-9s %s", name, plain(value))
	}
}

// head prints the fields of a message's head.
func (t *text) head(m *codecs.Message) {
	h := &m.Header
	t.field("service", h.Service)
	t.field("method", h.Method)
	t.field("version", h.Version)
	t.field("group", h.Group)
	t.field("types", h.Descriptor)
	if h.Timeout > 0 {
		t.field("timeout", h.Timeout.String())
	}
	if h.Hops > 0 {
		t.field("hops", fmt.Sprint(h.Hops))
	}
	if h.Attempt > 0 {
		t.field("attempt", fmt.Sprint(h.Attempt))
	}
	t.status(&h.Status, m.Kind)
	for _, p := range h.Meta.Pairs {
		t.line("%-9s %s: %s", "meta", plain(p.Key), plain(p.Value))
	}
}

func (t *text) status(s *codecs.Status, k codecs.Kind) {
	if s.Code == codecs.OK && (k != codecs.Reply || s.Native.Of == "") {
		return
	}
	value := s.Code.String()
	if s.Native.Of != "" {
		value += fmt.Sprintf(" (%s %d)", s.Native.Of, s.Native.Code)
	}
	if s.Unsent {
		value += ", unsent"
	}
	t.field("status", value)
	t.field("class", s.Class)
	t.field("text", s.Text)
}

func bytesOf(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}

// Safe is s on one line, with what a terminal would obey escaped, for texts that quote what they need to.
func Safe(s string) string {
	if printable([]byte(s)) && !strings.ContainsAny(s, "\n\r\t") {
		return s
	}
	q := strconv.Quote(s)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}

// plain is s on one line, without what a terminal would obey.
func plain(s string) string {
	q := quote([]byte(s))
	if len(q) == len(s)+2 {
		return s
	}
	return q
}

// Dump prints bytes as hexdump -C does, each line behind prefix.
func Dump(prefix string, p []byte) string {
	var b strings.Builder
	for line := range strings.Lines(hex.Dump(p)) {
		b.WriteString(prefix)
		b.WriteString(line)
	}
	return b.String()
}
