package contract

import (
	"fmt"
	"slices"
	"strings"
)

// maxTypes bounds the types that one set of files makes: a generic class that contains itself with another argument would make
// them without end.
const maxTypes = 1 << 16

// Build resolves the names of files against each other and makes the Index of what they declare. Errors are of type *Error.
func Build(files ...*File) (*Index, error) { return BuildBehind(new(Index), Declared, files...) }

// BuildBehind makes an Index of files that are from another source than first and less trusted: a class that first has is what first
// says, whatever the files say of it. The Index has what the files declare, and nothing else of first's.
func BuildBehind(first *Index, from Source, files ...*File) (*Index, error) {
	b := &builder{decls: map[string]*source{}, types: map[string]*Type{}, keys: map[*Type]string{}, own: map[*Type]*made{}, first: first, from: from}
	for _, f := range files {
		for _, d := range f.decls {
			if err := b.declare(f, d); err != nil {
				return nil, err
			}
		}
	}
	x := &Index{services: map[string][]*Service{}, types: map[string]*Type{}}
	for _, s := range b.order {
		if err := b.add(x, s); err != nil {
			return nil, err
		}
	}
	for i := 0; i < len(b.queue); i++ { // it grows on the way
		if err := b.fill(b.queue[i]); err != nil {
			return nil, err
		}
	}
	for _, t := range b.queue {
		if err := b.flatten(t); err != nil {
			return nil, err
		}
	}
	return x, b.defaults()
}

// source is a declaration and the file it stands in.
type source struct {
	*decl
	file *File
	full string // the name with its package
}

// made is what a class was made from.
type made struct {
	src   *source
	bound map[string]*Type // type parameters
	flat  bool             // Fields has the inherited ones
	busy  bool             // being flattened
}

type builder struct {
	decls map[string]*source // classes by full name
	order []*source
	types map[string]*Type // by full name and generic arguments
	keys  map[*Type]string // and back
	own   map[*Type]*made
	queue []*Type
	first *Index // whose classes hold
	from  Source
}

func (b *builder) declare(f *File, d *decl) error {
	s := &source{decl: d, file: f, full: d.name.text}
	if !strings.Contains(s.full, ".") && f.pkg != "" {
		s.full = f.pkg + "." + s.full
	}
	if d.what != "service" && b.first.types[s.full] != nil {
		return nil
	}
	b.order = append(b.order, s)
	if d.what == "service" {
		return nil
	}
	if old := b.decls[s.full]; old != nil {
		return f.fail(d.name.pos, s.full+" is declared already, in "+old.file.file, "")
	}
	if builtins[s.full] != nil {
		return f.fail(d.name.pos, s.full+" is built in", "")
	}
	b.decls[s.full] = s
	return nil
}

func (b *builder) add(x *Index, s *source) error {
	if s.what == "service" {
		return b.service(x, s)
	}
	objects := make([]*Type, len(s.params))
	for i := range objects {
		objects[i] = Object()
	}
	t, err := b.instance(s, objects, s.file, s.name.pos)
	x.types[s.full] = t
	return err
}

// instance gives the type of a declaration with its generic arguments, making it when it is met first.
func (b *builder) instance(s *source, args []*Type, f *File, at pos) (*Type, error) {
	if len(args) == 0 { // as in Java, a raw type is one of Objects
		for range s.params {
			args = append(args, Object())
		}
	}
	if len(args) != len(s.params) {
		return nil, f.fail(at, fmt.Sprintf("%s has %d type parameters, not %d", s.full, len(s.params), len(args)), "")
	}
	key := s.full
	bound := map[string]*Type{}
	for i, a := range args {
		key += "<" + b.key(a)
		bound[s.params[i]] = a
	}
	if t := b.types[key]; t != nil {
		return t, nil
	}
	if len(b.types) == maxTypes || len(key) > maxName {
		return nil, f.fail(at, s.full+" grows without end: it contains itself with other arguments", "")
	}
	t := &Type{Kind: Class, Name: s.full, Nullable: true, Abstract: s.abstract, Throws: s.what == "exception"}
	if s.what == "enum" {
		t.Kind, t.Values = Enum, s.values
	}
	b.types[key], b.keys[t] = t, key
	b.own[t] = &made{src: s, bound: bound}
	b.queue = append(b.queue, t)
	return t, nil
}

// key names a type with its generic arguments.
func (b *builder) key(t *Type) string {
	if k, ok := b.keys[t]; ok {
		return k
	}
	switch t.Kind {
	case Map:
		return t.Name + "<" + b.key(t.Key) + "," + b.key(t.Elem) + ">"
	case List:
		return t.Name + "<" + b.key(t.Elem) + ">"
	}
	return t.Name
}

