package dubbo

import (
	"encoding/binary"
	"strconv"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Encode appends a frame. An intact Frame goes out with its id patched and nothing else changed, but for two cases: a request
// that has less time than its frame says gets new timeouts (only if its metadata was loaded, for else its time is not known),
// and a response with attachments loses them if the request's protocol version does not take any.
//
// Requests and replies without a Frame are written from Header and Body, which must be narrowed to the values: LoadMeta comes
// before Touch. Reserved metadata is written only into requests that came from a Dubbo caller. Dubbo has no word for Cancel:
// a client says nothing, a server answers with its status.
func (s *session) Encode(out *wire.Out, m *codecs.Message) (more bool, err error) {
	switch m.Kind {
	case codecs.Request, codecs.Oneway:
		err = s.encodeRequest(out, m)
	case codecs.Reply:
		err = s.encodeReply(out, m)
	case codecs.Cancel:
		if s.side == codecs.Server {
			m.Bare = true
			err = s.encodeReply(out, m)
		}
	case codecs.Ping:
		event(out, flagRequest|flagTwoWay|flagEvent|hessian2, 0, m.ID, "N")
	case codecs.Pong:
		encodePong(out, m)
	case codecs.Goaway:
		// Only a provider can say it, and not where framing was lost: then who listens is not known to be a consumer.
		if c := m.Status.Code; s.side == codecs.Server && (c == codecs.OK || c == codecs.Unavailable) {
			event(out, flagRequest|flagEvent|hessian2, 0, 0, "\x01R")
		}
	case codecs.Control:
		out.Body(m.Body)
		m.Body = wire.Body{}
	case codecs.None, codecs.Hello, codecs.Window:
	case codecs.Data:
		err = codecs.Errorf(codecs.Unimplemented, "dubbo: encode: a call has one message each way")
	}
	if err == nil {
		m.Release()
	}
	return false, err
}

// event appends a frame about the connection.
func event(out *wire.Out, flags, status byte, id uint64, body string) {
	f := begin(out, flags, status, id)
	out.B = append(out.B, body...)
	f.end()
}

// encodePong answers a heartbeat with null: its own body, where that is in a serialization that is not known here.
func encodePong(out *wire.Out, m *codecs.Message) {
	body, serial := "N", byte(hessian2)
	if ours(m.Hint) && m.Hint&hintSerial != hessian2 {
		body, serial = string(m.Body.Bytes()), byte(m.Hint&hintSerial)
	}
	event(out, flagEvent|serial, statusOK, m.ID, body)
}

// frame is a frame being written.
type frame struct {
	out         *wire.Out
	head, start int // of the head, in B and in all
}

func begin(out *wire.Out, flags, status byte, id uint64) frame {
	f := frame{out, len(out.B), out.Len()}
	out.B = append(out.B, magic0, magic1, flags, status)
	out.U64(id)
	out.U32(0)
	return f
}

// end fills in the length.
func (f *frame) end() { f.out.PutU32(f.head+12, uint32(f.out.Len()-f.start-headLen)) }

// text appends a string of the head or the attachments.
func (f *frame) text(s string) { f.out.B = hessian.AppendString(f.out.B, s) }

// pair appends an attachment.
func (f *frame) pair(key, value string) {
	f.text(key)
	f.text(value)
}

// pass appends an intact frame, its id patched.
func pass(out *wire.Out, m *codecs.Message) {
	b := m.Frame.Bytes
	at := len(out.B)
	out.B = append(out.B, b.Bytes()[:headLen]...)
	binary.BigEndian.PutUint64(out.B[at+4:], m.ID)
	out.Body(b.Sub(headLen, b.Len()))
}

func (s *session) encodeRequest(out *wire.Out, m *codecs.Message) error {
	if m.Frame.Of == Name {
		if !m.Meta.Loaded || m.Timeout <= 0 || !hurry(out, m) {
			pass(out, m)
		}
		return nil
	}
	method, desc, err := s.words(m)
	if err != nil {
		return err
	}
	body, err := arguments(m)
	if err != nil {
		return err
	}
	flags := byte(flagRequest | flagTwoWay | hessian2)
	if m.Kind == codecs.Oneway {
		flags &^= flagTwoWay
	}
	f := begin(out, flags, 0, m.ID)
	version := m.Version
	if version == "" {
		version = "0.0.0"
	}
	f.text(s.version)
	f.text(m.Service)
	f.text(version)
	f.text(method)
	f.text(desc)
	if method != m.Method {
		f.text(m.Method) // the first argument of $invoke
	}
	out.Body(body)
	s.attach(&f, m, version)
	f.end()
	return nil
}

// words gives the method and the descriptor as the wire says them, after checking that the request can be said at all.
func (s *session) words(m *codecs.Message) (method, desc string, err error) {
	switch {
	case m.Service == "" || m.Method == "":
		return "", "", codecs.Errorf(codecs.Invalid, "dubbo: encode request: no service or no method")
	case m.Body.Len() > 0 && m.Format.Encoding != Encoding || m.Format.Zip != "":
		return "", "", codecs.Errorf(codecs.Unimplemented, "dubbo: encode request: a body in %v", m.Format)
	case m.Body.Len() > s.max-headLen:
		return "", "", codecs.Errorf(codecs.Limited, "dubbo: encode request: body of %d bytes over limit %d", m.Body.Len(), s.max-headLen)
	case len(m.Meta.Pairs) > maxPairs:
		return "", "", tooMuchMeta(m)
	case m.Format.Shape == codecs.Generic:
		return methodInvoke, descInvoke, nil
	case m.Format.Shape != codecs.Args && (m.Format.Shape != codecs.Void || m.Body.Len() > 0):
		return "", "", codecs.Errorf(codecs.Unimplemented, "dubbo: encode request: a body in %v", m.Format)
	}
	n, err := countParams(m.Descriptor)
	if err != nil {
		return "", "", refuse(codecs.Invalid, "encode request", err)
	}
	if n == 0 && m.Body.Len() > 0 || m.Args >= 0 && n != int(m.Args) {
		return "", "", codecs.Errorf(codecs.Unimplemented, "dubbo: encode request: %d parameter types known for %d arguments", n, m.Args)
	}
	return m.Method, m.Descriptor, nil
}

// arguments takes the body off m. That of $invoke begins with the method's name, which is written anew: the header's may be
// another. Strings use none of the stream's tables, so that what follows stays right.
func arguments(m *codecs.Message) (wire.Body, error) {
	b := m.Body
	if m.Format.Shape == codecs.Generic {
		var sc hessian.Scanner
		sc.Reset(b.Bytes())
		if _, null, err := sc.Text(); err != nil || null {
			return wire.Body{}, codecs.Errorf(codecs.Internal, "dubbo: encode request: a body in %v without a method name", m.Format)
		}
		b = b.Sub(sc.Pos(), b.Len())
		m.Body.Release()
	}
	m.Body = wire.Body{}
	return b, nil
}

// attach appends the attachments of a request in Java's order.
func (s *session) attach(f *frame, m *codecs.Message, version string) {
	own := ours(m.Hint)
	f.out.B = hessian.AppendMapStart(f.out.B)
	f.pair(keyPath, m.Service)
	if _, ok := m.Meta.Get(keyApplication); !ok {
		f.pair(keyApplication, s.app)
	}
	f.meta(&m.Meta, own)
	f.pair(keyInterface, m.Service)
	f.pair(keyVersion, version)
	if m.Format.Shape == codecs.Generic {
		if _, ok := m.Meta.Get(keyGeneric); !ok || !own {
			f.pair(keyGeneric, "true")
		}
	}
	if m.Timeout > 0 {
		var buf [20]byte
		f.text(keyTimeout)
		f.out.B = hessian.AppendString(f.out.B, strconv.AppendInt(buf[:0], inMillis(m.Timeout), 10))
	}
	if m.Group != "" {
		f.pair(keyGroup, m.Group)
	}
	f.out.B = hessian.AppendMapEnd(f.out.B)
}

// meta appends metadata: the first of several pairs of one key, and reserved keys only if the pairs are a Dubbo caller's.
func (f *frame) meta(meta *codecs.Meta, own bool) {
	for i, p := range meta.Pairs {
		if p.Key == "" || isCarried(p.Key) || !own && reserved.Has(p.Key) || codecs.HasKey(meta.Pairs[:i], p.Key) {
			continue
		}
		f.pair(p.Key, p.Value)
	}
}

func tooMuchMeta(m *codecs.Message) error {
	return codecs.Errorf(codecs.Limited, "dubbo: encode: %d pairs of metadata over limit %d", len(m.Meta.Pairs), maxPairs)
}
