package bolt

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// A frame, all numbers big-endian. Those of version 2 have two bytes more, so that places differ:
//
//	v1   v2
//	 0    0  1  protocol: 1 or 2
//	 -    1  1  version of the protocol: 2 is the one that knows checksums, 1 never has any
//	 1    2  1  type: 0 response, 1 request, 2 one-way request
//	 2    3  2  command: 0 heartbeat, 1 request, 2 response, 100 GOAWAY
//	 4    5  1  version of the command, 1
//	 5    6  4  id, chosen by the requester, any 32 bits
//	 9   10  1  codec of the content
//	 -   11  1  switch: bit 0 says that there is a checksum, if version 2 of the protocol knows them
//	10   12  4  request: timeout in ms, -1 for none
//	10   12  2  response: status
//	14   16  2  length c of the class; of a response 2 bytes earlier, and so on
//	16   18  2  length h of the header map
//	18   20  4  length n of the content
//	22   24  c  name of the content's class
//	         h  header map: per entry i32 length, key, i32 length, value, in UTF-8; length -1 is null
//	         n  content, in the codec above
//	         4  checksum, CRC-32/IEEE of all before it, where there is one
//
// Lengths are signed in Java, which loses step if one is negative.
const (
	typeResponse = 0
	typeRequest  = 1
	typeOneway   = 2

	cmdHeartbeat = 0
	cmdRequest   = 1
	cmdResponse  = 2
	cmdGoaway    = 100

	switchCRC = 1
	crcLen    = 4
	noTimeout = -1

	maxSection = 1<<15 - 1 // bytes of the class's name, and of the header map
)

// The codecs of contents, as SOFARPC numbers them.
const (
	codecHessian    = 1
	codecHessianOld = 4
	codecProto      = 11
	codecJSON       = 12
)

// shape is what of a frame's form its answer keeps.
type shape struct {
	v2   bool
	ver1 byte // of v2: 1 or 2
	crc  bool // ends with a checksum
}

// head is a frame's fixed part.
type head struct {
	shape
	kind    byte // type
	command uint16
	version byte // of the command
	id      uint32
	codec   byte
	flags   byte   // the switch
	timeout int32  // of a request, ms
	status  uint16 // of a response
	class   int    // lengths
	header  int
	content int
}

// size is the length of the head itself.
func (h *head) size() int {
	n := 22
	if h.kind == typeResponse {
		n = 20
	}
	if h.v2 {
		n += 2
	}
	return n
}

// total is the length of the frame.
func (h *head) total() int64 {
	n := int64(h.size()) + int64(h.class) + int64(h.header) + int64(h.content)
	if h.crc {
		n += crcLen
	}
	return n
}

// canonical says that every reader agrees on whether a checksum follows: some go by the switch alone.
func (h *head) canonical() bool { return !h.v2 || h.crc == (h.flags&switchCRC != 0) }

// parse reads a head, as much as there is of it. Without an error, ok says that it is whole.
func (h *head) parse(p []byte) (ok bool, err error) {
	c := wire.Cursor{P: p}
	switch proto := c.U8(); {
	case c.Bad:
		return false, nil
	case proto == 2:
		h.v2 = true
		if h.ver1 = c.U8(); !c.Bad && h.ver1 != 1 && h.ver1 != 2 {
			return false, codecs.Errorf(codecs.Malformed, "bolt: decode head: version %d of protocol 2, not 1 or 2", h.ver1)
		}
	case proto != 1:
		return false, codecs.Errorf(codecs.Malformed, "bolt: decode head: byte %02x where protocol 1 or 2 is due", proto)
	}
	if h.kind = c.U8(); !c.Bad && h.kind > typeOneway {
		return false, codecs.Errorf(codecs.Malformed, "bolt: decode head: type %d, not 0 to 2", h.kind)
	}
	h.command, h.version, h.id, h.codec = c.U16(), c.U8(), c.U32(), c.U8()
	if h.v2 {
		h.flags = c.U8()
	}
	h.crc = h.v2 && h.ver1 == 2 && h.flags&switchCRC != 0
	if h.kind == typeResponse {
		h.status = c.U16()
	} else {
		h.timeout = int32(c.U32())
	}
	h.class, h.header, h.content = int(int16(c.U16())), int(int16(c.U16())), int(int32(c.U32()))
	if c.Bad {
		return false, nil
	}
	return true, h.check()
}

