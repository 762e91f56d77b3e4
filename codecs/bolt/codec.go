// Package bolt is the SOFABolt wire protocol, versions 1 and 2, with what SOFARPC puts into it, both sides.
//
// It knows frames, checksums, the header map, the objects that SOFARPC wraps around arguments and results, the keys of its header
// and its failures. It steps over arguments and results and refuses to know what is in them, but for the class and the message of
// an exception. Contents of serializations that it does not know pass unread.
package bolt

import (
	"slices"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// Name is the protocol's name.
const Name = "bolt"

// Codec is the Bolt protocol.
type Codec struct{}

// Name gives "bolt".
func (Codec) Name() string { return Name }

// The values of the option version.
const (
	version1    = "v1"
	version2    = "v2"
	version2CRC = "v2+crc"
)

// Traits gives the facts of the protocol. Java's client sends a heartbeat after 15 s of quiet, its server closes after 90 s. The
// ids are those that Java counts through before they become negative.
func (Codec) Traits() codecs.Traits {
	return codecs.Traits{
		Deadline: true,
		Goaway:   true,
		IDs:      codecs.IDs{First: 1, Step: 1, Max: 1<<31 - 1},
		Ping:     15 * time.Second,
		Idle:     90 * time.Second,
		Formats: []codecs.Format{
			{Encoding: encodingDraft, Shape: codecs.Args, Wrap: codecs.Sofa},
			{Encoding: encodingFinal, Shape: codecs.Args, Wrap: codecs.Sofa},
			{Encoding: encodingProto, Shape: codecs.Args},
			{Encoding: encodingJSON, Shape: codecs.Args},
		},
		Reserved: slices.Clone(reserved),
		Options: []codecs.Option{
			{Name: codecs.OptionVersion, Default: version1, Values: []string{version1, version2, version2CRC}, Side: "client", Doc: "The version of the frames that are sent; v2+crc ends each with a checksum. Servers answer in the version of the first frame of a connection."},
			{Name: "application", Side: "client", Doc: "The calling application that requests name when the caller named none; by default the process's own name."},
			{Name: "goaway", Default: "off", Values: []string{"off", "on"}, Side: "server", Doc: "Whether clients are told before a connection closes. Only MOSN knows the frame: SOFARPC's own clients take it for an error."},
		},
	}
}

// The encodings of contents that are known here.
const (
	encodingDraft = "hessian2-draft" // of SOFARPC's own library, hessian 3.x
	encodingFinal = "hessian2"       // of hessian 4.x
	encodingProto = "proto"
	encodingJSON  = "json"
)

// Sniff knows a request, a one-way request, a heartbeat and a GOAWAY, by protocol, type and command.
func (Codec) Sniff(p []byte) codecs.Verdict {
	at := 1
	if len(p) > 0 && p[0] == 2 {
		at = 2
	}
	switch {
	case len(p) > 0 && p[0] != 1 && p[0] != 2:
		return codecs.No
	case at == 2 && len(p) > 1 && p[1] != 1 && p[1] != 2:
		return codecs.No
	case len(p) > at && p[at] != typeRequest && p[at] != typeOneway, len(p) > at+1 && p[at+1] != 0:
		return codecs.No
	case len(p) < at+3:
		return codecs.More
	}
	switch p[at+2] {
	case cmdHeartbeat, cmdRequest, cmdGoaway:
		return codecs.Yes
	}
	return codecs.No
}

// Session makes the state of a connection: its settings, and the version that the peer of a server side speaks.
func (c Codec) Session(side codecs.Side, set codecs.Settings) codecs.Session {
	set = set.WithDefaults()
	t := c.Traits()
	s := &session{side: side, max: set.MaxFrame, app: set.Option(&t, "application"), goaway: set.Option(&t, "goaway") == "on"}
	if s.app == "" {
		s.app = set.Name
	}
	switch set.Option(&t, codecs.OptionVersion) {
	case version2:
		s.own = shape{v2: true, ver1: 1}
	case version2CRC:
		s.own = shape{v2: true, ver1: 2, crc: true}
	}
	return s
}

// session is one side of a connection.
type session struct {
	side   codecs.Side
	max    int    // bytes of a frame
	own    shape  // of what a client side sends
	app    string // calling application announced
	goaway bool
	peer   shape // of the last frame that a server side has got: a GOAWAY is written in it
}
