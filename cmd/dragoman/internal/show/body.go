package show

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Limits in bytes.
const (
	maxInflated = 8 << 20
	maxOpaque   = 4 << 10  // of a body that cannot be read, as hex
	maxPrinted  = 32 << 20 // of the text of a body: a byte may be worth a line of any length
)

var errLong = fmt.Errorf("what follows is more than %d bytes of text", maxPrinted)

// body prints the body of a message.
func (p *Printer) body(t *text, m *codecs.Message, asked *codecs.Header) {
	f := m.Format
	if f.Encoding == "" && asked != nil && m.Kind == codecs.Data {
		f = asked.Format // of a stream the head alone says it
		f.Zip = m.Format.Zip
	}
	data := m.Body.Bytes()
	t.line("%-9s %s, %s", "body", Safe(f.String()), bytesOf(len(data)))
	data, err := inflate(data, f.Zip)
	if err != nil {
		t.opaque(data, err.Error())
		return
	}
	e := p.encodings[f.Encoding]
	if e == nil {
		if len(data) > 0 {
			t.opaque(data, "")
		}
		return
	}
	f.Zip = ""
	typ := p.typeOf(e, m, f, asked)
	if typed, ok := e.(codecs.Typed); ok && f.Shape != codecs.Thrown && !typed.Reads(typ) {
		rawProto(t, data)
		return
	}
	r := e.Reader(wire.Borrow(data), f, typ)
	defer r.Close()
	v := values{text: t, r: r}
	if err := v.all(); err != nil {
		t.line("  unreadable: %s", plain(err.Error()))
		t.opaque(data, "")
	}
}

// typeOf gives what is known of a body's values: what encodings need that do not say it themselves.
func (p *Printer) typeOf(e codecs.Encoding, m *codecs.Message, f codecs.Format, asked *codecs.Header) *contract.Type {
	h, reply := &m.Header, m.Kind == codecs.Reply
	if asked != nil {
		reply = reply || m.Kind == codecs.Data && f.Shape == codecs.Value
		h = asked
	}
	typed, needs := e.(codecs.Typed)
	if p.book == nil || !needs && (reply || f.Shape != codecs.Args) {
		return nil
	}
	for _, method := range p.book.Lookup(h.Service, h.Group, h.Version, h.Method, h.Descriptor, int(h.Args)) {
		t := method.Params
		if reply {
			t = method.Result
		}
		if !needs || typed.Reads(t) {
			return t
		}
	}
	return nil
}

// inflate undoes the compression of a body.
func inflate(p []byte, zip string) ([]byte, error) {
	switch zip {
	case "", "identity":
		return p, nil
	case "gzip":
	default:
		return p, fmt.Errorf("compressed as %.32q", zip)
	}
	z, err := gzip.NewReader(bytes.NewReader(p))
	if err != nil {
		return p, err
	}
	out, err := io.ReadAll(io.LimitReader(z, maxInflated+1))
	if err != nil {
		return p, err
	}
	if len(out) > maxInflated {
		return p, fmt.Errorf("it inflates to more than %d bytes", maxInflated)
	}
	return out, nil
}

// opaque prints bytes that cannot be read, and why.
func (t *text) opaque(p []byte, why string) {
	if why != "" {
		t.line("  unreadable: %s", plain(why))
	}
	t.b.WriteString(Dump(t.indent+"  ", p[:min(len(p), maxOpaque)]))
	if len(p) > maxOpaque {
		t.line("  and %d bytes more", len(p)-maxOpaque)
	}
}

// values prints the values of a body.
type values struct {
	*text
	r        token.Reader
	t        token.Token
	begun    int  // lists, maps and objects so far
	numbered bool // they may be referred to by number
}

func (v *values) all() error {
	var refs token.RefReader
	if refs, v.numbered = v.r.(token.RefReader); v.numbered {
		refs.KeepRefs(false)
	}
	for {
		if err := v.r.Next(&v.t); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := v.value(v.indent+"  ", ""); err != nil {
			return err
		}
	}
}
