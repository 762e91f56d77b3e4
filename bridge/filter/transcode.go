package filter

import (
	"fmt"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Transcode rewrites bodies where the caller and the server write them differently, and nothing where they do not: a call that stays
// in its protocol passes, and so does its reply, unless its cluster is told to be of another encoding than the caller's. Between two
// protocols it also sees to the words that steer the target's world: a caller from outside does not set them.
//
// Of a stream each message is converted on its own. One that comes in pieces is put together first, unless both sides write it alike.
func Transcode(encodings map[string]codecs.Encoding, book contract.Book, limit int) codecs.Filter {
	t := &transcoder{encodings: encodings, book: contract.Described(book), limit: limit}
	return func(next codecs.Handler) codecs.Handler {
		return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
			if c.From.Protocol == c.To.Protocol && !rewritten(c) {
				return next.Open(c, back) // intact, or with other names in front of the same body
			}
			return t.open(c, back, next)
		})
	}
}

// rewritten says whether a call that stays in its protocol goes to a server that reads another encoding than the caller writes, as the
// configuration of the cluster says. An empty body has no encoding.
func rewritten(c *codecs.Call) bool {
	own := c.Req.Format.Encoding
	return c.To.Told && own != "" && own != c.To.Format.Encoding
}

type transcoder struct {
	encodings map[string]codecs.Encoding
	book      contract.Book
	limit     int // bytes of a message that is put together or inflated
}

// crossing is a call from one protocol to another. It is the way back of it.
type crossing struct {
	ends
	t        *transcoder
	c        *codecs.Call
	head     *codecs.Header   // of the request: where messages follow it, a copy, for it is gone by then
	from, to codecs.Format    // of requests, as the caller writes them and as the server reads them
	replies  codecs.Format    // as the head of the reply says, if it has a head of its own
	method   *contract.Method // nil: nothing is known of it, or not yet
	sought   bool             // it was looked for
	asked    pieces
	told     pieces
}

// open carries a call from one protocol to another.
func (t *transcoder) open(c *codecs.Call, back codecs.Stream, next codecs.Handler) codecs.Stream {
	whole := c.Req.End
	if c.Req.Format.Encoding == "" && (c.Req.Body.Len() > 0 || !whole) {
		return codecs.Refuse(c, back, codecs.Status{Code: codecs.Unimplemented, Unsent: true,
			Text: fmt.Sprintf("filter: transcode: the request's serialization cannot be read, so it cannot go from %s to %s", c.From.Protocol, c.To.Protocol)})
	}
	if err := c.LoadMeta(); err != nil {
		return codecs.Refuse(c, back, codecs.StatusOf(err))
	}
	c.Req.Touch()
	if own := c.From.Traits; own != nil && own.Echo != "" && own.Echo == c.Rec.Method {
		return answerEcho(c, back)
	}
	allow(c, &c.Req.Meta)
	x := &crossing{ends: ends{back: back}, t: t, c: c, head: &c.Req.Header, from: c.Req.Format, to: c.To.Format}
	x.asked.limit, x.told.limit = t.limit, t.limit
	if !whole {
		return x.stream(next)
	}
	out, err := x.request(&c.Req)
	if err != nil {
		return codecs.Refuse(c, back, codecs.StatusOf(err))
	}
	x.opened(next.Open(c, x))
	out.free()
	return x.fwd
}

// stream opens a call whose messages follow. What came with the head goes behind it.
func (x *crossing) stream(next codecs.Handler) codecs.Stream {
	req := &x.c.Req
	head := req.Header
	x.head = &head
	if err := x.seek(nil); err != nil {
		return codecs.Refuse(x.c, x.back, codecs.StatusOf(err))
	}
	first := codecs.Message{Kind: codecs.Data, Bare: req.Bare, Part: req.Part, Size: req.Size, Body: req.Body}
	first.Format.Zip = x.from.Zip
	req.Body, req.Bare, req.Part, req.Size, req.Format = wire.Body{}, true, false, 0, x.to
	x.describe(&req.Header)
	x.opened(next.Open(x.c, x))
	way := (*asking)(x)
	if !first.Bare || first.Part {
		way.Send(&first)
	}
	return way
}

// answerEcho gives the argument of the caller's own test call back: servers of other protocols do not know it.
func answerEcho(c *codecs.Call, back codecs.Stream) codecs.Stream {
	m := codecs.Message{Kind: codecs.Reply, End: true, Body: c.Req.Body.Share()}
	m.Format = codecs.Format{Encoding: c.Req.Format.Encoding, Shape: codecs.Value}
	back.Send(&m)
	c.Req.Release()
	return codecs.Gone
}

// allow drops the pairs that steer the world of the caller, which mean nothing in another, and those that would steer the server's;
// of a reply likewise. In a call that stays in its protocol they are its own caller's.
func allow(c *codecs.Call, m *codecs.Meta) {
	if c.From.Protocol == c.To.Protocol {
		return
	}
	before := len(m.Pairs)
	if c.From.Traits != nil {
		m.Pairs = allowed(m.Pairs, c.From.Traits)
	}
	m.Pairs = allowed(m.Pairs, c.To.Traits)
	c.Rec.Dropped.Pairs += uint32(before - len(m.Pairs))
}

// allowed drops the pairs that steer the world of a protocol.
func allowed(pairs []codecs.Pair, to *codecs.Traits) []codecs.Pair {
	for i := range pairs {
		if !to.Reserved.Has(pairs[i].Key) {
			continue
		}
		kept := append([]codecs.Pair(nil), pairs[:i]...)
		for _, p := range pairs[i+1:] {
			if !to.Reserved.Has(p.Key) {
				kept = append(kept, p)
			}
		}
		return kept
	}
	return pairs
}
