package h2

import (
	"encoding/binary"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// settings takes what the peer announces. The first ones are its Hello.
func (s *session) settings(m *codecs.Message, h frameHead, p []byte) error {
	switch {
	case h.id != 0:
		return fatal(protocolError, "decode settings: stream %d", h.id)
	case h.has(flagAck) && len(p) > 0 || len(p)%6 != 0:
		return fatal(frameSizeError, "decode settings: length %d", len(p))
	case h.has(flagAck):
		return s.flood.spend(costFrame)
	}
	if err := s.flood.spend(costSettings); err != nil {
		return err
	}
	was := s.peer
	for ; len(p) > 0; p = p[6:] {
		if err := s.setting(binary.BigEndian.Uint16(p), binary.BigEndian.Uint32(p[2:])); err != nil {
			return err
		}
	}
	if err := s.resize(s.peer.window - was.window); err != nil {
		return err
	}
	s.owed.B = appendHead(s.owed.B, 0, frameSettings, flagAck, 0)
	switch {
	case s.phase == atSettings:
		s.phase = atFrames
		m.Kind = codecs.Hello
	case s.peer.window != was.window || s.peer.streams != was.streams:
		m.Kind = codecs.Window
	}
	return nil
}

func (s *session) setting(id uint16, v uint32) error {
	switch id {
	case settingTable:
		s.comp.allow(v)
	case settingPush:
		if v > 1 || v == 1 && s.side == codecs.Client {
			return fatal(protocolError, "decode settings: ENABLE_PUSH is %d", v)
		}
	case settingStreams:
		s.peer.streams = v
	case settingWindow:
		if v > maxWindow {
			return fatal(flowControlError, "decode settings: INITIAL_WINDOW_SIZE is %d", v)
		}
		s.peer.window = int(v)
	case settingFrame:
		if v < maxFrame || v > 1<<24-1 {
			return fatal(protocolError, "decode settings: MAX_FRAME_SIZE is %d", v)
		}
		s.peer.frame = int(v)
	case settingHeadList:
		s.peer.headList = v
	}
	return nil
}

// resize moves the windows of all streams by what the initial one has moved. They may become negative (RFC 9113 §6.9.2).
func (s *session) resize(by int) error {
	if by == 0 {
		return nil
	}
	for _, st := range s.streams.open {
		if st.send += by; st.send > maxWindow {
			return fatal(flowControlError, "decode settings: the window of stream %d is over %d", st.id, maxWindow)
		}
	}
	return nil
}

// window lets us send more.
func (s *session) window(m *codecs.Message, h frameHead, p []byte) error {
	if len(p) != 4 {
		return fatal(frameSizeError, "decode window_update: length %d", len(p))
	}
	if err := s.flood.spend(costWindow); err != nil {
		return err
	}
	n := int(binary.BigEndian.Uint32(p) & maxWindow)
	if h.id == 0 {
		s.send += n
		switch {
		case n == 0:
			return fatal(protocolError, "decode window_update: increment 0")
		case s.send > maxWindow:
			return fatal(flowControlError, "decode window_update: window over %d", maxWindow)
		case s.blocked > 0:
			m.Kind = codecs.Window
		}
		return nil
	}
	st := s.streams.find(h.id)
	if st == nil {
		if s.idle(h.id) {
			return fatal(protocolError, "decode window_update: stream %d was never opened", h.id)
		}
		return nil
	}
	st.send += n
	switch {
	case n == 0:
		return s.breakOff(m, st, protocolError, "a window update of 0")
	case st.send > maxWindow:
		return s.breakOff(m, st, flowControlError, "a window that is too large")
	case st.out.pending:
		m.Kind, m.ID = codecs.Window, uint64(st.id)
	}
	return nil
}

// reset ends a stream without more words. One that has ended may have been answered while the reset was under way; a client that does
// so with every call makes us serve it for nothing.
func (s *session) reset(m *codecs.Message, h frameHead, p []byte) error {
	switch {
	case h.id == 0:
		return fatal(protocolError, "decode rst_stream: no stream")
	case len(p) != 4:
		return fatal(frameSizeError, "decode rst_stream: length %d", len(p))
	case s.idle(h.id):
		return fatal(protocolError, "decode rst_stream: stream %d was never opened", h.id)
	}
	st := s.streams.find(h.id)
	if st == nil && s.side == codecs.Server {
		return s.flood.spend(costLate)
	} else if st == nil {
		return s.flood.spend(costFrame)
	}
	cost := budget(costReset)
	if st.headOut || s.side == codecs.Client {
		cost = costFrame
	}
	known, code := st.known, errorCode(binary.BigEndian.Uint32(p))
	s.close(st, closed{id: h.id})
	if known {
		m.Kind, m.ID, m.Status = codecs.Cancel, uint64(h.id), code.status(s.side)
	}
	return s.flood.spend(cost)
}

// partingPing is the payload of the PING behind the first GOAWAY. Those that the engine asks for hold an id.
const partingPing = 0xd1a60_3a9_b1e_b1e0

// ping answers a PING, or takes the answer to ours.
func (s *session) ping(m *codecs.Message, h frameHead, p []byte) error {
	switch {
	case h.id != 0:
		return fatal(protocolError, "decode ping: stream %d", h.id)
	case len(p) != 8:
		return fatal(frameSizeError, "decode ping: length %d", len(p))
	}
	payload := binary.BigEndian.Uint64(p)
	switch {
	case !h.has(flagAck):
		s.owed.B = append(appendHead(s.owed.B, 8, framePing, flagAck, 0), p...)
	case payload == partingPing && s.leaving == warned:
		s.depart()
		m.Kind, m.End = codecs.Control, true
	case payload != partingPing && payload <= s.pinged:
		m.Kind, m.ID = codecs.Pong, payload
	}
	return s.flood.spend(costFrame)
}

// depart says which streams are the last ones. The client has had the time of a round trip to stop opening them.
func (s *session) depart() {
	s.leaving = gone
	s.owed.B = appendGoaway(s.owed.B, s.lastIn, noError, "")
}

// textMax is how much is kept of what a peer says on leaving, in bytes.
const textMax = 128

// goaway takes the peer's word that it leaves. What a client says so only means that it will not be back.
func (s *session) goaway(m *codecs.Message, h frameHead, p []byte) error {
	switch {
	case h.id != 0:
		return fatal(protocolError, "decode goaway: stream %d", h.id)
	case len(p) < 8:
		return fatal(frameSizeError, "decode goaway: length %d", len(p))
	case s.side == codecs.Server:
		return s.flood.spend(costFrame)
	}
	last, code := binary.BigEndian.Uint32(p)&maxStream, errorCode(binary.BigEndian.Uint32(p[4:]))
	if s.away {
		last = min(last, s.awayFrom)
	}
	s.away, s.awayFrom = true, last
	for id, st := range s.streams.open {
		if id > last {
			s.close(st, closed{id: id, ours: true})
		}
	}
	m.Kind, m.ID = codecs.Goaway, uint64(last)
	m.Status = codecs.Status{Code: codecs.Unavailable, Text: "h2: the server goes away with " + code.String(),
		Native: codecs.Native{Of: Name, Code: int32(code)}}
	if text := printable(p[8:]); text != "" {
		m.Status.Text += ": " + text
	}
	return s.flood.spend(costFrame)
}

// printable gives the beginning of a text of the peer's, with nothing in it that a log or a terminal could mind.
func printable(p []byte) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, string(p[:min(len(p), textMax)]))
}

// priority is advice that nobody follows any more (RFC 9113 §5.3.2).
func (s *session) priority(h frameHead, p []byte) error {
	switch {
	case h.id == 0:
		return fatal(protocolError, "decode priority: no stream")
	case len(p) != priorityLen:
		return fatal(frameSizeError, "decode priority: length %d", len(p))
	case binary.BigEndian.Uint32(p)&maxStream == h.id:
		return fatal(protocolError, "decode priority: stream %d depends on itself", h.id)
	}
	return s.flood.spend(costFrame)
}
