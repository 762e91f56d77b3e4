package engine

// turns is the queue of calls in flight on a connection whose replies come in the order of the requests.
type turns struct {
	ring []*clientCall // its length is a power of two; nil entries are tombstones, and keepalives
	head uint
	n    uint
}

func (t *turns) len() int { return int(t.n) }

func (t *turns) push(cc *clientCall) {
	if int(t.n) == len(t.ring) {
		grown := make([]*clientCall, max(8, 2*len(t.ring)))
		for i := range t.n {
			grown[i] = *t.at(i)
		}
		t.ring, t.head = grown, 0
	}
	t.n++
	*t.at(t.n - 1) = cc
}

func (t *turns) at(i uint) **clientCall { return &t.ring[(t.head+i)&uint(len(t.ring)-1)] }

// pop takes the oldest; false: there was none.
func (t *turns) pop() (cc *clientCall, ok bool) {
	if t.n == 0 {
		return nil, false
	}
	at := t.at(0)
	cc, *at = *at, nil
	t.head++
	t.n--
	return cc, true
}

// bury makes a call's turn a tombstone, and says whether it was there.
func (t *turns) bury(cc *clientCall) bool {
	for i := range t.n {
		if at := t.at(i); *at == cc {
			*at = nil
			return true
		}
	}
	return false
}

func (t *turns) headDead() bool { return t.n > 0 && *t.at(0) == nil }
