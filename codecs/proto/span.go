package proto

import "github.com/dragoman-rpc/dragoman/codecs"

// span is where the records of one field stand in a message. Behind those of the fields there is one for each oneof, of which n is
// the number of the field that it holds, counted from 1.
type span struct {
	first int32 // offset of the first record's tag
	last  int32 // offset of the last record's value
	end   int32 // offset behind that
	n     int32 // of values: records, and packed elements
}

// scan notes where the fields of m stand in p, in fresh spans of the reader. Of a oneof the member counts that came last. What m does
// not have, or has with another wire type, is passed over.
func (r *reader) scan(m *message, p []byte) (base int, err error) {
	base = len(r.spans)
	r.growSpans(len(m.fields) + m.oneofs)
	spans := r.spans[base:]
	hint := 0
	var rec record
	for i := 0; i < len(p); i = rec.end {
		if !rec.next(p, i) {
			return base, illFormed(p, i, m)
		}
		k := m.index(rec.number, &hint)
		if k < 0 {
			continue
		}
		f := &m.fields[k]
		n := 1
		if w := wireTypes[f.kind]; rec.wire != w {
			if !f.repeated || rec.wire != wireBytes || w == wireBytes {
				continue
			}
			if n = countPacked(p[rec.at:rec.end], w); n < 0 {
				return base, invalid(m, "field %s: packed elements do not end with its %d bytes", f.name, rec.end-rec.at)
			}
		}
		if f.oneof >= 0 {
			held := &spans[len(m.fields)+f.oneof].n
			if *held != 0 && *held != int32(k+1) {
				spans[*held-1] = span{}
			}
			*held = int32(k + 1)
		}
		s := &spans[k]
		if s.n == 0 {
			s.first = int32(i)
		}
		s.last, s.end = int32(rec.at), int32(rec.end)
		s.n += int32(n)
	}
	return base, nil
}

// growSpans adds n empty spans. What stands behind the present length must stay when memory moves: Seek comes back to it.
func (r *reader) growSpans(n int) {
	from := len(r.spans)
	if from+n > cap(r.spans) {
		next := make([]span, max(from+n, 2*cap(r.spans)))
		copy(next, r.spans[:cap(r.spans)])
		r.spans = next
	}
	r.spans = r.spans[:from+n]
	clear(r.spans[from:])
}

// merged gives the bytes of a message that is the value of field f. One that comes in several records is their bytes one after another,
// as the format has it; no honest writer makes such, so that what is copied for it is limited.
func (r *reader) merged(m *message, f *field, p []byte, s *span) ([]byte, error) {
	if s.n == 1 {
		return p[s.last:s.end], nil
	}
	var whole []byte
	var rec record
	for i := int(s.first); i < int(s.end) && rec.next(p, i); i = rec.end {
		if rec.number == f.number && rec.wire == wireBytes {
			whole = append(whole, p[rec.at:rec.end]...)
		}
	}
	if r.joined += len(whole); r.joined > maxJoined+4*len(r.p) {
		return nil, codecs.Errorf(codecs.Invalid, "proto: read %s: field %s: more than %d bytes of messages in pieces", m.name, f.name, maxJoined+4*len(r.p))
	}
	return whole, nil
}

// maxJoined bounds the bytes of messages in pieces that are put together, beside four times those of the body.
const maxJoined = 64 << 10
