package redis

import (
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// The reply object, which is the value of GET, in the form of the request; members come in any order and unknown ones are passed over:
//
//	{"ec": number, "em": text, "result": value}
//
// ec 0 and 200 are success. A fault that holds its exception has it as result, as an object with class and message.

// readReply reads a reply object into m, borrowing the result and the whole. What is wrong with it is the Status of the
// reply: the frame around it was sound, so that the connection goes on.
func readReply(m *codecs.Message, value []byte, emMeansError bool) {
	f, ok := formAt(value)
	if !ok {
		failed(m, codecs.Internal, "redis: decode reply: the value is neither a JSON object nor a MessagePack map")
		return
	}
	var (
		s          = scan(f, value)
		key        []byte
		ec         int32
		coded      bool
		em, result []byte
	)
	for s.Object(); s.Member(&key); {
		switch string(key) {
		case "ec":
			ec, coded = s.integer()
		case "em":
			em = s.text()
		case "result":
			result = s.Value()
		default:
			s.Value()
		}
	}
	if err := s.End(); err != nil {
		failed(m, codecs.Internal, "redis: decode reply: "+err.Error())
		return
	}
	if !coded {
		failed(m, codecs.Internal, "redis: decode reply: no ec")
		return
	}
	complete(m, codecs.Status{Code: codeOf(ec), Text: string(em), Native: codecs.Native{Of: name, Code: ec}}, f, result)
	if m.Status.Code == codecs.OK && len(em) > 0 && emMeansError {
		m.Status.Code, m.Bare, m.Format, m.Body = codecs.Fault, true, codecs.Format{}, wire.Body{}
		return
	}
	m.Hint = f.hint() // where there is no request to have it from, a reply goes on in its own form
	m.Frame = codecs.Frame{Of: name, Bytes: wire.Borrow(value)}
}

// complete gives a reply its status and body.
func complete(m *codecs.Message, s codecs.Status, f form, result []byte) {
	m.Kind, m.End, m.Status, m.Bare = codecs.Reply, true, s, true
	m.Meta.Loaded = true
	switch {
	case s.Code == codecs.OK:
		m.Bare, m.Format, m.Body = false, codecs.Format{Encoding: f.encoding(), Shape: codecs.Value}, wire.Borrow(result)
		if result == nil { // left out is null
			m.Body = wire.Copy([]byte(f.null()))
		}
	case s.Code == codecs.Fault && len(result) > 0:
		if b, class, ok := thrown(f, result); ok {
			m.Bare, m.Format, m.Body = false, codecs.Format{Encoding: f.encoding(), Shape: codecs.Thrown}, wire.Borrow(b)
			m.Status.Class = class
		}
	}
}

// failed makes m a reply that says what became of the call.
func failed(m *codecs.Message, code codecs.Code, text string) {
	complete(m, codecs.Status{Code: code, Text: text}, textual, nil)
}

// appendReply appends what stands before the result of a reply object.
func appendReply(b []byte, f form, ec int32, em string) []byte {
	b = f.integer(f.member(f.open(b, 3), "ec"), ec)
	b = f.text(f.member(b, "em"), em)
	return f.member(b, "result")
}
