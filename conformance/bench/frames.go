package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"time"
)

// framed is a protocol whose frames say their length and the id of their call, so that many calls can be under way on a connection.
type framed struct {
	request, reply layout
	good           func(head []byte) bool // of a reply
	echo           func() (request, reply []byte)
}

// layout is where things stand in a frame.
type layout struct {
	head     int                   // bytes that say how long the frame is
	id, wide int                   // place and size of the id
	size     func(head []byte) int // of the whole frame
}

// frames are drawn in the packages of dragoman's codecs, of which nothing is used here.
var frames = map[string]*framed{
	"dubbo": {
		request: layout{16, 4, 8, func(h []byte) int { return 16 + u32(h[12:]) }},
		reply:   layout{16, 4, 8, func(h []byte) int { return 16 + u32(h[12:]) }},
		good:    func(h []byte) bool { return h[3] == 20 },
		echo:    dubboEcho,
	},
	"bolt": {
		request: layout{22, 5, 4, func(h []byte) int { return 22 + u16(h[14:]) + u16(h[16:]) + u32(h[18:]) }},
		reply:   layout{20, 5, 4, func(h []byte) int { return 20 + u16(h[12:]) + u16(h[14:]) + u32(h[16:]) }},
		good:    func(h []byte) bool { return u16(h[10:]) == 0 },
		echo:    boltEcho,
	},
	"hsf": { // of one argument
		request: layout{43, 7, 8, func(h []byte) int {
			return 43 + u32(h[19:]) + u32(h[23:]) + u32(h[31:]) + u32(h[35:]) + u32(h[39:])
		}},
		reply: layout{20, 8, 8, func(h []byte) int { return 20 + u32(h[16:]) }},
		good:  func(h []byte) bool { return h[3] == 20 },
		echo:  hsfEcho,
	},
}

func u16(p []byte) int { return int(binary.BigEndian.Uint16(p)) }
func u32(p []byte) int { return int(binary.BigEndian.Uint32(p)) }

func dubboEcho() (request, reply []byte) {
	b := finalStrings("2.0.2", "com.acme.Echo", "0.0.0", "echo", "Ljava/lang/String;", text)
	b = append(b, 'H')
	b = append(b, finalStrings("path", "com.acme.Echo", "interface", "com.acme.Echo", "version", "0.0.0")...)
	request = dubboFrame(0xc2, 0, append(b, 'Z'))
	b = append(append([]byte{0x94}, finalStrings(text)...), 'H')
	b = append(b, finalStrings("dubbo", "2.0.2")...)
	return request, dubboFrame(0x02, 20, append(b, 'Z'))
}

func dubboFrame(flags, status byte, body []byte) []byte {
	f := binary.BigEndian.AppendUint32([]byte{0xda, 0xbb, flags, status, 0, 0, 0, 0, 0, 0, 0, 0}, uint32(len(body)))
	return append(f, body...)
}

// finalStrings are strings of ASCII in Hessian 2.0.
func finalStrings(list ...string) (b []byte) {
	for _, s := range list {
		switch {
		case len(s) < 32:
			b = append(b, byte(len(s)))
		case len(s) < 1024:
			b = append(b, 0x30+byte(len(s)>>8), byte(len(s)))
		default:
			b = append(b, 'S', byte(len(s)>>8), byte(len(s)))
		}
		b = append(b, s...)
	}
	return b
}

// draftStrings are such in the draft, which SOFARPC writes.
func draftStrings(list ...string) (b []byte) {
	for _, s := range list {
		if len(s) < 32 {
			b = append(b, byte(len(s)))
		} else {
			b = append(b, 'S', byte(len(s)>>8), byte(len(s)))
		}
		b = append(b, s...)
	}
	return b
}

// draftClass defines class 0 and begins an object of it.
func draftClass(name string, fields ...string) []byte {
	b := append([]byte{'O', 0xc8, byte(len(name))}, name...)
	b = append(append(b, 0x90+byte(len(fields))), draftStrings(fields...)...)
	return append(b, 'o', 0x90)
}

func boltEcho() (request, reply []byte) {
	const service = "com.acme.Echo:1.0"
	const asked, told = "com.alipay.sofa.rpc.core.request.SofaRequest", "com.alipay.sofa.rpc.core.response.SofaResponse"
	var head []byte
	for _, s := range []string{"service", service, "sofa_head_target_service", service, "sofa_head_method_name", "echo"} {
		head = append(binary.BigEndian.AppendUint32(head, uint32(len(s))), s...)
	}
	body := draftClass(asked, "targetAppName", "methodName", "targetServiceUniqueName", "requestProps", "methodArgSigs")
	body = append(append(body, 'N'), draftStrings("echo", service)...)
	body = append(body, "Mz"...)
	body = append(body, "Vt\x00\x07[stringn\x01"...)
	body = append(append(body, draftStrings("java.lang.String")...), 'z')
	body = append(body, draftStrings(text)...)
	request = append([]byte{1, 1, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0x27, 0x10}, boltLengths(asked, head, body)...)

	body = draftClass(told, "isError", "errorMsg", "appResponse", "responseProps")
	body = append(append(append(body, "FN"...), draftStrings(text)...), 'N')
	return request, append([]byte{1, 0, 0, 2, 1, 0, 0, 0, 0, 1, 0, 0}, boltLengths(told, nil, body)...)
}

