package http

import (
	"strconv"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Encode writes requests, whole ones only.
func (c *client) Encode(out *wire.Out, m *codecs.Message) (more bool, err error) {
	switch m.Kind {
	case codecs.Request, codecs.Oneway:
		if err := c.request(out, m); err != nil {
			return false, err
		}
	case codecs.None, codecs.Hello, codecs.Window, codecs.Cancel, codecs.Pong, codecs.Goaway, codecs.Control:
	case codecs.Reply, codecs.Data, codecs.Ping:
		return false, codecs.Errorf(codecs.Internal, "http: encode: a client does not send a %v", m.Kind)
	}
	m.Release()
	return false, nil
}

func (c *client) request(out *wire.Out, m *codecs.Message) error {
	method, target, body, err := c.caller.request(m, c.scratch[:0])
	if err != nil {
		return err
	}
	c.scratch = target
	out.B = append(append(append(out.B, method...), ' '), target...)
	out.B = append(out.B, " "+version11+crlf+"Host: "...)
	out.B = append(append(out.B, c.host...), crlf...)
	c.fields(out, m, body.Len())
	c.give(out, m, body)
	return nil
}

// fields writes the fields and the end of the head.
func (c *client) fields(out *wire.Out, m *codecs.Message, length int) {
	out.B = append(append(append(out.B, "User-Agent: "...), c.agent...), crlf+"Accept: "+typeJSON+crlf...)
	if length > 0 {
		out.B = append(out.B, "Content-Type: "+typeJSON+crlf...)
	}
	out.B = append(out.B, "Content-Length: "...)
	out.B = append(strconv.AppendInt(out.B, int64(length), 10), crlf...)
	c.scratch = requestFields(&m.Header, m.Kind == codecs.Oneway, c.scratch, func(name, value []byte) { putField(out, name, value) })
	out.B = append(out.B, crlf...)
}

// give appends the body and takes over the memory of m.
func (c *client) give(out *wire.Out, m *codecs.Message, body wire.Body) {
	out.Body(body)
	if _, same := m.Body.Within(body); same {
		m.Body = wire.Body{}
	}
}
