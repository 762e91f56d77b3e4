package h2

import (
	"slices"

	"golang.org/x/net/http2/hpack"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// compressor writes header blocks. Most blocks of a connection are alike, so it remembers, by place, the fields that stand in the
// peer's table as they are: until the table moves, they need not be looked for again.
type compressor struct {
	enc   *hpack.Encoder
	out   *wire.Out // where enc writes to
	size  uint32    // of the table in bytes
	limit uint32    // what size may be
	fresh bool      // the peer has not been told of size: the next block does
	gen   uint32    // moves with every entry of the table, and with its size
	named uint32    // which of rare have had a place in the table
	heads places
	tails places
}

// places are the first fields of blocks of one sort.
type places [12]place

// place is a field and how it was written when the table was at gen.
type place struct {
	Field
	gen   uint32
	n     uint8
	bytes [3]byte
}

func (p *place) holds(f *Field) bool { return p.gen != 0 && p.Name == f.Name && p.Value == f.Value }

func (c *compressor) init() {
	c.enc, c.size, c.limit, c.gen = hpack.NewEncoder(c), tableSize, tableSize, 1
}

// Write takes what the encoder writes.
func (c *compressor) Write(p []byte) (int, error) {
	c.out.B = append(c.out.B, p...)
	return len(p), nil
}

// allow takes the size of table that the peer allows, of which no more is used than tableSize. Between two blocks the table only
// shrinks: the peer would have to be told of the smallest and of the last size, and decoders are about that do not take two.
func (c *compressor) allow(n uint32) {
	c.limit = min(n, tableSize)
	if c.limit < c.size || !c.fresh {
		c.resize()
	}
}

func (c *compressor) resize() {
	if c.size == c.limit {
		return
	}
	c.size, c.fresh, c.named = c.limit, true, 0
	c.gen++
	c.enc.SetMaxDynamicTableSize(c.size)
}

// block appends a block.
func (c *compressor) block(out *wire.Out, fields []Field, known *places) {
	c.out = out
	for i := range fields {
		var p *place
		if i < len(known) {
			if p = &known[i]; p.gen == c.gen && p.holds(&fields[i]) {
				out.B = append(out.B, p.bytes[:p.n]...)
				continue
			}
		}
		c.field(&fields[i], p)
	}
	c.out, c.fresh = nil, false
	c.resize()
}

// The first bytes of fields (RFC 7541 §6).
const (
	indexed     = 0x80 // it stands in a table
	incremental = 0x40 // it gets a place there
	sizeUpdate  = 0x20 // the table's size stands in front of it
)

func (c *compressor) field(f *Field, p *place) {
	at := len(c.out.B)
	_ = c.enc.WriteField(hpack.HeaderField{Name: f.Name, Value: f.Value, Sensitive: c.passing(f)}) // Write takes everything
	b := c.out.B[at:]
	switch {
	case b[0]&indexed == 0:
		if b[0]&incremental != 0 || b[0]&sizeUpdate != 0 {
			c.gen++
		}
	case p != nil && len(b) <= len(p.bytes):
		*p = place{Field: *f, gen: c.gen, n: uint8(len(b))}
		copy(p.bytes[:], b)
	}
}

// rare are fields that do not come again with the same value. Their names are worth a place in the table: the first of each gets
// one. Those in front of firstPublic are secrets, which get none, so that callers who share a connection cannot guess them by the
// size of what is sent (RFC 7541 §7.1).
var rare = []string{"authorization", "proxy-authorization", "cookie", "set-cookie",
	"grpc-timeout", "grpc-message", "grpc-status-details-bin", "grpc-trace-bin", "traceparent", "tracestate", "baggage", "b3",
	"x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-request-id", "content-length", "date", "age", "etag", "last-modified",
	"location"}

const (
	firstPublic = 4
	rareMax     = 64 // bytes of a value that may stand in the table for the sake of its name
)

// passing says whether a field is written without a place in the table.
func (c *compressor) passing(f *Field) bool {
	i := slices.Index(rare, f.Name)
	switch {
	case i < 0:
		return false
	case i < firstPublic || c.named&(1<<i) != 0 || len(f.Value) > rareMax:
		return true
	}
	c.named |= 1 << i
	return false
}

// checkOut sees that no field says more than one field, and that the blocks are not larger than the peer takes.
func (s *session) checkOut(p *Parts) error {
	if err := s.checkBlock(p.Head, &s.comp.heads); err != nil {
		return err
	}
	return s.checkBlock(p.Tail, &s.comp.tails)
}

func (s *session) checkBlock(block []Field, known *places) error {
	size := 0
	for i := range block {
		size += len(block[i].Name) + len(block[i].Value) + fieldCost
		if i < len(known) && known[i].holds(&block[i]) {
			continue
		}
		name := block[i].Name
		if isPseudo(name) {
			name = name[1:]
		}
		if !isName(name, &nameChar) || !isValue(block[i].Value) {
			return codecs.Errorf(codecs.Invalid, "h2: encode headers: field %.64q holds what none may", block[i].Name)
		}
	}
	if size > int(s.peer.headList) {
		return codecs.Errorf(codecs.Invalid, "h2: encode headers: %d bytes over the peer's limit %d", size, s.peer.headList)
	}
	return nil
}

// writeBlock writes a header block: HEADERS, and CONTINUATION if it is larger than the peer's frames.
func (s *session) writeBlock(out *wire.Out, id uint32, block []Field, known *places, flags uint8) {
	at := len(out.B)
	out.B = appendHead(out.B, 0, frameHeaders, flags, id)
	s.comp.block(out, block, known)
	n := len(out.B) - at - headLen
	first := min(n, s.peer.frame)
	if first == n {
		flags |= flagEndHeaders
	}
	out.PutU32(at, uint32(first)<<8|uint32(frameHeaders))
	out.B[at+4] = flags
	if first < n {
		rest := append([]byte(nil), out.B[at+headLen+first:]...)
		out.B = out.B[:at+headLen+first]
		s.continuations(out, id, rest)
	}
}

func (s *session) continuations(out *wire.Out, id uint32, rest []byte) {
	for len(rest) > 0 {
		n := min(len(rest), s.peer.frame)
		var flags uint8
		if n == len(rest) {
			flags = flagEndHeaders
		}
		out.B = append(appendHead(out.B, n, frameContinuation, flags, id), rest[:n]...)
		rest = rest[n:]
	}
}
