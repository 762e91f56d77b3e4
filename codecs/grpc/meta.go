package grpc

import (
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/h2"
)

// The fields that stand for members of the header.
const (
	fieldType     = "content-type"
	fieldTimeout  = "grpc-timeout"
	fieldZip      = "grpc-encoding"
	fieldZips     = "grpc-accept-encoding"
	fieldStatus   = "grpc-status"
	fieldMessage  = "grpc-message"
	fieldDetails  = "grpc-status-details-bin"
	fieldAgent    = "user-agent"
	fieldVersion  = "dragoman-version"
	fieldGroup    = "dragoman-group"
	binarySuffix  = "-bin"
	reservedStart = "grpc-"
)

// reserved is the metadata that steers gRPC, HTTP/2 or the connection. From one gRPC side to the other those that are not carried
// otherwise pass: grpc-accept-encoding, grpc-previous-rpc-attempts, grpc-status-details-bin, grpc-retry-pushback-ms, user-agent.
var reserved = codecs.Keys{reservedStart + "*", ":*", fieldType, fieldAgent, "te", "host", "connection", "keep-alive", "proxy-connection",
	"proxy-authenticate", "proxy-authorization", "transfer-encoding", "upgrade", "trailer", "content-length", "content-encoding", "accept-encoding",
	"http2-settings", "date", "server", "dragoman-*"}

// Limits of the metadata that is written for a message from another protocol; what is over is dropped. Clients commonly take no
// more than 8 KiB of fields in all.
const (
	maxPairs    = 64
	maxPairSize = 4 << 10 // bytes of one pair, encoded
)

// isCarried says whether a field is of one connection, or stands for a member of the header: no metadata in either direction.
func isCarried(name string) bool {
	switch name {
	case "", fieldTimeout, fieldZip, fieldStatus, fieldMessage, fieldType, fieldVersion, fieldGroup, "te", "host", "connection", "keep-alive",
		"proxy-connection", "transfer-encoding", "upgrade", "trailer", "content-length", "content-encoding", "accept-encoding":
		return true
	}
	return name[0] == ':'
}

// addMeta takes field i of a block as metadata. Values of -bin fields stay as they stand on the wire, in base64, so that they pass
// untouched; other protocols get that text.
func addMeta(m *codecs.Meta, block []h2.Field, i int) {
	if m.Pairs == nil {
		m.Pairs = make([]codecs.Pair, 0, len(block)-i)
	}
	m.Add(block[i].Name, block[i].Value)
}

// appendMeta appends metadata as fields. own: it comes from another gRPC side, and what is reserved passes too.
func appendMeta(fields []h2.Field, m *codecs.Meta, own bool) []h2.Field {
	left := maxPairs
	for i := range m.Pairs {
		key := strings.ToLower(m.Pairs[i].Key)
		switch {
		case isCarried(key) || !isKey(key) || own && key == fieldAgent:
			continue
		case !own && (left == 0 || reserved.Has(key)):
			continue
		}
		f, ok := field(key, m.Pairs[i].Value)
		if !ok || !own && len(f.Name)+len(f.Value) > maxPairSize {
			continue
		}
		fields = append(fields, f)
		left--
	}
	return fields
}

// field makes the field of a pair. A text that is not printable ASCII goes in base64 under the key with -bin, as gRPC has it; what
// is no base64 cannot be the value of a -bin key, and is dropped.
func field(key, value string) (h2.Field, bool) {
	if strings.HasSuffix(key, binarySuffix) {
		return h2.Field{Name: key, Value: value}, isBinary(value)
	}
	if !isPrintable(value) {
		return h2.Field{Name: key + binarySuffix, Value: encodeBinary([]byte(value))}, true
	}
	return h2.Field{Name: key, Value: value}, true
}

// isKey says whether a text, in lower case, may be the name of metadata.
func isKey(s string) bool {
	for _, c := range []byte(s) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return s != ""
}

// isPrintable says whether a text may be the value of a field: printable ASCII without blanks at its ends, which receivers strip.
func isPrintable(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return s == "" || s[0] != ' ' && s[len(s)-1] != ' '
}
