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

// request puts the server's form of the arguments into m, a whole message, and says in a head what the target must know of the
// method. The scratch that holds a small body must be freed once m was sent on; nil is fine.
func (x *crossing) request(m *codecs.Message) (*scratch, error) {
	rec := &x.c.Rec
	if err := inflate(m, x.t.limit); err != nil {
		return nil, codecs.Errorf(codecs.StatusOf(err).Code, "filter: transcode: arguments of %s.%s: %v", rec.Service, rec.Method, err)
	}
	if err := x.seek(m); err != nil {
		return nil, err
	}
	if x.method != nil && x.method.Streams&contract.ServerStreams != 0 && !x.c.Req.Stream {
		return nil, codecs.Errorf(codecs.Unimplemented, "filter: transcode: %s.%s answers with a stream of messages, and this call over %s is for one",
			rec.Service, rec.Method, x.c.From.Protocol)
	}
	from, to, t := x.from, x.to, x.t
	from.Zip = ""
	if alike(from, to) && isPositional(m.Body, from) {
		m.Format = from
		if x.method != nil && m.Kind != codecs.Data {
			x.describe(&m.Header) // a frame may name the types, whatever the values are written in
		}
		return nil, t.checkWhole(m.Body, from)
	}
	out, as, err := x.write(m, to)
	if err != nil && x.method != nil && x.method.Source == contract.Learned {
		// What was learned is some of what there is. Where it does not fit, the call goes as if nothing were known, if it can.
		learned := x.method
		x.method = nil
		if plain, unknown, e := x.write(m, to); e == nil {
			out, as, err = plain, unknown, nil
		} else {
			x.method = learned
		}
	}
	if err != nil {
		code := codecs.Invalid
		if codecs.StatusOf(err).Code == codecs.Unimplemented {
			code = codecs.Unimplemented // the two cannot carry it, whatever the caller writes
		}
		return nil, codecs.Errorf(code, "filter: transcode: arguments of %s.%s: %v", rec.Service, rec.Method, err)
	}
	m.SetBody(out.body(), as)
	if m.Kind != codecs.Data {
		x.describe(&m.Header)
	}
	return out, nil
}

// write writes the arguments by what is known of the method, as the server reads them: in to, or in the shape to which that comes.
func (x *crossing) write(m *codecs.Message, to codecs.Format) (*scratch, codecs.Format, error) {
	from, t := x.from, x.t
	from.Zip = ""
	want := x.expected(&to)
	read, write := t.encodings[from.Encoding], t.encodings[to.Encoding]
	if read == nil || write == nil {
		return nil, to, codecs.Errorf(codecs.Unimplemented, "no way from %v to %v", from, to)
	}
	out := newScratch()
	rd := read.Reader(m.Body, from, readAs(from, x.method))
	if from.Shape == codecs.Generic && to.Shape != codecs.Generic && isTyped(write) {
		rd = token.Untyped(rd)
	}
	wr := write.Writer(&out.out, to, want)
	dropped, err := token.CopyArgs(wr, rd, x.method)
	rd.Close()
	if e := wr.Close(); err == nil {
		err = e
	}
	if err != nil {
		out.free()
		return nil, to, err
	}
	x.c.Rec.Dropped.Members += uint32(dropped)
	return out, to, nil
}

// describe says in a head what is known of the method.
func (x *crossing) describe(h *codecs.Header) {
	if h.Args = -1; x.method != nil {
		h.Args, h.Descriptor = int16(len(x.method.Params.Fields)), x.method.Descriptor
	}
}

