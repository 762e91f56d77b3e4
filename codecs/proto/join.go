package proto

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// builder makes the tables of one file and what it imports.
type builder struct {
	classes map[protoreflect.FullName]*contract.Type // that were derived
	tables  map[pair]*message
	begun   []pair // the keys of tables, in the order in which they were made
	any     *registry
}

// pair is a message and the type that it meets.
type pair struct {
	of   protoreflect.FullName
	java *contract.Type
}

// table gives the table of md for values of type t, which has what the message has: a class whose fields are called as the message's,
// a map or Object, or what a well-known type is.
func (b *builder) table(md protoreflect.MessageDescriptor, t *contract.Type) (*message, error) {
	if md.FullName() == nameOwn {
		return valueTable, nil
	}
	t, err := concrete(t)
	if err != nil {
		return nil, err
	}
	if m := b.tables[pair{md.FullName(), t}]; m != nil {
		return m, nil
	}
	m := &message{name: string(md.FullName()), names: map[string]int{}, oneofs: md.Oneofs().Len()}
	b.tables[pair{md.FullName(), t}] = m
	b.begun = append(b.begun, pair{md.FullName(), t})
	if known, err := b.wellKnown(m, md, t); known || err != nil {
		return m, err
	}
	switch {
	case t.Kind == contract.Class && t.Fields != nil:
		return m, b.object(m, md, t)
	case t.Kind == contract.Class, t.Kind == contract.Map, t.Kind == contract.Any:
		m.form = formMap
		return m, b.fields(m, md, nil)
	}
	return nil, fmt.Errorf("message %s does not fit %s", md.FullName(), t.Name)
}

// concrete gives the class that is made where t is declared.
func concrete(t *contract.Type) (*contract.Type, error) {
	switch {
	case !t.Abstract:
		return t, nil
	case t.Default != nil:
		return t.Default, nil
	case len(t.Subs) == 1:
		return t.Subs[0], nil
	}
	return nil, fmt.Errorf("%s is abstract, and a message does not say which class it is: give it a default", t.Name)
}

// object fills the table of a message that is an object of class t.
func (b *builder) object(m *message, md protoreflect.MessageDescriptor, t *contract.Type) error {
	m.form, m.own = formObject, b.classes[md.FullName()] != t
	m.class = &token.Class{Name: t.Name}
	found := map[protoreflect.FieldNumber]*contract.Field{}
	for i := range t.Fields {
		m.class.Fields = append(m.class.Fields, t.Fields[i].Name)
		fd, err := named(md, t.Fields[i].Name)
		if err != nil {
			return err
		}
		if fd == nil {
			continue
		}
		if other := found[fd.Number()]; other != nil {
			return fmt.Errorf("the fields %s and %s of %s are both field %s of %s", other.Name, t.Fields[i].Name, t.Name, fd.Name(), md.FullName())
		}
		found[fd.Number()] = &t.Fields[i]
	}
	if len(found) == 0 && len(t.Fields) > 0 && md.Fields().Len() > 0 {
		return fmt.Errorf("%s has none of the fields of message %s", t.Name, md.FullName())
	}
	if err := b.fields(m, md, found); err != nil {
		return err
	}
	m.order = m.order[:0]
	for i := range t.Fields {
		at := slices.IndexFunc(m.fields, func(f field) bool { return found[protoreflect.FieldNumber(f.number)] == &t.Fields[i] })
		if m.order = append(m.order, at); at >= 0 {
			m.fields[at].place = i
		}
	}
	return nil
}

// named finds the field of a message that a contract calls name: the one of that name, of that name in JSON, or else the only one whose
// name differs by underscores and case alone. nil: there is none.
func named(md protoreflect.MessageDescriptor, name string) (protoreflect.FieldDescriptor, error) {
	fields := md.Fields()
	if fd := fields.ByName(protoreflect.Name(name)); fd != nil {
		return fd, nil
	}
	if fd := fields.ByJSONName(name); fd != nil {
		return fd, nil
	}
	var found protoreflect.FieldDescriptor
	for i := range fields.Len() {
		fd := fields.Get(i)
		if !strings.EqualFold(strings.ReplaceAll(string(fd.Name()), "_", ""), strings.ReplaceAll(name, "_", "")) {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("%s may be field %s or %s of %s", name, found.Name(), fd.Name(), md.FullName())
		}
		found = fd
	}
	return found, nil
}

// fields fills in the fields of a message: those found, with the names and types that are given for them; nil: all, with their own names,
// each as what it is by nature.
func (b *builder) fields(m *message, md protoreflect.MessageDescriptor, found map[protoreflect.FieldNumber]*contract.Field) error {
	all := make([]protoreflect.FieldDescriptor, md.Fields().Len())
	for i := range all {
		all[i] = md.Fields().Get(i)
	}
	declared := slices.Clone(all)
	slices.SortFunc(all, func(a, b protoreflect.FieldDescriptor) int { return int(a.Number()) - int(b.Number()) })
	for _, fd := range all {
		as := &contract.Field{Name: fd.JSONName(), Type: contract.Object()}
		if found != nil {
			if as = found[fd.Number()]; as == nil {
				continue
			}
		}
		f, err := b.field(fd, as)
		if err != nil {
			return err
		}
		m.fields = append(m.fields, f)
	}
	for i := range m.fields {
		m.names[m.fields[i].name] = i
	}
	for _, fd := range declared {
		at := slices.IndexFunc(m.fields, func(f field) bool { return f.number == uint32(fd.Number()) })
		if at < 0 {
			continue
		}
		m.fields[at].place = len(m.order)
		m.order = append(m.order, at)
		for _, name := range []string{fd.JSONName(), string(fd.Name())} {
			if _, taken := m.names[name]; !taken {
				m.names[name] = at
			}
		}
	}
	return nil
}

