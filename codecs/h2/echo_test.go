package h2_test

import (
	"strconv"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/h2"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// echo is a mapping that shows everything that a session does: the path is /service/method, and each DATA frame's payload is a
// message, or a piece of one if the path has the query "pieces". Fields that begin with "x-" are metadata. What ends a call is in the trailer
// "code", or, if there has been no head, in the head. It puts the prefix "<" in front of payloads it writes for services that begin with a "p", and takes it
// off.
type echo struct{ name string }

func (e echo) Name() string { return e.name }

func (echo) Traits() codecs.Traits {
	return codecs.Traits{Deadline: true, Formats: []codecs.Format{{Encoding: "echo", Shape: codecs.Value}}}
}

func (e echo) Claims(block []h2.Field) bool {
	t, _ := h2.Get(block, "content-type")
	return t == e.name
}

func (e echo) Exchange(side codecs.Side, set *codecs.Settings) h2.Exchange {
	return &exchange{name: e.name, client: side == codecs.Client}
}

type exchange struct {
	name    string
	client  bool
	headOut bool
}

func (x *exchange) Reset() { *x = exchange{name: x.name, client: x.client} }

func (x *exchange) Head(m *codecs.Message, block []h2.Field, end bool) error {
	m.Kind, m.End, m.Bare = codecs.Request, end, true
	if x.client {
		m.Kind = codecs.Reply
		x.status(m, block)
	}
	path, _ := h2.Get(block, ":path")
	if strings.HasPrefix(path, "/bad") {
		return codecs.Errorf(codecs.Invalid, "echo: path %s", path)
	}
	m.Service, m.Method, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	meta(m, block)
	return nil
}

func meta(m *codecs.Message, block []h2.Field) {
	m.Meta.Loaded = true
	for _, f := range block {
		if strings.HasPrefix(f.Name, "x-") {
			m.Meta.Add(f.Name, f.Value)
		}
	}
}

func (x *exchange) status(m *codecs.Message, block []h2.Field) {
	if s, ok := h2.Get(block, "code"); ok {
		n, _ := strconv.Atoi(s)
		m.Status.Code = codecs.Code(n)
		m.Status.Text, _ = h2.Get(block, "text")
	}
}

func (x *exchange) Data(m *codecs.Message, p []byte, end bool) (int, error) {
	m.Kind, m.End, m.Body, m.Bare = codecs.Data, end, wire.Borrow(p), len(p) == 0
	if string(p) == "bad" {
		return 0, codecs.Errorf(codecs.Invalid, "echo: payload %s", p)
	}
	// Several messages in one frame have semicolons behind them.
	for i, c := range p {
		if c == ';' {
			m.Body = wire.Borrow(p[:i])
			m.End = end && i+1 == len(p)
			return i + 1, nil
		}
	}
	if string(p) == "silent" {
		m.Kind = codecs.None
		m.Body = wire.Body{}
	}
	return len(p), nil
}

func (x *exchange) Trailers(m *codecs.Message, block []h2.Field) error {
	m.Kind, m.End, m.Bare = codecs.Data, true, true
	x.status(m, block)
	meta(m, block)
	return nil
}

func (x *exchange) Write(p *h2.Parts, m *codecs.Message) error {
	if m.Status.Text == "refuse" {
		return codecs.Errorf(codecs.Invalid, "echo: write: refused")
	}
	if m.Status.Text == "break" {
		p.Reset = true
		return nil
	}
	var at *[]h2.Field
	switch m.Kind {
	case codecs.Request, codecs.Oneway:
		p.Head = append(p.Head, h2.Field{":method", "POST"}, h2.Field{":scheme", "http"}, h2.Field{":path", "/" + m.Service + "/" + m.Method},
			h2.Field{":authority", "echo"}, h2.Field{"content-type", x.name})
		at = &p.Head
	case codecs.Reply:
		p.Head = append(p.Head, h2.Field{":status", "200"})
		at = &p.Head
	}
	x.headOut = true
	if m.End && !x.client && (m.Kind != codecs.Reply || m.Body.Len() > 0) {
		at = &p.Tail
	}
	if m.End && !x.client {
		*at = append(*at, h2.Field{"code", strconv.Itoa(int(m.Status.Code))})
		if m.Status.Text != "" {
			*at = append(*at, h2.Field{"text", m.Status.Text})
		}
	}
	if at != nil {
		for _, pair := range m.Meta.Pairs {
			*at = append(*at, h2.Field{pair.Key, pair.Value})
		}
	}
	if !m.Bare && m.Format.Zip == "prefix" {
		p.Prefix = append(p.Prefix, "<prefix>"...)
	}
	return nil
}
