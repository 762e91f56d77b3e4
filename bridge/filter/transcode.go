package filter

import (
	"fmt"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// Transcode rewrites bodies where the caller and the server write them differently, and nothing where they do not: a call that stays
// in its protocol passes, and so does its reply. Between two protocols it also sees to the words that steer the target's world: a
// caller from outside does not set them.
func Transcode(encodings map[string]codecs.Encoding, book contract.Book) codecs.Filter {
	t := &transcoder{encodings: encodings, book: contract.Described(book)}
	return func(next codecs.Handler) codecs.Handler {
		return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
			if c.From.Protocol == c.To.Protocol {
				return next.Open(c, back) // intact, or with other names in front of the same body
			}
			return t.open(c, back, next)
		})
	}
}

type transcoder struct {
	encodings map[string]codecs.Encoding
	book      contract.Book
}

// open carries a call from one protocol to another.
func (t *transcoder) open(c *codecs.Call, back codecs.Stream, next codecs.Handler) codecs.Stream {
	if c.Req.Format.Encoding == "" && c.Req.Body.Len() > 0 {
		return codecs.Refuse(c, back, codecs.Status{Code: codecs.Unimplemented, Unsent: true,
			Text: fmt.Sprintf("filter: transcode: the request's serialization cannot be read, so it cannot go from %s to %s", c.From.Protocol, c.To.Protocol)})
	}
	if err := c.LoadMeta(); err != nil {
		return codecs.Refuse(c, back, codecs.StatusOf(err))
	}
	c.Req.Touch()
	if own := c.From.Traits; own != nil {
		if own.Echo != "" && own.Echo == c.Rec.Method {
			return answerEcho(c, back)
		}
		c.Req.Meta.Pairs = allowed(c.Req.Meta.Pairs, own) // what steers the caller's world means nothing in another
	}
	c.Req.Meta.Pairs = allowed(c.Req.Meta.Pairs, c.To.Traits)
	r := &replying{t: t, c: c, back: back, encoding: c.Req.Format.Encoding, generic: c.Req.Format.Shape == codecs.Generic}
	out, err := t.request(c, r)
	if err != nil {
		return codecs.Refuse(c, back, codecs.StatusOf(err))
	}
	fwd := next.Open(c, r)
	out.free()
	return fwd
}

// answerEcho gives the argument of the caller's own test call back: servers of other protocols do not know it.
func answerEcho(c *codecs.Call, back codecs.Stream) codecs.Stream {
	m := codecs.Message{Kind: codecs.Reply, End: true, Body: c.Req.Body.Share()}
	m.Format = codecs.Format{Encoding: c.Req.Format.Encoding, Shape: codecs.Value}
	back.Send(&m)
	c.Req.Release()
	return codecs.Gone
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
