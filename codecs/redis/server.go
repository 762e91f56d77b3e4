package redis

import (
	"errors"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// server is the side that gets commands. Its Hint on a request is the number of keys of the MGET that the request is the
// first of, so that the reply writes the array's head, and the form of the request.
type server struct {
	in         reader
	success    int32
	refuseAuth bool

	resp       int    // version of RESP agreed by HELLO
	clientName string // set by CLIENT SETNAME

	key   int // element of args that is the next key of an MGET under way; 0: none
	taken int // bytes of that MGET that were taken from the buffer

	words [][]byte // the command that is answered here
	buf   []byte   // what is being written
}

func newServer(set codecs.Settings) *server {
	s := &server{success: ecOK, resp: 2, refuseAuth: set.Option(&traits, "auth") == "refuse"}
	if set.Option(&traits, "success") == "0" {
		s.success = 0
	}
	s.in.maxFrame, s.in.lines.max = set.MaxFrame, min(set.MaxHead, set.MaxFrame)
	return s
}

// Decode reads a command. The keys of an MGET come as requests one after another, once all of it is there.
func (s *server) Decode(m *codecs.Message, p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if s.key > 0 {
		return s.nextKey(m, p)
	}
	done, err := s.in.next(p)
	if !done || err != nil {
		return 0, err
	}
	n := len(s.in.args)
	if n == 0 { // redis passes over an empty line and an empty array without a word
		return s.in.total, nil
	}
	switch cmd := s.in.arg(p, 0, 0); {
	case n == 2 && is(cmd, "get"):
		return s.in.total, s.call(m, s.in.arg(p, 0, 1))
	case n > 1 && n <= maxKeys+1 && is(cmd, "mget"):
		s.key, s.taken = 1, 0
		m.Hint = uint64(n - 1)
		return s.nextKey(m, p)
	}
	s.answer(m, p)
	return s.in.total, nil
}

// nextKey gives the next call of the MGET under way.
func (s *server) nextKey(m *codecs.Message, p []byte) (int, error) {
	n := s.in.args[s.key].next - s.taken
	if len(p) < n {
		return 0, nil
	}
	key := s.in.arg(p, s.taken, s.key)
	s.taken += n
	if s.key++; s.key == len(s.in.args) {
		s.key = 0
	}
	err := readRequest(m, key)
	if errors.Is(err, errNoObject) { // one element among others is a value, never an error
		err = refuse(ecArguments, "the key is neither a JSON object nor a MessagePack map")
	}
	return n, s.opened(m, key, err)
}

// call reads the key of a GET.
func (s *server) call(m *codecs.Message, key []byte) error {
	if len(key) == 0 {
		s.reply(m, "ERR empty rpc request")
		return nil
	}
	err := readRequest(m, key)
	if errors.Is(err, errNoObject) {
		s.reply(m, "ERR invalid rpc request")
		return nil
	}
	return s.opened(m, key, err)
}

// opened completes a request whose key was read, or makes it one that never opened.
func (s *server) opened(m *codecs.Message, key []byte, err error) error {
	if err != nil {
		*m = codecs.Message{Kind: codecs.Request, End: true, Bare: true, Hint: m.Hint}
		return err
	}
	m.Frame = codecs.Frame{Of: name, Bytes: wire.Borrow(key)}
	return nil
}

// answer makes m the reply to a command that is no call.
func (s *server) answer(m *codecs.Message, p []byte) {
	if cap(s.words) > 4*maxKeys {
		s.words = nil
	}
	s.words = s.words[:0]
	for i := range s.in.args {
		s.words = append(s.words, s.in.arg(p, 0, i))
	}
	m.Kind = codecs.Control
	word, n := s.words[0], len(s.words)-1
	// A web page that talks to a port of ours: redis too hangs up without a word.
	if is(word, "post") || is(word, "host:") {
		m.End = true
		return
	}
	b := s.buf[:0]
	switch c := lookup(word); {
	case c == nil:
		b = unknown(b, s.words)
	case n < c.min || c.max >= 0 && n > c.max:
		b = arity(b, c.name)
	case c.run == nil: // an MGET, for all that is left
		b = appendError(b, "ERR too many keys")
	default:
		b = c.run(s, b, s.words)
		m.End = c.last
	}
	m.Body = wire.Copy(b)
	s.keep(b)
}

// reply makes m an error line.
func (s *server) reply(m *codecs.Message, text string) {
	*m = codecs.Message{Kind: codecs.Control}
	s.buf = appendError(s.buf[:0], text)
	m.Body = wire.Copy(s.buf)
}

// keepMax is the largest buffer kept for the next use.
const keepMax = 4 << 10

func (s *server) keep(b []byte) {
	if cap(b) <= keepMax {
		s.buf = b
	}
}

// Encode writes a reply. What the wire has no word for is dropped.
func (s *server) Encode(out *wire.Out, m *codecs.Message) (more bool, err error) {
	switch m.Kind {
	case codecs.Reply, codecs.Cancel:
		return false, s.encodeReply(out, m)
	case codecs.Control:
		out.Body(m.Body)
		m.Body = wire.Body{}
	case codecs.Goaway:
		if m.Status.Code != codecs.OK {
			out.B = lastWords(out.B, m.Status)
		}
	case codecs.Data:
		return false, codecs.Errorf(codecs.Internal, "redis: encode reply: a reply comes in one piece")
	case codecs.None, codecs.Hello, codecs.Request, codecs.Oneway, codecs.Window, codecs.Ping, codecs.Pong:
	}
	m.Release()
	return false, nil
}

func (s *server) encodeReply(out *wire.Out, m *codecs.Message) error {
	if m.Part || m.Kind == codecs.Reply && !m.End {
		return codecs.Errorf(codecs.Internal, "redis: encode reply: a reply comes in one piece")
	}
	f := formOfHint(m.Hint)
	if s.passes(m, f) {
		s.head(out, m.Hint, m.Frame.Bytes.Len())
		out.Body(m.Frame.Bytes)
		m.Frame = codecs.Frame{}
		out.B = append(out.B, "\r\n"...)
		m.Release()
		return nil
	}
	hasBody := !m.Bare && m.Format.Shape != codecs.Void && m.Body.Len() > 0
	if hasBody && !writable(m, f) {
		return codecs.Errorf(codecs.Internal, "redis: encode reply: a body of %s with status %s", m.Format, m.Status.Code)
	}
	b := appendReply(s.buf[:0], f, s.ec(m.Status), emOf(m.Status))
	split := len(b)
	if !hasBody {
		b = append(b, f.null()...)
		split = len(b)
		m.Body.Release()
	}
	b = f.close(b)
	s.head(out, m.Hint, len(b)+m.Body.Len())
	out.B = append(out.B, b[:split]...)
	out.Body(m.Body)
	m.Body = wire.Body{}
	out.B = append(append(out.B, b[split:]...), "\r\n"...)
	s.keep(b)
	m.Release()
	return nil
}

// head writes what stands before a value of n bytes.
func (s *server) head(out *wire.Out, keys uint64, n int) {
	if keys %= formHint; keys > 0 {
		out.B = appendHead(out.B, '*', int(keys))
	}
	out.B = appendHead(out.B, '$', n)
}

// passes says whether a reply object can go on as it came: in the form of the request, and with the code of success that the client
// knows.
func (s *server) passes(m *codecs.Message, f form) bool {
	if m.Frame.Of != name || m.Status.Code == codecs.OK && m.Status.Native.Code != s.success {
		return false
	}
	came, ok := formAt(m.Frame.Bytes.Bytes())
	return ok && came == f
}

// writable says whether a reply's body can be the result: a value if all went well, an exception if it did not.
func writable(m *codecs.Message, f form) bool {
	want := codecs.Value
	if m.Status.Code != codecs.OK {
		want = codecs.Thrown
	}
	return m.Format == codecs.Format{Encoding: f.encoding(), Shape: want}
}

func (s *server) ec(st codecs.Status) int32 {
	if st.Code == codecs.OK {
		return s.success
	}
	return ecOf(st)
}

// emOf gives the message of a reply: none for success unless a redis peer gave one, and never none for a failure.
func emOf(st codecs.Status) string {
	switch {
	case st.Code == codecs.OK && st.Native.Of != name:
		return ""
	case st.Code != codecs.OK && st.Text == "":
		return st.Code.String()
	}
	return st.Text
}

// lastWords are what redis says before it hangs up.
func lastWords(b []byte, s codecs.Status) []byte {
	if s.Code != codecs.Malformed {
		return appendError(b, "ERR "+s.String())
	}
	return appendError(b, "ERR Protocol error: "+strings.TrimPrefix(s.Text, decodeText))
}
