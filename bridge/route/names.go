package route

import "github.com/dragoman-rpc/dragoman/codecs"

// Service is a service that the configuration names. It is immutable. A nil Service is one that it does not name, and whose
// names pass as they are.
type Service struct {
	Name           string // canonical
	version, group string
	as             map[string]string
	methods        names[string]
	there          map[string]map[string]string // protocol: canonical method: name there
}

// names finds what a caller means by a name. What the caller's own protocol calls a thing comes first, then the canonical
// name. A name that is known from another protocol only is taken for the same thing: if it passed as a stranger, a catch-all
// rule could carry it into that other protocol, past the rules and the allow list of what it means there.
type names[T comparable] struct {
	in  map[string]map[string]T // protocol: name
	any map[string]T
}

func (n *names[T]) find(protocol, name string) (T, bool) {
	if v, ok := n.in[protocol][name]; ok {
		return v, true
	}
	v, ok := n.any[name]
	return v, ok
}

// call notes that protocol calls v name, and gives what it calls so: v, or something that came before.
func (n *names[T]) call(protocol, name string, v T) T {
	if n.in == nil {
		n.in = map[string]map[string]T{}
	}
	if n.in[protocol] == nil {
		n.in[protocol] = map[string]T{}
	}
	if old, taken := n.in[protocol][name]; taken {
		return old
	}
	n.in[protocol][name] = v
	return v
}

// also notes a further name for v, unless it is taken.
func (n *names[T]) also(name string, v T) {
	if n.any == nil {
		n.any = map[string]T{}
	}
	if _, taken := n.any[name]; !taken {
		n.any[name] = v
	}
}

// Canonical puts the canonical names of service and method in the place of those that a caller's protocol uses, and says
// whether the header is now another. The service is nil, and the names stay, if the configuration does not name it.
func (t *Table) Canonical(protocol string, h *codecs.Header) (svc *Service, changed bool) {
	svc, ok := t.services.find(protocol, h.Service)
	if !ok {
		return nil, false
	}
	if h.Service != svc.Name {
		h.Service, changed = svc.Name, true
	}
	if m, ok := svc.methods.find(protocol, h.Method); ok && m != h.Method {
		h.Method, changed = m, true
	}
	return svc, changed
}

// Fill sets version and group where the caller named none, and says whether it did. It comes before Match, and after the
// metadata is loaded if Needs asks for it: a group may stand there.
func (s *Service) Fill(h *codecs.Header) (changed bool) {
	if s == nil {
		return false
	}
	if h.Version == "" && s.version != "" {
		h.Version, changed = s.version, true
	}
	if h.Group == "" && s.group != "" {
		h.Group, changed = s.group, true
	}
	return changed
}

// Target gives what the service and the method of h, which are canonical, are called in a protocol. The header is not changed.
func (s *Service) Target(protocol string, h *codecs.Header) (service, method string) {
	service, method = h.Service, h.Method
	if s == nil {
		return service, method
	}
	if as, ok := s.as[protocol]; ok {
		service = as
	}
	if m, ok := s.there[protocol][method]; ok {
		method = m
	}
	return service, method
}
