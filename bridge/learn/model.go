package learn

import (
	"slices"
	"strings"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// Limits of all that is known, beside the number of methods that the configuration gives.
const (
	classesPerMethod = 4       // classes for each method that there may be
	maxThrows        = 16      // classes that one method is known to throw
	maxSize          = 2 << 20 // bytes of all names, which keeps the file below what is read of a contract
)

// Key is a method as calls name it, by its parameter types.
type Key struct {
	Service, Group, Version, Method string
	Descriptor                      string // of the parameters, Java's form
}

// method is what is known of one method.
type method struct {
	Key
	declared *contract.Type // the parameters, by their descriptor
	params   []*shape       // what values have shown of them
	result   *shape
	throws   []string // sorted
	seen     int      // calls that were looked at, since the process began
	last     time.Time
	clashes  int
}

// lesson is what one call has shown.
type lesson struct {
	key     Key
	params  []*shape
	result  *shape
	thrown  string // a class
	classes map[string]*class
	at      time.Time
}

// model is all that is known. Not safe for concurrent use.
type model struct {
	methods map[Key]*method
	classes map[string]*class
	limit   int // of methods
	size    int // bytes of names, about
}

func newModel(limit int) *model {
	return &model{methods: map[Key]*method{}, classes: map[string]*class{}, limit: limit}
}

// learn takes over what a call has shown. refused: it is of a method that cannot be known, for its names or for want of room.
func (m *model) learn(l *lesson) (changed, refused bool) {
	known := m.methods[l.key]
	if known == nil {
		if known = m.admit(l.key); known == nil {
			return false, true
		}
		changed = true
	}
	if len(l.params) != len(known.params) {
		return changed, true
	}
	for name, c := range l.classes {
		changed = m.meet(name, c) || changed
	}
	known.seen, known.last = known.seen+1, l.at
	for i, s := range l.params {
		if t := known.declared.Fields[i].Type; t.Kind == contract.Class && s.kind == contract.Class && s.name != t.Name {
			changed = m.meet(s.name, &class{super: t.Name}) || changed
			s = &shape{kind: contract.Class, name: t.Name} // which class it is is said by the declared one's subs
		}
		changed = known.see(&known.params[i], s) || changed
	}
	if l.result != nil {
		changed = known.see(&known.result, l.result) || changed
	}
	if i, there := slices.BinarySearch(known.throws, l.thrown); l.thrown != "" && !there && len(known.throws) < maxThrows && m.classes[l.thrown] != nil {
		known.throws, changed = slices.Insert(known.throws, i, l.thrown), true
	}
	return changed, false
}

// see widens what is known of a value.
func (m *method) see(known **shape, s *shape) (changed bool) {
	wider, clash := join(*known, s)
	if clash {
		m.clashes++
	}
	changed = !same(wider, *known)
	*known = wider
	return changed
}

// admit makes a method of a key if it may be kept, with the classes that its descriptor names.
func (m *model) admit(k Key) *method {
	size := len(k.Service) + len(k.Group) + len(k.Version) + len(k.Method) + len(k.Descriptor)
	if len(m.methods) >= m.limit || m.size+size > maxSize || len(k.Descriptor) > maxName*8 || !isName(k.Service) || !isName(k.Method) ||
		strings.Contains(k.Method, ".") || !isWord(k.Group) || !isWord(k.Version) {
		return nil
	}
	declared, err := contract.FromDescriptor(k.Descriptor, nil)
	if err != nil {
		return nil
	}
	for _, f := range declared.Fields {
		if name := strings.TrimRight(f.Type.Name, "[]"); contract.Builtin(name) == nil {
			m.meet(name, new(class))
			if m.classes[name] == nil {
				return nil
			}
		}
	}
	if !readable(m.line(&method{Key: k, declared: declared, params: unseen(declared), result: nothing})) {
		return nil
	}
	m.size += size
	known := &method{Key: k, declared: declared, params: unseen(declared), result: nothing}
	m.methods[k] = known
	return known
}

// unseen is what is known of parameters before a value was seen.
func unseen(t *contract.Type) []*shape {
	list := make([]*shape, len(t.Fields))
	for i := range list {
		list[i] = nothing
	}
	return list
}

// meet takes over what is said of a class, if there is room for it.
func (m *model) meet(name string, c *class) (changed bool) {
	size := len(name) + len(c.super)
	for _, f := range c.fields {
		size += len(f.name)
	}
	known := m.classes[name]
	if known == nil {
		if len(m.classes) >= classesPerMethod*m.limit || m.size+size > maxSize || !isName(name) || !strings.Contains(name, ".") {
			return false
		}
		known, changed = new(class), true
		m.classes[name] = known
		m.size += len(name)
	}
	if c.super != "" && m.classes[c.super] == nil {
		m.meet(c.super, new(class))
	}
	if base := m.classes[c.super]; base != nil && known.super == "" && len(base.subs) < maxSubs {
		base.subs = append(base.subs, name) // known.super becomes c.super
	} else if c.super != "" && known.super == "" {
		c = &class{known: c.known, throws: c.throws, enum: c.enum, fields: c.fields, consts: c.consts, broken: c.broken}
	}
	if before := len(known.fields); m.size+size <= maxSize {
		changed = known.learn(c) || changed
		if len(known.fields) > before {
			m.size += size
		}
	}
	return changed
}

// isWord says whether a version or group may be kept: short, printable ASCII, and nothing that ends a quoted string.
func isWord(s string) bool {
	return len(s) <= maxName && strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) < 0
}

// readable says whether a declaration is what a contract file may have.
func readable(declaration string) bool {
	f, err := contract.Parse("", []byte(declaration))
	if err == nil {
		_, err = contract.Build(f)
	}
	return err == nil
}
