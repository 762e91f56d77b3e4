package filter

import (
	"fmt"
	"sync"
	"sync/atomic"

	"golang.org/x/time/rate"

	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// Limits holds the state of the policies' limits: how many calls are under way, and when the next may come. It outlives a
// reload: a policy that is the same after it keeps its state. Safe for concurrent use.
type Limits struct {
	mu sync.Mutex
	by map[string]*limiter // by the place of the rule
	at atomic.Pointer[map[*route.Policy]*limiter]
}

type limiter struct {
	limit    route.Limit
	rate     *rate.Limiter
	inflight atomic.Int64
}

// find gives the state of a policy that has limits.
func (l *Limits) find(c *route.Choice) *limiter {
	if m := l.at.Load(); m != nil {
		if lim, ok := (*m)[c.Policy]; ok {
			return lim
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	lim := l.by[c.Rule]
	if lim == nil || lim.limit != c.Policy.Limit {
		lim = &limiter{limit: c.Policy.Limit}
		if r := c.Policy.Limit.Rate; r > 0 {
			lim.rate = rate.NewLimiter(rate.Limit(r), max(1, int(r/10)))
		}
		if l.by == nil {
			l.by = map[string]*limiter{}
		}
		l.by[c.Rule] = lim
	}
	next := map[*route.Policy]*limiter{c.Policy: lim}
	if m := l.at.Load(); m != nil {
		for p, x := range *m {
			if l.by[c.Rule] == x || len(next) >= 4*len(l.by) {
				continue // of a table that was replaced
			}
			next[p] = x
		}
	}
	l.at.Store(&next)
	return lim
}

// Ended counts a call as done.
func (l *limiter) Ended(*codecs.Call, codecs.Status) { l.inflight.Add(-1) }

// Admit refuses callers that may not call the service, and calls over the policy's limits.
func Admit(t *route.Table, limits *Limits) codecs.Filter {
	return func(next codecs.Handler) codecs.Handler {
		return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
			if !t.Allow(c.Rec.Service, &c.From) {
				return codecs.Refuse(c, back, codecs.Status{Code: codecs.Denied, Unsent: true,
					Text: fmt.Sprintf("filter: admit: this caller may not call %q", c.Rec.Service)})
			}
			choice, _ := c.Plan.(*route.Choice)
			if choice.Policy.Limit == (route.Limit{}) {
				return next.Open(c, back)
			}
			l := limits.find(choice)
			if most := l.limit.Inflight; most > 0 && l.inflight.Add(1) > int64(most) {
				l.inflight.Add(-1)
				return codecs.Refuse(c, back, codecs.Status{Code: codecs.Limited, Unsent: true,
					Text: fmt.Sprintf("filter: admit: %d calls in flight under %s, the limit", most, choice.Rule)})
			} else if most > 0 {
				c.Defer(l)
			}
			if l.rate != nil && !l.rate.Allow() {
				return codecs.Refuse(c, back, codecs.Status{Code: codecs.Limited, Unsent: true,
					Text: fmt.Sprintf("filter: admit: over %g calls a second under %s", l.limit.Rate, choice.Rule)})
			}
			return next.Open(c, back)
		})
	}
}