// alike says whether what one side writes is what the other reads.
func alike(a, b codecs.Format) bool {
	return a.Encoding == b.Encoding && a.Shape == b.Shape && a.Wrap == b.Wrap
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
func isPositional(b wire.Body, f codecs.Format) bool {
	if !isJSON(f.Encoding) {
		return true
	}
	p := bytes.TrimLeft(b.Bytes(), " \t\r\n")
	return len(p) > 0 && p[0] == '['
}

// expected is the type that the writer is told, and the shape: a target that must be told the types gets a generic invocation
// where they are not known from a contract but from nobody, or by the names of classes alone. So it does of a call that is one already
// and of which no contract is known: its objects are maps, which the server itself makes objects of.
func (x *crossing) expected(to *codecs.Format) *contract.Type {
	m, from := x.method, x.from.Encoding
	untyped := x.from.Shape == codecs.Generic || from != to.Encoding && !isTyped(x.t.encodings[from])
	if m != nil && (m.Source > contract.Unknown || !untyped) {
		return m.Params
	}
	for _, f := range x.c.To.Traits.Formats {
		if f.Encoding == to.Encoding && f.Shape == codecs.Generic {
			to.Shape = codecs.Generic
			tuple := &contract.Type{Kind: contract.Tuple, Name: x.head.Method}
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

// isTyped says whether values of an encoding name their classes, or cannot be read without them.
func isTyped(e codecs.Encoding) bool {
	return e != nil && !isJSON(e.Name()) && e.Name() != "msgpack"
}

// isJSON says whether an encoding is JSON, by whichever of its names: "json-strings" is read as "json" is.
func isJSON(encoding string) bool { return strings.HasPrefix(encoding, "json") }

// seek finds the one method that is meant, once: nil if nothing is known of it. Overloads are told apart by the descriptor, else by
// the values of the first message; asked without one, it leaves them for later.
func (x *crossing) seek(m *codecs.Message) error {
	if x.sought {
		return nil
	}
	h, rec, book := x.head, &x.c.Rec, x.t.book
	found := book.Lookup(rec.Service, h.Group, h.Version, rec.Method, h.Descriptor, int(h.Args))
	if len(found) == 0 {
		if all := book.Lookup(rec.Service, h.Group, h.Version, rec.Method, "", -1); len(all) > 0 && all[0].Source > contract.Learned {
			return codecs.Errorf(codecs.Invalid, "filter: transcode: %s.%s: %d arguments of types %q fit none of %s", rec.Service, rec.Method,
				h.Args, h.Descriptor, signatures(all))
		}
	}
	found, err := x.readable(found)
	if err != nil {
		return err
	}
	read := x.t.encodings[x.from.Encoding]
	switch {
	case len(found) == 1 && (found[0].Source != contract.Learned || h.Descriptor != ""):
		x.method = found[0]
	case len(found) == 0:
	case m == nil:
		return nil
	case read != nil:
		rd := read.Reader(m.Body, x.from, nil)
		defer rd.Close()
		if found[0].Source == contract.Learned {
			x.method, err = token.Fitting(found, rd) // there may be others: where not one of these fits, nothing is known
		} else {
			x.method, err = token.Choose(found, rd)
		}
		if err != nil {
			return codecs.Errorf(codecs.Invalid, "filter: transcode: %s.%s: %v", rec.Service, rec.Method, err)
		}
	}
	x.sought = true
	return nil
}

// readable gives those of the methods whose messages both sides' encodings can read and write, where an encoding must be told.
func (x *crossing) readable(found []*contract.Method) ([]*contract.Method, error) {
	if alike(x.from, x.to) {
		return found, nil
	}
	for _, name := range [...]string{x.from.Encoding, x.to.Encoding} {
		typed, ok := x.t.encodings[name].(codecs.Typed)
		if !ok {
			continue
		}
		var some []*contract.Method
		for _, m := range found {
			if typed.Reads(m.Params) {
				some = append(some, m)
			}
		}
		if len(some) == 0 {
			return nil, codecs.Errorf(codecs.Unimplemented, "filter: transcode: %s.%s: nothing is known of its messages in %s: a contract of the service that describes them would say",
				x.c.Rec.Service, x.c.Rec.Method, name)
		}
		found = some
	}
	return found, nil
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
