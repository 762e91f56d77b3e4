package config

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// inOrderConnections is how many connections an endpoint gets whose protocol answers in order, one call at a time.
const inOrderConnections = 64

// finish checks what one value says of another, and makes what follows from the file.
func (p *parser) finish(d *document) {
	for i := range d.Listen {
		p.listener(d, i)
	}
	for i := range d.Clusters {
		p.cluster(d, &d.Clusters[i])
	}
	for i := range d.services {
		d.services[i].At = fmt.Sprintf("services[%d]", i)
		d.Routes.Services = append(d.Routes.Services, d.services[i].Names)
	}
	for i := range d.Routes.Rules {
		d.Routes.Rules[i].At = fmt.Sprintf("rules[%d]", i)
	}
	p.allow(d)
	p.contracts(d)
	p.locals(d)
	p.routes(d)
}

// listener checks d.Listen[i].
func (p *parser) listener(d *document, i int) {
	l, at := &d.Listen[i], fmt.Sprintf("listen[%d]", i)
	if l.Addr == "" {
		return // told already
	}
	for _, other := range d.Listen[:i] {
		if other.Addr == l.Addr { // also with port 0: a reload would not know which is which
			p.fail(at+".addr", "", "%q is there twice", l.Addr)
		}
	}
	p.once(at+".accept", l.Accept)
	_, said := p.nodes[at+".accept"]
	switch {
	case !said && loopback(l.Addr):
		l.Accept = slices.Clone(p.names)
	case !said:
		p.fail(at+".addr", "write accept: ["+strings.Join(p.names, ", ")+"], or less",
			"accept left out means every protocol, which is for loopback only")
	}
	for _, name := range slices.Sorted(maps.Keys(l.Options)) {
		if said && !slices.Contains(l.Accept, name) {
			p.fail(at+".options."+name, "", "accept does not name %s", name)
		}
		p.options(at+".options."+name, name, codecs.Server, l.Options[name])
	}
	if l.Limits.Head > l.Limits.Frame {
		p.fail(at+".limits.head", "", "a head of %s is more than a frame of %s", formatSize(l.Limits.Head), formatSize(l.Limits.Frame))
	}
}

// once sees that no entry of a list is there twice.
func (p *parser) once(path string, list []string) {
	seen := map[string]bool{}
	for i, s := range list {
		if seen[s] && s != "" {
			p.fail(fmt.Sprintf("%s[%d]", path, i), "", "%q is there twice", s)
		}
		seen[s] = true
	}
}

// options checks the settings of a protocol.
func (p *parser) options(path, protocol string, side codecs.Side, set map[string]string) {
	var known []string
	options := map[string]codecs.Option{}
	for _, o := range p.traits[protocol].Options {
		if o.Side == "both" || o.Side == side.String() {
			known = append(known, o.Name)
			options[o.Name] = o
		}
	}
	hint := func(name string) string {
		if known == nil {
			return "it has none"
		}
		return nearest(name, known)
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		o, ok := options[name]
		switch at := path + "." + name; {
		case !ok:
			p.fail(at, hint(name), "%s has no option %q for a %s", protocol, clip(name), side)
		case o.Values != nil && set[name] != "" && !slices.Contains(o.Values, set[name]):
			p.fail(at, nearest(set[name], o.Values), "%q is not a value of this option", clip(set[name]))
		case o.Check != nil && set[name] != "":
			if err := o.Check(set[name]); err != nil {
				p.fail(at, "", "%v", err)
			}
		}
	}
}

