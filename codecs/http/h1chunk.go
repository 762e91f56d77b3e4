package http

import (
	"bytes"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// chunks walks over a chunked body, whose chunks together, as they stand, must stay under limits.frame.
type chunks struct {
	sum     int // bytes so far, lines included
	data    int // of it data
	trailer section
}

// gathered is a chunked body that is taken as a whole. Chunks are checked as they come; one alone is given as it lies there, several are
// joined. The zero value is at the front.
type gathered struct {
	chunks chunks
	at     int // in p: what is before it is checked
	pieces int // chunks that have data
	body   []byte
}

// take reads the body behind a head of that length in p. n is the offset behind it, 0 if it is not all there; then need, if not 0, is
// how much must be.
func (g *gathered) take(p []byte, head int, lim limits) (n, need int, err error) {
	if g.at == 0 {
		g.at, g.chunks.sum = head, head
	}
	for {
		data, n, need, last, err := g.chunks.next(p[g.at:], lim)
		switch {
		case err != nil:
			return 0, 0, err
		case n == 0 && need > 0:
			return 0, g.at + need, nil
		case n == 0:
			return 0, 0, nil
		}
		g.at += n
		if last {
			break
		}
		g.pieces++
		g.body = data
	}
	if g.pieces > 1 {
		g.body = g.join(p[head:g.at], lim)
	}
	return g.at, 0, nil
}

// join copies the data of chunks that are known to be right into memory of their own.
func (g *gathered) join(p []byte, lim limits) []byte {
	body := make([]byte, 0, g.chunks.data)
	for again := (chunks{}); ; {
		data, n, _, last, err := again.next(p, lim)
		if last || err != nil {
			return body
		}
		body, p = append(body, data...), p[n:]
	}
}

// next takes one chunk off p. n is its length as it stands, 0 if it is not all there; then need, if not 0, is the length it
// will have. last is the last chunk, with the trailer; its data is nil.
func (c *chunks) next(p []byte, lim limits) (data []byte, n, need int, last bool, err error) {
	size, head, err := chunkLine(p)
	switch {
	case head == 0:
		return nil, 0, 0, false, err
	case size == 0:
		n, err = c.last(p, head, lim)
		return nil, n, 0, n > 0, err
	}
	n = head + size + len(crlf)
	if n > lim.frame-c.sum {
		return nil, 0, 0, false, refuse(413, codecs.Invalid, "decode chunk: body over limit %d", lim.frame)
	}
	if len(p) < n {
		return nil, 0, n, false, nil
	}
	if p[n-2] != '\r' || p[n-1] != '\n' {
		return nil, 0, 0, false, refuse(400, codecs.Malformed, "decode chunk: %d bytes do not end in CR LF", size)
	}
	c.sum += n
	c.data += size
	return p[head : head+size], n, 0, false, nil
}

// chunkLine reads the size; head is the length of its line, 0 if that is not all there.
func chunkLine(p []byte) (size, head int, err error) {
	i := bytes.IndexByte(p[:min(len(p), maxChunkLine+len(crlf))], '\n')
	if i < 0 && len(p) < maxChunkLine+len(crlf) {
		return 0, 0, nil
	}
	if i < 2 || p[i-1] != '\r' {
		return 0, 0, refuse(400, codecs.Malformed, "decode chunk: a size is no line of 1 to %d digits", maxChunkLine)
	}
	for _, d := range p[:i-1] {
		v, ok := hex(d)
		if !ok {
			return 0, 0, refuse(400, codecs.Malformed, "decode chunk: a size holds %q", d)
		}
		size = size<<4 | int(v)
	}
	return size, i + 1, nil
}

// last checks the trailer behind the last chunk's line, whose fields mean nothing to us.
func (c *chunks) last(p []byte, head int, lim limits) (n int, err error) {
	if c.trailer.line == 0 {
		c.trailer.seen, c.trailer.line = head, head
	}
	end, err := c.trailer.find(p, head+min(lim.head, maxTrailer), true)
	if end == 0 {
		return 0, err
	}
	for fields := p[head : end-len(crlf)]; len(fields) > 0; {
		var field []byte
		field, fields = cutLine(fields)
		if _, _, err := splitField(field); err != nil {
			return 0, err
		}
	}
	return end, nil
}

func hex(c byte) (v byte, ok bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
