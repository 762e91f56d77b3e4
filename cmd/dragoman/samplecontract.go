package main

import (
	"strings"

	"github.com/dragoman-rpc/dragoman/bridge"
	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// The sample services in Java's words.
const (
	sampleTypes = `package demo;

class Order { long id; String sku; int wanted; BigDecimal price; List<Item> items; Map<String, Integer> stock; }
class Item { String name; boolean gift; }
exception OutOfStock { String sku; int left; }
`
	sampleMethods = `
  String echo(String s);
  long sum(long a, long b);
  Order reserve(String sku, int wanted) throws OutOfStock;
  String slow(int milliseconds);
  oneway void notice(String s);
`
)

// The same services in those of protobuf.
const (
	sampleMessages = `syntax = "proto3";
package demo;
import "google/protobuf/empty.proto";

message EchoRequest { string s = 1; }
message Text { string value = 1; }
message SumRequest { int64 a = 1; int64 b = 2; }
message Number { int64 value = 1; }
message ReserveRequest { string sku = 1; int32 wanted = 2; }
message Order { int64 id = 1; string sku = 2; int32 wanted = 3; string price = 4; repeated Item items = 5; map<string, int32> stock = 6; }
message Item { string name = 1; bool gift = 2; }
message SlowRequest { int32 milliseconds = 1; }
`
	sampleCalls = `
  rpc Echo(EchoRequest) returns (Text);
  rpc Sum(SumRequest) returns (Number);
  rpc Reserve(ReserveRequest) returns (Order);
  rpc Slow(SlowRequest) returns (Text);
  rpc Notice(EchoRequest) returns (google.protobuf.Empty);
`
)

// sampleName is what the sample service of a protocol is called: by its contract, in Redis keys, and in URLs.
func sampleName(kind string) (canonical, redis, http string) {
	return "demo." + strings.ToUpper(kind[:1]) + kind[1:] + "Sample", "/service/" + kind, "/" + kind
}

// sampleContracts declares the sample services, in both languages.
func sampleContracts() []config.Contract {
	types, messages := sampleTypes, sampleMessages
	for _, k := range kinds() {
		canonical, _, _ := sampleName(k.name)
		service := "service " + strings.TrimPrefix(canonical, "demo.") + " {"
		types += service + sampleMethods + "}\n"
		messages += service + sampleCalls + "}\n"
	}
	return []config.Contract{
		{At: "contracts[0]", Path: "sample.contract", Data: []byte(types)},
		{At: "contracts[1]", Path: "sample.proto", Data: []byte(messages)},
	}
}

// sampleBook is what the sample services themselves know of their types.
func sampleBook() (*contract.Index, error) {
	return bridge.ReadContracts(sampleContracts(), nil, all.Schemas())
}

// kind is a way to call and to be called: a protocol, on one of its wires.
type kind struct {
	name, protocol string
	version        string // of the protocol's wires, if it is not the usual one
	codec          codecs.Codec
}

// kinds is a row and a column of the matrix each: http is HTTP/1.1, http2 the other.
func kinds() (list []kind) {
	seen := map[string]bool{}
	for _, c := range all.Codecs() {
		k := kind{name: c.Name(), protocol: c.Name(), codec: c}
		if seen[c.Name()] {
			k.version = c.Traits().Version
			k.name += k.version
		}
		seen[c.Name()] = true
		list = append(list, k)
	}
	return list
}

func kindNames() (names []string) {
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}
