package grpc

import (
	"bytes"
	"compress/gzip"
	"io"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// maxLocal bounds a message to a service that is answered here, in bytes.
const maxLocal = 64 << 10

// local is one call to a service that is answered here. It collects the pieces of each message for its answerer. Like every Stream
// it has one sender at a time, on the home of its call.
type local struct {
	back   codecs.Stream
	answer answerer
	buf    []byte // the message that has not come whole
	opened bool   // the head of the reply is out
	over   bool
}

// answerer is a method.
type answerer interface {
	// message takes one message of the caller, valid during the call, and says whether the caller may go on at once.
	message(l *local, p []byte) (more bool)
	// end is told that no more will come, unless the call is over.
	end(l *local)
}

// serve takes a call with its first message.
func serve(c *codecs.Call, back codecs.Stream, a answerer) codecs.Stream {
	m := &c.Req
	if m.Format.Encoding != encodingProto {
		return codecs.Refuse(c, back, codecs.Status{Code: codecs.Unimplemented,
			Text: "grpc: " + m.Service + " is answered in protobuf only, and this is " + m.Format.String()})
	}
	l := &local{back: back, answer: a}
	l.Send(m)
	if l.over {
		return codecs.Gone
	}
	return l
}

// Send implements codecs.Stream.
func (l *local) Send(m *codecs.Message) bool {
	defer m.Release()
	if l.over {
		return true
	}
	more := true
	if !m.Bare {
		more = l.add(m)
	}
	if m.End && !l.over {
		if len(l.buf) > 0 {
			l.fail(codecs.Errorf(codecs.Malformed, "grpc: the request ended inside a message"))
		} else {
			l.answer.end(l)
		}
	}
	return more
}

// add takes a message or a piece of one.
func (l *local) add(m *codecs.Message) bool {
	if len(l.buf)+m.Body.Len() > maxLocal {
		l.fail(codecs.Errorf(codecs.Limited, "grpc: the request is over %d bytes", maxLocal))
		return true
	}
	p := m.Body.Bytes()
	if m.Part || l.buf != nil {
		l.buf = append(l.buf, p...)
		p = l.buf
	}
	if m.Part {
		return true
	}
	l.buf = nil
	p, err := inflate(p, m.Format.Zip)
	if err != nil {
		l.fail(err)
		return true
	}
	return l.answer.message(l, p)
}

// OnReady implements codecs.Stream: the caller may go on when the replies may.
func (l *local) OnReady(f func()) { l.back.OnReady(f) }

// Cancel implements codecs.Stream.
func (l *local) Cancel(s codecs.Status) {
	if !l.over {
		l.over = true
		l.back.Cancel(s)
	}
}

func (l *local) fail(err error) { l.Cancel(codecs.StatusOf(err)) }

// whole answers with one message and ends the call.
func (l *local) whole(p []byte) {
	l.over = true
	m := codecs.Message{Kind: codecs.Reply, End: true, Body: wire.Copy(p)}
	m.Format = codecs.Format{Encoding: encodingProto, Shape: codecs.Value}
	l.back.Send(&m)
}

// one answers with one message of several.
func (l *local) one(p []byte) bool {
	f := codecs.Format{Encoding: encodingProto, Shape: codecs.Value}
	if !l.opened {
		l.opened = true
		head := codecs.Message{Kind: codecs.Reply, Bare: true, Header: codecs.Header{Format: f}}
		l.back.Send(&head)
	}
	m := codecs.Message{Kind: codecs.Data, Body: wire.Copy(p), Header: codecs.Header{Format: f}}
	return l.back.Send(&m)
}

// done ends a row of answers.
func (l *local) done() {
	l.over = true
	m := codecs.Message{Kind: codecs.Data, End: true, Bare: true}
	if !l.opened {
		m.Kind, m.Status.Native.Of = codecs.Reply, Name // no message at all, not an empty one
	}
	l.back.Send(&m)
}

// inflate undoes the compression of a message.
func inflate(p []byte, zip string) ([]byte, error) {
	switch zip {
	case "":
		return p, nil
	case "gzip":
	default:
		return nil, codecs.Errorf(codecs.Unimplemented, "grpc: a request compressed with %.32q cannot be read here", zip)
	}
	r, err := gzip.NewReader(bytes.NewReader(p))
	if err != nil {
		return nil, codecs.Errorf(codecs.Invalid, "grpc: decompress request: %v", err)
	}
	out, err := io.ReadAll(io.LimitReader(r, maxLocal+1))
	switch {
	case err != nil:
		return nil, codecs.Errorf(codecs.Invalid, "grpc: decompress request: %v", err)
	case len(out) > maxLocal:
		return nil, codecs.Errorf(codecs.Limited, "grpc: decompress request: over %d bytes", maxLocal)
	}
	return out, nil
}
