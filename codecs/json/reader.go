package json

import (
	"errors"
	"io"
	"math"
	"strconv"
	"sync"
	"unsafe"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

var readers = sync.Pool{New: func() any { return new(reader) }}

// state is what a reader expects next.
type state uint8

const (
	atBegin state = iota // the value
	atValue              // a value, behind a colon
	atFirst              // behind an opening bracket
	atNext               // behind a member or an element
	atEnd                // nothing
)

// reader gives the tokens of one JSON text. It knows no types: numbers without fraction and exponent are Int, or Big if they do
// not fit 64 bits; the others Float with their literal.
type reader struct {
	p        []byte
	at       int
	depth    int
	in       nesting
	state    state
	optional bool   // an empty text is no value
	err      error  // sticks
	buf      []byte // of texts with escapes
	passed   int    // bytes that Pass went over
}

// Plain says that JSON names no classes.
func (r *reader) Plain() {}

func (r *reader) reset(p []byte) {
	*r = reader{p: p, buf: r.buf}
}

// keep is the largest buffer that a pooled reader keeps.
const keep = 64 << 10

// Close gives the reader back to its pool.
func (r *reader) Close() {
	if cap(r.buf) > keep {
		r.buf = nil
	}
	r.reset(nil)
	readers.Put(r)
}

func (r *reader) fail(err error) error {
	r.err = err
	return err
}

// begin goes to the first byte of the next value or key, or to the closing bracket of what is open.
func (r *reader) begin() (closing, key bool, err error) {
	if r.err != nil {
		return false, false, r.err
	}
	i := space(r.p, r.at)
	if r.at = i; i == len(r.p) {
		if r.state == atEnd || r.state == atBegin && r.optional {
			return false, false, io.EOF
		}
		return false, false, r.fail(syntax(r.p, i, "a value"))
	}
	if r.state <= atValue {
		return false, false, nil
	}
	c, object := r.p[i], r.in.object(r.depth)
	switch {
	case c == '}' && object, c == ']' && !object:
		return true, false, nil
	case r.state == atFirst:
	case c == ',':
		if r.at = space(r.p, i+1); r.at == len(r.p) {
			return false, false, r.fail(syntax(r.p, r.at, "a value"))
		}
	default:
		return false, false, r.fail(syntax(r.p, i, "',' or the closing bracket"))
	}
	if object && r.p[r.at] != '"' {
		return false, false, r.fail(syntax(r.p, r.at, "a member's name"))
	}
	return false, object, nil
}

// Next gives the next token.
func (r *reader) Next(t *token.Token) error {
	closing, key, err := r.begin()
	switch {
	case err != nil:
		return err
	case closing:
		*t = token.Token{Kind: token.End}
		r.depth--
		return r.over(r.at + 1)
	case key:
		return r.text(t, token.Key)
	}
	switch c := r.p[r.at]; c {
	case '"':
		return r.text(t, token.String)
	case '{':
		*t = token.Token{Kind: token.Map, Int: -1}
		return r.open(true)
	case '[':
		*t = token.Token{Kind: token.List, Int: -1}
		return r.open(false)
	case 't', 'f', 'n':
		return r.word(t, c)
	}
	return r.number(t)
}

func (r *reader) open(object bool) error {
	if r.depth++; r.depth > token.MaxDepth {
		return r.fail(deep(r.at))
	}
	r.in.set(r.depth, object)
	r.at++
	r.state = atFirst
	return nil
}

// over goes behind a value that ends before i. Behind the outermost one nothing may follow.
func (r *reader) over(i int) error {
	if r.at = i; r.depth > 0 {
		r.state = atNext
		return nil
	}
	r.state = atEnd
	if r.at = space(r.p, i); r.at < len(r.p) {
		return r.fail(syntax(r.p, r.at, "the end"))
	}
	return nil
}

func (r *reader) text(t *token.Token, k token.Kind) error {
	start := r.at + 1
	end, plain, err := str(r.p, start)
	if err != nil {
		return r.fail(err)
	}
	*t = token.Token{Kind: k, Text: r.p[start:end]}
	if !plain {
		r.buf = unescape(r.buf[:0], t.Text)
		t.Text = r.buf
	}
	if k == token.Key {
		return r.colon(end + 1)
	}
	return r.over(end + 1)
}

func (r *reader) colon(i int) error {
	if i = space(r.p, i); i == len(r.p) || r.p[i] != ':' {
		return r.fail(syntax(r.p, i, "':'"))
	}
	r.at = i + 1
	r.state = atValue
	return nil
}

func (r *reader) word(t *token.Token, c byte) error {
	end, err := skipScalar(r.p, r.at)
	if err != nil {
		return r.fail(err)
	}
	switch c {
	case 't':
		*t = token.Token{Kind: token.Bool, Int: 1}
	case 'f':
		*t = token.Token{Kind: token.Bool}
	default:
		*t = token.Token{}
	}
	return r.over(end)
}

func (r *reader) number(t *token.Token) error {
	end, integer, err := number(r.p, r.at)
	if err != nil {
		return r.fail(err)
	}
	lit := r.p[r.at:end]
	if !integer {
		*t = token.Token{Kind: token.Float, Text: lit, Num: toFloat(lit)}
		return r.over(end)
	}
	if v, ok := toInt(lit); ok {
		*t = token.Token{Kind: token.Int, Int: v}
	} else {
		*t = token.Token{Kind: token.Big, Text: lit}
	}
	return r.over(end)
}

// toFloat gives the nearest double, infinite where there is none. A checked literal cannot fail otherwise.
func toFloat(lit []byte) float64 {
	f, err := strconv.ParseFloat(unsafe.String(&lit[0], len(lit)), 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return math.NaN()
	}
	return f
}

// toInt gives the value of an integer's literal if it fits 64 bits.
func toInt(lit []byte) (int64, bool) {
	ds, neg := lit, lit[0] == '-'
	if neg {
		ds = lit[1:]
	}
	if len(ds) > 19 {
		return 0, false
	}
	var v uint64 // 19 digits fit
	for _, c := range ds {
		v = v*10 + uint64(c-'0')
	}
	if neg {
		return -int64(v), v <= 1<<63
	}
	return int64(v), v < 1<<63
}

// Skip goes over one value or key, checking all of it.
func (r *reader) Skip() error { return r.hop(skip) }

// Pass goes over one value or key, only to find its end.
func (r *reader) Pass() error {
	start := r.at
	if err := r.hop(pass); err != nil {
		return err
	}
	// Each level of objects whose members are out of order is gone over once more; an honest text has a few such levels.
	if r.passed += r.at - start; r.passed > 4<<20+16*len(r.p) {
		return r.fail(invalid(start, "members out of order in too many nested objects"))
	}
	return nil
}

func (r *reader) hop(to func(p []byte, i, base int) (int, error)) error {
	closing, key, err := r.begin()
	if err == nil && closing {
		err = r.fail(syntax(r.p, r.at, "a value"))
	}
	if err != nil {
		return err
	}
	end, err := to(r.p, r.at, r.depth)
	if err != nil {
		return r.fail(err)
	}
	if key {
		return r.colon(end)
	}
	return r.over(end)
}

// Mark gives the present place. Coming back is possible at any time while what was open at the mark is open still; for the
// outermost 128 levels, always.
func (r *reader) Mark() token.Mark {
	return token.Mark{A: r.at, B: r.depth<<8 | int(r.state), C: int(r.in[0]), D: int(r.in[1])}
}

// Seek goes to a place that Mark gave.
func (r *reader) Seek(m token.Mark) error {
	if r.err != nil {
		return r.err
	}
	r.at, r.depth, r.state = m.A, m.B>>8, state(m.B&0xff)
	r.in[0], r.in[1] = uint64(m.C), uint64(m.D)
	return nil
}
