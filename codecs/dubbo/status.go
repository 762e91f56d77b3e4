package dubbo

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
)

// The status bytes of a response.
const (
	statusOK              = 20
	statusSerialization   = 25
	statusClientTimeout   = 30
	statusServerTimeout   = 31
	statusInactive        = 35
	statusBadRequest      = 40
	statusBadResponse     = 50
	statusServiceNotFound = 60
	statusServiceError    = 70
	statusServerError     = 80
	statusClientError     = 90
	statusPoolExhausted   = 100
)

// Exceptions that are read under either name, or written. What is written exists in Dubbo 2.7 and 3 and stands on 3's list of
// classes that may be read; GenericException goes out under its old name, as providers of 2.7.23 and 3.3.6 send it: 3's class of
// that name extends the new one, 2.7's does not.
const (
	classRuntime    = "java.lang.RuntimeException"
	classThrowable  = "java.lang.Throwable"
	classRPC        = "org.apache.dubbo.rpc.RpcException"
	classRPCOld     = "com.alibaba.dubbo.rpc.RpcException"
	classGeneric    = "com.alibaba.dubbo.rpc.service.GenericException"
	classGenericNew = "org.apache.dubbo.rpc.service.GenericException"
)

// byStatus reads a status byte. The first rule whose text stands in the response's message decides.
var byStatus = [...]struct {
	status byte
	text   string
	code   codecs.Code
	unsent bool
}{
	{statusOK, "", codecs.OK, false},
	{statusSerialization, "Data length too large", codecs.Limited, false},
	{statusSerialization, "", codecs.Internal, false},
	{statusClientTimeout, "", codecs.Expired, false},
	{statusServerTimeout, "", codecs.Expired, false},
	{statusInactive, "", codecs.Unavailable, false},
	{statusBadRequest, "Service not found", codecs.NotFound, false},
	{statusBadRequest, "", codecs.Invalid, false},
	{statusBadResponse, "", codecs.Internal, false},
	{statusServiceNotFound, "", codecs.NotFound, false},
	{statusServiceError, "Not found exported service", codecs.NotFound, false},
	{statusServiceError, "No such method", codecs.Unimplemented, false},
	{statusServiceError, "", codecs.Internal, false},
	{statusServerError, "", codecs.Internal, false},
	{statusClientError, "", codecs.Internal, false},
	{statusPoolExhausted, "", codecs.Limited, true}, // turned away before anything ran
}

// byThrown reads an exception inside status 20. The first rule that fits decides: class, the field code unless it is negative,
// and a text that stands in the message. No rule: Fault.
var byThrown = [...]struct {
	class string
	rpc   int32
	text  string
	code  codecs.Code
}{
	{classRPC, -1, "exceed max service tps", codecs.Limited},
	{classRPC, 1, "", codecs.Unavailable}, // network
	{classRPC, 2, "", codecs.Expired},
	{classRPC, 4, "", codecs.Denied},      // forbidden
	{classRPC, 5, "", codecs.Internal},    // serialization
	{classRPC, 6, "", codecs.Unavailable}, // no invoker
	{classRPC, 7, "", codecs.Limited},
	{classRPC, 8, "", codecs.Expired},
	{classRPC, 9, "", codecs.Unavailable},  // registry
	{classRPC, 10, "", codecs.Unavailable}, // routers not ready
	{classRPC, 11, "", codecs.Unimplemented},
	{classRPC, 12, "", codecs.Invalid},
	{classRPC, 13, "", codecs.Denied},
	// dubbo-go 3.3 has no codes and sends its own failures like those of a service.
	{classThrowable, -1, "don't have this exporter", codecs.NotFound},
	{classThrowable, -1, "cannot find method", codecs.Unimplemented},
}

// form is how a failure is written: a status byte, or an exception inside status 20.
type form struct {
	status byte
	class  string
	rpc    int32
}

