package filter

import (
	"io"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// replying converts the way back of a call between two protocols.
type replying struct {
	t        *transcoder
	c        *codecs.Call
	back     codecs.Stream
	encoding string // the caller's
	generic  bool   // the caller asked for objects as maps
	result   *contract.Type
	throws   []*contract.Type
}

func (r *replying) OnReady(f func())       { r.back.OnReady(f) }
func (r *replying) Cancel(s codecs.Status) { r.back.Cancel(s) }

// Send converts a reply. One that cannot be converted becomes a failure that says why.
func (r *replying) Send(m *codecs.Message) bool {
	if m.Kind != codecs.Reply {
		return r.back.Send(m)
	}
	if l, ok := r.c.To.Session.(codecs.MetaLoader); ok && !m.Meta.Loaded && m.Frame.Of != "" {
		if err := l.LoadMeta(m); err != nil {
			return r.fail(m, err)
		}
	}
	m.Touch()
	if r.c.From.Traits != nil {
		m.Meta.Pairs = allowed(allowed(m.Meta.Pairs, r.c.To.Traits), r.c.From.Traits)
	}
	if code := m.Status.Code; code != codecs.OK && code != codecs.Fault {
		m.Status.Text = r.named(m.Status.Text)
	}
	out, err := r.convert(m)
	if err != nil {
		return r.fail(m, err)
	}
	more := r.back.Send(m)
	out.free()
	return more
}

// named puts the call's name before the text of a failure that lacks it: a server may know it by its own name, and what Dubbo says
// of a service that it does not have names only the $invoke that the caller never made.
func (r *replying) named(text string) string {
	if rec := &r.c.Rec; !strings.Contains(text, rec.Service) {
		return rec.Service + "." + rec.Method + ": " + text
	}
	return text
}

func (r *replying) fail(m *codecs.Message, err error) bool {
	m.Release()
	r.back.Cancel(codecs.Status{Code: codecs.Internal, Text: "filter: transcode: reply: " + codecs.StatusOf(err).Text})
	return true
}

// convert puts the caller's form of the body into m.
func (r *replying) convert(m *codecs.Message) (*scratch, error) {
	want := codecs.Format{Encoding: r.encoding, Shape: codecs.Value}
	var read func() token.Reader
	from := r.t.encodings[m.Format.Encoding]
	write := r.t.encodings[r.encoding]
	switch {
	case m.Status.Code == codecs.Fault && (m.Bare || m.Body.Len() == 0):
		if len(r.throws) != 1 || !isTyped(write) {
			return nil, nil // the text says it all
		}
		text := []byte(m.Status.Text)
		read = func() token.Reader { return &textReader{text: text} }
		want.Shape = codecs.Thrown
	case m.Bare || m.Format.Shape == codecs.Void:
		m.Format = codecs.Format{Encoding: r.encoding, Shape: codecs.Void}
		return nil, nil
	case m.Format.Encoding == r.encoding:
		return nil, r.t.checkWhole(m.Body, m.Format)
	case from == nil:
		return nil, codecs.Errorf(codecs.Internal, "no way from %v to %s", m.Format, r.encoding)
	default:
		if m.Format.Shape == codecs.Thrown {
			want.Shape = codecs.Thrown
		}
		if want.Shape == codecs.Value && r.generic {
			want.Shape = codecs.Generic
		}
		read = func() token.Reader { return from.Reader(m.Body, m.Format, r.result) }
	}
	if write == nil {
		return nil, codecs.Errorf(codecs.Internal, "no way from %v to %q", m.Format, r.encoding)
	}
	return r.copy(m, read(), write, want)
}

func (r *replying) copy(m *codecs.Message, rd token.Reader, write codecs.Encoding, want codecs.Format) (*scratch, error) {
	out := newScratch()
	wr := write.Writer(&out.out, want, r.result)
	var err error
	if want.Shape == codecs.Thrown {
		_, err = token.CopyFault(wr, rd, r.throws)
	} else {
		_, err = token.Copy(wr, rd, r.result)
	}
	rd.Close()
	if e := wr.Close(); err == nil {
		err = e
	}
	if err != nil {
		out.free()
		return nil, err
	}
	m.SetBody(out.body(), want)
	return out, nil
}

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
