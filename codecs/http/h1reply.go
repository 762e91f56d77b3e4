package http

import (
	"strconv"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

const (
	typeJSON    = "application/json"
	typeProblem = "application/problem+json"
)

// Encode writes replies. A Goaway makes the last reply say that the connection closes; after a failed Decode it is the last
// words, an answer of its own. Replies are whole messages.
func (s *server) Encode(out *wire.Out, m *codecs.Message) (more bool, err error) {
	switch m.Kind {
	case codecs.Reply:
		if err := s.reply(out, m); err != nil {
			return false, err
		}
	case codecs.Cancel:
		s.failure(out, m.Status, m)
	case codecs.Goaway:
		if s.lost && !s.early {
			s.lastWords(out, m.Status)
		}
		s.leaving = true
	case codecs.Control:
		out.Body(m.Body)
		m.Body = wire.Body{}
	case codecs.None, codecs.Hello, codecs.Window, codecs.Pong:
	case codecs.Request, codecs.Oneway, codecs.Data, codecs.Ping:
		return false, codecs.Errorf(codecs.Internal, "http: encode: a server does not send a %v", m.Kind)
	}
	m.Release()
	return false, nil
}

func (s *server) reply(out *wire.Out, m *codecs.Message) error {
	if !m.End || m.Part {
		return codecs.Errorf(codecs.Unimplemented, "http: encode reply: it comes in pieces")
	}
	if m.Status.Code != codecs.OK {
		if m.Body.Len() > 0 && m.Status.Code == codecs.Fault && !isEncoding(m.Format) {
			return codecs.Errorf(codecs.Internal, "http: encode reply: a fault in %v", m.Format)
		}
		s.failure(out, m.Status, m)
		return nil
	}
	if m.Hint&hintOneway != 0 {
		s.headOf(out, 202, "", 0, m)
		return nil
	}
	if m.Bare || m.Format.Shape == codecs.Void || m.Body.Len() == 0 {
		s.headOf(out, 200, typeJSON, len("null"), m)
		out.B = append(out.B, "null"...)
		return nil
	}
	if !isEncoding(m.Format) {
		return codecs.Errorf(codecs.Internal, "http: encode reply: body in %v", m.Format)
	}
	s.headOf(out, 200, typeJSON, m.Body.Len(), m)
	out.Body(m.Body)
	m.Body = wire.Body{}
	return nil
}

func isEncoding(f codecs.Format) bool {
	return (f.Encoding == encoding || f.Encoding == encodingStrings) && f.Zip == ""
}

// failure writes a problem.
func (s *server) failure(out *wire.Out, st codecs.Status, m *codecs.Message) {
	status := statusOf(st)
	s.body = appendProblem(s.body[:0], status, st, m.Body.Bytes())
	s.headOf(out, status, typeProblem, len(s.body), m)
	if m.Hint&hintHead == 0 {
		out.B = append(out.B, s.body...)
	}
}

// lastWords answers what lost the framing.
func (s *server) lastWords(out *wire.Out, st codecs.Status) {
	s.body = appendProblem(s.body[:0], statusOf(st), st, nil)
	s.headOf(out, statusOf(st), typeProblem, len(s.body), &codecs.Message{Hint: hintClose})
	out.B = append(out.B, s.body...)
}

// headOf writes the head of an answer, up to its body, of length bytes.
func (s *server) headOf(out *wire.Out, status int, media string, length int, m *codecs.Message) {
	if status == 200 {
		out.B = append(out.B, version11+" 200 OK"+crlf...)
	} else {
		out.B = append(out.B, version11+" "...)
		out.B = strconv.AppendInt(out.B, int64(status), 10)
		out.B = append(append(append(out.B, ' '), reason(status)...), crlf...)
	}
	if media != "" {
		out.B = append(append(append(out.B, "Content-Type: "...), media...), crlf...)
	}
	if status == 405 {
		out.B = append(out.B, "Allow: POST"+crlf...)
	}
	out.B = append(out.B, "Content-Length: "...)
	out.B = append(strconv.AppendInt(out.B, int64(length), 10), crlf...)
	if s.last(m.Hint) {
		out.B = append(out.B, "Connection: close"+crlf...)
	}
	s.scratch = metaFields(&m.Meta, s.scratch, func(name, value []byte) { putField(out, name, value) })
	out.B = append(out.B, crlf...)
}

// last says whether nothing follows the reply to the request that hint is of, and notes the reply.
func (s *server) last(hint uint64) bool {
	newest := hint>>hintShift == s.seq
	s.early = s.early || newest && s.arriving()
	return hint&hintClose != 0 || newest && (s.leaving || s.lost && s.arriving())
}

// arriving says that the body of the newest request is not all there.
func (s *server) arriving() bool { return s.state > atHead && s.state < atEnd }

func putField(out *wire.Out, name, value []byte) {
	out.B = append(append(out.B, name...), ": "...)
	out.B = append(append(out.B, value...), crlf...)
}
