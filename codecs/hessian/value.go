package hessian

import (
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// value gives the first token of the value at the place; what it opens goes on the stack. key: it is the key of a map.
func (r *reader) value(t *token.Token, key bool) error {
	if r.within > 0 {
		if err := r.spend(1); err != nil {
			return err
		}
	}
	for {
		o, err := r.s.next()
		if err != nil {
			return err
		}
		switch {
		case o == opClass:
			if err := r.s.define(); err != nil {
				return err
			}
		case r.s.d.size[r.s.p[r.s.pos]] != 0:
			p, err := r.s.fixed()
			if err != nil {
				return err
			}
			number(t, o, p)
			return nil
		case isText(o):
			t.Kind = token.String
			if key {
				t.Kind = token.Key
			}
			from := r.s.pos
			if t.Text, r.s.buf, err = r.s.text(r.s.buf[:0]); err != nil {
				return err
			}
			return r.spend(r.s.pos - from)
		case isBytes(o):
			t.Kind = token.Bytes
			from := r.s.pos
			if t.Text, r.s.buf, err = r.s.bytes(r.s.buf[:0]); err != nil {
				return err
			}
			return r.spend(r.s.pos - from)
		case isRef(o):
			return r.reference(t, key)
		default:
			return r.container(t, key)
		}
	}
}

// number gives a value of fixed length, of which p is all the bytes.
func number(t *token.Token, o op, p []byte) {
	switch {
	case o == opNull:
		t.Kind = token.Null
	case o <= opFalse:
		t.Kind = token.Bool
		if o == opTrue {
			t.Int = 1
		}
	case o <= opInt5:
		t.Kind, t.Bits, t.Int = token.Int, 32, integer(o, p)
	case o <= opLong9:
		t.Kind, t.Bits, t.Int = token.Int, 64, integer(o, p)
	case o <= opDoubleMilli:
		t.Kind, t.Bits, t.Num = token.Float, 64, double(o, p)
	default:
		t.Kind, t.Int = token.Time, millis(o, p)
	}
}

// container gives a list, a map or an object, or the scalar that an object stands for.
func (r *reader) container(t *token.Token, key bool) error {
	h, c, err := r.open(len(r.stack))
	if err != nil {
		return err
	}
	if c != nil && r.s.d.keyed && r.typeHere().Kind == contract.Map {
		h.asMap()
	}
	if h.kind != token.Object {
		if c := r.typeAt(h.of); c != nil {
			t.Class = &c.Class
		}
		k := inList
		if h.kind == token.Map {
			k = inMap
		}
		r.begin(t, h.kind, h.n, frame{kind: k, n: h.n, ref: h.ref, closed: h.closed})
		return nil
	}
	if c.java != nil || c.nameOnly && (key || r.typeHere().Kind == contract.Enum) {
		back := r.here()
		ok, err := r.scalar(t, c)
		if err != nil || ok {
			return err
		}
		*t = token.Token{}
		r.goTo(back)
	}
	t.Class = &c.Class
	r.begin(t, token.Object, 0, frame{kind: inObject, n: h.n, ref: h.ref, class: c, closed: h.closed})
	return nil
}

// classOf gives a class by its number.
func (r *reader) classOf(k int) *class {
	c := &r.tab.classes[k]
	if c.class == nil {
		c.class = r.enc.classes.get(r.s.p[c.at:c.end], r.s.d)
	}
	return c.class
}

// typeAt gives the class whose name stands at a place, nil for none.
func (r *reader) typeAt(at int) *class {
	if at < 0 {
		return nil
	}
	in := input{p: r.s.p, pos: at, d: r.s.d}
	if in.skipText() != nil {
		return nil // cannot be: it was read before
	}
	c := r.enc.classes.get(r.s.p[at:in.pos], r.s.d)
	if c.Name == "" {
		return nil
	}
	return c
}

// reference gives a container that was begun before: by its number, or by reading it again where it stands.
func (r *reader) reference(t *token.Token, key bool) error {
	k, err := r.s.ref()
	if err != nil {
		return err
	}
	if r.keep && k < len(r.tokens) && int64(r.tokens[k]) > r.before {
		t.Kind, t.Int = token.Ref, int64(r.tokens[k])-1
		return nil
	}
	if r.encloses(k) {
		if r.mayEndChain(k) {
			return nil // null
		}
		return limit(token.ErrCycle, "value contains itself at %s", r.path())
	}
	if err := r.spend(1); err != nil {
		return err
	}
	back := r.leap(k)
	depth := len(r.stack)
	if err := r.value(t, key); err != nil {
		return err
	}
	r.landed(back, depth)
	return nil
}

// leap goes to where container k begins, and says where it came from.
func (r *reader) leap(k int) (back place) {
	back = r.here()
	r.within++
	r.goTo(place{int(r.tab.refs[k]), k})
	return back
}

// landed goes back, at once if nothing was opened since, else behind the container that was.
func (r *reader) landed(back place, depth int) {
	if len(r.stack) > depth {
		r.stack[depth].back = back
		return
	}
	r.goTo(back)
	r.within--
}

// encloses says whether container k is open.
func (r *reader) encloses(k int) bool {
	for i := range r.stack {
		if r.stack[i].ref == k {
			return true
		}
	}
	return false
}

// mayEndChain says whether a reference to container k, which is open, stands for null: Java's Throwable says that it has no cause
// by being its own, and a fault leads nowhere back.
func (r *reader) mayEndChain(k int) bool {
	for i := range r.stack {
		if r.stack[i].kind == inFault {
			return true
		}
	}
	f := &r.stack[len(r.stack)-1]
	return f.kind == inObject && f.ref == k && f.class.Fields[f.i-1] == "cause"
}

// spend counts what expanding references costs: a token for each 16 bytes read again, so that neither a million references nor a
// few to something large can make much of little.
func (r *reader) spend(n int) error {
	if r.within == 0 {
		return nil
	}
	if r.budget -= (n + 15) / 16; r.budget < 0 {
		return limit(token.ErrExpand, "%v, %d tokens, at %s", token.ErrExpand, token.MaxExpand, r.path())
	}
	return nil
}
