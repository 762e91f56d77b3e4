package hsf

import (
	"bytes"
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

// thrown appends an exception. One that a caller could not tell from a result gets the fields of java.lang.Throwable that it lacks, as
// its last ones: null, which is what Java takes for not said. It is the first object of its stream and ends it, so its class stands
// first and its last field last.
func (f *response) thrown(y syntax, b wire.Body) {
	out, p := f.out, b.Bytes()
	if class, _, err := y.thrown(p); class != "" || err != nil || y.dialect != hessian.Final || p[0] != 'C' {
		out.Body(b)
		return
	}
	var sc hessian.Scanner
	y.scan(&sc, p[1:])
	name, _, err := sc.Text()
	n, _ := sc.Int()
	names := 1 + sc.Pos()
	if err != nil || sc.SkipText(int(n)) != nil {
		out.Body(b)
		return
	}
	values := 1 + sc.Pos()
	var lacks []string
	for _, field := range [...]string{fieldMessage, fieldTrace} {
		if !bytes.Contains(p[names:values], hessian.AppendString(nil, field)) {
			lacks = append(lacks, field)
		}
	}
	out.B = hessian.AppendInt(hessian.AppendString(append(out.B, 'C'), name), n+int32(len(lacks)))
	out.B = append(out.B, p[names:values]...)
	for _, field := range lacks {
		out.B = hessian.AppendString(out.B, field)
	}
	out.Body(b.Sub(values, b.Len()))
	for range lacks {
		out.B = hessian.AppendNull(out.B)
	}
	b.Release()
}

// Fields of java.lang.Throwable.
const (
	fieldMessage = "detailMessage"
	fieldTrace   = "stackTrace"
)
