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
	maxSize          = 2 << 20 // bytes of the file, about; it stays below what is read of a contract
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
	thrown  []string // classes
	classes map[string]*class
	at      time.Time
}

// model is all that is known. Not safe for concurrent use.
type model struct {
	methods map[Key]*method
	classes map[string]*class
	limit   int // of methods
	size    int // bytes that the file has, about, and no fewer

	declared *contract.Index // whose classes are what it says; nil: there is none
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
	before := known.size()
	if len(l.params) != len(known.params) || m.size-before+(&method{Key: l.key, params: l.params, result: l.result}).size() > maxSize {
		return changed, true
	}
	defer func() { m.size += known.size() - before }()
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
	for _, name := range l.thrown {
		if i, there := slices.BinarySearch(known.throws, name); !there && len(known.throws) < maxThrows && m.classes[name] != nil {
			known.throws, changed = slices.Insert(known.throws, i, name), true
		}
	}
	return changed, false
}

// size is about how many bytes of a file say what is known, and no fewer.
func (m *method) size() int {
	n := len("\nservice  version \"\" group \"\" {\n  () throws ;\n}\n") + len(m.Service) + len(m.Group) + len(m.Version) + len(m.Method) +
		len("boolean, ")*len(m.Descriptor) + m.result.size()
	for _, s := range m.params {
		n += s.size()
	}
	for _, name := range m.throws {
		n += len(", ") + len(name)
	}
	return n
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
	if len(m.methods) >= m.limit || len(k.Descriptor) > maxName*8 || !isName(k.Service) || !isName(k.Method) ||
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
	known := &method{Key: k, declared: declared, params: unseen(declared), result: nothing}
	if m.size+known.size() > maxSize || !readable(m.line(known)) {
		return nil
	}
	m.size += known.size()
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
	known := m.classes[name]
	if known == nil {
		if known = new(class); len(m.classes) >= classesPerMethod*m.limit || !isName(name) || !strings.Contains(name, ".") ||
			m.size+2*len(name)+known.size() > maxSize {
			return false
		}
		m.classes[name], changed = known, true
		m.size += 2*len(name) + known.size() // one that may stand for another is named there, too
	}
	before := known.size()
	if m.size-before+c.size() > maxSize {
		return changed
	}
	if c.super != "" && m.classes[c.super] == nil {
		m.meet(c.super, new(class))
	}
	if base := m.classes[c.super]; base != nil && known.super == "" && len(base.subs) < maxSubs {
		base.subs = append(base.subs, name) // known.super becomes c.super
	} else if c.super != "" && known.super == "" {
		c = &class{known: c.known, throws: c.throws, enum: c.enum, fields: c.fields, consts: c.consts, broken: c.broken}
	}
	changed = known.learn(c) || changed
	m.size += known.size() - before
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
