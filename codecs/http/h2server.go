package http

import (
	"strconv"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/h2"
)

// serving is the server side of one stream. A request is one message, however it comes.
//
// What is refused is refused once its body has come, if that is small: clients that send head and body together take an answer in
// between, and the reset behind it, for a broken stream.
type serving struct {
	callee
	req    requestHead
	fields fields
	body   gathering
	begun  bool          // the head of a streamed reply is out
	late   *codecs.Error // what the request is refused with
	passed int           // bytes of its body

	scratch, made []byte // of Write
}

var (
	_ h2.Exchange = (*serving)(nil)
	_ h2.Reusable = (*serving)(nil)
)

// Reset implements h2.Reusable.
func (x *serving) Reset() {
	x.req, x.begun, x.late, x.passed = requestHead{}, false, nil, 0
	x.body.reset()
}

// Head implements h2.Exchange.
func (x *serving) Head(m *codecs.Message, block []h2.Field, end bool) error {
	x.fields.fill(block)
	r := &x.req
	r.reset(x.fields.p)
	var method, target, host []byte
	var err *codecs.Error
	waits := false // the client, for a 100
	for i := range block {
		name, value := x.fields.next(&block[i])
		switch string(name) {
		case ":method":
			method = value
		case ":path":
			target = value
		case ":authority", "host":
			host = value
		case "expect":
			waits = true
			if !foldEqual(value, "100-continue") {
				err = refuse(417, codecs.Invalid, "decode request: Expect is not 100-continue")
			}
		case "content-length":
			if _, ok := digits(value, x.body.limit); !ok {
				err = refuse(413, codecs.Invalid, "decode request: body of %.16s bytes over limit %d", value, x.body.limit)
			}
		case ":scheme":
		default:
			r.field(name, name, value)
		}
	}
	r.isHead = string(method) == "HEAD"
	switch {
	case err != nil:
	case len(target) > maxLine:
		err = refuse(414, codecs.Invalid, "decode head: path over limit %d", maxLine)
	case len(block) > maxFields+4:
		err = refuse(431, codecs.Invalid, "decode head: over %d fields", maxFields)
	case len(target) == 0 || target[0] != '/':
		err = malformed("target %.32q does not begin with a slash", target)
	case !isHost(host):
		err = malformed("Host %.64q", host)
	default:
		r.target(method, target, host, &x.callee)
		err = r.refused
	}
	switch {
	case err != nil && !end && !waits && err.Status.Native.Code != 413:
		x.late = err
	case err != nil:
		return err
	case end:
		return x.request(m, nil)
	}
	return nil
}

// maxPassed is how much of the body of a refused request is waited for, in bytes.
const maxPassed = 64 << 10

// pass goes over the body of a refused request.
func (x *serving) pass(p []byte, end bool) (n int, err error) {
	if x.passed += len(p); end || x.passed > maxPassed {
		err = x.late
	}
	return len(p), err
}

// Data implements h2.Exchange.
func (x *serving) Data(m *codecs.Message, p []byte, end bool) (n int, err error) {
	if x.late != nil {
		return x.pass(p, end)
	}
	body, ok := x.body.take(p, end)
	switch {
	case !ok:
		err = refuse(413, codecs.Invalid, "decode request: body over limit %d", x.body.limit)
	case end:
		err = x.request(m, body)
	}
	return len(p), err
}

// Trailers implements h2.Exchange. What they say is dropped.
func (x *serving) Trailers(m *codecs.Message, _ []h2.Field) error {
	if x.late != nil {
		return x.late
	}
	return x.request(m, x.body.p)
}

func (x *serving) request(m *codecs.Message, body []byte) error {
	x.req.message(m, x.format)
	return x.req.body(m, body)
}

// Write implements h2.Exchange.
func (x *serving) Write(p *h2.Parts, m *codecs.Message) error {
	f := x.req.form()
	switch {
	case x.begun || f != whole && m.Kind == codecs.Reply && (!m.End || m.Status.Code == codecs.OK):
		return x.piece(p, m, f)
	case m.Kind != codecs.Reply:
		return codecs.Errorf(codecs.Internal, "http: encode: a %v where no reply has begun", m.Kind)
	}
	a, err := answerTo(m, x.req.oneway, x.made[:0])
	if err != nil {
		return err
	}
	size := a.size(m)
	switch {
	case x.req.isHead:
		strip(m)
	case a.made:
		put(m, a.text)
	}
	x.head(p, a.status, a.media, m)
	if a.status == 405 {
		p.Head = append(p.Head, h2.Field{Name: "allow", Value: "POST"})
	}
	p.Head = append(p.Head, h2.Field{Name: "content-length", Value: strconv.Itoa(size)})
	if a.media == typeProblem && cap(a.text) <= keepMax {
		x.made = a.text
	}
	return nil
}

// piece says how one message of a streamed reply is written.
func (x *serving) piece(p *h2.Parts, m *codecs.Message, f form) error {
	one, err := f.piece(m, nil)
	if err != nil {
		return err
	}
	if !x.begun {
		x.head(p, 200, formMedia[f], m)
		x.begun = true
	}
	if one.none {
		strip(m)
		return nil
	}
	text := one.text
	if !one.made {
		text = m.Body.Bytes()
	}
	x.made = append(append(append(x.made[:0], one.before...), text...), one.after...)
	put(m, x.made)
	if cap(x.made) > keepMax {
		x.made = nil
	}
	return nil
}

func (x *serving) head(p *h2.Parts, status int, media string, m *codecs.Message) {
	p.Head = append(p.Head, h2.Field{Name: ":status", Value: statusText(status)})
	if media != "" {
		p.Head = append(p.Head, h2.Field{Name: "content-type", Value: media})
	}
	x.scratch = metaFields(&m.Meta, x.scratch, func(name, value []byte) { p.Head = putField2(p.Head, name, value) })
}
