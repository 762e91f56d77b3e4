package wire

import (
	"encoding/binary"
	"net"
)

// refMin is the size from which a body is referred to and not copied.
const refMin = 4 << 10

// Out is output under construction: bytes appended to B, and large bodies referred to in between. The offset that PutU32 takes
// counts B only.
//
// The zero Out is ready for use. It is not safe for concurrent use.
type Out struct {
	B    []byte // append to it: o.B = append(o.B, …)
	refs []ref
	size int // of the bodies referred to
}

type ref struct {
	at   int // in B: the body stands before this byte
	body Body
}

// Len is the number of bytes written, bodies referred to included.
func (o *Out) Len() int { return len(o.B) + o.size }

// Body appends a payload: small ones are copied, large ones are referred to. It takes the Body over.
func (o *Out) Body(b Body) {
	if b.Len() < refMin {
		o.B = append(o.B, b.p...)
		b.Release()
		return
	}
	o.refs = append(o.refs, ref{len(o.B), b})
	o.size += b.Len()
}

// sealed is the size of the pieces that an Out grows by.
const sealed = 64 << 10

// Seal puts B aside as a body when there is little room left in it, and begins another in pooled memory, so that an Out to which many
// append is never moved. Offsets in B are void then: it is for whoever stands between two frames.
func (o *Out) Seal() {
	if len(o.B) >= sealed/2 && cap(o.B)-len(o.B) < 2*refMin {
		o.seal()
		o.B = scratch(sealed)
	}
}

// seal makes B bodies that are referred to, in their order.
func (o *Out) seal() {
	if len(o.B) == 0 {
		return
	}
	all := Body{p: o.B, blk: adopt(o.B)}
	was, at := o.refs, 0
	if n := len(was); n > 0 && was[n-1].at > 0 {
		o.refs = make([]ref, 0, 2*n+1)
		for _, r := range was {
			if r.at > at {
				o.refs = append(o.refs, ref{body: all.Sub(at, r.at)})
				at = r.at
			}
			o.refs = append(o.refs, ref{body: r.body})
		}
	}
	if at < len(o.B) {
		o.refs = append(o.refs, ref{body: all.Sub(at, len(o.B))})
	}
	all.Release()
	o.size += len(o.B)
	o.B = nil
}

// Bodies appends the output, in order, to list, as owned bodies, and empties the Out.
func (o *Out) Bodies(list []Body) []Body {
	o.seal()
	for i := range o.refs {
		o.refs[i].body.Own()
		list = append(list, o.refs[i].body)
	}
	clear(o.refs)
	o.refs, o.size = o.refs[:0], 0
	return list
}

// U16, U32 and U64 append in network order.
func (o *Out) U16(v uint16) { o.B = binary.BigEndian.AppendUint16(o.B, v) }
func (o *Out) U32(v uint32) { o.B = binary.BigEndian.AppendUint32(o.B, v) }
func (o *Out) U64(v uint64) { o.B = binary.BigEndian.AppendUint64(o.B, v) }

// PutU32 writes v over the four bytes at offset at of B.
func (o *Out) PutU32(at int, v uint32) { binary.BigEndian.PutUint32(o.B[at:at+4], v) }

// Own copies the borrowed bodies referred to, so that the Out may outlive the callback they came with.
func (o *Out) Own() {
	for i := range o.refs {
		o.refs[i].body.Own()
	}
}

// Borrowed says whether the Out refers to memory that it does not own.
func (o *Out) Borrowed() bool {
	for i := range o.refs {
		if !o.refs[i].body.Owned() {
			return true
		}
	}
	return false
}

// Buffers appends the output, in order, to bufs. The slices are valid until Reset.
func (o *Out) Buffers(bufs net.Buffers) net.Buffers {
	at := 0
	for _, r := range o.refs {
		if r.at > at {
			bufs = append(bufs, o.B[at:r.at])
			at = r.at
		}
		bufs = append(bufs, r.body.p)
	}
	if at < len(o.B) {
		bufs = append(bufs, o.B[at:])
	}
	return bufs
}

// AppendTo appends the output, in order, to p: for tests and for those who need one slice.
func (o *Out) AppendTo(p []byte) []byte {
	for _, b := range o.Buffers(nil) {
		p = append(p, b...)
	}
	return p
}

// keep is the largest buffer that Reset keeps for the next use.
const keep = 256 << 10

// Reset releases the bodies and empties the Out, keeping a buffer of moderate size.
func (o *Out) Reset() {
	for i := range o.refs {
		o.refs[i].body.Release()
	}
	clear(o.refs)
	o.refs, o.size = o.refs[:0], 0
	if cap(o.B) > keep {
		o.B = nil
	}
	o.B = o.B[:0]
}

// Take gives what was written to B as an owned Body and resets the Out. There must be no bodies referred to.
func (o *Out) Take() Body {
	b := Copy(o.B)
	o.Reset()
	return b
}
