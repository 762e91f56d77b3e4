package contract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Index is the Book of contract files. Immutable, safe for concurrent use.
type Index struct {
	Services []*Service // in the order of the files
	services map[string][]*Service
	types    map[string]*Type
}

// Service is a service with its methods. Version and Group "" fit any.
type Service struct {
	Name, Version, Group string
	Methods              []*Method
	Names                map[string]string    // protocol: what its Schema says that the service is called there
	Ext                  any                  // what its Schema knows besides
	methods              map[string][]*Method // by name, also with the first letter in the other case where no method is called so
}

var _ Book = (*Index)(nil)

// Type gives a declared class by its full name, or nil. A generic class is one of Objects.
func (x *Index) Type(name string) *Type { return x.types[name] }

// Lookup implements Book. A name that no method has is taken for one that differs in the case of its first letter.
func (x *Index) Lookup(service, group, version, method, descriptor string, args int) []*Method {
	var found []*Method
	for _, s := range x.services[service] {
		if !fits(s.Group, group) || !fits(s.Version, version) {
			continue
		}
		ms := filter(s.methods[method], descriptor, args)
		if found == nil {
			found = ms // the usual case costs no memory
			continue
		}
		found = append(found[:len(found):len(found)], ms...)
	}
	return found
}

func fits(declared, asked string) bool { return declared == "" || asked == "" || declared == asked }

func otherCase(name string) string {
	r, n := utf8.DecodeRuneInString(name)
	if other := unicode.ToUpper(r); other != r {
		return string(other) + name[n:]
	}
	return string(unicode.ToLower(r)) + name[n:]
}

// filter gives the methods that take such arguments: ms itself if all do.
func filter(ms []*Method, descriptor string, args int) []*Method {
	all := true
	for _, m := range ms {
		all = all && m.takes(descriptor, args)
	}
	if all {
		return ms
	}
	var some []*Method
	for _, m := range ms {
		if m.takes(descriptor, args) {
			some = append(some, m)
		}
	}
	return some
}

func (m *Method) takes(descriptor string, args int) bool {
	if descriptor != "" && descriptor != m.Descriptor && (!m.Foreign || !isClass(descriptor) || !isClass(m.Descriptor)) {
		return false
	}
	n := len(m.Params.Fields)
	return args < 0 || args == n || m.Varargs && args >= n-1 && descriptor == ""
}

// isClass says whether a descriptor is that of one class.
func isClass(descriptor string) bool {
	return strings.HasPrefix(descriptor, "L") && strings.IndexByte(descriptor, ';') == len(descriptor)-1
}

// String is the method as a contract file has it, without what it throws: "echo(java.lang.String s)".
func (m *Method) String() string {
	var b strings.Builder
	b.WriteString(m.Name)
	b.WriteByte('(')
	for i, f := range m.Params.Fields {
		if i > 0 {
			b.WriteString(", ")
		}
		name := f.Type.Name
		if m.Varargs && i == len(m.Params.Fields)-1 {
			name = strings.TrimSuffix(name, "[]") + "..."
		}
		b.WriteString(name)
		if f.Name != "" {
			b.WriteString(" " + f.Name)
		}
	}
	b.WriteByte(')')
	return b.String()
}

// Thrown gives the class, of those a method declares, that an exception of that name (full or simple) is for its callers: that
// name's; if there is no name and just one class, that one; else nil, and the caller gets a java.lang.RuntimeException.
func Thrown(throws []*Type, name string) *Type {
	if name == "" && len(throws) == 1 {
		return throws[0]
	}
	for _, t := range throws {
		if t.Name == name {
			return t
		}
		for _, s := range t.Subs {
			if s.Name == name {
				return s
			}
		}
	}
	for _, t := range throws {
		if Simple(t.Name) == name {
			return t
		}
		for _, s := range t.Subs {
			if Simple(s.Name) == name {
				return s
			}
		}
	}
	return nil
}
