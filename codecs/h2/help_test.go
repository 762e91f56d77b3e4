package h2_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// peer is one side of a connection, driven as an engine does it: what waits for a window is said when one opens, and what was read
// is given back unless the test keeps it.
type peer struct {
	t      testing.TB
	sess   codecs.Session
	out    wire.Out
	in     []byte
	got    []string                   // what was decoded, a line each
	waits  map[uint64]*codecs.Message // rests by id
	bodies map[uint64][]byte          // of requests that are not whole, by id
	keeps  bool                       // what is read is not given back
	lost   error
	each   func(m *codecs.Message, err error) // called with what is decoded
}

func newPeer(t testing.TB, c codecs.Codec, side codecs.Side, set codecs.Settings) *peer {
	p := &peer{t: t, sess: c.Session(side, set), waits: map[uint64]*codecs.Message{}, bodies: map[uint64][]byte{}}
	t.Cleanup(func() {
		for _, m := range p.waits {
			m.Release()
		}
		p.out.Reset()
	})
	return p
}

// feed decodes what has come, and gives back what the messages used.
func (p *peer) feed(b []byte) {
	p.in = append(p.in, b...)
	for len(p.in) > 0 && p.lost == nil {
		if n := p.sess.(codecs.Sizer).FrameSize(p.in); n > len(p.in) {
			break
		}
		var m codecs.Message
		n, err := p.sess.Decode(&m, p.in[:len(p.in):len(p.in)])
		if n == 0 && err != nil {
			p.lost = err
			p.do(codecs.Message{Kind: codecs.Goaway, Header: codecs.Header{Status: codecs.StatusOf(err)}})
			break
		}
		if n == 0 {
			break
		}
		p.decoded(&m, err)
		p.in = p.in[n:]
	}
	p.do(codecs.Message{Kind: codecs.None})
}

func (p *peer) decoded(m *codecs.Message, err error) {
	if line := tell(m, err); line != "" {
		p.got = append(p.got, line)
	}
	id, credit := m.ID, m.Credit
	if p.each != nil {
		p.each(m, err)
	}
	if m.Kind == codecs.Window {
		for id, rest := range p.waits {
			if m.ID == 0 || m.ID == id {
				delete(p.waits, id)
				_ = p.encode(rest)
			}
		}
	}
	m.Release()
	if credit > 0 && !p.keeps {
		p.do(codecs.Message{Kind: codecs.Window, ID: id, Credit: credit})
	}
}

// do encodes a message that must not fail.
func (p *peer) do(m codecs.Message) {
	p.t.Helper()
	if err := p.try(m); err != nil {
		p.t.Fatalf("encode %v: %v", m.Kind, err)
	}
}

// try encodes a message.
func (p *peer) try(m codecs.Message) error {
	p.t.Helper()
	before := p.out.Len()
	err := p.encode(&m)
	if err != nil && p.out.Len() != before {
		p.t.Fatalf("encode %v: %v, and %d bytes more", m.Kind, err, p.out.Len()-before)
	}
	return err
}

func (p *peer) encode(m *codecs.Message) error {
	id := m.ID
	more, err := p.sess.Encode(&p.out, m)
	p.out.Own()
	switch {
	case err != nil:
		m.Release()
	case more:
		m.Own()
		rest := *m
		p.waits[id] = &rest
	}
	return err
}

// take gives what was written.
func (p *peer) take() []byte {
	b := p.out.AppendTo(nil)
	p.out.Reset()
	return b
}

// lines gives what was decoded since, and forgets it.
func (p *peer) lines() string {
	s := strings.Join(p.got, "\n")
	p.got = nil
	return s
}

// tell describes a message in a line.
func tell(m *codecs.Message, err error) string {
	if m.Kind == codecs.None {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%v", m.Kind)
	if m.ID != 0 {
		fmt.Fprintf(&b, " %d", m.ID)
	}
	if m.Service != "" {
		fmt.Fprintf(&b, " %s.%s", m.Service, m.Method)
	}
	for _, pair := range m.Meta.Pairs {
		fmt.Fprintf(&b, " %s=%s", pair.Key, pair.Value)
	}
	switch {
	case err != nil:
	case m.Kind == codecs.Data && m.Bare, m.Kind == codecs.Request && m.Bare, m.Kind == codecs.Reply && m.Bare:
		b.WriteString(" bare")
	case m.Kind == codecs.Data, m.Kind == codecs.Request, m.Kind == codecs.Reply:
		fmt.Fprintf(&b, " %.40q", m.Body.Bytes())
		if m.Body.Len() > 40 {
			fmt.Fprintf(&b, "… %d bytes", m.Body.Len())
		}
	}
	if m.Part {
		b.WriteString(" part")
	}
	if m.End {
		b.WriteString(" end")
	}
	if m.Status.Code != codecs.OK || m.Status.Text != "" {
		fmt.Fprintf(&b, " %v", m.Status)
	}
	if err != nil {
		b.WriteString(" failed")
	}
	return b.String()
}

// wired is a client and a server that are connected.
type wired struct{ client, server *peer }

func newWired(t testing.TB, c codecs.Codec) *wired {
	w := &wired{newPeer(t, c, codecs.Client, codecs.Settings{}), newPeer(t, c, codecs.Server, codecs.Settings{})}
	w.client.do(codecs.Message{Kind: codecs.Hello})
	w.server.do(codecs.Message{Kind: codecs.Hello})
	w.move()
	w.client.lines()
	w.server.lines()
	return w
}

// move carries bytes until neither side says anything more.
func (w *wired) move() {
	for {
		a, b := w.client.take(), w.server.take()
		if len(a)+len(b) == 0 {
			return
		}
		w.server.feed(a)
		w.client.feed(b)
	}
}

// expect fails the test if a peer did not see those lines.
func (p *peer) expect(want ...string) {
	p.t.Helper()
	if got := p.lines(); got != strings.Join(want, "\n") {
		p.t.Errorf("decoded:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}

func request(id uint64, method string, end bool) codecs.Message {
	return codecs.Message{Kind: codecs.Request, ID: id, Bare: true, End: end,
		Header: codecs.Header{Service: "svc", Method: method, Meta: codecs.Meta{Loaded: true}}}
}

func data(id uint64, body string, end bool) codecs.Message {
	return codecs.Message{Kind: codecs.Data, ID: id, End: end, Body: wire.Copy([]byte(body))}
}

func reply(id uint64, body string, s codecs.Status) codecs.Message {
	m := codecs.Message{Kind: codecs.Reply, ID: id, End: true, Bare: body == "", Header: codecs.Header{Status: s}}
	if body != "" {
		m.Body = wire.Copy([]byte(body))
	}
	return m
}
