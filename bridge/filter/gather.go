package filter

import (
	"fmt"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Gather makes one bounded message of a request that comes in pieces, for servers that take whole requests.
func Gather(limit int) codecs.Filter {
	return func(next codecs.Handler) codecs.Handler {
		return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
			if c.Req.End {
				return next.Open(c, back)
			}
			g := &gathering{c: c, back: back, next: next, limit: limit}
			g.add(&c.Req)
			c.Req.Own()
			return g
		})
	}
}

// gathering is a request that is not whole yet.
type gathering struct {
	c     *codecs.Call
	back  codecs.Stream
	next  codecs.Handler
	fwd   codecs.Stream // once it is whole
	over  bool
	limit int
	body  []byte
}

func (g *gathering) add(m *codecs.Message) { g.body = append(g.body, m.Body.Bytes()...) }

func (g *gathering) Send(m *codecs.Message) bool {
	if g.over || g.fwd != nil {
		m.Release()
		return true
	}
	if len(g.body)+m.Body.Len() > g.limit {
		g.Cancel(codecs.Status{Code: codecs.Invalid, Text: fmt.Sprintf("filter: gather: the request is over %d bytes", g.limit)})
		m.Release()
		return true
	}
	g.add(m)
	end := m.End
	m.Release()
	if end {
		g.c.Req.SetBody(wire.Copy(g.body), g.c.Req.Format)
		g.c.Req.End, g.c.Req.Part = true, false
		g.body = nil
		g.fwd = g.next.Open(g.c, g.back)
	}
	return true
}

func (g *gathering) OnReady(func()) {}

func (g *gathering) Cancel(s codecs.Status) {
	switch {
	case g.fwd != nil:
		g.fwd.Cancel(s)
	case !g.over:
		g.over, g.body = true, nil
		g.c.Req.Release()
		g.back.Cancel(s)
	}
}
