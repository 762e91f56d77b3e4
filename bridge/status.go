package bridge

import (
	"context"
	"errors"
	"sort"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/admin"
	"github.com/dragoman-rpc/dragoman/bridge/config"
)

// Status is what a Bridge says of itself, for people and as JSON.
type Status struct {
	Version   string           `json:"version"`
	Started   time.Time        `json:"started"`
	Ready     bool             `json:"ready"`
	Listeners []ListenerStatus `json:"listeners"`
	Clusters  []ClusterStatus  `json:"clusters"`
	Contracts []ContractStatus `json:"contracts"`
	Rules     int              `json:"rules"`
}

// ListenerStatus is one address. Addr is as configured, Bound as the system gave it.
type ListenerStatus struct {
	Addr        string   `json:"addr"`
	Bound       string   `json:"bound"`
	Accept      []string `json:"accept"`
	Connections int      `json:"connections"`
}

// ClusterStatus is one cluster.
type ClusterStatus struct {
	Name      string           `json:"name"`
	Protocol  string           `json:"protocol"`
	Endpoints []EndpointStatus `json:"endpoints"`
}

// EndpointStatus is one endpoint; Resting: it failed so lately that others are preferred.
type EndpointStatus struct {
	Addr     string `json:"addr"`
	Inflight int64  `json:"inflight"`
	Resting  bool   `json:"resting"`
}

// ContractStatus is one service that a contract declares.
type ContractStatus struct {
	Service string `json:"service"`
	Version string `json:"version,omitempty"`
	Group   string `json:"group,omitempty"`
	Methods int    `json:"methods"`
}

// Status gives the present state.
func (b *Bridge) Status() Status {
	s := b.now.Load()
	st := Status{Version: b.opts.Version, Started: b.started, Ready: b.Ready(), Rules: len(s.conf.Routes.Rules)}
	b.mu.Lock()
	for addr, l := range b.listeners {
		ls := ListenerStatus{Addr: addr, Bound: l.Net.Addr().String(), Connections: l.conns.Len()}
		for i := range s.conf.Listen {
			if lc := &s.conf.Listen[i]; lc.Addr == addr {
				ls.Accept = lc.Accept
			}
		}
		st.Listeners = append(st.Listeners, ls)
	}
	b.mu.Unlock()
	sort.Slice(st.Listeners, func(i, j int) bool { return st.Listeners[i].Addr < st.Listeners[j].Addr })
	now := time.Now()
	for i := range s.conf.Clusters {
		c := s.clusters[s.conf.Clusters[i].Name]
		cs := ClusterStatus{Name: c.Name, Protocol: c.Codec.Name()}
		for _, e := range c.Endpoints {
			cs.Endpoints = append(cs.Endpoints, EndpointStatus{Addr: e.Addr, Inflight: e.Inflight(), Resting: e.Resting(now)})
		}
		st.Clusters = append(st.Clusters, cs)
	}
	for _, svc := range s.book.Services {
		st.Contracts = append(st.Contracts, ContractStatus{Service: svc.Name, Version: svc.Version, Group: svc.Group, Methods: len(svc.Methods)})
	}
	return st
}

// startAdmin opens the admin address, if there is one.
func (b *Bridge) startAdmin(conf *config.Config) (*admin.Server, error) {
	return admin.Listen(admin.Options{Addr: conf.Admin.Addr, Socket: conf.Admin.Socket, Bridge: adminView{b}, Metrics: b.observer.Handler(), Log: b.log})
}

// adminView is the Bridge as the admin pages ask it.
type adminView struct{ *Bridge }

func (v adminView) Status() any { return v.Bridge.Status() }

func (v adminView) Contracts() any { return v.Bridge.Contracts() }

func (v adminView) Reload() error {
	if v.opts.Load == nil {
		return errors.New("bridge: reload: this configuration was not read from a file")
	}
	conf, err := v.opts.Load()
	if err != nil {
		return err
	}
	return v.Bridge.Reload(conf)
}

// Drain begins to drain, within the time that the configuration gives.
func (v adminView) Drain() {
	go func() {
		d := v.now.Load().conf.Drain
		ctx, cancel := context.WithTimeout(context.Background(), d.Wait+d.Timeout) //nolint:forbidigo // asked for by an operator who does not wait
		defer cancel()
		_ = v.Bridge.Drain(ctx) // what it says is logged
	}()
}
