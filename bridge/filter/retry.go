package filter

import (
	"sync/atomic"

	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/bridge/upstream"
	"github.com/dragoman-rpc/dragoman/codecs"
)

const (
	retryMax    = 64 << 10 // bytes of a request that is kept for another try
	unsentTries = 2        // further endpoints for a call that surely reached none
)

// budget allows one retry for every ten calls, and saves up for a bad moment.
type budget struct{ tenths atomic.Int64 }

const budgetMax = 1000 // tenths

func (b *budget) call() {
	if b.tenths.Load() < budgetMax {
		b.tenths.Add(1)
	}
}

func (b *budget) take() bool {
	if b.tenths.Add(-10) >= 0 {
		return true
	}
	b.tenths.Add(10)
	return false
}

// Retry tries a call again on another endpoint: when it surely reached no server, or, where the policy says so, when it failed
// in a way that the policy names and the method may be called twice. Never after a reply has begun.
func Retry(clusters map[string]*upstream.Cluster) codecs.Filter {
	saved := &budget{}
	saved.tenths.Store(budgetMax)
	return func(next codecs.Handler) codecs.Handler {
		return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
			choice, _ := c.Plan.(*route.Choice)
			cl := clusters[choice.Cluster]
			p := choice.Policy
			saved.call()
			again := p.Retry.Times > 0
			spare := cl != nil && len(cl.Endpoints) > 1
			if !again && !spare || c.Req.Attempt > 0 || c.Req.Body.Len() > retryMax {
				return next.Open(c, back)
			}
			c.Req.Own()
			r := &retrying{c: c, back: back, next: next, kept: c.Req.Clone(), policy: p, saved: saved, times: p.Retry.Times}
			if spare {
				r.unsent = unsentTries
			}
			r.fwd = codecs.Gone
			r.open()
			return r
		})
	}
}

// retrying is a call with tries left. It stands on both ways: forward for a cancel, back to see how a try ended.
type retrying struct {
	c      *codecs.Call
	back   codecs.Stream
	next   codecs.Handler
	fwd    codecs.Stream
	kept   codecs.Message // owned; empty when no try is left
	policy *route.Policy
	saved  *budget
	times  int
	unsent int
	try    int // counts Opens, so that one that fails inside Open is told from a later one
	over   bool
}

// open makes one try.
func (r *retrying) open() {
	r.try++
	try := r.try
	if fwd := r.next.Open(r.c, (*attempt)(r)); try == r.try {
		r.fwd = fwd
	}
}

// again makes another try if this end allows it.
func (r *retrying) again(s codecs.Status) bool {
	switch {
	case r.over || r.c.Ended():
		return false
	case s.Unsent && s.Code == codecs.Unavailable && r.unsent > 0:
		r.unsent--
	case r.times > 0 && r.policy.Retry.Covers(s.Code) && (s.Unsent || r.policy.Idempotent) && r.saved.take():
		r.times--
	default:
		return false
	}
	r.c.Req = r.kept.Clone()
	r.c.Req.Attempt = uint8(r.try)
	r.open()
	return true
}

func (r *retrying) finish() {
	r.over = true
	r.kept.Release()
}

func (r *retrying) Send(m *codecs.Message) bool { return r.fwd.Send(m) }
func (r *retrying) OnReady(f func())            { r.fwd.OnReady(f) }

func (r *retrying) Cancel(s codecs.Status) {
	if !r.over {
		r.finish()
		r.fwd.Cancel(s)
		r.back.Cancel(s)
	}
}

// attempt is the way back of a try.
type attempt retrying

func (a *attempt) Send(m *codecs.Message) bool {
	r := (*retrying)(a)
	if r.over {
		m.Release()
		return true
	}
	if m.Kind == codecs.Reply && m.Status.Code != codecs.OK && m.Status.Code != codecs.Fault && r.again(m.Status) {
		m.Release()
		return true
	}
	r.finish()
	return r.back.Send(m)
}

func (a *attempt) OnReady(f func()) { a.back.OnReady(f) }

func (a *attempt) Cancel(s codecs.Status) {
	r := (*retrying)(a)
	if !r.over && !r.again(s) {
		r.finish()
		r.back.Cancel(s)
	}
}
