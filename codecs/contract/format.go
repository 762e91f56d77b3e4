package contract

import (
	"bytes"
	"fmt"
	"strings"
)

// Format prints the file as Parse reads it, in one fixed form. Comments are left out.
func (f *File) Format() []byte {
	var b bytes.Buffer
	if f.pkg != "" {
		fmt.Fprintf(&b, "package %s;\n", f.pkg)
	}
	for _, i := range f.imports {
		fmt.Fprintf(&b, "import %s;\n", i.text)
	}
	for _, d := range f.decls {
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		d.format(&b)
	}
	return b.Bytes()
}

func (d *decl) format(b *bytes.Buffer) {
	if d.abstract {
		b.WriteString("abstract ")
	}
	b.WriteString(d.what + " " + d.name.text)
	if len(d.params) > 0 {
		b.WriteString("<" + strings.Join(d.params, ", ") + ">")
	}
	if d.extends != nil {
		b.WriteString(" extends " + d.extends.String())
	}
	if d.deflt != nil {
		b.WriteString(" default " + d.deflt.String())
	}
	if d.version != "" {
		b.WriteString(" version " + quoteWord(d.version))
	}
	if d.group != "" {
		b.WriteString(" group " + quoteWord(d.group))
	}
	switch {
	case d.what == "enum":
		b.WriteString(" { " + strings.Join(d.values, ", ") + " }\n")
	case !d.body && d.what != "service":
		b.WriteString(";\n")
	default:
		b.WriteString(" {\n")
		for _, p := range d.fields {
			fmt.Fprintf(b, "  %s %s;\n", &p.typ, p.name.text)
		}
		for i := range d.methods {
			d.methods[i].format(b)
		}
		b.WriteString("}\n")
	}
}

func (m *method) format(b *bytes.Buffer) {
	b.WriteString("  ")
	if m.oneway {
		b.WriteString("oneway ")
	}
	fmt.Fprintf(b, "%s %s(", &m.result, m.name.text)
	for i, p := range m.params {
		if i > 0 {
			b.WriteString(", ")
		}
		if m.varargs && i == len(m.params)-1 {
			p.typ.dims--
			b.WriteString(p.typ.String() + "...")
		} else {
			b.WriteString(p.typ.String())
		}
		if p.name.text != "" {
			b.WriteString(" " + p.name.text)
		}
	}
	b.WriteByte(')')
	for i := range m.throws {
		if i == 0 {
			b.WriteString(" throws ")
		} else {
			b.WriteString(", ")
		}
		b.WriteString(m.throws[i].String())
	}
	b.WriteString(";\n")
}

func (e *expr) String() string {
	s := e.text
	for i := range e.args {
		if i == 0 {
			s += "<"
		} else {
			s += ", "
		}
		s += e.args[i].String()
	}
	if len(e.args) > 0 {
		s += ">"
	}
	return s + strings.Repeat("[]", e.dims)
}

// quoteWord puts quotes around what would not be read as one word.
func quoteWord(s string) string {
	x := lexer{src: s}
	if l, err := x.next(); err == nil && l.kind == 'w' && l.text == s {
		return s
	}
	return `"` + s + `"`
}
