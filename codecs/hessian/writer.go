package hessian

import (
	"math"
	"math/big"
	"slices"
	"strconv"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// writer appends the values of one body. It numbers containers, classes and types afresh.
//
// What is known only behind its place, the count of a list and the definition of an exception's class, is kept as a hole and
// put in when the body is whole, all holes in one pass.
type writer struct {
	o       *wire.Out
	wrap    codecs.Wrap
	framed  bool // the value is a field of a SofaResponse
	enc     *Encoding
	d       Dialect
	lite    bool // it is hessian-lite that reads: Dubbo
	shape   codecs.Shape
	invoke  bool // of the shape Generic: an invocation, else one value
	t       *contract.Type
	stack   []open
	done    bool    // the value is whole
	refs    int     // containers begun
	tokens  []int32 // of each List, Map and Object that was put: its number in the stream, -1 for none
	classes classTable
	types   []string
	holes   []hole
	late    []byte // what belongs into holes
	names   []byte // field names of the exceptions that are open
	scratch []byte
	big     big.Int
	parts   parts
}

// open is a container that is being written.
type open struct {
	kind   openKind
	value  bool // of a map: the value of a key is due
	closed bool // of a list: it has an end mark
	n      int  // members said; -1: not said
	i      int  // members begun
	op     int  // of a list: where its opcode is in Out.B
	hole   int  // its hole, -1 for none
	class  *token.Class
	key    string // of an exception: the key whose value is due
	from   int    // of an exception: where its names begin
	named  int    // of an exception: how many names
	traced bool   // of an exception: it has a stack trace
	name   string // of an exception: its class
}

type openKind uint8

const (
	wList openKind = iota
	wMap
	wObject
	wArgs   // the list around arguments, which is not written
	wFault  // the map that stands for an exception
	wFields // the map of its own fields
	wTrace  // the list of its stack trace
)

// hole is something to be put in at a place in Out.B: late[from:to].
type hole struct{ at, from, to int }

// Writer implements codecs.Encoding. t decides what tokens leave open: numbers without Bits, lists and maps without a Class. The
// Writer is a token.Sharer. It writes what every known reader takes: shortest forms, counted lists, strings in chunks of 32768
// units, classes and types once.
func (e *Encoding) Writer(o *wire.Out, f codecs.Format, t *contract.Type) token.Writer {
	w, _ := e.writers.Get().(*writer)
	if w == nil {
		w = &writer{enc: e, d: e.d}
	}
	w.o, w.shape, w.t = o, f.Shape, t
	w.wrap, w.framed = f.Wrap, false
	w.lite = e.d == Final && f.Wrap == codecs.Plain
	w.invoke = f.Shape == codecs.Generic && t != nil && t.Kind == contract.Tuple
	w.done, w.refs = f.Shape == codecs.Void, 0
	return w
}

// Shares implements token.Sharer.
func (w *writer) Shares() (apart bool) { return w.wrap == codecs.Apart }

func misuse(format string, args ...any) error {
	return codecs.Errorf(codecs.Internal, "hessian: write: "+format, args...)
}

// Put implements token.Writer.
func (w *writer) Put(t *token.Token) error {
	if len(w.stack) == 0 {
		return w.first(t)
	}
	f := &w.stack[len(w.stack)-1]
	switch f.kind {
	case wFault:
		return w.putFault(t, f)
	case wFields:
		return w.putField(t, f)
	case wTrace:
		return w.putLine(t, f)
	}
	if t.Kind == token.End {
		return w.end(f)
	}
	if f.kind == wMap {
		f.value = !f.value
	} else if f.n >= 0 && f.i >= f.n {
		return misuse("%v where the end of %d members is due", t.Kind, f.n)
	}
	f.i++
	if f.kind == wArgs && w.wrap == codecs.Apart && f.i > 1 {
		w.anew()
	}
	if f.kind == wObject && w.named() {
		w.o.B = w.d.AppendString(w.o.B, f.class.Fields[f.i-1])
	}
	return w.value(t)
}

// first begins the body.
func (w *writer) first(t *token.Token) error {
	if w.done {
		return misuse("%v behind the end of the body", t.Kind)
	}
	if (w.shape == codecs.Args || w.invoke) && t.Kind != token.List {
		return misuse("%v where the list of arguments is due", t.Kind)
	}
	if w.wrap == codecs.Sofa {
		if err := w.sofa(); err != nil {
			return err
		}
	}
	if w.invoke {
		return w.generic(t)
	}
	switch w.shape {
	case codecs.Args:
		w.begin(open{kind: wArgs, n: int(t.Int), hole: -1}, -1)
		return nil
	case codecs.Thrown:
		if t.Kind != token.Map {
			return misuse("%v where an exception is due", t.Kind)
		}
		return w.fault()
	case codecs.Value, codecs.Generic:
		err := w.value(t)
		w.whole()
		return err
	}
	return codecs.Errorf(codecs.Unimplemented, "hessian: write: shape %v", w.shape)
}

// generic writes what comes before the arguments of $invoke. Types that are not known are null, which a provider takes if it has
// one method of the name.
func (w *writer) generic(t *token.Token) error {
	if w.t.Name == "" {
		return misuse("a generic invocation without the method's name")
	}
	w.o.B = w.d.AppendString(w.o.B, w.t.Name)
	if w.wrap == codecs.Apart {
		w.anew()
	}
	closed := false
	if len(w.t.Fields) == 0 && t.Int != 0 {
		w.o.B = w.d.AppendNull(w.o.B)
	} else {
		closed = w.list("[string", len(w.t.Fields))
	}
	for _, p := range w.t.Fields {
		name := "java.lang.Object"
		if p.Type != nil && p.Type.Name != "" {
			name = p.Type.Name
		}
		w.o.B = w.d.AppendString(w.o.B, name)
	}
	w.endList(closed)
	if w.wrap == codecs.Apart {
		w.anew()
	}
	w.openList("[object", int(t.Int))
	return nil
}

// named says whether objects are written as maps are: each value behind the name of its field, and an end.
func (w *writer) named() bool { return w.d == First || w.shape == codecs.Generic }

// begin opens a container that was given as a token; ref is its number in the stream.
func (w *writer) begin(f open, ref int) {
	w.tokens = append(w.tokens, int32(ref))
	w.stack = append(w.stack, f)
}

// end closes the last container.
func (w *writer) end(f *open) error {
	switch {
	case f.value:
		return misuse("a key without a value")
	case f.n >= 0 && f.i != f.n && f.kind != wMap:
		return misuse("%d members of %d", f.i, f.n)
	case f.kind == wMap || f.kind == wObject && w.named():
		w.o.B = w.d.AppendMapEnd(w.o.B)
	}
	if f.hole >= 0 {
		w.count(f)
	}
	w.endList(f.closed)
	if f.kind == wArgs || len(w.stack) == 1 && w.invoke {
		if w.t != nil && f.i != len(w.t.Fields) && (f.kind == wArgs || len(w.t.Fields) > 0) {
			return codecs.Errorf(codecs.Invalid, "hessian: write: %d arguments for %d parameters", f.i, len(w.t.Fields))
		}
	}
	w.pop()
	return nil
}

func (w *writer) pop() {
	w.stack[len(w.stack)-1] = open{}
	w.stack = w.stack[:len(w.stack)-1]
	w.whole()
}

// count puts the count of a list into its hole, where the short form does not do without.
func (w *writer) count(f *open) {
	typed := w.o.B[f.op] == 'V'
	h := &w.holes[f.hole]
	h.from = len(w.late)
	switch {
	case f.closed:
		w.late = w.d.appendLength(w.late, f.i)
	case w.d != Final || f.i >= 8:
		w.late = w.d.AppendInt(w.late, int32(f.i))
	case typed:
		w.o.B[f.op] = byte(0x70 + f.i)
	default:
		w.o.B[f.op] = byte(0x78 + f.i)
	}
	h.to = len(w.late)
}

// whole fills the holes once nothing is open.
func (w *writer) whole() {
	if len(w.stack) > 0 {
		return
	}
	w.done = true
	w.behind()
	size := 0
	for _, h := range w.holes {
		size += h.to - h.from
	}
	if size == 0 {
		return
	}
	end := len(w.o.B)
	w.o.B = slices.Grow(w.o.B, size)[:end+size]
	for i := len(w.holes) - 1; size > 0; i-- {
		h := w.holes[i]
		copy(w.o.B[h.at+size:], w.o.B[h.at:end])
		end = h.at
		size -= h.to - h.from
		copy(w.o.B[end+size:], w.late[h.from:h.to])
	}
}

// value writes one value, or the beginning of one.
func (w *writer) value(t *token.Token) error {
	if t.Kind >= token.List && t.Kind <= token.Object && len(w.stack) >= token.MaxDepth {
		return &limitError{codecs.Errorf(codecs.Invalid, "hessian: write: %v, %d", token.ErrDepth, token.MaxDepth), token.ErrDepth}
	}
	b := &w.o.B
	switch t.Kind {
	case token.Null:
		*b = w.d.AppendNull(*b)
	case token.Bool:
		*b = w.d.AppendBool(*b, t.Int != 0)
	case token.Int:
		return w.int(t)
	case token.Float:
		v := t.Num
		if t.Bits == 32 && w.d == Final { // the writers of the others make a double of it without a thought
			v = shortest(v)
		}
		*b = w.d.appendDouble(*b, v)
	case token.String:
		if t.Class != nil {
			return w.text(t)
		}
		*b = w.d.appendText(*b, t.Text)
	case token.Key:
		*b = w.d.appendText(*b, t.Text)
	case token.Bytes:
		*b = w.d.appendBytes(*b, t.Text)
	case token.Time:
		return w.time(t)
	case token.Big:
		return w.number(t)
	case token.Enum:
		w.enum(t)
	case token.List:
		w.openList(w.listType(t), int(t.Int))
	case token.Map:
		w.openMap(w.mapType(t), int(t.Int))
	case token.Object:
		return w.openObject(t.Class)
	case token.Ref:
		return w.ref(t)
	case token.End:
		return misuse("an end where a value is due")
	}
	return nil
}

// int writes an int or a long: what the token says, else what the contract says, else what fits.
func (w *writer) int(t *token.Token) error {
	long := t.Bits == 64
	if t.Bits == 0 {
		long = t.Int != int64(int32(t.Int))
		switch w.typeHere().Kind {
		case contract.Int64:
			long = true
		case contract.Float32, contract.Float64:
			w.o.B = w.d.appendDouble(w.o.B, float64(t.Int))
			return nil
		}
	}
	if long {
		w.o.B = w.d.AppendLong(w.o.B, t.Int)
		return nil
	}
	if t.Int != int64(int32(t.Int)) {
		return misuse("%d is no int of %d bits", t.Int, t.Bits)
	}
	w.o.B = w.d.AppendInt(w.o.B, int32(t.Int))
	return nil
}

// shortest gives the double that has the same shortest text as the float: what Java makes of a float.
func shortest(v float64) float64 {
	if math.IsInf(v, 0) || math.IsNaN(v) || v == math.Trunc(v) && math.Abs(v) < 1<<24 {
		return v
	}
	var b [32]byte
	d, err := strconv.ParseFloat(string(strconv.AppendFloat(b[:0], v, 'g', -1, 32)), 64)
	if err != nil {
		return v
	}
	return d
}

func (w *writer) ref(t *token.Token) error {
	if t.Int < 0 || t.Int >= int64(len(w.tokens)) || w.tokens[t.Int] < 0 {
		return misuse("reference %d of %d", t.Int, len(w.tokens))
	}
	w.o.B = w.d.appendRef(w.o.B, int(w.tokens[t.Int]))
	return nil
}

// Close implements token.Writer.
func (w *writer) Close() error {
	var err error
	if !w.done || len(w.stack) > 0 {
		err = misuse("the body is not whole")
	}
	clear(w.stack)
	w.classes.reset()
	clear(w.types)
	w.stack, w.types, w.holes, w.late = w.stack[:0], w.types[:0], w.holes[:0], w.late[:0]
	w.names, w.tokens, w.scratch = w.names[:0], w.tokens[:0], w.scratch[:0]
	if cap(w.tokens) > keep || cap(w.holes) > keep {
		w.tokens, w.holes = nil, nil
	}
	if cap(w.scratch) > keepText || cap(w.late) > keepText {
		w.scratch, w.late = nil, nil
	}
	w.o, w.t = nil, nil
	w.enc.writers.Put(w)
	return err
}
