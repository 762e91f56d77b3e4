package hessian

import (
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// An exception is an object like any other (or, in the old notation, a map with a type); of its fields four are Throwable's own:
// detailMessage, cause, stackTrace and suppressedExceptions. They come in any order, so the places of all are noted first, and
// then gone to in the order of the neutral form. Suppressed exceptions are left out.

// faultKeys are the keys of the neutral form, in order.
var faultKeys = [...]string{"class", "message", "fields", "cause", "trace"}

// maxMembers is how many fields the exceptions of a body may have together, keepMembers for how many the room is kept.
const (
	maxMembers  = 1 << 14
	keepMembers = 1 << 8
)

// member is a field of an exception and the place of its value. Behind the last one of each exception stands where that ends.
type member struct {
	name string
	at   place
}

// faultAt is the key that an exception's frame is at.
func faultAt(f *frame) string { return faultKeys[(f.n-1)/2] }

// thrown begins a body of shape Thrown. A string is taken for the message of an exception without a class, anything else for one
// of which nothing is known.
func (r *reader) thrown(t *token.Token) error {
	o, err := r.defined()
	if err != nil {
		return err
	}
	if isFields(o) {
		return r.fault(t)
	}
	f := frame{kind: inFault, ref: -1, from: len(r.faults)}
	if isText(o) {
		r.faults = append(r.faults, member{"detailMessage", r.here()})
		f.i = 1
	}
	if err := r.s.value(0); err != nil {
		return err
	}
	r.faults = append(r.faults, member{at: r.here()})
	r.begin(t, token.Map, -1, f)
	return nil
}

// defined takes class definitions and gives the opcode behind them.
func (r *reader) defined() (op, error) {
	for {
		o, err := r.s.next()
		if err != nil || o != opClass {
			return o, err
		}
		if err := r.s.define(); err != nil {
			return o, err
		}
	}
}

// fault begins the exception at the place, which is an object or a map.
func (r *reader) fault(t *token.Token) error {
	h, err := r.s.open(len(r.stack))
	if err != nil {
		return err
	}
	f := frame{kind: inFault, ref: h.ref, from: len(r.faults)}
	from := r.s.pos
	if h.kind == token.Object {
		f.class = r.classOf(h.of)
		err = r.fields(f.class)
	} else {
		f.class = r.typeAt(h.of)
		err = r.pairs()
	}
	if err != nil {
		return err
	}
	f.i = len(r.faults) - f.from
	r.faults = append(r.faults, member{at: r.here()})
	r.begin(t, token.Map, -1, f)
	return r.spend(r.s.pos - from)
}

// fields notes the fields of an object.
func (r *reader) fields(c *class) error {
	for _, name := range c.Fields {
		if err := r.note(name); err != nil {
			return err
		}
	}
	return nil
}

// pairs notes the entries of a map that have strings as keys.
func (r *reader) pairs() error {
	for {
		end, err := r.s.end()
		if end || err != nil {
			return err
		}
		name, err := r.part()
		if err != nil {
			return err
		}
		if name == nil {
			err = r.s.value(len(r.stack) + 1)
		} else {
			err = r.note(string(name))
		}
		if err != nil {
			return err
		}
	}
}

func (r *reader) note(name string) error {
	if len(r.faults) >= maxMembers {
		return codecs.Errorf(codecs.Invalid, "hessian: read: exceptions with over %d fields", maxMembers)
	}
	r.faults = append(r.faults, member{name, r.here()})
	return r.s.value(len(r.stack) + 1)
}

// find gives the first field of an exception that has the name; -1: none.
func (r *reader) find(f *frame, name string) int {
	for i, m := range r.faults[f.from : f.from+f.i] {
		if m.name == name {
			return f.from + i
		}
	}
	return -1
}

// nextOfFault gives the next token of an exception.
func (r *reader) nextOfFault(t *token.Token, f *frame) error {
	f.n++
	if f.n == 9 && !r.hasTrace(f) || f.n > 10 {
		end := r.faults[f.from+f.i].at
		r.faults = r.faults[:f.from]
		r.goTo(end)
		r.pop(t)
		return nil
	}
	key := faultAt(f)
	if f.n%2 == 1 {
		r.made = append(r.made[:0], key...)
		t.Kind, t.Text = token.Key, r.made
		return nil
	}
	switch key {
	case "class":
		return r.className(t, f)
	case "message":
		name := "detailMessage"
		if r.wraps(f) {
			name = genericMessage
		}
		_, err := r.textOf(t, f, name)
		return err
	case "fields":
		r.begin(t, token.Map, -1, frame{kind: inFields, ref: -1, from: f.from, n: f.i, class: f.class})
		return nil
	case "cause":
		return r.cause(t, f)
	}
	return r.trace(t, f)
}

// textOf gives a field of an exception that is a text; one that is not leaves null.
func (r *reader) textOf(t *token.Token, f *frame, name string) (bool, error) {
	i := r.find(f, name)
	if i < 0 {
		return false, nil
	}
	r.goTo(r.faults[i].at)
	if o, err := r.s.next(); err != nil || !isText(o) {
		return false, err
	}
	return true, r.value(t, false)
}

// cause gives the exception that caused f, or null: also where it leads back to what encloses it.
func (r *reader) cause(t *token.Token, f *frame) error {
	i := r.find(f, "cause")
	if i < 0 {
		return nil
	}
	r.goTo(r.faults[i].at)
	o, err := r.defined()
	if err != nil {
		return err
	}
	if isFields(o) {
		return r.fault(t)
	}
	if !isRef(o) {
		return nil
	}
	k, err := r.s.ref()
	if err != nil || r.encloses(k) {
		return err
	}
	if err := r.spend(1); err != nil {
		return err
	}
	back, depth := r.leap(k), len(r.stack)
	if o := r.s.d.ops[r.s.p[r.s.pos]]; isFields(o) {
		err = r.fault(t)
	}
	r.landed(back, depth)
	return err
}

// ownField says whether field i of an exception, counted from the first, is Throwable's, or says what the exception stands for.
func (r *reader) ownField(f *frame, i int) bool {
	switch name := r.faults[f.from+i].name; name {
	case genericClass, genericMessage:
		return f.class != nil && isGeneric(f.class.Name)
	case "detailMessage", "cause", traceField, "suppressedExceptions":
		for _, m := range r.faults[f.from : f.from+i] {
			if m.name == name {
				return false
			}
		}
		return true
	}
	return false
}

// nextField gives the next token of the map of an exception's fields.
func (r *reader) nextField(t *token.Token, f *frame) error {
	if f.value {
		f.value = false
		r.goTo(r.faults[f.from+f.i-1].at)
		return r.value(t, false)
	}
	for f.i < f.n && r.ownField(f, f.i) {
		f.i++
	}
	if f.i == f.n {
		r.pop(t)
		return nil
	}
	r.made = append(r.made[:0], r.faults[f.from+f.i].name...)
	f.i, f.value = f.i+1, true
	t.Kind, t.Text = token.Key, r.made
	return nil
}
