package codecs

import (
	"errors"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Side is which end of a connection a Session is.
type Side uint8

// The sides.
const (
	Server Side = iota // accepts connections, gets requests
	Client             // dials, sends requests
)

func (s Side) String() string {
	if s == Server {
		return "server"
	}
	return "client"
}

// Verdict is what a Protocol says of the first bytes of a connection.
type Verdict uint8

// The verdicts.
const (
	No   Verdict = iota // certainly not this protocol
	More                // cannot tell yet
	Yes
)

// SniffMax is the number of bytes within which a Protocol must say Yes or No.
const SniffMax = 24

// Protocol is what can be said of a wire protocol without a connection.
type Protocol interface {
	Name() string // lower case: what configuration, metrics and metadata call it
	Traits() Traits
	Sniff(prefix []byte) Verdict
}

// Codec is a wire protocol. It is immutable and safe for concurrent use.
type Codec interface {
	Protocol
	// Session makes the state of one connection. Stateless codecs may return a shared value.
	Session(side Side, set Settings) Session
}

// Session is one side of a wire protocol on one connection: pure code over byte slices. It is used by one goroutine at a
// time and knows no socket, no clock and no goroutine.
type Session interface {
	// Decode reads one message from the front of p into m, which is zero; Body and Frame may alias p.
	//
	// n == 0 and no error: the message is incomplete. n > 0 and an error: the call m.ID failed (if m.Kind is Request or
	// Oneway it never opened, and the error is its answer) and the connection goes on. n == 0 and an error: framing is lost;
	// the engine ends the calls, encodes a Goaway with the error's Status (the last words), flushes and closes.
	//
	// On a decoded None, Hello, Window or Control, and with an error, Body holds what the session itself wants written at once.
	//
	// A session with Traits.Stream may keep what it owes (acknowledgements, credit, resets) and say it with the next Encode of
	// anything: the engine ends every batch of Decodes with an Encode of Kind None, which says nothing else.
	Decode(m *Message, p []byte) (n int, err error)
	// Encode appends m to out, as far as the peer's window allows, and takes it over: its memory is released or referred to by
	// out, unless more is true: then the rest of m stays in m, and Encode is called again when Decode yields a Window for its
	// ID or for 0. An ID that is gone is dropped without error. ErrFull: no id is left here, take another connection. ErrBusy:
	// the peer takes no further call now; Decode yields a Window for ID 0, or ends a call, when that may have changed.
	//
	// What has begun is ended by Cancel: a server side says the status where the wire still can, and else breaks the call off
	// alone, or, where its wire cannot do that either, fails with an error, and the engine closes the connection.
	//
	// The engine sets m.ID first: for a request of the client side the next id of Traits.IDs, for a reply the request's ID and
	// Hint. Any other error fails the call alone (with *Error's Status) and must leave out as it was. With an error m is not
	// taken over.
	Encode(out *wire.Out, m *Message) (more bool, err error)
}

// Joint is a Codec whose wire several protocols can share, each call saying whose it is (Message.Of). Join gives the Codec that
// serves all of them on one connection: itself first, then the others, which are of the same wire.
type Joint interface {
	Codec
	Join(others []Codec) Codec
}

// Find gives the first of list with that name and version, and whether there is one; version "" is any. To a protocol of a single
// wire the option of that name is its own affair (Dubbo and Bolt announce another version on the same wire).
func Find[P Protocol](list []P, name, version string) (found P, ok bool) {
	for _, p := range list {
		if p.Name() != name {
			continue
		}
		if own := p.Traits().Version; version == "" || own == "" || own == version {
			return p, true
		}
	}
	return found, false
}

// OptionVersion is the option of a cluster that says which of several wires of its protocol is spoken there (Traits.Version).
const OptionVersion = "version"

// Traits are the facts of a protocol that engines and stages act on.
type Traits struct {
	InOrder  bool          // replies come in the order of the requests, and carry no id
	Stream   bool          // many messages each way
	Whole    bool          // with Stream: a request is one message all the same, and so is the reply to a caller who asks for no stream
	Cancels  bool          // a call can be canceled by a frame, not only by closing
	Deadline bool          // requests carry the time they have
	Goaway   bool          // a side can say that it is leaving
	Hello    bool          // calls wait for the peer's Hello
	TailMeta bool          // metadata, and Group, stand behind the body: loaded only if asked for
	IDs      IDs           // those a client side gives
	Ping     time.Duration // keepalive period of a client side; 0: none
	Idle     time.Duration // after which servers of this protocol may close a connection without a word; 0: not known
	Formats  []Format      // of request bodies, best first
	ALPN     string        // the name of the wire within TLS; "": none
	Version  string        // which of several wires of the protocol this is ("1.1", "2"), as option "version" names it; "": the only one
	Echo     string        // a method that every server has and that gives its one argument back; "": none
	Reserved Keys          // of metadata that only this protocol's own callers may set
	Options  []Option      // what configuration may set for it
}

// IDs are the ids that a client side gives: First, First+Step, … up to Max, then First again. Max 0: the wire has no ids.
type IDs struct{ First, Step, Max uint64 }

// Option is a setting that a codec knows: `listen[].options` and `clusters.NAME.options` in configuration.
type Option struct {
	Name, Default string
	Values        []string                 // the only ones allowed; nil: any
	Check         func(value string) error // says what is wrong with a value that Values cannot list; nil: nothing ever is
	Unjudged      []string                 // values with which callers reach what allow did not judge: refused where it limits callers
	Side          string                   // "server", "client" or "both"
	Doc           string                   // one sentence
}

// Settings are the limits and options of a session. The zero value means the defaults.
type Settings struct {
	MaxFrame int // bytes of one message, head and body; default 8 MiB
	MaxHead  int // bytes of a head, or of one line; default 64 KiB
	Calls    int // in flight at once, where a server side can tell its peer; default 1024
	Options  map[string]string
	// Name is what the process calls itself where a protocol asks; default "dragoman".
	Name string
	// Addr is the address of the server side, where a protocol speaks of it: for a client what it dials, as configured; for a
	// server the connection's local address. Empty if not known.
	Addr string
	TLS  bool // the connection is within TLS, where a protocol says so
	// Passive says that the session reads what others say to each other: the peer keeps to limits of its size of frames, tables and
	// windows that this side has not set. MaxFrame and MaxHead hold all the same. On a connection of one's own it would be an invitation.
	Passive bool
	// Lines gives the server side of a Liner what its Lines made of those that hold now: it is asked for every request, so that a
	// reload counts at once, from the session's goroutine. nil: there are none.
	Lines func() any
}

// The defaults of Settings.
const (
	DefaultMaxFrame = 8 << 20
	DefaultMaxHead  = 64 << 10
	DefaultCalls    = 1024
)

// WithDefaults fills in what is zero.
func (s Settings) WithDefaults() Settings {
	if s.MaxFrame == 0 {
		s.MaxFrame = DefaultMaxFrame
	}
	if s.MaxHead == 0 {
		s.MaxHead = DefaultMaxHead
	}
	if s.Calls == 0 {
		s.Calls = DefaultCalls
	}
	if s.Name == "" {
		s.Name = "dragoman"
	}
	return s
}

// Option gives the value of an option of t, or its default.
func (s Settings) Option(t *Traits, name string) string {
	if v, ok := s.Options[name]; ok {
		return v
	}
	for i := range t.Options {
		if t.Options[i].Name == name {
			return t.Options[i].Default
		}
	}
	return ""
}

// The optional abilities of a Session. There are no others.
type (
	// MetaLoader reads metadata, Group and Timeout that Decode has left where they are, from m.Frame, and makes Meta.Loaded
	// true. It may narrow m.Body to the values alone. It changes nothing else and is safe for concurrent use.
	MetaLoader interface{ LoadMeta(m *Message) error }
	// Sizer says the whole length in bytes of the frame that p begins, or 0 if that cannot be known yet, so that large frames
	// are bounded early and never scanned twice.
	Sizer interface{ FrameSize(p []byte) int }
	// Roomer says that the connection's window is open: a call that opens elsewhere waits less.
	Roomer interface{ Room() bool }
	// Mover gives the session's state as bytes, and takes it back in another process.
	Mover interface {
		Save() ([]byte, error)
		Restore([]byte) error
	}
)

// What Encode says of a request that this connection cannot take: for good, or for now.
var (
	ErrFull = errors.New("codecs: no id left on this connection")
	ErrBusy = errors.New("codecs: the peer takes no further call now")
)
