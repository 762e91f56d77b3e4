package hessian

import (
	"bytes"
	"strconv"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// An exception is an object, the class of which must stand before it with the names of all fields. They are known only when the
// neutral form has ended, so the definition is a hole that is filled then; its number is taken at once.

// fault begins an exception.
func (w *writer) fault() error {
	if w.d == First {
		w.o.B = append(w.o.B, 'M') // the type is what the hole is for
	}
	f := open{kind: wFault, hole: w.hole(), from: len(w.names)}
	w.begin(f, w.refs)
	if w.d == First {
		w.refs++
	} else {
		w.instance(w.classes.add("", nil))
	}
	return nil
}

// field takes note of the name of the field whose value is next.
func field[T string | []byte](w *writer, f *open, name T) {
	if w.d == First {
		w.o.B = w.d.appendText(w.o.B, view(name))
		return
	}
	w.names = w.d.appendText(w.names, view(name))
	f.named++
}

// putFault takes a token of the neutral form.
func (w *writer) putFault(t *token.Token, f *open) error {
	switch {
	case t.Kind == token.End && f.key == "":
		return w.endFault(f)
	case t.Kind == token.Key && f.key == "":
		for _, key := range faultKeys {
			if string(t.Text) == key {
				f.key = key
				return nil
			}
		}
		return misuse("key %q of an exception", t.Text)
	case f.key == "":
		return misuse("%v where a key of an exception is due", t.Kind)
	}
	key := f.key
	f.key = ""
	switch {
	case key == "class" && t.Kind == token.String:
		f.name = string(t.Text)
		return nil
	case t.Kind == token.Null:
		return nil
	case key == "message" && t.Kind == token.String:
		field(w, f, "detailMessage")
		w.o.B = w.d.appendText(w.o.B, t.Text)
		return nil
	case key == "fields" && t.Kind == token.Map:
		w.begin(open{kind: wFields, hole: -1}, -1)
		return nil
	case key == "cause" && t.Kind == token.Map:
		if len(w.stack) >= token.MaxDepth {
			return w.value(t) // which says so
		}
		field(w, f, "cause")
		return w.fault()
	case key == "trace" && t.Kind == token.List:
		w.trace(f, int(t.Int))
		return nil
	}
	return misuse("%v for %s of an exception", t.Kind, key)
}

// trace begins the stack trace of f.
func (w *writer) trace(f *open, n int) {
	field(w, f, traceField)
	f.traced = true
	w.openList(traceType, n)
	w.stack[len(w.stack)-1].kind = wTrace
}

// putField takes a token of the map of an exception's fields.
func (w *writer) putField(t *token.Token, f *open) error {
	switch {
	case f.value:
		f.value = false
		return w.value(t)
	case t.Kind == token.End:
		w.pop()
		return nil
	case t.Kind != token.Key:
		return misuse("%v where the name of a field is due", t.Kind)
	}
	f.value = true
	field(w, &w.stack[len(w.stack)-2], t.Text)
	return nil
}

// endFault fills in the class. In the draft an exception has a stack trace, empty where nothing is known of it: sofa-hessian-node
// knows by it that an object is one.
func (w *writer) endFault(f *open) error {
	if w.d == Draft && !f.traced {
		w.trace(f, 0)
		if err := w.end(&w.stack[len(w.stack)-1]); err != nil {
			return err
		}
		f = &w.stack[len(w.stack)-1]
	}
	name := f.name
	if name == "" {
		name = "java.lang.RuntimeException"
	}
	h := &w.holes[f.hole]
	h.from = len(w.late)
	if w.d == First {
		w.late = appendMark(w.late, name)
		w.endObject()
	} else {
		w.late = w.d.appendDefinition(w.late, name, f.named)
		w.late = append(w.late, w.names[f.from:]...)
	}
	h.to = len(w.late)
	w.names = w.names[:f.from]
	w.pop()
	return nil
}

// The class of the elements of a stack trace, and the type of the list of them. Fields that newer versions of Java have beside
// these may be missing.
const (
	traceField = "stackTrace"
	traceType  = "[java.lang.StackTraceElement"
	traceClass = "java.lang.StackTraceElement"
)

var traceFields = []string{"declaringClass", "methodName", "fileName", "lineNumber"}

// putLine takes a line of a stack trace; null is one of which nothing is known.
func (w *writer) putLine(t *token.Token, f *open) error {
	switch {
	case t.Kind == token.End:
		return w.end(f)
	case t.Kind != token.String && t.Kind != token.Null || f.n >= 0 && f.i >= f.n:
		return misuse("%v where a line of a stack trace is due", t.Kind)
	}
	f.i++
	call, place, _ := bytes.Cut(bytes.TrimSuffix(t.Text, []byte(")")), []byte("("))
	dot := bytes.LastIndexByte(call, '.')
	w.object(traceClass, traceFields)
	w.member(traceFields[0])
	w.o.B = w.d.appendText(w.o.B, call[:max(dot, 0)])
	w.member(traceFields[1])
	w.o.B = w.d.appendText(w.o.B, call[dot+1:])
	w.member(traceFields[2])
	line := int64(-1)
	switch file, number, ok := bytes.Cut(place, []byte(":")); {
	case string(place) == "Native Method":
		line = -2
		w.o.B = w.d.AppendNull(w.o.B)
	case string(place) == "Unknown Source" || len(place) == 0:
		w.o.B = w.d.AppendNull(w.o.B)
	default:
		w.o.B = w.d.appendText(w.o.B, file)
		if v, err := strconv.ParseInt(string(number), 10, 32); ok && err == nil {
			line = v
		}
	}
	w.member(traceFields[3])
	w.o.B = w.d.AppendInt(w.o.B, int32(line))
	w.endObject()
	return nil
}
