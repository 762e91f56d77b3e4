// Package hsf is the HSF 2 wire protocol ("hsf://", protocol code 14), both sides.
//
// HSF is closed source and nobody has published its wire, so every field below is marked by how sure it is: + several independent
// sources agree, one of which has run on real traffic; ~ deduced from code that was derived from HSF's, or from its users' manual;
// ? nobody says, and what stands there is our choice, which an option changes. docs/hsf.md tells how to check them with a
// capture.
//
// The package knows frames, HSF's statuses, where each argument stands, and the names that a generic invocation wraps. It refuses
// to know what is in arguments and results, but for the class and the message of an exception, by which alone a failed call is
// told from a result.
package hsf

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
)

// Name is the protocol's name.
const Name = "hsf"

// A request:
//
//	 0  0e      + protocol; option first_byte
//	 1  01      + version
//	 2  00      + type: a request
//	 3  1       + codec: 1 hessian, 2 java, 3 TOP, 4 hessian2, 5 kryo, 6 json, 7 custom; ~ what of Hessian 1 and 4 are
//	 4  3       + extension, 0; nobody says what for
//	 7  8       + request id
//	15  4       + timeout in ms; ~ 0 and less mean 3000
//	19  4       + length of the service
//	23  4       + length of the method
//	27  4       + number n of arguments
//	31  4·n     + length of each type name
//	    4·n     + length of each argument
//	    4       + length of the properties
//	    service + "com.acme.User:1.0.0", UTF-8; ? a second colon begins the group
//	    method  + UTF-8; "$invoke" ~ wraps a generic invocation
//	    types   + what Class.getName gives: "int", "java.lang.String", "[Ljava.lang.String;"
//	    values  + each argument a stream of its own, in the codec of the request
//	    props   + their place; ~ a map in the same codec (? option props_codec); ? its keys
//
// A response:
//
//	 0  0e 01   + as above
//	 2  01      + type: a response
//	 3  1       + status
//	 4  1       + codec, as in the request
//	 5  3       + extension, 0
//	 8  8       + request id
//	16  4       + length of the body
//	20          + status 20: the result, null for void; ~ else UTF-8 text.
//	            ? An exception of the service is the result, or a text beside another status: option exception_as_ok
//
// A heartbeat and its answer, in which type and version have changed places:
//
//	 0  0c      +
//	 1  1       + type: 0 the heartbeat, 1 its answer
//	 2  01      + version
//	 3  3       + extension, 0
//	 6  8       + id
//	14  4       + timeout in ms, 0 in an answer
//
// All numbers are big-endian, lengths are signed and in bytes.
const (
	byteHSF       = 14
	byteClone     = 13 // of frameworks that were derived from HSF; of HSF itself it is TB Remoting
	byteHeartbeat = 12
	byteHandshake = 15
	version       = 1
	typeRequest   = 0
	typeResponse  = 1

	requestFixed = 31 // bytes before the lengths of the arguments
	requestLeast = 35 // of a request without arguments and names
	responseHead = 20
	heartbeatLen = 18
	maxArgs      = 255 // Java lets a method have no more parameters
)

// defaultTimeout is what HSF allows a call that says no time.
const defaultTimeout = 3000 * time.Millisecond

// Codec is the HSF protocol. It is stateless.
type Codec struct{}

// Name gives "hsf".
func (Codec) Name() string { return Name }

// reserved are the keys that may steer HSF itself. Nobody has published them: these prefixes are kept from strangers out of
// caution.
var reserved = codecs.Keys{"hsf*", "_hsf*", "generic"}

