package learn

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// header stands before what is known.
const header = `// Learned by dragoman from calls that went well. It is read at the start and written over: what is to hold for good is declared
// (contracts:). "Serializable" stands for what no value has shown, "Object" for what values disagree on. Names of parameters are not
// on the wire. Constants of enums are those that were seen, as a comment, for there may be more.
`

// text is what is known as a contract file. all: for the file, also methods of which too little is known to call them by it, and whatever
// is declared, for that may be gone at the next start.
func (m *model) text(all bool) []byte {
	if all {
		defer m.behind(nil)()
	}
	var b bytes.Buffer
	b.WriteString(header)
	methods := slices.SortedFunc(maps.Values(m.methods), func(x, y *method) int {
		return cmp.Or(strings.Compare(x.Service, y.Service), strings.Compare(x.Version, y.Version), strings.Compare(x.Group, y.Group),
			strings.Compare(x.Method, y.Method), strings.Compare(x.Descriptor, y.Descriptor))
	})
	if !all {
		methods = slices.DeleteFunc(methods, m.open)
	}
	for i, w := range methods {
		if i == 0 || !samePlace(methods[i-1], w) {
			fmt.Fprintf(&b, "\nservice %s", w.Service)
			if w.Version != "" {
				fmt.Fprintf(&b, " version %q", w.Version)
			}
			if w.Group != "" {
				fmt.Fprintf(&b, " group %q", w.Group)
			}
			b.WriteString(" {\n")
		}
		fmt.Fprintf(&b, "  %s;\n", m.signature(w))
		if i == len(methods)-1 || !samePlace(methods[i+1], w) {
			b.WriteString("}\n")
		}
	}
	m.writeClasses(&b)
	return b.Bytes()
}

func samePlace(a, b *method) bool {
	return a.Service == b.Service && a.Version == b.Version && a.Group == b.Group
}

// behind has declared hold until the func it gives is called.
func (m *model) behind(declared *contract.Index) (before func()) {
	old := m.declared
	m.declared = declared
	return func() { m.declared = old }
}

// held gives what is declared of a class, nil if nothing is.
func (m *model) held(class string) *contract.Type {
	if m.declared == nil {
		return nil
	}
	return m.declared.Type(class)
}

func (m *model) declares(class string) bool { return m.classes[class] != nil }

// signature is a method as a contract file has it.
func (m *model) signature(w *method) string {
	s := fmt.Sprintf("%s %s(%s)", w.result.expr(m.declares), w.Method, m.params(w))
	word := " throws "
	for _, class := range w.throws {
		if t := m.held(class); t == nil || t.Throws {
			s += word + class
			word = ", "
		}
	}
	return s
}

// params is the parameter types of a method.
func (m *model) params(w *method) string {
	list := make([]string, len(w.params))
	for i, f := range w.declared.Fields {
		list[i], _ = m.refine(f.Type, w.params[i])
	}
	return strings.Join(list, ", ")
}

// refine writes the type of a parameter, whose class is declared on the wire: values add what a descriptor does not say, the generic
// arguments and fields. open: they have not shown enough for a caller without types to write such an argument.
func (m *model) refine(t *contract.Type, s *shape) (expr string, open bool) {
	switch {
	case t.Kind == contract.List && isArray(t.Name):
		class := strings.TrimRight(t.Name, "[]")
		return t.Name, contract.Builtin(class) == nil && !m.knows(class)
	case t.Kind == contract.List:
		if s.kind != contract.List || s.elem == nil {
			return contract.Short(t.Name), true
		}
		return (&shape{kind: t.Kind, name: t.Name, elem: s.elem}).expr(m.declares), s.elem.kind == contract.Void
	case t.Kind == contract.Map:
		if s.kind != contract.Map {
			return contract.Short(t.Name), true
		}
		return (&shape{kind: t.Kind, name: t.Name, key: s.key, elem: s.elem}).expr(m.declares), s.elem.kind == contract.Void
	case t.Kind == contract.Class:
		return t.Name, s.kind != contract.Class || !m.knows(t.Name)
	}
	return contract.Short(t.Name), false
}

// knows says whether the fields of a class are known, or of one that may stand for it.
func (m *model) knows(class string) bool {
	if t := m.held(class); t != nil {
		return t.Kind != contract.Class || t.Fields != nil || len(t.Subs) > 0
	}
	c := m.classes[class]
	return c != nil && (c.known || len(m.subs(c)) > 0)
}

// open says whether a caller without types could not write the arguments for all that is known of them.
func (m *model) open(w *method) bool {
	for i, f := range w.declared.Fields {
		if _, open := m.refine(f.Type, w.params[i]); open {
			return true
		}
	}
	return false
}

// line is a file with one method and the classes that its descriptor names.
func (m *model) line(w *method) string {
	s := "service " + w.Service + " { " + m.signature(w) + "; }"
	var done []string
	for _, f := range w.declared.Fields {
		if name := strings.TrimRight(f.Type.Name, "[]"); contract.Builtin(name) == nil && !slices.Contains(done, name) {
			done = append(done, name)
			s += " class " + name + ";"
		}
	}
	return s
}

func (m *model) writeClasses(b *bytes.Buffer) {
	for _, name := range slices.Sorted(maps.Keys(m.classes)) {
		b.WriteByte('\n')
		c := m.classes[name]
		subs := m.subs(c)
		switch {
		case c.throws:
			fmt.Fprintf(b, "exception %s", name)
			m.writeBody(b, c)
		case c.known && c.enum:
			fmt.Fprintf(b, "enum %s {}", name)
			if len(c.consts) > 0 {
				b.WriteString(" // " + strings.Join(c.consts, ", "))
			}
			b.WriteByte('\n')
		case len(subs) == 1:
			fmt.Fprintf(b, "abstract class %s default %s {}\n", name, subs[0])
		case len(subs) > 1:
			fmt.Fprintf(b, "abstract class %s {}\n", name)
		default:
			fmt.Fprintf(b, "class %s", name)
			if super := m.super(c); super != "" {
				fmt.Fprintf(b, " extends %s", super)
			}
			m.writeBody(b, c)
		}
	}
}

// subs gives the classes that may stand for c, as a file can say it.
func (m *model) subs(c *class) (list []string) {
	for _, name := range c.subs {
		if m.held(name) == nil && m.super(m.classes[name]) != "" {
			list = append(list, name)
		}
	}
	return list
}

// super gives the class that c may stand for, as a file can say it: that has no fields of its own that we know.
func (m *model) super(c *class) string {
	if s := m.classes[c.super]; s == nil || s.known || s.throws || !c.known || c.throws || c.enum || m.held(c.super) != nil {
		return ""
	}
	return c.super
}

func (m *model) writeBody(b *bytes.Buffer, c *class) {
	if !c.known {
		b.WriteString(";\n")
		return
	}
	b.WriteString(" {\n")
	for _, f := range c.fields {
		fmt.Fprintf(b, "  %s %s;\n", f.shape.expr(m.declares), f.name)
	}
	b.WriteString("}\n")
}
