// Package hexdump reads bytes that people and programs have written as hex: digits with or without spaces and with comments behind #, and
// what hexdump -C, xxd and dragoman call -v print.
//
// It knows lines, digits and which side of a connection a line says it is of. It refuses to know what the bytes mean.
package hexdump

import (
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Chunk is bytes that follow each other.
type Chunk struct {
	Side  string // that sent them, "client" or "server"; "": not said
	Bytes []byte
}

// Parse reads a text. ok is false if it is something else.
//
// A line that begins with > is of the client's bytes, one that begins with < of the server's; where there are such lines all others are
// passed over, and so is what is no hex behind the mark. A comment "side: client" on a line of its own says it for all.
func Parse(p []byte) (chunks []Chunk, ok bool) {
	if !utf8.Valid(p) || strings.IndexByte(string(p), 0) >= 0 {
		return nil, false
	}
	r := reader{}
	for line := range strings.Lines(string(p)) {
		if !r.line(strings.TrimRight(line, "\r\n")) {
			r.foreign = true
		}
	}
	if !r.marked && r.foreign {
		return nil, false
	}
	return r.chunks, len(r.chunks) > 0
}

type reader struct {
	chunks  []Chunk
	side    string
	marked  bool // some lines say whose they are
	foreign bool // some are no hex
	dump    bool // some begin with an offset
}

// line reads a line, and says whether it was one.
func (r *reader) line(s string) bool {
	var side string
	switch {
	case strings.HasPrefix(s, "> "):
		side = "client"
	case strings.HasPrefix(s, "< "):
		side = "server"
	default:
		if r.marked {
			return true
		}
		return r.unmarked(s)
	}
	p, ok := r.parse(s[2:])
	if !ok {
		return true // a word about the bytes
	}
	if !r.marked {
		r.marked, r.chunks = true, nil
	}
	r.put(side, p)
	return true
}

func (r *reader) unmarked(s string) bool {
	data, comment, _ := strings.Cut(s, "#")
	if strings.TrimSpace(data) == "" {
		if said, ok := strings.CutPrefix(strings.TrimSpace(comment), "side:"); ok {
			r.side, _, _ = strings.Cut(strings.TrimSpace(said), " ")
		}
		return true
	}
	p, ok := r.parse(data)
	if ok {
		r.put(r.side, p)
	}
	return ok
}

func (r *reader) put(side string, p []byte) {
	if n := len(r.chunks); n > 0 && r.chunks[n-1].Side == side {
		r.chunks[n-1].Bytes = append(r.chunks[n-1].Bytes, p...)
	} else if len(p) > 0 {
		r.chunks = append(r.chunks, Chunk{side, p})
	}
}

// parse reads the bytes of a line, behind the offset that a dump has and before its text.
func (r *reader) parse(s string) (p []byte, ok bool) {
	s, _, _ = strings.Cut(s, "|")
	s = strings.TrimRight(s, " \t")
	first, rest, more := strings.Cut(s, " ")
	if r.isOffset(first, rest, more) {
		r.dump = true
		if rest = strings.TrimLeft(rest, " "); strings.HasSuffix(first, ":") {
			rest, _, _ = strings.Cut(rest, "  ") // xxd has its text behind two spaces
		}
		s = rest
	}
	p, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	return p, err == nil
}

// isOffset says whether the first word of a line is an offset: behind it xxd has a colon and hexdump two spaces; the last line of a
// dump has nothing.
func (r *reader) isOffset(word, rest string, more bool) bool {
	digits, colon := strings.CutSuffix(word, ":")
	if _, err := strconv.ParseUint(digits, 16, 64); err != nil || len(digits) < 7 || len(digits) > 8 && !colon {
		return false
	}
	return colon || strings.HasPrefix(rest, " ") || !more && r.dump
}
