package msgpack

import (
	"io"
	"math"
	"strconv"
	"sync"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

var readers = sync.Pool{New: func() any { return new(reader) }}

// reader gives the tokens of one value. Integers are Int, or Big beyond 63 bits; floats have the width they came with.
type reader struct {
	p        []byte
	at       int
	depth    int
	open     []level // 0 is around the value; what is behind depth was closed last, and may be gone back to
	optional bool    // no bytes are no value
	err      error   // sticks
	buf      []byte  // of texts that are made
	passed   int     // bytes that Pass went over
}

// level is what an array or a map has left: values, keys counted too.
type level struct {
	left  int
	pairs bool
}

// Plain says that MessagePack names no classes.
func (r *reader) Plain() {}

func (r *reader) reset(p []byte) {
	*r = reader{p: p, buf: r.buf, open: append(r.open[:0], level{left: 1})}
}

// Close gives the reader back to its pool.
func (r *reader) Close() {
	r.reset(nil)
	readers.Put(r)
}

func (r *reader) fail(err error) error {
	r.err = err
	return err
}

// next takes the next value, of which nothing was read, off what is left. closing: there is none, but an array or map to close.
func (r *reader) next() (key, closing bool, err error) {
	if r.err != nil {
		return false, false, r.err
	}
	l := &r.open[r.depth]
	switch {
	case l.left == 0 && r.depth > 0:
		return false, true, nil
	case l.left == 0, len(r.p) == 0 && r.optional:
		return false, false, io.EOF
	}
	key = l.pairs && l.left&1 == 0
	l.left--
	return key, false, nil
}

// Next gives the next token.
func (r *reader) Next(t *token.Token) error {
	key, closing, err := r.next()
	if err != nil {
		return err
	}
	if closing {
		*t = token.Token{Kind: token.End}
		r.depth--
		return r.over()
	}
	h, err := readHead(r.p, r.at)
	if err == nil {
		err = r.value(t, &h, key)
	}
	if err != nil {
		return r.fail(err)
	}
	return r.over()
}

// over sees that behind the whole value there is nothing.
func (r *reader) over() error {
	if r.depth == 0 && r.open[0].left == 0 && r.at < len(r.p) {
		return r.fail(invalid(r.at, "%d bytes behind the value", len(r.p)-r.at))
	}
	return nil
}

// value gives the token of the value whose head was read, and goes behind it, or into it.
func (r *reader) value(t *token.Token, h *head, key bool) error {
	inside := r.p[h.at : h.at+h.n]
	*t = token.Token{}
	switch h.is {
	case aNil:
	case aBool:
		t.Kind, t.Int = token.Bool, int64(h.v)
	case anInt:
		t.Kind, t.Int = token.Int, int64(h.v)
	case anUint:
		t.Kind, t.Int = token.Int, int64(h.v)
		if h.v > math.MaxInt64 {
			r.buf = strconv.AppendUint(r.buf[:0], h.v, 10)
			*t = token.Token{Kind: token.Big, Text: r.buf}
		}
	case aFloat:
		t.Kind, t.Bits, t.Num = token.Float, 8*h.width, math.Float64frombits(h.v)
		if h.width == 4 {
			t.Num = float64(math.Float32frombits(uint32(h.v)))
		}
	case aText, aBin:
		return r.text(t, h, key)
	case anExt:
		sec, nanos, err := readStamp(r.p, r.at, h)
		if err != nil {
			return err
		}
		r.buf = stampToken(t, sec, nanos, r.buf[:0])
	case anArray, aMap:
		return r.enter(t, h)
	case never:
	}
	r.at = h.at + len(inside)
	return nil
}

// text gives a text or bytes. As a key, bytes that are text are one: there are writers that have no other word.
func (r *reader) text(t *token.Token, h *head, key bool) error {
	t.Text = r.p[h.at : h.at+h.n]
	switch {
	case h.is == aBin && (!key || !isText(t.Text)):
		t.Kind = token.Bytes
	case h.is == aText && !isText(t.Text):
		return invalid(r.at, "a text that is not UTF-8")
	case key:
		t.Kind = token.Key
	default:
		t.Kind = token.String
	}
	r.at = h.at + h.n
	return nil
}

func (r *reader) enter(t *token.Token, h *head) error {
	if r.depth == token.MaxDepth {
		return deep(r.at)
	}
	l := level{left: h.n, pairs: h.is == aMap}
	t.Kind, t.Int = token.List, int64(h.n)
	if l.pairs {
		t.Kind, t.Int = token.Map, int64(h.n/2)
	}
	r.depth++
	r.open = append(r.open[:r.depth], l)
	r.at = h.at
	return nil
}

// Skip goes over one value or key, checking all of it.
func (r *reader) Skip() error { return r.hop(true) }

// Pass goes over one value or key, only to find its end.
func (r *reader) Pass() error {
	start := r.at
	if err := r.hop(false); err != nil {
		return err
	}
	// Each level of objects whose members are out of order is gone over once more; an honest value has a few such levels.
	if r.passed += r.at - start; r.passed > 4<<20+16*len(r.p) {
		return r.fail(invalid(start, "members out of order in too many nested objects"))
	}
	return nil
}

func (r *reader) hop(strict bool) error {
	_, closing, err := r.next()
	if err == nil && closing {
		err = r.fail(invalid(r.at, "no value is left"))
	}
	if err != nil {
		return err
	}
	w := walker{p: r.p, strict: strict}
	end, err := w.value(r.at, r.depth)
	if err != nil {
		return r.fail(err)
	}
	r.at = end
	return r.over()
}

// Mark gives the present place. Coming back is possible while what was open there is open still, or was closed last.
func (r *reader) Mark() token.Mark {
	l := r.open[r.depth]
	m := token.Mark{A: r.at, B: r.depth, C: l.left}
	if l.pairs {
		m.D = 1
	}
	return m
}

// Seek goes to a place that Mark gave.
func (r *reader) Seek(m token.Mark) error {
	if r.err != nil {
		return r.err
	}
	if m.B >= len(r.open) {
		return r.fail(misuse("seek: what was open at byte %d is gone", m.A))
	}
	r.at, r.depth = m.A, m.B
	r.open[m.B] = level{left: m.C, pairs: m.D == 1}
	return nil
}
