package contract

import (
	"fmt"
	"slices"
	"strings"
)

// maxFile is the largest contract file, in bytes.
const maxFile = 4 << 20

// File is one contract file, parsed but not yet resolved: Build joins files into a Book. Immutable.
type File struct {
	lexer
	pkg     string
	imports []word
	decls   []*decl
}

// word is a name and where it stands.
type word struct {
	text string
	pos  pos
}

// decl is a declaration: "service", "class", "exception" or "enum".
type decl struct {
	what           string
	name           word
	abstract       bool
	params         []string // a generic class's
	extends, deflt *expr
	body           bool // there is one
	fields         []param
	values         []string // an enum's
	version, group string   // a service's
	methods        []method
}

// expr is a type as it is written.
type expr struct {
	word
	args []expr
	dims int
}

type param struct {
	typ  expr
	name word // "" if it is left out
}

type method struct {
	name            word
	result          expr
	params          []param
	throws          []expr
	oneway, varargs bool
}

// Parse reads a contract file, whose syntax docs/contracts.md gives. name stands in errors, which are of type *Error.
func Parse(name string, src []byte) (*File, error) {
	p := &parser{File: &File{lexer: lexer{file: name, src: string(src)}}}
	if len(src) > maxFile {
		return nil, p.fail(0, fmt.Sprintf("file of %d bytes over limit %d", len(src), maxFile), "")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.parse(); err != nil {
		return nil, err
	}
	return p.File, nil
}

type parser struct {
	*File
	cur lexeme
}

func (p *parser) advance() (err error) {
	p.cur, err = p.lexer.next()
	return err
}

func (p *parser) parse() error {
	for p.cur.kind != 0 {
		var err error
		switch {
		case p.cur.text == "package" && p.pkg == "" && len(p.decls) == 0:
			var w word
			if w, err = p.clause(); err == nil {
				p.pkg = w.text
				err = p.expect(';', "")
			}
		case p.cur.text == "import" && len(p.decls) == 0:
			var w word
			if w, err = p.clause(); err == nil {
				p.imports = append(p.imports, w)
				err = p.expect(';', "")
			}
		default:
			err = p.decl()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// clause reads the name behind a keyword.
func (p *parser) clause() (word, error) {
	if err := p.advance(); err != nil {
		return word{}, err
	}
	return p.name("a name", true)
}

// name reads a Java name; qualified: it may have dots.
func (p *parser) name(what string, qualified bool) (word, error) {
	w := word{p.cur.text, p.cur.pos}
	if p.cur.kind != 'w' || !IsJavaName(w.text) || !qualified && strings.Contains(w.text, ".") {
		return w, p.unexpected(what, "")
	}
	return w, p.advance()
}

func (p *parser) expect(mark byte, hint string) error {
	if p.cur.kind != mark {
		return p.unexpected("'"+string(rune(mark))+"'", hint)
	}
	return p.advance()
}

func (p *parser) unexpected(want, hint string) error {
	return p.fail(p.cur.pos, fmt.Sprintf("%s, expected %s", p.cur, want), hint)
}

// is says whether the present lexeme is the keyword w, and goes behind it.
func (p *parser) is(w string) (bool, error) {
	if p.cur.kind != 'w' || p.cur.text != w {
		return false, nil
	}
	return true, p.advance()
}

func (p *parser) decl() error {
	d := &decl{}
	var err error
	if d.abstract, err = p.is("abstract"); err != nil {
		return err
	}
	d.what = p.cur.text
	switch {
	case p.cur.kind != 'w', d.abstract && d.what != "class",
		!slices.Contains([]string{"service", "class", "exception", "enum"}, d.what):
		return p.unexpected("'service', 'class', 'abstract class', 'exception' or 'enum'", declHint(d.what))
	}
	if d.name, err = p.clause(); err != nil {
		return err
	}
	p.decls = append(p.decls, d)
	switch d.what {
	case "service":
		return p.service(d)
	case "enum":
		return p.enum(d)
	}
	return p.class(d)
}

func declHint(what string) string {
	switch what {
	case "interface":
		return "an interface that is called is a 'service', one that values implement an 'abstract class'"
	case "package", "import":
		return "'package' comes first and once, then 'import', then the declarations"
	}
	return modifierHint(what)
}

func modifierHint(w string) string {
	switch w {
	case "public", "private", "protected", "final", "static", "transient", "volatile", "record":
		return "leave out '" + w + "'"
	}
	return ""
}

func (p *parser) enum(d *decl) error {
	if err := p.expect('{', "an enum is written enum Color { RED, GREEN }"); err != nil {
		return err
	}
	for p.cur.kind != '}' {
		v, err := p.name("a constant's name", false)
		if err != nil {
			return err
		}
		if slices.Contains(d.values, v.text) {
			return p.fail(v.pos, v.text+" is there already", "")
		}
		d.values = append(d.values, v.text)
		if p.cur.kind == ',' {
			err = p.advance()
		} else if p.cur.kind != '}' {
			err = p.unexpected("',' or '}'", "")
		}
		if err != nil {
			return err
		}
	}
	return p.advance()
}

func (p *parser) class(d *decl) error {
	if err := p.classHead(d); err != nil {
		return err
	}
	if p.cur.kind == ';' {
		return p.advance()
	}
	d.body = true
	if err := p.expect('{', "';' in place of a body says that the fields are not known"); err != nil {
		return err
	}
	for p.cur.kind != '}' {
		f, err := p.param(true)
		if err != nil {
			return err
		}
		if err := p.expect(';', "a field is written String name;"); err != nil {
			return err
		}
		if slices.ContainsFunc(d.fields, func(o param) bool { return o.name.text == f.name.text }) {
			return p.fail(f.name.pos, f.name.text+" is there already", "")
		}
		d.fields = append(d.fields, f)
	}
	return p.advance()
}

func (p *parser) classHead(d *decl) error {
	if p.cur.kind == '<' && d.what == "class" {
		for p.cur.kind != '>' {
			if err := p.advance(); err != nil {
				return err
			}
			w, err := p.name("a type parameter's name", false)
			if err != nil {
				return err
			}
			if p.cur.kind != ',' && p.cur.kind != '>' {
				return p.unexpected("',' or '>'", "a type parameter has no bound here")
			}
			d.params = append(d.params, w.text)
		}
		if err := p.advance(); err != nil {
			return err
		}
	}
	for _, c := range []struct {
		word string
		to   **expr
	}{{"extends", &d.extends}, {"default", &d.deflt}} {
		ok, err := p.is(c.word)
		if err == nil && ok {
			var t expr
			t, err = p.typ(0)
			*c.to = &t
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// param reads a type and a name, which a parameter may leave out.
func (p *parser) param(named bool) (f param, err error) {
	if f.typ, err = p.typ(0); err != nil {
		return f, err
	}
	if named || p.cur.kind == 'w' {
		f.name, err = p.name("a name", false)
	}
	return f, err
}

// typ reads a type: a name, generic arguments, [].
func (p *parser) typ(depth int) (expr, error) {
	if depth > maxNest {
		return expr{}, p.fail(p.cur.pos, fmt.Sprintf("generic arguments nested over limit %d", maxNest), "")
	}
	if p.cur.kind == '?' {
		return expr{}, p.unexpected("a type", "write the bound of the wildcard, or Object")
	}
	if hint := modifierHint(p.cur.text); hint != "" {
		return expr{}, p.unexpected("a type", hint)
	}
	w, err := p.name("a type", true)
	if err != nil {
		return expr{}, err
	}
	t := expr{word: w}
	if p.cur.kind == '<' {
		for p.cur.kind != '>' {
			if err := p.advance(); err != nil {
				return t, err
			}
			a, err := p.typ(depth + 1)
			if err != nil {
				return t, err
			}
			if p.cur.kind != ',' && p.cur.kind != '>' {
				return t, p.unexpected("',' or '>'", "")
			}
			t.args = append(t.args, a)
		}
		if err := p.advance(); err != nil {
			return t, err
		}
	}
	for p.cur.kind == '[' {
		if err := p.advance(); err != nil {
			return t, err
		}
		if err := p.expect(']', ""); err != nil {
			return t, err
		}
		if t.dims++; t.dims > maxArray {
			return t, p.fail(w.pos, fmt.Sprintf("array of more than %d dimensions", maxArray), "")
		}
	}
	return t, nil
}
