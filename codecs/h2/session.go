package h2

import (
	"math"

	"golang.org/x/net/http2/hpack"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// What we let a peer send.
const (
	firstWindow  = 128 << 10 // bytes under way on a new stream, until its reader has taken them
	streamWindow = 256 << 10 // and on one whose reader has, if there is room
	streamsMost  = 16 << 20  // bytes of the windows of all streams, over which none grows
	connWindow   = 4 << 20   // bytes under way on the connection; they are given back on receipt
	unreadMax    = 64 << 20  // bytes that the readers of all streams have not taken, over which the connection is not credited
	tableSize    = 4 << 10   // bytes of the header table, both ways, at most
)

// allowance is what a peer may do of which it was told by us, or by somebody else.
type allowance struct {
	frame  int    // bytes of a payload
	table  uint32 // bytes of the header table
	stream int    // bytes under way on a new stream
	conn   int    // and on the connection
}

var (
	ours = allowance{frame: maxFrame, table: tableSize, stream: firstWindow, conn: connWindow}
	// overheard is the most that RFC 9113 has for all but the table, which costs memory.
	overheard = allowance{frame: 1<<24 - 1, table: 1 << 20, stream: maxWindow, conn: maxWindow}
)

// session is one side of a connection.
//
// Credit of the connection goes back to the peer on receipt, so that a reader who has stopped stalls its own stream only; credit of
// a stream goes back when the engine says that the bytes were taken. What the session itself has to say waits in owed for the next
// Encode. Header blocks are compressed in the order in which they leave, so owed always leaves first.
type session struct {
	side      codecs.Side
	set       codecs.Settings
	protocols []protocol

	// What the peer says.
	phase phase
	block block   // the header block that is arriving
	data  payload // the DATA frame that is being read
	dec   *hpack.Decoder
	lost  error // the connection cannot go on
	flood budget
	allow allowance

	// What we say.
	owed  wire.Out
	comp  compressor
	parts Parts

	streams  streams
	lastIn   uint32 // the last stream that the peer opened
	lastOut  uint32 // the last stream that we opened
	send     int    // window of the connection, of what we send
	recv     int    // window of the connection, of what the peer sends
	due      uint32 // received and not yet given back
	unread   int    // bytes in messages that their readers have not taken
	granted  int    // bytes of the windows of all streams
	blocked  int    // streams whose payload waits for a window
	peer     limits
	leaving  leaving
	away     bool   // the peer takes no new streams
	awayFrom uint32 // the last stream that it serves, if it is away
	pinged   uint64 // the highest id of the PINGs that the engine asked for
}

// limits are what the peer has announced.
type limits struct {
	streams  uint32 // open at once
	window   int    // of a new stream, in bytes
	frame    int    // bytes of a payload
	headList uint32 // bytes of a header block
}

type phase uint8

const (
	atPreface  phase = iota // the server side waits for the client's preface
	atSettings              // the first frame must be SETTINGS
	atFrames
)

// leaving is how far a server side has come in going away.
type leaving uint8

const (
	staying leaving = iota
	warned          // GOAWAY with the highest id, and a PING: streams that the client opens before it has read them are served
	gone            // GOAWAY with the last id served
)

var (
	_ codecs.Session = (*session)(nil)
	_ codecs.Sizer   = (*session)(nil)
	_ codecs.Roomer  = (*session)(nil)
)

func newSession(c *Codec, side codecs.Side, set codecs.Settings) *session {
	s := &session{side: side, set: set, protocols: c.protocols, flood: budgetMax, allow: ours, send: 65535,
		peer: limits{streams: math.MaxUint32, window: 65535, frame: maxFrame, headList: math.MaxUint32}}
	if set.Passive {
		s.allow = overheard
		s.allow.frame = min(s.allow.frame, set.MaxFrame)
	}
	s.recv = s.allow.conn
	s.streams.init(len(c.protocols))
	s.dec = hpack.NewDecoder(tableSize, s.field)
	s.dec.SetAllowedMaxDynamicTableSize(s.allow.table)
	s.dec.SetMaxStringLength(2 * set.MaxHead)
	s.comp.init()
	if side == codecs.Client {
		s.phase = atSettings
	}
	s.hello()
	return s
}

// hello is what a side says first.
func (s *session) hello() {
	b := s.owed.B
	var settings [6 * 4]byte
	p := settings[:0]
	if s.side == codecs.Client {
		b = append(b, preface...)
		p = appendSetting(p, settingPush, 0)
	} else {
		p = appendSetting(p, settingStreams, uint32(s.set.Calls))
	}
	p = appendSetting(p, settingWindow, firstWindow)
	p = appendSetting(p, settingHeadList, uint32(s.set.MaxHead))
	b = append(appendHead(b, len(p), frameSettings, 0, 0), p...)
	s.owed.B = appendWindow(b, 0, connWindow-65535)
}

// Room says that a request could leave now.
func (s *session) Room() bool {
	return !s.away && s.send > 0 && uint32(s.streams.len()) < s.peer.streams
}

// FrameSize is known behind the head of a frame.
func (s *session) FrameSize(p []byte) int {
	switch {
	case s.lost != nil || s.phase == atPreface:
		return 0
	case s.data.id != 0:
		return s.data.left + s.data.pad
	case len(p) < headLen:
		return 0
	}
	h := parseHead(p)
	if h.length > s.allow.frame {
		return 0 // Decode says what is wrong
	}
	return headLen + h.length
}

// Decode reads one frame, or one message of a DATA frame that holds several.
func (s *session) Decode(m *codecs.Message, p []byte) (n int, err error) {
	if s.lost != nil {
		return 0, s.lost
	}
	switch {
	case s.phase == atPreface:
		n, err = s.preface(p)
	case s.data.id != 0:
		n, err = s.payload(m, p)
	case len(p) >= headLen:
		n, err = s.frame(m, parseHead(p), p)
	}
	if n == 0 && err != nil {
		s.lost = err
	}
	return n, err
}

func (s *session) preface(p []byte) (int, error) {
	n := min(len(p), len(preface))
	switch {
	case string(p[:n]) != preface[:n]:
		return 0, fatal(protocolError, "decode preface: %.24q", p[:n])
	case n < len(preface):
		return 0, nil
	}
	s.phase = atSettings
	return n, nil
}

// frame reads the frame at the front of p, once it is whole. What is wrong with its head is said at once.
func (s *session) frame(m *codecs.Message, h frameHead, p []byte) (int, error) {
	if err := s.expected(h); err != nil {
		return 0, err
	}
	n := headLen + h.length
	if len(p) < n {
		return 0, nil
	}
	p = p[headLen:n]
	var err error
	switch h.kind {
	case frameData:
		return s.dataFrame(m, h, p)
	case frameHeaders:
		err = s.headers(h, p)
	case frameContinuation:
		err = s.fragment(p)
	case frameSettings:
		err = s.settings(m, h, p)
	case frameWindow:
		err = s.window(m, h, p)
	case frameReset:
		err = s.reset(m, h, p)
	case framePing:
		err = s.ping(m, h, p)
	case frameGoaway:
		err = s.goaway(m, h, p)
	case framePriority:
		err = s.priority(h, p)
	default:
		err = s.flood.spend(costFrame) // what is not known is ignored (RFC 9113 §5.5)
	}
	if err != nil {
		return 0, err
	}
	if s.block.id != 0 && h.has(flagEndHeaders) {
		return s.blockEnd(m, n)
	}
	return n, nil
}

// expected says whether a frame may come here at all.
func (s *session) expected(h frameHead) error {
	switch open := s.block.id; {
	case h.length > s.allow.frame:
		return fatal(frameSizeError, "decode %v: length %d over limit %d", h.kind, h.length, s.allow.frame)
	case s.phase == atSettings && (h.kind != frameSettings || h.has(flagAck)):
		return fatal(protocolError, "decode %v: the first frame is no SETTINGS", h.kind)
	case open != 0 && (h.kind != frameContinuation || h.id != open):
		return fatal(protocolError, "decode %v of stream %d: the header block of stream %d is open", h.kind, h.id, open)
	case open == 0 && h.kind == frameContinuation:
		return fatal(protocolError, "decode continuation of stream %d: no header block is open", h.id)
	case h.kind == framePush:
		return fatal(protocolError, "decode push_promise: none was allowed")
	}
	return nil
}