// sentAs has the form of each code. A status other than 20 makes a consumer's cluster try another provider, so what must not be
// tried again goes as an exception, which does not.
var sentAs = [codecs.Codes]form{
	codecs.OK:            {status: statusOK},
	codecs.Fault:         {status: statusOK, class: classRuntime},
	codecs.Canceled:      {status: statusOK, class: classRPC, rpc: 0},
	codecs.Expired:       {status: statusServerTimeout},
	codecs.Invalid:       {status: statusBadRequest},
	codecs.NotFound:      {status: statusServiceNotFound},
	codecs.Denied:        {status: statusOK, class: classRPC, rpc: 4},
	codecs.Limited:       {status: statusPoolExhausted},
	codecs.Unavailable:   {status: statusOK, class: classRPC, rpc: 1},
	codecs.Unimplemented: {status: statusServiceError},
	codecs.Internal:      {status: statusServerError},
	codecs.Malformed:     {status: statusBadResponse},
}

// unsentAs is the form of an Unavailable that surely ran nowhere: another provider may be tried.
var unsentAs = form{status: statusServerError}

// formOf gives the form of a status. One that came from another Dubbo provider keeps its number.
func formOf(s codecs.Status) form {
	switch {
	case s.Code == codecs.OK:
		return sentAs[codecs.OK]
	case s.Native.Of == Name && s.Native.Code > 0 && s.Native.Code < 128 && s.Native.Code != statusOK:
		return form{status: byte(s.Native.Code)}
	case s.Code == codecs.Unavailable && s.Unsent:
		return unsentAs
	case int(s.Code) >= len(sentAs):
		return sentAs[codecs.Internal]
	}
	return sentAs[s.Code]
}

// statusOf reads a status byte other than 20 and its message. A byte that is not known is Internal and keeps its number.
func statusOf(status byte, text []byte) codecs.Status {
	s := codecs.Status{Code: codecs.Internal, Text: brief(text), Native: codecs.Native{Of: Name, Code: int32(status)}}
	for i := range byStatus {
		if r := &byStatus[i]; r.status == status && bytes.Contains(text, []byte(r.text)) {
			s.Code, s.Unsent = r.code, r.unsent
			break
		}
	}
	return s
}

// thrownStatus reads what is known of an exception.
func thrownStatus(t *hessian.Thrown) codecs.Status {
	s := codecs.Status{Code: codecs.Fault, Text: brief(t.Message), Class: t.Class}
	if s.Text == "" {
		s.Text = t.Class
	}
	class := t.Class
	if class == classRPCOld {
		class = classRPC
	}
	for i := range byThrown {
		r := &byThrown[i]
		if r.class == class && (r.rpc < 0 || t.Coded && r.rpc == t.Code) && bytes.Contains(t.Message, []byte(r.text)) {
			s.Code, s.Class = r.code, ""
			break
		}
	}
	return s
}

// brief makes the text of a Status. The full text stays in the frame.
func brief(text []byte) string { return string(codecs.Brief(text)) }

// Row is one line of the status tables.
type Row struct {
	Wire    string // what stands in the response
	Code    codecs.Code
	Unsent  bool // the call surely did not run
	Retried bool // a Dubbo consumer with the default cluster then tries another provider by itself, at most twice
}

// Received lists how responses are read, in the order in which the rules are tried. What fits no row is Fault if it is an
// exception, and else Internal.
func Received() []Row {
	var rows []Row
	for _, r := range byStatus {
		rows = append(rows, Row{Wire: wireName(form{status: r.status}, r.text), Code: r.code, Unsent: r.unsent, Retried: r.status != statusOK})
	}
	for _, r := range byThrown {
		rows = append(rows, Row{Wire: wireName(form{statusOK, r.class, r.rpc}, r.text), Code: r.code})
	}
	return rows
}

// Sent lists how each code is written where there is no exception to be passed on.
func Sent() []Row {
	var rows []Row
	for c, f := range sentAs {
		rows = append(rows, Row{Wire: wireName(f, ""), Code: codecs.Code(c), Retried: f.status != statusOK})
	}
	return append(rows, Row{Wire: wireName(unsentAs, ""), Code: codecs.Unavailable, Unsent: true, Retried: true})
}

func wireName(f form, text string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "status %d", f.status)
	if f.class != "" {
		b.WriteString(", " + f.class)
	}
	if f.class == classRPC && f.rpc >= 0 {
		fmt.Fprintf(&b, " code %d", f.rpc)
	}
	if text != "" {
		fmt.Fprintf(&b, ", %q", text)
	}
	return b.String()
}
