package hsf

import (
	"fmt"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// The status bytes of a response.
const (
	statusOK           = 20
	statusBadRequest   = 40
	statusBadResponse  = 50
	statusNotFound     = 60
	statusServiceError = 70
	statusServerError  = 80
	statusBusy         = 81
	statusLost         = 82
	statusClosing      = 88
	statusExpired      = 31
)

// classRuntime is the exception that stands for a failure of a service that gave none.
const classRuntime = "java.lang.RuntimeException"

// byStatus reads a status byte. What HSF calls each is known; when its servers say it is known of few.
var byStatus = [...]struct {
	status byte
	name   string
	code   codecs.Code
	unsent bool
}{
	{statusOK, "ok", codecs.OK, false},
	{10, "server sends coders", codecs.Internal, false},
	{30, "client timeout", codecs.Expired, false},
	{statusExpired, "server timeout", codecs.Expired, false},
	{statusBadRequest, "bad request", codecs.Invalid, false},
	{statusBadResponse, "bad response", codecs.Internal, false},
	{statusNotFound, "service not found", codecs.NotFound, false},
	{statusServiceError, "service error", codecs.Fault, false},
	{statusServerError, "server error", codecs.Internal, false},
	{statusBusy, "server thread pool busy", codecs.Limited, true}, // turned away before anything ran
	{statusLost, "communication error", codecs.Unavailable, false},
	{83, "unknown code", codecs.Internal, false},
	{statusClosing, "server closing", codecs.Unavailable, false},
	{90, "client error", codecs.Internal, false},
	{91, "unknown error", codecs.Internal, false},
}

// sentAs has the status of each code.
var sentAs = [codecs.Codes]byte{
	codecs.OK:            statusOK,
	codecs.Fault:         statusServiceError,
	codecs.Canceled:      statusServiceError,
	codecs.Expired:       statusExpired,
	codecs.Invalid:       statusBadRequest,
	codecs.NotFound:      statusNotFound,
	codecs.Denied:        statusServiceError,
	codecs.Limited:       statusBusy,
	codecs.Unavailable:   statusLost,
	codecs.Unimplemented: statusNotFound,
	codecs.Internal:      statusServerError,
	codecs.Malformed:     statusBadResponse,
}

// statusAs gives the byte of a status; of an exception of the service 20, if exceptions go as results. One that came from another HSF
// provider keeps its number.
func statusAs(s codecs.Status, thrown bool) byte {
	switch {
	case s.Code == codecs.OK || int(s.Code) >= len(sentAs):
		return sentAs[min(s.Code, codecs.Internal)]
	case s.Native.Of == Name && s.Native.Code > 0 && s.Native.Code < 256 && s.Native.Code != statusOK:
		return byte(s.Native.Code)
	case s.Code == codecs.Fault && thrown:
		return statusOK
	case s.Code == codecs.Unavailable && s.Unsent:
		return statusClosing
	}
	return sentAs[s.Code]
}

// statusOf reads a status byte other than 20 and its text. A byte that is not known is Internal and keeps its number.
func statusOf(status byte, text []byte) codecs.Status {
	s := codecs.Status{Code: codecs.Internal, Text: brief(text), Native: codecs.Native{Of: Name, Code: int32(status)}}
	for i := range byStatus {
		if r := &byStatus[i]; r.status == status {
			s.Code, s.Unsent = r.code, r.unsent
			if s.Text == "" {
				s.Text = r.name
			}
		}
	}
	return s
}

// thrownStatus is that of a result that is an exception.
func thrownStatus(class string, text []byte) codecs.Status {
	s := codecs.Status{Code: codecs.Fault, Text: brief(text), Class: class}
	if s.Text == "" {
		s.Text = class
	}
	return s
}

// brief makes the text of a Status, as UTF-8. The full text stays in the frame.
func brief(text []byte) string { return strings.ToValidUTF8(string(codecs.Brief(text)), "\uFFFD") }

// Row is one line of the status tables.
type Row struct {
	Wire   string // what stands in the response
	Code   codecs.Code
	Unsent bool // the call surely did not run
}

// Received lists how responses are read. An exception that is a result is Fault; a status that is in no row is Internal.
func Received() []Row {
	var rows []Row
	for _, r := range byStatus {
		rows = append(rows, Row{fmt.Sprintf("status %d, %s", r.status, r.name), r.code, r.unsent})
	}
	return rows
}

// Sent gives how a status is written by default where there is no exception to be passed on.
func Sent(s codecs.Status) string {
	if s.Code == codecs.Fault {
		return fmt.Sprintf("status %d, %s", statusOK, classRuntime)
	}
	return fmt.Sprintf("status %d", statusAs(s, true))
}
