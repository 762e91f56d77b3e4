// Package grpc is gRPC, as a mapping over HTTP/2: what the header blocks and the payload of a stream mean.
//
// It knows paths, the length-prefixed messages, grpc-* fields, metadata, statuses and their details, and it answers for two services
// that every gRPC server has, health and reflection. It refuses to know what is in a message, compressed or not: of bodies it
// reads and writes only the details of a status, and the requests of those two services. Frames and windows are codecs/h2's.
package grpc

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/h2"
)

// Name is the protocol's name.
const Name = "grpc"

// The encodings of bodies, by the content type's suffix: none and "+proto" are the first. Messages of other suffixes only pass.
const (
	encodingProto = "proto"
	encodingJSON  = "json"
)

// Mapping is gRPC over HTTP/2. It is stateless.
type Mapping struct{}

// Codec gives the protocol for connections that no other mapping shares.
func Codec() codecs.Codec { return h2.New(Mapping{}) }

// Name gives "grpc".
func (Mapping) Name() string { return Name }

// Traits gives the facts of the protocol. Clients send no keepalive pings by themselves: servers close connections for them.
func (Mapping) Traits() codecs.Traits {
	return codecs.Traits{
		Deadline: true,
		Formats:  []codecs.Format{{Encoding: encodingProto, Shape: codecs.Args}, {Encoding: encodingJSON, Shape: codecs.Args}},
		Reserved: reserved,
		Options: []codecs.Option{
			{Name: optionMax, Default: "0", Check: checkMax, Side: "both", Doc: "The largest message in bytes, as it stands on the wire; larger ones are refused (RESOURCE_EXHAUSTED). 0 is no limit: messages pass in pieces and are never held whole, but where a body is converted."},
			{Name: OptionReflection, Default: "off", Values: []string{"off", "on"}, Side: "server", Doc: "Whether callers may ask what services there are and what their messages are made of, as far as .proto files and descriptor sets are configured."},
			{Name: optionAuthority, Side: "client", Doc: "The :authority of requests; by default the endpoint's address."},
		},
	}
}

// OptionReflection is the option of a listener by which reflection is answered there, with Reflection.
const OptionReflection = "reflection"

// The other options.
const (
	optionMax       = "max_message"
	optionAuthority = "authority"
)

func checkMax(value string) error {
	if _, err := strconv.ParseUint(value, 10, 32); err != nil {
		return fmt.Errorf("want a number of bytes, 0 to %d", uint32(1<<32-1))
	}
	return nil
}

// Claims says whether the content type is gRPC's. That of gRPC-Web is not.
func (Mapping) Claims(block []h2.Field) bool {
	media, _ := h2.Get(block, "content-type")
	_, ok := subtype(media)
	return ok
}

// Exchange makes the state of one stream.
func (Mapping) Exchange(side codecs.Side, set *codecs.Settings) h2.Exchange {
	x := &exchange{side: side, set: set, media: mediaPlain, shape: codecs.Args}
	if side == codecs.Client {
		x.shape = codecs.Value
	}
	if v, ok := set.Options[optionMax]; ok {
		if n, err := strconv.ParseUint(v, 10, 32); err == nil {
			x.max = uint32(n)
		}
	}
	return x
}

// The content types that are written without looking at what the caller said.
const (
	mediaPlain = "application/grpc"
	mediaProto = mediaPlain + "+proto"
	mediaJSON  = mediaPlain + "+json"
)

// subtype gives what a content type of gRPC says behind the plus, without parameters.
func subtype(media string) (string, bool) {
	if len(media) < len(mediaPlain) || !strings.EqualFold(media[:len(mediaPlain)], mediaPlain) {
		return "", false
	}
	rest, _, _ := strings.Cut(media[len(mediaPlain):], ";")
	rest = strings.TrimRight(rest, " \t")
	if rest == "" {
		return "", true
	}
	return rest[1:], rest[0] == '+'
}

// encodingOf gives the encoding of the bodies of a subtype.
func encodingOf(subtype string) string {
	switch subtype {
	case "", encodingProto:
		return encodingProto
	case encodingJSON:
		return encodingJSON
	}
	return ""
}
