package json

import (
	"encoding/base64"
	"math"
	"strconv"
	"sync"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

var writers = sync.Pool{New: func() any { return &writer{classes: map[*token.Class]*class{}} }}

// writer appends the tokens of one value as JSON.
type writer struct {
	out      *wire.Out
	start    int  // of the value, in out.B
	strings  bool // large numbers as strings
	optional bool // no value at all is good
	whole    bool // the value is there
	open     []level
	classes  map[*token.Class]*class // what was worked out for them
}

// class is how the objects of a class begin, and their members.
type class struct {
	name    string // "class":"com.acme.Car"
	keys    []string
	shadows []bool // of the fields, those that a later one of the same name replaces; nil: none
}

// level is a list, map or object that is open.
type level struct {
	kind   token.Kind
	any    bool         // something stands behind the opening bracket
	n      int          // values so far; of a Map, keys and values
	class  *class       // of an Object
	of     *token.Class // its name, for errors
	from   int          // where the present member begins, in bytes
	before bool         // any, before the present member
}

// Plain says that JSON names no classes.
func (w *writer) Plain() {}

// Close gives the writer back to its pool. It is an error if the value is not whole.
func (w *writer) Close() error {
	var err error
	if len(w.open) > 0 || !w.whole && !w.optional {
		err = misuse("the value is not whole")
	}
	clear(w.open)
	w.out, w.whole, w.open = nil, false, w.open[:0]
	if len(w.classes) == maxClasses {
		clear(w.classes)
	}
	writers.Put(w)
	return err
}

// Put appends one token.
func (w *writer) Put(t *token.Token) error {
	if t.Kind == token.End {
		return w.end()
	}
	key, err := w.before()
	if err != nil {
		return err
	}
	switch t.Kind {
	case token.List, token.Map, token.Object:
		if key {
			return codecs.Errorf(codecs.Invalid, "json: write: a %s cannot be the key of a map", t.Kind)
		}
		return w.begin(t)
	case token.Ref:
		return misuse("JSON has no references")
	}
	if t.Kind == token.Null && t.Int == 1 && w.leaveOut() {
		return nil
	}
	if err := w.scalar(t, key); err != nil {
		return err
	}
	return w.after()
}

// leaveOut takes back the name of a field that is absent, and says false if what is due is no field.
func (w *writer) leaveOut() bool {
	if len(w.open) == 0 {
		return false
	}
	l := &w.open[len(w.open)-1]
	if l.kind != token.Object {
		return false
	}
	w.out.B, l.any = w.out.B[:l.from], l.before
	l.n++
	return true
}

// before writes what stands between the last value and the next: comma, colon, a field's name. key: a map's key is due.
func (w *writer) before() (key bool, err error) {
	o := w.out
	if len(w.open) == 0 {
		if w.whole {
			return false, misuse("more than one value")
		}
		return false, nil
	}
	l := &w.open[len(w.open)-1]
	switch {
	case l.kind == token.Map && l.n&1 == 1:
		o.B = append(o.B, ':')
		return false, nil
	case l.kind == token.Object && l.n == len(l.class.keys):
		return false, misuse("more values than the %d fields of %s", l.n, l.of.Name)
	}
	l.from, l.before = len(o.B), l.any
	if l.any {
		o.B = append(o.B, ',')
	}
	l.any = true
	if l.kind == token.Object {
		o.B = append(o.B, l.class.keys[l.n]...)
	}
	return l.kind == token.Map, nil
}

// maxOut bounds a body in bytes. Hessian names the fields of a class once, JSON with each object: a small body may grow a
// thousandfold.
const maxOut = 32 << 20

// after counts a value that is over, and takes back a field that another of the same name replaces.
func (w *writer) after() error {
	if len(w.out.B)-w.start > maxOut {
		return codecs.Errorf(codecs.Invalid, "json: write: body over limit %d", maxOut)
	}
	if len(w.open) == 0 {
		w.whole = true
		return nil
	}
	l := &w.open[len(w.open)-1]
	if l.class != nil && l.class.shadows != nil && l.class.shadows[l.n] {
		w.out.B, l.any = w.out.B[:l.from], l.before
	}
	l.n++
	return nil
}

func (w *writer) begin(t *token.Token) error {
	if len(w.open) == token.MaxDepth {
		return &depthError{codecs.Errorf(codecs.Invalid, "json: write: %v of %d", token.ErrDepth, token.MaxDepth)}
	}
	l := level{kind: t.Kind}
	switch t.Kind {
	case token.List:
		w.out.B = append(w.out.B, '[')
	case token.Map:
		w.out.B = append(w.out.B, '{')
	default:
		w.out.B = append(w.out.B, '{')
		l.class, l.of = w.classOf(t.Class), t.Class
		if t.Int != 1 {
			w.out.B = append(w.out.B, l.class.name...)
			l.any = true
		}
	}
	w.open = append(w.open, l)
	return nil
}

func (w *writer) end() error {
	if len(w.open) == 0 {
		return misuse("an end without a beginning")
	}
	l := &w.open[len(w.open)-1]
	closing := byte('}')
	switch {
	case l.kind == token.List:
		closing = ']'
	case l.kind == token.Object && l.n != len(l.class.keys):
		return misuse("%d values for the %d fields of %s", l.n, len(l.class.keys), l.of.Name)
	case l.kind == token.Map && l.n&1 == 1:
		return misuse("a key without a value")
	}
	w.out.B = append(w.out.B, closing)
	w.open = w.open[:len(w.open)-1]
	return w.after()
}

// Limits of what a pooled writer remembers: classes, and the fields and bytes of each.
const (
	maxClasses   = 256
	maxFields    = 128
	maxClassText = 4 << 10
)

// classOf works a class out, once for each that a reader gives.
func (w *writer) classOf(c *token.Class) *class {
	if k := w.classes[c]; k != nil {
		return k
	}
	k := &class{name: `"class":` + string(AppendString(nil, c.Name)), keys: make([]string, len(c.Fields))}
	seen := make(map[string]bool, len(c.Fields))
	size := len(k.name)
	for i := len(c.Fields) - 1; i >= 0; i-- {
		name := c.Fields[i]
		k.keys[i] = string(append(AppendString(nil, name), ':'))
		if seen[name] {
			if k.shadows == nil {
				k.shadows = make([]bool, len(c.Fields))
			}
			k.shadows[i] = true
		}
		seen[name] = true
		size += len(name)
	}
	if len(w.classes) < maxClasses && len(k.keys) <= maxFields && size <= maxClassText {
		w.classes[c] = k
	}
	return k
}

// scalar appends anything but a container. As a key it stands in quotes.
func (w *writer) scalar(t *token.Token, key bool) error {
	b := w.out.B
	quote := key
	switch t.Kind {
	case token.Key, token.String, token.Enum:
		w.out.B = appendQuoted(b, t.Text)
		return nil
	case token.Time:
		w.out.B = appendTime(b, t)
		return nil
	case token.Bytes:
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, t.Text)
		w.out.B = append(b, '"')
		return nil
	case token.Int:
		quote = quote || w.strings && (t.Bits == 64 || t.Bits == 0 && (t.Int >= 1<<53 || t.Int <= -1<<53))
	case token.Big:
		quote = quote || w.strings
	case token.Float:
		quote = quote || len(t.Text) == 0 && (math.IsNaN(t.Num) || math.IsInf(t.Num, 0))
	}
	if quote {
		b = append(b, '"')
	}
	b, err := appendBare(b, t)
	if err != nil {
		return err
	}
	if quote {
		b = append(b, '"')
	}
	w.out.B = b
	return nil
}

