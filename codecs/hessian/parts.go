package hessian

import (
	"encoding/hex"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// part is a number that a java.time handle or a UUID is composed of, by the name of its field.
type part uint8

const (
	pYear part = iota
	pMonth
	pDay
	pHour
	pMinute
	pSecond
	pNano
	pSeconds // of an instant, a duration or an offset
	pNanos
	pYears
	pMonths
	pDays
	pEpochDay  // of the compact form of a date
	pNanoOfDay // of the compact form of a time
	pHigh      // halves of a UUID
	pLow
	partCount
)

var partNames = map[string]part{
	"year": pYear, "month": pMonth, "day": pDay, "hour": pHour, "minute": pMinute, "second": pSecond, "nano": pNano,
	"seconds": pSeconds, "nanos": pNanos, "years": pYears, "months": pMonths, "days": pDays, "date": pEpochDay, "time": pNanoOfDay,
	"mostSigBits": pHigh, "leastSigBits": pLow,
}

// parts is what a composed object was found to hold, its nested handles included, for no two of them have a part in common.
type parts struct {
	have uint32 // a bit per part
	v    [partCount]int64
	text []byte // the zone of a java.time value, the text of a UUID
}

func (p *parts) set(i part, v int64) {
	p.v[i] = v
	p.have |= 1 << i
}

func (p *parts) has(all ...part) bool {
	for _, i := range all {
		if p.have>>i&1 == 0 {
			return false
		}
	}
	return true
}

// composed takes the fields of a java.time value or a UUID.
func (r *reader) composed(t *token.Token, c *class) (bool, error) {
	r.parts.have, r.parts.text, r.s.buf = 0, nil, r.s.buf[:0]
	if err := r.gather(c, len(r.stack)+1); err != nil {
		return false, err
	}
	if c.java.kind == javaTime {
		var ok bool
		r.made, ok = timeKinds[c.java.time].format(r.made[:0], &r.parts)
		t.Kind, t.Text = token.Time, r.made
		return ok, nil
	}
	t.Kind = token.String
	if r.parts.text != nil {
		t.Text = r.parts.text
		return true, nil
	}
	r.made = appendUUID(r.made[:0], uint64(r.parts.v[pHigh]), uint64(r.parts.v[pLow]))
	t.Text = r.made
	return r.parts.has(pHigh, pLow), nil
}

// gather takes the fields of a handle into r.parts, and those of the handles in it. The fields stand in depth containers.
func (r *reader) gather(c *class, depth int) error {
	for _, name := range c.Fields {
		if err := r.member(); err != nil {
			return err
		}
		o, err := r.defined()
		if err != nil {
			return err
		}
		i, known := partNames[name]
		switch {
		case known && isWhole(o):
			p, err := r.s.fixed()
			if err != nil {
				return err
			}
			r.parts.set(i, integer(o, p))
		case isText(o):
			r.parts.text, r.s.buf, err = r.s.text(r.s.buf)
		case isRef(o):
			err = r.gatherRef(depth)
		case r.isObject(o):
			err = r.gatherHandle(depth)
		default:
			err = r.s.value(depth)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// gatherHandle takes an object's fields if it is a java.time handle, else nothing of it.
func (r *reader) gatherHandle(depth int) error {
	h, c, err := r.open(depth)
	if err != nil {
		return err
	}
	if c == nil || c.java == nil || c.java.kind != javaTime || depth > len(r.stack)+3 {
		if r.s.d.keyed {
			h.asMap()
		}
		return r.s.rest(&h, depth+1)
	}
	if err := r.gather(c, depth+1); err != nil {
		return err
	}
	return r.endObject(h.n)
}

// gatherRef takes the fields of a handle that was met before.
func (r *reader) gatherRef(depth int) error {
	k, err := r.s.ref()
	if err != nil {
		return err
	}
	if o := r.s.d.ops[r.s.p[r.tab.refs[k]]]; !r.isObject(o) || depth > len(r.stack)+3 {
		return nil
	}
	back := r.leap(k)
	defer r.landed(back, len(r.stack))
	from := r.s.pos
	if err := r.gatherHandle(depth); err != nil {
		return err
	}
	return r.spend(max(r.s.pos-from, 1))
}

// appendUUID appends the text of a UUID.
func appendUUID(dst []byte, high, low uint64) []byte {
	var b [16]byte
	for i := range 8 {
		b[i], b[8+i] = byte(high>>(56-8*i)), byte(low>>(56-8*i))
	}
	for i, cut := range [...]int{0, 4, 6, 8, 10} {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, b[cut:[...]int{4, 6, 8, 10, 16}[i]])
	}
	return dst
}
