package hessian

import (
	"slices"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// classTable numbers the classes of a stream.
type classTable struct {
	list  []token.Class
	named map[string]int // of long tables: the last class of each name
}

// searched is how many entries of a table are searched one by one.
const searched = 16

// find gives the number of a class, -1 if it is not there.
func (c *classTable) find(name string, fields []string) int {
	for i := len(c.list) - 1; i >= 0 && i >= len(c.list)-searched; i-- {
		if c.is(i, name, fields) {
			return i
		}
	}
	if i, ok := c.named[name]; ok && c.is(i, name, fields) {
		return i
	}
	return -1
}

func (c *classTable) is(i int, name string, fields []string) bool {
	k := &c.list[i]
	if k.Name != name || len(k.Fields) != len(fields) {
		return false
	}
	if len(fields) == 0 || &k.Fields[0] == &fields[0] {
		return true
	}
	return slices.Equal(k.Fields, fields)
}

func (c *classTable) add(name string, fields []string) int {
	i := len(c.list)
	c.list = append(c.list, token.Class{Name: name, Fields: fields})
	if i >= searched {
		if c.named == nil {
			c.named = map[string]int{}
		}
		c.named[c.list[i-searched].Name] = i - searched
	}
	return i
}

func (c *classTable) reset() {
	clear(c.list)
	c.list = c.list[:0]
	clear(c.named)
}

// object writes the head of an object, behind the definition of its class where that was not written yet. Each value has member
// before it, and endObject stands behind the last.
func (w *writer) object(name string, fields []string) {
	if w.d == First {
		w.o.B = appendMark(append(w.o.B, 'M'), name)
		w.refs++
		return
	}
	i := w.classes.find(name, fields)
	if i < 0 {
		i = w.classes.add(name, fields)
		b := w.d.appendDefinition(w.o.B, name, len(fields))
		for _, field := range fields {
			b = w.d.AppendString(b, field)
		}
		w.o.B = b
	}
	w.instance(i)
}

func (w *writer) instance(class int) {
	w.o.B = w.d.appendInstance(w.o.B, class)
	w.refs++
}

// member writes the name of the field whose value is next, where objects have them.
func (w *writer) member(name string) {
	if w.d == First {
		w.o.B = w.d.AppendString(w.o.B, name)
	}
}

func (w *writer) endObject() {
	if w.d == First {
		w.o.B = w.d.AppendMapEnd(w.o.B)
	}
}

// typ writes the type of a list or a map: its name once, then its number.
func (w *writer) typ(name string) {
	i := w.typeNumber(name)
	switch {
	case i >= 0 && w.d == Final:
		w.o.B = w.d.AppendInt(w.o.B, int32(i))
		return
	case i >= 0:
		w.o.B = w.d.AppendInt(append(w.o.B, 'u'), int32(i))
		return
	case len(w.types) < maxTypes && w.d != First:
		w.types = append(w.types, name)
	}
	if w.d == Final {
		w.o.B = w.d.AppendString(w.o.B, name)
	} else {
		w.o.B = appendMark(w.o.B, name)
	}
}

// typeNumber gives the number of a type that was written before, -1 if it was not.
func (w *writer) typeNumber(name string) int {
	for i, s := range w.types {
		if s == name {
			return i
		}
	}
	return -1
}

// maxTypes is how many type names are remembered, so that looking for one does not take long. A name that is not is written
// again.
const maxTypes = 64

// list writes the head of a list of n values, -1 for not known: then the opcode is right or will be put right by count, which may
// have the short forms. endList stands behind the last value if the list is closed.
func (w *writer) list(typ string, n int) (closed bool) {
	w.refs++
	if w.d != Final {
		return w.oldList(typ, n)
	}
	switch {
	case n >= 0 && n < 8 && typ != "":
		w.o.B = append(w.o.B, byte(0x70+n))
	case n >= 0 && n < 8:
		w.o.B = append(w.o.B, byte(0x78+n))
	case typ != "":
		w.o.B = append(w.o.B, 'V')
	default:
		w.o.B = append(w.o.B, 'X')
	}
	if typ != "" {
		w.typ(typ)
	}
	if n >= 8 {
		w.o.B = w.d.AppendInt(w.o.B, int32(n))
	}
	return false
}

// oldList writes the head of a list of the older dialects. The draft has a form of its own for a type that it has had before.
func (w *writer) oldList(typ string, n int) (closed bool) {
	if i := w.typeNumber(typ); i >= 0 {
		w.o.B = w.d.AppendInt(append(w.o.B, 'v'), int32(i))
		if n >= 0 {
			w.o.B = w.d.AppendInt(w.o.B, int32(n))
		}
		return false
	}
	w.o.B = append(w.o.B, 'V')
	if typ != "" {
		w.typ(typ)
	}
	if n >= 0 {
		w.o.B = w.d.appendLength(w.o.B, n)
	}
	return true
}

func (w *writer) endList(closed bool) {
	if closed {
		w.o.B = append(w.o.B, 'z')
	}
}

// openList begins a list that was given as a token.
func (w *writer) openList(typ string, n int) {
	f := open{kind: wList, n: n, hole: -1, op: len(w.o.B)}
	ref := w.refs
	f.closed = w.list(typ, n)
	if n < 0 {
		f.hole = w.hole()
	}
	w.begin(f, ref)
}

// hole makes a hole at the end.
func (w *writer) hole() int {
	w.holes = append(w.holes, hole{at: len(w.o.B)})
	return len(w.holes) - 1
}

func (w *writer) openMap(typ string, n int) {
	if typ == "" {
		w.o.B = w.d.AppendMapStart(w.o.B)
	} else { // 'M' in all dialects
		w.o.B = append(w.o.B, 'M')
		w.typ(typ)
	}
	w.begin(open{kind: wMap, n: n, hole: -1}, w.refs)
	w.refs++
}

func (w *writer) openObject(c *token.Class) error {
	if c == nil {
		return misuse("an object without a class")
	}
	f := open{kind: wObject, n: len(c.Fields), hole: -1, class: c}
	if w.shape == codecs.Generic {
		w.o.B = w.d.AppendMapStart(w.o.B)
		w.o.B = w.d.AppendString(w.d.AppendString(w.o.B, "class"), c.Name)
		w.begin(f, w.refs)
		w.refs++
		return nil
	}
	w.begin(f, w.refs)
	w.object(c.Name, c.Fields)
	return nil
}

// listType gives the type that a list is written with.
func (w *writer) listType(t *token.Token) string {
	name := ""
	if t.Class != nil {
		name = t.Class.Name
	} else if here := w.typeHere(); here.Kind == contract.List {
		name = here.Name
	}
	if name == "" {
		return ""
	}
	w.scratch = appendType(w.scratch[:0], name)
	if w.shape == codecs.Generic && !builtIn(string(w.scratch)) {
		return ""
	}
	if string(w.scratch) == name {
		return name
	}
	return wire.Intern(w.scratch) // it comes from a contract
}

// mapType gives the type that a map is written with.
func (w *writer) mapType(t *token.Token) string {
	name := ""
	if t.Class != nil {
		name = t.Class.Name
	} else if here := w.typeHere(); here.Kind == contract.Map {
		name = here.Name
	}
	if w.shape == codecs.Generic {
		return ""
	}
	if class, ok := mapTypes[name]; ok {
		return class
	}
	return name
}

func (w *writer) enum(t *token.Token) {
	if t.Class == nil || w.shape == codecs.Generic {
		w.o.B = w.d.appendText(w.o.B, t.Text)
		return
	}
	w.object(t.Class.Name, enumFields)
	w.member(enumFields[0])
	w.o.B = w.d.appendText(w.o.B, t.Text)
	w.endObject()
}

var enumFields = []string{"name"}
