package bolt

import "github.com/dragoman-rpc/dragoman/codecs"

// The Hint of a request: what its reply must match. The mark tells it from the hints of other codecs.
const (
	hintMark   = uint64(0xb017) << 48
	hintMask   = uint64(0xffff) << 48
	hintCodec  = uint64(0xff) // the codec of the content
	hintV2     = 1 << 8
	hintVer2   = 1 << 9  // version 2 of protocol 2
	hintCRC    = 1 << 10 // the frame ends with a checksum
	hintFinal  = 1 << 11 // Hessian is the final 2.0, and not the draft
	hintOneway = 1 << 12 // never answered
	hintLeft   = 1 << 13 // the header map says what time is left
	hintLoose  = 1 << 14 // there is no baggage: metadata stands in the header map under its own keys
)

// noHint is what a reply is written by if its request did not come from this codec: as its own body is.
func noHint(f codecs.Format) uint64 {
	switch f.Encoding {
	case encodingFinal:
		return codecHessian | hintFinal
	case encodingProto:
		return codecProto
	case encodingJSON:
		return codecJSON
	}
	return codecHessian
}

// ours says that a message's hint was made by Decode.
func ours(hint uint64) bool { return hint&hintMask == hintMark }

// hintOf says what the answer to a frame keeps of it.
func hintOf(h *head) uint64 {
	hint := hintMark | uint64(h.codec)
	if h.kind == typeOneway {
		hint |= hintOneway
	}
	return hint | h.shape.hint()
}

func (s shape) hint() (hint uint64) {
	if s.v2 {
		hint |= hintV2
	}
	if s.ver1 == 2 {
		hint |= hintVer2
	}
	if s.crc {
		hint |= hintCRC
	}
	return hint
}

// wants is what a response must be like, by its request's Hint.
type wants struct {
	shape
	codec byte
	final bool // Hessian
}

func wantsOf(hint uint64) wants {
	w := wants{codec: byte(hint & hintCodec), final: hint&hintFinal != 0}
	if hint&hintV2 != 0 {
		w.shape = shape{v2: true, ver1: 1, crc: hint&hintCRC != 0}
		if hint&hintVer2 != 0 {
			w.ver1 = 2
		}
	}
	return w
}
