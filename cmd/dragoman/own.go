package main

import (
	"slices"

	"github.com/dragoman-rpc/dragoman/bridge"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/grpc"
	"github.com/dragoman-rpc/dragoman/codecs/proto"
)

// ownServices are those that the gateway answers itself: health always, reflection on the listeners that have it switched on.
func ownServices(o *bridge.Own) map[string]codecs.Handler {
	own := map[string]codecs.Handler{grpc.HealthService: grpc.Health(func(service string) grpc.Serving {
		h := codecs.Header{Service: service}
		switch named, _ := o.Table.Canonical(grpc.Name, &h); {
		case service != "" && named == nil && !o.Table.Known(h.Service):
			return grpc.NoService
		case !o.Ready():
			return grpc.NotServing
		}
		return grpc.Serves
	})}
	on := map[string]bool{}
	for i := range o.Config.Listen {
		if l := &o.Config.Listen[i]; l.Options[grpc.Name][grpc.OptionReflection] == "on" {
			on[l.Addr] = true
		}
	}
	if len(on) == 0 {
		return own
	}
	reflection, err := reflection(o.Book.Services)
	for _, name := range []string{grpc.ReflectionService, grpc.ReflectionAlphaService} {
		own[name] = codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
			switch {
			case !on[c.From.Listener]:
				return codecs.Refuse(c, back, codecs.Status{Code: codecs.Unimplemented, Text: "reflection is off here"})
			case err != nil:
				return codecs.Refuse(c, back, codecs.StatusOf(err))
			}
			return reflection.Open(c, back)
		})
	}
	return own
}

// healthProto is the definition of the health service (grpc.io/docs/guides/health-checking), for those who ask what it is.
const healthProto = `syntax = "proto3";
package grpc.health.v1;
message HealthCheckRequest { string service = 1; }
message HealthCheckResponse {
  enum ServingStatus { UNKNOWN = 0; SERVING = 1; NOT_SERVING = 2; SERVICE_UNKNOWN = 3; }
  ServingStatus status = 1;
}
service Health {
  rpc Check(HealthCheckRequest) returns (HealthCheckResponse);
  rpc Watch(HealthCheckRequest) returns (stream HealthCheckResponse);
}
`

// reflection tells of the services of the contracts that are written in protobuf's language, and of health.
func reflection(list []*contract.Service) (codecs.Handler, error) {
	none, err := contract.Build()
	if err != nil {
		return nil, err
	}
	health, err := proto.Schema{}.Load(&contract.Sources{Declared: none,
		Files: []contract.SourceFile{{Path: "grpc/health/v1/health.proto", Data: []byte(healthProto)}}})
	if err != nil {
		return nil, err
	}
	var files [][]byte
	for _, s := range slices.Concat(list, health) {
		files = append(files, proto.Descriptors(s)...)
	}
	return grpc.Reflection(files)
}
