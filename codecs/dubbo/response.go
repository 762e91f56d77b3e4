package dubbo

import (
	"bytes"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// wants is what a response must be like, by its request's Hint.
type wants struct {
	serial  byte
	attach  bool // attachments
	generic bool // exceptions as GenericException
}

func wantsOf(hint uint64) wants {
	if !ours(hint) {
		hint = noHint
	}
	return wants{byte(hint & hintSerial), hint&hintAttach != 0, hint&hintGeneric != 0}
}

// encodeReply appends a response. To a one-way request there is none.
func (s *session) encodeReply(out *wire.Out, m *codecs.Message) error {
	if ours(m.Hint) && m.Hint&hintOneway != 0 {
		return nil
	}
	w := wantsOf(m.Hint)
	if m.Frame.Of == Name && m.Kind == codecs.Reply {
		return w.pass(out, m)
	}
	thrown := m.Format.Shape == codecs.Thrown && m.Body.Len() > 0 && !m.Bare
	f := formOf(m.Status)
	if w.serial != hessian2 && f.status == statusOK && m.Status.Code != codecs.OK {
		f = form{status: statusServiceError}
	}
	if f.status != statusOK && (!thrown || w.serial != hessian2) {
		text := m.Status.Text
		if text == "" {
			text = m.Status.Code.String()
		}
		appendFailure(out, m.ID, w.serial, f.status, text)
		return nil
	}
	if err := s.writable(m, &w); err != nil {
		return err
	}
	r := begin(out, hessian2, statusOK, m.ID)
	switch {
	case thrown && (!w.generic || isGeneric(m.Body.Bytes())):
		r.result(resultThrown, &w)
		out.Body(m.Body)
		m.Body = wire.Body{}
	case thrown || m.Status.Code != codecs.OK:
		r.result(resultThrown, &w)
		r.thrown(m, f, &w)
	case m.Format.Shape == codecs.Void || m.Bare || m.Body.Len() == 0 || isNull(m.Body.Bytes()):
		r.result(resultNull, &w)
	default:
		r.result(resultValue, &w)
		out.Body(m.Body)
		m.Body = wire.Body{}
	}
	if w.attach {
		out.B = hessian.AppendMapStart(out.B)
		r.pair(keyProtocol, "2.0.2")
		r.meta(&m.Meta, false)
		out.B = hessian.AppendMapEnd(out.B)
	}
	r.end()
	return nil
}

// isNull says whether a body is Hessian's null, which has a form of result to itself: dubbo-go 3.3 refuses it as a value.
func isNull(p []byte) bool { return len(p) == 1 && p[0] == hessianNull }

const hessianNull = 'N' // Hessian's null, a value of one byte

// writable says whether a response of status 20 can be written.
func (s *session) writable(m *codecs.Message, w *wants) error {
	f, body := &m.Format, m.Body.Len() > 0 && !m.Bare
	one := f.Shape == codecs.Value || f.Shape == codecs.Generic || f.Shape == codecs.Thrown
	switch {
	case w.serial != hessian2:
		return codecs.Errorf(codecs.Unimplemented, "dubbo: encode response: a body in serialization %d", w.serial)
	case body && (f.Encoding != Encoding || f.Zip != "" || !one):
		return codecs.Errorf(codecs.Unimplemented, "dubbo: encode response: a body in %v", m.Format)
	case m.Body.Len() > s.max-headLen:
		return codecs.Errorf(codecs.Internal, "dubbo: encode response: body of %d bytes over limit %d", m.Body.Len(), s.max-headLen)
	case len(m.Meta.Pairs) > maxPairs:
		return tooMuchMeta(m)
	}
	return nil
}

// pass appends an intact response.
func (w *wants) pass(out *wire.Out, m *codecs.Message) error {
	p := m.Frame.Bytes.Bytes()
	switch serial := p[2] & serialMask; {
	case serial == w.serial:
	case p[3] != statusOK:
		// Java itself answers a request that it cannot read in its own serialization, which the consumer then refuses.
		var r textReader
		r.reset(serial, p[headLen:])
		text, _, _ := r.next()
		appendFailure(out, m.ID, w.serial, p[3], string(text))
		return nil
	default:
		return codecs.Errorf(codecs.Internal, "dubbo: encode response: serialization %d to a request in %d", p[2]&serialMask, w.serial)
	}
	if p[3] != statusOK || w.serial != hessian2 || w.attach {
		pass(out, m)
		return nil
	}
	var sc hessian.Scanner
	l, err := measure(&sc, p)
	if err != nil {
		return refuse(codecs.Internal, "encode response", err)
	}
	if !l.attached {
		pass(out, m)
		return nil
	}
	f := begin(out, hessian2, statusOK, m.ID)
	f.result(l.result-withAttachments, w)
	out.Body(m.Frame.Bytes.Sub(l.values, l.tail))
	f.end()
	return nil
}

// appendFailure appends a response whose status is the failure.
func appendFailure(out *wire.Out, id uint64, serial, status byte, text string) {
	f := begin(out, serial, status, id)
	out.B = appendText(out.B, serial, text)
	f.end()
}

func (f *frame) result(v int32, w *wants) {
	if w.attach {
		v += withAttachments
	}
	f.out.B = hessian.AppendInt(f.out.B, v)
}

// isGeneric says whether an exception is a GenericException already.
func isGeneric(body []byte) bool {
	return bytes.HasPrefix(body, classHead(nil, classGeneric)) || bytes.HasPrefix(body, classHead(nil, classGenericNew))
}

// classHead appends the beginning of a class definition.
func classHead(dst []byte, class string) []byte { return hessian.AppendString(append(dst, 'C'), class) }

// thrown appends an exception of our making: what the form says, or, to a generic caller, the wrapper around what the service
// threw. It is the first object of its stream, so class 0 is its own. Fields that are left out keep what Java's constructor gave
// them.
func (f *frame) thrown(m *codecs.Message, how form, w *wants) {
	class, text := how.class, m.Status.Text
	if m.Body.Len() > 0 && !m.Bare {
		var sc hessian.Scanner
		sc.Reset(m.Body.Bytes())
		var t hessian.Thrown
		if err := sc.Thrown(&t); err == nil {
			class, text = t.Class, string(t.Message)
		}
	}
	b := f.out.B
	switch {
	case w.generic:
		b = hessian.AppendInt(classHead(b, classGeneric), 3)
		for _, name := range [...]string{"detailMessage", "exceptionMessage", "exceptionClass"} {
			b = hessian.AppendString(b, name)
		}
		b = hessian.AppendString(append(b, 0x60), text)
		b = hessian.AppendString(b, text)
		b = hessian.AppendString(b, class)
	case class == classRPC:
		b = hessian.AppendInt(classHead(b, classRPC), 2)
		b = hessian.AppendString(hessian.AppendString(b, "detailMessage"), "code")
		b = hessian.AppendInt(hessian.AppendString(append(b, 0x60), text), how.rpc)
	default:
		b = hessian.AppendException(b, class, text)
	}
	f.out.B = b
}
