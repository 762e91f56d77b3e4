package filter

import (
	"sync/atomic"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/bridge/upstream"
	"github.com/dragoman-rpc/dragoman/codecs"
)

const unsentTries = 2 // further tries for a call that surely reached no server

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
// in a way that the policy names and the method may be called twice. Never after a reply has begun. What the caller has sent until
// then is kept for it, in memory of its own; a request that is too large for that is tried once.
//
// A server of a protocol of streams may leave a connection while calls are on their way to it. Those are tried again even if there
// is no other endpoint, on another connection.
func Retry(clusters map[string]*upstream.Cluster) codecs.Filter {
	saved := &budget{}
	saved.tenths.Store(budgetMax)
	return func(next codecs.Handler) codecs.Handler {
		return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
			choice, _ := c.Plan.(*route.Choice)
			cl := clusters[choice.Cluster]
			p := choice.Policy
			saved.call()
			unsent := 0
			switch {
			case cl == nil:
			case len(cl.Endpoints) > 1:
				unsent = unsentTries
			case len(cl.Endpoints) == 1 && streams(&cl.Traits) && cl.Traits.Goaway:
				unsent = 1
			}
			if unsent == 0 && p.Retry.Times == 0 || c.Req.Attempt > 0 || c.Req.Body.Len() > retryMax {
				return next.Open(c, back)
			}
			r := &retrying{c: c, back: back, next: next, cluster: cl, policy: p, saved: saved, times: p.Retry.Times, unsent: unsent, fwd: codecs.Gone}
			r.kept = keep(&c.Req)
			r.open()
			return r
		})
	}
}

// retrying is a call with tries left. It stands on both ways: forward to keep what is sent, back to see how a try ended.
type retrying struct {
	c       *codecs.Call
	back    codecs.Stream
	next    codecs.Handler
	fwd     codecs.Stream // of this try; Gone until its Open has returned
	wake    func()        // tells the caller to go on; nil: it does not listen
	kept    *sent         // nil: this try is the last one
	cluster *upstream.Cluster
	policy  *route.Policy
	saved   *budget
	first   attempt
	times   int
	unsent  int
	try     int  // counts Opens, so that a try that fails inside Open is told from a later one
	full    bool // this try has asked for a pause
	paused  bool // the caller was asked for one
	over    bool // the end went back
}

// open makes one try: the request, and what has followed it.
func (r *retrying) open() {
	r.try++
	try, a := r.try, &r.first
	if try > 1 {
		a = new(attempt)
	}
	*a = attempt{r, try}
	r.full = false
	whole, k := r.c.Req.End, r.kept
	k.users++ // a reply that begins meanwhile does not free what is still to be sent
	defer k.free()
	fwd := r.next.Open(r.c, a)
	if try != r.try {
		return
	}
	r.fwd = fwd
	if whole {
		return
	}
	fwd.OnReady(a.ready)
	for i := range k.data {
		m := k.data[i].Clone()
		more := fwd.Send(&m)
		if a.stale() {
			return
		}
		r.full = !more
	}
	if r.paused && !r.full {
		a.ready()
	}
}

// again makes another try if this end allows it.
func (r *retrying) again(s codecs.Status) bool {
	switch {
	case r.kept == nil || r.c.Ended():
		return false
	case s.Unsent && s.Code == codecs.Unavailable && r.unsent > 0 && r.elsewhere():
		r.unsent--
	case r.times > 0 && r.policy.Retry.Covers(s.Code) && (s.Unsent || r.policy.Idempotent) && r.saved.take():
		r.times--
	default:
		return false
	}
	r.c.Req = r.kept.req.Clone()
	r.c.Req.Attempt = uint8(r.try)
	r.open()
	return true
}

// elsewhere says whether there is another endpoint, or the only one can be connected to.
func (r *retrying) elsewhere() bool {
	return len(r.cluster.Endpoints) > 1 || !r.cluster.Endpoints[0].Resting(time.Now())
}

// last makes this try the last one.
func (r *retrying) last() {
	if r.kept != nil {
		r.kept.free()
		r.kept = nil
	}
}

func (r *retrying) Send(m *codecs.Message) bool {
	if r.over {
		m.Release()
		return true
	}
	if r.kept != nil && !r.kept.add(m) {
		r.last()
	}
	try := r.try
	more := r.fwd.Send(m)
	if try == r.try {
		r.full = !more
	}
	r.paused = r.full
	return !r.full
}

// OnReady is for the caller of the tries, who knows of one.
func (r *retrying) OnReady(f func()) { r.wake = f }

func (r *retrying) Cancel(s codecs.Status) {
	if !r.over {
		r.over = true
		r.last()
		r.fwd.Cancel(s)
		r.back.Cancel(s)
	}
}

// attempt is the way back of one try.
type attempt struct {
	*retrying
	n int
}

// stale says whether another try was made meanwhile, or the call has ended.
func (a *attempt) stale() bool { return a.over || a.n != a.try }

func (a *attempt) Send(m *codecs.Message) bool {
	if a.stale() {
		m.Release()
		return true
	}
	if m.Kind == codecs.Reply && m.End && m.Status.Code != codecs.OK && m.Status.Code != codecs.Fault && a.again(m.Status) {
		m.Release()
		return true
	}
	a.last()
	a.over = m.End
	return a.back.Send(m)
}

func (a *attempt) OnReady(f func()) {
	if !a.stale() {
		a.back.OnReady(f)
	}
}

func (a *attempt) Cancel(s codecs.Status) {
	if !a.stale() && !a.again(s) {
		a.last()
		a.over = true
		a.back.Cancel(s)
	}
}

// ready is told by this try that the caller may go on.
func (a *attempt) ready() {
	if a.stale() {
		return
	}
	a.full = false
	if a.paused {
		a.paused = false
		if a.wake != nil {
			a.wake()
		}
	}
}
