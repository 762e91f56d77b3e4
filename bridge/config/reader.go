package config

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// reader is how one kind of value is read and described. It is made once and never changed.
type reader[T any] struct {
	form string                     // for the documentation: "duration"
	keys func(path string) []keyDoc // of the objects inside; nil: there are none
	// fresh sets the defaults of a value that is not written; nil: there are none.
	fresh func(p *parser, v *T)
	// read sets v from what is written. A fault is noted and leaves v as it was.
	read func(p *parser, at spot, v *T)
}

// spot is a value in the file and the path that leads to it.
type spot struct {
	node *yaml.Node
	path string
}

// field is a key of an object.
type field[T any] struct {
	key     string
	must    bool   // it is an error to leave it out
	def     string // what it is otherwise, as it would be written
	unset   string // what it is otherwise, in words, where def cannot say it
	doc     string
	example string // as written, with its key
	value   reader[T]
}

// in reads a part of S.
func in[S, T any](part func(*S) *T, r reader[T]) reader[S] {
	made := reader[S]{form: r.form, keys: r.keys, read: func(p *parser, at spot, v *S) { r.read(p, at, part(v)) }}
	if r.fresh != nil {
		made.fresh = func(p *parser, v *S) { r.fresh(p, part(v)) }
	}
	return made
}

// optional reads a part that is nil if it is not written.
func optional[T any](r reader[T]) reader[*T] {
	return reader[*T]{form: r.form, keys: r.keys, read: func(p *parser, at spot, v **T) {
		*v = new(T)
		r.read(p, at, *v)
	}}
}

// object reads a mapping with known keys.
func object[T any](fields ...field[T]) reader[T] {
	return reader[T]{
		form: "mapping",
		keys: func(path string) []keyDoc { return docsOf(path, fields) },
		fresh: func(p *parser, v *T) {
			for i := range fields {
				fields[i].fresh(p, v)
			}
		},
		read: func(p *parser, at spot, v *T) {
			if !p.is(at, yaml.MappingNode, "a mapping") {
				return
			}
			keys, written := keysOf(fields), map[string]*yaml.Node{}
			for _, e := range p.entries(at) {
				if slices.Contains(keys, e.key.Value) {
					written[e.key.Value] = e.value
				} else {
					p.fault(e.key, at.path, nearest(e.key.Value, keys), "%q is not a key that is supported here", clip(e.key.Value))
				}
			}
			for i := range fields {
				f := &fields[i]
				switch node := written[f.key]; {
				case node != nil:
					f.value.read(p, spot{node, join(at.path, f.key)}, v)
				case f.must:
					p.fail(at.path, "", "%q is missing", f.key)
				default:
					f.fresh(p, v)
				}
			}
		},
	}
}

func (f *field[T]) fresh(p *parser, v *T) {
	if f.value.fresh != nil {
		f.value.fresh(p, v)
	}
	if f.def != "" {
		f.value.read(p, spot{node: scalar(f.def)}, v)
	}
}

func keysOf[T any](fields []field[T]) []string {
	list := make([]string, len(fields))
	for i := range fields {
		list[i] = fields[i].key
	}
	return list
}

// list reads a list of values of one kind, least to most of them.
func list[T any](least, most int, r reader[T]) reader[[]T] {
	made := reader[[]T]{form: "list of " + r.form, read: func(p *parser, at spot, v *[]T) {
		if !p.is(at, yaml.SequenceNode, "a list") {
			return
		}
		if n := len(at.node.Content); n < least || n > most {
			p.fail(at.path, "", "%d entries: there must be %d to %d", n, least, most)
			return
		}
		*v = make([]T, len(at.node.Content))
		for i, node := range at.node.Content {
			r.read(p, spot{node, fmt.Sprintf("%s[%d]", at.path, i)}, &(*v)[i])
		}
	}}
	if r.keys != nil {
		made.keys = func(path string) []keyDoc { return r.keys(path + "[]") }
	}
	return made
}

// mapOf reads a mapping from free keys to values of one kind. key checks a key.
func mapOf[T any](name string, key func(p *parser, at spot) bool, r reader[T]) reader[map[string]T] {
	return reader[map[string]T]{form: "mapping of " + name + " to " + r.form, read: func(p *parser, at spot, v *map[string]T) {
		if !p.is(at, yaml.MappingNode, "a mapping") {
			return
		}
		*v = map[string]T{}
		for _, e := range p.entries(at) {
			if key(p, spot{e.key, at.path}) {
				var value T
				r.read(p, spot{e.value, join(at.path, e.key.Value)}, &value)
				(*v)[e.key.Value] = value
			}
		}
	}}
}

// named reads a mapping from free keys as a list in the order it is written. set takes the key.
func named[T any](key func(p *parser, at spot) bool, set func(v *T, name string), r reader[T]) reader[[]T] {
	return reader[[]T]{
		form: "mapping of names",
		keys: func(path string) []keyDoc { return r.keys(path + ".NAME") },
		read: func(p *parser, at spot, v *[]T) {
			if !p.is(at, yaml.MappingNode, "a mapping") {
				return
			}
			for _, e := range p.entries(at) {
				if key(p, spot{e.key, at.path}) {
					var value T
					set(&value, e.key.Value)
					r.read(p, spot{e.value, join(at.path, e.key.Value)}, &value)
					*v = append(*v, value)
				}
			}
		},
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
