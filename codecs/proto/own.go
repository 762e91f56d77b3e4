package proto

import (
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// This file is docs/fault.proto: its tables, and its Value as tokens.

// The fields of dragoman.v1.Value.
const (
	ownNull = iota + 1
	ownBool
	ownInt
	ownLong
	ownFloat
	ownDouble
	ownString
	ownBytes
	ownInteger
	ownDecimal
	ownDate
	ownTime
	ownText
	ownEnum
	ownList
	ownMap
	ownObject
)

// faultTable and valueTable are dragoman.v1.Fault and Value. They never change.
var faultTable, valueTable = newOwnTables()

func newOwnTables() (fault, value *message) {
	null := &enum{class: &token.Class{Name: "dragoman.v1.Null"}, null: true}
	value = &message{name: "dragoman.v1.Value", form: formOwn, oneofs: 1}
	moment := ownMessage("Date", field{number: 1, kind: kindSint64, name: "millis"}, field{number: 2, kind: kindString, name: "class"})
	text := ownMessage("Text", field{number: 1, kind: kindString, name: "text"}, field{number: 2, kind: kindString, name: "class"})
	list := ownMessage("List", field{number: 1, kind: kindMessage, name: "values", repeated: true, msg: value},
		field{number: 2, kind: kindString, name: "class"})
	entry := ownMessage("Entry", field{number: 1, kind: kindMessage, name: "key", msg: value}, field{number: 2, kind: kindMessage, name: "value", msg: value})
	mapping := ownMessage("Map", field{number: 1, kind: kindMessage, name: "entries", mapped: true, msg: entry},
		field{number: 2, kind: kindString, name: "class"})
	member := ownMessage("Fields", field{number: 1, kind: kindString, name: "key"}, field{number: 2, kind: kindMessage, name: "value", msg: value})
	object := ownMessage("Object", field{number: 1, kind: kindMessage, name: "fields", mapped: true, msg: member},
		field{number: 2, kind: kindString, name: "class"})
	for i, f := range []field{{kind: kindEnum, name: "null", enum: null}, {kind: kindBool, name: "bool"}, {kind: kindSint32, name: "int"},
		{kind: kindSint64, name: "long"}, {kind: kindFloat, name: "float"}, {kind: kindDouble, name: "double"}, {kind: kindString, name: "string"},
		{kind: kindBytes, name: "bytes"}, {kind: kindString, name: "integer"}, {kind: kindString, name: "decimal"},
		{kind: kindMessage, name: "date", msg: moment}, {kind: kindMessage, name: "time", msg: text}, {kind: kindMessage, name: "text", msg: text},
		{kind: kindMessage, name: "enum", msg: text}, {kind: kindMessage, name: "list", msg: list}, {kind: kindMessage, name: "map", msg: mapping},
		{kind: kindMessage, name: "object", msg: object}} {
		f.number, f.presence = uint32(i+1), true
		value.fields = append(value.fields, f)
	}
	fault = ownMessage("Fault", field{number: 1, kind: kindString, name: "class"},
		field{number: 2, kind: kindString, name: "message", presence: true, always: true},
		field{number: 3, kind: kindMessage, name: "fields", mapped: true, msg: member},
		field{number: 4, kind: kindMessage, name: "cause", presence: true, always: true},
		field{number: 5, kind: kindString, name: "trace", repeated: true, presence: true})
	fault.fields[3].msg = fault
	return fault, value
}

// ownMessage makes the table of a message that is a map by the names of its fields.
func ownMessage(name string, fields ...field) *message {
	m := &message{name: "dragoman.v1." + name, form: formMap, fields: fields, names: map[string]int{}}
	for i := range fields {
		f := &m.fields[i]
		f.oneof, f.place, f.key = -1, i, []byte(f.name)
		m.names[f.name] = i
		m.order = append(m.order, i)
	}
	return m
}

// own gives the kind of a Value that is set.
func (r *reader) own(t *token.Token, m *message, f *field, p []byte, s *span) error {
	if f.number < ownInteger {
		return r.field(t, m, f, p, s)
	}
	if f.kind == kindString {
		err := r.field(t, m, f, p, s)
		t.Kind, t.Class = token.Big, bigDecimal
		if f.number == ownInteger {
			t.Class = bigInteger
		}
		if err == nil && !isNumber(t.Text, f.number == ownInteger) {
			return invalid(m, "%s %.40q is no number", f.name, t.Text)
		}
		return err
	}
	inner, err := r.merged(m, f, p, s)
	if err != nil {
		return err
	}
	return r.ownParts(t, f, inner)
}

// ownParts gives a kind of Value that is a message: p.
func (r *reader) ownParts(t *token.Token, f *field, p []byte) error {
	m := f.msg
	base, err := r.scan(m, p)
	spans := [2]span{r.spans[base], r.spans[base+1]}
	r.spans = r.spans[:base]
	if err != nil {
		return err
	}
	var class *token.Class
	if spans[1].n > 0 {
		var name token.Token
		if err := r.field(&name, m, &m.fields[1], p, &spans[1]); err != nil {
			return err
		}
		if len(name.Text) > 0 {
			class = &token.Class{Name: string(name.Text)}
		}
	}
	if f.number == ownObject {
		if class == nil {
			class = new(token.Class)
		}
		if class.Fields, err = r.fieldNames(m, p, &spans[0]); err != nil {
			return err
		}
	}
	if err := r.field(t, m, &m.fields[0], p, &spans[0]); err != nil {
		return err
	}
	switch f.number {
	case ownDate:
		*t = token.Token{Kind: token.Time, Int: t.Int}
	case ownTime:
		t.Kind = token.Time
	case ownEnum:
		t.Kind = token.Enum
	case ownObject:
		t.Kind, t.Int = token.Object, 0
		r.stack[len(r.stack)-1].keyed = false
	}
	if t.Class = class; class == nil && (f.number == ownTime || f.number == ownEnum) {
		return invalid(m, "no class is set")
	}
	return nil
}

// fieldNames gives the names of an Object's fields, which tokens say before the first value.
func (r *reader) fieldNames(m *message, p []byte, s *span) ([]string, error) {
	names := make([]string, 0, min(int(s.n), len(p)))
	f := frame{kind: inMap, m: m, f: &m.fields[0], p: p, pos: int(s.first), last: int(s.end)}
	for s.n > 0 {
		var rec record
		ok, err := r.find(&f, &rec)
		if err != nil || !ok {
			return names, err
		}
		f.pos = rec.end
		entry := f.f.msg
		inner := p[rec.at:rec.end]
		base, err := r.scan(entry, inner)
		key := r.spans[base]
		r.spans = r.spans[:base]
		var t token.Token
		if err == nil {
			err = r.field(&t, entry, &entry.fields[0], inner, &key)
		}
		if err != nil {
			return nil, err
		}
		names = append(names, string(t.Text))
	}
	return names, nil
}
