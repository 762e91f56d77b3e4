package engine

import "github.com/dragoman-rpc/dragoman/codecs"

// slots keeps replies in the order of the requests: request n takes slot n, and so does everything else that a session wants
// said, so that nothing overtakes. A slot may hold several messages; the filled prefix is written.
type slots struct {
	ring []slot // its length is a power of two
	head uint64 // the number of the oldest slot
	next uint64 // the number that the next request gets
}

type slot struct {
	msgs []codecs.Message // owned
	done bool
}

func (s *slots) len() int { return int(s.next - s.head) }

func (s *slots) at(n uint64) *slot { return &s.ring[n&uint64(len(s.ring)-1)] }

// take reserves the next slot.
func (s *slots) take() (n uint64) {
	if s.len() == len(s.ring) {
		grown := make([]slot, max(8, 2*len(s.ring)))
		for n := s.head; n != s.next; n++ {
			grown[n&uint64(len(grown)-1)] = *s.at(n)
		}
		s.ring = grown
	}
	n = s.next
	s.next++
	return n
}

// put files a message that is not at the head yet.
func (s *slots) put(n uint64, m *codecs.Message) {
	m.Own()
	at := s.at(n)
	at.msgs = append(at.msgs, *m)
	at.done = m.End
}

// shift drops the head, which is done.
func (s *slots) shift() {
	at := s.at(s.head)
	clear(at.msgs)
	at.msgs, at.done = at.msgs[:0], false
	s.head++
}
