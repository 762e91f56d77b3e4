package h2_test

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/h2"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// echo is a mapping that shows what a session does: the path is /service/method, fields that begin with x- are metadata, each DATA
// frame is a message, or several with a newline behind each. The fields code and text say how a call ended: in the trailers, or in
// the head if there is nothing behind it. It takes all requests but those of content type "unknown".
type echo struct{ name string }

var echoCodec = h2.New(echo{"echo"})

func (e echo) Name() string { return e.name }

func (echo) Traits() codecs.Traits {
	return codecs.Traits{Formats: []codecs.Format{{Encoding: "echo", Shape: codecs.Value}}}
}

func (e echo) Claims(block []h2.Field) bool {
	t, _ := h2.Get(block, "content-type")
	return t != "unknown"
}

func (e echo) Exchange(side codecs.Side, _ *codecs.Settings) h2.Exchange {
	return &exchange{client: side == codecs.Client}
}

type exchange struct{ client bool }

func (x *exchange) Reset() {}

func (x *exchange) Head(m *codecs.Message, block []h2.Field, end bool) error {
	m.Kind, m.End, m.Bare = codecs.Request, end, true
	if x.client {
		m.Kind = codecs.Reply
	}
	path, _ := h2.Get(block, ":path")
	if strings.HasPrefix(path, "/bad") {
		return codecs.Errorf(codecs.Invalid, "echo: path %s", path)
	}
	service, method, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	m.Service, _ = url.PathUnescape(service)
	m.Method, _ = url.PathUnescape(method)
	m.Args, m.Format = -1, codecs.Format{Encoding: "echo", Shape: codecs.Value}
	closing(m, block)
	return nil
}

// closing reads what both heads and trailers hold.
func closing(m *codecs.Message, block []h2.Field) {
	m.Meta.Loaded = true
	for _, f := range block {
		switch {
		case f.Name == "code":
			n, _ := strconv.Atoi(f.Value)
			m.Status.Code = codecs.Code(n)
		case f.Name == "text":
			m.Status.Text, _ = url.QueryUnescape(f.Value)
		case strings.HasPrefix(f.Name, "x-"):
			m.Meta.Add(f.Name, f.Value)
		}
	}
}

func (x *exchange) Data(m *codecs.Message, p []byte, end bool) (int, error) {
	n, text := len(p), p
	if i := strings.IndexByte(string(p), '\n'); i >= 0 {
		n, text = i+1, p[:i]
	}
	last := end && n == len(p)
	switch {
	case string(text) == "bad":
		return 0, codecs.Errorf(codecs.Invalid, "echo: payload %s", text)
	case string(text) == "silent" && !last:
		return n, nil
	}
	m.Kind, m.End, m.Body, m.Bare = codecs.Data, last, wire.Borrow(text), n == 0
	return n, nil
}

func (x *exchange) Trailers(m *codecs.Message, block []h2.Field) error {
	m.Kind, m.End, m.Bare = codecs.Data, true, true
	closing(m, block)
	return nil
}

func (x *exchange) Write(p *h2.Parts, m *codecs.Message) error {
	switch m.Status.Text {
	case "cannot be said":
		return codecs.Errorf(codecs.Invalid, "echo: write: a status that cannot be said")
	case "break":
		p.Reset = true
		return nil
	}
	at := &p.Tail
	switch m.Kind {
	case codecs.Request, codecs.Oneway:
		at = &p.Head
		p.Head = append(p.Head, h2.Field{Name: ":method", Value: "POST"}, h2.Field{Name: ":scheme", Value: "http"},
			h2.Field{Name: ":path", Value: "/" + url.PathEscape(m.Service) + "/" + url.PathEscape(m.Method)},
			h2.Field{Name: ":authority", Value: "echo"}, h2.Field{Name: "content-type", Value: "echo"})
	case codecs.Reply:
		p.Head = append(p.Head, h2.Field{Name: ":status", Value: "200"})
		if m.Bare {
			at = &p.Head
		}
	default: // in the trailers
	}
	if m.End && !x.client && m.Status.Code != codecs.OK {
		*at = append(*at, h2.Field{Name: "code", Value: strconv.Itoa(int(m.Status.Code))})
		*at = append(*at, h2.Field{Name: "text", Value: url.QueryEscape(m.Status.Text[:min(len(m.Status.Text), 1000)])})
	}
	for _, pair := range m.Meta.Pairs {
		if strings.HasPrefix(pair.Key, "x-") {
			*at = append(*at, h2.Field{Name: pair.Key, Value: pair.Value})
		}
	}
	if m.Format.Zip == "prefix" {
		p.Prefix = append(p.Prefix, "<prefix>"...)
	}
	return nil
}
