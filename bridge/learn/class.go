package learn

import (
	"slices"
	"strings"
	"unicode"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// Limits of one class.
const (
	maxFields = 256 // a class with more is known by its name alone
	maxConsts = 32  // constants of an enum that are remembered, for people to read
	maxSubs   = 64  // classes that were given in the place of one
	maxName   = 256 // bytes of a name
)

// class is what is known of a class of somebody's own.
type class struct {
	known   bool // fields are; else it is known by its name alone
	throws  bool // it was thrown
	enum    bool // every value was one field "name" with what looks like a constant: an enum stands so on the wire
	fields  []field
	consts  []string // that were seen, sorted
	super   string   // a class, known by name alone, in whose place an object of this one was given; "": none
	subs    []string // those of which this is the super
	clashes int      // how often values disagreed
	broken  bool     // its field list cannot be written down
}

type field struct {
	name  string
	shape *shape
}

// add takes a field behind the others. Two of one name (a subclass may hide its parent's) or one that is no name leave the class
// known by its name alone.
func (c *class) add(name string, s *shape) {
	if c.broken = c.broken || !isName(name) || strings.Contains(name, ".") || len(c.fields) == maxFields || c.at(name) >= 0; c.broken {
		c.known, c.fields = false, nil
		return
	}
	c.fields = append(c.fields, field{name, s})
}

func (c *class) at(name string) int {
	return slices.IndexFunc(c.fields, func(f field) bool { return f.name == name })
}

// constant remembers a constant of an enum.
func (c *class) constant(name string) (fresh bool) {
	i, known := slices.BinarySearch(c.consts, name)
	if known || len(c.consts) == maxConsts || len(name) > maxName || !contract.IsJavaName(name) {
		return false
	}
	c.consts = slices.Insert(c.consts, i, name)
	return true
}

// learn takes over what a further object of the class shows. Of two field lists the later is kept, for classes grow.
func (c *class) learn(n *class) (changed bool) {
	changed = n.throws && !c.throws
	c.throws = c.throws || n.throws
	for _, k := range n.consts {
		changed = c.constant(k) || changed
	}
	switch {
	case n.super != "" && c.super == "":
		c.super, changed = n.super, true
	case !n.known && !n.broken:
		return changed
	}
	if !c.known || n.broken {
		changed = changed || c.known != n.known
		c.known, c.broken, c.enum, c.fields = n.known, n.broken, n.enum, n.fields
		return changed
	}
	if !n.known {
		return changed
	}
	if c.enum && !n.enum {
		c.enum, changed = false, true
	}
	fields := make([]field, len(n.fields))
	moved := len(fields) != len(c.fields)
	for i, f := range n.fields {
		fields[i] = f
		at := c.at(f.name)
		if moved = moved || at != i; at < 0 {
			continue
		}
		s, clash := join(c.fields[at].shape, f.shape)
		if fields[i].shape = s; clash {
			c.clashes++
		}
		changed = changed || !same(s, c.fields[at].shape)
	}
	if moved {
		c.clashes++
	}
	c.fields = fields
	return changed || moved
}

// size is about how many bytes of a file say what is known, its own name left out, and no fewer.
func (c *class) size() int {
	n := len("abstract class  default  extends  { } // \n\n") + len(c.super)
	for _, f := range c.fields {
		n += len("   ;\n") + len(f.name) + f.shape.size()
	}
	for _, k := range c.consts {
		n += len(", ") + len(k)
	}
	return n
}

// isName says whether a name may be kept: one of Java's, bounded, and printable.
func isName(s string) bool {
	return len(s) <= maxName && contract.IsJavaName(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// isOwn says whether a class is somebody's own and not Java's, and has a package, so that no file takes its name for another: only
// such are learned.
func isOwn(class string) bool {
	return strings.Contains(class, ".") && !strings.HasPrefix(class, "java.") && !strings.HasPrefix(class, "javax.") && isName(class)
}

// isConstant says whether a text looks like the name of an enum's constant, as Java programs write them.
func isConstant(text []byte) bool {
	for i, c := range text {
		if (c < 'A' || c > 'Z') && c != '_' && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return len(text) > 0 && len(text) <= maxName
}
