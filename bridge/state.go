package bridge

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"reflect"
	"slices"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/bridge/learn"
	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/bridge/upstream"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// state is everything that a configuration makes, but listeners. It is immutable: a reload makes another, and calls in flight
// end on the one they began with.
type state struct {
	conf     *config.Config
	table    *route.Table
	clusters map[string]*upstream.Cluster
	book     *contract.Index
	lines    map[string]any // protocol: what its codecs.Liner made of the request lines
	local    map[string]codecs.Handler
	learned  *learn.Store // shared with the states before; nil: no configuration has asked for it yet
	chain    codecs.Handler
}

// build makes the state for a configuration. Clusters whose configuration is the same as in old are taken over, with their
// connections and what is known of their health, and so is what was learned.
func (b *Bridge) build(conf *config.Config, old *state) (*state, error) {
	learned, err := b.learn(&conf.Learn, old)
	if err != nil {
		return nil, err
	}
	s, err := b.assemble(conf, old, learned)
	if err != nil && (old == nil || old.learned != learned) {
		learned.Close()
	}
	return s, err
}

// assemble makes the state with what was learned, if anything is to be.
func (b *Bridge) assemble(conf *config.Config, old *state, learned *learn.Store) (*state, error) {
	s := &state{conf: conf, clusters: map[string]*upstream.Cluster{}, learned: learned}
	rules, used := conf.Routes, learned
	if conf.Learn.Mode != config.LearnUse {
		used = nil
	}
	var err error
	if s.book, err = b.contracts(conf, used); err != nil {
		return nil, err
	}
	if s.lines, err = b.lines(conf, s.book); err != nil {
		return nil, err
	}
	b.names(&rules, s.book)
	if s.table, err = route.Compile(rules); err != nil {
		return nil, err
	}
	for i := range conf.Clusters {
		cc := &conf.Clusters[i]
		if kept := sameCluster(old, cc); kept != nil {
			s.clusters[cc.Name] = kept
			continue
		}
		if s.clusters[cc.Name], err = b.cluster(cc); err != nil {
			return nil, err
		}
	}
	if b.opts.Local != nil {
		s.local = b.opts.Local(&Own{Config: conf, Book: s.book, Table: s.table, Ready: b.Ready})
	}
	s.chain = b.chain(s)
	return s, nil
}

// learn gives the place for what calls teach, nil if none was asked for yet. The first configuration that asks says where: what was
// learned outlives reloads.
func (b *Bridge) learn(conf *config.Learn, old *state) (*learn.Store, error) {
	switch {
	case old != nil && old.learned != nil:
		return old.learned, nil
	case conf.Mode == config.LearnOff:
		return nil, nil
	}
	return learn.Open(learn.Options{File: conf.File, Methods: conf.Methods, Encodings: b.encodings, Log: b.log})
}

func sameCluster(old *state, cc *config.Cluster) *upstream.Cluster {
	if old == nil {
		return nil
	}
	for i := range old.conf.Clusters {
		if oc := &old.conf.Clusters[i]; oc.Name == cc.Name && reflect.DeepEqual(oc, cc) {
			return old.clusters[cc.Name]
		}
	}
	return nil
}

func (b *Bridge) cluster(cc *config.Cluster) (*upstream.Cluster, error) {
	codec, ok := codecs.Find(b.opts.Codecs, cc.Protocol, cc.Options[codecs.OptionVersion])
	if !ok {
		return nil, fmt.Errorf("bridge: cluster %s: no protocol %q", cc.Name, cc.Protocol)
	}
	var conf *tls.Config
	if cc.TLS != nil {
		var err error
		if conf, err = clientTLS(cc.TLS); err != nil {
			return nil, fmt.Errorf("bridge: cluster %s: %w", cc.Name, err)
		}
		conf.NextProtos = alpn(codec)
	}
	o := upstream.Options{
		Name: cc.Name, Codec: codec, Addrs: cc.Endpoints, TLS: conf, Engine: b.engine,
		Settings: codecs.Settings{MaxFrame: cc.Frame, MaxHead: cc.Head, Options: cc.Options, TLS: conf != nil},
		Conns:    cc.Connections, Inflight: cc.Inflight, Timeout: cc.DialTimeout,
	}
	if codec.Traits().InOrder {
		o.Depth = cc.Depth
	}
	for _, f := range codec.Traits().Formats {
		if f.Encoding == cc.Encoding {
			o.Format = f
			break
		}
	}
	return upstream.New(o), nil
}

func clientTLS(c *config.ClientTLS) (*tls.Config, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: c.Name, InsecureSkipVerify: c.Insecure}
	if c.CA != "" {
		pool, err := certPool(c.CA)
		if err != nil {
			return nil, err
		}
		conf.RootCAs = pool
	}
	if c.Cert != "" {
		pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
		if err != nil {
			return nil, err
		}
		conf.Certificates = []tls.Certificate{pair}
	}
	return conf, nil
}

// alpn is what codecs are called within TLS.
func alpn(list ...codecs.Codec) (names []string) {
	for _, c := range list {
		if name := c.Traits().ALPN; name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func serverTLS(c *config.ServerTLS) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
	if err != nil {
		return nil, err
	}
	conf := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}
	if c.Clients != "" {
		if conf.ClientCAs, err = certPool(c.Clients); err != nil {
			return nil, err
		}
		conf.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return conf, nil
}

func certPool(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", file)
	}
	return pool, nil
}

// retire closes what the next state does not use: clusters once calls that were opened on this one have found their connections.
func (s *state) retire(next *state) {
	kept := map[*upstream.Cluster]bool{}
	if next == nil || next.learned != s.learned {
		s.learned.Close()
	}
	if next != nil {
		for _, c := range next.clusters {
			kept[c] = true
		}
	}
	const opening = time.Second // a call opens within one batch, far less
	time.AfterFunc(opening, func() {
		for _, c := range s.clusters {
			if !kept[c] {
				c.Close()
			}
		}
	})
}
