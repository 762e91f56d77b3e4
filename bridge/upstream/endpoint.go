package upstream

import (
	"sync/atomic"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/engine"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// How long an endpoint that failed is avoided: doubled with each failure in a row.
const (
	firstRest = 500 * time.Millisecond
	maxRest   = 30 * time.Second
	strikes   = 5 // calls in a row that a connection's loss has cost, before the endpoint is avoided
)

// Endpoint is one server of a cluster: its connections, how busy it is and how it has been doing. Safe for concurrent use.
type Endpoint struct {
	Addr     string
	pool     *engine.Pool
	way      codecs.Handler // the pool, behind the gate if there is one
	gate     *gate          // nil: no limit
	inflight atomic.Int64
	refused  atomic.Int32 // dials in a row
	lost     atomic.Int32 // calls in a row
	restTill atomic.Int64 // Unix nanoseconds
}

// Open sends a call to this endpoint.
func (e *Endpoint) Open(c *codecs.Call, back codecs.Stream) codecs.Stream {
	e.inflight.Add(1)
	c.Defer(e)
	return e.way.Open(c, back)
}

// close takes no more calls once those that wait have had their turns.
func (e *Endpoint) close() {
	if e.gate == nil {
		e.pool.Close()
		return
	}
	e.gate.whenEmpty(e.pool.Close)
}

// Session can load the metadata of this endpoint's replies.
func (e *Endpoint) Session() codecs.Session { return e.pool.Session() }

// Ended counts the call as done, and learns from how it ended.
func (e *Endpoint) Ended(c *codecs.Call, s codecs.Status) {
	e.inflight.Add(-1)
	switch {
	case c.To.Addr != e.Addr: // another attempt decided the end
	case s.Code != codecs.Unavailable:
		if e.lost.Load() != 0 {
			e.lost.Store(0)
		}
	case !s.Unsent && e.lost.Add(1) >= strikes:
		e.rest(e.lost.Load() - strikes)
	}
}

// dialed is told of every dial.
func (e *Endpoint) dialed(ok bool) {
	if ok {
		e.refused.Store(0)
		e.restTill.Store(0)
		return
	}
	e.rest(e.refused.Add(1) - 1)
}

func (e *Endpoint) rest(failures int32) {
	d := firstRest << min(max(failures, 0), 6)
	e.restTill.Store(time.Now().Add(min(d, maxRest)).UnixNano())
}

// Resting says whether the endpoint failed so lately that others are preferred.
func (e *Endpoint) Resting(now time.Time) bool {
	till := e.restTill.Load()
	return till != 0 && now.UnixNano() < till
}

// Inflight is the number of calls under way, those that wait included.
func (e *Endpoint) Inflight() int64 { return e.inflight.Load() }
