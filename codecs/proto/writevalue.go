package proto

import (
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// tag appends the tag of a field.
func (w *writer) tag(number uint32, t wireType) {
	w.out.B = appendVarint(w.out.B, uint64(number)<<3|uint64(t))
}

// openMessage begins a field that has a length.
func (w *writer) openMessage(number uint32) {
	w.tag(number, wireBytes)
	w.openLength()
}

// value takes the value of field f of m, or its beginning. closes lengths end with it.
func (w *writer) value(m *message, f *field, t *token.Token, closes int) error {
	switch {
	case t.Kind == token.Null && (t.Int == 1 || !f.holdsNull()):
	case f.mapped:
		return w.openMap(m, f, t, closes)
	case f.repeated:
		if t.Kind != token.List {
			return misfit(m, f, t)
		}
		return w.push(scope{kind: ofList, m: m, f: f, closes: closes})
	case f.kind == kindMessage:
		w.openMessage(f.number)
		return w.message(f.msg, t, closes+1)
	default:
		if err := w.scalar(m, f, t, f.presence); err != nil {
			return err
		}
	}
	w.close(closes)
	return nil
}

func (w *writer) openMap(m *message, f *field, t *token.Token, closes int) error {
	s := scope{kind: ofMap, m: m, f: f, closes: closes}
	switch t.Kind {
	case token.Map:
	case token.Object:
		s.class = t.Class
	default:
		return misfit(m, f, t)
	}
	return w.push(s)
}

// scalar appends a field with its tag. keep: also if it is the zero of its kind.
func (w *writer) scalar(m *message, f *field, t *token.Token, keep bool) error {
	v, text, ok := w.convert(f, t)
	if !ok {
		return misfit(m, f, t)
	}
	if !keep && v == 0 && len(text) == 0 {
		return nil
	}
	w.tag(f.number, wireTypes[f.kind])
	w.payload(f, v, text)
	return nil
}

// payload appends the value of a scalar, behind its tag or among packed ones.
func (w *writer) payload(f *field, v uint64, text []byte) {
	b := w.out.B
	switch wireTypes[f.kind] {
	case wireVarint:
		b = appendVarint(b, v)
	case wire32:
		b = append(b, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
	case wire64:
		b = append(b, byte(v), byte(v>>8), byte(v>>16), byte(v>>24), byte(v>>32), byte(v>>40), byte(v>>48), byte(v>>56))
	case wireBytes:
		b = append(appendVarint(b, uint64(len(text))), text...)
	}
	w.out.B = b
}

func appendVarint(b []byte, v uint64) []byte {
	for ; v >= 0x80; v >>= 7 {
		b = append(b, byte(v)|0x80)
	}
	return append(b, byte(v))
}

// element takes the next element of an open list.
func (w *writer) element(t *token.Token, s *scope) error {
	f := s.f
	if t.Kind == token.Null && !f.nullable() {
		return invalidWrite(s.m, "null among the elements of %s", f.name)
	}
	if f.kind == kindMessage {
		w.openMessage(f.number)
		return w.message(f.msg, t, 1)
	}
	if !f.packed {
		return w.scalar(s.m, f, t, true)
	}
	v, text, ok := w.convert(f, t)
	if !ok {
		return misfit(s.m, f, t)
	}
	if !s.packed {
		s.packed = true
		w.openMessage(f.number)
	}
	w.payload(f, v, text)
	return nil
}

// pair takes the next key or value of an open map. Each pair is a message of the two.
func (w *writer) pair(t *token.Token, s *scope) error {
	entry := s.f.msg
	key, value := &entry.fields[0], &entry.fields[1]
	switch {
	case s.class != nil:
		if s.next == len(s.class.Fields) {
			return misuse("more values than the %d fields of %s", s.next, s.class.Name)
		}
		name := token.Token{Kind: token.Key, Text: text(s.class.Fields[s.next])}
		s.next++
		w.openMessage(s.f.number)
		if err := w.scalar(entry, key, &name, true); err != nil {
			return err
		}
	case !s.valued:
		s.valued = true
		w.openMessage(s.f.number)
		if key.kind == kindMessage {
			w.openMessage(key.number)
			return w.message(key.msg, t, 1)
		}
		return w.scalar(entry, key, t, true)
	}
	s.valued = false
	if value.kind == kindMessage && (t.Kind != token.Null || value.holdsNull()) {
		w.openMessage(value.number)
		return w.message(value.msg, t, 2)
	}
	if err := w.scalar(entry, value, t, true); err != nil {
		return err
	}
	w.close(1)
	return nil
}

// message takes the value that is a message, or its beginning. closes lengths end with it.
func (w *writer) message(m *message, t *token.Token, closes int) error {
	done := true
	var err error
	switch m.form {
	case formOnly:
		return w.value(m, &m.fields[m.only], t, closes)
	case formTimestamp, formDuration:
		err = w.moment(m, t)
	case formMask:
		err = w.mask(m, t)
	case formValue:
		done, err = w.choice(m, t, closes)
	case formOwn:
		done, err = w.own(m, t, closes)
	case formVoid:
		err = w.over(t)
	default:
		return w.openFields(m, t, closes)
	}
	if err == nil && done {
		w.close(closes)
	}
	return err
}

// openFields begins a message of fields, or an Any. Null, where there must be a message, is the empty one.
func (w *writer) openFields(m *message, t *token.Token, closes int) error {
	s := scope{kind: ofMessage, m: m, closes: closes}
	if m.form == formAny {
		s.kind = ofAny
	}
	switch {
	case t.Kind == token.Map:
	case t.Kind == token.Object && m.form != formAny:
		s.class = t.Class
	case t.Kind == token.Null:
		w.close(closes)
		return nil
	default:
		return invalidWrite(m, "%s for a message", describe(t))
	}
	return w.push(s)
}

// choice takes a google.protobuf.Value. done: it was whole.
func (w *writer) choice(m *message, t *token.Token, closes int) (done bool, err error) {
	const null, number, text, boolean, object, list = 0, 1, 2, 3, 4, 5
	f := &m.fields[text]
	switch t.Kind {
	case token.Null:
		f, t = &m.fields[null], &token.Token{Kind: token.Int} // NULL_VALUE is 0
	case token.Bool:
		f = &m.fields[boolean]
	case token.Int, token.Float, token.Big:
		f = &m.fields[number]
	case token.Map, token.Object:
		only := m.fields[object].msg
		w.openMessage(m.fields[object].number)
		return false, w.openMap(only, &only.fields[0], t, closes+1)
	case token.List:
		only := m.fields[list].msg
		w.openMessage(m.fields[list].number)
		return false, w.push(scope{kind: ofList, m: only, f: &only.fields[0], closes: closes + 1})
	}
	if v, _, _ := w.convert(f, t); f.kind == kindDouble && v&(0x7ff<<52) == 0x7ff<<52 {
		return true, invalidWrite(m, "%s is no number of JSON's", describe(t))
	}
	return true, w.scalar(m, f, t, true)
}

// anything takes what is in an Any: the step is one of those that a reader makes.
func (w *writer) anything(t *token.Token, s *scope) error {
	m := s.m
	s.next++
	switch s.next - 1 {
	case anyKey:
		if t.Kind != token.Key || string(t.Text) != string(keyType) {
			return invalidWrite(m, `the first member is not "@type"`)
		}
		s.valued = true
		return nil
	case anyType:
		if t.Kind != token.String || len(t.Text) > maxURL || !isASCII(t.Text) {
			return invalidWrite(m, "%s for a type URL", describe(t))
		}
		of := m.types.find(t.Text)
		if err := w.scalar(m, &m.fields[0], t, false); err != nil {
			return err
		}
		w.openMessage(m.fields[1].number)
		s.closes, s.valued = s.closes+1, false
		if of != nil && of.form == formMap {
			*s = scope{kind: ofMessage, m: of, closes: s.closes, seen: len(w.seen)}
			for range (len(of.fields) + of.oneofs + 63) / 64 {
				w.seen = append(w.seen, 0)
			}
			return nil
		}
		s.f, s.at = nil, -1
		if of != nil {
			s.f = &field{kind: kindMessage, msg: of}
		}
		return nil
	case anyFields:
		if t.Kind != token.Key || string(t.Text) != string(keyValue) {
			return invalidWrite(m, `the member behind "@type" is not "value"`)
		}
		s.valued = true
		return nil
	case anyValue:
		if s.valued = false; s.f != nil {
			return w.message(s.f.msg, t, 0)
		}
		_, raw, ok := w.convert(&m.fields[1], t)
		if !ok {
			return misfit(m, &m.fields[1], t)
		}
		w.out.B = append(w.out.B, raw...)
		return nil
	}
	return invalidWrite(m, `more members than "@type" and "value"`)
}
