package contract

import "fmt"

// service reads what follows the name of a service.
func (p *parser) service(d *decl) error {
	for _, c := range []struct {
		word string
		to   *string
	}{{"version", &d.version}, {"group", &d.group}} {
		ok, err := p.is(c.word)
		if err == nil && ok {
			if p.cur.kind != 'w' && p.cur.kind != '"' {
				return p.unexpected("a "+c.word, "")
			}
			*c.to = p.cur.text
			err = p.advance()
		}
		if err != nil {
			return err
		}
	}
	if err := p.expect('{', "a service is written service com.acme.Users version 1.0.0 group g { … }"); err != nil {
		return err
	}
	for p.cur.kind != '}' {
		m, err := p.method()
		if err != nil {
			return err
		}
		d.methods = append(d.methods, m)
	}
	return p.advance()
}

func (p *parser) method() (m method, err error) {
	if m.oneway, err = p.is("oneway"); err != nil {
		return m, err
	}
	if m.result, err = p.typ(0); err != nil {
		return m, err
	}
	if m.name, err = p.name("a method's name", false); err != nil {
		return m, err
	}
	if err = p.params(&m); err != nil {
		return m, err
	}
	ok, err := p.is("throws")
	for ok && err == nil {
		var t expr
		if t, err = p.typ(0); err == nil {
			m.throws = append(m.throws, t)
			if ok = p.cur.kind == ','; ok {
				err = p.advance()
			}
		}
	}
	if err != nil {
		return m, err
	}
	return m, p.expect(';', "a method is written String echo(String s);")
}

func (p *parser) params(m *method) error {
	if err := p.expect('(', "a method is written String echo(String s);"); err != nil {
		return err
	}
	for p.cur.kind != ')' {
		f, err := p.param(false)
		if err == nil && p.cur.kind == '.' {
			m.varargs = true
			f.typ.dims++
			if err = p.advance(); err == nil && p.cur.kind == 'w' {
				f.name, err = p.name("a name", false)
			}
		}
		if err != nil {
			return err
		}
		if m.params = append(m.params, f); len(m.params) > MaxParams {
			return p.fail(f.typ.pos, fmt.Sprintf("more than %d parameters", MaxParams), "")
		}
		switch {
		case m.varargs && p.cur.kind != ')':
			return p.unexpected("')'", "only the last parameter can have ...")
		case p.cur.kind == ',':
			if err = p.advance(); err == nil && p.cur.kind == ')' {
				err = p.unexpected("a type", "")
			}
		case p.cur.kind != ')':
			err = p.unexpected("',' or ')'", "")
		}
		if err != nil {
			return err
		}
	}
	return p.advance()
}
