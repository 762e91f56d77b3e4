package contract

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is what is wrong with a contract file, and where.
type Error struct {
	File         string
	Line, Column int // from 1; columns in characters
	Text         string
	Hint         string // what to write instead; may be empty
}

func (e *Error) Error() string {
	s := fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Text)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// pos is a place in a file, in bytes from its beginning.
type pos int

// lexeme is a word, a string without its quotes, or a punctuation mark.
type lexeme struct {
	kind byte // 'w', '"', the mark, '…' as '.', or 0 at the end
	text string
	pos  pos
}

func (l lexeme) String() string {
	switch l.kind {
	case 0:
		return "the end of the file"
	case '"':
		return fmt.Sprintf("%q", l.text)
	}
	return "'" + l.text + "'"
}

type lexer struct {
	file, src string
	at        int
}

// next gives the next lexeme. A word is letters, digits, _, $ and -, with single dots inside: io.dragoman.Sample, 1.0.0-rc1.
func (x *lexer) next() (lexeme, error) {
	if err := x.blank(); err != nil {
		return lexeme{}, err
	}
	start := x.at
	if start == len(x.src) {
		return lexeme{pos: pos(start)}, nil
	}
	switch c := x.src[start]; {
	case strings.HasPrefix(x.src[start:], "..."):
		x.at += 3
		return lexeme{'.', "...", pos(start)}, nil
	case strings.IndexByte("{}()<>[],;?", c) >= 0:
		x.at++
		return lexeme{c, x.src[start:x.at], pos(start)}, nil
	case c == '"':
		end := strings.IndexAny(x.src[start+1:], "\"\n")
		if end < 0 || x.src[start+1+end] == '\n' {
			return lexeme{}, x.fail(pos(start), "a string without a closing quote", "")
		}
		x.at = start + end + 2
		return lexeme{'"', x.src[start+1 : start+1+end], pos(start)}, nil
	}
	for x.at < len(x.src) && (wordByte(x.src[x.at]) || x.src[x.at] == '.' && x.at > start && x.at+1 < len(x.src) && wordByte(x.src[x.at+1])) {
		x.at++
	}
	if x.at == start {
		r, _ := utf8.DecodeRuneInString(x.src[start:])
		hint := ""
		if r == '@' {
			hint = "a contract has no annotations"
		}
		return lexeme{}, x.fail(pos(start), fmt.Sprintf("%q has no meaning here", r), hint)
	}
	return lexeme{'w', x.src[start:x.at], pos(start)}, nil
}

func wordByte(c byte) bool {
	return c == '_' || c == '$' || c == '-' || c-'0' <= 9 || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= utf8.RuneSelf
}

// blank goes over white space and comments, which are Java's.
func (x *lexer) blank() error {
	for x.at < len(x.src) {
		rest := x.src[x.at:]
		switch {
		case strings.IndexByte(" \t\r\n", rest[0]) >= 0:
			x.at++
		case strings.HasPrefix(rest, "//"):
			if i := strings.IndexByte(rest, '\n'); i >= 0 {
				x.at += i
			} else {
				x.at = len(x.src)
			}
		case strings.HasPrefix(rest, "/*"):
			i := strings.Index(rest[2:], "*/")
			if i < 0 {
				return x.fail(pos(x.at), "a comment without an end", "*/ ends it")
			}
			x.at += i + 4
		default:
			return nil
		}
	}
	return nil
}

func (x *lexer) fail(at pos, text, hint string) *Error {
	before := x.src[:at]
	line := strings.Count(before, "\n")
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return &Error{File: x.file, Line: line + 1, Column: column + 1, Text: text, Hint: hint}
}
