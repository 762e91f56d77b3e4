package hsf

import (
	"encoding/binary"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// encodeReply appends a response.
func (s *session) encodeReply(out *wire.Out, m *codecs.Message) error {
	if m.Frame.Of == Name && m.Kind == codecs.Reply {
		b, at := m.Frame.Bytes, len(out.B)
		out.B = append(out.B, b.Bytes()[:responseHead]...)
		binary.BigEndian.PutUint64(out.B[at+8:], m.ID)
		out.Body(b.Sub(responseHead, b.Len()))
		return nil
	}
	codec := s.codecOf(m)
	y := s.syntaxOf(codec)
	body := m.Body.Len() > 0 && !m.Bare
	thrown := body && m.Format.Shape == codecs.Thrown
	status := statusAs(m.Status, s.thrown && y.hessian())
	if status != statusOK {
		s.appendResponse(out, m.ID, status, codec, y.failure(m, thrown))
		return nil
	}
	switch {
	case y.encoding == "" || body && (m.Format.Encoding != y.encoding || m.Format.Zip != "" || m.Format.Shape == codecs.Args):
		return codecs.Errorf(codecs.Unimplemented, "hsf: encode response: a body in %v to a request in codec %d", m.Format, codec)
	case m.Body.Len() > s.max-responseHead:
		return codecs.Errorf(codecs.Internal, "hsf: encode response: body of %d bytes over limit %d", m.Body.Len(), s.max-responseHead)
	}
	f := s.begin(out, m.ID, statusOK, codec)
	switch {
	case thrown:
		f.thrown(y, m.Body)
		m.Body = wire.Body{}
	case m.Status.Code != codecs.OK:
		out.B = y.dialect.AppendException(out.B, classRuntime, m.Status.Text)
	case !body || m.Format.Shape == codecs.Void:
		out.B = y.appendNull(out.B)
	default:
		out.Body(m.Body)
		m.Body = wire.Body{}
	}
	f.end()
	return nil
}

// response is a response being written.
type response struct {
	out         *wire.Out
	head, start int // of the head, in B and in all
}

func (s *session) begin(out *wire.Out, id uint64, status, codec byte) response {
	f := response{out, len(out.B), out.Len()}
	out.B = append(out.B, s.first, version, typeResponse, status, codec, 0, 0, 0)
	out.U64(id)
	out.U32(0)
	return f
}

// end fills in the length.
func (f *response) end() { f.out.PutU32(f.head+16, uint32(f.out.Len()-f.start-responseHead)) }

// appendResponse appends a response whose status is the failure.
func (s *session) appendResponse(out *wire.Out, id uint64, status, codec byte, text string) {
	f := s.begin(out, id, status, codec)
	out.B = append(out.B, text...)
	f.end()
}

// failure is the text of a response that is a failure. The exception of a service says its class in it.
func (y syntax) failure(m *codecs.Message, thrown bool) string {
	text := m.Status.Text
	if thrown {
		if class, message, err := y.thrown(m.Body.Bytes()); err == nil && class != "" {
			text = class + ": " + string(message)
		}
	}
	if text == "" {
		text = m.Status.Code.String()
	}
	return text
}

// thrown appends an exception. One that a caller could not tell from a result, for it has no stack trace and no name of an exception,
// gets an empty one as its last field: then it has java.lang.Throwable's own fields. It is the first object of its stream and
// ends it, so its class stands first and its last field last.
func (f *response) thrown(y syntax, b wire.Body) {
	out, p := f.out, b.Bytes()
	class, _, err := y.thrown(p)
	if err == nil && class == "" && y.dialect == hessian.Final && p[0] == 'C' {
		var sc hessian.Scanner
		y.scan(&sc, p[1:])
		name, _, err1 := sc.Text()
		n, err2 := sc.Int()
		at := 1 + sc.Pos()
		if err1 == nil && err2 == nil && sc.SkipText(int(n)) == nil {
			end := 1 + sc.Pos()
			out.B = hessian.AppendInt(hessian.AppendString(append(out.B, 'C'), name), n+1)
			out.B = append(out.B, p[at:end]...)
			out.B = hessian.AppendString(out.B, "stackTrace")
			out.Body(b.Sub(end, b.Len()))
			out.B = hessian.AppendNull(out.B)
			b.Release()
			return
		}
	}
	out.Body(b)
}
