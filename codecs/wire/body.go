package wire

import "unsafe"

// Body is an opaque payload with one owner. The zero Body is empty and needs no release.
//
// A Body is borrowed or owned. A borrowed one aliases memory of somebody else, usually a connection's read buffer, and is
// valid only until the callback that brought it returns. An owned one lives in a pooled block until Release. Passing a Body
// on passes the duty to release it; Share makes a second duty. A Body is not safe for concurrent use, but the bodies that
// Share gives may be used on different goroutines, as long as nobody writes.
type Body struct {
	p   []byte
	blk *block
}

// Borrow makes a Body of memory that belongs to somebody else.
func Borrow(p []byte) Body { return Body{p: p} }

// Copy makes an owned Body with the contents of p.
func Copy(p []byte) Body {
	if len(p) == 0 {
		return Body{p: []byte{}}
	}
	blk := newBlock(len(p))
	return Body{p: blk.buf[:copy(blk.buf, p)], blk: blk}
}

// Bytes is the payload. It must not be written to or kept longer than the Body.
func (b Body) Bytes() []byte { return b.p }

// Len is the payload's length in bytes.
func (b Body) Len() int { return len(b.p) }

// Owned says that the payload stays until Release.
func (b Body) Owned() bool { return b.blk != nil || len(b.p) == 0 }

// Own makes a borrowed Body an owned one, copying it once.
func (b *Body) Own() {
	if !b.Owned() {
		*b = Copy(b.p)
	}
}

// Share gives a second Body with the same bytes, to be released on its own. A borrowed Body's share is borrowed.
func (b Body) Share() Body {
	if b.blk != nil {
		b.blk.refs.Add(1)
	}
	return b
}

// Sub gives the bytes from i to j as a Body of its own, to be released on its own if b is owned.
func (b Body) Sub(i, j int) Body {
	s := b.Share()
	s.p = s.p[i:j]
	return s
}

// Release gives an owned Body's memory back and empties the Body. It does nothing to a borrowed one but empty it.
func (b *Body) Release() {
	if b.blk != nil {
		b.blk.release()
	}
	*b = Body{}
}

// Within gives the offset of in's bytes in b's, and false if they are not the same memory.
func (b Body) Within(in Body) (off int, ok bool) {
	if len(in.p) == 0 || len(b.p) == 0 {
		return 0, false
	}
	start, at := uintptr(unsafe.Pointer(&b.p[0])), uintptr(unsafe.Pointer(&in.p[0]))
	if at < start || at+uintptr(len(in.p)) > start+uintptr(len(b.p)) {
		return 0, false
	}
	return int(at - start), true
}
