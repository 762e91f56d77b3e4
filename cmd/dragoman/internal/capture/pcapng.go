package capture

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"time"
)

// The blocks of pcapng (draft-ietf-opsawg-pcapng) that are read. All others are passed over.
const (
	blockInterface = 1
	blockPacket    = 2 // of old writers
	blockSimple    = 3
	blockEnhanced  = 6
)

// maxFaces bounds the interfaces that a section may describe.
const maxFaces = 1 << 10

// face is an interface that packets were captured on.
type face struct {
	link   uint32
	snap   int    // bytes that are kept of a packet; 0: all
	second uint64 // units of its clock in a second
	offset int64  // seconds to be added
}

// block reads blocks up to the next packet:
//
//	type 4 | length of all 4 | body | length of all 4
func (f *file) block() (packet, error) {
	for {
		head, err := f.take(8)
		if err != nil {
			return packet{}, ended(err)
		}
		kind, length := f.order.Uint32(head), f.order.Uint32(head[4:])
		if kind == magicSection {
			if length, err = f.section(binary.LittleEndian.Uint32(head[4:])); err != nil {
				return packet{}, err
			}
		}
		if length < 12 || length%4 != 0 {
			return packet{}, fmt.Errorf("capture: a block of length %d", length)
		}
		n := int(length) - 12
		known := kind == blockInterface || kind == blockPacket || kind == blockSimple || kind == blockEnhanced
		if !known {
			if kind == magicSection {
				n -= 4 // the order is read
			}
			if n < 0 {
				return packet{}, fmt.Errorf("capture: a section's head of length %d", length)
			}
			if _, err := f.in.Discard(n + 4); err != nil {
				return packet{}, errCut
			}
			continue
		}
		if n > maxPacket+64<<10 {
			return packet{}, fmt.Errorf("capture: a block of %d bytes over limit %d", n, maxPacket+64<<10)
		}
		body, err := f.take(n + 4)
		if err != nil {
			return packet{}, errCut
		}
		if p, ok, err := f.content(kind, body[:n]); ok || err != nil {
			return p, err
		}
	}
}

// section begins a section: its head says the byte order of all that follows. It gives the block's length.
func (f *file) section(length uint32) (uint32, error) {
	p, err := f.take(4)
	if err != nil {
		return 0, errCut
	}
	f.faces = f.faces[:0]
	switch {
	case binary.LittleEndian.Uint32(p) == magicOrder:
		f.order = binary.LittleEndian
	case binary.BigEndian.Uint32(p) == magicOrder:
		f.order = binary.BigEndian
		length = bits.ReverseBytes32(length)
	default:
		return 0, fmt.Errorf("capture: a section whose byte order is %x", p)
	}
	return length, nil
}

// content reads the body of a block, and says whether it was a packet.
func (f *file) content(kind uint32, p []byte) (out packet, ok bool, err error) {
	switch kind {
	case blockInterface:
		return packet{}, false, f.describe(p)
	case blockSimple: // bytes on the wire 4 | the bytes
		if len(p) < 4 || len(f.faces) == 0 {
			return packet{}, false, errBlock
		}
		n := min(int(f.order.Uint32(p)), len(p)-4)
		if snap := f.faces[0].snap; snap > 0 {
			n = min(n, snap)
		}
		return packet{link: f.faces[0].link, data: p[4 : 4+n]}, true, nil
	}
	// interface 4 (of old writers 2, and drops 2) | time 4 4 | bytes here 4 | bytes on the wire 4 | the bytes | options
	if len(p) < 20 {
		return packet{}, false, errBlock
	}
	i := f.order.Uint32(p)
	if kind == blockPacket {
		i = uint32(f.order.Uint16(p))
	}
	n := f.order.Uint32(p[12:])
	if uint64(i) >= uint64(len(f.faces)) || uint64(n) > uint64(len(p)-20) {
		return packet{}, false, errBlock
	}
	at := f.faces[i].time(uint64(f.order.Uint32(p[4:]))<<32 | uint64(f.order.Uint32(p[8:])))
	return packet{f.faces[i].link, at, p[20 : 20+n]}, true, nil
}

var errBlock = fmt.Errorf("capture: a block that is shorter than it says, or of an interface that is not described")

// describe reads an interface: type of the link 2 | 0 2 | bytes kept of a packet 4 | options, each of code 2 | length 2 | value, padded to 4.
func (f *file) describe(p []byte) error {
	if len(p) < 8 {
		return errBlock
	}
	if len(f.faces) == maxFaces {
		return fmt.Errorf("capture: more than %d interfaces", maxFaces)
	}
	c := face{link: uint32(f.order.Uint16(p)), snap: int(f.order.Uint32(p[4:])), second: 1e6}
	for p = p[8:]; len(p) >= 4; {
		code, n := f.order.Uint16(p), int(f.order.Uint16(p[2:]))
		if p = p[4:]; n > len(p) {
			return errBlock
		}
		switch {
		case code == 9 && n == 1: // if_tsresol: a negative power of 10, or with the high bit of 2
			c.second = units(p[0])
		case code == 14 && n == 8: // if_tsoffset
			c.offset = int64(f.order.Uint64(p))
		}
		p = p[min((n+3)&^3, len(p)):]
	}
	f.faces = append(f.faces, c)
	return nil
}

// units is how many units of a clock are a second; 0 for one that is finer than numbers here.
func units(resolution byte) uint64 {
	exp := int(resolution & 0x7f)
	if resolution&0x80 != 0 {
		return 1 << exp // 0 from 64 on
	}
	if exp > 19 {
		return 0
	}
	return uint64(math.Pow10(exp))
}

// time is what a clock shows; the zero time if it cannot be said.
func (c *face) time(t uint64) time.Time {
	if c.second == 0 {
		return time.Time{}
	}
	hi, lo := bits.Mul64(t%c.second, 1e9)
	ns, _ := bits.Div64(hi, lo, c.second)
	return time.Unix(int64(t/c.second)+c.offset, int64(ns))
}
