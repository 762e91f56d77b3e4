package contract

import "fmt"

func (b *builder) service(x *Index, s *source) error {
	svc := &Service{Name: s.full, Version: s.version, Group: s.group, methods: map[string][]*Method{}}
	for _, old := range x.services[s.full] {
		if old.Version == svc.Version && old.Group == svc.Group {
			return s.file.fail(s.name.pos, fmt.Sprintf("service %s version %q group %q is declared already", s.full, s.version, s.group), "")
		}
	}
	for i := range s.methods {
		m, err := b.method(s.file, &s.methods[i])
		if err != nil {
			return err
		}
		for _, old := range svc.methods[m.Name] {
			if old.Descriptor == m.Descriptor {
				return s.file.fail(s.methods[i].name.pos, m.String()+" is declared already", "")
			}
		}
		svc.methods[m.Name] = append(svc.methods[m.Name], m)
		svc.Methods = append(svc.Methods, m)
	}
	for _, m := range svc.Methods {
		if other := otherCase(m.Name); svc.methods[other] == nil {
			svc.methods[other] = svc.methods[m.Name]
		}
	}
	x.services[s.full] = append(x.services[s.full], svc)
	x.Services = append(x.Services, svc)
	return nil
}

func (b *builder) method(f *File, w *method) (*Method, error) {
	m := &Method{Name: w.name.text, Params: &Type{Kind: Tuple, Fields: []Field{}}, Oneway: w.oneway, Varargs: w.varargs, Source: b.from}
	seen := map[string]bool{}
	for i := range w.params {
		p := &w.params[i]
		t, err := b.typ(f, &p.typ, nil)
		if err != nil {
			return nil, err
		}
		switch name := p.name.text; {
		case t.Kind == Void:
			return nil, f.fail(p.typ.pos, "a parameter cannot be void", "")
		case name != "" && seen[name]:
			return nil, f.fail(p.name.pos, name+" is there already", "")
		default:
			seen[name] = true
		}
		m.Params.Fields = append(m.Params.Fields, Field{p.name.text, t})
	}
	m.Descriptor = m.Params.Descriptor()
	var err error
	if m.Result, err = b.typ(f, &w.result, nil); err != nil {
		return nil, err
	}
	if m.Oneway && m.Result.Kind != Void {
		return nil, f.fail(w.result.pos, "a oneway method has no result", "write oneway void "+m.Name)
	}
	for i := range w.throws {
		t, err := b.typ(f, &w.throws[i], nil)
		if err != nil {
			return nil, err
		}
		if !t.Throws {
			return nil, f.fail(w.throws[i].pos, t.Name+" is no exception", "declare it with 'exception' in place of 'class'")
		}
		m.Throws = append(m.Throws, t)
	}
	return m, nil
}
