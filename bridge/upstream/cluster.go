// Package upstream knows the clusters: named sets of endpoints, how the next one is picked, and which are better avoided.
//
// It refuses to know routes and bodies. How bytes reach an endpoint is the business of the engine's pools.
package upstream

import (
	"context"
	"crypto/tls"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/engine"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// Options describe a cluster. Zero values mean the defaults of engine.PoolOptions.
type Options struct {
	Name     string
	Codec    codecs.Codec
	Format   codecs.Format // of request bodies there; zero: the codec's first
	Addrs    []string      // "host:port" or "unix:/path"
	TLS      *tls.Config   // nil: plain
	Settings codecs.Settings
	Engine   engine.Engine
	Conns    int // per endpoint
	Depth    int // calls in flight per connection
	Inflight int // calls in flight per endpoint, over which they wait; 0: no limit
	Timeout  time.Duration
	Idle     time.Duration
	// Dial connects to one of Addrs. Nil: over TCP, a Unix socket or TLS, as Addrs and TLS say.
	Dial func(ctx context.Context, addr string) (net.Conn, error)
}

// Cluster is a named set of endpoints that speak one protocol. Immutable but for the state of its endpoints; safe for
// concurrent use.
type Cluster struct {
	Name      string
	Codec     codecs.Codec
	Traits    codecs.Traits // of the codec
	Format    codecs.Format
	Told      bool // Format is of Options, and not the codec's first
	Endpoints []*Endpoint
}

// New makes a Cluster. Nothing is dialled before the first call.
func New(o Options) *Cluster {
	c := &Cluster{Name: o.Name, Codec: o.Codec, Traits: o.Codec.Traits(), Format: o.Format, Told: o.Format.Encoding != ""}
	if c.Format.Encoding == "" && len(c.Traits.Formats) > 0 {
		c.Format = c.Traits.Formats[0]
	}
	for _, addr := range o.Addrs {
		e := &Endpoint{Addr: addr}
		dial := dialer(addr, o.TLS)
		if o.Dial != nil {
			dial = func(ctx context.Context) (net.Conn, error) { return o.Dial(ctx, addr) }
		}
		e.pool = engine.NewPool(engine.PoolOptions{
			Addr: addr, Dial: dial, Codec: o.Codec, Settings: o.Settings, Engine: o.Engine,
			Conns: o.Conns, Depth: o.Depth, Timeout: o.Timeout, Idle: o.Idle, Report: e.dialed,
		})
		e.way = e.pool
		if o.Inflight > 0 {
			e.gate = &gate{limit: o.Inflight, next: e.pool}
			e.way = e.gate
		}
		c.Endpoints = append(c.Endpoints, e)
	}
	return c
}

// dialer gives the function that connects to addr.
func dialer(addr string, conf *tls.Config) func(context.Context) (net.Conn, error) {
	network, at := "tcp", addr
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		network, at = "unix", path
	}
	plain := &net.Dialer{}
	if conf == nil {
		return func(ctx context.Context) (net.Conn, error) { return plain.DialContext(ctx, network, at) }
	}
	private := &tls.Dialer{NetDialer: plain, Config: conf}
	return func(ctx context.Context) (net.Conn, error) { return private.DialContext(ctx, network, at) }
}

// Pick gives the less loaded of two endpoints drawn from those that are not resting, and not avoid if there is another. When
// all rest, all are tried. Nil only for an empty cluster.
func (c *Cluster) Pick(avoid string) *Endpoint {
	if len(c.Endpoints) == 1 {
		return c.Endpoints[0]
	}
	now := time.Now()
	if e := c.pick(func(e *Endpoint) bool { return e.Addr != avoid && !e.Resting(now) }); e != nil {
		return e
	}
	if e := c.pick(func(e *Endpoint) bool { return e.Addr != avoid }); e != nil {
		return e
	}
	return c.pick(func(*Endpoint) bool { return true })
}

func (c *Cluster) pick(fit func(*Endpoint) bool) *Endpoint {
	n := 0
	for _, e := range c.Endpoints {
		if fit(e) {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	i, j := rand.IntN(n), rand.IntN(n)
	var a, b *Endpoint
	for _, e := range c.Endpoints {
		if !fit(e) {
			continue
		}
		if i == 0 {
			a = e
		}
		if j == 0 {
			b = e
		}
		i, j = i-1, j-1
	}
	if b.Inflight() < a.Inflight() {
		return b
	}
	return a
}

// Close lets calls in flight end and takes no more.
func (c *Cluster) Close() {
	for _, e := range c.Endpoints {
		e.close()
	}
}
