// Package bridge is the assembled process: listeners, the chain and clusters made from a configuration, and the life they share:
// start, reload, drain.
//
// It knows how the parts fit. It refuses to know any protocol, encoding or registry by name: it is given the lists.
package bridge

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/admin"
	"github.com/dragoman-rpc/dragoman/bridge/clock"
	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/bridge/engine/std"
	"github.com/dragoman-rpc/dragoman/bridge/filter"
	"github.com/dragoman-rpc/dragoman/bridge/observe"
	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// Options are what a Bridge is made of. Codecs, Encodings and Config are needed.
type Options struct {
	Codecs    []codecs.Codec // the first to say Yes to a connection's first bytes gets it
	Encodings []codecs.Encoding
	Schemas   []contract.Schema                    // languages of contracts, beside contract files; told apart by the ends of the files' names
	Filters   []codecs.Filter                      // extra stages, after admit
	Local     func(*Own) map[string]codecs.Handler // services of the process's own, made anew with each configuration (filter.Local); may be nil
	Config    *config.Config
	Load      func() (*config.Config, error) // reads the configuration anew, for Reload over the admin address; may be nil
	Log       *slog.Logger
	Version   string
}

// Own is what the process's own services can tell of it.
type Own struct {
	Config *config.Config
	Book   *contract.Index
	Table  *route.Table
	Ready  func() bool // whether calls are welcome
}

// Bridge is one gateway. Make one with New. Safe for concurrent use.
type Bridge struct {
	opts      Options
	log       *slog.Logger
	encodings map[string]codecs.Encoding
	extra     []codecs.Filter
	engine    *std.Engine
	wheel     *clock.Wheel
	observer  *observe.Observer
	limits    filter.Limits
	started   time.Time

	now   atomic.Pointer[state]
	ready atomic.Bool

	mu        sync.Mutex // starts, reloads and drains, one at a time
	listeners map[string]*listener
	admin     *admin.Server
	drained   bool
	over      chan struct{} // closed when drained
}

// New builds everything that the configuration asks for and listens to nothing.
func New(o Options) (*Bridge, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	b := &Bridge{opts: o, log: o.Log, encodings: map[string]codecs.Encoding{}, extra: o.Filters, engine: &std.Engine{},
		wheel: clock.New(), listeners: map[string]*listener{}, started: time.Now(), over: make(chan struct{})}
	for _, e := range o.Encodings {
		b.encodings[e.Name()] = e
	}
	b.observer = observe.New(o.Log, b.knows)
	b.observer.Learned(b.lessons)
	s, err := b.build(o.Config, nil)
	if err != nil {
		b.Close()
		return nil, err
	}
	s.learned.Behind(s.book)
	b.now.Store(s)
	return b, nil
}

// Close gives up what New made. It is for a Bridge that was never started, or was drained.
func (b *Bridge) Close() {
	b.wheel.Close()
	b.observer.Close()
	if s := b.now.Load(); s != nil {
		s.learned.Close()
		for _, c := range s.clusters {
			c.Close()
		}
	}
}

// knows says whether the configuration or a contract names a service, or it is the process's own: only those have labels of their
// own in the metrics.
func (b *Bridge) knows(service string) bool {
	s := b.now.Load()
	if s == nil {
		return false
	}
	_, own := s.local[service]
	return own || s.table.Known(service)
}

// Handler is the head of the chain as it is now, for calls from inside the process.
func (b *Bridge) Handler() codecs.Handler { return b.now.Load().chain }

// Ready says whether calls are welcome.
func (b *Bridge) Ready() bool { return b.ready.Load() }

// Run listens and serves until ctx ends, then drains.
func (b *Bridge) Run(ctx context.Context) error {
	if err := b.Start(); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case <-b.over:
		return nil
	}
	d := b.now.Load().conf.Drain
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.Wait+d.Timeout)
	defer cancel()
	return b.Drain(limit)
}

// Start listens on every address of the configuration, or on none.
func (b *Bridge) Start() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	conf := b.now.Load().conf
	made, err := b.listen(conf)
	if err != nil {
		return err
	}
	if b.admin, err = b.startAdmin(conf); err != nil {
		for _, l := range made {
			_ = l.Close() // nothing was accepted yet
		}
		return err
	}
	for addr, l := range made {
		b.listeners[addr] = l
		l.serve(b.log)
	}
	b.ready.Store(true)
	return nil
}

// Reload builds everything for another configuration and swaps it in, or leaves all as it is and says why. Listeners whose
// address stays are kept.
func (b *Bridge) Reload(conf *config.Config) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.drained {
		return errors.New("bridge: reload: it is draining")
	}
	old := b.now.Load()
	next, err := b.build(conf, old)
	if err != nil {
		return err
	}
	made, err := b.listen(conf)
	if err != nil {
		next.retire(old)
		return err
	}
	next.learned.Behind(next.book)
	b.now.Store(next)
	b.swapListeners(made)
	old.retire(next)
	b.log.Info("reloaded")
	return nil
}

// Drain takes no more calls and waits for those in flight, until ctx ends. The admin address answers until the end. A second
// Drain does nothing.
func (b *Bridge) Drain(ctx context.Context) error {
	b.mu.Lock()
	again := b.drained
	b.drained = true
	listeners, s := b.listeners, b.now.Load()
	b.mu.Unlock()
	if again {
		return nil
	}
	b.ready.Store(false)
	b.log.Info("draining")
	// Those who look at readiness get the time to look elsewhere before we stop accepting.
	if s.conf.Drain.Wait > 0 {
		select {
		case <-time.After(s.conf.Drain.Wait): //nolint:forbidigo // once in a process
		case <-ctx.Done():
		}
	}
	for _, l := range listeners {
		_ = l.Close() // it can only have been closed before
		l.conns.Leave()
	}
	var err error
	for _, l := range listeners { // each connection closes after its last call
		err = errors.Join(err, l.conns.Wait(ctx))
	}
	for _, c := range s.clusters {
		c.Close()
	}
	err = errors.Join(err, b.engine.Drain(ctx))
	b.admin.Close()
	b.wheel.Close()
	b.observer.Close()
	s.learned.Close()
	close(b.over)
	if err == nil {
		b.log.Info("drained")
	}
	return err
}

// Addrs gives the bound address of every configured one, and of "admin".
func (b *Bridge) Addrs() map[string]net.Addr {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := map[string]net.Addr{}
	for addr, l := range b.listeners {
		all[addr] = l.Net.Addr()
	}
	if a := b.admin.Addr(); a != nil {
		all["admin"] = a
	}
	return all
}