// field makes one field of a table.
func (b *builder) field(fd protoreflect.FieldDescriptor, as *contract.Field) (field, error) {
	f := field{number: uint32(fd.Number()), name: as.Name, key: []byte(as.Name), presence: fd.HasPresence(), packed: fd.IsPacked(), oneof: -1}
	if o := fd.ContainingOneof(); o != nil {
		f.oneof = o.Index()
	}
	t := as.Type
	var err error
	switch {
	case fd.IsMap():
		f.mapped, f.kind = true, kindMessage
		switch t.Kind {
		case contract.Map:
			f.msg, err = b.entry(fd, t.Key, t.Elem)
		case contract.Any:
			f.msg, err = b.entry(fd, t, t)
		default:
			err = misjoin(fd, "a map", t)
		}
	case fd.IsList():
		f.repeated = true
		switch t.Kind {
		case contract.List:
			err = b.one(&f, fd, t.Elem)
		case contract.Any:
			err = b.one(&f, fd, t)
		default:
			err = misjoin(fd, "a list", t)
		}
	default:
		err = b.one(&f, fd, t)
	}
	return f, err
}

// entry makes the table of the pairs of a map.
func (b *builder) entry(fd protoreflect.FieldDescriptor, key, value *contract.Type) (*message, error) {
	m := &message{name: string(fd.FullName()), form: formMap, fields: make([]field, 2)}
	for i, half := range []struct {
		fd protoreflect.FieldDescriptor
		t  *contract.Type
	}{{fd.MapKey(), key}, {fd.MapValue(), value}} {
		f, err := b.field(half.fd, &contract.Field{Name: string(half.fd.Name()), Type: half.t})
		if err != nil {
			return nil, err
		}
		f.presence = false
		m.fields[i] = f
	}
	return m, nil
}

// one says of what kind the values of a field are, where a value of type t is meant.
func (b *builder) one(f *field, fd protoreflect.FieldDescriptor, t *contract.Type) error {
	var ok bool
	if f.kind, ok = kinds[fd.Kind()]; !ok {
		return fmt.Errorf("field %s is a group, which is not supported", fd.FullName())
	}
	var err error
	switch f.kind {
	case kindMessage:
		if f.msg, err = b.table(fd.Message(), t); err != nil {
			return fmt.Errorf("field %s: %w", fd.FullName(), err)
		}
		return nil
	case kindEnum:
		f.enum = newEnum(fd.Enum(), t)
		f.asText = t.Kind != contract.Enum
	case kindString:
		f.letter = t.Kind == contract.Char && !t.Nullable
		f.blank = t.Nullable && t.Kind != contract.String && t.Kind != contract.Any
	}
	if !fits(f.kind, t.Kind) {
		return misjoin(fd, fd.Kind().String(), t)
	}
	return nil
}

func misjoin(fd protoreflect.FieldDescriptor, what string, t *contract.Type) error {
	return fmt.Errorf("field %s is %s, which does not fit %s", fd.FullName(), what, t.Name)
}

// fits says whether the scalars of a kind can be what a type is, both ways, as docs/types.md has it for JSON.
func fits(k kind, t contract.Kind) bool {
	number := k > kindBool && k < kindEnum
	switch t {
	case contract.Any:
		return true
	case contract.Bool:
		return k == kindBool || k == kindString
	case contract.Int8, contract.Int16, contract.Int32, contract.Int64, contract.Float32, contract.Float64, contract.Decimal, contract.BigInt:
		return number || k == kindString
	case contract.String:
		return k == kindString || k == kindEnum || number && k < kindFloat
	case contract.Char, contract.Text, contract.Time:
		return k == kindString
	case contract.Date:
		return k == kindString || k >= kindInt64 && k <= kindSfixed64
	case contract.Bytes:
		return k == kindBytes || k == kindString
	case contract.Enum:
		return k == kindEnum || k == kindString
	}
	return false
}

// newEnum makes the constants of an enum, under the names that t has for them: the same, or the same without the enum's own name and an
// underscore before it, as COLOR_RED is RED.
func newEnum(ed protoreflect.EnumDescriptor, t *contract.Type) *enum {
	e := &enum{class: &token.Class{Name: t.Name, Fields: []string{"name"}}, names: map[int32][]byte{}, numbers: map[string]int32{}}
	if t.Kind != contract.Enum {
		e.class.Name = string(ed.FullName())
	}
	prefix := strings.ReplaceAll(string(ed.Name()), "_", "")
	for i := range ed.Values().Len() {
		v := ed.Values().Get(i)
		number, name := int32(v.Number()), string(v.Name())
		e.numbers[name] = number
		if t.Kind == contract.Enum && len(t.Values) > 0 {
			at := slices.IndexFunc(t.Values, func(c string) bool {
				return c == name || strings.HasSuffix(name, "_"+c) && strings.EqualFold(strings.ReplaceAll(strings.TrimSuffix(name, "_"+c), "_", ""), prefix)
			})
			if at < 0 {
				continue
			}
			name = t.Values[at]
			e.numbers[name] = number
		}
		if _, alias := e.names[number]; !alias {
			e.names[number] = []byte(name)
		}
	}
	e.null = ed.FullName() == nameNull
	_, zero := e.names[0]
	e.noZero = !zero
	return e
}
