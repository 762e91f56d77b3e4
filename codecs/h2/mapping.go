package h2

import "github.com/dragoman-rpc/dragoman/codecs"

// Field is one field of a header block, its name in lower case. Pseudo-header fields (":path") come first.
type Field struct{ Name, Value string }

// Get gives the first value of a field, and whether there is one.
func Get(block []Field, name string) (string, bool) {
	for i := range block {
		if block[i].Name == name {
			return block[i].Value, true
		}
	}
	return "", false
}

// Mapping is a protocol over HTTP/2: what the header blocks and the payload of a stream mean. It is immutable and safe for
// concurrent use.
type Mapping interface {
	// Name is the protocol's, as configuration and metrics call it.
	Name() string
	// Traits are the protocol's own: Deadline, Formats, Echo, Reserved, Options. Those of the wire are added by the Codec.
	Traits() codecs.Traits
	// Claims says whether a request is of this protocol, by its header block. The mappings of a connection are asked in turn.
	Claims(block []Field) bool
	// Exchange makes the state of one stream.
	Exchange(side codecs.Side, set *codecs.Settings) Exchange
}

// Exchange is the meaning of one stream as long as it lives. The session calls it under its own rules: one goroutine at a time,
// blocks that were checked against RFC 9113 §8 (pseudo fields, case, connection-specific fields), payload with padding and frame
// heads taken off.
//
// What it reads comes out as messages of one call: on the server side a Request, then Data; on the client side a Reply, then
// Data; the last of them with End. It fills m, whose ID, Credit and Of the session sets, or leaves its Kind None when there is
// nothing to say yet. An error fails this call alone.
type Exchange interface {
	// Head reads the block that opens the far side's half. Informational responses (1xx) are not shown. end: nothing follows it, so
	// m gets an End. Blocks are valid during the call; their strings may be kept.
	Head(m *codecs.Message, block []Field, end bool) error
	// Data reads from payload and says how much it took, which is something; it is called again while bytes are left. end: p holds
	// the last bytes of the stream, and there are no trailers; p may then be empty; what takes the last byte gives m an End. m.Body
	// may alias p. What it takes without filling m is given back to the sender's window at once, so it must bound what it keeps
	// (Settings.MaxFrame).
	Data(m *codecs.Message, p []byte, end bool) (n int, err error)
	// Trailers reads the block behind the payload, which ends the far side's half.
	Trailers(m *codecs.Message, block []Field) error
	// Write says how m is written. It is called once for every message, in order, whatever the window allows; m.Body is the
	// payload unless m.Bare, and Write may put another Body or none there, releasing the old one. On a Cancel of the server side,
	// which comes only between messages, it gives the block that ends the stream with that status. On an error nothing was written
	// and the state is as it was.
	Write(p *Parts, m *codecs.Message) error
}

// Reusable is an Exchange that a session may use for another stream, of the same mapping, side and settings.
type Reusable interface {
	Exchange
	// Reset makes it what Mapping.Exchange gave. It keeps no memory that a message refers to.
	Reset()
}

// Parts is what one message is on the wire, in this order. It comes empty, with room in its slices to append to. The session
// writes it as frames, and ends our half of the stream behind a message with End.
type Parts struct {
	Head   []Field // the block that opens our half; empty: not now
	Prefix []byte  // payload in front of the Body
	Tail   []Field // trailers, behind the payload; empty: none
	Reset  bool    // break the stream off instead: the status cannot be said
}