func (h *head) check() error {
	mismatch := h.kind == typeResponse && h.command != cmdResponse && h.command != cmdHeartbeat || h.kind != typeResponse && h.command == cmdResponse
	switch {
	case h.flags >= 0x80:
		return codecs.Errorf(codecs.Malformed, "bolt: decode head: switch %02x", h.flags)
	case mismatch:
		return codecs.Errorf(codecs.Malformed, "bolt: decode head: command %d in a frame of type %d", h.command, h.kind)
	case h.class < 0 || h.header < 0 || h.content < 0:
		return codecs.Errorf(codecs.Malformed, "bolt: decode head: lengths %d, %d and %d", h.class, h.header, h.content)
	}
	return nil
}

// append writes the head. A switch of the shape's own making goes with it.
func (h *head) append(dst []byte) []byte {
	if h.v2 {
		dst = append(dst, 2, h.ver1)
	} else {
		dst = append(dst, 1)
	}
	dst = binary.BigEndian.AppendUint16(append(dst, h.kind), h.command)
	dst = binary.BigEndian.AppendUint32(append(dst, h.version), h.id)
	if dst = append(dst, h.codec); h.v2 {
		var flags byte
		if h.crc {
			flags = switchCRC
		}
		dst = append(dst, flags)
	}
	if h.kind == typeResponse {
		dst = binary.BigEndian.AppendUint16(dst, h.status)
	} else {
		dst = binary.BigEndian.AppendUint32(dst, uint32(h.timeout))
	}
	dst = binary.BigEndian.AppendUint16(dst, uint16(h.class))
	dst = binary.BigEndian.AppendUint16(dst, uint16(h.header))
	return binary.BigEndian.AppendUint32(dst, uint32(h.content))
}

// frame is a frame being written: the head with its lengths open, then class, header and the beginning of the content in B.
type frame struct {
	head
	out     *wire.Out
	start   int // of the frame in B
	entries int // of the header map, where they begin in B
	body    int // of the content, likewise
}

// begin appends a head and a class; entries of the header map follow, then content and end.
func begin(out *wire.Out, h head, class string) frame {
	h.version, h.class = 1, len(class)
	f := frame{head: h, out: out, start: len(out.B)}
	out.B = append(h.append(out.B), class...)
	f.entries = len(out.B)
	return f
}

// text appends a part of an entry of the header map.
func (f *frame) text(s string) {
	f.out.U32(uint32(len(s)))
	f.out.B = append(f.out.B, s...)
}

// pair appends an entry of the header map.
func (f *frame) pair(key, value string) {
	f.text(key)
	f.text(value)
}

// close ends the header map.
func (f *frame) close() {
	f.body = len(f.out.B)
	f.header = f.body - f.entries
}

// end fills in the lengths, after which rest, which it takes over, and the checksum end the frame. If it is too long for the peer or
// for the wire, out is as it was before.
func (f *frame) end(rest wire.Body, limit int) (err error) {
	f.head.content = len(f.out.B) - f.body + rest.Len()
	switch n := f.total(); {
	case f.header > maxSection:
		err = codecs.Errorf(codecs.Limited, "bolt: encode: header map of %d bytes over limit %d", f.header, maxSection)
	case n > int64(limit):
		err = codecs.Errorf(codecs.Limited, "bolt: encode: frame of %d bytes over limit %d", n, limit)
	default:
		f.head.append(f.out.B[:f.start])
		f.seal(rest)
		return nil
	}
	rest.Release()
	f.drop()
	return err
}

// drop takes back what was written.
func (f *frame) drop() { f.out.B = f.out.B[:f.start] }

// seal appends the rest of a frame whose beginning stands in B, and its checksum.
func (f *frame) seal(rest wire.Body) {
	if !f.crc {
		f.out.Body(rest)
		return
	}
	sum := crc32.Update(crc32.ChecksumIEEE(f.out.B[f.start:]), crc32.IEEETable, rest.Bytes())
	f.out.Body(rest)
	f.out.U32(sum)
}
