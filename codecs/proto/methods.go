package proto

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// This file is how a method of a .proto file meets one of a contract file, as docs/contracts.md has it.

// derived makes the method that no contract file declares.
func (b *builder) derived(md protoreflect.MethodDescriptor, name string) (*contract.Method, error) {
	in, out := md.Input(), md.Output()
	m := &contract.Method{Name: name, Foreign: true, Params: &contract.Type{Kind: contract.Tuple, Fields: []contract.Field{}}}
	args := &table{args: true, spread: true}
	var err error
	if in.FullName() == nameEmpty {
		args.msg, err = b.table(in, b.typeOf(in))
	} else {
		t := b.typeOf(in)
		m.Params.Fields = []contract.Field{{Name: "request", Type: t}}
		args.spread = false
		args.msg, err = b.table(in, t)
	}
	if err != nil {
		return nil, err
	}
	result := b.typeOf(out)
	table := &table{}
	if table.msg, err = b.table(out, result); err != nil {
		return nil, err
	}
	if out.FullName() == nameEmpty {
		result = contract.Builtin("void")
	}
	m.Params.Ext, m.Result = args, with(result, table)
	m.Descriptor = m.Params.Descriptor()
	return m, nil
}

// with gives a type with its table.
func with(t *contract.Type, tab *table) *contract.Type {
	c := *t
	c.Ext = tab
	return &c
}

// joined makes of a declared method one that can go by the messages of md, too.
func (b *builder) joined(md protoreflect.MethodDescriptor, d *contract.Method) (*contract.Method, error) {
	m := *d
	args, err := b.arguments(md.Input(), d)
	if err != nil {
		return nil, err
	}
	result := &table{}
	if d.Result.Kind == contract.Void {
		result.msg = &message{name: string(md.Output().FullName()), form: formVoid}
	} else if result.msg, err = b.meet(md.Output(), d.Result); err != nil {
		return nil, fmt.Errorf("the result: %w", err)
	}
	m.Params, m.Result = with(d.Params, args), with(d.Result, result)
	return &m, nil
}

// arguments finds out what of a message the parameters of a method are.
func (b *builder) arguments(md protoreflect.MessageDescriptor, d *contract.Method) (*table, error) {
	params := d.Params.Fields
	tab := &table{args: true}
	fields, err := parameters(md, params)
	if err != nil {
		return nil, err
	}
	if fields == nil {
		if len(params) != 1 {
			return nil, fmt.Errorf("message %s has no fields for the %d parameters of %s", md.FullName(), len(params), d)
		}
		tab.msg, err = b.meet(md, params[0].Type)
		return tab, err
	}
	tab.spread = true
	tab.msg = &message{name: string(md.FullName()), form: formMap, names: map[string]int{}, oneofs: md.Oneofs().Len()}
	found := map[protoreflect.FieldNumber]*contract.Field{}
	for i, fd := range fields {
		if found[fd.Number()] != nil {
			return nil, fmt.Errorf("two parameters of %s are field %s of message %s", d, fd.Name(), md.FullName())
		}
		found[fd.Number()] = &params[i]
	}
	if err := b.fields(tab.msg, md, found); err != nil {
		return nil, err
	}
	for _, fd := range fields {
		tab.params = append(tab.params, slices.IndexFunc(tab.msg.fields, func(f field) bool { return f.number == uint32(fd.Number()) }))
	}
	return tab, nil
}

// parameters gives the fields of a message that are the parameters of a method: those of their names, or, if no parameter has a name,
// all fields by number. nil: the message is the only parameter.
func parameters(md protoreflect.MessageDescriptor, params []contract.Field) ([]protoreflect.FieldDescriptor, error) {
	fields := make([]protoreflect.FieldDescriptor, 0, len(params))
	nameless := true
	var missing []string
	for _, p := range params {
		nameless = nameless && p.Name == ""
		if p.Name == "" {
			missing = append(missing, "one without a name")
			continue
		}
		fd, err := named(md, p.Name)
		if err != nil {
			return nil, err
		}
		if fd == nil {
			missing = append(missing, p.Name)
			continue
		}
		fields = append(fields, fd)
	}
	switch {
	case len(params) == 1 && (len(missing) == 1 || isWhole(md, params[0].Type, fields[0])):
		return nil, nil
	case len(missing) == 0:
		return fields, nil
	case nameless && md.Fields().Len() == len(params):
		for i := range params {
			fields = append(fields, md.Fields().Get(i))
		}
		slices.SortFunc(fields, func(a, b protoreflect.FieldDescriptor) int { return int(a.Number()) - int(b.Number()) })
		return fields, nil
	}
	return nil, fmt.Errorf("message %s has no field for these parameters: %s", md.FullName(), strings.Join(missing, ", "))
}

// isWhole says whether a parameter is the whole of a message, though the message has a field of its name: the class has that, too.
func isWhole(md protoreflect.MessageDescriptor, t *contract.Type, fd protoreflect.FieldDescriptor) bool {
	return slices.ContainsFunc(t.Fields, func(f contract.Field) bool {
		own, err := named(md, f.Name)
		return err == nil && own == fd
	})
}

// meet gives the table of md for one value: the message is that value, or a wrapping of its only field. Around a map it is a wrapping
// of that, and so it is around an Object if the field is called value: a message of that kind says nothing by itself.
func (b *builder) meet(md protoreflect.MessageDescriptor, t *contract.Type) (m *message, err error) {
	single := md.Fields().Len() == 1
	around := single && md.ParentFile().Package() != "google.protobuf" &&
		(md.Fields().Get(0).IsMap() && t.Kind == contract.Map || md.Fields().Get(0).Name() == "value" && t.Kind == contract.Any)
	whole := fmt.Errorf("message %s is around its field", md.FullName())
	if !around {
		whole = b.try(func() error {
			m, err = b.table(md, t)
			return err
		})
	}
	if whole == nil {
		return m, nil
	}
	if !single {
		return nil, whole
	}
	wrap := &message{name: string(md.FullName()), form: formOnly, oneofs: md.Oneofs().Len()}
	err = b.try(func() error {
		f, err := b.field(md.Fields().Get(0), &contract.Field{Name: string(md.Fields().Get(0).Name()), Type: t})
		wrap.fields = []field{f}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%w; and its only field does not do: %w", whole, err)
	}
	return wrap, nil
}

// overload finds, of declared methods of one name, the one that md meets; of several the one whose parameters are all fields of the
// request.
func (b *builder) overload(md protoreflect.MethodDescriptor, declared []*contract.Method) (at int, m *contract.Method, err error) {
	var met, failed []string
	whole := 0 // how many have a parameter for every field
	for i, d := range declared {
		var one *contract.Method
		err := b.try(func() (err error) {
			one, err = b.joined(md, d)
			return err
		})
		if err != nil {
			failed = append(failed, fmt.Sprintf("%s: %v", d, err))
			continue
		}
		met = append(met, d.String())
		if full := len(d.Params.Fields) == md.Input().Fields().Len(); m == nil || full {
			at, m = i, one
			if full {
				whole++
			}
		}
	}
	switch {
	case len(met) == 1, whole == 1:
		return at, m, nil
	case len(met) > 1:
		return 0, nil, fmt.Errorf("%s meets several methods: %s", md.FullName(), strings.Join(met, ", "))
	}
	return 0, nil, fmt.Errorf("%s does not meet %s", md.FullName(), strings.Join(failed, "; nor "))
}
