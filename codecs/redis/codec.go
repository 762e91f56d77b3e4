// Package redis is RPC over Redis GET: the key is the whole encoded request, the value that comes back the whole encoded
// reply. A service that speaks it is called by any stock Redis client.
//
// It knows RESP in both directions, the request and reply objects, in JSON and in MessagePack, and what stock clients send when
// they connect. It refuses to know any key space: nothing is stored, and a command that is neither a call nor small talk is
// unknown. It does not read arguments or results; their spans in the objects are the bodies.
//
// Replies come in the order of the requests and carry no id. MGET k1 … kn is n calls and one array.
package redis

import (
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// name is what the protocol is called in configuration and in Native.Of.
const name = "redis"

// The encodings of the bodies.
const (
	jsonName   = "json"
	packedName = "msgpack"
)

// Limits that are no setting.
const (
	maxArgs  = 1024     // elements of one command
	maxKeys  = 128      // keys of one MGET, each a call
	maxDepth = 64       // of a request object
	maxProps = 128      // members of props, and so pairs of metadata
	oldMax   = 32 << 10 // a request of this size makes servers of the first generation close the connection
)

var formats = []codecs.Format{{Encoding: jsonName, Shape: codecs.Args}, {Encoding: packedName, Shape: codecs.Args}}

// reserved is the metadata that steers the world of these services, or stands for members of the request object.
var reserved = codecs.Keys{"moa-id", "moa-ec", "moa.*"}

var options = []codecs.Option{
	{Name: "success", Default: "200", Values: []string{"200", "0"}, Side: "server",
		Doc: "The ec of a good reply: clients of the Go generation take only 200, those of the Java generation 0."},
	{Name: "auth", Default: "ok", Values: []string{"ok", "refuse"}, Side: "server",
		Doc: "What AUTH gets: +OK whatever the password, or the error of a server that has none."},
	{Name: "em_means_error", Default: "no", Values: []string{"no", "yes"}, Side: "client",
		Doc: "Whether a good ec with a message in em is a fault: some servers report a method's error so."},
	{Name: "props", Default: "no", Values: []string{"no", "yes"}, Side: "client",
		Doc: "Whether metadata is sent as the member props, which servers of the first generation do not know."},
	{Name: "max_request", Default: "none", Values: []string{"none", "32k"}, Side: "client",
		Doc: "32k refuses here a request that a server of the first generation would close the connection for."},
	{Name: "username", Side: "client",
		Doc: "The user of AUTH, sent with the password."},
	{Name: "password", Side: "client",
		Doc: "Sends AUTH first on each connection; without it nothing but GET and PING is ever sent."},
}

var traits = codecs.Traits{
	InOrder:  true,
	Ping:     time.Minute,
	Idle:     2 * time.Minute, // servers of the first generation drop a quiet peer after minutes
	Formats:  formats,
	Reserved: reserved,
	Options:  options,
}

// Codec is RPC over Redis GET. The zero Codec is ready for use and safe for concurrent use.
type Codec struct{}

var _ codecs.Codec = Codec{}

// Name is "redis".
func (Codec) Name() string { return name }

// Traits gives the facts of the protocol. The slices are shared and must not be changed.
func (Codec) Traits() codecs.Traits { return traits }

// Session makes the state of one connection, which must not be shared.
func (Codec) Session(side codecs.Side, set codecs.Settings) codecs.Session {
	set = set.WithDefaults()
	if side == codecs.Client {
		return newClient(set)
	}
	return newServer(set)
}
