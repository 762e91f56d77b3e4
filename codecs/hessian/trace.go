package hessian

import (
	"strconv"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// The stack trace of an exception is a list of java.lang.StackTraceElement; as tokens it is a list of texts, as Java prints them.

// hasTrace says whether f has a stack trace; an empty one says nothing.
func (r *reader) hasTrace(f *frame) bool {
	i := r.find(f, traceField)
	if i < 0 {
		return false
	}
	at := r.faults[i].at
	if o := r.s.d.ops[r.s.p[at.pos]]; !isList(o) {
		return isRef(o)
	}
	back := r.here()
	r.goTo(at)
	h, err := r.s.open(len(r.stack))
	r.goTo(back)
	return err != nil || h.n != 0
}

// trace begins the stack trace of f.
func (r *reader) trace(t *token.Token, f *frame) error {
	r.goTo(r.faults[r.find(f, traceField)].at)
	if o, err := r.s.next(); err != nil || !isRef(o) {
		return r.lines(t)
	}
	k, err := r.s.ref()
	if err != nil {
		return err
	}
	if err := r.spend(1); err != nil {
		return err
	}
	back, depth := r.leap(k), len(r.stack)
	err = r.lines(t)
	r.landed(back, depth)
	return err
}

func (r *reader) lines(t *token.Token) error {
	h, err := r.s.open(len(r.stack))
	if err != nil {
		return err
	}
	if h.kind != token.List {
		h.n, h.closed = 0, false
	}
	r.begin(t, token.List, h.n, frame{kind: inTrace, n: h.n, ref: -1, closed: h.closed})
	return nil
}

// nextLine gives the next line of a stack trace.
func (r *reader) nextLine(t *token.Token, f *frame) error {
	end, _, err := r.step(f)
	if err != nil {
		return err
	}
	if end {
		r.pop(t)
		return nil
	}
	o, err := r.defined()
	if err != nil {
		return err
	}
	t.Kind = token.String
	r.made = r.made[:0]
	from := r.s.pos
	if isRef(o) {
		k, err := r.s.ref()
		if err != nil {
			return err
		}
		back, depth := r.leap(k), len(r.stack)
		defer r.landed(back, depth)
		from = r.s.pos
	}
	if err := r.line(); err != nil {
		return err
	}
	t.Text = r.made
	return r.spend(r.s.pos - from + 1)
}

// line makes the text of a java.lang.StackTraceElement, as Java prints it; nothing of anything else.
func (r *reader) line() error {
	if o := r.s.d.ops[r.s.p[r.s.pos]]; !r.isObject(o) {
		return r.s.value(len(r.stack))
	}
	h, c, err := r.open(len(r.stack))
	if err != nil {
		return err
	}
	if c == nil {
		return r.s.rest(&h, len(r.stack)+1)
	}
	var class, method, file []byte
	number := int32(-1)
	r.s.buf = r.s.buf[:0]
	for _, name := range c.Fields {
		if err := r.member(); err != nil {
			return err
		}
		switch name {
		case "declaringClass":
			class, err = r.part()
		case "methodName":
			method, err = r.part()
		case "fileName":
			file, err = r.part()
		case "lineNumber":
			number, err = r.lineNumber()
		default:
			err = r.s.value(len(r.stack) + 1)
		}
		if err != nil {
			return err
		}
	}
	if err := r.endObject(h.n); err != nil {
		return err
	}
	r.made = append(append(append(append(r.made, class...), '.'), method...), '(')
	switch {
	case number == -2:
		r.made = append(r.made, "Native Method"...)
	case file == nil:
		r.made = append(r.made, "Unknown Source"...)
	default:
		r.made = append(r.made, file...)
		if number >= 0 {
			r.made = strconv.AppendInt(append(r.made, ':'), int64(number), 10)
		}
	}
	r.made = append(r.made, ')')
	return nil
}

// part takes a string, or anything else for nil, behind the other strings in the scratch buffer.
func (r *reader) part() (p []byte, err error) {
	if o, err := r.s.next(); err != nil || !isText(o) {
		return nil, r.s.value(len(r.stack) + 1)
	}
	p, r.s.buf, err = r.s.text(r.s.buf)
	return p, err
}

func (r *reader) lineNumber() (int32, error) {
	if o, err := r.s.next(); err != nil || !isInt(o) {
		return -1, r.s.value(len(r.stack) + 1)
	}
	return r.s.int()
}
