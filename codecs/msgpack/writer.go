package msgpack

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"sync"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

var writers = sync.Pool{New: func() any { return new(writer) }}

// writer appends the tokens of one value. A count that is known only behind its place has one byte there, and if it needs more it
// is a hole: all holes are widened in one pass when the value is whole.
type writer struct {
	out      *wire.Out
	start    int  // of the value, in out.B
	optional bool // no value at all is good
	whole    bool // the value is there
	open     []container
	holes    []hole
	hidden   map[*token.Class][]bool // what was worked out for large classes
}

// container is a list, map or object that is open.
type container struct {
	kind   token.Kind
	of     *token.Class // of an Object
	hidden []bool       // of an Object: the fields that a later one of the same name replaces; nil: none
	n      int          // values so far; of a Map, keys and values
	said   int          // of a List: how many elements its head says; -1: that is open
	pairs  int          // of an Object: the members that are written
	at     int          // of the head
	from   int          // of the present member
}

// hole is a head of one byte, at a place in out.B, that is too small for what it must count.
type hole struct {
	at, n int
	empty byte
}

// maxOut bounds a value in bytes: Hessian names the fields of a class once, MessagePack with each object.
const maxOut = 32 << 20

// Plain says that MessagePack names no classes.
func (w *writer) Plain() {}

// Close gives the writer back to its pool. It is an error if the value is not whole.
func (w *writer) Close() error {
	var err error
	if len(w.open) > 0 || !w.whole && !w.optional {
		err = misuse("the value is not whole")
	} else {
		w.widen()
	}
	clear(w.open)
	clear(w.hidden)
	*w = writer{open: w.open[:0], holes: w.holes[:0], hidden: w.hidden}
	writers.Put(w)
	return err
}

// widen puts the heads into the holes, from the last to the first: each byte is moved once.
func (w *writer) widen() {
	if len(w.holes) == 0 {
		return
	}
	slices.SortFunc(w.holes, func(a, b hole) int { return cmp.Compare(a.at, b.at) })
	var head [5]byte
	end, extra := len(w.out.B), 0
	for _, h := range w.holes {
		extra += len(appendCount(head[:0], h.empty, h.n)) - 1
	}
	w.out.B = append(w.out.B, make([]byte, extra)...)
	to := len(w.out.B)
	for _, h := range slices.Backward(w.holes) {
		to -= copy(w.out.B[to-(end-h.at-1):], w.out.B[h.at+1:end])
		long := appendCount(head[:0], h.empty, h.n)
		to -= len(long)
		copy(w.out.B[to:], long)
		end = h.at
	}
}

// Put appends one token.
func (w *writer) Put(t *token.Token) error {
	if t.Kind == token.End {
		return w.end()
	}
	if err := w.before(); err != nil {
		return err
	}
	switch t.Kind {
	case token.List, token.Map, token.Object:
		return w.begin(t)
	case token.Null:
		if t.Int == 1 && w.takeBack() {
			w.open[len(w.open)-1].n++
			return nil
		}
		w.out.B = AppendNil(w.out.B)
	default:
		if err := w.scalar(t); err != nil {
			return err
		}
	}
	return w.after()
}

// before begins a value: of an object, with the name of the field.
func (w *writer) before() error {
	if len(w.open) == 0 {
		if w.whole {
			return misuse("more than one value")
		}
		return nil
	}
	c := &w.open[len(w.open)-1]
	c.from = len(w.out.B)
	switch {
	case c.kind == token.List && c.said >= 0 && c.n == c.said:
		return misuse("more values than the %d of the list", c.said)
	case c.kind != token.Object:
	case c.n == len(c.of.Fields):
		return misuse("more values than the %d fields of %s", c.n, c.of.Name)
	default:
		w.out.B = AppendString(w.out.B, c.of.Fields[c.n])
		c.pairs++
	}
	return nil
}

// takeBack removes the present member of an object, and says false if what is open is none.
func (w *writer) takeBack() bool {
	if len(w.open) == 0 {
		return false
	}
	c := &w.open[len(w.open)-1]
	if c.kind != token.Object {
		return false
	}
	w.out.B = w.out.B[:c.from]
	c.pairs--
	for n := len(w.holes); n > 0 && w.holes[n-1].at >= c.from; n-- {
		w.holes = w.holes[:n-1]
	}
	return true
}

// after counts a value that is over, and takes back a field that another of the same name replaces.
func (w *writer) after() error {
	if len(w.out.B)-w.start > maxOut {
		return codecs.Errorf(codecs.Invalid, "msgpack: write: body over limit %d", maxOut)
	}
	if len(w.open) == 0 {
		w.whole = true
		return nil
	}
	c := &w.open[len(w.open)-1]
	if c.hidden != nil && c.hidden[c.n] {
		w.takeBack()
	}
	c.n++
	return nil
}

