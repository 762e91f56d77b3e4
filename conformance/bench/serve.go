package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
)

// serveProtocol is the server behind all sides: it reads whole requests and answers each with the same reply. It shares no code with
// dragoman.
func serveProtocol(protocol string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "listening", l.Addr())
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		switch protocol {
		case "grpc":
			go serveH2(c, grpcReply())
		case "http2":
			go serveH2(c, jsonReply())
		default:
			go answer(c, protocol)
		}
	}
}

// answer serves one connection; replies are written when no further request has arrived.
func answer(c net.Conn, protocol string) {
	defer c.Close() //nolint:errcheck // nothing hangs on it
	r, w := bufio.NewReaderSize(c, 64<<10), bufio.NewWriterSize(c, 64<<10)
	_, redis := redisEcho()
	_, http := httpEcho()
	if p := frames[protocol]; p != nil {
		_ = p.answer(r, w) // the caller has gone
		return
	}
	for {
		var err error
		switch protocol {
		case "redis":
			err = answerRedis(r, w, redis)
		case "http":
			err = answerHTTP(r, w, http)
		}
		if err == nil && r.Buffered() == 0 {
			err = w.Flush()
		}
		if err != nil {
			return
		}
	}
}

func answerRedis(r *bufio.Reader, w *bufio.Writer, reply []byte) error {
	if _, err := r.ReadSlice('\n'); err != nil { // *2
		return err
	}
	for range 2 {
		if _, err := readSized(r, '$', 2); err != nil {
			return err
		}
	}
	_, err := w.Write(reply)
	return err
}

func answerHTTP(r *bufio.Reader, w *bufio.Writer, reply []byte) error {
	n := 0
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if rest, ok := bytes.CutPrefix(bytes.ToLower(line), []byte("content-length: ")); ok {
			for _, d := range bytes.TrimSpace(rest) {
				n = n*10 + int(d-'0')
			}
		}
		if len(line) == 2 {
			break
		}
	}
	if _, err := r.Discard(n); err != nil {
		return err
	}
	_, err := w.Write(reply)
	return err
}
