package grpc

import (
	"strconv"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// The codes of gRPC that this package names.
const (
	codeOK               = 0
	codeUnknown          = 2
	codeInvalidArgument  = 3
	codeDeadlineExceeded = 4
	codeNotFound         = 5
	codePermissionDenied = 7
	codeExhausted        = 8
	codeUnimplemented    = 12
	codeInternal         = 13
	codeUnavailable      = 14
	codeUnauthenticated  = 16
	codeCanceled         = 1
)

// Row is one code of gRPC and what it means, for docs/status.md.
type Row struct {
	Native int32
	Name   string
	Code   codecs.Code
	Thrown bool // reaches callers of other protocols as an exception even without details: only services say it, not their machinery
}

// rows are all codes, by number. A code that is not here reads as UNKNOWN and keeps its number.
var rows = [...]Row{
	{codeOK, "OK", codecs.OK, false},
	{codeCanceled, "CANCELLED", codecs.Canceled, false},
	{codeUnknown, "UNKNOWN", codecs.Fault, false},
	{codeInvalidArgument, "INVALID_ARGUMENT", codecs.Invalid, false},
	{codeDeadlineExceeded, "DEADLINE_EXCEEDED", codecs.Expired, false},
	{codeNotFound, "NOT_FOUND", codecs.NotFound, true},
	{6, "ALREADY_EXISTS", codecs.Fault, true},
	{codePermissionDenied, "PERMISSION_DENIED", codecs.Denied, false},
	{codeExhausted, "RESOURCE_EXHAUSTED", codecs.Limited, false},
	{9, "FAILED_PRECONDITION", codecs.Fault, true},
	{10, "ABORTED", codecs.Fault, true},
	{11, "OUT_OF_RANGE", codecs.Fault, true},
	{codeUnimplemented, "UNIMPLEMENTED", codecs.Unimplemented, false},
	{codeInternal, "INTERNAL", codecs.Internal, false},
	{codeUnavailable, "UNAVAILABLE", codecs.Unavailable, false},
	{15, "DATA_LOSS", codecs.Fault, true},
	{codeUnauthenticated, "UNAUTHENTICATED", codecs.Denied, false},
}

// Rows gives the table by which statuses are read.
func Rows() []Row { return append([]Row(nil), rows[:]...) }

// sentAs has the code that each of ours is written as.
var sentAs = [codecs.Codes]int32{
	codecs.OK:            codeOK,
	codecs.Fault:         codeUnknown,
	codecs.Canceled:      codeCanceled,
	codecs.Expired:       codeDeadlineExceeded,
	codecs.Invalid:       codeInvalidArgument,
	codecs.NotFound:      codeNotFound,
	codecs.Denied:        codePermissionDenied,
	codecs.Limited:       codeExhausted,
	codecs.Unavailable:   codeUnavailable,
	codecs.Unimplemented: codeUnimplemented,
	codecs.Internal:      codeInternal,
	codecs.Malformed:     codeInternal,
}

// unsentAs is how a NotFound is written whose call reached no server: a service that is not there is UNIMPLEMENTED to gRPC, and
// NOT_FOUND what a service says of the thing that was asked for.
const unsentAs = codeUnimplemented

// Native gives the name of the code that a status is written as, for docs/status.md.
func Native(s codecs.Status) string { return nameOf(nativeOf(s)) }

// nativeOf gives the code that a status is written as. One that came from another gRPC server keeps its number.
func nativeOf(s codecs.Status) int32 {
	switch {
	case s.Code == codecs.OK:
		return codeOK
	case s.Native.Of == Name && s.Native.Code > codeOK:
		return s.Native.Code
	case s.Code == codecs.NotFound && s.Unsent:
		return unsentAs
	case int(s.Code) >= len(sentAs):
		return codeInternal
	}
	return sentAs[s.Code]
}

func nameOf(code int32) string {
	if code >= 0 && int(code) < len(rows) {
		return rows[code].Name
	}
	return strconv.Itoa(int(code))
}

// statusOf reads a grpc-status.
func statusOf(text string) codecs.Status {
	s := codecs.Status{Code: codecs.Malformed, Native: codecs.Native{Of: Name, Code: codeUnknown}}
	n, err := strconv.ParseUint(text, 10, 31)
	switch {
	case text == "":
		s.Text = "grpc: decode reply: there is no grpc-status"
	case err != nil:
		s.Text = "grpc: decode reply: grpc-status " + strconv.Quote(cut(text, 32))
	case n < uint64(len(rows)):
		s.Code, s.Native.Code = rows[n].Code, int32(n)
	default:
		s.Code, s.Native.Code = codecs.Fault, int32(n)
	}
	return s
}

// HTTPRow is what an answer means that is not gRPC's: of a proxy on the way, mostly.
type HTTPRow struct {
	Status string
	Native int32
	Code   codecs.Code
}

// httpRows are those of "HTTP to gRPC Status Code Mapping" of the gRPC project. Any other status is UNKNOWN there; that is for
// gRPC callers, and here the answer of somebody who does not speak gRPC.
var httpRows = [...]HTTPRow{
	{"400", codeInternal, codecs.Internal},
	{"401", codeUnauthenticated, codecs.Denied},
	{"403", codePermissionDenied, codecs.Denied},
	{"404", codeUnimplemented, codecs.Unimplemented},
	{"429", codeUnavailable, codecs.Unavailable},
	{"502", codeUnavailable, codecs.Unavailable},
	{"503", codeUnavailable, codecs.Unavailable},
	{"504", codeUnavailable, codecs.Unavailable},
	{"", codeUnknown, codecs.Malformed},
}

// HTTPRows gives the table by which answers that are not gRPC's are read. The last row is for any other.
func HTTPRows() []HTTPRow { return append([]HTTPRow(nil), httpRows[:]...) }

// statusOfHTTP reads the status of an answer that is not gRPC's.
func statusOfHTTP(status, media string) codecs.Status {
	r := httpRows[len(httpRows)-1]
	for i := range httpRows {
		if httpRows[i].Status == status {
			r = httpRows[i]
			break
		}
	}
	return codecs.Status{Code: r.Code, Native: codecs.Native{Of: Name, Code: r.Native},
		Text: "grpc: decode reply: not gRPC: HTTP status " + cut(status, 8) + ", content type " + strconv.Quote(cut(media, 64))}
}

// maxText bounds the text of a failure from another protocol in bytes, which escapes may make three times as long: clients take some
// 8 KiB of fields, details included.
const maxText = 768

// cut shortens a text that is over n bytes.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

// escapeEnds escapes a text, blanks at its ends too: receivers strip them.
func escapeEnds(s string) string {
	s = escape(s)
	if s != "" && s[0] == ' ' {
		s = "%20" + s[1:]
	}
	if n := len(s); n > 0 && s[n-1] == ' ' {
		s = s[:n-1] + "%20"
	}
	return s
}
