package learn

import (
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// shape is what values have shown of a type. Immutable.
type shape struct {
	kind      contract.Kind // Void: no value yet; Any: values of types that have nothing in common
	name      string        // Java's, as contract.Type has it
	key, elem *shape        // of a Map that is no class; of a List that is no array
}

var (
	nothing  = &shape{kind: contract.Void}
	anything = &shape{kind: contract.Any, name: "java.lang.Object"}
)

// boxed is the one type of a kind that values show. They are boxed: any may be null, and a primitive has no room for that.
var boxed = map[contract.Kind]string{
	contract.Bool: "java.lang.Boolean", contract.Int32: "java.lang.Integer", contract.Int64: "java.lang.Long",
	contract.Float64: "java.lang.Double", contract.String: "java.lang.String", contract.Bytes: "byte[]",
	contract.Decimal: "java.math.BigDecimal", contract.BigInt: "java.math.BigInteger",
}

// maxType bounds a type as it is written down, in bytes, about: what is longer is an Object.
const maxType = 1 << 10

// scalar gives the shape of a kind that has one type.
func scalar(k contract.Kind) *shape { return &shape{kind: k, name: boxed[k]} }

// named gives the shape of a scalar whose class the value names, if it is one of Java's own of that kind.
func named(k contract.Kind, class string) *shape {
	if t := contract.Builtin(class); t != nil && t.Kind == k {
		return &shape{kind: k, name: class}
	}
	return anything
}

// join gives what values of both shapes are. clash: they have no type in common but a wider one.
func join(a, b *shape) (s *shape, clash bool) {
	switch {
	case a.kind == contract.Void, b.kind == contract.Any:
		return b, a.kind != contract.Void && a.kind != contract.Any
	case b.kind == contract.Void, a.kind == contract.Any:
		return a, false
	case a.kind == contract.Int32 && b.kind == contract.Int64:
		return b, false // a caller that writes a small long as an int, as those without types do
	case a.kind == contract.Int64 && b.kind == contract.Int32:
		return a, false
	case a.kind != b.kind:
		return anything, true
	}
	name := a.name
	if a.name != b.name {
		clash = true
		switch {
		case a.kind == contract.Map:
			name = "java.util.Map"
		case a.kind == contract.List && !isArray(a.name) && !isArray(b.name):
			name = "java.util.Collection"
		default:
			return anything, true
		}
	}
	if a.elem == nil {
		return a, clash
	}
	s = &shape{kind: a.kind, name: name}
	var clashes [2]bool
	s.elem, clashes[0] = join(a.elem, b.elem)
	if a.key != nil {
		s.key, clashes[1] = join(a.key, b.key)
	}
	if s.size() > maxType {
		return anything, true
	}
	return s, clash || clashes[0] || clashes[1]
}

// size is about how many bytes expr gives, and no fewer.
func (s *shape) size() int {
	if s == nil {
		return 0
	}
	return len("Serializable<, >") + len(s.name) + s.key.size() + s.elem.size()
}

func isArray(name string) bool { return strings.HasSuffix(name, "[]") }

// same says whether two shapes are written alike.
func same(a, b *shape) bool {
	if a == b || a == nil || b == nil {
		return a == b
	}
	return a.kind == b.kind && a.name == b.name && same(a.key, b.key) && same(a.elem, b.elem)
}

// expr writes a shape as a contract file has types. declared says which classes the file declares. What no value has shown is
// Serializable, and what values disagree on Object: so the two are told apart when the file is read again.
func (s *shape) expr(declared func(class string) bool) string {
	switch s.kind {
	case contract.Void:
		return "Serializable"
	case contract.Any:
		return "Object"
	case contract.Class:
		if !declared(s.name) {
			return "Object"
		}
		return s.name
	case contract.List:
		if class := strings.TrimRight(s.name, "[]"); isArray(s.name) {
			if contract.Builtin(class) == nil && !declared(class) {
				return "Object"
			}
			return contract.Short(class) + s.name[len(class):]
		}
		if s.elem.kind == contract.Void {
			return contract.Short(s.name)
		}
		return contract.Short(s.name) + "<" + s.elem.expr(declared) + ">"
	case contract.Map:
		if s.key.kind == contract.Void && s.elem.kind == contract.Void {
			return contract.Short(s.name)
		}
		return contract.Short(s.name) + "<" + s.key.expr(declared) + ", " + s.elem.expr(declared) + ">"
	}
	return contract.Short(s.name)
}
