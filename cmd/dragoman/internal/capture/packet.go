package capture

import (
	"encoding/binary"
	"net/netip"
)

// The types of link that are read.
const (
	linkNull     = 0
	linkEthernet = 1
	linkRawBSD   = 12
	linkRawBSDI  = 14
	linkRaw      = 101
	linkLoop     = 108
	linkSLL      = 113 // Linux, all interfaces
	linkIPv4     = 228
	linkIPv6     = 229
	linkSLL2     = 276
)

// segment is a TCP segment.
type segment struct {
	from, to netip.AddrPort
	seq, ack uint32
	flags    uint8
	data     []byte
}

// The flags of a segment that matter here.
const (
	flagFin = 1 << iota
	flagSyn
	flagRst
	_
	flagAck
)

// known says whether packets of a link can be read.
func known(link uint32) bool {
	switch link {
	case linkNull, linkEthernet, linkRawBSD, linkRawBSDI, linkRaw, linkLoop, linkSLL, linkIPv4, linkIPv6, linkSLL2:
		return true
	}
	return false
}

// tcp finds the segment in a packet. ok is false for whatever is no TCP, is a fragment of a packet, or is cut within its heads.
func tcp(p *packet) (s segment, ok bool) {
	switch data := p.data; p.link {
	case linkNull, linkLoop: // family 4, in somebody's byte order
		return ip(behind(data, 4))
	case linkEthernet: // to 6 | from 6 | type 2
		return typed(behind(data, 12))
	case linkSLL: // direction 2 | kind 2 | length 2 | address 8 | type 2
		return typed(behind(data, 14))
	case linkSLL2: // type 2 | 0 2 | interface 4 | kind 2 | direction 1 | length 1 | address 8
		return ip(behind(data, 20))
	default:
		return ip(data)
	}
}

func behind(p []byte, n int) []byte { return p[min(n, len(p)):] }

// typed reads what begins with an EtherType, behind any tags of VLANs.
func typed(p []byte) (segment, bool) {
	for len(p) >= 2 {
		switch binary.BigEndian.Uint16(p) {
		case 0x8100, 0x88a8:
			p = behind(p, 4)
		case 0x0800, 0x86dd:
			return ip(p[2:])
		default:
			return segment{}, false
		}
	}
	return segment{}, false
}

// ip reads IPv4 (RFC 791) and IPv6 (RFC 8200).
func ip(p []byte) (segment, bool) {
	switch {
	case len(p) >= 20 && p[0]>>4 == 4:
		head, length := int(p[0]&15)*4, int(binary.BigEndian.Uint16(p[2:]))
		if length == 0 { // the network card cuts it into packets later
			length = len(p)
		}
		if head < 20 || length < head || head > len(p) || p[9] != 6 || binary.BigEndian.Uint16(p[6:])&0x3fff != 0 {
			return segment{}, false
		}
		from, _ := netip.AddrFromSlice(p[12:16])
		to, _ := netip.AddrFromSlice(p[16:20])
		return ports(from, to, p[head:min(length, len(p))])
	case len(p) >= 40 && p[0]>>4 == 6:
		length, next := int(binary.BigEndian.Uint16(p[4:])), p[6]
		from, _ := netip.AddrFromSlice(p[8:24])
		to, _ := netip.AddrFromSlice(p[24:40])
		if p = p[40:]; length > 0 { // 0: as above
			p = p[:min(length, len(p))]
		}
		for next == 0 || next == 43 || next == 60 { // options by hop, routing, options of the destination
			if len(p) < 8 {
				return segment{}, false
			}
			next, p = p[0], behind(p, 8+int(p[1])*8)
		}
		if next != 6 {
			return segment{}, false
		}
		return ports(from, to, p)
	}
	return segment{}, false
}

// ports reads TCP (RFC 9293):
//
//	port 2 | port 2 | sequence 4 | acknowledged 4 | length of the head in words, 4 bits | flags 12 bits | window 2 | sum 2 | urgent 2 | options
func ports(from, to netip.Addr, p []byte) (s segment, ok bool) {
	if len(p) < 20 {
		return segment{}, false
	}
	head := int(p[12]>>4) * 4
	if head < 20 || head > len(p) {
		return segment{}, false
	}
	return segment{
		from: netip.AddrPortFrom(from, binary.BigEndian.Uint16(p)), to: netip.AddrPortFrom(to, binary.BigEndian.Uint16(p[2:])),
		seq: binary.BigEndian.Uint32(p[4:]), ack: binary.BigEndian.Uint32(p[8:]), flags: p[13], data: p[head:],
	}, true
}
