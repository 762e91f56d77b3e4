package proto_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	pb "google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
	ours "github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/proto"
)

// everything is a message with a field of each sort.
const everything = `syntax = "proto3";
package t;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
service S { rpc Echo(All) returns (All); }
enum Color { NONE = 0; RED = 1; BLUE = -5; option allow_alias = true; ROUGE = 1; }
message All {
  double f_double = 1; float f_float = 2; int32 f_int32 = 3; int64 f_int64 = 4; uint32 f_uint32 = 5; uint64 f_uint64 = 6;
  sint32 f_sint32 = 7; sint64 f_sint64 = 8; fixed32 f_fixed32 = 9; fixed64 f_fixed64 = 10; sfixed32 f_sfixed32 = 11;
  sfixed64 f_sfixed64 = 12; bool f_bool = 13; string f_string = 14; bytes f_bytes = 15; Color f_color = 16; All child = 17;
  optional int32 o_int32 = 21; optional string o_string = 22; optional Color o_color = 23; optional bool o_bool = 24;
  repeated int32 r_int32 = 31; repeated sint64 r_sint64 = 32; repeated double r_double = 33; repeated bool r_bool = 34;
  repeated string r_string = 35; repeated bytes r_bytes = 36; repeated Color r_color = 37; repeated All r_all = 38;
  repeated fixed32 r_fixed32 = 39; repeated uint64 r_loose = 40 [packed = false];
  map<string, int32> m_string = 41; map<int64, string> m_int64 = 42; map<bool, All> m_bool = 43; map<uint32, Color> m_uint32 = 44;
  map<sint32, bytes> m_sint32 = 45; map<fixed64, double> m_fixed64 = 46;
  oneof one { int32 one_int = 51; string one_string = 52; All one_all = 53; google.protobuf.NullValue one_null = 54; bytes one_bytes = 1000; }
  google.protobuf.Timestamp at = 61; google.protobuf.Duration span = 62; google.protobuf.Struct data = 63; google.protobuf.Value value = 64;
  google.protobuf.ListValue list = 65; google.protobuf.FieldMask mask = 66; google.protobuf.Any any = 67; google.protobuf.Empty empty = 68;
  google.protobuf.Int64Value w_int64 = 71; google.protobuf.StringValue w_string = 72; google.protobuf.BoolValue w_bool = 73;
  google.protobuf.BytesValue w_bytes = 74; google.protobuf.DoubleValue w_double = 75; google.protobuf.UInt64Value w_uint64 = 76;
  repeated google.protobuf.Timestamp r_at = 81; map<string, google.protobuf.Duration> m_span = 82; repeated google.protobuf.Value r_value = 83;
  repeated google.protobuf.Int32Value r_wrapped = 84;
  int32 last_number = 536870911;
}
`

// oracle is a message's type in the library of protobuf-go, and the method whose argument and result it is.
type oracle struct {
	md    protoreflect.MessageDescriptor
	files *protoregistry.Files
	m     *contract.Method
}

func newOracle(t testing.TB, source string) *oracle {
	t.Helper()
	x, err := load(t, files{"t.proto": source}, "", nil, "t.proto")
	if err != nil {
		t.Fatal(err)
	}
	var set descriptorpb.FileDescriptorSet
	for _, raw := range proto.Descriptors(x.Named("t.S")[0]) {
		f := new(descriptorpb.FileDescriptorProto)
		if err := pb.Unmarshal(raw, f); err != nil {
			t.Fatal(err)
		}
		set.File = append(set.File, f)
	}
	o := &oracle{m: one(t, x, "t.S", "Echo")}
	if o.files, err = protodesc.NewFiles(&set); err != nil {
		t.Fatal(err)
	}
	d, err := o.files.FindDescriptorByName("t.All")
	if err != nil {
		t.Fatal(err)
	}
	o.md = d.(protoreflect.MessageDescriptor)
	return o
}

func (o *oracle) types() *dynamicpb.Types { return dynamicpb.NewTypes(o.files) }

// json is what the library makes of a message, with the fields that we give. On some input it panics, as on a map's key of another wire type.
func (o *oracle) json(p []byte) (text []byte, err error) {
	defer func() {
		if e := recover(); e != nil {
			err = fmt.Errorf("the library panics: %v", e)
		}
	}()
	m := dynamicpb.NewMessage(o.md)
	if err := (pb.UnmarshalOptions{Resolver: o.types()}).Unmarshal(p, m); err != nil {
		return nil, err
	}
	return protojson.MarshalOptions{EmitDefaultValues: true, Resolver: o.types()}.Marshal(m)
}

// bytes is what the library makes of JSON.
func (o *oracle) bytes(p []byte) ([]byte, error) {
	m := dynamicpb.NewMessage(o.md)
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true, Resolver: o.types()}).Unmarshal(p, m); err != nil {
		return nil, err
	}
	return pb.MarshalOptions{Deterministic: true}.Marshal(m)
}

// toJSON and toProto are ours.
func (o *oracle) toJSON(p []byte) ([]byte, error) {
	return result(enc, ours.Encoding{Strings: true}, o.m, p)
}

func (o *oracle) toProto(p []byte) ([]byte, error) { return result(plain, enc, o.m, p) }

