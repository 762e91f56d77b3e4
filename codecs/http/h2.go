package http

import (
	"strconv"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/h2"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Over2 is HTTP/2 with JSON: the same calls as Codec's, under the same name.
func Over2() codecs.Codec { return h2.New(Mapping{}) }

// Mapping is what Codec is to HTTP/1.1 for streams of HTTP/2.
type Mapping struct{}

var _ h2.Mapping = Mapping{}

// Name is "http".
func (Mapping) Name() string { return Name }

// Traits gives the facts of the protocol. A request is whole, and so is a reply but to a caller who asks for a stream.
func (Mapping) Traits() codecs.Traits {
	t := traits()
	t.Whole = true
	return t
}

// Claims takes all that is not gRPC.
func (Mapping) Claims(block []h2.Field) bool {
	const grpc = "application/grpc"
	media, _ := h2.Get(block, "content-type")
	return len(media) < len(grpc) || !strings.EqualFold(media[:len(grpc)], grpc)
}

// Exchange makes the state of one stream.
func (Mapping) Exchange(side codecs.Side, set *codecs.Settings) h2.Exchange {
	t := traits()
	l := limits{frame: set.MaxFrame, head: min(set.MaxHead, set.MaxFrame)}
	if side == codecs.Client {
		return &asking{caller: newCaller(&t, set), body: gathering{limit: l.frame}, scheme: schemeOf(set)}
	}
	return &serving{callee: newCallee(&t, set), body: gathering{limit: l.frame}}
}

// gathering is a body while its pieces come.
type gathering struct {
	limit int // bytes
	p     []byte
}

// take adds a piece, and gives the body when it was the last one: the piece itself if it came alone.
func (g *gathering) take(p []byte, last bool) (body []byte, ok bool) {
	switch {
	case len(p) > g.limit-len(g.p):
		return nil, false
	case last && len(g.p) == 0:
		return p, true
	}
	g.p = append(g.p, p...)
	return g.p, true
}

// reset forgets the body, whose memory is a message's.
func (g *gathering) reset() { g.p = nil }

// fields is the memory of a header block while it is read, as bytes in one piece.
type fields struct {
	p  []byte
	at int
}

// fill copies a block.
func (f *fields) fill(block []h2.Field) {
	f.p, f.at = f.p[:0], 0
	for i := range block {
		f.p = append(append(f.p, block[i].Name...), block[i].Value...)
	}
}

// next gives the next field of the block.
func (f *fields) next(of *h2.Field) (name, value []byte) {
	from, mid := f.at, f.at+len(of.Name)
	f.at = mid + len(of.Value)
	return f.p[from:mid:mid], f.p[mid:f.at:f.at]
}

// putField2 adds a field to a block. Names are in lower case there.
func putField2(block []h2.Field, name, value []byte) []h2.Field {
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			name[i] = c + 'a' - 'A'
		}
	}
	return append(block, h2.Field{Name: string(name), Value: string(value)})
}

// statusText is a status in a header block.
func statusText(status int) string {
	if status == 200 {
		return "200"
	}
	return strconv.Itoa(status)
}

// put puts memory of its own in the place of a message's body.
func put(m *codecs.Message, text []byte) {
	m.Body.Release()
	m.Body, m.Bare = wire.Copy(text), false
}

// strip leaves a message without payload.
func strip(m *codecs.Message) {
	m.Body.Release()
	m.Bare = true
}
