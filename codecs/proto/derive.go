package proto

import (
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// This file is what messages are in a contract where no contract file says it.

// The well-known types that are no objects in JSON.
const (
	nameTimestamp = "google.protobuf.Timestamp"
	nameDuration  = "google.protobuf.Duration"
	nameMask      = "google.protobuf.FieldMask"
	nameStruct    = "google.protobuf.Struct"
	nameValue     = "google.protobuf.Value"
	nameList      = "google.protobuf.ListValue"
	nameNull      = "google.protobuf.NullValue"
	nameAny       = "google.protobuf.Any"
	nameEmpty     = "google.protobuf.Empty"
	nameOwn       = "dragoman.v1.Value"
)

// wrappers are the well-known messages around one scalar.
var wrappers = map[protoreflect.FullName]bool{"google.protobuf.DoubleValue": true, "google.protobuf.FloatValue": true,
	"google.protobuf.Int64Value": true, "google.protobuf.UInt64Value": true, "google.protobuf.Int32Value": true, "google.protobuf.UInt32Value": true,
	"google.protobuf.BoolValue": true, "google.protobuf.StringValue": true, "google.protobuf.BytesValue": true}

var kinds = map[protoreflect.Kind]kind{protoreflect.BoolKind: kindBool, protoreflect.Int32Kind: kindInt32, protoreflect.Sint32Kind: kindSint32,
	protoreflect.Sfixed32Kind: kindSfixed32, protoreflect.Uint32Kind: kindUint32, protoreflect.Fixed32Kind: kindFixed32,
	protoreflect.Int64Kind: kindInt64, protoreflect.Sint64Kind: kindSint64, protoreflect.Sfixed64Kind: kindSfixed64,
	protoreflect.Uint64Kind: kindUint64, protoreflect.Fixed64Kind: kindFixed64, protoreflect.FloatKind: kindFloat,
	protoreflect.DoubleKind: kindDouble, protoreflect.EnumKind: kindEnum, protoreflect.StringKind: kindString,
	protoreflect.BytesKind: kindBytes, protoreflect.MessageKind: kindMessage}

// boxed and primitive are the Java types of scalars. An unsigned type is the next that has room for it.
var (
	boxed = map[kind]string{kindBool: "java.lang.Boolean", kindInt32: "java.lang.Integer", kindSint32: "java.lang.Integer",
		kindSfixed32: "java.lang.Integer", kindUint32: "java.lang.Long", kindFixed32: "java.lang.Long", kindInt64: "java.lang.Long",
		kindSint64: "java.lang.Long", kindSfixed64: "java.lang.Long", kindUint64: "java.math.BigInteger", kindFixed64: "java.math.BigInteger",
		kindFloat: "java.lang.Float", kindDouble: "java.lang.Double", kindString: "java.lang.String", kindBytes: "byte[]"}
	primitive = map[string]string{"java.lang.Boolean": "boolean", "java.lang.Integer": "int", "java.lang.Long": "long", "java.lang.Float": "float",
		"java.lang.Double": "double"}
)

// typeOf gives the type of a message.
func (b *builder) typeOf(md protoreflect.MessageDescriptor) *contract.Type {
	switch name := md.FullName(); {
	case name == nameTimestamp:
		return contract.Builtin("java.time.Instant")
	case name == nameDuration, name == nameMask:
		return contract.Builtin("java.lang.String")
	case name == nameValue, name == nameOwn:
		return contract.Object()
	case name == nameList:
		return contract.Builtin("java.util.List")
	case name == nameStruct, name == nameAny, name == nameEmpty:
		return mapOf(contract.Builtin("java.lang.String"), contract.Object())
	case wrappers[name]:
		return contract.Builtin(boxed[kinds[md.Fields().Get(0).Kind()]])
	}
	if t := b.classes[md.FullName()]; t != nil {
		return t
	}
	t := &contract.Type{Kind: contract.Class, Name: javaName(md), Nullable: true, Fields: []contract.Field{}}
	b.classes[md.FullName()] = t
	for i := range md.Fields().Len() {
		fd := md.Fields().Get(i)
		t.Fields = append(t.Fields, contract.Field{Name: fd.JSONName(), Type: b.typeOfField(fd)})
	}
	return t
}

func (b *builder) typeOfField(fd protoreflect.FieldDescriptor) *contract.Type {
	switch {
	case fd.IsMap():
		return mapOf(b.typeOfOne(fd.MapKey()), b.typeOfOne(fd.MapValue()))
	case fd.IsList():
		list := *contract.Builtin("java.util.List")
		list.Elem = b.typeOfOne(fd)
		return &list
	}
	t := b.typeOfOne(fd)
	if name := primitive[t.Name]; name != "" && !fd.HasPresence() {
		return contract.Builtin(name)
	}
	return t
}

// typeOfOne gives the type of a value of a field, which may be an element.
func (b *builder) typeOfOne(fd protoreflect.FieldDescriptor) *contract.Type {
	if md := fd.Message(); md != nil {
		return b.typeOf(md)
	}
	ed := fd.Enum()
	if ed == nil {
		return contract.Builtin(boxed[kinds[fd.Kind()]])
	}
	if ed.FullName() == nameNull {
		return contract.Object()
	}
	t := b.classes[ed.FullName()]
	if t == nil {
		t = &contract.Type{Kind: contract.Enum, Name: javaName(ed), Nullable: true, Open: true}
		for i := range ed.Values().Len() {
			t.Values = append(t.Values, string(ed.Values().Get(i).Name()))
		}
		b.classes[ed.FullName()] = t
	}
	return t
}

func mapOf(key, elem *contract.Type) *contract.Type {
	t := *contract.Builtin("java.util.Map")
	t.Key, t.Elem = key, elem
	return &t
}

// javaName is what the class for a message or an enum is called in Java: in the file's java_package, or its package, with a dollar
// sign between the names of types in each other.
func javaName(d protoreflect.Descriptor) string {
	file := d.ParentFile()
	pkg := string(file.Package())
	local := strings.TrimPrefix(strings.TrimPrefix(string(d.FullName()), pkg), ".")
	if java := protodesc.ToFileDescriptorProto(file).GetOptions().GetJavaPackage(); java != "" {
		pkg = java
	}
	if local = strings.ReplaceAll(local, ".", "$"); pkg == "" {
		return local
	}
	return pkg + "." + local
}

// marshal gives the bytes of a file's descriptor, the same each time.
func marshal(file protoreflect.FileDescriptor) ([]byte, error) {
	return proto.MarshalOptions{Deterministic: true}.Marshal(protodesc.ToFileDescriptorProto(file))
}
