package grpc

import (
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// HealthService is the service by which gRPC clients ask whether a server takes calls.
const HealthService = "grpc.health.v1.Health"

// Serving is what is known of a service.
type Serving uint8

// The answers, as grpc.health.v1.HealthCheckResponse.ServingStatus numbers them.
const (
	NotServing Serving = 2
	Serves     Serving = 1
	NoService  Serving = 3 // nobody knows it
)

// Health answers calls of HealthService from any gRPC caller. serving is asked about a service by the name that the caller said, ""
// being the whole process; it is called on many goroutines and does not block. A Watch gets the answer of the moment, and stays open
// until the caller ends it, as the service's definition wants, but hears of no change.
func Health(serving func(service string) Serving) codecs.Handler {
	return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
		switch c.Req.Method {
		case "Check":
			return serve(c, back, &check{serving: serving})
		case "Watch":
			return serve(c, back, &check{serving: serving, watch: true})
		}
		return codecs.Refuse(c, back, noMethod(&c.Req.Header))
	})
}

func noMethod(h *codecs.Header) codecs.Status {
	return codecs.Errorf(codecs.Unimplemented, "grpc: %s has no method %.64q", h.Service, h.Method).Status
}

// check is one question about a service.
//
//	HealthCheckRequest   1 service
//	HealthCheckResponse  1 status
type check struct {
	serving func(string) Serving
	watch   bool
	asked   bool
}

func (k *check) message(l *local, p []byte) bool {
	if k.asked {
		l.fail(codecs.Errorf(codecs.Invalid, "grpc: %s: a second request in one call", HealthService))
		return true
	}
	k.asked = true
	var service string
	each(p, func(num protowire.Number, v []byte) {
		if num == 1 {
			service = string(v)
		}
	})
	is := k.serving(service)
	answer := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(is))
	switch {
	case k.watch:
		return l.one(answer)
	case is == NoService:
		l.fail(&codecs.Error{Status: codecs.Status{Code: codecs.NotFound, Native: codecs.Native{Of: Name, Code: codeNotFound},
			Text: "grpc: unknown service " + cut(service, 256)}})
	default:
		l.whole(answer)
	}
	return true
}

func (k *check) end(l *local) {
	if !k.asked {
		l.fail(codecs.Errorf(codecs.Invalid, "grpc: %s: a call without a request", HealthService))
	}
}