// Traits gives the facts of the protocol. Clients beat every 27 s, which one source says; when servers hang up, none does.
func (Codec) Traits() codecs.Traits {
	apart := func(d hessian.Dialect, shape codecs.Shape) codecs.Format {
		return codecs.Format{Encoding: d.String(), Shape: shape, Wrap: codecs.Apart}
	}
	return codecs.Traits{
		Deadline: true,
		TailMeta: true,
		IDs:      codecs.IDs{First: 1, Step: 1, Max: math.MaxInt64},
		Ping:     27 * time.Second,
		Formats: []codecs.Format{
			apart(hessian.Final, codecs.Args), apart(hessian.Final, codecs.Generic),
			apart(hessian.Draft, codecs.Args), apart(hessian.Draft, codecs.Generic),
			apart(hessian.First, codecs.Args), apart(hessian.First, codecs.Generic),
			{Encoding: jsonText, Shape: codecs.Args},
		},
		Reserved: slices.Clone(reserved),
		Options: []codecs.Option{
			{Name: "version", Default: "1.0.0", Side: "client", Doc: "The version of a service that requests name when the caller named none; empty: the service alone, without a colon."},
			{Name: "group_in_service", Default: "no", Values: []string{"no", "yes"}, Side: "client", Doc: "Whether the group stands in requests, behind a second colon of the service; where the caller wrote it there, it does anyway."},
			{Name: "flavour", Default: "final", Check: oneOf("final", "draft"), Side: "both", Doc: "Which Hessian codec 4 is: `final` 2.0, or its `draft`, beside which a cluster says `encoding: hessian2-draft`."},
			{Name: "generic_form", Default: "invoke", Values: []string{"invoke", "direct"}, Side: "client", Doc: "How calls go whose types only the wire knows: wrapped in $invoke, or as the method itself with objects as maps, which needs the names of the parameter types."},
			{Name: "exception_as_ok", Default: "yes", Values: []string{"yes", "no"}, Side: "server", Doc: "Whether an exception of the service goes back as a result of status 20, or as a text of status 70."},
			{Name: "props_codec", Default: "same", Values: []string{"same", "hessian2"}, Side: "both", Doc: "What request properties are written in: the codec of the arguments, or Hessian 2 whatever that is."},
			{Name: "first_byte", Default: "14", Values: []string{"14", "13"}, Side: "both", Doc: "The first byte of requests and responses: 13 is for frameworks derived from HSF, and for a listener that takes hsf alone."},
		},
	}
}

func oneOf(values ...string) func(string) error {
	return func(v string) error {
		if slices.Contains(values, v) {
			return nil
		}
		return fmt.Errorf("%q is none of %q", v, values)
	}
}

// Sniff knows the first three bytes of a request and of a heartbeat. Those of frameworks with another first byte it does not know:
// they are TB Remoting's.
func (Codec) Sniff(p []byte) codecs.Verdict {
	for _, start := range [...]string{"\x0e\x01\x00", "\x0c\x00\x01"} {
		switch n := min(len(p), len(start)); {
		case string(p[:n]) != start[:n]:
		case n < len(start):
			return codecs.More
		default:
			return codecs.Yes
		}
	}
	return codecs.No
}

// Session makes the state of a connection: nothing but its settings, so that a Session is safe for concurrent use.
func (c Codec) Session(side codecs.Side, set codecs.Settings) codecs.Session {
	set = set.WithDefaults()
	t := c.Traits()
	s := &session{side: side, max: min(set.MaxFrame, tooLarge-1), maxHead: set.MaxHead, first: byteHSF, version: set.Option(&t, "version")}
	s.group = set.Option(&t, "group_in_service") == "yes"
	s.direct = set.Option(&t, "generic_form") == "direct"
	s.thrown = set.Option(&t, "exception_as_ok") == "yes"
	s.props2 = set.Option(&t, "props_codec") == "hessian2"
	if set.Option(&t, "flavour") == "draft" {
		s.flavour = hessian.Draft
	}
	if set.Option(&t, "first_byte") == "13" {
		s.first = byteClone
	}
	return s
}

// session is one side of a connection. It never changes.
type session struct {
	side    codecs.Side
	max     int // bytes of a frame
	maxHead int // bytes of the names of a request
	first   byte
	version string          // of services whose caller says none
	group   bool            // groups are written
	direct  bool            // generic calls go without $invoke
	thrown  bool            // exceptions go as results
	flavour hessian.Dialect // of codec 4
	props2  bool            // properties are Hessian 2 in any case
}

// The Hint of a request: what its reply must match, and how its names were written. The mark tells it from the hints of other codecs.
const (
	hintMark    = uint64(byteHSF<<8|version) << 48
	hintMask    = uint64(0xffff) << 48
	hintCodec   = 0xff
	hintGrouped = 1 << 8 // the service had a second colon
)

// ours says that a message's hint was made by Decode.
func ours(hint uint64) bool { return hint&hintMask == hintMark }

// codecOf is the codec of a reply: that of its request, or, if that came from elsewhere, what the body is written in.
func (s *session) codecOf(m *codecs.Message) byte {
	if ours(m.Hint) {
		return byte(m.Hint & hintCodec)
	}
	if codec, ok := s.codecNamed(m.Format.Encoding); ok {
		return codec
	}
	return codecHessian2
}