// typ resolves a type as it is written.
func (b *builder) typ(f *File, e *expr, bound map[string]*Type) (*Type, error) {
	args := make([]*Type, len(e.args))
	for i := range e.args {
		a, err := b.typ(f, &e.args[i], bound)
		if err != nil {
			return nil, err
		}
		if !a.Nullable {
			return nil, f.fail(e.args[i].pos, a.Name+" cannot be a generic argument", "write its class, as in Java: Integer, Long")
		}
		args[i] = a
	}
	t, err := b.named(f, e, args, bound)
	if err != nil {
		return nil, err
	}
	if e.dims > 0 && t.Kind == Void {
		return nil, f.fail(e.pos, "void cannot be in an array", "")
	}
	for range e.dims {
		t = ArrayOf(t)
	}
	return t, nil
}

func (b *builder) named(f *File, e *expr, args []*Type, bound map[string]*Type) (*Type, error) {
	t := bound[e.text]
	if t == nil {
		s := b.find(f, e.text)
		if s != nil {
			return b.instance(s, args, f, e.pos)
		}
		for _, known := range []map[string]*Type{b.first.types, builtins, shorts} {
			if t == nil {
				t = known[e.text]
			}
		}
	}
	if t == nil {
		return nil, f.fail(e.pos, "unknown type "+e.text, b.hint(e.text))
	}
	if len(args) == 0 {
		return t, nil
	}
	g, err := generic(t, args)
	if err != nil {
		return nil, f.fail(e.pos, err.Error(), "")
	}
	return g, nil
}

// find looks a class up by the name under which f knows it: in full, of its own package, or imported.
func (b *builder) find(f *File, name string) *source {
	if s := b.decls[f.pkg+"."+name]; s != nil {
		return s
	}
	for _, i := range f.imports {
		if Simple(i.text) == name {
			if s := b.decls[i.text]; s != nil {
				return s
			}
		}
	}
	return b.decls[name]
}

func (b *builder) hint(name string) string {
	var found []string
	for full := range b.decls {
		if Simple(full) == name {
			found = append(found, full)
		}
	}
	if len(found) > 0 {
		return "import " + slices.Min(found) + ";"
	}
	return "declare it: class " + name + "; if its fields are not known, class " + name + " { … } if they are"
}

// fill resolves the fields of a class, its superclass and its default.
func (b *builder) fill(t *Type) error {
	m := b.own[t]
	f := m.src.file
	if m.src.body && t.Kind == Class {
		t.Fields = []Field{}
	}
	for i := range m.src.fields {
		p := &m.src.fields[i]
		ft, err := b.typ(f, &p.typ, m.bound)
		if err != nil {
			return err
		}
		if ft.Kind == Void {
			return f.fail(p.typ.pos, "a field cannot be void", "")
		}
		t.Fields = append(t.Fields, Field{p.name.text, ft})
	}
	if e := m.src.extends; e != nil {
		s, err := b.typ(f, e, m.bound)
		if err != nil {
			return err
		}
		if s.Kind != Class || s.Throws != t.Throws {
			return f.fail(e.pos, fmt.Sprintf("a%s cannot extend %s", article(m.src.what), s.Name), "")
		}
		t.Super = s
	}
	return nil
}

func article(what string) string {
	if what == "exception" {
		return "n exception"
	}
	return " " + what
}

// flatten puts the inherited fields before a class's own, and the class among the Subs of those it extends.
func (b *builder) flatten(t *Type) error {
	m := b.own[t]
	if m == nil || m.flat {
		return nil
	}
	if m.busy {
		return m.src.file.fail(m.src.name.pos, m.src.full+" extends itself", "")
	}
	m.busy = true
	if t.Super != nil {
		if err := b.flatten(t.Super); err != nil {
			return err
		}
		for _, f := range t.Super.Fields {
			if slices.ContainsFunc(t.Fields, func(o Field) bool { return o.Name == f.Name }) {
				return m.src.file.fail(m.src.name.pos, fmt.Sprintf("%s has a field %s that %s has already", m.src.full, f.Name, t.Super.Name), "")
			}
		}
		if t.Fields != nil {
			t.Fields = append(slices.Clone(t.Super.Fields), t.Fields...)
		}
		for s := t.Super; s != nil && !t.Abstract; s = s.Super {
			if b.own[s] != nil { // what is built in is shared, and never changes
				s.Subs = append(s.Subs, t)
			}
		}
	}
	m.flat = true
	return nil
}

// defaults resolves what abstract classes make when a value does not say.
func (b *builder) defaults() error {
	for _, t := range b.queue {
		m := b.own[t]
		e := m.src.deflt
		if e == nil {
			continue
		}
		d, err := b.typ(m.src.file, e, m.bound)
		if err != nil {
			return err
		}
		if !slices.Contains(t.Subs, d) {
			return m.src.file.fail(e.pos, fmt.Sprintf("the default %s is no class that extends %s", d.Name, t.Name), "")
		}
		t.Default = d
	}
	return nil
}
