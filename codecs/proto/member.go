package proto

import (
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// member gives the next value of an open message, or its name, or the end.
func (r *reader) member(t *token.Token, f *frame) error {
	for f.next < len(f.order) {
		i := f.order[f.next]
		if f.keyed && !f.valued {
			d := &f.m.fields[i]
			if r.spans[f.base+i].n == 0 && d.presence && !d.always {
				f.next++
				if err := r.fill(); err != nil {
					return err
				}
				continue
			}
			f.valued = true
			*t = token.Token{Kind: token.Key, Text: d.key}
			return nil
		}
		f.valued = false
		f.next++
		if i < 0 {
			return r.absent(t, nil)
		}
		err := r.field(t, f.m, &f.m.fields[i], f.p, &r.spans[f.base+i])
		if t.Kind == token.Null && f.m.own {
			t.Int = 0
		}
		return err
	}
	return r.end(t)
}

// fill counts a field that is not in the body: a small body may hold many messages of many fields.
func (r *reader) fill() error {
	if r.filled++; r.filled > token.MaxExpand+len(r.p) {
		return &limitError{codecs.Errorf(codecs.Invalid, "proto: read: %v: more than %d absent fields", token.ErrExpand, r.filled-1), token.ErrExpand}
	}
	return nil
}

// absent gives what stands for a field that is not there: null that may be left out, or the zero of its kind. nil: the message does
// not have the field.
func (r *reader) absent(t *token.Token, f *field) error {
	*t = token.Token{}
	if f == nil || f.presence || f.blank {
		t.Int = 1
		return r.fill()
	}
	switch f.kind {
	case kindBool:
		t.Kind = token.Bool
	case kindFloat:
		t.Kind, t.Bits = token.Float, 32
	case kindDouble:
		t.Kind, t.Bits = token.Float, 64
	case kindString:
		t.Kind = token.String
		if f.letter {
			t.Text = zeroLetter
		}
	case kindBytes:
		t.Kind = token.Bytes
	case kindEnum:
		f.constant(t, 0)
	default:
		t.Kind, t.Bits = token.Int, widths[f.kind]
	}
	return r.fill()
}

// zeroLetter is Java's char that nobody has set.
var zeroLetter = []byte{0}

// field gives the value of field f, whose records s shows in p.
func (r *reader) field(t *token.Token, m *message, f *field, p []byte, s *span) error {
	switch {
	case f.repeated, f.mapped:
		*t = token.Token{Kind: token.List, Int: int64(s.n)}
		kind := inList
		if f.mapped {
			t.Kind, kind = token.Map, inMap
		}
		if s.n == 0 {
			if err := r.fill(); err != nil {
				return err
			}
		}
		return r.push(frame{kind: kind, keyed: f.mapped, m: m, f: f, p: p, pos: int(s.first), last: int(s.end)})
	case s.n == 0:
		return r.absent(t, f)
	case f.kind == kindMessage:
		whole, err := r.merged(m, f, p, s)
		if err != nil {
			return err
		}
		return r.message(t, f.msg, whole)
	}
	_, err := r.scalar(t, m, f, p, int(s.last), int(s.end))
	return err
}

// element gives the next element of an open list, or the end.
func (r *reader) element(t *token.Token, f *frame) error {
	var rec record
	for f.pos >= f.chunk {
		ok, err := r.find(f, &rec)
		switch {
		case err != nil:
			return err
		case !ok:
			return r.end(t)
		case f.f.kind == kindMessage:
			f.pos = rec.end
			return r.message(t, f.f.msg, f.p[rec.at:rec.end])
		case wireTypes[f.f.kind] == wireBytes:
			f.pos = rec.end
			_, err := r.scalar(t, f.m, f.f, f.p, rec.at, rec.end)
			return err
		}
		f.pos, f.chunk = rec.at, rec.end
	}
	var err error
	f.pos, err = r.scalar(t, f.m, f.f, f.p, f.pos, f.chunk)
	return err
}

// find goes on to the next record of an open list or map. What stands between two of them was checked by scan.
func (r *reader) find(f *frame, rec *record) (bool, error) {
	w := wireTypes[f.f.kind]
	for f.pos < f.last {
		if !rec.next(f.p, f.pos) {
			return false, illFormed(f.p, f.pos, f.m)
		}
		if rec.number == f.f.number && (rec.wire == w || rec.wire == wireBytes && w != wireBytes) {
			return true, nil
		}
		// Lists whose elements alternate are gone over once for each list. Honest writers make none.
		if r.walked += rec.end - f.pos; r.walked > 4<<20+16*len(r.p) {
			return false, invalid(f.m, "elements of too many lists alternate")
		}
		f.pos = rec.end
	}
	return false, nil
}

// pair gives the next key or value of an open map, or the end.
func (r *reader) pair(t *token.Token, f *frame) error {
	var rec record
	ok, err := r.find(f, &rec)
	if err != nil {
		return err
	}
	if !ok {
		return r.end(t)
	}
	entry, p := f.f.msg, f.p[rec.at:rec.end]
	base, err := r.scan(entry, p)
	spans := [2]span{r.spans[base], r.spans[base+1]}
	r.spans = r.spans[:base]
	if err != nil {
		return err
	}
	if f.keyed && !f.valued {
		f.valued = true
		if err := r.half(t, entry, 0, p, &spans[0]); err != nil {
			return err
		}
		if t.Kind == token.String && t.Class == nil {
			t.Kind = token.Key
		}
		return nil
	}
	f.valued = false
	f.pos = rec.end
	return r.half(t, entry, 1, p, &spans[1])
}

// half gives the key or the value of an entry. One that is not there is the zero of its kind, of messages the empty one.
func (r *reader) half(t *token.Token, entry *message, i int, p []byte, s *span) error {
	f := &entry.fields[i]
	if s.n == 0 && f.kind == kindMessage {
		return r.message(t, f.msg, nil)
	}
	return r.field(t, entry, f, p, s)
}
