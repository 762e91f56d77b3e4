package hsf

import (
	"encoding/binary"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Encode appends a frame. An intact Frame goes out with its id patched, the first byte that the connection has, and in a request that has
// less time than its frame says the timeout; nothing else changes. Requests and replies without a Frame are written from Header and Body.
// HSF has no word for Cancel: a client says nothing, a server answers with its status. It has none for a call without an answer either:
// that is a request.
func (s *session) Encode(out *wire.Out, m *codecs.Message) (more bool, err error) {
	switch m.Kind {
	case codecs.Request, codecs.Oneway:
		err = s.encodeRequest(out, m)
	case codecs.Reply:
		err = s.encodeReply(out, m)
	case codecs.Cancel:
		if s.side == codecs.Server {
			m.Bare = true
			err = s.encodeReply(out, m)
		}
	case codecs.Ping:
		heartbeat(out, typeRequest, m.ID, uint32(defaultTimeout.Milliseconds()))
	case codecs.Pong:
		heartbeat(out, typeResponse, m.ID, 0)
	case codecs.Control:
		out.Body(m.Body)
		m.Body = wire.Body{}
	case codecs.None, codecs.Hello, codecs.Window, codecs.Goaway:
	case codecs.Data:
		err = codecs.Errorf(codecs.Unimplemented, "hsf: encode: a call has one message each way")
	}
	if err == nil {
		m.Release()
	}
	return false, err
}

func heartbeat(out *wire.Out, typ byte, id uint64, timeout uint32) {
	out.B = append(out.B, byteHeartbeat, typ, version, 0, 0, 0)
	out.U64(id)
	out.U32(timeout)
}

// passRequest appends an intact request.
func (s *session) passRequest(out *wire.Out, m *codecs.Message) {
	b := m.Frame.Bytes
	at := len(out.B)
	out.B = append(out.B, b.Bytes()[:requestFixed]...)
	out.B[at] = s.first
	binary.BigEndian.PutUint64(out.B[at+7:], m.ID)
	if m.Timeout > 0 && m.Timeout < timeoutOf(b.Bytes()) {
		out.PutU32(at+15, millis(m.Timeout))
	}
	out.Body(b.Sub(requestFixed, b.Len()))
}

// millis gives whole milliseconds, rounded up: a time that is left is never none.
func millis(d time.Duration) uint32 {
	return uint32(min((d+time.Millisecond-1)/time.Millisecond, math.MaxInt32))
}

// call is a request about to be written.
type call struct {
	codec   byte
	service string
	method  string
	types   string // a descriptor
	args    spans
	first   []byte // stands in the place of the first argument; nil: it stays
	body    wire.Body
}

func (s *session) encodeRequest(out *wire.Out, m *codecs.Message) error {
	if m.Frame.Of == Name {
		s.passRequest(out, m)
		return nil
	}
	var c call
	if err := s.compose(&c, m); err != nil {
		return err
	}
	timeout := m.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	at := len(out.B)
	out.B = append(out.B, s.first, version, typeRequest, c.codec, 0, 0, 0)
	out.U64(m.ID)
	out.U32(millis(timeout))
	out.U32(uint32(len(c.service)))
	out.U32(uint32(len(c.method)))
	out.U32(uint32(c.args.n))
	out.B = append(out.B, make([]byte, 4*c.args.n)...)
	for _, n := range c.args.size[:c.args.n] {
		out.U32(uint32(n))
	}
	out.U32(0)
	out.B = append(append(out.B, c.service...), c.method...)
	for i := range c.args.n {
		n := len(out.B)
		out.B, c.types, _ = appendTypeName(out.B, c.types)
		out.PutU32(at+requestFixed+4*i, uint32(len(out.B)-n))
	}
	c.values(out)
	n := len(out.B)
	out.B = s.props(c.codec).appendProps(out.B, &m.Meta, ours(m.Hint))
	out.PutU32(at+requestFixed+8*c.args.n, uint32(len(out.B)-n))
	m.Body = wire.Body{}
	return nil
}

// values appends the arguments. The body is given away.
func (c *call) values(out *wire.Out) {
	switch p := c.body.Bytes(); {
	case c.codec == codecJSON:
		_ = eachElement(p, func(e []byte) error { out.B = append(out.B, e...); return nil })
		c.body.Release()
	case c.first != nil:
		out.B = append(out.B, c.first...)
		out.Body(c.body)
	default:
		out.Body(c.body)
	}
}

// compose checks that a request can be said, and finds the words for it.
func (s *session) compose(c *call, m *codecs.Message) error {
	var known bool
	if c.codec, known = s.codecNamed(m.Format.Encoding); m.Format.Encoding == "" && m.Body.Len() == 0 {
		c.codec, known = codecHessian2, true
	}
	y := s.syntaxOf(c.codec)
	f := y.arguments(m.Format.Shape)
	switch {
	case m.Format.Encoding == "" && m.Body.Len() > 0:
		return codecs.Errorf(codecs.Invalid, "hsf: encode request: a codec that is not read here, which can only pass under the same name")
	case !known && (m.Format.Encoding == hessian.Final.String() || m.Format.Encoding == hessian.Draft.String()):
		return codecs.Errorf(codecs.Unimplemented, "hsf: encode request: a body in %v: codec 4 is %v here, as option flavour says", m.Format, s.flavour)
	case !known || m.Format.Zip != "" || m.Body.Len() > 0 && m.Format != f || f.Shape == codecs.Value || f.Shape == codecs.Thrown:
		return codecs.Errorf(codecs.Unimplemented, "hsf: encode request: a body in %v", m.Format)
	case m.Body.Len() > s.max:
		return codecs.Errorf(codecs.Limited, "hsf: encode request: body of %d bytes over limit %d", m.Body.Len(), s.max)
	case len(m.Meta.Pairs) > maxPairs:
		return codecs.Errorf(codecs.Limited, "hsf: encode request: %d pairs of metadata over limit %d", len(m.Meta.Pairs), maxPairs)
	}
	if err := s.words(c, m); err != nil {
		return err
	}
	if m.Body.Len() > 0 {
		if err := c.args.measure(y, m.Body.Bytes()); err != nil {
			return refuse(codecs.Internal, "encode request", err)
		}
	}
	c.types, c.body = m.Descriptor, m.Body
	if f.Shape == codecs.Generic {
		return s.generic(c, m)
	}
	if n := countTypes(c.types); n != c.args.n {
		return unknownTypes(m, n, c.args.n)
	}
	return nil
}

func unknownTypes(m *codecs.Message, types, args int) error {
	return codecs.Errorf(codecs.Unimplemented, "hsf: encode request: %s.%s: parameter types are not known, and HSF finds methods by them: "+
		"%d types for %d arguments; a contract of the service says them", m.Service, m.Method, max(types, 0), args)
}

// words finds what the frame calls the service and the method.
func (s *session) words(c *call, m *codecs.Message) error {
	switch {
	case m.Service == "" || m.Method == "":
		return codecs.Errorf(codecs.Invalid, "hsf: encode request: no service or no method")
	case strings.Contains(m.Service, ":") || strings.Contains(m.Version, ":"):
		return codecs.Errorf(codecs.Invalid, "hsf: encode request: a colon in the service %.100q or its version %.100q", m.Service, m.Version)
	case !utf8.ValidString(m.Service) || !utf8.ValidString(m.Version) || !utf8.ValidString(m.Group) || !utf8.ValidString(m.Method):
		return codecs.Errorf(codecs.Invalid, "hsf: encode request: names that are not UTF-8")
	case m.Method == methodInvoke && m.Format.Shape != codecs.Generic:
		return codecs.Errorf(codecs.Invalid, "hsf: encode request: %s is not for callers of other protocols", methodInvoke)
	}
	ver, own := m.Version, ours(m.Hint)
	if ver == "" && !own {
		ver = s.version
	}
	c.service, c.method = m.Service, m.Method
	grouped := m.Group != "" && (s.group || own && m.Hint&hintGrouped != 0)
	if ver != "" || grouped {
		c.service += ":" + ver
	}
	if grouped {
		c.service += ":" + m.Group
	}
	return nil
}

// generic makes $invoke of a generic invocation. Its first argument is written anew: the header's method may be another. Providers are
// not known to find a method by its name alone, as Dubbo's do.
func (s *session) generic(c *call, m *codecs.Message) error {
	if c.args.n != argsInvoke {
		return codecs.Errorf(codecs.Internal, "hsf: encode request: a body in %v of %d parts", m.Format, c.args.n)
	}
	y, p := s.syntaxOf(c.codec), m.Body.Bytes()
	types, args := c.args.size[0], c.args.size[0]+c.args.size[1]
	var buf [8]string
	inv := hessian.Invocation{Types: buf[:0]}
	if err := y.invoke(&inv, p[:types], p[types:args], p[args:]); err != nil {
		return refuse(codecs.Internal, "encode $invoke", err)
	}
	if inv.Types == nil && inv.Args != 0 && !ours(m.Hint) {
		return unknownTypes(m, 0, inv.Args)
	}
	if s.direct {
		return s.unwrapped(c, m)
	}
	c.method, c.types = methodInvoke, descInvoke
	c.first = y.dialect.AppendString(nil, m.Method)
	c.body = m.Body.Sub(types, len(p))
	m.Body.Release()
	c.args.size[0] = len(c.first)
	return nil
}
