// Package all is the list of the protocols and encodings that dragoman has.
//
// It knows their names and nothing else: whoever assembles a process passes the lists on. Adding one is a line here.
package all

import (
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/bolt"
	"github.com/dragoman-rpc/dragoman/codecs/dubbo"
	"github.com/dragoman-rpc/dragoman/codecs/grpc"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/hsf"
	"github.com/dragoman-rpc/dragoman/codecs/http"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/msgpack"
	"github.com/dragoman-rpc/dragoman/codecs/proto"
	"github.com/dragoman-rpc/dragoman/codecs/redis"
)

// Codecs gives the protocols, in the order in which a port that takes several asks them about a connection's first bytes. A protocol
// of several wires is there once for each, the usual one first.
func Codecs() []codecs.Codec {
	return []codecs.Codec{redis.Codec{}, dubbo.Codec{}, http.Codec{}, http.Over2(), grpc.Codec(), hsf.Codec{}, bolt.Codec{}}
}

// Encodings gives the body syntaxes. Each list has caches of its own.
func Encodings() []codecs.Encoding {
	return []codecs.Encoding{json.Encoding{}, json.Encoding{Strings: true}, hessian.Hessian2(), hessian.Hessian2Draft(), hessian.Hessian1(), msgpack.Encoding{}, proto.Encoding{}}
}
