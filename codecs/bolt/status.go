package bolt

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// The statuses of a response.
const (
	statusSuccess   = 0
	statusError     = 1
	statusException = 2
	statusUnknown   = 3
	statusBusy      = 4
	statusComm      = 5
	statusNoProc    = 6
	statusTimeout   = 7
	statusSendError = 8
	statusCodec     = 9
	statusClosed    = 16
	statusSerial    = 17
	statusDeserial  = 18
)

// The classes of contents, and of what is written for a failure. RuntimeException is what every Java has.
const (
	classRequest  = "com.alipay.sofa.rpc.core.request.SofaRequest"
	classResponse = "com.alipay.sofa.rpc.core.response.SofaResponse"
	classServer   = "com.alipay.remoting.rpc.exception.RpcServerException"
	classRuntime  = "java.lang.RuntimeException"
)

// SOFARPC's numbers of what its provider says in the text of an error.
const (
	logNoService = "020100010"
	logNoMethod  = "020100011"
)

// byStatus reads a status other than 0.
var byStatus = [...]struct {
	status uint16
	name   string
	code   codecs.Code
	unsent bool
}{
	{statusError, "ERROR", codecs.Internal, false},
	{statusException, "SERVER_EXCEPTION", codecs.Internal, false},
	{statusUnknown, "UNKNOWN", codecs.Internal, false},
	{statusBusy, "SERVER_THREADPOOL_BUSY", codecs.Limited, true}, // turned away before anything ran
	{statusComm, "ERROR_COMM", codecs.Unavailable, false},
	{statusNoProc, "NO_PROCESSOR", codecs.NotFound, false},
	{statusTimeout, "TIMEOUT", codecs.Expired, false},
	{statusSendError, "CLIENT_SEND_ERROR", codecs.Unavailable, false},
	{statusCodec, "CODEC_EXCEPTION", codecs.Internal, false},
	{statusClosed, "CONNECTION_CLOSED", codecs.Unavailable, false},
	{statusSerial, "SERVER_SERIAL_EXCEPTION", codecs.Internal, false},
	{statusDeserial, "SERVER_DESERIAL_EXCEPTION", codecs.Invalid, false},
}

// byText reads the text of a failure: of an error inside status 0, and of one with a status, before byStatus. The first rule whose
// text stands in it decides.
var byText = [...]struct {
	text string
	code codecs.Code
}{
	{logNoService, codecs.NotFound},
	{logNoMethod, codecs.Unimplemented},
	{"Cannot found method", codecs.Unimplemented}, // SOFARPC in protobuf and JSON
	{"not found service", codecs.NotFound},        // sofa-rpc-node
	{"Can not find method", codecs.Unimplemented},
}

// byTextOf gives the code that the text says, or else.
func byTextOf(text []byte, code codecs.Code) codecs.Code {
	for i := range byText {
		if bytes.Contains(text, []byte(byText[i].text)) {
			return byText[i].code
		}
	}
	return code
}

// form is how a failure is written: a status, or an error or an exception inside status 0.
type form struct {
	status uint16
	thrown bool   // as an exception of the service
	log    string // SOFARPC's number of it, before the text
}

// sentAs has the form of each code. An error inside status 0 shows its text to a SOFARPC caller, most statuses do not.
var sentAs = [codecs.Codes]form{
	codecs.OK:            {},
	codecs.Fault:         {thrown: true},
	codecs.Canceled:      {},
	codecs.Expired:       {status: statusTimeout},
	codecs.Invalid:       {status: statusDeserial},
	codecs.NotFound:      {log: logNoService},
	codecs.Denied:        {},
	codecs.Limited:       {status: statusBusy},
	codecs.Unavailable:   {status: statusComm},
	codecs.Unimplemented: {log: logNoMethod},
	codecs.Internal:      {status: statusException},
	codecs.Malformed:     {status: statusException},
}

// formOf gives the form of a status. One that came from another Bolt server keeps its number.
func formOf(s *codecs.Status) form {
	switch n := s.Native; {
	case s.Code != codecs.OK && n.Of == Name && n.Code > 0 && n.Code < 1<<15:
		return form{status: uint16(n.Code)}
	case int(s.Code) >= len(sentAs):
		return sentAs[codecs.Internal]
	}
	return sentAs[s.Code]
}

// textOf gives the text of a failure in that form.
func (f form) textOf(s *codecs.Status) string {
	text := s.Text
	if text == "" {
		text = s.Code.String()
	}
	if f.log != "" && !strings.Contains(text, f.log) {
		return "RPC-" + f.log + ": " + text
	}
	return text
}

// statusOf reads a status other than 0 and its text. A number that is not known is Internal and keeps it.
func statusOf(status uint16, text []byte) codecs.Status {
	s := codecs.Status{Code: codecs.Internal, Text: brief(text), Native: codecs.Native{Of: Name, Code: int32(int16(status))}}
	for i := range byStatus {
		if r := &byStatus[i]; r.status == status {
			s.Code, s.Unsent = byTextOf(text, r.code), r.unsent
			if s.Text == "" {
				s.Text = r.name
			}
			return s
		}
	}
	if s.Text == "" {
		s.Text = fmt.Sprintf("status %d", int16(status))
	}
	return s
}

// errorStatus reads the text of an error inside status 0. What no rule knows is fallback.
func errorStatus(text []byte, fallback codecs.Code) codecs.Status {
	return codecs.Status{Code: byTextOf(text, fallback), Text: brief(text)}
}

// brief makes the text of a Status. The full text stays in the frame.
func brief(text []byte) string { return clean(string(codecs.Brief(text))) }

// Row is one line of the status tables.
type Row struct {
	Wire   string // what stands in the response
	Code   codecs.Code
	Unsent bool // the call surely did not run
}

// Received lists how failures are read, in the order in which the rules are tried. An error inside status 0 that fits no row is
// Internal, a status that is not known likewise, and an exception is Fault.
func Received() []Row {
	var rows []Row
	for _, r := range byText {
		rows = append(rows, Row{Wire: fmt.Sprintf("%q", r.text), Code: r.code})
	}
	for _, r := range byStatus {
		rows = append(rows, Row{Wire: fmt.Sprintf("status %d %s", r.status, r.name), Code: r.code, Unsent: r.unsent})
	}
	return rows
}

// Sent lists how each code is written where there is no exception to be passed on.
func Sent() []Row {
	var rows []Row
	for c, f := range sentAs {
		rows = append(rows, Row{Wire: f.name(codecs.Code(c)), Code: codecs.Code(c)})
	}
	return rows
}

func (f form) name(c codecs.Code) string {
	switch {
	case f.thrown:
		return "status 0, " + classRuntime
	case f.log != "":
		return "status 0, an error, RPC-" + f.log
	case f.status == 0 && c != codecs.OK:
		return "status 0, an error"
	}
	return fmt.Sprintf("status %d", f.status)
}
