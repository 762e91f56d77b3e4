package hessian

import (
	"bytes"
	"hash/maphash"
	"sync/atomic"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// class is a class definition or the name of a type, and what is known of the class by its name. Immutable.
type class struct {
	token.Class
	raw      string     // the bytes of the definition or of the name
	java     *javaClass // one of Java's own that is read as a scalar
	nameOnly bool       // its only field is called name: it may be an enum
}

// The size of the cache of classes, and the longest definition that it takes, in bytes.
const (
	cacheSlots = 512
	cacheRaw   = 2048
)

// cache keeps class definitions by their bytes, so that a class that the process has met before costs no allocation. It is of
// fixed size: each definition has two slots that it may stand in, and the newest stays. Safe for concurrent use.
type cache struct {
	seed  maphash.Seed
	slots [cacheSlots]atomic.Pointer[class]
}

// get gives the class that raw is for: a checked class definition or type name, or, where objects are keyed, the name of a type and
// those of the fields behind it.
func (c *cache) get(raw []byte, d *opcodes) *class {
	h := maphash.Bytes(c.seed, raw)
	one, two := &c.slots[h%cacheSlots], &c.slots[h/cacheSlots%cacheSlots]
	first := one.Load()
	if first != nil && first.raw == string(raw) {
		return first
	}
	if k := two.Load(); k != nil && k.raw == string(raw) {
		return k
	}
	k := newClass(raw, d)
	switch {
	case len(raw) > cacheRaw || len(k.Fields) > len(raw)/4: // made of nothing, to take much
	case first == nil:
		one.Store(k)
	default:
		two.Store(k)
	}
	return k
}

func newClass(raw []byte, d *opcodes) *class {
	c := &class{raw: string(raw)}
	in := input{p: raw, d: d}
	switch {
	case d.keyed:
		c.Name = in.string()
		for in.pos < len(raw) {
			c.Fields = append(c.Fields, in.string())
		}
	case d.ops[raw[0]] != opClass:
		c.Name = in.string()
		return c
	default:
		in.pos++
		c.Name = string(in.className())
		n, _ := in.int()
		c.Fields = make([]string, n)
		for i := range c.Fields {
			c.Fields[i] = in.string()
		}
	}
	c.java = javaClassOf(c)
	c.nameOnly = c.java == nil && len(c.Fields) == 1 && c.Fields[0] == "name"
	return c
}

// className takes the name of a class that was checked before.
func (in *input) className() []byte {
	if !in.d.bare {
		return in.name()
	}
	from, _ := in.bareText()
	name := in.p[from:in.pos]
	if _, surrogates, _ := walk(in.p, from, in.pos-from); surrogates {
		name = bytes.Clone(name)
		name = name[:joinPairs(name)]
	}
	return name
}

// name takes a string that was checked before; it may alias the stream.
func (in *input) name() []byte {
	text, _, _ := in.text(nil)
	return text
}

func (in *input) string() string { return string(in.name()) }
