package http

import (
	"strconv"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/h2"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// asking is the client side of one stream. A request is one message, and so is its answer.
type asking struct {
	caller
	scheme string
	status int
	reply  replyHead
	fields fields
	body   gathering

	scratch []byte // of Write
}

var (
	_ h2.Exchange = (*asking)(nil)
	_ h2.Reusable = (*asking)(nil)
)

func schemeOf(set *codecs.Settings) string {
	if set.TLS {
		return "https"
	}
	return "http"
}

// Reset implements h2.Reusable.
func (x *asking) Reset() {
	x.status, x.reply = 0, replyHead{}
	x.body.reset()
}

// Write implements h2.Exchange.
func (x *asking) Write(p *h2.Parts, m *codecs.Message) error {
	if m.Kind != codecs.Request && m.Kind != codecs.Oneway {
		return codecs.Errorf(codecs.Internal, "http: encode: a client does not send a %v", m.Kind)
	}
	method, target, body, err := x.caller.request(m, x.scratch[:0])
	if err != nil {
		return err
	}
	path := ""
	if isLine(m.Method) {
		path = string(target)
	} else {
		path = wire.Intern(target) // it comes again, as the names do
	}
	p.Head = append(p.Head, h2.Field{Name: ":method", Value: method}, h2.Field{Name: ":scheme", Value: x.scheme},
		h2.Field{Name: ":authority", Value: x.host}, h2.Field{Name: ":path", Value: path},
		h2.Field{Name: "user-agent", Value: x.agent}, h2.Field{Name: "accept", Value: typeJSON})
	if body.Len() > 0 {
		p.Head = append(p.Head, h2.Field{Name: "content-type", Value: typeJSON},
			h2.Field{Name: "content-length", Value: strconv.Itoa(body.Len())})
	}
	x.scratch = requestFields(&m.Header, m.Kind == codecs.Oneway, target, func(name, value []byte) { p.Head = putField2(p.Head, name, value) })
	if _, same := m.Body.Within(body); !same {
		m.Body.Release()
		m.Body = body
	}
	m.Bare = false
	return nil
}

// Head implements h2.Exchange.
func (x *asking) Head(m *codecs.Message, block []h2.Field, end bool) error {
	x.fields.fill(block)
	x.reply.reset(x.fields.p)
	for i := range block {
		name, value := x.fields.next(&block[i])
		if string(name) == ":status" {
			x.status, _ = digits(value, 599)
		} else {
			x.reply.field(name, name, value)
		}
	}
	x.reply.block.p = nil // it is used again
	switch {
	case x.status == 0 || x.status == 304:
		return badAnswer("status %.8q", block[0].Value)
	case end:
		return x.answer(m, nil)
	}
	return nil
}

// Data implements h2.Exchange.
func (x *asking) Data(m *codecs.Message, p []byte, end bool) (n int, err error) {
	body, ok := x.body.take(p, end)
	switch {
	case !ok:
		err = badAnswer("body over limit %d", x.body.limit)
	case end:
		err = x.answer(m, body)
	}
	return len(p), err
}

// Trailers implements h2.Exchange. What they say is dropped.
func (x *asking) Trailers(m *codecs.Message, _ []h2.Field) error { return x.answer(m, x.body.p) }

// badAnswer is for an answer that is not taken: towards the caller it is a gateway's 502.
func badAnswer(format string, args ...any) *codecs.Error {
	return refuse(502, codecs.Malformed, "decode reply: "+format, args...)
}

func (x *asking) answer(m *codecs.Message, body []byte) error {
	x.reply.message(m, x.status, body, x.fault)
	return nil
}