func (p *parser) cluster(d *document, c *Cluster) {
	at, t := "clusters."+c.Name, p.wire(c)
	if c.Protocol == "" {
		return // told already
	}
	p.once(at+".endpoints", c.Endpoints)
	for i, e := range c.Endpoints {
		p.noLoop(d, fmt.Sprintf("%s.endpoints[%d]", at, i), e)
	}
	p.options(at+".options", c.Protocol, codecs.Client, c.Options)
	if c.TLS != nil && (c.TLS.Cert == "") != (c.TLS.Key == "") {
		p.fail(at+".tls", "", "cert and key need each other")
	}
	if c.TLS != nil && c.TLS.Insecure && (c.TLS.CA != "" || c.TLS.Name != "") {
		p.fail(at+".tls.insecure", "", "ca and name are of no use if any certificate is believed")
	}
	if c.Depth > 1 && !t.InOrder {
		p.fail(at+".depth", "", "%s does not answer in order: it is not limited by depth", c.Protocol)
	}
	p.encoding(at+".encoding", c.Encoding, &t)
	if c.Head > c.Frame {
		p.fail(at+".head", "", "a head of %s is more than a frame of %s", formatSize(c.Head), formatSize(c.Frame))
	}
	p.connections(c)
}

// connections fills in how many there are.
func (p *parser) connections(c *Cluster) {
	if c.Connections == 0 {
		c.Connections = 1
		if p.wire(c).InOrder {
			c.Connections = inOrderConnections
		}
	}
}

// wire gives the facts of what a cluster speaks.
func (p *parser) wire(c *Cluster) codecs.Traits {
	if found, ok := codecs.Find(p.known, c.Protocol, c.Options[codecs.OptionVersion]); ok {
		return found.Traits()
	}
	return p.traits[c.Protocol]
}

func (p *parser) encoding(at, name string, t *codecs.Traits) {
	var known []string
	for _, f := range t.Formats {
		if f.Encoding == name {
			return
		}
		if !slices.Contains(known, f.Encoding) {
			known = append(known, f.Encoding)
		}
	}
	if name != "" {
		p.fail(at, nearest(name, known), "the protocol does not carry %q", clip(name))
	}
}

// noLoop refuses an endpoint that is a listener of our own.
func (p *parser) noLoop(d *document, at, endpoint string) {
	for i := range d.Listen {
		own := d.Listen[i].Addr
		if own == endpoint || samePort(own, endpoint) && loopback(endpoint) && (everywhere(own) || loopback(own)) {
			p.fail(at, "", "this is our own listener %q: calls would go round", own)
		}
	}
}

func samePort(a, b string) bool {
	_, pa, err1 := net.SplitHostPort(a)
	_, pb, err2 := net.SplitHostPort(b)
	return err1 == nil && err2 == nil && pa == pb
}

func everywhere(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	return err == nil && (host == "" || host == "0.0.0.0" || host == "::")
}

// allow sees that the listeners exist, and that none of them has an option by which callers get round an entry.
func (p *parser) allow(d *document) {
	var known []string
	for _, l := range d.Listen {
		known = append(known, l.Addr)
	}
	for i := range d.Routes.Allow {
		a := &d.Routes.Allow[i]
		a.At = fmt.Sprintf("allow[%d]", i)
		for j, f := range a.From {
			if f.Listener != "" && !slices.Contains(known, f.Listener) {
				p.fail(fmt.Sprintf("%s.from[%d].listener", a.At, j), nearest(f.Listener, known), "there is no listener %q", clip(f.Listener))
			}
		}
	}
	for i := range d.Listen {
		p.judged(d, i)
	}
}

// judged refuses options of d.Listen[i] with which a caller can reach another service than the one that allow judges. They do no
// harm where every entry lets the whole listener pass.
func (p *parser) judged(d *document, i int) {
	l := &d.Listen[i]
	limits := func(a route.Allow) bool {
		return !slices.ContainsFunc(a.From, func(f route.From) bool { return f.Listener == l.Addr })
	}
	first := slices.IndexFunc(d.Routes.Allow, limits)
	if first < 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(l.Options)) {
		for _, o := range p.traits[name].Options {
			if v := l.Options[name][o.Name]; slices.Contains(o.Unjudged, v) {
				p.fail(fmt.Sprintf("listen[%d].options.%s.%s", i, name, o.Name), "callers who may call all can have a listener of their own",
					"with %q a caller of %s can reach what %s denies", v, l.Addr, d.Routes.Allow[first].At)
			}
		}
	}
}

