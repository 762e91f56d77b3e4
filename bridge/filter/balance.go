package filter

import (
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/bridge/upstream"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// Balance picks the endpoint and turns the canonical names into those that the endpoint's protocol uses. A frame of the same
// protocol whose words stay as they are is left intact.
func Balance(clusters map[string]*upstream.Cluster) codecs.Filter {
	return func(next codecs.Handler) codecs.Handler {
		return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
			choice, _ := c.Plan.(*route.Choice)
			cl := clusters[choice.Cluster]
			if cl == nil || len(cl.Endpoints) == 0 {
				return codecs.Refuse(c, back, codecs.Status{Code: codecs.Unavailable, Unsent: true,
					Text: "filter: balance: cluster " + choice.Cluster + " has no endpoint"})
			}
			e := cl.Pick(c.To.Addr)
			c.Rec.Attempts++
			c.To = codecs.Target{Addr: e.Addr, Protocol: cl.Codec.Name(), Cluster: cl.Name, Codec: cl.Codec, Traits: &cl.Traits, Session: e.Session(), Via: e, Format: cl.Format, Told: cl.Told}
			if err := rename(c, choice); err != nil {
				return codecs.Refuse(c, back, codecs.StatusOf(err))
			}
			return next.Open(c, back)
		})
	}
}

// rename says the target's names, and gives up the intact frame where the target needs another.
func rename(c *codecs.Call, choice *route.Choice) error {
	h := &c.Req.Header
	canonical := codecs.Header{Service: c.Rec.Service, Method: c.Rec.Method}
	h.Service, h.Method = choice.Service.Target(c.To.Protocol, &canonical)
	if c.Req.Frame.Of != "" {
		if c.Req.Frame.Of == c.To.Protocol && h.Service == c.From.Service && h.Method == c.From.Method {
			return nil
		}
		if err := c.LoadMeta(); err != nil {
			return err
		}
		c.Req.Touch()
		bound(c, choice.Policy.Timeout) // the caller's own time may be known only now
	}
	if !c.Deadline.IsZero() {
		h.Timeout = max(time.Until(c.Deadline), time.Millisecond)
	}
	return nil
}
