package grpc

import (
	"strconv"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/h2"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// replyBlock is what a header block of a reply says, be it the first, the last or both.
type replyBlock struct {
	status  string // :status
	media   string
	code    string // grpc-status
	message string
	details string
}

// readBlock sorts the fields of a block. What a gRPC server says of itself is marked as its own, so that it passes to a gRPC caller
// as it is.
func (x *exchange) readBlock(m *codecs.Message, block []h2.Field) replyBlock {
	var b replyBlock
	m.Meta.Loaded = true
	m.Status.Native.Of = Name
	for i := range block {
		f := &block[i]
		switch f.Name {
		case ":status":
			b.status = f.Value
		case fieldType:
			b.media = f.Value
		case fieldZip:
			x.in.format.Zip = zipOf(f.Value)
		case fieldStatus:
			b.code = f.Value
		case fieldMessage:
			b.message = f.Value
		default:
			if f.Name == fieldDetails {
				b.details = f.Value
			}
			if !isCarried(f.Name) {
				addMeta(&m.Meta, block, i)
			}
		}
	}
	return b
}

// readReply reads the head of a reply, or all of it. An answer that is not gRPC's ends the call with what its HTTP status means.
func (x *exchange) readReply(m *codecs.Message, block []h2.Field, end bool) error {
	m.Kind, m.Bare, m.End = codecs.Reply, true, end
	b := x.readBlock(m, block)
	sub, ok := subtype(b.media)
	if !ok && b.code == "" || b.status != "200" && (!end || b.code == "") {
		return &codecs.Error{Status: statusOfHTTP(b.status, b.media)}
	}
	if !end {
		x.in.format.Encoding, x.in.format.Shape = encodingOf(sub), x.shape
		m.Format = x.in.format
		return nil
	}
	b.finish(m)
	return nil
}

// readTrailers reads the end of a reply. Inside a message only the status counts.
func (x *exchange) readTrailers(m *codecs.Message, block []h2.Field) error {
	m.Kind, m.Bare, m.End = codecs.Data, true, true
	b := x.readBlock(m, block)
	b.finish(m)
	if x.in.have == 0 {
		return nil
	}
	if m.Status.Code == codecs.OK {
		return x.cut()
	}
	return &codecs.Error{Status: m.Status}
}

// finish fills in the status, and the exception of a failure that has one.
func (b *replyBlock) finish(m *codecs.Message) {
	m.Status = statusOf(b.code)
	if m.Status.Code == codecs.OK {
		return
	}
	if text := unescape(b.message); text != "" {
		m.Status.Text = text
	}
	body, ours := thrownOf(m.Status, b.details)
	if body == nil {
		return
	}
	if ours {
		m.Status.Code = codecs.Fault
	}
	m.Bare, m.Body = false, wire.Borrow(body)
	m.Format = codecs.Format{Encoding: encodingProto, Shape: codecs.Thrown}
}

// writeReply puts a whole reply, or its head and the message that may come with it.
func (x *exchange) writeReply(p *h2.Parts, m *codecs.Message) error {
	own := m.Status.Native.Of == Name
	if m.End && (m.Status.Code != codecs.OK || own && m.Bare) {
		x.trailersOnly(p, m)
		return nil
	}
	if !m.Bare && !own && m.Format.Shape != codecs.Void && m.Format.Encoding != x.in.format.Encoding {
		return codecs.Errorf(codecs.Internal, "grpc: encode reply: a body in %q to a caller of %s", m.Format.Encoding, x.media)
	}
	if m.End { // a whole reply has a message, if only an empty one
		m.Bare = false
	}
	x.out.zip = m.Format.Zip
	if err := x.payload(p, m); err != nil {
		return err
	}
	p.Head = append(p.Head, h2.Field{Name: ":status", Value: "200"}, h2.Field{Name: fieldType, Value: x.media})
	if m.Format.Zip != "" {
		p.Head = append(p.Head, h2.Field{Name: fieldZip, Value: m.Format.Zip})
	}
	p.Head = appendMeta(p.Head, &m.Meta, own)
	if m.End {
		p.Tail = appendStatus(p.Tail, m)
	}
	return nil
}

// trailersOnly puts a reply without a message: one block that is head and trailers.
func (x *exchange) trailersOnly(p *h2.Parts, m *codecs.Message) {
	p.Head = append(p.Head, h2.Field{Name: ":status", Value: "200"}, h2.Field{Name: fieldType, Value: x.media})
	p.Head = appendStatus(p.Head, m)
	p.Head = appendMeta(p.Head, &m.Meta, m.Status.Native.Of == Name)
	if _, said := m.Meta.Get(fieldZips); m.Status.Code == codecs.Unimplemented && x.in.format.Zip != "" && !said {
		p.Head = append(p.Head, h2.Field{Name: fieldZips, Value: "identity,gzip"}) // of which a converted body may be
	}
	m.Body.Release()
	m.Bare = true
}

// writeData puts a message of a reply, or a piece of one, and the trailers behind the last.
func (x *exchange) writeData(p *h2.Parts, m *codecs.Message) error {
	if !m.End {
		return x.payload(p, m)
	}
	failed := m.Status.Code != codecs.OK
	if failed && x.out.inside {
		p.Reset = true // the client must not take what it has for the whole message
		m.Body.Release()
		m.Bare = true
		return nil
	}
	if failed && m.Format.Shape == codecs.Thrown {
		p.Tail = appendStatus(p.Tail, m)
		m.Body.Release()
		m.Bare = true
	} else {
		if err := x.payload(p, m); err != nil {
			return err
		}
		p.Tail = appendStatus(p.Tail, m)
	}
	p.Tail = appendMeta(p.Tail, &m.Meta, m.Status.Native.Of == Name)
	return nil
}

// writeCancel ends a reply that has begun with a status, where that can still be said.
func (x *exchange) writeCancel(p *h2.Parts, m *codecs.Message) {
	if x.side == codecs.Client || x.out.inside {
		p.Reset = true
		return
	}
	p.Tail = appendStatus(p.Tail, m)
}

// appendStatus appends the status of a reply, and its exception unless the metadata has it as it came from another gRPC server.
func appendStatus(fields []h2.Field, m *codecs.Message) []h2.Field {
	code := nativeOf(m.Status)
	fields = append(fields, h2.Field{Name: fieldStatus, Value: codeText(code)})
	if code == codeOK {
		return fields
	}
	text := m.Status.Text
	own := m.Status.Native.Of == Name
	if !own {
		text = cut(text, maxText)
	}
	if text != "" {
		fields = append(fields, h2.Field{Name: fieldMessage, Value: escapeEnds(text)})
	}
	if own || m.Bare || m.Format != (codecs.Format{Encoding: encodingProto, Shape: codecs.Thrown}) || m.Body.Len() == 0 {
		return fields
	}
	if details := detailsOf(code, text, m.Body.Bytes()); details != nil {
		fields = append(fields, h2.Field{Name: fieldDetails, Value: encodeBinary(details)})
	}
	return fields
}

// codeText gives a code as text; those of the specification need no memory.
func codeText(code int32) string {
	const digits = "0123456789"
	if code >= 0 && code < 10 {
		return digits[code : code+1]
	}
	return strconv.Itoa(int(code))
}
