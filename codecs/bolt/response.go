package bolt

import (
	"bytes"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// response reads how a call ended. One that comes to a server, which has asked for nothing, is passed over.
func (s *session) response(m *codecs.Message, h *head, p []byte) error {
	if s.side == codecs.Server && h.command != cmdHeartbeat {
		m.ID, m.End = 0, false
		return nil
	}
	if h.command == cmdHeartbeat {
		m.Kind = codecs.Pong
		return nil
	}
	m.Kind = codecs.Reply
	m.Frame = codecs.Frame{Of: Name, Bytes: wire.Borrow(p)}
	parts := h.cut(p)
	if h.status != statusSuccess {
		m.Status, m.Bare = statusOf(h.status, failureText(parts.content.Bytes())), true
		return nil
	}
	flag, err := errorFlag(parts.header)
	if err != nil {
		return refuse(codecs.Malformed, "decode response", err)
	}
	m.Body, m.Format.Shape = parts.content, codecs.Value
	if string(parts.class) != classResponse {
		return nil // opaque
	}
	switch h.codec {
	case codecHessian, codecHessianOld:
		if err := told(m, flag); err != nil {
			return refuse(codecs.Malformed, "decode response", err)
		}
	case codecProto:
		toldText(m, encodingProto, flag)
	case codecJSON:
		toldText(m, encodingJSON, flag)
	}
	return nil
}

// toldText reads a content that is the value itself, or, with the flag, the text of an error or of an exception: nothing tells them
// apart but SOFARPC's number in front of some of its own.
func toldText(m *codecs.Message, encoding string, flag bool) {
	m.Format.Encoding = encoding
	if !flag {
		if p := bytes.TrimSpace(m.Body.Bytes()); encoding == encodingJSON && (len(p) == 0 || string(p) == "null") {
			m.Format.Shape, m.Body = codecs.Void, wire.Body{}
		}
		return
	}
	text := m.Body.Bytes()
	if encoding == encodingJSON && json.Valid(text) == nil && len(text) > 0 && text[0] == '"' {
		text = json.Unquote(nil, text)
	}
	m.Format, m.Body, m.Bare = codecs.Format{}, wire.Body{}, true
	fallback := codecs.Fault
	if bytes.HasPrefix(text, []byte("RPC-")) {
		fallback = codecs.Internal
	}
	m.Status = errorStatus(text, fallback)
}
