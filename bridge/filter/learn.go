package filter

import (
	"bytes"

	"github.com/dragoman-rpc/dragoman/bridge/learn"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// Learn gives samples of calls to s: the arguments and the result as a caller writes and reads them whose values name their classes.
// Only a whole call that the server answers with a result, or with an exception of its own, is one. The call itself passes unchanged.
func Learn(s *learn.Store) codecs.Filter {
	return func(next codecs.Handler) codecs.Handler {
		return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
			m, rec := &c.Req, &c.Rec
			k := learn.Key{Service: rec.Service, Version: m.Version, Method: rec.Method, Descriptor: m.Descriptor}
			if !isLesson(m) || !s.Wants(k, m.Format) || c.LoadMeta() != nil { // what is wrong with it is said by those who need it
				return next.Open(c, back)
			}
			k.Group = m.Group
			l := &learning{Stream: back, store: s, sample: &learn.Sample{Key: k, Args: bytes.Clone(m.Body.Bytes()), ArgsAs: m.Format}}
			s.Hold()
			c.Defer(l)
			return next.Open(c, l)
		})
	}
}

// isLesson says whether a request shows typed arguments, all of them, and of which types they are declared.
func isLesson(m *codecs.Message) bool {
	return m.Kind == codecs.Request && m.End && !m.Part && !m.Stream && m.Format.Shape == codecs.Args && m.Format.Zip == "" &&
		m.Body.Len() <= learn.MaxBody && (m.Descriptor != "" || m.Args == 0)
}

// learning is the way back of a call that is looked at.
type learning struct {
	codecs.Stream
	store  *learn.Store
	sample *learn.Sample // nil: it was given away, or nothing can be learned
}

// Ended implements codecs.Ender: a call that got no answer has taught nothing.
func (l *learning) Ended(*codecs.Call, codecs.Status) {
	l.sample = nil
	l.store.Release()
}

// Send passes a message back. The first one decides whether there is something to learn.
func (l *learning) Send(m *codecs.Message) bool {
	if x := l.sample; x != nil {
		l.sample = nil
		if l.answered(x, m) {
			l.store.Offer(x)
		}
	}
	return l.Stream.Send(m)
}

// answered completes a sample with a reply that is whole and the server's own.
func (l *learning) answered(x *learn.Sample, m *codecs.Message) bool {
	if m.Kind != codecs.Reply || !m.End || m.Part || m.Format.Zip != "" || m.Body.Len() > learn.MaxBody {
		return false
	}
	x.Fault = m.Status.Code == codecs.Fault
	switch {
	case x.Fault && (m.Bare || m.Format.Shape != codecs.Thrown):
		return false
	case !x.Fault && m.Status.Code != codecs.OK:
		return false
	case m.Bare || m.Format.Shape == codecs.Void:
		return true // null, or nothing
	}
	x.ResultKnown, x.Result, x.ResultAs = true, bytes.Clone(m.Body.Bytes()), m.Format
	return true
}