// contracts lists each file once, with the services that it is the contract of.
func (p *parser) contracts(d *document) {
	seen := map[string]int{}
	add := func(at, path, service string) {
		if path == "" {
			return // told already
		}
		i, ok := seen[path]
		if !ok {
			i = len(d.Contracts)
			seen[path] = i
			d.Contracts = append(d.Contracts, Contract{At: at, Path: path})
		}
		if service != "" {
			d.Contracts[i].Of = append(d.Contracts[i].Of, service)
		}
	}
	for i, path := range d.contracts {
		add(fmt.Sprintf("contracts[%d]", i), path, "")
	}
	for i := range d.services {
		for n, path := range d.services[i].contract {
			at := d.services[i].At + ".contract"
			if len(d.services[i].contract) > 1 {
				at += fmt.Sprintf("[%d]", n)
			}
			add(at, path, d.services[i].Name)
		}
	}
}

// locals makes clusters and rules of the local entries. Their clusters' names are none that can be written.
func (p *parser) locals(d *document) {
	for i, l := range d.Local {
		at := fmt.Sprintf("local[%d]", i)
		if l.Service == "" || l.Addr == "" || l.Protocol == "" {
			continue // told already
		}
		p.noLoop(d, at+".addr", l.Addr)
		name := "local:" + l.Protocol + ":" + l.Addr
		if !slices.ContainsFunc(d.Clusters, func(c Cluster) bool { return c.Name == name }) {
			c := Cluster{Name: name, Protocol: l.Protocol, Endpoints: []string{l.Addr}}
			cluster.fresh(p, &c)
			p.connections(&c)
			d.Clusters = append(d.Clusters, c)
		}
		d.Routes.Rules = append(d.Routes.Rules, route.Rule{At: at, Match: route.Match{Service: l.Service},
			To: []route.Split{{Cluster: name, Weight: 1}}})
	}
}

// routes has the table made as the process will make it, and takes over what is wrong.
func (p *parser) routes(d *document) {
	for _, c := range d.Clusters {
		d.Routes.Clusters = append(d.Routes.Clusters, c.Name)
	}
	_, err := route.Compile(d.Routes)
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return
	}
	wrong := p.wrong()
	for _, err := range joined.Unwrap() {
		var e *route.Error
		if !errors.As(err, &e) {
			continue
		}
		at, hint := e.At, ""
		if strings.HasPrefix(at, "local[") {
			at = strings.Replace(at, ".match.", ".", 1)
		}
		if wrong[at] {
			continue // it was made of something that is wrong
		}
		if node := p.nodes.find(at); strings.HasSuffix(at, ".cluster") {
			hint = nearest(node.Value, d.Routes.Clusters)
		}
		p.fail(at, hint, "%s", e.Text)
	}
}

// wrong gives the paths of values that hold a fault.
func (p *parser) wrong() map[string]bool {
	paths := map[string]bool{}
	for _, e := range p.errs {
		for path := e.Path; path != "" && !paths[path]; path = around(path) {
			paths[path] = true
		}
	}
	return paths
}

// filesExist sees whether the files are there that are read later.
func (p *parser) filesExist(c *Config) {
	see := func(at, path string) {
		if path == "" {
			return
		}
		if info, err := os.Stat(path); err != nil {
			p.fail(at, "", "%v", err)
		} else if info.IsDir() {
			p.fail(at, "", "%s is a folder", path)
		}
	}
	if name := c.Learn.File; name != "" {
		if info, err := os.Stat(filepath.Dir(name)); err != nil || !info.IsDir() {
			p.fail("learn.file", "", "there is no folder %s", filepath.Dir(name))
		}
	}
	for i, l := range c.Listen {
		if at := fmt.Sprintf("listen[%d].tls.", i); l.TLS != nil {
			see(at+"cert", l.TLS.Cert)
			see(at+"key", l.TLS.Key)
			see(at+"clients", l.TLS.Clients)
		}
	}
	for _, cl := range c.Clusters {
		if at := "clusters." + cl.Name + ".tls."; cl.TLS != nil {
			see(at+"ca", cl.TLS.CA)
			see(at+"cert", cl.TLS.Cert)
			see(at+"key", cl.TLS.Key)
		}
	}
}
