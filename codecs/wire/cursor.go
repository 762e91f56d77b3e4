package wire

import "encoding/binary"

// Cursor reads the front of a byte slice and never goes past its end: what does not fit sets Bad and reads as zero, so that
// a decoder may read a whole head and look at Bad once. What it returns aliases the slice.
type Cursor struct {
	P   []byte // what is left
	Bad bool   // something was read past the end
}

// Next gives the next n bytes, or nil.
func (c *Cursor) Next(n int) []byte {
	if n < 0 || n > len(c.P) {
		c.Bad, c.P = true, nil
		return nil
	}
	p := c.P[:n]
	c.P = c.P[n:]
	return p
}

// U8, U16, U32 and U64 read in network order.
func (c *Cursor) U8() uint8 {
	if p := c.Next(1); p != nil {
		return p[0]
	}
	return 0
}

func (c *Cursor) U16() uint16 {
	if p := c.Next(2); p != nil {
		return binary.BigEndian.Uint16(p)
	}
	return 0
}

func (c *Cursor) U32() uint32 {
	if p := c.Next(4); p != nil {
		return binary.BigEndian.Uint32(p)
	}
	return 0
}

func (c *Cursor) U64() uint64 {
	if p := c.Next(8); p != nil {
		return binary.BigEndian.Uint64(p)
	}
	return 0
}
