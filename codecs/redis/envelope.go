package redis

import (
	"strconv"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// The reply object, which is the value of GET; members come in any order and unknown ones are passed over:
//
//	{"ec": number, "em": text, "result": value}
//
// ec 0 and 200 are success. A fault that holds its exception has it as result, as an object with class and message.

// readReply reads a reply object into m, borrowing the result and the whole. What is wrong with it is the Status of the
// reply: the frame around it was sound, so that the connection goes on.
func readReply(m *codecs.Message, value []byte, emMeansError bool) {
	var (
		s          = json.Scan(value)
		key        []byte
		ec         int64
		coded      bool
		em, result []byte
	)
	if s.Kind() != '{' {
		failed(m, codecs.Internal, "redis: decode reply: the value is no JSON object")
		return
	}
	for s.Object(); s.Member(&key); {
		switch string(key) {
		case "ec":
			var err error
			ec, err = strconv.ParseInt(string(s.Value()), 10, 32)
			coded = err == nil
		case "em":
			em = text(&s)
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
	complete(m, codecs.Status{Code: codeOf(int32(ec)), Text: string(em), Native: codecs.Native{Of: name, Code: int32(ec)}}, result)
	if m.Status.Code == codecs.OK && len(em) > 0 && emMeansError {
		m.Status.Code, m.Bare, m.Format, m.Body = codecs.Fault, true, codecs.Format{}, wire.Body{}
		return
	}
	m.Frame = codecs.Frame{Of: name, Bytes: wire.Borrow(value)}
}

// complete gives a reply its status and body.
func complete(m *codecs.Message, s codecs.Status, result []byte) {
	m.Kind, m.End, m.Status, m.Bare = codecs.Reply, true, s, true
	m.Meta.Loaded = true
	switch {
	case s.Code == codecs.OK:
		m.Bare, m.Format, m.Body = false, codecs.Format{Encoding: jsonName, Shape: codecs.Value}, wire.Borrow(result)
		if result == nil { // left out is null
			m.Body = wire.Copy([]byte("null"))
		}
	case s.Code == codecs.Fault && len(result) > 0 && result[0] == '{':
		if b, ok := appendThrown(make([]byte, 0, len(result)+64), result, maxCauses); ok {
			m.Bare, m.Format, m.Body = false, codecs.Format{Encoding: jsonName, Shape: codecs.Thrown}, wire.Borrow(b)
			m.Status.Class = classOf(b)
		}
	}
}

// failed makes m a reply that says what became of the call.
func failed(m *codecs.Message, code codecs.Code, text string) {
	complete(m, codecs.Status{Code: code, Text: text}, nil)
}

// appendReply appends what stands before the result of a reply object.
func appendReply(b []byte, ec int32, em string) []byte {
	b = append(b, `{"ec":`...)
	b = strconv.AppendInt(b, int64(ec), 10)
	b = append(b, `,"em":`...)
	b = json.AppendString(b, em)
	return append(b, `,"result":`...)
}
