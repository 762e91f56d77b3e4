// Package observe is what calls leave behind: counters and histograms for Prometheus, and a log line for each that failed.
//
// It knows the vocabulary of codecs and nothing else of the bridge. It refuses to hold a call up: what it does on a call's home
// allocates nothing, takes no lock and writes nowhere. It never looks into a body.
package observe

import (
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// Observer counts calls and has the failed ones logged. Make one with New. Safe for concurrent use; all its methods but Close
// return at once.
type Observer struct {
	known   func(service string) bool
	metrics *metrics
	journal *journal
	close   sync.Once
}

// New makes an Observer that logs to log. known says which services have a label of their own in the metrics; what is not known
// is "other" there, so that callers cannot make series at will. It is asked once for each call and must be quick.
func New(log *slog.Logger, known func(service string) bool) *Observer {
	m := newMetrics()
	o := &Observer{known: known, metrics: m, journal: newJournal(log, m.unlogged)}
	go o.journal.run()
	return o
}

// Watch is a Filter, the outermost stage: it counts the call as in flight and has the Observer told of its end.
func (o *Observer) Watch(next codecs.Handler) codecs.Handler {
	return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
		o.metrics.inflight.get(label(c.From.Protocol)).Inc()
		c.Defer(o)
		return next.Open(c, back)
	})
}

// Ended counts a call that Watch has seen and that has ended, and has it logged unless its code is OK.
func (o *Observer) Ended(c *codecs.Call, s codecs.Status) {
	o.metrics.inflight.get(label(c.From.Protocol)).Dec()
	var took time.Duration
	if !c.Rec.Start.IsZero() {
		took = time.Since(c.Rec.Start)
	}
	service := c.Rec.Service
	if !o.known(service) {
		service = "other"
	}
	m := o.metrics.calls.get(callKey{service, label(c.From.Protocol), label(c.To.Protocol), s.Code})
	m.calls.Inc()
	m.seconds.Observe(took.Seconds())
	m.request.Observe(float64(c.Rec.In))
	m.reply.Observe(float64(c.Rec.Out))
	if d := c.Rec.Dropped; d != (codecs.Dropped{}) {
		m.pairs.Add(float64(d.Pairs))
		m.members.Add(float64(d.Members))
	}
	if s.Code != codecs.OK {
		o.journal.put(&entry{
			service: c.Rec.Service, method: c.Rec.Method, from: c.From.Protocol, to: c.To.Protocol, peer: c.From.Peer,
			endpoint: c.To.Addr, status: s, took: took, attempts: c.Rec.Attempts,
		})
	}
}

// Failed counts and logs what was no call: framing lost, or a request that could not be read.
func (o *Observer) Failed(p codecs.Protocol, s codecs.Status) {
	o.metrics.refused.get(refusedKey{p.Name(), s.Code}).Inc()
	o.journal.put(&entry{from: p.Name(), status: s, nocall: true})
}

// Learned is what calls have taught, as its series show it.
type Learned struct{ Methods, Samples, Dropped, Refused, Unread uint64 }

// Learned has read asked for the series of what calls have taught whenever metrics are. It is called once.
func (o *Observer) Learned(read func() Learned) {
	o.metrics.registry.MustRegister(learned{read})
}

// Handler serves the metrics in the formats that Prometheus asks for.
func (o *Observer) Handler() http.Handler {
	return promhttp.HandlerFor(o.metrics.registry, promhttp.HandlerOpts{})
}

// Close writes the lines that wait and stops. What comes later is counted and not logged. It blocks until the log has taken
// what it was given.
func (o *Observer) Close() { o.close.Do(o.journal.close) }

// label is a protocol's name, or "none" where there was none: a call from inside the process, or one that found no endpoint.
func label(protocol string) string {
	if protocol == "" {
		return "none"
	}
	return protocol
}
