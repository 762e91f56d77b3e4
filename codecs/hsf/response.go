package hsf

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// encodeReply appends a response.
func (s *session) encodeReply(out *wire.Out, m *codecs.Message) error {
	if m.Frame.Of == Name && m.Kind == codecs.Reply {
		b, at := m.Frame.Bytes, len(out.B)
		out.B = append(out.B, b.Bytes()[:responseHead]...)
		out.B[at] = s.first
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
		} else if m.Status.Class != "" {
			text = m.Status.Class + ": " + text
		}
	}
	if text == "" {
		text = m.Status.Code.String()
	}
	return text
}

// Fields of java.lang.Throwable.
const (
	fieldMessage = "detailMessage"
	fieldTrace   = "stackTrace"
)

// thrown appends an exception. One that a caller could not tell from a result gets the fields of java.lang.Throwable that it lacks, as
// its last ones: null, which is what Java takes for not said. It is the first object of its stream and all of it, so its class
// stands first and its last field last.
func (f *response) thrown(y syntax, b wire.Body) {
	out, p, d := f.out, b.Bytes(), y.dialect
	head, class, names, lacks := y.lacking(p)
	if len(lacks) == 0 {
		out.Body(b)
		return
	}
	if d == hessian.First { // without a class definition: a name stands before each value
		out.B = append(out.B, p[:len(p)-1]...)
		for _, field := range lacks {
			out.B = d.AppendNull(d.AppendString(out.B, field))
		}
		out.B = d.AppendMapEnd(out.B)
	} else {
		out.B = d.AppendObject(out.B, class, append(names, lacks...)...)
		out.Body(b.Sub(head, len(p)))
		for range lacks {
			out.B = d.AppendNull(out.B)
		}
	}
	b.Release()
}

// lacking says which fields an exception needs to be told from a result: none if it is, or is not written as an object here is. Its
// values begin behind head bytes.
func (y syntax) lacking(p []byte) (head int, class string, names, lacks []string) {
	if known, _, err := y.thrown(p); known != "" || err != nil {
		return 0, "", nil, nil
	}
	var sc hessian.Scanner
	y.scan(&sc, p)
	name, fields, err := sc.Object(nil)
	if err != nil || sc.Left() > 0 {
		return 0, "", nil, nil
	}
	class = string(name)
	for _, f := range fields {
		names = append(names, string(f.Name))
	}
	begin := y.dialect.AppendObject(nil, class, names...)
	if !bytes.HasPrefix(p, begin) {
		return 0, "", nil, nil
	}
	for _, field := range [...]string{fieldMessage, fieldTrace} {
		if !slices.Contains(names, field) {
			lacks = append(lacks, field)
		}
	}
	return len(begin), class, names, lacks
}
