package matrix

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// pairs are what callers say beside their arguments: a key of their own, W3C's trace context, and B3's in both of its forms.
var pairs = []codecs.Pair{
	{Key: "x-tenant", Value: "acme, inc."},
	{Key: "traceparent", Value: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
	{Key: "tracestate", Value: "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"},
	{Key: "baggage", Value: "userId=alice"},
	{Key: "b3", Value: "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1"},
	{Key: "x-b3-traceid", Value: "80f198ee56343ba864fe8b2a57d3eff7"},
	{Key: "x-b3-spanid", Value: "e457b5a2e4d86bd1"},
	{Key: "x-b3-sampled", Value: "1"},
}

// TestContext: metadata and trace context cross both ways, and servers are told how much time there is.
func TestContext(t *testing.T) {
	each(t, func(t *testing.T, w *world, from, to *party) {
		body, answer := w.said(t, from, codecs.Args, "aText", `"x"`), w.said(t, to, codecs.Value, "aText", `"y"`)
		w.servers[to.name].answers(func(c *codecs.Call, s codecs.Stream) {
			if err := c.LoadMeta(); err != nil {
				t.Error(err)
			}
			holds(t, "the server", &c.Req.Meta)
			if left := c.Req.Timeout; (left > 0) == wordsOf(to.protocol).timeless || left > patience {
				t.Errorf("the server is told of %v", left)
			}
			c.Req.Release()
			r := replyOf(answer, result(to.format(t)))
			r.Meta.Pairs = pairs
			s.Send(r)
		})
		c := w.request(from, "aText", body)
		c.Req.Meta.Pairs = pairs
		reply, err := w.call(t.Context(), from, to, c)
		if err != nil || reply.Status.Code != codecs.OK {
			t.Fatal(err, reply.Status)
		}
		defer reply.Release()
		if l, ok := w.clients[[2]string{from.name, to.name}].Pick("").Session().(codecs.MetaLoader); ok && !reply.Meta.Loaded {
			if err := l.LoadMeta(&reply); err != nil {
				t.Fatal(err)
			}
		}
		if !wordsOf(from.protocol).silent && !wordsOf(to.protocol).silent {
			holds(t, "the caller", &reply.Meta)
		} else if _, ok := reply.Meta.Get(pairs[0].Key); ok {
			t.Error("the caller got metadata")
		}
	})
}

// holds checks that all pairs are there, in any order and with others.
func holds(t *testing.T, who string, m *codecs.Meta) {
	t.Helper()
	for _, p := range pairs {
		if got, _ := m.Get(p.Key); got != p.Value {
			t.Errorf("%s got %s = %q, want %q, in %v", who, p.Key, got, p.Value, m.Pairs)
		}
	}
}

// TestOneway: a call that wants no answer is one to the server, where its protocol has such, and ends at once for the caller.
func TestOneway(t *testing.T) {
	each(t, func(t *testing.T, w *world, from, to *party) {
		came := make(chan codecs.Kind, 1)
		w.servers[to.name].answers(func(c *codecs.Call, s codecs.Stream) {
			came <- c.Req.Kind
			c.Req.Release()
			r := replyOf(nil, codecs.Format{})
			r.Bare = true
			s.Send(r)
		})
		c := w.request(from, "notice", w.said(t, from, codecs.Args, "notice", `"x"`))
		c.Req.Kind = codecs.Oneway
		reply, err := w.call(t.Context(), from, to, c)
		if err != nil || reply.Status.Code != codecs.OK {
			t.Fatal(err, reply.Status)
		}
		reply.Release()
		want := codecs.Request
		if wordsOf(from.protocol).oneway && wordsOf(to.protocol).oneway {
			want = codecs.Oneway
		}
		select {
		case k := <-came:
			if k != want {
				t.Errorf("the server got a %v, want a %v", k, want)
			}
		case <-time.After(patience):
			t.Error("it never came")
		}
	})
}

// cancels are the parties whose wires have a word for giving up a call. Callers of the others close their connections, which our client
// does not, and servers of the others are left to answer for nobody.
var cancels = []string{"http2", "grpc"}

// TestCancel: a caller who gives up is heard by the server, where both wires can say it.
func TestCancel(t *testing.T) {
	each(t, func(t *testing.T, w *world, from, to *party) {
		if !slices.Contains(cancels, from.name) || !slices.Contains(cancels, to.name) {
			return
		}
		came, heard := make(chan struct{}), make(chan struct{})
		w.servers[to.name].answers(func(c *codecs.Call, _ codecs.Stream) {
			c.Req.Release()
			c.Defer(ender(heard))
			close(came)
		})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-came; cancel() }()
		if _, err := w.call(ctx, from, to, w.request(from, "aText", w.said(t, from, codecs.Args, "aText", `"x"`))); err == nil {
			t.Error("the call went on")
		}
		select {
		case <-heard:
		case <-time.After(patience):
			t.Error("the server heard nothing")
		}
	})
}

type ender chan struct{}

// Ended implements codecs.Ender.
func (e ender) Ended(*codecs.Call, codecs.Status) { close(e) }
