package capture

import (
	"bytes"
	"net/netip"
	"slices"
	"time"
)

// What of one direction may wait for earlier bytes. Beyond it those are taken for lost.
const (
	maxHeld  = 4 << 20 // bytes
	maxAhead = 1 << 10 // segments
)

// ends are the addresses of a connection, the lower first.
type ends [2]netip.AddrPort

// assembly makes streams of segments.
type assembly struct {
	conns  map[ends]*conn
	order  []*conn // in which they began
	each   func(*Piece) error
	counts Counts
}

// conn is a connection, with what its client sends and what its server sends.
type conn struct {
	Conn
	ways [2]way
	over bool
}

// way is one direction of a connection.
type way struct {
	begun   bool   // next is known
	ended   bool   // FIN was taken, or RST
	middle  bool   // its beginning was not captured, and no Piece has said so
	next    uint32 // sequence number of the byte that comes next
	fin     uint32 // sequence number behind the last byte, if finished
	final   bool
	waiting []held // by sequence number
	size    int    // bytes in waiting
}

// held is bytes that wait for earlier ones.
type held struct {
	seq  uint32
	at   time.Time
	data []byte
}

// after is how far a lies behind b, as sequence numbers go round.
func after(a, b uint32) int { return int(int32(a - b)) }

// take adds a segment.
func (a *assembly) take(s *segment, at time.Time) error {
	key := ends{s.from, s.to}
	if s.to.Compare(s.from) < 0 {
		key = ends{s.to, s.from}
	}
	c := a.conns[key]
	if opens := s.flags&(flagSyn|flagAck) == flagSyn; c == nil || opens && c.fresh(s) {
		if c != nil {
			if err := a.close(c); err != nil {
				return err
			}
		}
		c = &conn{Conn: roles(s)}
		a.conns[key] = c
		a.order = append(a.order, c)
		a.counts.Conns++
	}
	side := 0
	if s.from != c.Client {
		side = 1
	}
	if s.flags&flagAck != 0 {
		if err := a.acknowledged(c, 1-side, s.ack); err != nil {
			return err
		}
	}
	return a.add(c, side, s, at)
}

// fresh says whether a SYN begins another connection between the same ends.
func (c *conn) fresh(s *segment) bool {
	w := &c.ways[0]
	if s.from != c.Client {
		w = &c.ways[1]
	}
	return c.over || w.begun && s.seq+1 != w.next && !w.middle
}

// roles says who is the client.
func roles(s *segment) Conn {
	server := s.to.Port() <= s.from.Port()
	if s.flags&flagSyn != 0 {
		server = s.flags&flagAck == 0
	}
	if server {
		return Conn{Client: s.from, Server: s.to}
	}
	return Conn{Client: s.to, Server: s.from}
}

// add puts the bytes of a segment where they belong.
func (a *assembly) add(c *conn, side int, s *segment, at time.Time) error {
	w := &c.ways[side]
	seq := s.seq
	switch {
	case s.flags&flagSyn != 0:
		seq++
		if !w.begun {
			w.begun, w.next = true, seq
		}
	case !w.begun && (len(s.data) > 0 || s.flags&flagFin != 0):
		w.begun, w.next, w.middle = true, seq, true
	}
	if w.ended {
		return nil
	}
	if n := after(seq, w.next); len(s.data) > 0 && n > 0 {
		w.hold(held{seq, at, bytes.Clone(s.data)})
	} else if len(s.data) > 0 && -n < len(s.data) {
		if err := a.give(c, side, held{w.next, at, s.data[-n:]}, 0); err != nil {
			return err
		}
	}
	if s.flags&flagFin != 0 {
		w.final, w.fin = true, seq+uint32(len(s.data))
	}
	if err := a.drain(c, side, false); err != nil {
		return err
	}
	if s.flags&flagRst != 0 {
		return a.close(c)
	}
	if w.final && len(w.waiting) == 0 && after(w.fin, w.next) <= 0 {
		return a.end(c, side)
	}
	return nil
}

// hold keeps bytes in order.
func (w *way) hold(h held) {
	i, _ := slices.BinarySearchFunc(w.waiting, h, func(e, t held) int { return after(e.seq, t.seq) })
	w.waiting = slices.Insert(w.waiting, i, h)
	w.size += len(h.data)
}

// acknowledged takes note of what the other side has got: if it has what was not captured, that will not come again.
func (a *assembly) acknowledged(c *conn, side int, ack uint32) error {
	w := &c.ways[side]
	if !w.begun || len(w.waiting) == 0 || after(ack, w.waiting[0].seq) < 0 {
		return nil
	}
	return a.drain(c, side, true)
}

// drain gives what need not wait any longer; with skip the next that waits, whatever is missing before it.
func (a *assembly) drain(c *conn, side int, skip bool) error {
	w := &c.ways[side]
	for len(w.waiting) > 0 {
		h := w.waiting[0]
		n := after(h.seq, w.next)
		if n > 0 && !skip && w.size <= maxHeld && len(w.waiting) < maxAhead {
			return nil
		}
		skip = false
		w.waiting = w.waiting[1:]
		w.size -= len(h.data)
		if n <= 0 && -n >= len(h.data) {
			continue // sent again
		}
		lost := max(n, 0)
		h.data = h.data[max(-n, 0):]
		if err := a.give(c, side, h, lost); err != nil {
			return err
		}
	}
	w.waiting = nil
	return nil
}

// give passes bytes on.
func (a *assembly) give(c *conn, side int, h held, lost int) error {
	w := &c.ways[side]
	w.next += uint32(lost + len(h.data))
	p := Piece{Conn: &c.Conn, FromServer: side == 1, At: h.at, Lost: lost, Middle: w.middle, Bytes: h.data}
	w.middle = false
	return a.each(&p)
}

// end ends one direction.
func (a *assembly) end(c *conn, side int) error {
	w := &c.ways[side]
	if w.ended {
		return nil
	}
	w.ended = true
	c.over = c.ways[0].ended && c.ways[1].ended
	return a.each(&Piece{Conn: &c.Conn, FromServer: side == 1, End: true})
}

// close ends a connection, with what waits.
func (a *assembly) close(c *conn) error {
	for side := range c.ways {
		for len(c.ways[side].waiting) > 0 {
			if err := a.drain(c, side, true); err != nil {
				return err
			}
		}
		if err := a.end(c, side); err != nil {
			return err
		}
	}
	return nil
}

// finish ends what is open when the capture ends.
func (a *assembly) finish() error {
	for _, c := range a.order {
		if err := a.close(c); err != nil {
			return err
		}
	}
	return nil
}
