package http

import (
	"bytes"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// server is the server side of HTTP/1.1.
//
// A request with a length is one message. A chunked one is a Request that is Bare with Part, a Data with Part for each chunk,
// and a Data that is Bare with End. What is refused without harm to the framing is an error of that call alone, given with the
// head; its body is skipped. A reply finds its request by the Hint.
//
// A connection that ends with its request (Connection: close, HTTP/1.0) is closed by a Control with End behind it. A message
// needs a byte to be decoded from, so the request leaves its last one lying.
type server struct {
	lim limits
	callee

	state   state
	section section
	need    int // bytes of the frame that is arriving; 0: not known
	frame   framing
	req     requestHead
	chunks  chunks
	whole   gathered // a chunked body that is taken as a whole
	left    int      // of a body that is skipped
	seq     uint64   // of the last request
	leaving bool     // Goaway was encoded: the last reply says close
	lost    bool     // Decode has failed: the Goaway to come is the last words
	early   bool     // the reply to the request whose body is arriving is out

	begun    uint64 // the request whose streamed reply has begun; 0: none
	answered uint64 // the last request whose reply has ended

	scratch, body []byte // of Encode
}

type state uint8

const (
	atHead       state = iota
	atBody             // the last CR LF of a head, left by the answer to its Expect, and then the body
	atChunks           // chunks of a call
	atSkip             // left bytes of a refused request
	atSkipChunks       // chunks of a refused request
	atEnd              // the byte that stands for the end of the connection
	atNothing          // whatever follows the end
)

var (
	_ codecs.Session = (*server)(nil)
	_ codecs.Sizer   = (*server)(nil)
)

// The Hint of a request, which its reply brings back.
const (
	hintClose  = 1 << iota // the connection ends with the reply
	hintHead               // HEAD: the reply has no body
	hintOneway             // 202 when it has gone well
	hintLined              // the reply is a stream of lines
	hintEvents             // the reply is a stream of events
	hintShift  = iota      // the rest is the number of the request, from 1
)

const continueLine = "HTTP/1.1 100 Continue\r\n\r\n"

func newServer(lim limits, t *codecs.Traits, set *codecs.Settings) *server {
	return &server{lim: lim, callee: newCallee(t, set)}
}

// FrameSize is known once Decode has seen the head, or the size of a chunk.
func (s *server) FrameSize([]byte) int { return s.need }

// Decode reads one message; n is 0 until it is whole.
func (s *server) Decode(m *codecs.Message, p []byte) (n int, err error) {
	if len(p) == 0 || len(p) < s.need {
		return 0, nil
	}
	s.need = 0
	switch s.state {
	case atHead:
		n, err = s.head(m, p)
	case atBody:
		n, err = s.open(m, p, len(crlf))
	case atChunks, atSkipChunks:
		n, err = s.chunk(m, p)
	case atSkip:
		n = min(len(p), s.left)
		s.left -= n
		if s.left == 0 {
			s.next()
		}
	case atEnd:
		m.Kind, m.End = codecs.Control, true
		s.state, n = atNothing, len(p)
	case atNothing:
		n = len(p)
	}
	s.lost = s.lost || err != nil && n == 0
	return n, err
}

// next goes to what follows a request, and gives the number of bytes to leave for it.
func (s *server) next() (back int) {
	s.section, s.chunks, s.whole, s.early = section{}, chunks{}, gathered{}, false
	if s.frame.close {
		s.state = atEnd
		return 1
	}
	s.state = atHead
	return 0
}

func (s *server) head(m *codecs.Message, p []byte) (n int, err error) {
	if s.section.seen == 0 && !tokenChar[p[0]] {
		return 0, malformed("it begins with byte %#x", p[0])
	}
	end, err := s.section.find(p, s.lim.head, false)
	if end == 0 {
		return 0, err
	}
	if s.whole.at != 0 {
		return s.open(m, p, end)
	}
	if err := s.parse(p[:end]); err != nil {
		return 0, err
	}
	f, refused := &s.frame, s.req.refused
	switch {
	case f.length > s.lim.frame-end:
		return 0, refuse(413, codecs.Invalid, "decode request: body of %d bytes over limit %d", f.length, s.lim.frame-end)
	case f.strange:
		return 0, refuse(417, codecs.Invalid, "decode request: Expect is not 100-continue")
	case refused != nil && f.expect: // whether the body will come is not known
		return 0, refused
	case refused != nil:
		return s.skip(m, end), refused
	case f.expect:
		// In its turn, so after the replies to earlier requests. The request follows from the empty line left.
		m.Kind, m.Body = codecs.Control, wire.Borrow([]byte(continueLine))
		s.state = atBody
		return end - len(crlf), nil
	}
	return s.open(m, p, end)
}

// parse reads a head that is all there.
func (s *server) parse(p []byte) error {
	f := &s.frame
	*f = framing{length: -1, minor: '1'}
	s.req.reset(p)
	start, fields := cutLine(p)
	method, target, err := requestLine(start, f)
	if err != nil {
		return err
	}
	for fields = fields[:len(fields)-len(crlf)]; len(fields) > 0; {
		var field []byte
		field, fields = cutLine(fields)
		name, value, err := splitField(field)
		if err != nil {
			return err
		}
		var buf [64]byte
		low := lower(&buf, name)
		if ours, err := f.field(low, value); err != nil {
			return err
		} else if ours {
			continue
		}
		s.req.field(low, name, value)
	}
	if err := f.checkRequest(); err != nil {
		return err
	}
	if f.minor == '0' {
		s.req.accept = preference{} // it has no chunks
	}
	s.req.target(method, target, f.host, &s.callee)
	return nil
}

func requestLine(p []byte, f *framing) (method, target []byte, err error) {
	method, rest, _ := bytes.Cut(p, []byte(" "))
	target, version, _ := bytes.Cut(rest, []byte(" "))
	switch {
	case !isToken(method):
		return nil, nil, malformed("method %.32q", method)
	case len(version) == len(version11) && string(version[:5]) == "HTTP/" && string(version) != version11 && string(version) != version10:
		return nil, nil, refuse(505, codecs.Malformed, "decode head: version %q", version)
	case string(version) != version11 && string(version) != version10:
		return nil, nil, malformed("no METHOD /path HTTP/1.1 in the first line")
	case len(target) == 0 || target[0] != '/':
		return nil, nil, malformed("target %.32q does not begin with a slash", target)
	}
	f.minor = version[len(version)-1]
	f.close = f.minor == '0'
	return method, target, nil
}

func (f *framing) checkRequest() error {
	switch {
	case f.hosts > 1 || f.hosts == 0 && f.minor == '1':
		return malformed("%d Host fields", f.hosts)
	case f.hosts == 1 && !isHost(f.host):
		return malformed("Host %.64q", f.host)
	}
	if f.minor == '0' {
		f.expect, f.strange = false, false // 1.0 has no 100
	}
	return f.check()
}

// skip makes the refused call's message and goes over its body.
func (s *server) skip(m *codecs.Message, end int) (n int) {
	s.note(m)
	m.Kind, m.Status = codecs.Request, s.req.refused.Status
	switch {
	case s.frame.chunked:
		s.state, s.section = atSkipChunks, section{}
		return end
	case s.frame.length > 0:
		s.state, s.section, s.left = atSkip, section{}, s.frame.length
		if s.frame.close {
			s.left-- // stays for the end
		}
		if s.left == 0 {
			s.next()
		}
		return end
	}
	return end - s.next()
}

// note gives a request its Hint.
func (s *server) note(m *codecs.Message) {
	s.seq++
	m.Hint = s.seq << hintShift
	if s.frame.close {
		m.Hint |= hintClose
	}
	if s.req.isHead {
		m.Hint |= hintHead
	}
	if s.req.oneway {
		m.Hint |= hintOneway
	}
	switch s.req.form() {
	case lined:
		m.Hint |= hintLined
	case events:
		m.Hint |= hintEvents
	case whole:
	}
}

// open makes the request behind a head of which at bytes are left in p.
func (s *server) open(m *codecs.Message, p []byte, at int) (n int, err error) {
	var body []byte
	switch {
	case !s.frame.chunked:
		if n = at + max(s.frame.length, 0); len(p) < n {
			s.need = n
			return 0, nil
		}
		body = p[at:n]
	case s.req.called != nil:
		if n, s.need, err = s.whole.take(p, at, s.lim); n == 0 {
			return 0, err
		}
		body = s.whole.body
	default:
		s.req.message(m, s.format)
		s.note(m)
		m.Bare, m.Part = true, true
		s.state, s.section = atChunks, section{}
		return at, nil
	}
	s.req.message(m, s.format)
	s.note(m)
	err = s.req.body(m, body)
	return n - s.next(), err
}

func (s *server) chunk(m *codecs.Message, p []byte) (n int, err error) {
	data, n, need, last, err := s.chunks.next(p, s.lim)
	if n == 0 {
		s.need = need
		return 0, err
	}
	if s.state == atChunks {
		m.Kind, m.Part, m.Body = codecs.Data, !last, wire.Borrow(data)
		m.End, m.Bare = last, last
		if last && s.chunks.data == 0 {
			m.Bare, m.Body = false, wire.Borrow(noArguments)
		}
	}
	if last {
		n -= s.next()
	}
	return n, nil
}
