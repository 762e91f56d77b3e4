package filter

import (
	"math/rand/v2"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/bridge/upstream"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// Route turns the caller's names into the canonical ones and finds the cluster and the policy. The timeout of the defaults is not for
// callers of streams to servers of streams: those say how long they wait, and for ever if they say nothing.
func Route(t *route.Table, clusters map[string]*upstream.Cluster) codecs.Filter {
	return func(next codecs.Handler) codecs.Handler {
		return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
			h := &c.Req.Header
			svc, _ := t.Canonical(c.From.Protocol, h)
			if t.Needs(h.Service).Meta {
				if err := c.LoadMeta(); err != nil {
					return codecs.Refuse(c, back, codecs.StatusOf(err))
				}
			}
			if svc.Fill(h) {
				c.From.Service = "" // the caller's own words lack something: they cannot be passed on as they are
			}
			c.Rec.Service, c.Rec.Method = h.Service, h.Method
			choice, err := t.Match(h, rand.Uint32())
			if err != nil {
				s := codecs.StatusOf(err)
				s.Unsent = true
				return codecs.Refuse(c, back, s)
			}
			c.Plan = choice
			own, standard := choice.Policy.Timeout, choice.Policy.Standard
			if cl := clusters[choice.Cluster]; standard && c.Req.Stream && cl != nil && streams(&cl.Traits) {
				own = 0
			}
			if err := limitTime(c, own, standard); err != nil {
				return codecs.Refuse(c, back, codecs.StatusOf(err))
			}
			return next.Open(c, back)
		})
	}
}

// limitTime sets the deadline. A route's own timeout is worth looking for the caller's behind the body; the standard one is
// not: a caller that said more, unread, would be cut short.
func limitTime(c *codecs.Call, own time.Duration, standard bool) error {
	unread := c.From.Traits != nil && c.From.Traits.TailMeta && !c.Req.Meta.Loaded
	if unread && !standard {
		if err := c.LoadMeta(); err != nil {
			return err
		}
		unread = false
	}
	if unread {
		own = unknownDeadline
	}
	bound(c, own)
	return nil
}

// bound makes the deadline the nearer of the caller's and the route's.
func bound(c *codecs.Call, own time.Duration) {
	limit := c.Req.Timeout
	if limit <= 0 || own > 0 && own < limit {
		limit = own
	}
	if limit <= 0 {
		return
	}
	if c.Req.Timeout > limit {
		c.Req.Timeout = limit
	}
	c.Deadline = c.Rec.Start.Add(limit)
}
