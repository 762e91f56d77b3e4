// Package capture gives the bytes that the two sides of TCP connections sent each other, out of a capture file: pcap or pcapng, of
// Ethernet, loopback, all interfaces of Linux, or plain IP.
//
// It knows files, the heads of packets, and how segments become a stream: out of order, sent again, lost to the capture. It refuses to
// know what the bytes mean. Fragments of IP packets are passed over, as is what is no TCP.
//
// A file may be anybody's: every length is checked, and what is held at once is bounded by the file's size.
package capture

import (
	"fmt"
	"io"
	"net/netip"
	"time"
)

// Conn is a TCP connection of a capture. The client is who opened it; where that was not captured, who has the higher port.
type Conn struct{ Client, Server netip.AddrPort }

func (c *Conn) String() string { return fmt.Sprintf("%v > %v", c.Client, c.Server) }

// Piece is bytes that one side sent, behind those of the Piece before.
type Piece struct {
	Conn       *Conn
	FromServer bool
	At         time.Time // when they were captured; zero: not known
	Lost       int       // bytes before them that were sent and not captured
	Middle     bool      // the first of a side whose beginning was not captured
	Bytes      []byte    // void after the callback; none on a Piece that says how a side ended
	End        bool      // the side has closed, or the capture ends
}

// Counts say what was in a capture.
type Counts struct{ Packets, Others, Conns int }

// Read reads a capture to its end and gives the pieces of all its connections in the order of their packets. An error of each ends it.
func Read(r io.Reader, each func(*Piece) error) (Counts, error) {
	f, err := open(r)
	if err != nil {
		return Counts{}, err
	}
	a := &assembly{conns: map[ends]*conn{}, each: each}
	for {
		p, err := f.next()
		if err == io.EOF {
			return a.counts, a.finish()
		} else if err != nil {
			if e := a.finish(); e != nil {
				err = e
			}
			return a.counts, err
		}
		if !known(p.link) {
			return a.counts, fmt.Errorf("capture: packets of link type %d cannot be read", p.link)
		}
		a.counts.Packets++
		s, ok := tcp(&p)
		if !ok {
			a.counts.Others++
			continue
		}
		if err := a.take(&s, p.at); err != nil {
			return a.counts, err
		}
	}
}
