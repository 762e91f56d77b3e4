package filter

import (
	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// Local answers calls of services that are the process's own, by the name that callers use: its health, what it can tell of its
// contracts. A service that the configuration speaks of by its very name, in services, rules or allow, is no longer the process's own:
// then its calls go the way of all others. Those answered here are of no service of the table, so that neither its rules nor allow,
// whatever their patterns, hold for them, and they have the time that the caller says.
func Local(t *route.Table, own map[string]codecs.Handler) codecs.Filter {
	return func(next codecs.Handler) codecs.Handler {
		if len(own) == 0 {
			return next
		}
		return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
			h, ok := own[c.Req.Service]
			if !ok || isNamed(t, c) {
				return next.Open(c, back)
			}
			bound(c, 0)
			return h.Open(c, back)
		})
	}
}

// isNamed says whether the configuration speaks of the very service that is called.
func isNamed(t *route.Table, c *codecs.Call) bool {
	head := c.Req.Header
	svc, _ := t.Canonical(c.From.Protocol, &head)
	return svc != nil || t.Known(head.Service)
}
