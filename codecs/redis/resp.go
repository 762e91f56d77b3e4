package redis

import (
	"bytes"
	"strconv"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// A command is an array of bulk strings, or an inline line of words. Lines end in CR LF.
//
//	*<n> CR LF   then n times   $<len> CR LF <len bytes> CR LF
//
// A reply begins with its type:
//
//   - text     - error     : integer     $ bulk     _ null     * array     % map (RESP3)
//
// The words of redis itself for what breaks the framing; clients and their users know them.
const (
	badCount   = "invalid multibulk length"
	badBulk    = "invalid bulk length"
	bigInline  = "too big inline request"
	bigCount   = "too big mbulk count string"
	bigBulk    = "too big bulk count string"
	badQuotes  = "unbalanced quotes in request"
	badBulkEnd = "bulk string not followed by CR LF"
)

// decodeText begins the text of every error that lost the framing; the rest are the last words on the wire.
const decodeText = "redis: decode command: "

func protocolError(text string) error {
	return &codecs.Error{Status: codecs.Status{Code: codecs.Malformed, Text: decodeText + text}}
}

// lines finds line ends in a buffer that grows, looking at no byte twice.
type lines struct {
	max  int // bytes of a line without its end
	seen int // bytes behind the start of the line that hold no LF
}

// next finds the line that starts p. n is its length with its end; 0: incomplete, and if long is true past the limit.
func (l *lines) next(p []byte) (line []byte, n int, long bool) {
	limit := min(len(p), l.max+2)
	if l.seen > limit {
		return nil, 0, false
	}
	i := bytes.IndexByte(p[l.seen:limit], '\n')
	if i < 0 {
		l.seen = limit
		return nil, 0, limit == l.max+2
	}
	n = l.seen + i + 1
	l.seen = 0
	line = p[:n-1]
	if k := len(line); k > 0 && line[k-1] == '\r' {
		line = line[:k-1]
	}
	if len(line) > l.max {
		return nil, 0, true
	}
	return line, n, false
}

// number reads a decimal as redis writes it: no sign but minus, no leading zero, at most 18 digits.
func number(b []byte) (int64, bool) {
	neg := len(b) > 0 && b[0] == '-'
	if neg {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 18 || b[0] == '0' && (len(b) > 1 || neg) {
		return 0, false
	}
	var v int64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + int64(c-'0')
	}
	if neg {
		v = -v
	}
	return v, true
}

// appendHead appends a type byte, a number and the line end: an array's or a bulk's head, or an integer.
func appendHead(b []byte, kind byte, n int) []byte {
	b = append(b, kind)
	b = strconv.AppendInt(b, int64(n), 10)
	return append(b, "\r\n"...)
}

func appendBulk[T ~string | ~[]byte](b []byte, s T) []byte {
	b = appendHead(b, '$', len(s))
	b = append(b, s...)
	return append(b, "\r\n"...)
}

// appendError appends an error line. A byte that would end the line, or a terminal would obey, becomes a space.
func appendError(b []byte, text string) []byte {
	b = append(b, '-')
	at := len(b)
	b = append(b, text...)
	for i := at; i < len(b); i++ {
		if b[i] < ' ' || b[i] == 0x7f {
			b[i] = ' '
		}
	}
	return append(b, "\r\n"...)
}
