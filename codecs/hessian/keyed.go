package hessian

import (
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// In Hessian 1.0 an object is a map that has its class for a type and the names of its fields for keys. To give it as the object that
// it is, the names are looked for first; the values are read over for that, and then read.

// maxKeys is how many entries a map may have that is taken for an object: more than Java lets a class have fields.
const maxKeys = 1 << 16

// isMapClass says whether a type is one of Java's own maps. Any other that has nothing but strings for keys is taken for a class.
func isMapClass(name string) bool {
	return strings.HasPrefix(name, "java.util.") &&
		(strings.HasSuffix(name, "Map") || strings.HasSuffix(name, "Hashtable") || strings.HasSuffix(name, "Properties"))
}

// open takes the beginning of a container as a Scanner does, and gives the class of an object.
func (r *reader) open(depth int) (h head, c *class, err error) {
	h, err = r.s.open(depth)
	switch {
	case err != nil:
	case h.kind == token.Object:
		c = r.classOf(h.of)
	case h.kind == token.Map && r.s.d.keyed && h.of >= 0:
		c, err = r.keyedClass(&h, depth+1)
	}
	return h, c, err
}

// keyedClass gives the class of a map that is an object, and makes an object of its head; else nil. The entries stand in depth
// containers.
func (r *reader) keyedClass(h *head, depth int) (*class, error) {
	if typ := r.typeAt(h.of); typ == nil || isMapClass(typ.Name) {
		return nil, nil
	}
	back := r.here()
	r.raw = append(r.raw[:0], r.s.p[h.of:back.pos]...)
	n := 0
	for {
		end, err := r.s.end()
		if err != nil {
			return nil, err
		}
		if end {
			break
		}
		ok, err := r.key()
		if err != nil {
			return nil, err
		}
		if !ok || n == maxKeys {
			r.goTo(back)
			return nil, nil
		}
		if err := r.s.value(depth); err != nil {
			return nil, err
		}
		n++
	}
	r.goTo(back)
	h.kind, h.n, h.closed = token.Object, n, true
	return r.enc.classes.get(r.raw, r.s.d), r.spend(len(r.raw))
}

// key takes the key of an entry and notes it as the name of a field, if it can be one.
func (r *reader) key() (ok bool, err error) {
	o, err := r.s.next()
	if err != nil || !isText(o) {
		return false, err
	}
	from := r.s.pos
	if err := r.s.skipText(); err != nil {
		return false, err
	}
	r.raw = append(r.raw, r.s.p[from:r.s.pos]...)
	return r.s.pos-from <= maxName, nil
}

// asMap makes the head of a map of that of an object that is a map in the stream.
func (h *head) asMap() { h.kind, h.n, h.closed = token.Map, -1, false }

// member takes the name before the value of a field, where there is one. It was looked at before.
func (r *reader) member() error {
	if !r.s.d.keyed {
		return nil
	}
	return r.s.skipText()
}

// endObject takes the end of an object, where there is one.
func (r *reader) endObject(fields int) error {
	if !r.s.d.keyed {
		return nil
	}
	return r.s.close(fields)
}

// isObject says whether an opcode may begin an object.
func (r *reader) isObject(o op) bool {
	return o == opObject || o == opObject4 || o == opMapMarked && r.s.d.keyed
}
