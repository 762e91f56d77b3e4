package hsf

import (
	"encoding/binary"
	"math"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// layout is where the parts of a request stand.
type layout struct {
	n                      int // arguments
	names                  int // where the service begins
	service, method, types int // their lengths; of types, all together
	values                 int // where the first argument begins
	props                  int // where the properties begin
	size                   int // of the frame
}

func length(p []byte, at int) int { return int(int32(binary.BigEndian.Uint32(p[at:]))) }

// typeLen and valueLen give the lengths of argument i, which have been checked.
func (l *layout) typeLen(p []byte, i int) int  { return length(p, requestFixed+4*i) }
func (l *layout) valueLen(p []byte, i int) int { return length(p, requestFixed+4*(l.n+i)) }

// tooLarge is a size in bytes over every limit.
const tooLarge = math.MaxInt32

// measure reads the lengths of a request. Without an error, size is 0 as long as they are not all there.
func measure(p []byte) (l layout, err error) {
	if len(p) < requestFixed {
		return l, nil
	}
	l.service, l.method, l.n = length(p, 19), length(p, 23), length(p, 27)
	if l.service < 0 || l.method < 0 {
		return l, codecs.Errorf(codecs.Malformed, "hsf: decode head: service of %d bytes, method of %d bytes", l.service, l.method)
	}
	if l.n < 0 || l.n > maxArgs {
		return l, codecs.Errorf(codecs.Malformed, "hsf: decode head: %d arguments, not 0 to %d", l.n, maxArgs)
	}
	l.names = requestLeast + 8*l.n
	if len(p) < l.names {
		return l, nil
	}
	sum := int64(l.names) + int64(l.service) + int64(l.method)
	values := 0
	for i := range l.n {
		t, v := l.typeLen(p, i), l.valueLen(p, i)
		if t < 0 || v < 0 {
			return l, codecs.Errorf(codecs.Malformed, "hsf: decode head: argument %d of %d bytes, its type of %d bytes", i, v, t)
		}
		l.types += t
		values += v
		sum += int64(t) + int64(v)
	}
	props := length(p, l.names-4)
	if props < 0 {
		return l, codecs.Errorf(codecs.Malformed, "hsf: decode head: properties of %d bytes", props)
	}
	if sum += int64(props); sum >= tooLarge {
		l.size = tooLarge // where an int has 32 bits, the places below would be any
		return l, nil
	}
	l.values = l.names + l.service + l.method + l.types
	l.props = l.values + values
	l.size = l.props + props
	return l, nil
}

// head says how long the head of a frame is and, if all of it is there, how long the frame.
func (s *session) head(p []byte) (head, size int, err error) {
	if err := s.start(p); err != nil || len(p) < 3 {
		return 0, 0, err
	}
	if p[0] == byteHeartbeat {
		return heartbeatLen, heartbeatLen, nil
	}
	if p[2] == typeRequest {
		l, err := measure(p)
		return l.names, l.size, err
	}
	if len(p) < responseHead {
		return responseHead, 0, nil
	}
	n := length(p, 16)
	if n < 0 {
		return responseHead, 0, codecs.Errorf(codecs.Malformed, "hsf: decode head: body of %d bytes", n)
	}
	return responseHead, responseHead + n, nil
}

// start looks at the first three bytes, or as many as there are.
func (s *session) start(p []byte) error {
	ver, typ := 1, 2
	switch {
	case len(p) == 0 || p[0] == s.first:
	case p[0] == byteHeartbeat:
		ver, typ = 2, 1
	case p[0] == byteClone:
		return codecs.Errorf(codecs.Malformed, "hsf: decode head: byte 0d, which begins TB Remoting, where %02x is due", s.first)
	case p[0] == byteHandshake:
		return codecs.Errorf(codecs.Malformed, "hsf: decode head: byte 0f, a handshake, whose form is not known")
	default:
		return codecs.Errorf(codecs.Malformed, "hsf: decode head: byte %02x where %02x or 0c is due", p[0], s.first)
	}
	if len(p) > ver && p[ver] != version {
		return codecs.Errorf(codecs.Malformed, "hsf: decode head: version %d, not 1", p[ver])
	}
	if len(p) > typ && p[typ] != typeRequest && p[typ] != typeResponse {
		return codecs.Errorf(codecs.Malformed, "hsf: decode head: type %d, not 0 or 1", p[typ])
	}
	if len(p) > typ && p[0] == s.first && s.side == codecs.Server && p[typ] == typeResponse {
		return codecs.Errorf(codecs.Malformed, "hsf: decode head: a response to a server, which has asked for nothing")
	}
	return nil
}

// FrameSize gives the length of the frame that p begins, or 0 if that is not known yet. One that Decode refuses for its lengths ends
// with its head.
func (s *session) FrameSize(p []byte) int {
	head, size, err := s.head(p)
	if err != nil || size > s.max {
		return min(head, len(p))
	}
	return size
}

// Decode reads one frame. A request over the limit is refused on its head, with a response to it in Body.
func (s *session) Decode(m *codecs.Message, p []byte) (int, error) {
	_, size, err := s.head(p)
	if err != nil {
		return 0, err
	}
	if size > s.max {
		return 0, s.tooLong(m, p, size)
	}
	if size == 0 || size > len(p) {
		return 0, nil
	}
	p = p[:size:size]
	switch {
	case p[0] == byteHeartbeat:
		m.Kind, m.End, m.ID = codecs.Ping, true, binary.BigEndian.Uint64(p[6:])
		if p[1] == typeResponse {
			m.Kind = codecs.Pong
		}
		return size, nil
	case p[2] == typeResponse:
		m.ID = binary.BigEndian.Uint64(p[8:])
		return size, s.reply(m, p)
	}
	m.ID = binary.BigEndian.Uint64(p[7:])
	if s.side == codecs.Client {
		var out wire.Out
		s.appendResponse(&out, m.ID, statusServiceError, p[3], "hsf: calls from a server to its client are not carried")
		m.Kind, m.Body = codecs.Control, out.Take()
		return size, nil
	}
	return size, s.request(m, p)
}

func (s *session) tooLong(m *codecs.Message, p []byte, size int) error {
	err := codecs.Errorf(codecs.Invalid, "hsf: decode head: frame of %d bytes over limit %d", size, s.max)
	if p[0] == s.first && p[2] == typeRequest && s.side == codecs.Server {
		var out wire.Out
		s.appendResponse(&out, binary.BigEndian.Uint64(p[7:]), statusBadRequest, p[3], err.Error())
		m.Body = out.Take()
	}
	return err
}

// reply reads a response.
func (s *session) reply(m *codecs.Message, p []byte) error {
	m.Kind, m.End = codecs.Reply, true
	m.Frame = codecs.Frame{Of: Name, Bytes: wire.Borrow(p)}
	status, body := p[3], p[responseHead:]
	if status != statusOK {
		m.Status, m.Bare = statusOf(status, body), true
		return nil
	}
	y := s.syntaxOf(p[4])
	m.Format.Encoding = y.encoding
	if y.isNull(body) {
		return nil // null as a value is null in its own form, and void
	}
	m.Format.Shape, m.Body = codecs.Value, wire.Borrow(body)
	if y.hessian() {
		m.Format.Wrap = codecs.Apart // as the arguments: by that a writer knows that it is not Dubbo's library which reads
	}
	class, text, err := y.thrown(body)
	if err != nil {
		return refuse(codecs.Malformed, "decode response", err)
	}
	if class != "" {
		m.Format.Shape, m.Status = codecs.Thrown, thrownStatus(class, text)
	}
	return nil
}

// refuse says in which act an error of a scanner was met.
func refuse(code codecs.Code, act string, err error) error {
	return codecs.Errorf(code, "hsf: %s: %s", act, codecs.StatusOf(err).Text)
}
