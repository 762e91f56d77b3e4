package filter

import (
	"errors"
	"fmt"

	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/bridge/upstream"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Gather makes one whole request, with a message of at most limit bytes, of one that comes in several messages: for clusters whose
// protocol takes no streams, and for callers whose protocol has none and only cuts a large request into pieces. The call goes on
// once the request is whole. A stream of more than one message, or of none, is refused.
func Gather(clusters map[string]*upstream.Cluster, limit int) codecs.Filter {
	return func(next codecs.Handler) codecs.Handler {
		return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
			if c.Req.End {
				return next.Open(c, back)
			}
			choice, _ := c.Plan.(*route.Choice)
			cl := clusters[choice.Cluster]
			if cl == nil || streams(&cl.Traits) && (c.From.Traits == nil || streams(c.From.Traits)) {
				return next.Open(c, back)
			}
			g := &gathering{c: c, back: back, next: next, to: cl.Codec.Name()}
			g.limit = limit
			first := codecs.Message{Kind: codecs.Data, Bare: c.Req.Bare, Part: c.Req.Part, Size: c.Req.Size, Body: c.Req.Body}
			first.Format.Zip = c.Req.Format.Zip
			c.Req.Body = wire.Body{}
			c.Req.Touch()
			g.Send(&first)
			return g
		})
	}
}

// gathering is a request that is not whole yet.
type gathering struct {
	single
	c    *codecs.Call
	back codecs.Stream
	next codecs.Handler
	to   string        // the protocol that takes only whole requests
	fwd  codecs.Stream // once it is whole
	over bool          // it was given up before
}

// Send always has room, up to the limit: the caller need not pause.
func (g *gathering) Send(m *codecs.Message) bool {
	if g.over || g.fwd != nil {
		m.Release()
		return true
	}
	end := m.End
	if err := g.take(m); err != nil {
		m.Release()
		g.refuse(err)
		return true
	}
	if end {
		g.open()
	}
	return true
}

func (g *gathering) refuse(err error) {
	s := codecs.StatusOf(err)
	s.Text = "filter: gather: the request: " + s.Text
	if errors.Is(err, errSeveral) {
		s.Code, s.Text = codecs.Unimplemented, fmt.Sprintf("filter: gather: the request has more than one message: a stream of them cannot go to %s", g.to)
	}
	g.Cancel(s)
}

// open sends the request on.
func (g *gathering) open() {
	if !g.some {
		g.Cancel(codecs.Status{Code: codecs.Invalid, Text: fmt.Sprintf("filter: gather: the request ended without a message: %s takes just one", g.to)})
		return
	}
	req := &g.c.Req
	f := req.Format
	f.Zip = g.got.Format.Zip
	req.SetBody(g.got.Body, f)
	req.End, req.Part, req.Size = true, false, 0
	g.single = single{}
	g.fwd = g.next.Open(g.c, g.back)
}

// OnReady is never used: Send asks nobody to pause.
func (g *gathering) OnReady(func()) {}

// Cancel gives the call up.
func (g *gathering) Cancel(s codecs.Status) {
	switch {
	case g.fwd != nil:
		g.fwd.Cancel(s)
	case !g.over:
		g.over = true
		g.got.Release()
		g.c.Req.Release()
		g.back.Cancel(s)
	}
}
