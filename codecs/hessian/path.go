package hessian

import (
	"strconv"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// path names the place of the value that is being read: $.items[0].owner.
func (r *reader) path() string {
	p := []byte{'$'}
	for i := range r.stack {
		f := &r.stack[i]
		switch f.kind {
		case inObject:
			p = append(append(p, '.'), f.class.Fields[f.i-1]...)
		case inMap:
			p = r.appendKey(p, f.at)
		case inFault:
			p = append(append(p, '.'), faultAt(f)...)
		case inFields:
			p = append(append(p, '.'), r.faults[f.from+f.i-1].name...)
		default:
			p = append(strconv.AppendInt(append(p, '['), int64(f.i-1), 10), ']')
		}
		if len(p) > 1024 {
			return string(p[:1024]) + "…"
		}
	}
	return string(p)
}

// appendKey appends the key of a map that stands at a place.
func (r *reader) appendKey(p []byte, at int) []byte {
	in := input{p: r.s.p, pos: at, d: r.s.d}
	o, err := in.next()
	if err != nil {
		return p
	}
	var t token.Token
	switch {
	case isText(o):
		key, _, _ := in.text(nil)
		return append(append(p, '.'), key...)
	case in.d.size[in.p[at]] != 0:
		if raw, err := in.fixed(); err == nil {
			number(&t, o, raw)
		}
	}
	if t.Kind == token.Int {
		return append(strconv.AppendInt(append(p, '['), t.Int, 10), ']')
	}
	return append(p, "[?]"...)
}

// unknown is the type of a place of which nothing is known.
var unknown = &contract.Type{}

// typeHere gives the declared type of the value that is being read.
func (r *reader) typeHere() *contract.Type {
	t := r.t
	for i := 0; i < len(r.stack) && t != nil; i++ {
		f := &r.stack[i]
		switch f.kind {
		case inArgs:
			t = fieldAt(t, f.i-1)
		case inList, inMap:
			if i == 0 && r.shape == codecs.Generic {
				t = fieldAt(t, f.i-1)
			} else {
				t = t.Elem
			}
		case inObject:
			t = fieldNamed(t, f.class.Name, f.class.Fields[f.i-1])
		case inFields:
			t = fieldNamed(t, "", r.faults[f.from+f.i-1].name)
		case inFault:
			if faultAt(f) != "fields" {
				return unknown
			}
		case inTrace:
			return unknown
		}
	}
	if t == nil {
		return unknown
	}
	return t
}

// typeHere gives the declared type of the value that is being written.
func (w *writer) typeHere() *contract.Type {
	t := w.t
	for i := 0; i < len(w.stack) && t != nil; i++ {
		f := &w.stack[i]
		switch {
		case f.kind == wArgs || i == 0 && w.invoke:
			t = fieldAt(t, f.i-1)
		case f.kind == wList || f.kind == wMap:
			t = t.Elem
		case f.kind == wObject:
			t = fieldNamed(t, f.class.Name, f.class.Fields[f.i-1])
		default:
			return unknown
		}
	}
	if t == nil {
		return unknown
	}
	return t
}

// fieldAt gives the type of parameter i.
func fieldAt(t *contract.Type, i int) *contract.Type {
	if i < len(t.Fields) {
		return t.Fields[i].Type
	}
	return nil
}

// fieldNamed gives the type of a field, of the subtype of t that has the class name, or of t itself.
func fieldNamed(t *contract.Type, class, name string) *contract.Type {
	if t.Name != class {
		if s := subtype(t, class); s != nil {
			t = s
		}
	}
	for i := range t.Fields {
		if t.Fields[i].Name == name {
			return t.Fields[i].Type
		}
	}
	return nil
}

func subtype(t *contract.Type, class string) *contract.Type {
	for _, s := range t.Subs {
		if s.Name == class {
			return s
		}
		if s = subtype(s, class); s != nil {
			return s
		}
	}
	return nil
}
