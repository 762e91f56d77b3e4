// Package codecs is the vocabulary of the call path: the header-only message, the codec and its session, the handler and its
// streams, the call and its status. Everything between two wires is written in these words.
//
// It knows no protocol, no body syntax, no socket and no clock, and nothing third-party stands in its signatures.
package codecs

import "github.com/dragoman-rpc/dragoman/codecs/wire"

// Kind says what a Message is.
type Kind uint8

// The kinds of message. None, Hello, Window and Control are about the wire and not about a call.
const (
	None    Kind = iota // bytes were taken and nothing was said: a preface, a header block still open
	Hello               // what a side says first
	Request             // opens a call that gets a reply
	Oneway              // opens a call that gets none
	Reply               // answers a Request; Status says how it ended
	Data                // a further message, or piece of one, of an open call
	Window              // decoded: stream ID (0: any) may send again; encoded: our reader has taken Credit bytes
	Cancel              // ends a call from either side; Status says why
	Ping                // asks for a Pong
	Pong                // answers a Ping
	Goaway              // no new calls here; ID is the last one served
	Control             // nothing but bytes in Body to be sent back; with End, close after them
)

var kindNames = [...]string{"none", "hello", "request", "oneway", "reply", "data", "window", "cancel", "ping", "pong", "goaway", "control"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "kind?"
}

// Message is one frame's worth of a call, or a word about the connection.
//
// A Message arrives borrowed: Body and Frame may alias a read buffer and are valid until the callback that brought it
// returns. Passing it on passes the duty to send it on or to Release it, once. Whatever keeps it longer calls Own. The strings
// of the Header are never borrowed.
type Message struct {
	Kind   Kind
	End    bool   // the last message of its call in this direction
	Part   bool   // this payload goes on in the next Data
	Bare   bool   // no payload here; an empty payload is something else
	Size   uint32 // of the whole payload in bytes, on the first piece of a Part; 0: not known
	ID     uint64 // of this hop only; on Goaway: the last one served
	Hint   uint64 // the codec's own note on a request; its reply carries it back
	Credit uint32 // Window: bytes taken; on any decoded message of a call: window bytes it used, to be given back
	Of     Codec  // on a decoded Request of a wire that several protocols share: whose it is; nil: the connection's
	Header
	Body  wire.Body
	Frame Frame // whoever changes Header or Body clears it with Touch
}

// Frame is an undecoded frame and the name of the codec that cut it. A codec that is given a message with a Frame of its own
// may send it as it came, with nothing changed but the id.
type Frame struct {
	Of    string
	Bytes wire.Body
}

// Touch clears the Frame: the message must be encoded from its Header and Body. The Body stays valid.
func (m *Message) Touch() {
	if m.Frame.Of == "" {
		return
	}
	m.Frame.Bytes.Release()
	m.Frame.Of = ""
}

// SetBody puts b in the place of the Body, which is released with the Frame.
func (m *Message) SetBody(b wire.Body, f Format) {
	m.Touch()
	m.Body.Release()
	m.Body, m.Format, m.Bare = b, f, false
}

// Own makes the message independent of the buffer it was read into, copying once.
func (m *Message) Own() {
	if m.Frame.Of == "" || m.Frame.Bytes.Owned() {
		m.Body.Own()
		return
	}
	off, inside := m.Frame.Bytes.Within(m.Body)
	m.Frame.Bytes.Own()
	if inside && !m.Body.Owned() {
		m.Body = m.Frame.Bytes.Sub(off, off+m.Body.Len())
		return
	}
	m.Body.Own()
}

// Clone gives a second message with the same contents, which must be owned: it shares the memory.
func (m *Message) Clone() Message {
	c := *m
	c.Body, c.Frame.Bytes = m.Body.Share(), m.Frame.Bytes.Share()
	return c
}

// Move gives the message away: what is left behind has the Header but no memory.
func (m *Message) Move() Message {
	c := *m
	m.Body, m.Frame = wire.Body{}, Frame{}
	return c
}

// Release gives the memory back and empties the message.
func (m *Message) Release() {
	m.Frame.Bytes.Release()
	m.Body.Release()
	*m = Message{}
}
