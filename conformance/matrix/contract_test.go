package matrix

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/bridge"
	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/codecs/all"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

const service = "matrix.All"

// kind is a type that values have: a method of the service takes one and gives one back.
type kind struct {
	method string
	java   string
	proto  string // "": protobuf has nothing that would hold it
}

var kinds = []kind{
	{"aBoolean", "boolean", "bool"}, {"aByte", "byte", "int32"}, {"aShort", "short", "int32"}, {"anInt", "int", "int32"},
	{"aLong", "long", "int64"}, {"aFloat", "float", "float"}, {"aDouble", "double", "double"}, {"aChar", "char", "string"},
	{"anInteger", "Integer", "google.protobuf.Int32Value"}, {"aBoxedLong", "Long", "google.protobuf.Int64Value"},
	{"aText", "String", "string"}, {"bytes", "byte[]", "bytes"}, {"aDate", "Date", "google.protobuf.Timestamp"},
	{"aDay", "java.time.LocalDate", "string"}, {"aTime", "java.time.LocalTime", "string"}, {"aMoment", "java.time.LocalDateTime", "string"},
	{"anInstant", "java.time.Instant", "google.protobuf.Timestamp"}, {"aZoned", "java.time.ZonedDateTime", "string"},
	{"aDuration", "java.time.Duration", "string"}, {"aUuid", "java.util.UUID", "string"}, {"aLocale", "java.util.Locale", "string"},
	{"aDecimal", "BigDecimal", "string"}, {"aBig", "BigInteger", "string"}, {"aColor", "Color", "Color"},
	{"texts", "List<String>", "repeated string"}, {"longs", "List<Long>", "repeated int64"}, {"ints", "int[]", "repeated int32"},
	{"textArray", "String[]", "repeated string"}, {"set", "Set<String>", "repeated string"}, {"lists", "List<List<Integer>>", ""},
	{"counts", "Map<String, Integer>", "map<string, int32>"}, {"sums", "Map<String, Long>", "map<string, int64>"},
	{"names", "Map<Integer, String>", "map<int32, string>"}, {"item", "Item", "Item"}, {"items", "List<Item>", "repeated Item"},
	{"byName", "Map<String, Item>", "map<string, Item>"}, {"order", "Order", "Order"}, {"node", "Node", "Node"},
	{"anything", "Object", "google.protobuf.Value"},
}

const javaTypes = `package matrix;

enum Color { RED, GREEN, BLUE }
class Item { String sku; int quantity; List<String> tags; }
class Base { long id; String createdBy; }
class Order extends Base {
  String name; Color color; BigDecimal price; BigInteger big; Date at; byte[] blob; boolean paid; double ratio;
  List<Item> items; Map<String, Item> bySku; Item first; Long total;
}
class Node { String name; Node next; }
exception OutOfStock { String sku; int left; long missing; }
`

const protoTypes = `syntax = "proto3";
package matrix;
import "google/protobuf/wrappers.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/empty.proto";

enum Color { COLOR_UNSPECIFIED = 0; COLOR_RED = 1; COLOR_GREEN = 2; COLOR_BLUE = 3; }
message Item { string sku = 1; int32 quantity = 2; repeated string tags = 3; }
message Order {
  int64 id = 1; string created_by = 2; string name = 3; Color color = 4; string price = 5; string big = 6;
  google.protobuf.Timestamp at = 7; bytes blob = 8; bool paid = 9; double ratio = 10; repeated Item items = 11;
  map<string, Item> by_sku = 12; Item first = 13; optional int64 total = 14;
}
message Node { string name = 1; Node next = 2; }
message Nothing {}
message Notice { string v = 1; }
`

// contracts declares the service in both languages.
func contracts() []config.Contract {
	var java, messages, calls strings.Builder
	java.WriteString(javaTypes + "service All {\n  void nothing();\n  oneway void notice(String v);\n  String fail(String v) throws OutOfStock;\n  String slow(String v);\n")
	messages.WriteString(protoTypes)
	calls.WriteString("service All {\n  rpc nothing(Nothing) returns (google.protobuf.Empty);\n  rpc notice(Notice) returns (google.protobuf.Empty);\n" +
		"  rpc fail(Notice) returns (Notice);\n  rpc slow(Notice) returns (Notice);\n")
	for _, k := range kinds {
		fmt.Fprintf(&java, "  %s %s(%[1]s v);\n", k.java, k.method)
		if k.proto == "" {
			continue
		}
		fmt.Fprintf(&messages, "message %sIn { %s v = 1; }\nmessage %[1]sOut { %[2]s value = 1; }\n", k.method, k.proto)
		fmt.Fprintf(&calls, "  rpc %s(%[1]sIn) returns (%[1]sOut);\n", k.method)
	}
	return []config.Contract{
		{At: "contracts[0]", Path: "matrix.contract", Data: []byte(java.String() + "}\n")},
		{At: "contracts[1]", Path: "matrix.proto", Data: []byte(messages.String() + calls.String() + "}\n")},
	}
}

// newBook is what both ends know of the service.
func newBook(t *testing.T) *contract.Index {
	t.Helper()
	book, err := bridge.ReadContracts(contracts(), nil, all.Schemas())
	if err != nil {
		t.Fatal(err)
	}
	return book
}
