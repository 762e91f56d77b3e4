package token

import "github.com/dragoman-rpc/dragoman/codecs/contract"

func kindOf(t *contract.Type) contract.Kind {
	if t == nil {
		return contract.Any
	}
	return t.Kind
}

// class gives what tokens call a type, nil for none: the class with its fields, the class that a list or map is made as, the name
// of an enum.
func (c *copier) class(t *contract.Type) *Class {
	if k, ok := c.classes[t]; ok {
		return k
	}
	var k *Class
	if name := madeAs(t); name != "" {
		k = &Class{Name: name}
		for _, f := range t.Fields {
			k.Fields = append(k.Fields, f.Name)
		}
	}
	c.classes[t] = k
	return k
}

// madeAs is the class that a value of a declared type is made as; "" if the syntax has a form of its own.
func madeAs(t *contract.Type) string {
	switch t.Name {
	case "java.util.List", "java.util.Collection", "java.lang.Iterable", "java.util.ArrayList", "java.util.Map", "java.util.HashMap",
		"java.util.Date":
		return ""
	case "java.util.Set":
		return "java.util.HashSet"
	case "java.util.SortedSet", "java.util.NavigableSet":
		return "java.util.TreeSet"
	case "java.util.Queue", "java.util.Deque":
		return "java.util.LinkedList"
	case "java.util.SortedMap", "java.util.NavigableMap":
		return "java.util.TreeMap"
	case "java.util.concurrent.ConcurrentMap":
		return "java.util.concurrent.ConcurrentHashMap"
	}
	return t.Name
}

// field finds a field by its name, looking first where it is likely to be; -1: there is none.
func field(fields []contract.Field, hint int, name []byte) int {
	for i := hint; i < len(fields); i++ {
		if fields[i].Name == string(name) {
			return i
		}
	}
	for i := range min(hint, len(fields)) {
		if fields[i].Name == string(name) {
			return i
		}
	}
	return -1
}

// subtype finds a class that may stand where t is declared by its full or simple name, or gives nil.
func subtype(t *contract.Type, name []byte) *contract.Type {
	if t.Name == string(name) {
		return t
	}
	for _, s := range t.Subs {
		if s.Name == string(name) {
			return s
		}
	}
	if contract.Simple(t.Name) == string(name) {
		return t
	}
	for _, s := range t.Subs {
		if contract.Simple(s.Name) == string(name) {
			return s
		}
	}
	return nil
}
