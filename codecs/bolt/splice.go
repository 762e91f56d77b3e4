package bolt

import (
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// splice writes the SofaRequest of m's Body with the names and the baggage of its Header, and gives what follows unchanged: the
// arguments. Strings use none of the stream's tables, so that what follows stays right.
func splice(f *frame, m *codecs.Message, name string) (wire.Body, error) {
	if m.Body.Len() == 0 {
		blank(f, m, name)
		return wire.Body{}, nil
	}
	p := m.Body.Bytes()
	var sc hessian.Scanner
	var room [8]hessian.Field
	d, fields, err := object(&sc, p, classRequest, "", room[:])
	if err != nil || d.String() != m.Format.Encoding {
		return wire.Body{}, codecs.Errorf(codecs.Internal, "bolt: encode request: a body in %v that is none: %v", m.Format, err)
	}
	end, at := sc.Pos(), 0
	out := f.out
	for i := range fields {
		field := &fields[i]
		switch string(field.Name) {
		case fieldMethod, fieldService:
			text := m.Method
			if string(field.Name) == fieldService {
				text = name
			}
			out.B = d.AppendString(append(out.B, p[at:field.Start]...), text)
		case fieldProps:
			out.B = append(out.B, p[at:field.Start]...)
			sc.Back(field)
			if err := props(f, m, &sc, p, d); err != nil {
				return wire.Body{}, refuse(codecs.Internal, "encode request", err)
			}
		default:
			out.B = append(out.B, p[at:field.End]...)
		}
		at = field.End
	}
	out.B = append(out.B, p[at:end]...)
	return m.Body.Sub(end, len(p)), nil
}

// blank writes the SofaRequest of a call without arguments.
func blank(f *frame, m *codecs.Message, name string) {
	d := hessian.Draft
	if m.Format.Encoding == encodingFinal {
		d = hessian.Final
	}
	b := d.AppendObject(f.out.B, classRequest, "targetAppName", fieldMethod, fieldService, fieldProps, fieldTypes)
	b = d.AppendString(d.AppendNull(b), m.Method)
	b = d.AppendString(b, name)
	b = d.AppendMapStart(d.AppendString(d.AppendMapStart(b), askedProp))
	f.out.B = b
	baggage(f, m, d)
	b = d.AppendMapEnd(d.AppendMapEnd(f.out.B))
	f.out.B = d.AppendStrings(b, nil)
}

// The maps inside requestProps that a header map has flattened: an entry k of the map m stands there as m.k.
const (
	askedProp = "rpc_req_baggage"
	traceProp = "rpc_trace_context"
)

// props writes requestProps, at which sc stands. An empty map of baggage is filled with m's metadata; one with entries is the caller's
// own, for a provider puts those of the header map over it.
func props(f *frame, m *codecs.Message, sc *hessian.Scanner, p []byte, d hessian.Dialect) error {
	at := sc.Pos()
	ok, err := sc.Map()
	for ok && err == nil {
		before := *sc
		var e hessian.Pair
		if ok, err = sc.Pair(&e); !ok || err != nil || e.Key != nil {
			continue
		}
		if hole := empty(&before); hole >= 0 {
			f.out.B = append(f.out.B, p[at:hole]...)
			baggage(f, m, d)
			at = hole
		}
	}
	f.out.B = append(f.out.B, p[at:sc.Pos()]...)
	return err
}

// nested takes the key of an entry of a map and the beginning of its value, if that is a map, too.
func nested(sc *hessian.Scanner) (key string, ok bool, err error) {
	text, null, err := sc.Text()
	if err != nil || null {
		return "", false, nil // a key of another kind
	}
	key = wire.Intern(text)
	if ok, err = sc.Map(); err != nil {
		return key, false, nil // a value of another kind
	}
	return key, ok, nil
}

// empty gives the place in an empty map of baggage, if the next entry of the map in which sc stands is one; else -1.
func empty(sc *hessian.Scanner) int {
	key, ok, err := nested(sc)
	if err != nil || !ok || key != askedProp {
		return -1
	}
	var e hessian.Pair
	if more, err := sc.Pair(&e); more || err != nil {
		return -1
	}
	return e.Start
}

// baggage writes the metadata of a request that goes as baggage, as entries of a map.
func baggage(f *frame, m *codecs.Message, d hessian.Dialect) {
	own := ours(m.Hint)
	for i, p := range m.Meta.Pairs {
		if skipped(m.Meta.Pairs[:i], p.Key, own) || isOwn(p.Key, m.Hint) {
			continue
		}
		f.out.B = d.AppendString(d.AppendString(f.out.B, p.Key), p.Value)
	}
}
