package codectest

import (
	"errors"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// pair is both ends of one connection.
type pair struct {
	t      *testing.T
	codec  codecs.Codec
	format codecs.Format // of request bodies
	client *driver
	server *driver
	id     uint64
}

func newPair(t *testing.T, c codecs.Codec, set codecs.Settings) *pair {
	f, _ := speaks(c)
	p := &pair{t: t, codec: c, format: f, id: c.Traits().IDs.First,
		client: newDriver(c, c.Session(codecs.Client, set)), server: newDriver(c, c.Session(codecs.Server, set))}
	p.client.meta, p.server.meta = true, true
	for _, d := range []struct{ from, to *driver }{{p.client, p.server}, {p.server, p.client}} {
		b, err := encode(d.from.sess, &codecs.Message{Kind: codecs.Hello})
		if err != nil {
			t.Fatalf("encode hello: %v", err)
		}
		d.to.feed(b)
	}
	p.settle()
	return p
}

// settle carries what the sides owe each other.
func (p *pair) settle() {
	for range 4 { // settings, acknowledgements, what those bring
		p.server.feed(p.client.take())
		p.client.feed(p.server.take())
	}
}

// request makes a request with the given arguments.
func (p *pair) request(service, method string, v values) codecs.Message {
	return codecs.Message{Kind: codecs.Request, End: true,
		Header: codecs.Header{Service: service, Method: method, Descriptor: v.descriptor(), Args: int16(len(v)), Format: p.format,
			Meta: codecs.Meta{Loaded: true}},
		Body: wire.Copy(v.args(p.format))}
}

// sent is what was written, and what the other side understood.
type sent struct {
	bytes []byte
	seen
}

// errRefused: the message could not be said, which is an answer too.
var errRefused = errors.New("refused")

// send encodes on the client side and decodes on the server side. Exactly one call must come out.
func (p *pair) send(m *codecs.Message) (sent, error) {
	p.t.Helper()
	m.ID = p.id
	p.id += p.codec.Traits().IDs.Step
	return p.carry(p.client, p.server, m)
}

// reply encodes on the server side the reply to req and decodes on the client side.
func (p *pair) reply(req seen, s codecs.Status, f codecs.Format, body []byte) (sent, error) {
	p.t.Helper()
	m := codecs.Message{Kind: codecs.Reply, End: true, Bare: body == nil, ID: req.ID, Hint: req.Hint,
		Header: codecs.Header{Status: s, Format: f, Meta: codecs.Meta{Loaded: true}}}
	if body != nil {
		m.Body = wire.Copy(body)
	}
	return p.carry(p.server, p.client, &m)
}

func (p *pair) carry(from, to *driver, m *codecs.Message) (sent, error) {
	p.t.Helper()
	kind := m.Kind
	b, err := encode(from.sess, m)
	if err != nil {
		m.Release()
		return sent{}, errors.Join(errRefused, err)
	}
	n := len(to.got)
	to.feed(b)
	if to.lost != nil {
		p.t.Fatalf("%s written as %.400q: %v", kind, b, to.lost)
	}
	var calls []seen
	for _, s := range joined(to.got[n:]) {
		if s.isCall() {
			calls = append(calls, s)
		}
	}
	if len(calls) > 1 && p.codec.Traits().Stream && calls[len(calls)-1].End {
		calls = []seen{whole(calls)}
	}
	p.settle()
	if len(calls) != 1 || len(to.buf) > 0 {
		p.t.Fatalf("%s written as %.400q: read as %d messages with %d bytes left", kind, b, len(calls), len(to.buf))
	}
	return sent{b, calls[0]}, nil
}
