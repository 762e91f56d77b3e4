package main

import (
	"encoding/binary"
	"io"
	"net"

	"golang.org/x/net/http2/hpack"
)

// h2reply is what the server behind all sides answers over HTTP/2.
type h2reply struct {
	head, tail []hpack.HeaderField
	body       []byte
}

// streamed is the size of the messages of a stream, without their prefix.
const streamed = 64 << 10

func grpcReply() *h2reply {
	_, body := grpcEcho()
	return &h2reply{
		head: []hpack.HeaderField{{Name: ":status", Value: "200"}, {Name: "content-type", Value: "application/grpc"}},
		tail: []hpack.HeaderField{{Name: "grpc-status", Value: "0"}},
		body: body,
	}
}

func jsonReply() *h2reply {
	_, body := http2Echo()
	return &h2reply{
		head: []hpack.HeaderField{{Name: ":status", Value: "200"}, {Name: "content-type", Value: "application/json"}},
		body: body,
	}
}

// h2server is one connection of it. A request is answered when it has ended; one of an empty gRPC message gets an endless stream.
type h2server struct {
	*h2conn
	reply *h2reply
	asked map[uint32]int // bytes of requests that have not ended
	late  []uint32       // requests whose reply waits for the window
}

func serveH2(nc net.Conn, reply *h2reply) {
	defer nc.Close() //nolint:errcheck // nothing hangs on it
	preface := make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
	s := &h2server{h2conn: newH2(nc, false, connWindow), reply: reply, asked: map[uint32]int{}}
	if _, err := io.ReadFull(s.r, preface); err != nil {
		return
	}
	for s.next() == nil {
	}
	s.mu.Lock()
	s.lost = true
	s.moved.Broadcast()
	s.mu.Unlock()
}

// next reads one frame and answers what it ends. What is to be written is, when no further frame has arrived.
func (s *h2server) next() error {
	f, err := s.read()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case f.kind == frameReset:
		delete(s.asked, f.id)
	case f.flags&flagEnd == 0:
		if f.kind == frameData {
			s.asked[f.id] += len(f.p)
		}
	default:
		n := s.asked[f.id]
		delete(s.asked, f.id)
		if f.kind == frameData {
			n += len(f.p)
		}
		s.answer(f.id, n)
	}
	if s.pending() && len(s.out) < flushOver {
		return nil
	}
	return s.flush()
}

// answer answers a request of n bytes. Called under mu.
func (s *h2server) answer(id uint32, n int) {
	if n == prefixLen && len(s.reply.tail) > 0 {
		s.streams[id] = s.initial
		s.headers(id, 0, s.reply.head)
		go s.stream(id)
		return
	}
	if len(s.late) > 0 || s.window < len(s.reply.body) {
		if s.late = append(s.late, id); len(s.late) == 1 {
			go s.wait()
		}
		return
	}
	s.say(id)
}

// say writes one reply. Called under mu.
func (s *h2server) say(id uint32) {
	s.headers(id, 0, s.reply.head)
	if len(s.reply.tail) == 0 {
		s.data(id, flagEnd, s.reply.body)
		return
	}
	s.data(id, 0, s.reply.body)
	s.headers(id, flagEnd, s.reply.tail)
}

// wait writes the replies that wait for the connection's window.
func (s *h2server) wait() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.late) > 0 && !s.lost {
		for s.window < len(s.reply.body) && !s.lost {
			s.moved.Wait()
		}
		s.say(s.late[0])
		s.late = s.late[1:]
		if s.flush() != nil {
			return
		}
	}
}

// stream sends messages until the stream or the connection ends.
func (s *h2server) stream(id uint32) {
	message := make([]byte, prefixLen+streamed)
	binary.BigEndian.PutUint32(message[1:], streamed)
	s.mu.Lock()
	defer s.mu.Unlock()
	for rest := message; ; {
		w, open := s.streams[id]
		switch {
		case s.lost || !open:
			return
		case w <= 0 || s.window <= 0:
			s.moved.Wait()
			continue
		}
		n := min(len(rest), w, s.window)
		s.data(id, 0, rest[:n])
		s.streams[id] = w - n
		if rest = rest[n:]; len(rest) == 0 {
			rest = message
		}
		if s.flush() != nil {
			return
		}
		// Others who wait for the lock, the reader above all, have their turn between two messages.
		s.mu.Unlock()
		s.mu.Lock()
	}
}