func appendBare(b []byte, t *token.Token) ([]byte, error) {
	switch t.Kind {
	case token.Null:
		return append(b, "null"...), nil
	case token.Bool:
		return strconv.AppendBool(b, t.Int != 0), nil
	case token.Int:
		return strconv.AppendInt(b, t.Int, 10), nil
	case token.Float:
		if len(t.Text) == 0 {
			return appendFloat(b, t.Num, t.Bits), nil
		}
	case token.Big:
	default:
		return b, misuse("a %s is no value", t.Kind)
	}
	// A literal of another reader's: one that is no number would smuggle in members.
	if len(t.Text) == 0 {
		return b, codecs.Errorf(codecs.Invalid, "json: write: a number without digits")
	}
	if end, _, err := number(t.Text, 0); err != nil || end != len(t.Text) {
		return b, codecs.Errorf(codecs.Invalid, "json: write: %.40q is no number", t.Text)
	}
	return append(b, t.Text...), nil
}

// appendFloat appends the shortest text that gives the same number, marked as no integer.
func appendFloat(b []byte, f float64, bits uint8) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, "NaN"...)
	case math.IsInf(f, 1):
		return append(b, "Infinity"...)
	case math.IsInf(f, -1):
		return append(b, "-Infinity"...)
	}
	size := 64
	if bits == 32 {
		size = 32
	}
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		return strconv.AppendFloat(b, f, 'e', -1, size)
	}
	start := len(b)
	b = strconv.AppendFloat(b, f, 'f', -1, size)
	for _, c := range b[start:] {
		if c == '.' {
			return b
		}
	}
	return append(b, '.', '0')
}
