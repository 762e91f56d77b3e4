package redis

import (
	"slices"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// client is the side that sends calls. It sends nothing but GET and PING, which are all that old servers know, and AUTH first
// if it has a password.
type client struct {
	lines        lines
	maxFrame     int
	max          int // bytes of a request object; 0: no limit
	emMeansError bool
	props        bool
	login        []byte // the AUTH command until it is sent
	asked        bool   // its reply has not come yet
	buf          []byte
}

func newClient(set codecs.Settings) *client {
	c := &client{
		maxFrame:     set.MaxFrame,
		emMeansError: set.Option(&traits, "em_means_error") == "yes",
		props:        set.Option(&traits, "props") == "yes",
	}
	c.lines.max = min(set.MaxHead, set.MaxFrame)
	if set.Option(&traits, "max_request") == "32k" {
		c.max = oldMax - 1
	}
	if password := set.Option(&traits, "password"); password != "" {
		user := set.Option(&traits, "username")
		if user == "" {
			c.login = appendHead(c.login, '*', 2)
		} else {
			c.login = appendHead(c.login, '*', 3)
		}
		c.login = appendBulk(c.login, "AUTH")
		if user != "" {
			c.login = appendBulk(c.login, user)
		}
		c.login = appendBulk(c.login, password)
	}
	return c
}

// Decode reads a reply. Replies answer the requests, one-way calls included, in the order they were sent.
func (c *client) Decode(m *codecs.Message, p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	line, n, long := c.lines.next(p)
	if long {
		return 0, codecs.Errorf(codecs.Internal, "redis: decode reply: line over limit %d", c.lines.max)
	}
	if n == 0 {
		return 0, nil
	}
	if len(line) == 0 || len(line) != n-2 {
		return 0, codecs.Errorf(codecs.Internal, "redis: decode reply: a line of %d bytes that ends wrong", len(line))
	}
	if c.asked {
		return c.welcome(m, line, n)
	}
	switch line[0] {
	case '$':
		return c.bulk(m, p, line, n)
	case '_':
		failed(m, codecs.Unavailable, "redis: decode reply: null in place of a value")
		return n, nil
	case '-':
		failed(m, codecs.Unavailable, "redis: "+string(line[1:]))
		return n, nil
	case '+':
		if string(line[1:]) == "PONG" {
			m.Kind = codecs.Pong
			return n, nil
		}
	}
	return 0, codecs.Errorf(codecs.Internal, "redis: decode reply: type '%c' in place of a value", printable(line[0]))
}

// welcome reads the reply to AUTH.
func (c *client) welcome(m *codecs.Message, line []byte, n int) (int, error) {
	if string(line) != "+OK" {
		return 0, codecs.Errorf(codecs.Unavailable, "redis: the server refused AUTH: %s", line[1:])
	}
	c.asked = false
	m.Kind = codecs.Hello
	return n, nil
}

// bulk reads a bulk string whose head is n bytes long.
func (c *client) bulk(m *codecs.Message, p, line []byte, n int) (int, error) {
	v, valid := number(line[1:])
	if v == -1 && valid {
		failed(m, codecs.Unavailable, "redis: decode reply: null in place of a value")
		return n, nil
	}
	if !valid || v < 0 {
		return 0, codecs.Errorf(codecs.Internal, "redis: decode reply: %s", badBulk)
	}
	if v > int64(c.maxFrame-n) {
		return 0, codecs.Errorf(codecs.Internal, "redis: decode reply: length %d over limit %d", v, c.maxFrame)
	}
	end := n + int(v)
	if len(p) < end+2 {
		return 0, nil
	}
	if p[end] != '\r' || p[end+1] != '\n' {
		return 0, codecs.Errorf(codecs.Internal, "redis: decode reply: %s", badBulkEnd)
	}
	readReply(m, p[n:end:end], c.emMeansError)
	return end + 2, nil
}

// Encode writes a call or a PING, behind the AUTH that must come first. A one-way call is a call: its reply comes and must be
// passed over. What the wire has no word for is dropped.
func (c *client) Encode(out *wire.Out, m *codecs.Message) (more bool, err error) {
	switch m.Kind {
	case codecs.Request, codecs.Oneway:
		return false, c.encodeRequest(out, m)
	case codecs.Data:
		return false, codecs.Errorf(codecs.Internal, "redis: encode request: a request comes in one piece")
	case codecs.Ping:
		c.hello(out)
		out.B = append(out.B, "*1\r\n$4\r\nPING\r\n"...)
	case codecs.Hello:
		c.hello(out)
	case codecs.Control:
		out.Body(m.Body)
		m.Body = wire.Body{}
	case codecs.None, codecs.Reply, codecs.Window, codecs.Cancel, codecs.Pong, codecs.Goaway:
	}
	m.Release()
	return false, nil
}

func (c *client) hello(out *wire.Out) {
	if c.login != nil {
		out.B = append(out.B, c.login...)
		c.login, c.asked = nil, true
	}
}

func (c *client) encodeRequest(out *wire.Out, m *codecs.Message) error {
	if m.Part || !m.End {
		return codecs.Errorf(codecs.Internal, "redis: encode request: a request comes in one piece")
	}
	if m.Frame.Of == name {
		return c.pass(out, m)
	}
	noArgs := m.Bare || m.Format.Shape == codecs.Void
	if !noArgs && !slices.Contains(formats, m.Format) {
		return codecs.Errorf(codecs.Internal, "redis: encode request: a body of %s", m.Format)
	}
	f := textual
	if m.Format.Encoding == packedName {
		f = packed
	}
	var props []codecs.Pair
	if c.props {
		props = sendable(m.Meta.Pairs)
	}
	b := appendRequest(c.buf[:0], f, m, props)
	if noArgs || m.Body.Len() == 0 {
		b = append(b, f.none()...)
		m.Body.Release()
	}
	split := len(b)
	b = appendRequestEnd(b, f, props)
	if cap(b) <= keepMax {
		c.buf = b
	}
	n := len(b) + m.Body.Len()
	if err := c.fits(n); err != nil {
		return err
	}
	c.get(out, n)
	out.B = append(out.B, b[:split]...)
	out.Body(m.Body)
	m.Body = wire.Body{}
	out.B = append(append(out.B, b[split:]...), "\r\n"...)
	m.Release()
	return nil
}

// pass sends a request object as it came from a caller that speaks redis too.
func (c *client) pass(out *wire.Out, m *codecs.Message) error {
	if err := c.fits(m.Frame.Bytes.Len()); err != nil {
		return err
	}
	c.get(out, m.Frame.Bytes.Len())
	out.Body(m.Frame.Bytes)
	m.Frame = codecs.Frame{}
	out.B = append(out.B, "\r\n"...)
	m.Release()
	return nil
}

func (c *client) fits(n int) error {
	if c.max > 0 && n > c.max {
		return codecs.Errorf(codecs.Invalid, "redis: encode request: length %d over limit %d", n, c.max)
	}
	return nil
}

// get writes what stands before a request object of n bytes.
func (c *client) get(out *wire.Out, n int) {
	c.hello(out)
	out.B = append(out.B, "*2\r\n$3\r\nGET\r\n"...)
	out.B = appendHead(out.B, '$', n)
}
