package http

import (
	"bytes"
	"math"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// A message of HTTP/1.1 (RFC 9112), as far as it is taken here; every line ends in CR LF:
//
//	start line     METHOD SP /path SP HTTP/1.1      or      HTTP/1.1 SP 200 [SP reason]
//	field lines    name ":" [blanks] value [blanks]
//	               (empty)
//	body           Content-Length bytes; or chunks: none of both means no body in a request
//
//	chunk          size, 1 to 8 hexadecimal digits
//	               size bytes, CR LF
//	last chunk     0
//	               trailer field lines, dropped
//	               (empty)
const (
	crlf         = "\r\n"
	maxLine      = 8 << 10 // bytes of a request line
	maxFields    = 100     // field lines of a head, and of a trailer
	maxChunkLine = 8       // digits
	maxTrailer   = 4 << 10 // bytes
	version11    = "HTTP/1.1"
	version10    = "HTTP/1.0"
)

// tokenChar tells what may stand in methods and field names: RFC 9110 §5.6.2.
var tokenChar = charset("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

func charset(chars string) (set [256]bool) {
	for _, c := range []byte(chars) {
		set[c] = true
	}
	return set
}

func isToken(p []byte) bool {
	for _, c := range p {
		if !tokenChar[c] {
			return false
		}
	}
	return len(p) > 0
}

// section finds the end of a head or trailer, taking up where it stopped when more bytes come, so that no byte is looked at
// twice. The zero section is at the front.
type section struct {
	seen  int // no line end before this offset but those counted
	line  int // where the line begins that is being looked at
	lines int // that have ended
	end   int // of the section, once known
}

// find gives the offset behind the empty line that ends the section in p, or 0. A section that begins with its empty line is
// an error unless it is a trailer.
func (s *section) find(p []byte, max int, trailer bool) (end int, err error) {
	for s.end == 0 {
		i := bytes.IndexByte(p[min(s.seen, len(p)):], '\n')
		if i < 0 {
			s.seen = len(p)
			return 0, s.over(len(p), max, trailer)
		}
		i += s.seen
		if i == 0 || p[i-1] != '\r' {
			return 0, malformed("byte %d ends a line without CR", i)
		}
		if i-1 == s.line {
			if s.lines == 0 && !trailer {
				return 0, malformed("it begins with an empty line")
			}
			s.end = i + 1
		}
		if err := s.over(i+1, max, trailer); err != nil {
			return 0, err
		}
		s.lines++
		s.seen, s.line = i+1, i+1
	}
	return s.end, nil
}

func (s *section) over(n, max int, trailer bool) error {
	switch {
	case s.lines == 0 && n > maxLine && !trailer:
		return refuse(414, codecs.Invalid, "decode head: start line over limit %d", maxLine)
	case n > max:
		return refuse(431, codecs.Invalid, "decode head: %d bytes over limit %d", n, max)
	case s.lines > maxFields+1: // start line, and the empty one
		return refuse(431, codecs.Invalid, "decode head: over %d fields", maxFields)
	}
	return nil
}

// malformed is for what two parsers could read differently: the connection ends.
func malformed(format string, args ...any) *codecs.Error {
	return refuse(400, codecs.Malformed, "decode head: "+format, args...)
}

// cutLine takes the first line off p, which is known to hold whole lines only, each ending in CR LF.
func cutLine(p []byte) (first, rest []byte) {
	i := bytes.IndexByte(p, '\n')
	return p[:i-1], p[i+1:]
}

// splitField takes a field line apart and checks it.
func splitField(p []byte) (name, value []byte, err error) {
	i := bytes.IndexByte(p, ':')
	if i < 0 || !isToken(p[:i]) {
		return nil, nil, malformed("a field name is no token")
	}
	value = p[i+1:]
	for len(value) > 0 && blank(value[0]) {
		value = value[1:]
	}
	for len(value) > 0 && blank(value[len(value)-1]) {
		value = value[:len(value)-1]
	}
	for _, c := range value {
		if c < ' ' && c != '\t' || c == 0x7f {
			return nil, nil, malformed("a field value holds control character %#x", c)
		}
	}
	return p[:i], value, nil
}

func blank(c byte) bool { return c == ' ' || c == '\t' }

// lower gives p in lower case, as far as dst holds it: no name that means anything is longer.
func lower(dst *[64]byte, p []byte) []byte {
	n := min(len(p), len(dst))
	for i, c := range p[:n] {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst[i] = c
	}
	return dst[:n]
}

// framing is what the fields of a head say of the message's length and of the connection's life.
type framing struct {
	minor   byte // of the version: '0' or '1'
	length  int  // Content-Length; -1: none
	chunked bool
	close   bool
	expect  bool // 100-continue
	strange bool // Expect says something else
	hosts   int
	host    []byte // aliases the head
}

// field takes the fields that are HTTP/1.1's own, and says whether this was one.
func (f *framing) field(lower, value []byte) (ours bool, err error) {
	switch string(lower) {
	case "content-length":
		n, ok := digits(value, math.MaxInt32)
		if !ok || f.length >= 0 {
			return true, malformed("Content-Length %.32q", value)
		}
		f.length = n
	case "transfer-encoding":
		if f.chunked || f.minor == '0' || !foldEqual(value, "chunked") {
			return true, refuse(notChunked(value), codecs.Malformed, "decode head: Transfer-Encoding %.32q", value)
		}
		f.chunked = true
	case "connection":
		f.options(value)
	case "expect":
		f.expect = foldEqual(value, "100-continue")
		f.strange = !f.expect
	case "host":
		f.hosts++
		f.host = value
	default:
		return false, nil
	}
	return true, nil
}

// notChunked tells a coding that we do not know from one that is written so as to be known to some.
func notChunked(value []byte) int {
	if isToken(value) && !foldEqual(value, "chunked") && !foldEqual(value, "identity") {
		return 501
	}
	return 400
}

func (f *framing) options(value []byte) {
	for len(value) > 0 {
		option, rest, _ := bytes.Cut(value, []byte(","))
		option = bytes.Trim(option, " \t")
		f.close = f.close || foldEqual(option, "close")
		value = rest
	}
}

// check is called behind the last field. That there is no field for Upgrade means that none is ever taken up: java.net.http
// asks for h2c with its first request and goes on in HTTP/1.1.
func (f *framing) check() error {
	if f.chunked && f.length >= 0 {
		return malformed("both Content-Length and Transfer-Encoding")
	}
	return nil
}

func foldEqual(p []byte, s string) bool {
	return len(p) == len(s) && bytes.EqualFold(p, []byte(s))
}

// digits reads a decimal number without sign and leading zero, up to max.
func digits(p []byte, max int) (n int, ok bool) {
	if len(p) == 0 || len(p) > 10 || p[0] == '0' && len(p) > 1 {
		return 0, false
	}
	for _, c := range p {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, n <= max
}
