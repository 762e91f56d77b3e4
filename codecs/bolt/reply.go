package bolt

import (
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// encodeReply appends a response. To a one-way request there is none.
func (s *session) encodeReply(out *wire.Out, m *codecs.Message) error {
	if ours(m.Hint) && m.Hint&hintOneway != 0 {
		return nil
	}
	hint := m.Hint
	if !ours(hint) {
		hint = noHint(m.Format)
	}
	w := wantsOf(hint)
	if m.Frame.Of == Name && m.Kind == codecs.Reply {
		if !ours(m.Hint) {
			w.shape = ownShape(m.Frame.Bytes.Bytes())
		}
		return s.pass(out, m, w.shape)
	}
	if len(m.Meta.Pairs) > maxPairs {
		return tooMuchMeta(m)
	}
	how := formOf(&m.Status)
	if how.status != statusSuccess {
		w.appendFailure(out, uint32(m.ID), how.status, how.textOf(&m.Status))
		return nil
	}
	failed := m.Status.Code != codecs.OK
	f := begin(out, head{shape: w.shape, kind: typeResponse, command: cmdResponse, id: uint32(m.ID), codec: w.codec}, classResponse)
	telling(&f, &m.Meta, failed)
	rest, err := w.content(&f, m, how)
	if err == nil {
		err = f.end(rest, s.max)
	}
	if err != nil {
		f.drop()
	}
	return err
}

// ownShape gives the shape of an intact frame.
func ownShape(p []byte) shape {
	var h head
	if _, err := h.parse(p); err != nil {
		return shape{}
	}
	return h.shape
}

// telling writes the header map of a response. All metadata goes as baggage, but for the keys of tracing.
func telling(f *frame, meta *codecs.Meta, failed bool) {
	if failed {
		f.pair(keyError, "true")
	}
	for i, p := range meta.Pairs {
		switch {
		case skipped(meta.Pairs[:i], p.Key, false):
		case tracing.Has(p.Key):
			f.pair(p.Key, clean(p.Value))
		default:
			f.text(toldBaggage + clean(p.Key))
			f.text(clean(p.Value))
		}
	}
	f.close()
}

// content writes what a response of status 0 holds, or its beginning, and gives the rest of it, which is m's Body.
func (w *wants) content(f *frame, m *codecs.Message, how form) (rest wire.Body, err error) {
	switch w.codec {
	case codecHessian, codecHessianOld:
		return w.object(f, m, how)
	case codecProto, codecJSON:
		return w.plain(f, m, how)
	}
	return rest, codecs.Errorf(codecs.Unimplemented, "bolt: encode response: to a request in codec %d", w.codec)
}

// object gives a SofaResponse: the Body is one, or there is none.
func (w *wants) object(f *frame, m *codecs.Message, how form) (wire.Body, error) {
	d := w.dialect()
	if m.Body.Len() > 0 && !m.Bare && (m.Status.Code == codecs.OK || m.Format.Shape == codecs.Thrown) {
		one := m.Format.Shape == codecs.Value || m.Format.Shape == codecs.Thrown
		if m.Format.Encoding != d.String() || m.Format.Wrap != codecs.Sofa || m.Format.Zip != "" || !one {
			return wire.Body{}, codecs.Errorf(codecs.Unimplemented, "bolt: encode response: a body in %v to a request in %v", m.Format, d)
		}
		return m.Body.Share(), nil
	}
	b := d.AppendObject(f.out.B, classResponse, fieldError, fieldText, fieldResponse, fieldAnswers)
	switch {
	case m.Status.Code == codecs.OK:
		b = d.AppendNull(d.AppendNull(d.AppendBool(b, false)))
	case how.thrown:
		b = d.AppendNull(d.AppendBool(b, false))
		b = d.AppendInnerException(b, 1, classRuntime, how.textOf(&m.Status))
	default:
		b = d.AppendString(d.AppendBool(b, true), how.textOf(&m.Status))
		b = d.AppendNull(b)
	}
	f.out.B = d.AppendNull(b)
	return wire.Body{}, nil
}

// dialect is the Hessian of the request.
func (w *wants) dialect() hessian.Dialect {
	if w.final {
		return hessian.Final
	}
	return hessian.Draft
}

// plain gives the value itself, or the text of a failure.
func (w *wants) plain(f *frame, m *codecs.Message, how form) (wire.Body, error) {
	encoding := encodingProto
	if w.codec == codecJSON {
		encoding = encodingJSON
	}
	text := how.textOf(&m.Status)
	switch {
	case m.Status.Code != codecs.OK && w.codec == codecJSON:
		f.out.B = json.AppendString(f.out.B, clean(text))
	case m.Status.Code != codecs.OK:
		f.out.B = append(f.out.B, clean(text)...)
	case m.Bare || m.Format.Shape == codecs.Void || m.Body.Len() == 0:
		if w.codec == codecJSON {
			f.out.B = append(f.out.B, "null"...)
		}
	case m.Format.Encoding != encoding || m.Format.Shape != codecs.Value || m.Format.Zip != "":
		return wire.Body{}, codecs.Errorf(codecs.Unimplemented, "bolt: encode response: a body in %v to a request in %s", m.Format, encoding)
	default:
		return m.Body.Share(), nil
	}
	return wire.Body{}, nil
}

// appendFailure appends a response whose status is the failure, as sofa-bolt writes it: an exception of its own, in Hessian whatever
// the request was in. A busy server says nothing.
func (w *wants) appendFailure(out *wire.Out, id uint32, status uint16, text string) {
	h := head{shape: w.shape, kind: typeResponse, command: cmdResponse, id: id, codec: codecHessian, status: status}
	if status == statusBusy {
		bare(out, h)
		return
	}
	f := begin(out, h, classServer)
	f.close()
	if len(text) > maxText {
		text = brief([]byte(text))
	}
	out.B = w.dialect().AppendException(out.B, classServer, text)
	f.head.content = len(out.B) - f.body
	f.head.append(out.B[:f.start])
	f.seal(wire.Body{})
}

// maxText is the longest text of a failure, in bytes, that goes out whole.
const maxText = 32 << 10
