package grpc

import (
	"encoding/binary"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/h2"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// A call, as the gRPC project's "gRPC over HTTP2" has it:
//
//	request   HEADERS  :path /service/method, content-type application/grpc[+…], te trailers, grpc-timeout, metadata
//	          DATA     message…                                                                          END_STREAM
//	reply     HEADERS  :status 200, content-type, grpc-encoding, metadata
//	          DATA     message…
//	          HEADERS  grpc-status, grpc-message, grpc-status-details-bin, metadata                       END_STREAM
//	or        HEADERS  all of both ("trailers-only")                                                      END_STREAM
//
// The payload is a row of messages. DATA frames cut it anywhere, also in a prefix:
//
//	0  1  flag    1: compressed, in the way grpc-encoding names; 0: not
//	1  4  length  n, big-endian
//	5  n  message
const prefixLen = 5

// exchange is one stream. Its two directions know nothing of each other but the caller's content type.
type exchange struct {
	side  codecs.Side
	set   *codecs.Settings
	max   uint32 // bytes of a message that may come; 0: any
	media string // the content type of both directions, once it is known
	shape codecs.Shape
	in    reading
	out   writing
}

// reading is the far side's half.
type reading struct {
	format codecs.Format // of its messages, Zip as its head announced
	prefix [prefixLen]byte
	have   uint8  // bytes of the prefix read; all of them: inside a message
	begun  bool   // a piece of the message was given out
	left   uint32 // bytes of the message still to come
}

// writing is our half.
type writing struct {
	inside bool   // a message goes on
	owed   uint32 // bytes of it still to come
	zip    string // as the head announced
}

// Reset makes the exchange ready for another stream of the same connection and side.
func (x *exchange) Reset() {
	*x = exchange{side: x.side, set: x.set, max: x.max, media: mediaPlain, shape: x.shape}
}

// Head implements h2.Exchange.
func (x *exchange) Head(m *codecs.Message, block []h2.Field, end bool) error {
	if x.side == codecs.Server {
		return x.readRequest(m, block, end)
	}
	return x.readReply(m, block, end)
}

// Data implements h2.Exchange. A message that p holds whole is one Data, a larger one comes in a piece for each p.
func (x *exchange) Data(m *codecs.Message, p []byte, end bool) (int, error) {
	n, err := x.message(m, p)
	if err != nil || !end || n < len(p) {
		return n, err
	}
	switch {
	case x.in.have > 0:
		return n, x.cut()
	case x.side == codecs.Client:
		return n, codecs.Errorf(codecs.Malformed, "grpc: decode reply: the stream ended without a status")
	case m.Kind == codecs.None:
		m.Kind, m.Bare = codecs.Data, true
	}
	m.End = true
	return n, nil
}

func (x *exchange) cut() error {
	if x.in.have < prefixLen {
		return codecs.Errorf(codecs.Malformed, "grpc: decode message: the stream ended after %d bytes of a prefix", x.in.have)
	}
	return codecs.Errorf(codecs.Malformed, "grpc: decode message: the stream ended %d bytes early", x.in.left)
}

// message reads up to the end of one message.
func (x *exchange) message(m *codecs.Message, p []byte) (n int, err error) {
	r := &x.in
	if r.have < prefixLen {
		n = copy(r.prefix[r.have:], p)
		r.have += uint8(n)
		if r.have < prefixLen {
			return n, nil
		}
		if err := x.begin(); err != nil {
			return n, err
		}
	}
	k := len(p) - n
	if uint64(k) > uint64(r.left) {
		k = int(r.left)
	}
	if k == 0 && r.left > 0 {
		return n, nil
	}
	m.Kind, m.Body, m.Format = codecs.Data, wire.Borrow(p[n:n+k:n+k]), r.format
	if r.prefix[0] == 0 {
		m.Format.Zip = ""
	}
	if !r.begun && uint32(k) < r.left {
		m.Size = r.left
	}
	r.left -= uint32(k)
	m.Part = r.left > 0
	r.begun = m.Part
	if !m.Part {
		r.have = 0
	}
	return n + k, nil
}

// begin looks at a prefix that has come whole.
func (x *exchange) begin() error {
	r := &x.in
	r.left = binary.BigEndian.Uint32(r.prefix[1:])
	switch flag := r.prefix[0]; {
	case flag > 1:
		return codecs.Errorf(codecs.Malformed, "grpc: decode message: flag %d", flag)
	case flag == 1 && r.format.Zip == "":
		return codecs.Errorf(codecs.Malformed, "grpc: decode message: compressed, and grpc-encoding does not say how")
	case x.max > 0 && r.left > x.max:
		return codecs.Errorf(codecs.Limited, "grpc: decode message: length %d over limit %d", r.left, x.max)
	}
	return nil
}

// Trailers implements h2.Exchange. Those of a request say nothing but that it ends.
func (x *exchange) Trailers(m *codecs.Message, block []h2.Field) error {
	if x.side == codecs.Client {
		return x.readTrailers(m, block)
	}
	if x.in.have > 0 {
		return x.cut()
	}
	m.Kind, m.Bare, m.End = codecs.Data, true, true
	return nil
}

// Write implements h2.Exchange. The Body of a failure becomes a field, and m is then left Bare. That each half begins once is the
// session's affair.
func (x *exchange) Write(p *h2.Parts, m *codecs.Message) error {
	switch {
	case m.Kind == codecs.Cancel:
		x.writeCancel(p, m)
		return nil
	case m.Kind == codecs.Data && x.side == codecs.Client:
		return x.payload(p, m)
	case m.Kind == codecs.Data:
		return x.writeData(p, m)
	case x.side == codecs.Client && (m.Kind == codecs.Request || m.Kind == codecs.Oneway):
		return x.writeRequest(p, m)
	case x.side == codecs.Server && m.Kind == codecs.Reply:
		return x.writeReply(p, m)
	}
	return codecs.Errorf(codecs.Internal, "grpc: encode: a %s on the %s's side", m.Kind, x.side)
}

// payload puts the prefix of the message that m is or begins.
func (x *exchange) payload(p *h2.Parts, m *codecs.Message) error {
	w := &x.out
	n := uint64(m.Body.Len())
	switch {
	case m.Bare && w.inside && m.End:
		return codecs.Errorf(codecs.Internal, "grpc: encode message: it ends %d bytes early", w.owed)
	case m.Bare:
		return nil
	case w.inside:
		if n > uint64(w.owed) || !m.Part && n < uint64(w.owed) {
			return codecs.Errorf(codecs.Internal, "grpc: encode message: a piece of %d bytes, and %d are left", n, w.owed)
		}
		w.owed -= uint32(n)
		w.inside = m.Part
		return nil
	}
	size := n
	if m.Part {
		size = uint64(m.Size)
	}
	switch {
	case m.Part && size == 0:
		return codecs.Errorf(codecs.Unimplemented, "grpc: encode message: it comes in pieces, and its length is not known")
	case size > 1<<32-1 || n > size:
		return codecs.Errorf(codecs.Internal, "grpc: encode message: a piece of %d bytes of %d", n, size)
	case m.Format.Zip != "" && m.Format.Zip != w.zip:
		return codecs.Errorf(codecs.Internal, "grpc: encode message: compressed with %q, and the head said %q", m.Format.Zip, w.zip)
	}
	flag := byte(0)
	if m.Format.Zip != "" {
		flag = 1
	}
	p.Prefix = binary.BigEndian.AppendUint32(append(p.Prefix, flag), uint32(size))
	w.inside, w.owed = m.Part, uint32(size-n)
	return nil
}
