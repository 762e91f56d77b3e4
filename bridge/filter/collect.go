package filter

import (
	"errors"
	"fmt"
	"slices"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// Collect makes one whole reply, with a message of at most limit bytes, of what a server streams, for a caller who takes no stream.
// The metadata of head and trailers become one list. A good end without a message, or with several, is a failure.
func Collect(limit int) codecs.Filter {
	return func(next codecs.Handler) codecs.Handler {
		return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
			if c.Req.Stream || c.Req.Kind == codecs.Oneway || !streams(c.To.Traits) {
				return next.Open(c, back)
			}
			x := &collecting{c: c, ends: ends{back: back}}
			x.limit = limit
			x.opened(next.Open(c, x))
			return x.fwd
		})
	}
}

// collecting is the way back of a call whose reply is not whole yet.
type collecting struct {
	ends
	single
	c      *codecs.Call
	format codecs.Format // of the messages, as the head says
	pairs  []codecs.Pair
}

// OnReady is never used: Send asks nobody to pause.
func (x *collecting) OnReady(func()) {}

// Send always has room, up to the limit: the server need not pause.
func (x *collecting) Send(m *codecs.Message) bool {
	if x.over {
		m.Release()
		return true
	}
	if m.Kind == codecs.Reply {
		x.format, x.pairs = m.Format, m.Meta.Pairs
	} else if m.End {
		x.pairs = slices.Concat(x.pairs, m.Meta.Pairs)
	}
	if m.End && (m.Status.Code != codecs.OK || m.Format.Shape == codecs.Thrown) { // its body is what was thrown
		x.got.Release()
		return x.whole(m, m.Format, m.Status)
	}
	end, status := m.End, m.Status
	if err := x.take(m); err != nil {
		m.Release()
		x.refuse(err)
		return true
	}
	switch {
	case !end:
		return true
	case !x.some:
		x.fail(codecs.Status{Code: codecs.Internal,
			Text: fmt.Sprintf("filter: collect: the reply ended well, but without a message: a caller over %s takes just one", x.c.From.Protocol)})
		return true
	}
	f := x.format
	f.Zip = x.got.Format.Zip
	return x.whole(&x.got, f, status)
}

// whole sends m back as the whole reply.
func (x *collecting) whole(m *codecs.Message, f codecs.Format, s codecs.Status) bool {
	m.Touch()
	m.Kind, m.End, m.Size = codecs.Reply, true, 0
	m.Header = codecs.Header{Status: s, Format: f, Meta: codecs.Meta{Pairs: x.pairs, Loaded: true}}
	return x.send(m)
}

// refuse ends the call both ways.
func (x *collecting) refuse(err error) {
	s := codecs.StatusOf(err)
	s.Code, s.Text = codecs.Internal, "filter: collect: the reply: "+s.Text
	if errors.Is(err, errSeveral) {
		s.Code, s.Text = codecs.Unimplemented, fmt.Sprintf("filter: collect: the reply has more than one message: a stream of them cannot go to a caller over %s", x.c.From.Protocol)
	}
	x.got.Release()
	x.fail(s)
}

// Cancel implements codecs.Stream.
func (x *collecting) Cancel(s codecs.Status) {
	if !x.over {
		x.got.Release()
	}
	x.cancel(s)
}
