package http

import (
	"strconv"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Encode writes replies. A Goaway makes the last reply say that the connection closes; after a failed Decode it is the last
// words, an answer of its own. A reply in a stream of values is chunked; a failure behind its head, a Cancel too, is its last
// value. What comes for a request that was answered is dropped.
func (s *server) Encode(out *wire.Out, m *codecs.Message) (more bool, err error) {
	switch m.Kind {
	case codecs.Reply, codecs.Data, codecs.Cancel:
		if err := s.back(out, m); err != nil {
			return false, err
		}
	case codecs.Goaway:
		if s.lost && !s.early {
			s.lastWords(out, m.Status)
		}
		s.leaving = true
	case codecs.Control:
		out.Body(m.Body)
		m.Body = wire.Body{}
	case codecs.None, codecs.Hello, codecs.Window, codecs.Pong:
	case codecs.Request, codecs.Oneway, codecs.Ping:
		return false, codecs.Errorf(codecs.Internal, "http: encode: a server does not send a %v", m.Kind)
	}
	m.Release()
	return false, nil
}

// back writes what a call gives back. Replies come in order, so that there is one open at most.
func (s *server) back(out *wire.Out, m *codecs.Message) error {
	n := m.Hint >> hintShift
	if m.Kind == codecs.Cancel {
		m.End, m.Bare = true, true
		if m.Status.Code == codecs.OK {
			m.Status.Code = codecs.Canceled
		}
	}
	switch {
	case n != 0 && n <= s.answered:
		return nil
	case n != 0 && n == s.begun, m.Kind == codecs.Reply && s.form(m.Hint) != whole && (!m.End || m.Status.Code == codecs.OK):
		if err := s.piece(out, m, n != s.begun || n == 0); err != nil {
			return err
		}
	case m.Kind == codecs.Data:
		return nil
	default:
		if err := s.reply(out, m); err != nil {
			return err
		}
	}
	if s.begun = n; m.End {
		s.begun, s.answered = 0, n
	}
	return nil
}

// reply writes a whole reply.
func (s *server) reply(out *wire.Out, m *codecs.Message) error {
	a, err := answerTo(m, m.Hint&hintOneway != 0, s.body[:0])
	if err != nil {
		return err
	}
	s.headOf(out, a.status, a.media, a.size(m), m)
	switch {
	case a.made && m.Hint&hintHead != 0:
	case a.made:
		out.B = append(out.B, a.text...)
	default:
		out.Body(m.Body)
		m.Body = wire.Body{}
	}
	s.keep(a.media == typeProblem, a.text)
	return nil
}

// keep keeps the memory of a text that was made, for the next one.
func (s *server) keep(ours bool, text []byte) {
	if ours && cap(text) <= keepMax {
		s.body = text
	}
}

// keepMax is how much memory for texts a connection keeps, in bytes.
const keepMax = 64 << 10

// form is how the caller wants the reply to the request that hint is of.
func (s *server) form(hint uint64) form {
	switch {
	case hint&hintLined != 0:
		return lined
	case hint&hintEvents != 0:
		return events
	}
	return whole
}

// piece writes one message of a streamed reply as a chunk. first: the head stands before it.
func (s *server) piece(out *wire.Out, m *codecs.Message, first bool) error {
	f := s.form(m.Hint)
	p, err := f.piece(m, s.body[:0])
	if err != nil {
		return err
	}
	if first {
		s.headOf(out, 200, formMedia[f], chunked, m)
	}
	if !p.none {
		out.B = append(strconv.AppendInt(out.B, int64(p.size(m)), 16), crlf...)
		out.B = append(out.B, p.before...)
		if p.made {
			out.B = append(out.B, p.text...)
		} else {
			out.Body(m.Body)
			m.Body = wire.Body{}
		}
		out.B = append(append(out.B, p.after...), crlf...)
	}
	if m.End {
		out.B = append(out.B, "0"+crlf+crlf...)
	}
	return nil
}

// lastWords answers what lost the framing.
func (s *server) lastWords(out *wire.Out, st codecs.Status) {
	a := problem(st, nil, s.body[:0])
	s.headOf(out, a.status, a.media, len(a.text), &codecs.Message{Hint: hintClose})
	out.B = append(out.B, a.text...)
}

// chunked is the length of a body that is not known yet.
const chunked = -1

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
	if length == chunked {
		out.B = append(out.B, "Transfer-Encoding: chunked"+crlf...)
	} else {
		out.B = append(out.B, "Content-Length: "...)
		out.B = append(strconv.AppendInt(out.B, int64(length), 10), crlf...)
	}
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
