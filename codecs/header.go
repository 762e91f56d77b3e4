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
	Wrap     Wrap
}

// Shape is where the values lie in a body.
type Shape uint8

// The shapes.
const (
	Void    Shape = iota // no value at all
	Value                // one value
	Args                 // the arguments by position
	Generic              // Dubbo's $invoke: method name, type names, values
	Thrown               // the exception of a Fault
)

var shapeNames = [...]string{"void", "value", "args", "generic", "thrown"}

func (s Shape) String() string {
	if int(s) < len(shapeNames) {
		return shapeNames[s]
	}
	return "shape?"
}

// Wrap is what stands around the values of a body, in the same stream or in place of one. Most protocols have nothing of the kind.
type Wrap uint8

// The wraps.
const (
	Plain Wrap = iota // one stream of values and nothing else
	Sofa              // Args stand behind a SofaRequest, a Value or the Thrown inside a SofaResponse; the Body begins with that object
	Apart             // each value is a stream of its own, the Args one right behind another: tables of references begin anew
)

var wrapNames = [...]string{"", "/sofa", "/apart"}

func (w Wrap) String() string {
	if int(w) < len(wrapNames) {
		return wrapNames[w]
	}
	return "/wrap?"
}

func (f Format) String() string {
	s := f.Encoding + "/" + f.Shape.String() + f.Wrap.String()
	if f.Zip != "" {
		s += "+" + f.Zip
	}
	return s
}
