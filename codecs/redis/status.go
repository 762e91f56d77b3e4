package redis

import "github.com/dragoman-rpc/dragoman/codecs"

// Codes of the reply object that the codec itself gives.
const (
	ecOK        = 200
	ecArguments = 302
	ecAction    = 402
	ecMethod    = 502
)

// Row is one code of the wire and what it means, for docs/status.md.
type Row struct {
	EC   int32
	Name string
	Code codecs.Code // what a reply with this ec is read as
}

// Rows gives the table of the codes of the reply object, by which replies are read. A code that is not in it is the
// application's own and reads as Fault, its number kept in Native.
func Rows() []Row { return append([]Row(nil), rows[:]...) }

var rows = [...]Row{
	{0, "success", codecs.OK},
	{ecOK, "success", codecs.OK},
	{300, "throwable", codecs.Fault},
	{301, "initialisation", codecs.Internal},
	{ecArguments, "serialisation, or wrong number of arguments", codecs.Invalid},
	{303, "remoting", codecs.Unavailable},
	{304, "timeout", codecs.Expired},
	{305, "cancelled by user", codecs.Canceled},
	{401, "no address for the URI", codecs.Unavailable},
	{ecAction, "invalid URI", codecs.Invalid},
	{501, "service not found", codecs.NotFound},
	{ecMethod, "method not found", codecs.Unimplemented},
	{503, "target method failed", codecs.Fault},
	{504, "worker pool full", codecs.Limited},
	{505, "async submission failed", codecs.Internal},
	{506, "address not allowed", codecs.Denied},
	{3010, "client: initialisation", codecs.Internal},
	{3011, "server: initialisation", codecs.Unavailable},
	{3020, "client: serialisation", codecs.Internal},
	{3021, "server: argument decoding", codecs.Invalid},
	{3030, "client: remoting", codecs.Unavailable},
	{3031, "server: remoting", codecs.Unavailable},
	{3040, "client: timeout", codecs.Expired},
	{3041, "server: timeout", codecs.Expired},
}

// EC gives the ec that a reply with Code c is written with; OK gives 200, which the option success may make 0. Internal and
// Malformed come back as Fault: the wire has no code for a fault of the machinery that both sides read so.
func EC(c codecs.Code) int32 {
	switch c {
	case codecs.OK:
		return ecOK
	case codecs.Fault:
		return 503
	case codecs.Canceled:
		return 305
	case codecs.Expired:
		return 3041
	case codecs.Invalid:
		return ecArguments
	case codecs.NotFound:
		return 501
	case codecs.Denied:
		return 506
	case codecs.Limited:
		return 504
	case codecs.Unavailable:
		return 3031
	case codecs.Unimplemented:
		return ecMethod
	case codecs.Internal, codecs.Malformed:
		return 300
	}
	return 300
}

// codeOf reads an ec.
func codeOf(ec int32) codecs.Code {
	for i := range rows {
		if rows[i].EC == ec {
			return rows[i].Code
		}
	}
	return codecs.Fault
}

// ecOf gives the ec for a status that is not OK: the one that a redis peer gave, if it was one, else that of its Code.
func ecOf(s codecs.Status) int32 {
	if s.Native.Of == name && codeOf(s.Native.Code) != codecs.OK {
		return s.Native.Code
	}
	return EC(s.Code)
}
