// Package dubbo is the Dubbo 2 wire protocol ("dubbo://"), both sides.
//
// It knows frames, the strings before the arguments, the attachments behind them, the forms of a response and Dubbo's codes.
// It steps over arguments and results and refuses to know what is in them, but for the class, the code and the message of an
// exception, which say how a call ended.
package dubbo

import (
	"slices"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// Name is the protocol's name.
const Name = "dubbo"

// Codec is the Dubbo 2 protocol. It is stateless.
type Codec struct{}

// Name gives "dubbo".
func (Codec) Name() string { return Name }

// Encoding is how Hessian bodies are tagged: those of every Dubbo peer by default.
const Encoding = "hessian2"

// Traits gives the facts of the protocol. Java closes a connection that is silent for three heartbeats of 60 s.
func (Codec) Traits() codecs.Traits {
	return codecs.Traits{
		Deadline: true,
		Goaway:   true,
		TailMeta: true,
		Echo:     "$echo",
		IDs:      codecs.IDs{First: 1, Step: 1, Max: 1<<63 - 1},
		Ping:     60 * time.Second,
		Idle:     180 * time.Second,
		Formats: []codecs.Format{
			{Encoding: Encoding, Shape: codecs.Args},
			{Encoding: Encoding, Shape: codecs.Generic},
		},
		Reserved: slices.Clone(reserved),
		Options: []codecs.Option{
			{Name: "version", Default: "2.0.2", Side: "client", Doc: "The protocol version that requests announce; servers send attachments back to 2.0.2 … 2.0.99 only."},
			{Name: "application", Side: "client", Doc: "The calling application that requests name when the caller named none; by default the process's own name."},
			{Name: "path", Default: "strict", Values: []string{"strict", "any"}, Unjudged: []string{"any"}, Side: "server", Doc: "Whether requests whose attachments name another path or version than their head are refused where attachments are read; any is for services exported under a path of their own, and is not taken beside an allow entry that does not name the listener."},
		},
	}
}

// Sniff knows the two bytes of the magic.
func (Codec) Sniff(p []byte) codecs.Verdict {
	switch {
	case len(p) > 0 && p[0] != magic0 || len(p) > 1 && p[1] != magic1:
		return codecs.No
	case len(p) < 2:
		return codecs.More
	}
	return codecs.Yes
}

// Session makes the state of a connection: nothing but its settings, so that a Session is safe for concurrent use.
func (c Codec) Session(side codecs.Side, set codecs.Settings) codecs.Session {
	set = set.WithDefaults()
	t := c.Traits()
	s := &session{side: side, max: set.MaxFrame, version: set.Option(&t, "version"), app: set.Option(&t, "application")}
	if s.app == "" {
		s.app = set.Name
	}
	s.anyPath = set.Option(&t, "path") == "any"
	return s
}

// session is one side of a connection. It never changes.
type session struct {
	side    codecs.Side
	max     int    // bytes of a frame
	version string // protocol version announced
	app     string // remote.application announced
	anyPath bool
}

// A frame, all numbers big-endian:
//
//	 0  da bb   magic
//	 2  1       flags: 80 request, 40 two-way, 20 event, 1f serialization id
//	 3  1       status of a response; 0 in a request
//	 4  8       request id, chosen by the requester, any 64 bits
//	12  4       body length n, signed
//	16  n       body, in the serialization of the flags
//
// The body in Hessian 2, one stream with one set of tables:
//
//	request   "2.0.2"  service  version|null  method  descriptor  argument…  attachments|null
//	response  status 20: int 0 exception, 1 value, 2 nothing; 3, 4, 5 the same and then attachments
//	          else:      text|null
//	event     null (heartbeat), "R" (no new calls here), "W" (take that back)
//
// The number of arguments follows from the descriptor alone, and nothing tells where the attachments begin but a walk over the
// arguments. Bytes behind the last value are tolerated: dubbo-go 3.3 ends every response with one null too many.
const (
	magic0, magic1 = 0xda, 0xbb
	headLen        = 16

	flagRequest = 0x80
	flagTwoWay  = 0x40
	flagEvent   = 0x20
	serialMask  = 0x1f
)

// The int that begins the body of a response of status 20. From 3 on the same with attachments behind.
const (
	resultThrown = iota
	resultValue
	resultNull
	withAttachments
)

// The serializations this package can see into. Frames of others pass with their insides unread.
const (
	hessian2  = 2
	fastjson2 = 23
)

// The Hint of a request: what its reply must match. The mark tells it from the hints of other codecs.
const (
	hintMark    = uint64(magic0<<8|magic1) << 48
	hintMask    = uint64(0xffff) << 48
	hintSerial  = serialMask // the serialization id, as in the flags
	hintAttach  = 1 << 5     // the reply carries attachments: the request's protocol version lies in the window
	hintGeneric = 1 << 6     // came as $invoke: exceptions go back as GenericException
	hintOneway  = 1 << 7     // never answered
)

// noHint is what a reply is written by if its request did not come from this codec.
const noHint = hessian2 | hintAttach

// ours says that a message's hint was made by Decode.
func ours(hint uint64) bool { return hint&hintMask == hintMark }
