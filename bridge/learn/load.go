package learn

import (
	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// load takes over what a contract file says, as far as it is what could have been learned. The file is ours, or was edited by hand:
// what values cannot show (names of parameters, constants of enums, type parameters) is left out.
// leftOut counts methods that are not kept: there are more than may be, or their names are none that a call teaches.
func (m *model) load(name string, data []byte) (leftOut int, err error) {
	f, err := contract.Parse(name, data)
	if err != nil {
		return 0, err
	}
	x, err := contract.Build(f)
	if err != nil {
		return 0, err
	}
	done := map[*contract.Type]bool{}
	for _, s := range x.Services {
		for _, w := range s.Methods {
			l := &lesson{key: Key{Service: s.Name, Group: s.Group, Version: s.Version, Method: w.Name, Descriptor: w.Descriptor},
				classes: map[string]*class{}, result: fromType(w.Result)}
			for _, p := range w.Params.Fields {
				collect(p.Type, l.classes, done)
				l.params = append(l.params, fromType(p.Type))
			}
			collect(w.Result, l.classes, done)
			for _, t := range w.Throws {
				collect(t, l.classes, done)
				if isOwn(t.Name) {
					l.thrown = append(l.thrown, t.Name)
				}
			}
			if _, refused := m.learn(l); refused {
				leftOut++
				continue
			}
			m.methods[l.key].seen = 0
		}
	}
	return leftOut, nil
}

// collect finds the classes that a type leads to.
func collect(t *contract.Type, into map[string]*class, done map[*contract.Type]bool) {
	if t == nil || done[t] {
		return
	}
	done[t] = true
	collect(t.Key, into, done)
	collect(t.Elem, into, done)
	for _, s := range t.Subs {
		collect(s, into, done)
	}
	if t.Kind != contract.Class && t.Kind != contract.Enum || contract.Builtin(t.Name) != nil {
		return
	}
	c := &class{throws: t.Throws}
	switch {
	case t.Kind == contract.Enum:
		c.known, c.enum, c.fields = true, true, []field{{"name", scalar(contract.String)}}
	case t.Fields != nil && !t.Abstract:
		c.known = true
		for _, f := range t.Fields {
			collect(f.Type, into, done)
			c.add(f.Name, fromType(f.Type))
		}
	}
	if t.Super != nil && t.Super.Abstract {
		c.super = t.Super.Name
		if into[c.super] == nil {
			into[c.super] = new(class)
		}
	}
	if old := into[t.Name]; old == nil || !old.known { // else it is another instance of a generic class
		into[t.Name] = c
	}
}

// fromType gives what a file says of a type as values would have shown it.
func fromType(t *contract.Type) *shape {
	switch t.Kind {
	case contract.Void:
		return nothing
	case contract.Any:
		if t.Name == "java.io.Serializable" {
			return nothing
		}
		return anything
	case contract.Int8, contract.Int16, contract.Int32:
		return scalar(contract.Int32)
	case contract.Float32, contract.Float64:
		return scalar(contract.Float64)
	case contract.Char, contract.String:
		return scalar(contract.String)
	case contract.Bool, contract.Int64, contract.Bytes, contract.Decimal, contract.BigInt:
		return scalar(t.Kind)
	case contract.Class:
		if t.Fields == nil { // no value of it was seen, or none that can be written down
			return nothing
		}
		return &shape{kind: contract.Class, name: t.Name}
	case contract.Enum:
		return &shape{kind: contract.Class, name: t.Name}
	case contract.List:
		switch {
		case isArray(t.Name):
			return &shape{kind: t.Kind, name: t.Name}
		case t == contract.Builtin(t.Name): // without generic arguments
			return &shape{kind: t.Kind, name: t.Name, elem: nothing}
		}
		return &shape{kind: t.Kind, name: t.Name, elem: fromType(t.Elem)}
	case contract.Map:
		if t == contract.Builtin(t.Name) {
			return &shape{kind: t.Kind, name: t.Name, key: nothing, elem: nothing}
		}
		return &shape{kind: t.Kind, name: t.Name, key: fromType(t.Key), elem: fromType(t.Elem)}
	}
	return &shape{kind: t.Kind, name: t.Name}
}
