package http

import (
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// client is the client side of HTTP/1.1. Each request, a one-way one too, gets one Reply; answers of 1xx are passed over. An
// answer after which the server closes is followed by a Goaway, for which it leaves its last byte lying.
type client struct {
	lim limits
	caller

	section section
	need    int // bytes of the frame that is arriving; 0: not known
	frame   framing
	status  int
	reply   replyHead
	ending  ending

	gathered gathered // of a chunked answer
	body     []byte

	scratch []byte // of Encode
}

var (
	_ codecs.Session = (*client)(nil)
	_ codecs.Sizer   = (*client)(nil)
)

// ending is how far a connection has come that is to be closed.
type ending uint8

const (
	open    ending = iota
	closing        // the byte that stands for the end comes next
	closed         // whatever comes is nobody's
)

func newClient(lim limits, t *codecs.Traits, set *codecs.Settings) *client {
	return &client{lim: lim, caller: newCaller(t, set)}
}

// FrameSize is known once Decode has seen the head; of a chunked answer it is known a chunk at a time.
func (c *client) FrameSize([]byte) int { return c.need }

// Decode reads one answer; n is 0 until it is whole.
func (c *client) Decode(m *codecs.Message, p []byte) (n int, err error) {
	if len(p) == 0 || len(p) < c.need {
		return 0, nil
	}
	c.need = 0
	switch c.ending {
	case closing:
		c.ending, m.Kind = closed, codecs.Goaway
		return len(p), nil
	case closed:
		return len(p), nil
	}
	if n, err = c.answer(m, p); err != nil {
		// Towards the caller it is a gateway's 502, whatever it would be towards a client of ours.
		err = refuse(502, codecs.Malformed, "%s", strings.TrimPrefix(err.Error(), Name+": "))
	}
	return n, err
}

func (c *client) answer(m *codecs.Message, p []byte) (n int, err error) {
	head, err := c.head(p)
	if head == 0 {
		return 0, err
	}
	switch {
	case c.status/100 == 1:
		c.section = section{}
		return head, nil
	case c.frame.chunked:
		n, c.need, err = c.gathered.take(p, head, c.lim)
		c.body = c.gathered.body
	case c.frame.length < 0 && c.status >= 400: // net/http has no more to say to what it cannot parse
		c.frame.close, n = true, head
	case c.frame.length < 0 && c.status != 204:
		return 0, malformed("neither Content-Length nor chunked")
	default:
		n, err = c.whole(p, head)
	}
	if n == 0 {
		return 0, err
	}
	c.reply.message(m, c.status, c.body, c.fault)
	c.section, c.gathered, c.body = section{}, gathered{}, nil
	if c.frame.close {
		c.ending = closing
		n--
	}
	return n, nil
}

// head reads a head once it is all there, and gives its length.
func (c *client) head(p []byte) (end int, err error) {
	known := c.section.end
	if end, err = c.section.find(p, c.lim.head, false); end == 0 || known != 0 && c.gathered.at != 0 {
		return end, err
	}
	c.reply.reset(p[:end])
	c.frame = framing{length: -1}
	start, fields := cutLine(p[:end])
	if c.status, err = statusLine(start, &c.frame); err != nil {
		return 0, err
	}
	for fields = fields[:len(fields)-len(crlf)]; len(fields) > 0; {
		var field []byte
		field, fields = cutLine(fields)
		name, value, err := splitField(field)
		if err != nil {
			return 0, err
		}
		var buf [64]byte
		low := lower(&buf, name)
		if ours, err := c.frame.field(low, value); err != nil {
			return 0, err
		} else if !ours {
			c.reply.field(low, name, value)
		}
	}
	c.reply.block.p = nil
	if err := c.checkReply(); err != nil {
		return 0, err
	}
	return end, nil
}

// checkReply refuses what has no length, or more than one.
func (c *client) checkReply() error {
	f := &c.frame
	none := c.status/100 == 1 || c.status == 204
	switch {
	case c.status == 101:
		return malformed("status 101, no upgrade was asked for")
	case c.status == 304:
		return malformed("status 304, no condition was asked for")
	case none && (f.chunked || f.length > 0):
		return malformed("status %d with a body", c.status)
	}
	return f.check()
}

// statusLine takes HTTP/1.1 SP 200 [SP reason].
func statusLine(p []byte, f *framing) (status int, err error) {
	if len(p) < len(version11)+4 || string(p[:8]) != version11 && string(p[:8]) != version10 || p[8] != ' ' {
		return 0, malformed("no HTTP/1.1 status in the first line")
	}
	status, ok := digits(p[9:12], 599)
	if !ok || status < 100 || len(p) > 12 && p[12] != ' ' {
		return 0, malformed("status %.8q", p[9:])
	}
	for _, ch := range p[12:] {
		if ch < ' ' && ch != '\t' || ch == 0x7f {
			return 0, malformed("control character %#x in the first line", ch)
		}
	}
	f.minor = p[7]
	f.close = f.minor == '0'
	return status, nil
}

// whole takes a body of known length.
func (c *client) whole(p []byte, head int) (n int, err error) {
	length := max(c.frame.length, 0)
	if length > c.lim.frame-head {
		return 0, malformed("body of %d bytes over limit %d", length, c.lim.frame-head)
	}
	if n = head + length; len(p) < n {
		c.need = n
		return 0, nil
	}
	c.body = p[head:n]
	return n, nil
}
