package bridge

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"os"
	"slices"

	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/bridge/engine"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// listener is one configured address, with the engine's half of it.
type listener struct {
	engine.Listener
	conns *engine.Conns // over all its servers
	made  bool          // by the listen that is under way, not kept from before
}

// listen makes the listeners that a configuration asks for; those of an address that is listened to already are kept, and get
// new servers. On an error all that was made is closed. Called under mu.
func (b *Bridge) listen(conf *config.Config) (map[string]*listener, error) {
	all := map[string]*listener{}
	var errs []error
	for i := range conf.Listen {
		l, err := b.listenOne(&conf.Listen[i])
		if err != nil {
			errs = append(errs, err)
			continue
		}
		all[conf.Listen[i].Addr] = l
	}
	if len(errs) == 0 {
		return all, nil
	}
	for _, l := range all {
		if l.made {
			_ = l.Net.Close() // nothing was accepted yet
		}
	}
	return nil, errors.Join(errs...)
}

func (b *Bridge) listenOne(lc *config.Listen) (*listener, error) {
	l := &listener{}
	var err error
	if lc.TLS != nil {
		if l.TLS, err = serverTLS(lc.TLS); err != nil {
			return nil, fmt.Errorf("bridge: listen %s: %w", lc.Addr, err)
		}
	}
	if old := b.listeners[lc.Addr]; old != nil {
		l.Net, l.conns = old.Net, old.conns
	} else if l.Net, err = bind(lc.Addr); err != nil {
		return nil, fmt.Errorf("bridge: listen: %w", err)
	} else {
		l.conns, l.made = &engine.Conns{}, true
	}
	l.Engine, l.Log, l.Max = b.engine, b.log, lc.Limits.Connections
	l.Servers = b.servers(lc, l.conns)
	if l.TLS != nil {
		for _, s := range l.Servers {
			l.TLS.NextProtos = append(l.TLS.NextProtos, alpn(s.Codec)...)
		}
		slices.Sort(l.TLS.NextProtos) // "h2" before "http/1.1"
	}
	return l, nil
}

// bind listens. A Unix socket that a dead process has left is removed first.
func bind(addr string) (net.Listener, error) {
	network, at := config.Network(addr)
	if network == "unix" {
		if c, err := net.Dial(network, at); err == nil {
			_ = c.Close() // somebody lives there; let Listen say so
		} else if info, err := os.Stat(at); err == nil && info.Mode()&os.ModeSocket != 0 {
			if err := os.Remove(at); err != nil {
				return nil, err
			}
		}
	}
	return net.Listen(network, at)
}

// servers makes the server halves of one address, in the order in which the codecs are asked to sniff.
func (b *Bridge) servers(lc *config.Listen, conns *engine.Conns) (list []*engine.Server) {
	for _, codec := range joined(b.opts.Codecs, lc.Accept) {
		list = append(list, &engine.Server{
			Handler:  b.Handler,
			Codec:    codec,
			Settings: codecs.Settings{MaxFrame: lc.Limits.Frame, MaxHead: lc.Limits.Head, Options: optionsOf(lc, codec.Name()), Lines: b.linesOf(lc.Accept)},
			Origin:   codecs.Origin{Listener: lc.Addr},
			Wheel:    b.wheel,
			Calls:    lc.Limits.Calls,
			Idle:     lc.Limits.Idle,
			Request:  lc.Limits.Request,
			Conns:    conns,
			Failed:   b.observer.Failed,
		})
	}
	return list
}

// linesOf gives what an address knows of request lines; nil: none of the protocols that it takes has any.
func (b *Bridge) linesOf(accept []string) func() any {
	for _, l := range b.liners() {
		if name := l.Name(); slices.Contains(accept, name) {
			return func() any { return b.now.Load().lines[name] }
		}
	}
	return nil
}

// joined gives the codecs of the protocols that an address accepts. Those that share a wire become one.
func joined(all []codecs.Codec, accept []string) (list []codecs.Codec) {
	var first codecs.Joint
	var others []codecs.Codec
	at := 0
	for _, c := range all {
		if !slices.Contains(accept, c.Name()) {
			continue
		}
		j, shares := c.(codecs.Joint)
		switch {
		case !shares:
			list = append(list, c)
		case first == nil:
			first, at = j, len(list)
			list = append(list, c)
		default:
			others = append(others, c)
		}
	}
	if len(others) > 0 {
		list[at] = first.Join(others)
	}
	return list
}

// optionsOf gives the settings of a protocol; on a wire that several share, those of all.
func optionsOf(lc *config.Listen, name string) map[string]string {
	if set, ok := lc.Options[name]; ok || slices.Contains(lc.Accept, name) {
		return set
	}
	all := map[string]string{}
	for _, set := range lc.Options {
		maps.Copy(all, set)
	}
	return all
}

// serve accepts until the listener is closed.
func (l *listener) serve(log *slog.Logger) {
	log.Info("listening", "addr", l.Net.Addr().String())
	go func() {
		if err := l.Serve(); err != nil {
			log.Error("listener failed", "addr", l.Net.Addr().String(), "err", err)
		}
	}()
}

// swapListeners puts the listeners of a new configuration in the place of the old: kept ones get new servers for new
// connections, new ones begin, others end. Called under mu.
func (b *Bridge) swapListeners(next map[string]*listener) {
	for addr, l := range next {
		if old := b.listeners[addr]; old != nil {
			old.Replace(l.Servers, l.TLS, l.Max)
			next[addr] = old
			continue
		}
		l.serve(b.log)
	}
	for addr, l := range b.listeners {
		if next[addr] != nil {
			continue
		}
		_ = l.Close() // it can only have been closed before
		l.conns.Leave()
	}
	b.listeners = next
}
