package filter

import (
	"bytes"
	"io"
	"strings"
	"sync"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// request converts the arguments, says what the target must know of the method, and what the reply needs. The scratch that holds a
// small body must be freed once the request was sent on; nil is fine.
func (t *transcoder) request(c *codecs.Call, r *replying) (*scratch, error) {
	h := &c.Req.Header
	from, to := h.Format, c.To.Format
	m, err := t.method(c)
	if err != nil {
		return nil, err
	}
	if m != nil {
		r.result, r.throws = m.Result, m.Throws
	}
	if from.Encoding == to.Encoding && from.Shape == to.Shape && isPositional(&c.Req) {
		return nil, t.checkWhole(c.Req.Body, from)
	}
	want := t.expected(c, m, &to)
	read, write := t.encodings[from.Encoding], t.encodings[to.Encoding]
	if read == nil || write == nil {
		return nil, codecs.Errorf(codecs.Unimplemented, "filter: transcode: no way from %v to %v", from, to)
	}
	out := newScratch()
	rd := read.Reader(c.Req.Body, from, readAs(from, m))
	wr := write.Writer(&out.out, to, want)
	_, err = token.CopyArgs(wr, rd, m)
	rd.Close()
	if e := wr.Close(); err == nil {
		err = e
	}
	if err != nil {
		out.free()
		return nil, codecs.Errorf(codecs.Invalid, "filter: transcode: arguments of %s.%s: %v", c.Rec.Service, c.Rec.Method, err)
	}
	c.Req.SetBody(out.body(), to)
	if h.Args = -1; m != nil {
		h.Args, h.Descriptor = int16(len(m.Params.Fields)), m.Descriptor
	}
	return out, nil
}

// checkWhole sees that a body which goes into another protocol's frame unread is one JSON value and nothing more: where a frame is
// JSON itself, as a Redis key is, a body with more behind it could say another method or service there.
func (t *transcoder) checkWhole(b wire.Body, f codecs.Format) error {
	read := t.encodings[f.Encoding]
	if read == nil || isTyped(read) {
		return nil
	}
	rd := read.Reader(b, f, nil)
	defer rd.Close()
	err := rd.Skip()
	if err == nil {
		var behind token.Token
		err = rd.Next(&behind)
	}
	if err == io.EOF {
		return nil
	}
	return codecs.Errorf(codecs.Invalid, "filter: transcode: body of %d bytes: %v", b.Len(), err)
}

// readAs is what a reader must know of the arguments: how many there are, where their syntax does not count.
func readAs(f codecs.Format, m *contract.Method) *contract.Type {
	if m == nil || f.Shape != codecs.Args {
		return nil
	}
	return m.Params
}

// isPositional says whether a body can stand where arguments are a list: JSON from the web may be an object, or one value.
func isPositional(m *codecs.Message) bool {
	if !isJSON(m.Format.Encoding) {
		return true
	}
	b := bytes.TrimLeft(m.Body.Bytes(), " \t\r\n")
	return len(b) > 0 && b[0] == '['
}

// expected is the type that the writer is told, and the shape: a target that must be told the types gets a generic invocation
// where they are not known from a contract but from nobody, or by the names of classes alone.
func (t *transcoder) expected(c *codecs.Call, m *contract.Method, to *codecs.Format) *contract.Type {
	if m != nil && (m.Source > contract.Unknown || c.Req.Format.Encoding == to.Encoding || isTyped(t.encodings[c.Req.Format.Encoding])) {
		return m.Params
	}
	for _, f := range c.To.Traits.Formats {
		if f.Encoding == to.Encoding && f.Shape == codecs.Generic {
			to.Shape = codecs.Generic
			tuple := &contract.Type{Kind: contract.Tuple, Name: c.Req.Method}
			if m != nil {
				tuple.Fields = m.Params.Fields
			}
			return tuple
		}
	}
	if m != nil {
		return m.Params
	}
	return nil
}

// isTyped says whether values of an encoding name their classes.
func isTyped(e codecs.Encoding) bool {
	return e != nil && !isJSON(e.Name())
}

// isJSON says whether an encoding is JSON, by whichever of its names: "json-strings" is read as "json" is.
func isJSON(encoding string) bool { return strings.HasPrefix(encoding, "json") }

// method finds the one method that is meant: nil if nothing is known of it. Overloads are told apart by the descriptor, else by the
// values.
func (t *transcoder) method(c *codecs.Call) (*contract.Method, error) {
	h := &c.Req.Header
	found := t.book.Lookup(c.Rec.Service, h.Group, h.Version, c.Rec.Method, h.Descriptor, int(h.Args))
	if len(found) == 1 {
		return found[0], nil
	}
	if len(found) == 0 {
		all := t.book.Lookup(c.Rec.Service, h.Group, h.Version, c.Rec.Method, "", -1)
		if len(all) == 0 {
			return nil, nil
		}
		return nil, codecs.Errorf(codecs.Invalid, "filter: transcode: %s.%s: %d arguments of types %q fit none of %s", c.Rec.Service, c.Rec.Method,
			h.Args, h.Descriptor, signatures(all))
	}
	read := t.encodings[h.Format.Encoding]
	if read == nil {
		return nil, nil
	}
	rd := read.Reader(c.Req.Body, h.Format, nil)
	defer rd.Close()
	m, err := token.Choose(found, rd)
	if err != nil {
		return nil, codecs.Errorf(codecs.Invalid, "filter: transcode: %s.%s: %v", c.Rec.Service, c.Rec.Method, err)
	}
	return m, nil
}

// signatures lists methods for an error.
func signatures(ms []*contract.Method) string {
	list := make([]string, len(ms))
	for i, m := range ms {
		list[i] = m.String()
	}
	return strings.Join(list, ", ")
}

// scratch is where a body is written. Small bodies are lent from it, for whoever keeps one copies it; large ones are given away.
type scratch struct{ out wire.Out }

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// lendMax is the size up to which a body is lent: an outbox copies these at once, and refers to larger ones.
const lendMax = 4 << 10

func newScratch() *scratch { return scratches.Get().(*scratch) }

func (s *scratch) body() wire.Body {
	if s.out.Len() < lendMax {
		return wire.Borrow(s.out.B)
	}
	return s.out.Take()
}

func (s *scratch) free() {
	if s == nil {
		return
	}
	s.out.Reset()
	scratches.Put(s)
}
