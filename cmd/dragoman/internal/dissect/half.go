package dissect

import (
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// half is what one side sends, and the session of the other side, that reads it.
type half struct {
	codec   codecs.Codec // nil: not known yet
	side    codecs.Side
	options map[string]string
	session codecs.Session

	buf   []byte
	off   int    // bytes of buf that were read
	marks []mark // when the bytes of buf came

	resync  bool // bytes are missing: each piece is tried anew
	skipped int  // bytes passed over since

	talk func(p []byte) int // reads the answer to small talk that is arriving; nil: none is

	due []codecs.Message // what the session was told and a window holds back, in order
}

// mark says when the bytes of a buffer up to end came.
type mark struct {
	end int
	at  time.Time
}

// open makes the session.
func (h *half) open(k codecs.Codec, side codecs.Side, options map[string]string) {
	h.codec, h.side, h.options = k, side, map[string]string{}
	for _, o := range k.Traits().Options {
		switch v, said := options[o.Name]; {
		case said:
			h.options[o.Name] = v
		case o.Name == "hosts": // of HTTP: who may call whom was for the server to say
			h.options[o.Name] = "*"
		}
	}
	h.renew()
}

// renew begins anew, as on a new connection. A limit of calls would be our own and not the peers'.
func (h *half) renew() {
	h.session, h.talk = nil, nil
	if h.codec != nil {
		h.session = h.codec.Session(h.side, codecs.Settings{Options: h.options, Calls: 1 << 20, Passive: true})
	}
	for i := range h.due {
		h.due[i].Release()
	}
	h.due = nil
}

func (h *half) add(at time.Time, p []byte) {
	if h.off > 0 && h.off >= len(h.buf)/2 {
		h.buf = append(h.buf[:0], h.buf[h.off:]...)
		h.time() // forgets the marks of what was read
		for i := range h.marks {
			h.marks[i].end -= h.off
		}
		h.off = 0
	}
	h.buf = append(h.buf, p...)
	h.marks = append(h.marks, mark{len(h.buf), at})
}

func (h *half) rest() []byte { return h.buf[h.off:] }

func (h *half) left() int { return len(h.buf) - h.off }

// time is when the last byte that was read came.
func (h *half) time() time.Time {
	for len(h.marks) > 1 && h.marks[0].end < h.off {
		h.marks = h.marks[1:]
	}
	if len(h.marks) == 0 {
		return time.Time{}
	}
	return h.marks[0].at
}

// lose begins anew with what comes next.
func (h *half) lose() {
	h.drop(h.left())
	h.resync = true
	h.renew()
}

// drop passes bytes over.
func (h *half) drop(n int) {
	h.skipped += n
	h.off += n
}

// tell has the session know a message that the other side's session has read.
func (h *half) tell(m *codecs.Message) {
	if h.session == nil {
		m.Release()
		return
	}
	m.Own()
	h.due = append(h.due, m.Move())
	h.flush()
}

// flush goes on with what a window has held back, as far as it is open.
func (h *half) flush() {
	for len(h.due) > 0 {
		var out wire.Out
		more, err := h.session.Encode(&out, &h.due[0])
		out.Reset()
		if more {
			return
		}
		if err != nil { // not every message of one session is one for the other: who reads on says what is wrong
			h.due[0].Release()
		}
		h.due = h.due[1:]
	}
	h.due = nil
}

// settle gives back the window that a message has used, and has the session say what it owes.
func (h *half) settle(id uint64, credit uint32) {
	var out wire.Out
	for _, m := range []codecs.Message{{Kind: codecs.Window, ID: id, Credit: credit}, {Kind: codecs.None}} {
		if m.Kind == codecs.None || credit > 0 {
			_, _ = h.session.Encode(&out, &m) // a session that has failed says so when it reads
		}
	}
	out.Reset()
	h.flush()
}
