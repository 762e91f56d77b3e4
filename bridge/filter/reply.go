package filter

import (
	"io"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// OnReady implements codecs.Stream.
func (x *crossing) OnReady(f func()) { x.back.OnReady(f) }

// Cancel implements codecs.Stream.
func (x *crossing) Cancel(s codecs.Status) { x.cancel(s) }

// Send converts a message of the reply. One that cannot be converted becomes a failure that says why.
func (x *crossing) Send(m *codecs.Message) bool {
	if x.over {
		m.Release()
		return true
	}
	if m.Kind == codecs.Reply || m.End {
		if err := x.words(m); err != nil {
			return x.broken(m, err)
		}
	}
	if !m.End && x.passes(&x.told, m) {
		return x.send(m)
	}
	whole, err := x.told.add(m)
	if err != nil {
		return x.broken(m, err)
	}
	if !whole {
		return true
	}
	m.Touch()
	out, err := x.convert(m)
	if err != nil {
		return x.broken(m, err)
	}
	more := x.send(m)
	out.free()
	return more
}

// words sees to what a reply says besides its body, at its head and at its end.
func (x *crossing) words(m *codecs.Message) error {
	if l, ok := x.c.To.Session.(codecs.MetaLoader); ok && !m.Meta.Loaded && m.Frame.Of != "" {
		if err := l.LoadMeta(m); err != nil {
			return err
		}
	}
	m.Touch()
	if m.Kind == codecs.Reply {
		x.replies = m.Format
	}
	allow(x.c, &m.Meta)
	if code := m.Status.Code; code != codecs.OK && code != codecs.Fault {
		m.Status.Text = x.named(m.Status.Text)
	}
	return nil
}

// named puts the call's name before the text of a failure that lacks it: a server may know it by its own name, and what Dubbo says
// of a service that it does not have names only the $invoke that the caller never made.
func (x *crossing) named(text string) string {
	if rec := &x.c.Rec; !strings.Contains(text, rec.Service) {
		return rec.Service + "." + rec.Method + ": " + text
	}
	return text
}

// broken ends the call for a reply that cannot be carried. A server that has more to say is told.
func (x *crossing) broken(m *codecs.Message, err error) bool {
	end := m.End
	m.Release()
	s := codecs.Status{Code: codecs.Internal, Text: "filter: transcode: reply: " + codecs.StatusOf(err).Text}
	if end {
		x.cancel(s)
	} else {
		x.fail(s)
	}
	return true
}

// convert puts the caller's form of the body into m, which is whole, or has none.
func (x *crossing) convert(m *codecs.Message) (*scratch, error) {
	to := x.from.Encoding
	want := codecs.Format{Encoding: to, Shape: codecs.Value, Wrap: x.from.Wrap}
	if m.Bare && !m.End { // a head, of messages that follow
		m.Format = want
		return nil, nil
	}
	if m.Kind == codecs.Data && m.Format.Shape != codecs.Thrown {
		m.Format.Encoding, m.Format.Shape, m.Format.Wrap = x.replies.Encoding, x.replies.Shape, x.replies.Wrap
	}
	if err := inflate(m, x.t.limit); err != nil {
		return nil, err
	}
	from, write := x.t.encodings[m.Format.Encoding], x.t.encodings[to]
	var rd token.Reader
	switch {
	case m.Status.Code == codecs.Fault && (m.Bare || m.Body.Len() == 0):
		if len(x.throws()) != 1 || !isTyped(write) {
			return nil, nil // the text says it all
		}
		rd, want.Shape = &textReader{text: []byte(m.Status.Text)}, codecs.Thrown
	case m.Bare || m.Format.Shape == codecs.Void:
		m.Format = codecs.Format{Encoding: to, Shape: codecs.Void, Wrap: want.Wrap}
		return nil, nil
	case m.Format.Shape == codecs.Thrown:
		if want.Shape = codecs.Thrown; m.Status.Class == "" {
			m.Status.Class = thrown(from, m)
		}
	case x.from.Shape == codecs.Generic:
		want.Shape = codecs.Generic // the caller asked for objects as maps
	}
	if m.Format.Encoding == to && m.Format.Wrap == want.Wrap && want.Shape != codecs.Generic && rd == nil {
		return nil, x.t.checkWhole(m.Body, m.Format)
	}
	if write == nil || rd == nil && from == nil {
		return nil, codecs.Errorf(codecs.Internal, "no way from %v to %s", m.Format, to)
	}
	if rd != nil {
		return x.copy(m, rd, write, want)
	}
	out, err := x.copy(m, from.Reader(m.Body, m.Format, x.result()), write, want)
	if err != nil && x.method != nil && x.method.Source == contract.Learned {
		x.method = nil // as of arguments: what was learned need not be all
		return x.copy(m, from.Reader(m.Body, m.Format, nil), write, want)
	}
	return out, err
}

func (x *crossing) copy(m *codecs.Message, rd token.Reader, write codecs.Encoding, want codecs.Format) (*scratch, error) {
	out := newScratch()
	wr := write.Writer(&out.out, want, x.result())
	var dropped int
	var err error
	if want.Shape == codecs.Thrown {
		dropped, err = token.CopyFault(wr, rd, x.throws())
	} else {
		dropped, err = token.Copy(wr, rd, x.result())
	}
	rd.Close()
	if e := wr.Close(); err == nil {
		err = e
	}
	if err != nil {
		out.free()
		return nil, err
	}
	x.c.Rec.Dropped.Members += uint32(dropped)
	m.SetBody(out.body(), want)
	return out, nil
}

func (x *crossing) result() *contract.Type {
	if x.method == nil {
		return nil
	}
	return x.method.Result
}

func (x *crossing) throws() []*contract.Type {
	if x.method == nil {
		return nil
	}
	return x.method.Throws
}

// thrown gives the class of the exception that m holds; "": it does not say, or cannot be read.
func thrown(e codecs.Encoding, m *codecs.Message) string {
	if e == nil {
		return ""
	}
	rd := e.Reader(m.Body, m.Format, nil)
	defer rd.Close()
	var t token.Token
	if rd.Next(&t) != nil || t.Kind != token.Map {
		return ""
	}
	for rd.Next(&t) == nil && t.Kind == token.Key {
		if string(t.Text) != "class" {
			if rd.Skip() != nil {
				return ""
			}
			continue
		}
		if rd.Next(&t) != nil || t.Kind != token.String || len(t.Text) > maxClass || !printable(string(t.Text), '!') {
			return ""
		}
		return string(t.Text)
	}
	return ""
}

// maxClass bounds the name of a class that is kept for the log, in bytes.
const maxClass = 256

// textReader gives one text: the fault of a server that says no more.
type textReader struct {
	text []byte
	done bool
}

// Next implements token.Reader.
func (r *textReader) Next(t *token.Token) error {
	if r.done {
		return io.EOF
	}
	r.done = true
	*t = token.Token{Kind: token.String, Text: r.text}
	return nil
}

// Skip implements token.Reader.
func (r *textReader) Skip() error { return r.Next(&token.Token{}) }

// Pass implements token.Reader.
func (r *textReader) Pass() error { return r.Skip() }

// Mark implements token.Reader.
func (r *textReader) Mark() token.Mark {
	if r.done {
		return token.Mark{A: 1}
	}
	return token.Mark{}
}

// Seek implements token.Reader.
func (r *textReader) Seek(m token.Mark) error {
	r.done = m.A == 1
	return nil
}

// Close implements token.Reader.
func (r *textReader) Close() {}

// Plain implements token.Plain.
func (r *textReader) Plain() {}