// same compares two JSON texts as values, numbers as such.
func same(a, b []byte) error {
	var x, y any
	for _, c := range []struct {
		p []byte
		v *any
	}{{a, &x}, {b, &y}} {
		d := json.NewDecoder(bytes.NewReader(c.p))
		d.UseNumber()
		if err := d.Decode(c.v); err != nil {
			return fmt.Errorf("%s: %w", c.p, err)
		}
		*c.v = canonical(*c.v)
	}
	if !reflect.DeepEqual(x, y) {
		return fmt.Errorf("they differ:\n%s\n%s", a, b)
	}
	return nil
}

// canonical makes numbers floats: all integers of 64 bits stand in strings.
func canonical(v any) any {
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return string(v)
		}
		if f == 0 {
			return math.Abs(f)
		}
		return f
	case []any:
		for i := range v {
			v[i] = canonical(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = canonical(v[k])
		}
		unquote(v)
	}
	return v
}

// unquote makes numbers of uint32 that are strings: a Java long, which they are to us, is one in json-strings.
func unquote(m map[string]any) {
	for _, k := range []string{"fUint32", "fFixed32"} {
		if s, ok := m[k].(string); ok {
			m[k] = canonical(json.Number(s))
		}
	}
	list, _ := m["rFixed32"].([]any)
	for i := range list {
		if s, ok := list[i].(string); ok {
			list[i] = canonical(json.Number(s))
		}
	}
}

// check compares what we and the library make of a message, both ways.
func (o *oracle) check(p []byte) error {
	want, wantErr := o.json(p)
	got, err := o.toJSON(p)
	if wantErr != nil {
		return nil // what we refuse is the business of the tests of hostile input
	}
	if err != nil {
		return fmt.Errorf("refused: %w; the library reads %s", err, want)
	}
	if err := same(got, want); err != nil {
		return fmt.Errorf("to JSON: %w", err)
	}
	back, err := o.toProto(got)
	if err != nil {
		return fmt.Errorf("%s refused: %w", got, err)
	}
	again, err := o.json(back)
	if err != nil {
		return fmt.Errorf("%s became %x, which the library refuses: %w", got, back, err)
	}
	if err := same(again, want); err != nil {
		return fmt.Errorf("from JSON: %w", err)
	}
	return nil
}

// corpus is messages as JSON.
var corpus = []string{
	`{}`,
	`{"fDouble":1.5,"fFloat":0.1,"fInt32":-1,"fInt64":"-9223372036854775808","fUint32":4294967295,"fUint64":"18446744073709551615","fSint32":-2147483648,"fSint64":"-1","fFixed32":7,"fFixed64":"9223372036854775808","fSfixed32":-7,"fSfixed64":"-8","fBool":true,"fString":"héllo \ud83d\ude00","fBytes":"AP8=","fColor":"RED","child":{"child":{"fInt32":3}}}`,
	`{"fDouble":"NaN","fFloat":"-Infinity","oInt32":0,"oString":"","oColor":"NONE","oBool":false}`,
	`{"rInt32":[1,-2,300],"rSint64":["-1","2"],"rDouble":[0,-0.0,1e300],"rBool":[true,false],"rString":["","a"],"rBytes":["","AA=="],"rColor":["RED","BLUE",7],"rAll":[{},{"fInt32":1}],"rFixed32":[1,2],"rLoose":["1","18446744073709551615"]}`,
	`{"mString":{"":1,"a":2},"mInt64":{"-5":"x"},"mBool":{"true":{"fInt32":1},"false":{}},"mUint32":{"7":"BLUE"},"mSint32":{"-1":"AQ=="},"mFixed64":{"18446744073709551615":1.5}}`,
	`{"oneInt":0}`, `{"oneString":"x"}`, `{"oneAll":{"oneInt":5}}`, `{"oneNull":null}`, `{"oneBytes":"AQID"}`, `{"lastNumber":1}`,
	`{"at":"2026-11-21T03:18:00.123456789Z","span":"-1.000000001s","mask":"fooBar.baz,q","empty":{}}`,
	`{"at":"0001-01-01T00:00:00Z","span":"315576000000s","rAt":["9999-12-31T23:59:59.999Z","1970-01-01T00:00:00Z"],"mSpan":{"a":"0s","b":"3.5s"}}`,
	`{"data":{"a":1,"b":[true,null,"x",{"c":-1.5}],"d":{}},"value":"text","list":[1,[],{}],"rValue":[null,1,"a",[null],{"x":false}]}`,
	`{"value":null}`, `{"value":{"a":[]}}`, `{"value":false}`, `{"value":1e40}`,
	`{"wInt64":"5","wString":"","wBool":false,"wBytes":"AA==","wDouble":2.5,"wUint64":"18446744073709551615","rWrapped":[0,5]}`,
	`{"any":{"@type":"type.googleapis.com/t.All","fInt32":5,"child":{"fString":"x"}}}`,
	`{"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1.5s"}}`,
	`{"any":{"@type":"type.googleapis.com/google.protobuf.Any","value":{"@type":"type.googleapis.com/google.protobuf.Int64Value","value":"7"}}}`,
	`{"any":{"@type":"type.googleapis.com/google.protobuf.Struct","value":{"a":1}}}`,
}

// TestOracle has protobuf-go read and write what we write and read.
func TestOracle(t *testing.T) {
	o := newOracle(t, everything)
	for _, text := range corpus {
		p, err := o.bytes([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if err := o.check(p); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		own, err := o.toProto([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if err := o.check(own); err != nil {
			t.Errorf("%s as we write it: %v", text, err)
		}
	}
}
