package http

import (
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs/json"
)

// tree is a member of an object that is put together: from texts, each under a name in which dots lead into objects, and from JSON.
type tree struct {
	name  string
	value []byte // JSON; nil: an object of kids
	many  bool   // value is what an array holds
	fixed bool   // nothing comes to it
	kids  []*tree
	under []byte // JSON of an object that has the kids besides
	done  bool   // of merge
}

func (t *tree) kid(name string) *tree {
	for _, k := range t.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// add puts in a text. A second one of a name makes a list, unless one of them is fixed. It is false if the name is none, or does not
// go together with another.
func (t *tree) add(path, text string, fixed bool) bool {
	if strings.Count(path, ".") > maxDots {
		return false
	}
	for {
		name, rest, deeper := strings.Cut(path, ".")
		k := t.kid(name)
		switch {
		case name == "":
			return false
		case k == nil:
			k = &tree{name: name}
			t.kids = append(t.kids, k)
			if !deeper {
				k.value, k.fixed = json.AppendString(nil, text), fixed
			}
		case deeper != (k.value == nil):
			return false
		case !deeper && (k.fixed || fixed):
			return false
		case !deeper:
			k.value, k.many = json.AppendString(append(k.value, ','), text), true
		}
		if !deeper {
			return true
		}
		t, path = k, rest
	}
}

// hang puts in a member that is JSON, known to be valid. It is false if that would have to be an object and is not.
func (t *tree) hang(name string, value []byte) bool {
	k := t.kid(name)
	switch s := json.Scan(value); {
	case k == nil:
		t.kids = append(t.kids, &tree{name: name, value: value})
	case k.value == nil && s.Kind() == '{':
		k.under = value
	default:
		return false
	}
	return true
}

// append appends the value.
func (t *tree) append(dst []byte) []byte {
	switch {
	case t.many:
		return append(append(append(dst, '['), t.value...), ']')
	case t.value != nil:
		return append(dst, t.value...)
	case t.under != nil:
		return t.merge(dst, t.under)
	}
	return append(t.appendKids(append(dst, '{'), 0), '}')
}

// appendKids appends the members that are not done; n are there already.
func (t *tree) appendKids(dst []byte, n int) []byte {
	for _, k := range t.kids {
		if !k.done {
			dst = k.append(appendName(dst, k.name, n))
			n++
		}
	}
	return dst
}

func appendName(dst []byte, name string, n int) []byte {
	if n > 0 {
		dst = append(dst, ',')
	}
	return append(json.AppendString(dst, name), ':')
}

// merge appends an object with the members of both: of equal ones the tree's holds, but that objects become one. object is known to be
// valid.
func (t *tree) merge(dst, object []byte) []byte {
	dst = append(dst, '{')
	s := json.Scan(object)
	var key []byte
	n := 0
	for s.Object(); s.Member(&key); {
		value, k := s.Value(), t.kid(string(key))
		if k != nil && k.done {
			continue
		}
		dst = appendName(dst, string(key), n)
		n++
		within := json.Scan(value)
		switch {
		case k == nil:
			dst = append(dst, value...)
			continue
		case k.value == nil && within.Kind() == '{':
			dst = k.merge(dst, value)
		default:
			dst = k.append(dst)
		}
		k.done = true
	}
	return append(t.appendKids(dst, n), '}')
}
