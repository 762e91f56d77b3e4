package route

import (
	"maps"
	"slices"
	"strings"
)

// name makes the services and their names. Those that only a contract knows come behind the listed ones.
func (c *compiler) name(list []Names, contracts map[string][]string) {
	listed := map[string]bool{}
	for i := range list {
		listed[list[i].Name] = true
	}
	list = slices.Clip(list)
	for _, name := range slices.Sorted(maps.Keys(contracts)) {
		if !listed[name] {
			list = append(list, Names{At: "contracts", Name: name})
		}
	}
	made := make([]*Service, len(list))
	for i := range list {
		made[i] = c.service(&list[i])
		c.nameMethods(made[i], &list[i], contracts[list[i].Name])
	}
	for i := range list {
		c.nameService(made[i], &list[i])
	}
	for i := range list {
		c.nameLoosely(made[i], &list[i])
	}
}

func (c *compiler) service(n *Names) *Service {
	s := &Service{Name: n.Name, version: n.Version, group: n.Group, as: maps.Clone(n.As)}
	if err := checkName(n.Name); err != nil {
		c.fail(n.At+".name", "%v", err)
	} else if strings.Contains(n.Name, "*") {
		c.fail(n.At+".name", "%q: the name of a service is no pattern", n.Name)
	}
	if c.byName[n.Name] != nil {
		c.fail(n.At+".name", "service %q is there twice", n.Name)
		return s
	}
	c.byName[n.Name] = s
	c.table.services.also(n.Name, s)
	return s
}

// nameService takes note of what the protocols call a service, and finds two of one name.
func (c *compiler) nameService(s *Service, n *Names) {
	for _, protocol := range slices.Sorted(maps.Keys(n.As)) {
		name, at := n.As[protocol], n.At+".as."+protocol
		if err := checkName(name); err != nil {
			c.fail(at, "%v", err)
			continue
		}
		other := c.table.services.call(protocol, name, s)
		if same := c.byName[name]; same != nil && same.as[protocol] == "" {
			other = same // which has no name of its own there
		}
		if other != s {
			c.fail(at, "two services are called %q in %s: %s and %s", name, protocol, other.Name, s.Name)
		}
	}
}

// nameLoosely makes the names of a service known to the other protocols, and those that begin with a slash without it, which
// is how they stand in a URL. What is somebody's name already stays that.
func (c *compiler) nameLoosely(s *Service, n *Names) {
	for _, protocol := range slices.Sorted(maps.Keys(n.As)) {
		name := n.As[protocol]
		c.table.services.also(name, s)
		if bare := strings.TrimPrefix(name, "/"); bare != name && bare != "" {
			c.table.services.call(protocol, bare, s)
			c.table.services.also(bare, s)
		}
	}
}

// nameMethods does for the methods of a service what the above does for services, and lets those meet that differ in the case
// of the first letter only. A name with a space is a template for a target ("GET /users/{id}"), which no caller says.
func (c *compiler) nameMethods(s *Service, n *Names, contract []string) {
	declared := map[string]bool{}
	for _, m := range contract {
		declared[m] = true
		s.methods.also(m, m)
	}
	s.there = map[string]map[string]string{}
	keys := slices.Sorted(maps.Keys(n.Methods))
	for _, key := range keys {
		m := key
		if other := otherCase(key); !declared[key] && declared[other] {
			m = other
		}
		s.methods.also(m, m)
		for protocol, name := range n.Methods[key] {
			if s.there[protocol] == nil {
				s.there[protocol] = map[string]string{}
			}
			s.there[protocol][m] = name
		}
	}
	own := slices.Sorted(maps.Keys(s.methods.any))
	for _, protocol := range slices.Sorted(maps.Keys(s.there)) {
		c.nameMethodsIn(s, n.At, protocol)
	}
	for _, m := range slices.Concat(own, slices.Sorted(maps.Keys(s.methods.any))) {
		s.methods.also(otherCase(m), s.methods.any[m])
	}
}

// nameMethodsIn takes note of what one protocol calls the methods of a service, and finds two of one name.
func (c *compiler) nameMethodsIn(s *Service, at, protocol string) {
	there := s.there[protocol]
	for _, m := range slices.Sorted(maps.Keys(there)) {
		name, at := there[m], at+".methods."+m+"."+protocol
		if err := checkName(name); err != nil {
			c.fail(at, "%v", err)
			continue
		}
		if strings.Contains(name, " ") {
			continue
		}
		other := s.methods.call(protocol, name, m)
		if same := s.methods.any[name]; same == name && there[name] == "" {
			other = same // which has no name of its own there
		}
		if other != m {
			c.fail(at, "two methods of %s are called %q in %s: %s and %s", s.Name, name, protocol, other, m)
		}
		s.methods.also(name, m)
	}
}

// otherCase is s with its first letter in the other case, if that is an ASCII letter.
func otherCase(s string) string {
	if s == "" {
		return s
	}
	switch c := s[0]; {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		return string(c^0x20) + s[1:]
	}
	return s
}
