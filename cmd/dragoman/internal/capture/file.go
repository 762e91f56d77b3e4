package capture

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// The magic numbers with which files begin, in the byte order of the machine that wrote them.
const (
	magicMicro   = 0xa1b2c3d4
	magicNano    = 0xa1b23c4d
	magicSection = 0x0a0d0d0a // pcapng; reads alike in both orders
	magicOrder   = 0x1a2b3c4d // within a section's head
)

// maxPacket is the longest packet that is read, in bytes: what tcpdump and dumpcap write at most.
const maxPacket = 256 << 10

// packet is a packet as it was captured, perhaps cut short. Its bytes are void once the next one is read.
type packet struct {
	link uint32 // the type of its link, see www.tcpdump.org/linktypes.html
	at   time.Time
	data []byte
}

// Is says whether a file that begins so is a capture.
func Is(prefix []byte) bool {
	if len(prefix) < 4 {
		return false
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		switch order.Uint32(prefix) {
		case magicMicro, magicNano, magicSection:
			return true
		}
	}
	return false
}

// file reads the packets of a capture.
type file struct {
	in    *bufio.Reader
	order binary.ByteOrder
	buf   []byte
	next  func() (packet, error)

	link  uint32        // pcap: of all packets
	tick  time.Duration // pcap: of the part of a second
	faces []face        // pcapng: of the section
}

func open(r io.Reader) (*file, error) {
	f := &file{in: bufio.NewReaderSize(r, 64<<10)}
	head, err := f.in.Peek(4)
	if err != nil {
		return nil, fmt.Errorf("capture: %w", err)
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		f.order = order
		switch order.Uint32(head) {
		case magicMicro:
			return f, f.pcap(time.Microsecond)
		case magicNano:
			return f, f.pcap(time.Nanosecond)
		case magicSection:
			f.next = f.block
			return f, nil
		}
	}
	return nil, fmt.Errorf("capture: a file that begins with %x is neither pcap nor pcapng", head)
}

// take reads n bytes, which are void once it is called again.
func (f *file) take(n int) ([]byte, error) {
	if n > cap(f.buf) {
		f.buf = make([]byte, min(max(n, 4<<10), 2*maxPacket))
	}
	_, err := io.ReadFull(f.in, f.buf[:n])
	return f.buf[:n], err
}

// pcap reads the head of a file of the older form (draft-ietf-opsawg-pcap):
//
//	magic 4 | version 2 2 | 0 4 | 0 4 | longest packet 4 | 0 2, type of the link 2 (or all 4, by some)
func (f *file) pcap(tick time.Duration) error {
	p, err := f.take(24)
	if err != nil {
		return fmt.Errorf("capture: the file ends within its head")
	}
	if major := f.order.Uint16(p[4:]); major != 2 {
		return fmt.Errorf("capture: version %d of pcap, 2 is known", major)
	}
	f.link, f.tick, f.next = f.order.Uint32(p[20:])&0xffff, tick, f.record
	return nil
}

// record reads the next packet of a pcap file:
//
//	seconds 4 | micro- or nanoseconds 4 | bytes here 4 | bytes on the wire 4 | the bytes
func (f *file) record() (packet, error) {
	head, err := f.take(16)
	if err != nil {
		return packet{}, ended(err)
	}
	at := time.Unix(int64(f.order.Uint32(head)), int64(f.order.Uint32(head[4:]))*int64(f.tick))
	n := f.order.Uint32(head[8:])
	if n > maxPacket {
		return packet{}, fmt.Errorf("capture: a packet of %d bytes over limit %d", n, maxPacket)
	}
	data, err := f.take(int(n))
	if err != nil {
		return packet{}, errCut
	}
	return packet{f.link, at, data}, nil
}

var errCut = errors.New("capture: the file ends within a packet")

// ended tells the end of a file from one that is cut.
func ended(err error) error {
	if err == io.EOF {
		return err
	}
	return errCut
}