func (w *writer) begin(t *token.Token) error {
	if len(w.open) == token.MaxDepth {
		return &depthError{codecs.Errorf(codecs.Invalid, "msgpack: write: %v of %d", token.ErrDepth, token.MaxDepth)}
	}
	c := container{kind: t.Kind, said: -1, at: len(w.out.B)}
	switch {
	case t.Kind == token.List && t.Int >= 0 && t.Int <= math.MaxUint32:
		c.said = int(t.Int)
		w.out.B = appendCount(w.out.B, listHead, c.said)
	case t.Kind == token.List:
		w.out.B = append(w.out.B, listHead)
	case t.Kind == token.Map:
		w.out.B = append(w.out.B, mapHead)
	default:
		w.out.B = append(w.out.B, mapHead)
		c.of, c.hidden = t.Class, w.hiddenOf(t.Class)
		if t.Int != 1 {
			w.out.B = AppendString(w.out.B, "class")
			w.out.B = AppendString(w.out.B, t.Class.Name)
			c.pairs++
		}
	}
	w.open = append(w.open, c)
	return nil
}

func (w *writer) end() error {
	if len(w.open) == 0 {
		return misuse("an end without a beginning")
	}
	c := &w.open[len(w.open)-1]
	n, empty := c.n, byte(listHead)
	switch {
	case c.kind == token.List && c.said >= 0 && n != c.said:
		return misuse("%d values for the %d of the list", n, c.said)
	case c.kind == token.Object && n != len(c.of.Fields):
		return misuse("%d values for the %d fields of %s", n, len(c.of.Fields), c.of.Name)
	case c.kind == token.Map && n&1 == 1:
		return misuse("a key without a value")
	case c.kind == token.Object:
		n, empty = c.pairs, mapHead
	case c.kind == token.Map:
		n, empty = n/2, mapHead
	}
	switch {
	case c.said >= 0:
	case n < 16:
		w.out.B[c.at] = empty | byte(n)
	default:
		w.holes = append(w.holes, hole{c.at, n, empty})
	}
	w.open = w.open[:len(w.open)-1]
	return w.after()
}

// fewFields is how many names are compared each with each, faster than they are put into a map.
const fewFields = 32

// hiddenOf says which fields of a class are hidden. Of a large class it is worked out once for a value.
func (w *writer) hiddenOf(c *token.Class) (hidden []bool) {
	if len(c.Fields) <= fewFields {
		for i, name := range c.Fields {
			if slices.Contains(c.Fields[i+1:], name) {
				hidden = append(hidden, make([]bool, len(c.Fields)-len(hidden))...)
				hidden[i] = true
			}
		}
		return hidden
	}
	hidden, known := w.hidden[c]
	if known {
		return hidden
	}
	hidden = make([]bool, len(c.Fields))
	seen := make(map[string]bool, len(c.Fields))
	for i, name := range slices.Backward(c.Fields) {
		hidden[i] = seen[name]
		seen[name] = true
	}
	if w.hidden == nil {
		w.hidden = map[*token.Class][]bool{}
	}
	w.hidden[c] = hidden
	return hidden
}

// scalar appends anything but a container.
func (w *writer) scalar(t *token.Token) error {
	b := w.out.B
	switch t.Kind {
	case token.Bool:
		b = append(b, 0xc2|byte(t.Int&1))
	case token.Int:
		b = AppendInt(b, t.Int)
	case token.Float:
		b = appendFloat(b, t)
	case token.Big:
		b = appendBig(b, t)
	case token.Key, token.String, token.Enum:
		b = appendText(b, t.Text)
	case token.Bytes:
		b = appendBin(b, t.Text)
	case token.Time:
		b = appendTime(b, t)
	case token.Null, token.List, token.Map, token.Object, token.Ref, token.End:
		return misuse("a %s is no value here", t.Kind)
	}
	w.out.B = b
	return nil
}

// appendFloat appends a float of the width that it has. A literal with more digits than a double holds is a text.
func appendFloat(b []byte, t *token.Token) []byte {
	if len(t.Text) > 0 && !token.IsDouble(t.Text, t.Num) {
		return appendText(b, t.Text)
	}
	if t.Bits == 32 {
		return binary.BigEndian.AppendUint32(append(b, 0xca), math.Float32bits(float32(t.Num)))
	}
	return binary.BigEndian.AppendUint64(append(b, 0xcb), math.Float64bits(t.Num))
}

// appendBig appends an integer that fits 64 bits, with or without a sign, as one, and any other number, and each BigDecimal, as the
// text that it is.
func appendBig(b []byte, t *token.Token) []byte {
	if t.Class != nil && t.Class.Name == "java.math.BigDecimal" || len(t.Text) > len("-9223372036854775808") {
		return appendText(b, t.Text)
	}
	if v, err := strconv.ParseInt(string(t.Text), 10, 64); err == nil {
		return AppendInt(b, v)
	}
	if v, err := strconv.ParseUint(string(t.Text), 10, 64); err == nil {
		return appendUint(b, v)
	}
	return appendText(b, t.Text)
}
