package codecs

import "time"

// Header is what a proxy understands of a message. It stands on Request, Oneway and Reply, and on a last Data (trailers);
// Status also on Cancel and Goaway. Its strings are interned or copied, so they may be kept.
type Header struct {
	Service, Method, Version, Group string        // Version and Group are empty where the wire has none or says 0.0.0
	Descriptor                      string        // parameter types in Java's form ("Ljava/lang/String;I"); "" is unknown unless Args is 0
	Args                            int16         // number of arguments, counted by Decode; -1: not counted
	Timeout                         time.Duration // what is left, as on the wire; 0: none said. Codecs have no clock
	Status                          Status
	Format                          Format
	Meta                            Meta
	Attempt, Hops                   uint8
	Stream                          bool // on a Request: the caller takes any number of replies, as they come; else one whole Reply
}

// Format is how a body is written.
type Format struct {
	Encoding string // "json", "hessian2"; "" for opaque bytes that can only be passed on as they are
	Zip      string // compression; "" for none
	Shape    Shape
}

// Shape is where the values lie in a body.
type Shape uint8

// The shapes.
const (
	Void    Shape = iota // no value at all
	Value                // one value
	Args                 // the arguments by position
	Generic              // Dubbo's $invoke: method name, type names, values
	Sofa                 // the arguments behind a SofaRequest, the result inside a SofaResponse
	Thrown               // the exception of a Fault
)

var shapeNames = [...]string{"void", "value", "args", "generic", "sofa", "thrown"}

func (s Shape) String() string {
	if int(s) < len(shapeNames) {
		return shapeNames[s]
	}
	return "shape?"
}

func (f Format) String() string {
	s := f.Encoding + "/" + f.Shape.String()
	if f.Zip != "" {
		s += "+" + f.Zip
	}
	return s
}