// boltLengths are the lengths of class, header and content, and these.
func boltLengths(class string, head, body []byte) (b []byte) {
	b = binary.BigEndian.AppendUint16(b, uint16(len(class)))
	b = binary.BigEndian.AppendUint16(b, uint16(len(head)))
	b = binary.BigEndian.AppendUint32(b, uint32(len(body)))
	return append(append(append(b, class...), head...), body...)
}

func hsfEcho() (request, reply []byte) {
	const service, method, typ = "com.acme.Echo:1.0", "echo", "java.lang.String"
	value := finalStrings(text)
	request = []byte{14, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x27, 0x10}
	for _, n := range []int{len(service), len(method), 1, len(typ), len(value), 0} {
		request = binary.BigEndian.AppendUint32(request, uint32(n))
	}
	request = append(append(request, service+method+typ...), value...)
	reply = binary.BigEndian.AppendUint32([]byte{14, 1, 1, 20, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, uint32(len(value)))
	return request, append(reply, value...)
}

// whole reads a frame. It is good until the next read.
func (l *layout) whole(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(l.head)
	if err != nil {
		return nil, err
	}
	return peekAndDrop(r, l.size(head))
}

func (l *layout) idOf(frame []byte) uint64 {
	if l.wide == 4 {
		return uint64(binary.BigEndian.Uint32(frame[l.id:]))
	}
	return binary.BigEndian.Uint64(frame[l.id:])
}

func (l *layout) setID(frame []byte, id uint64) {
	if l.wide == 4 {
		binary.BigEndian.PutUint32(frame[l.id:], uint32(id))
		return
	}
	binary.BigEndian.PutUint64(frame[l.id:], id)
}

// answerFrames answers every request at once, and writes when there is no further one.
func (p *framed) answer(r *bufio.Reader, w *bufio.Writer) error {
	_, reply := p.echo()
	for {
		request, err := p.request.whole(r)
		if err != nil {
			return err
		}
		p.reply.setID(reply, p.request.idOf(request))
		if _, err := w.Write(reply); err != nil {
			return err
		}
		if r.Buffered() == 0 {
			if err := w.Flush(); err != nil {
				return err
			}
		}
	}
}

// many is a connection with several calls under way. The low byte of an id is the place of the call, so depth is at most 256.
type many struct {
	nc      net.Conn
	r       *bufio.Reader
	w       *bufio.Writer
	p       *framed
	request []byte
	ids     []uint64 // of the calls under way
}

func dialFramed(p *framed, addr string, request []byte, depth int) (*many, error) {
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	c := &many{nc: nc, r: bufio.NewReaderSize(nc, 64<<10), w: bufio.NewWriterSize(nc, 64<<10), p: p, request: request}
	for i := range depth {
		c.ids = append(c.ids, uint64(i))
	}
	return c, nil
}

func (c *many) Close() error { return c.nc.Close() }

func (c *many) send(place int) error {
	c.ids[place] = (c.ids[place] + 1<<8) & 0x7fffffff
	c.p.request.setID(c.request, c.ids[place])
	_, err := c.w.Write(c.request)
	return err
}

// receive takes one reply and checks it.
func (c *many) receive() (place int, err error) {
	frame, err := c.p.reply.whole(c.r)
	if err != nil {
		return 0, err
	}
	id := c.p.reply.idOf(frame)
	if place = int(id & 0xff); place >= len(c.ids) || c.ids[place] != id || !c.p.good(frame) {
		return 0, fmt.Errorf("a reply that is wrong, or of no call: % x", frame[:min(len(frame), 200)])
	}
	return place, containsText(frame)
}

func (c *many) once() error {
	if err := c.send(0); err != nil {
		return err
	}
	if err := c.w.Flush(); err != nil {
		return err
	}
	_, err := c.receive()
	return err
}

func (c *many) until(end time.Time) (n int64, err error) {
	for place := range c.ids {
		if err := c.send(place); err != nil {
			return 0, err
		}
	}
	for under := len(c.ids); under > 0; n++ {
		if c.r.Buffered() < c.p.reply.head {
			if err := c.w.Flush(); err != nil {
				return n, err
			}
		}
		place, err := c.receive()
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return n, fmt.Errorf("call %d: %w", n, err)
		}
		if time.Now().After(end) {
			under--
			continue
		}
		if err := c.send(place); err != nil {
			return n, err
		}
	}
	return n, nil
}
