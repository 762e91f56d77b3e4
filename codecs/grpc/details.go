package grpc

import (
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// What stands in grpc-status-details-bin, and the exception in it (docs/fault.proto):
//
//	google.rpc.Status    1 code, 2 message, 3 details: Any, repeated
//	google.protobuf.Any  1 type_url, 2 value
//	dragoman.v1.Fault    1 class, 2 message, 3 fields: an entry each, 4 cause: Fault, 5 trace: a line each
//	… entry              1 key, 2 value: Value
//	dragoman.v1.Value    7 string, 8 bytes, 15 list, 16 map
//	dragoman.v1.List     1 values: Value, repeated
//	dragoman.v1.Map      1 entries: repeated, 1 key: Value, 2 value: Value
const (
	statusCode, statusMessage, statusDetails                      = 1, 2, 3
	anyType, anyValue                                             = 1, 2
	faultClass, faultMessage, faultFields, faultCause, faultTrace = 1, 2, 3, 4, 5
	entryKey, entryValue                                          = 1, 2
	valueString, valueBytes, valueList, valueMap                  = 7, 8, 15, 16
	listValues, mapEntries                                        = 1, 1
)

// faultName is the type of the exceptions that dragoman carries; faultType is how an Any names it.
const (
	faultName = "dragoman.v1.Fault"
	faultType = "type.googleapis.com/" + faultName
)

// Limits of what is written. Clients take some 8 KiB of fields in all (grpc-java's default), and base64 makes four bytes of three.
const (
	maxDetails = 4 << 10 // bytes of a google.rpc.Status
	maxCauses  = 32      // how deep a chain of causes is looked through
)

// thrownClass is the class of a status that is no exception of another world, as a Java client knows it.
const thrownClass = "io.grpc.StatusRuntimeException"

// thrownOf gives the exception of a failure as a dragoman.v1.Fault: the one in the details, which is ours, else one made of the
// status and its foreign details, else none. The details are read for what they are worth: what is no protobuf is as if absent.
func thrownOf(s codecs.Status, details string) (fault []byte, ours bool) {
	var foreign [][]byte
	if p, err := decodeBinary(details); err == nil {
		each(p, func(num protowire.Number, v []byte) {
			if num == statusDetails {
				foreign = append(foreign, v)
			}
		})
	}
	for _, v := range foreign {
		if url, value := readAny(v); strings.HasSuffix(url, "/"+faultName) {
			return value, true
		}
	}
	if n := int(s.Native.Code); len(foreign) == 0 && (n >= len(rows) || !rows[n].Thrown) {
		return nil, false
	}
	return foreignFault(s, foreign), false
}

func readAny(p []byte) (url string, value []byte) {
	value = []byte{}
	each(p, func(num protowire.Number, v []byte) {
		switch num {
		case anyType:
			url = string(v)
		case anyValue:
			value = v
		}
	})
	return url, value
}

// each goes through the fields of a message that have a length; it steps over the others, and stops where the message is broken.
func each(p []byte, f func(num protowire.Number, v []byte)) {
	for len(p) > 0 {
		num, typ, n := protowire.ConsumeTag(p)
		if n < 0 {
			return
		}
		p = p[n:]
		if typ != protowire.BytesType {
			if n = protowire.ConsumeFieldValue(num, typ, p); n < 0 {
				return
			}
			p = p[n:]
			continue
		}
		v, n := protowire.ConsumeBytes(p)
		if n < 0 {
			return
		}
		f(num, v)
		p = p[n:]
	}
}

// foreignFault makes the exception of a status that other gRPC software sent: its fields are the code's name and the details, each
// by its type and its bytes.
func foreignFault(s codecs.Status, details [][]byte) []byte {
	name := nameOf(s.Native.Code)
	b := appendText(nil, faultClass, thrownClass)
	message := name
	if s.Text != "" {
		message += ": " + s.Text
	}
	b = appendText(b, faultMessage, message)
	b = appendBytes(b, faultFields, entry("status", appendText(nil, valueString, name)))
	if len(details) == 0 {
		return b
	}
	var list []byte
	for _, v := range details {
		url, value := readAny(v)
		var pairs []byte
		pairs = appendBytes(pairs, mapEntries, mapEntry("type", appendText(nil, valueString, strings.ToValidUTF8(url, "\uFFFD"))))
		pairs = appendBytes(pairs, mapEntries, mapEntry("value", appendBytes(nil, valueBytes, value)))
		list = appendBytes(list, listValues, appendBytes(nil, valueMap, pairs))
	}
	return appendBytes(b, faultFields, entry("details", appendBytes(nil, valueList, list)))
}

func entry(key string, value []byte) []byte {
	return appendBytes(appendText(nil, entryKey, key), entryValue, value)
}

func mapEntry(key string, value []byte) []byte {
	return appendBytes(appendBytes(nil, entryKey, appendText(nil, valueString, key)), entryValue, value)
}

func appendText(b []byte, num protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, num, protowire.BytesType), s)
}

func appendBytes(b []byte, num protowire.Number, p []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, num, protowire.BytesType), p)
}

// detailsOf makes the details of a status: an exception as it is, or without the lines of its traces, or of it the class alone, or
// nothing, whatever is the first to stay within the limit.
func detailsOf(code int32, text string, fault []byte) []byte {
	if p := statusProto(code, text, fault); len(p) <= maxDetails {
		return p
	}
	if p := statusProto(code, text, without(fault, maxCauses, faultTrace)); len(p) <= maxDetails {
		return p
	}
	fault = without(fault, 1, faultTrace, faultFields, faultCause, faultMessage)
	if p := statusProto(code, text, appendText(fault, faultMessage, text)); len(p) <= maxDetails {
		return p
	}
	return nil
}

func statusProto(code int32, text string, fault []byte) []byte {
	b := protowire.AppendVarint(protowire.AppendTag(nil, statusCode, protowire.VarintType), uint64(code))
	b = appendText(b, statusMessage, strings.ToValidUTF8(text, "\uFFFD"))
	return appendBytes(b, statusDetails, appendBytes(appendText(nil, anyType, faultType), anyValue, fault))
}

// without copies an exception without some of its members; so with its causes, depth exceptions in all, and none behind.
func without(fault []byte, depth int, members ...protowire.Number) []byte {
	var b []byte
	each(fault, func(num protowire.Number, v []byte) {
		for _, m := range members {
			if num == m {
				return
			}
		}
		switch {
		case num != faultCause:
			b = appendBytes(b, num, v)
		case depth > 1:
			b = appendBytes(b, num, without(v, depth-1, members...))
		}
	})
	return b
}
