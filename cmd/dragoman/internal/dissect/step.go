package dissect

import (
	"fmt"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// step reads one message of a side, and says whether there was one.
func (c *Conn) step(side int) bool {
	h := &c.sides[side]
	p := h.rest()
	if h.session == nil || len(p) == 0 {
		return false
	}
	if h.resync && side == client { // some protocols take anything for a word of theirs, but for a beginning
		switch c.wire.Sniff(p[:min(len(p), codecs.SniffMax)]) {
		case codecs.More:
			return false
		case codecs.No:
			h.drop(len(p))
			return false
		case codecs.Yes:
		}
	}
	if z, ok := h.session.(codecs.Sizer); ok {
		if n := z.FrameSize(p); n > len(p) && n <= codecs.DefaultMaxFrame {
			return false
		}
	}
	if side == server {
		if read, wait := c.talk(p); read || wait {
			return read
		}
		if lead := c.o.Lead[h.codec.Name()]; lead != nil {
			if n := lead(p); n > 0 {
				h.off += n
				return true
			}
		}
	}
	var m codecs.Message
	n, err := h.session.Decode(&m, p)
	if n == 0 && err == nil && len(p) > codecs.DefaultMaxFrame {
		err = fmt.Errorf("a message of more than %d bytes", codecs.DefaultMaxFrame)
	}
	if n == 0 {
		m.Release()
		if err != nil {
			c.fail(side, err)
		}
		return err != nil
	}
	if h.resync {
		if h.resync = false; h.skipped > 0 {
			c.o.Say(&Event{FromServer: side == server, At: h.time(), Note: bytesOf(h.skipped) + " passed over, in search of a message"})
			h.skipped = 0
		}
	}
	h.off += n
	id, credit := m.ID, m.Credit
	c.message(side, &m, p[:n], err)
	h.settle(id, credit)
	return true
}

// talk reads the answer to small talk, if one comes next. wait: it is not all there.
func (c *Conn) talk(p []byte) (read, wait bool) {
	h, asked := &c.sides[server], c.calls.talked()
	begin := c.o.Talk[h.codec.Name()]
	if asked == nil || begin == nil {
		return false, false
	}
	if h.talk == nil {
		h.talk = begin()
	}
	n := h.talk(p)
	if n == 0 {
		return false, true
	}
	if h.talk = nil; n < 0 {
		return false, false
	}
	h.off += n
	c.calls.queue = c.calls.queue[1:]
	c.o.Say(&Event{FromServer: true, At: h.time(), Bytes: p[:n], Note: "answer, " + bytesOf(n)})
	return true, false
}

// fail gives up what a side has sent so far. It is tried again with each piece that comes.
func (c *Conn) fail(side int, err error) {
	h := &c.sides[side]
	if !h.resync {
		c.o.Say(&Event{FromServer: side == server, At: h.time(), Err: err, Bytes: h.rest()})
		h.off, h.skipped = len(h.buf), 0
		c.calls.lost = true
	}
	h.lose()
}

// message says a message, or a piece of one, and tells the other side's session of it.
func (c *Conn) message(side int, m *codecs.Message, p []byte, err error) {
	h := &c.sides[side]
	if l, ok := h.session.(codecs.MetaLoader); ok && err == nil && !m.Meta.Loaded && m.Frame.Of != "" {
		err = l.LoadMeta(m)
	}
	if side == client && m.Of != nil && c.sides[server].codec == nil {
		c.sides[server].open(m.Of, codecs.Client, c.o.Settings)
	}
	e := &Event{FromServer: side == server, At: h.time(), Bytes: p, Err: err, Asked: c.calls.note(side, m, h.time())}
	whole, ready := c.calls.whole(side, m)
	switch {
	case ready:
		e.Message = whole
		if m.Kind != codecs.None || err != nil {
			c.o.Say(e)
		}
	default:
		e.Note = fmt.Sprintf("%s of message %d, which goes on", bytesOf(m.Body.Len()), m.ID)
		c.o.Say(e)
	}
	if whole != m {
		whole.Release()
	}
	switch m.Kind {
	case codecs.Request, codecs.Oneway, codecs.Reply, codecs.Data, codecs.Cancel:
		if err == nil {
			c.sides[1-side].tell(m)
			return
		}
	default:
	}
	m.Release()
}

// maxWhole bounds what is put together of the pieces of one message, in bytes.
const maxWhole = codecs.DefaultMaxFrame

// place names one direction of a call.
type place struct {
	side int
	id   uint64
}

// pieces is a message that comes in pieces.
type pieces struct {
	head codecs.Message // its memory is not its own
	body []byte
}

// whole gives the message that m is, or completes. ready is false for a piece that others follow.
func (s *calls) whole(side int, m *codecs.Message) (w *codecs.Message, ready bool) {
	at := place{side, m.ID}
	had := s.parts[at]
	body := m.Kind == codecs.Request || m.Kind == codecs.Oneway || m.Kind == codecs.Reply || m.Kind == codecs.Data
	if !body || had == nil && !m.Part {
		if m.Kind == codecs.Cancel {
			delete(s.parts, at)
		}
		return m, true
	}
	if had == nil {
		had = &pieces{head: *m}
		had.head.Body, had.head.Frame = wire.Body{}, codecs.Frame{}
		if s.parts == nil {
			s.parts = map[place]*pieces{}
		}
		s.parts[at] = had
	}
	had.body = append(had.body, m.Body.Bytes()[:min(m.Body.Len(), maxWhole-len(had.body))]...)
	if m.Part {
		return m, false
	}
	delete(s.parts, at)
	w = &had.head
	w.Body, w.Part, w.Bare, w.End = wire.Borrow(had.body), false, false, m.End
	if m.End && m.Kind == codecs.Data {
		w.Status = m.Status
		w.Meta.Pairs = append(w.Meta.Pairs[:len(w.Meta.Pairs):len(w.Meta.Pairs)], m.Meta.Pairs...)
	}
	return w, true
}
