package filter

import (
	"sync"

	"github.com/dragoman-rpc/dragoman/codecs"
)

const (
	retryMax = 64 << 10 // bytes of a request that are kept for another try
	sentCost = 512      // bytes that a message is counted as besides its body, so that empty ones are no way past the bound
)

// sent is what a caller has sent of a request: owned copies, for another try. They are pooled, for most calls need no other.
type sent struct {
	req   codecs.Message
	data  []codecs.Message // what followed it
	size  int
	users int // who look at it, the call itself being one
}

var kept = sync.Pool{New: func() any { return new(sent) }}

// keep makes a request its own and keeps a second one.
func keep(req *codecs.Message) *sent {
	s := kept.Get().(*sent)
	req.Own()
	s.req, s.size, s.users = req.Clone(), req.Body.Len(), 1
	return s
}

// add makes a message its own and keeps a second one, if there is room.
func (s *sent) add(m *codecs.Message) bool {
	if s.size += m.Body.Len() + sentCost; s.size > retryMax {
		return false
	}
	m.Own()
	s.data = append(s.data, m.Clone())
	return true
}

// free gives all of it back when the last user is done.
func (s *sent) free() {
	if s.users--; s.users > 0 {
		return
	}
	s.req.Release()
	for i := range s.data {
		s.data[i].Release()
	}
	*s = sent{data: s.data[:0]}
	kept.Put(s)
}
