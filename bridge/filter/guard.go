// Package filter is the stages between two wires, each a Handler that wraps the next: inside, guard, local, route, admit, gather,
// retry, balance, transcode, collect. Their order is fixed in the bridge's chain.
//
// It knows the vocabulary of codecs, the table, the clusters and the encodings. It refuses to know sockets and protocols: what
// differs between protocols it reads from their Traits.
package filter

import (
	"fmt"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// maxHops is how many dragomans a call may pass.
const maxHops = 4

// unknownDeadline bounds a call whose own time stands unread behind its body, and whose route sets none.
const unknownDeadline = 10 * time.Minute

// Guard refuses what no stage may see, and notes the caller's own words. The timer and the exactly-once end are with the engine's
// exchange, which is one piece of memory with the call.
func Guard() codecs.Filter {
	return func(next codecs.Handler) codecs.Handler {
		return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
			h := &c.Req.Header
			c.From.Service, c.From.Method = h.Service, h.Method
			c.Rec.Service, c.Rec.Method = h.Service, h.Method
			switch {
			case h.Hops > maxHops:
				return codecs.Refuse(c, back, codecs.Status{Code: codecs.Internal, Text: "filter: guard: the call has passed more than 4 dragomans: a loop"})
			case !printable(h.Service, ' ') || !printable(h.Method, '!'):
				return codecs.Refuse(c, back, codecs.Status{Code: codecs.Invalid, Unsent: true,
					Text: fmt.Sprintf("filter: guard: %.64q.%.64q is no name of a service and a method", h.Service, h.Method)})
			}
			return next.Open(c, back)
		})
	}
}

// printable says whether a name has no control character, and none before first. A space in the name of a method makes it a
// request line for HTTP servers: such names come from the configuration alone.
func printable(name string, first byte) bool {
	for i := range len(name) {
		if name[i] < first || name[i] == 0x7f {
			return false
		}
	}
	return true
}
