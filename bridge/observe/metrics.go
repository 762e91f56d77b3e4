package observe

import (
	"maps"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// metrics is every series, on a registry of its own. Label values come from the configuration, the list of protocols and the
// list of codes, never from a wire.
type metrics struct {
	registry *prometheus.Registry
	inflight *children[string, prometheus.Gauge] // by the caller's protocol
	calls    *children[callKey, callMetrics]
	refused  *children[refusedKey, prometheus.Counter]
	unlogged prometheus.Counter
}

type callKey struct {
	service, from, to string
	code              codecs.Code
}

type refusedKey struct {
	protocol string
	code     codecs.Code
}

// callMetrics are the series that one call goes into.
type callMetrics struct {
	calls, pairs, members   prometheus.Counter
	seconds, request, reply prometheus.Observer
}

var (
	secondsBuckets = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	bytesBuckets   = []float64{64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20}
)

func newMetrics() *metrics {
	pair := []string{"from", "to"}
	calls := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dragoman_calls_total",
		Help: "Calls that have ended. A service that the configuration does not name is other."}, []string{"service", "from", "to", "code"})
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "dragoman_call_duration_seconds", Buckets: secondsBuckets,
		Help: "Time from a request's first byte to the end of its call."}, pair)
	sizes := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "dragoman_body_bytes", Buckets: bytesBuckets,
		Help: "Size of request and reply bodies, as the caller's protocol has them."}, append(pair, "direction"))
	inflight := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "dragoman_calls_in_flight",
		Help: "Calls that have begun and not ended."}, []string{"from"})
	refused := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dragoman_refused_messages_total",
		Help: "Messages that made no call: framing lost, or a request that could not be read."}, []string{"protocol", "code"})
	lost := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dragoman_left_out_total",
		Help: "Metadata that steers a protocol's own world, and members that a class does not have: left out on the way."}, append(pair, "what"))
	m := &metrics{registry: prometheus.NewRegistry(), unlogged: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "dragoman_log_dropped_total", Help: "Log lines of failed calls that were dropped because the log is slow."})}
	m.registry.MustRegister(calls, seconds, sizes, inflight, refused, lost, m.unlogged, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.inflight = newChildren(func(from string) prometheus.Gauge { return inflight.WithLabelValues(from) })
	m.refused = newChildren(func(k refusedKey) prometheus.Counter { return refused.WithLabelValues(k.protocol, k.code.String()) })
	m.calls = newChildren(func(k callKey) callMetrics {
		return callMetrics{
			calls:   calls.WithLabelValues(k.service, k.from, k.to, k.code.String()),
			pairs:   lost.WithLabelValues(k.from, k.to, "metadata"),
			members: lost.WithLabelValues(k.from, k.to, "member"),
			seconds: seconds.WithLabelValues(k.from, k.to),
			request: sizes.WithLabelValues(k.from, k.to, "request"),
			reply:   sizes.WithLabelValues(k.from, k.to, "reply"),
		}
	})
	return m
}

var (
	learnedMethods = prometheus.NewDesc("dragoman_learned_methods", "Methods that calls have taught.", nil, nil)
	learnedSamples = prometheus.NewDesc("dragoman_learned_samples_total", "Calls that were looked at to learn from them.", nil, nil)
	learnedNothing = prometheus.NewDesc("dragoman_learned_nothing_total",
		"Calls that taught nothing: dropped for want of time, refused for their names or for want of room, or unread.", []string{"why"}, nil)
)

// learned are the series of what calls have taught, which are counted elsewhere.
type learned struct{ read func() Learned }

// Describe implements prometheus.Collector.
func (l learned) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(l, ch) }

// Collect implements prometheus.Collector.
func (l learned) Collect(ch chan<- prometheus.Metric) {
	v := l.read()
	ch <- prometheus.MustNewConstMetric(learnedMethods, prometheus.GaugeValue, float64(v.Methods))
	ch <- prometheus.MustNewConstMetric(learnedSamples, prometheus.CounterValue, float64(v.Samples))
	for why, n := range map[string]uint64{"dropped": v.Dropped, "refused": v.Refused, "unread": v.Unread} {
		ch <- prometheus.MustNewConstMetric(learnedNothing, prometheus.CounterValue, float64(n), why)
	}
}

// children are the series of one metric found once and kept, because looking labels up allocates. Reading takes no lock: the map
// is replaced, not changed.
type children[K comparable, V any] struct {
	find func(K) V
	mu   sync.Mutex // of who replaces
	all  atomic.Pointer[map[K]V]
}

func newChildren[K comparable, V any](find func(K) V) *children[K, V] {
	c := &children[K, V]{find: find}
	c.all.Store(&map[K]V{})
	return c
}

func (c *children[K, V]) get(k K) V {
	if v, ok := (*c.all.Load())[k]; ok {
		return v
	}
	return c.add(k)
}

func (c *children[K, V]) add(k K) V {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := (*c.all.Load())[k]; ok {
		return v
	}
	next := maps.Clone(*c.all.Load())
	v := c.find(k)
	next[k] = v
	c.all.Store(&next)
	return v
}
