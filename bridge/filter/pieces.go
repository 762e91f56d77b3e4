package filter

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"slices"
	"sync"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// pieces puts the messages of one direction together from the pieces that they come in.
type pieces struct {
	limit int    // bytes of a message
	open  bool   // a message has begun and is not whole
	zip   string // its compression
	buf   []byte // what has come of it; used again for the next one
}

// add takes the next message or piece. whole: m is a whole message now, or none at all (a head, an end). Else, but for an error, it
// was taken over. A body that was put together is borrowed from p. What has come of a message that its sender gives up is dropped.
func (p *pieces) add(m *codecs.Message) (whole bool, err error) {
	switch {
	case m.End && m.Status.Code != codecs.OK:
		return true, nil
	case !p.open && !m.Part:
		if m.Body.Len() > p.limit {
			return false, p.tooLarge()
		}
		return true, nil
	}
	if !p.open {
		p.open, p.zip, p.buf = true, m.Format.Zip, p.buf[:0]
	}
	if len(p.buf)+m.Body.Len() > p.limit || int64(m.Size) > int64(p.limit) {
		return false, p.tooLarge()
	}
	p.buf = append(p.buf, m.Body.Bytes()...)
	if m.Part {
		m.Release()
		return false, nil
	}
	m.Touch()
	m.Body.Release()
	m.Body, m.Bare, m.Size, m.Format.Zip = wire.Borrow(p.buf), false, 0, p.zip
	p.open = false
	return true, nil
}

func (p *pieces) tooLarge() error {
	return codecs.Errorf(codecs.Invalid, "a message over %d bytes", p.limit)
}

// single keeps the one message that a direction of a call may have.
type single struct {
	pieces
	got  codecs.Message // owned, or put together in memory of its own
	some bool
}

var errSeveral = errors.New("more than one message")

// take takes m over but for an error.
func (s *single) take(m *codecs.Message) error {
	if s.some && (!m.Bare || m.Part) {
		return errSeveral
	}
	joined := s.open
	whole, err := s.add(m)
	switch {
	case err != nil || !whole:
		return err
	case m.Bare:
		m.Release()
		return nil
	case !joined:
		m.Own()
	}
	s.got, s.some = *m, true
	return nil
}

var inflaters = sync.Pool{New: func() any { return new(gzip.Reader) }}

// inflate undoes the compression of a whole message. A body of up to limit bytes may come of it.
func inflate(m *codecs.Message, limit int) error {
	zip := m.Format.Zip
	if zip == "" || m.Bare {
		m.Format.Zip = ""
		return nil
	}
	if zip != "gzip" {
		return codecs.Errorf(codecs.Unimplemented, "compression %.32q cannot be undone", zip)
	}
	z := inflaters.Get().(*gzip.Reader)
	defer inflaters.Put(z)
	out := newScratch()
	defer out.free()
	err := z.Reset(bytes.NewReader(m.Body.Bytes()))
	if err == nil {
		err = read(&out.out, io.LimitReader(z, int64(limit)+1))
	}
	switch {
	case err != nil:
		return codecs.Errorf(codecs.Invalid, "%s of %d bytes: %v", zip, m.Body.Len(), err)
	case out.out.Len() > limit:
		return codecs.Errorf(codecs.Invalid, "%s of %d bytes makes a message over %d bytes", zip, m.Body.Len(), limit)
	}
	f := m.Format
	f.Zip = ""
	m.SetBody(out.out.Take(), f)
	return nil
}

// read appends all that r gives.
func read(out *wire.Out, r io.Reader) error {
	for {
		if len(out.B) == cap(out.B) {
			out.B = slices.Grow(out.B, 512)
		}
		n, err := r.Read(out.B[len(out.B):cap(out.B)])
		out.B = out.B[:len(out.B)+n]
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
