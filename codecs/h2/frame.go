package h2

import "encoding/binary"

// A frame (RFC 9113 §4.1), numbers big-endian:
//
//	0 3 length of the payload    3 1 type    4 1 flags    5 4 stream, the highest bit ignored    9 payload
//
// The payloads, where P stands for the fields of the flag padded (a byte that says how much padding ends the frame) and O for
// those of the flag priority (4 dependency, 1 weight):
//
//	DATA           [P 1] bytes [P padding]
//	HEADERS        [P 1] [O 5] fragment of a header block [P padding]; then CONTINUATION with more of it, until END_HEADERS
//	PRIORITY       4 dependency  1 weight
//	RST_STREAM     4 error code
//	SETTINGS       any number of: 2 id  4 value
//	PUSH_PROMISE   refused
//	PING           8 anything
//	GOAWAY         4 last stream  4 error code, text
//	WINDOW_UPDATE  4 increment
//	CONTINUATION   fragment of a header block
const (
	headLen   = 9
	maxFrame  = 16 << 10 // bytes of a payload that we take: the default, which nobody may refuse to keep to
	maxStream = 1<<31 - 1
	maxWindow = 1<<31 - 1
)

type frameType uint8

const (
	frameData frameType = iota
	frameHeaders
	framePriority
	frameReset
	frameSettings
	framePush
	framePing
	frameGoaway
	frameWindow
	frameContinuation
)

var frameNames = [...]string{"data", "headers", "priority", "rst_stream", "settings", "push_promise", "ping", "goaway",
	"window_update", "continuation"}

func (t frameType) String() string {
	if int(t) < len(frameNames) {
		return frameNames[t]
	}
	return "unknown frame"
}

const (
	flagEnd        = 0x1 // END_STREAM
	flagAck        = 0x1
	flagEndHeaders = 0x4
	flagPadded     = 0x8
	flagPriority   = 0x20
)

// Settings (RFC 9113 §6.5.2).
const (
	settingTable    = 0x1 // HEADER_TABLE_SIZE
	settingPush     = 0x2 // ENABLE_PUSH
	settingStreams  = 0x3 // MAX_CONCURRENT_STREAMS
	settingWindow   = 0x4 // INITIAL_WINDOW_SIZE
	settingFrame    = 0x5 // MAX_FRAME_SIZE
	settingHeadList = 0x6 // MAX_HEADER_LIST_SIZE
)

// frameHead is the front of a frame.
type frameHead struct {
	length int
	kind   frameType
	flags  uint8
	id     uint32
}

func (h frameHead) has(flag uint8) bool { return h.flags&flag != 0 }

// parseHead reads the first headLen bytes of p.
func parseHead(p []byte) frameHead {
	_ = p[headLen-1]
	return frameHead{
		length: int(p[0])<<16 | int(p[1])<<8 | int(p[2]),
		kind:   frameType(p[3]),
		flags:  p[4],
		id:     binary.BigEndian.Uint32(p[5:]) & maxStream,
	}
}

func appendHead(b []byte, length int, kind frameType, flags uint8, id uint32) []byte {
	return append(b, byte(length>>16), byte(length>>8), byte(length), byte(kind), flags,
		byte(id>>24), byte(id>>16), byte(id>>8), byte(id))
}

func appendReset(b []byte, id uint32, c errorCode) []byte {
	return binary.BigEndian.AppendUint32(appendHead(b, 4, frameReset, 0, id), uint32(c))
}

func appendWindow(b []byte, id, increment uint32) []byte {
	return binary.BigEndian.AppendUint32(appendHead(b, 4, frameWindow, 0, id), increment)
}

func appendSetting(b []byte, id uint16, value uint32) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint16(b, id), value)
}

func appendGoaway(b []byte, last uint32, c errorCode, text string) []byte {
	b = appendHead(b, 8+len(text), frameGoaway, 0, 0)
	b = binary.BigEndian.AppendUint32(b, last)
	b = binary.BigEndian.AppendUint32(b, uint32(c))
	return append(b, text...)
}

// unpad takes the fields of the flags padded and priority off a payload. ok: the padding fits in.
func unpad(h frameHead, p []byte) (rest []byte, pad int, ok bool) {
	if h.has(flagPadded) {
		if len(p) == 0 || int(p[0]) >= len(p) {
			return nil, 0, false
		}
		pad, p = int(p[0]), p[1:len(p)-int(p[0])]
	}
	return p, pad, true
}
