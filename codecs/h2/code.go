package h2

import "github.com/dragoman-rpc/dragoman/codecs"

// errorCode is an error code of RFC 9113 §7.
type errorCode uint32

const (
	noError errorCode = iota
	protocolError
	internalError
	flowControlError
	settingsTimeout
	streamClosed
	frameSizeError
	refusedStream
	cancel
	compressionError
	connectError
	enhanceYourCalm
	inadequateSecurity
	http11Required
)

// codes says how each error code is called, and what it means for a call that a server resets with it: as the specification of gRPC
// over HTTP/2 has it, which is also right for others.
var codes = [...]struct {
	name string
	code codecs.Code
}{
	noError:            {"NO_ERROR", codecs.Internal},
	protocolError:      {"PROTOCOL_ERROR", codecs.Internal},
	internalError:      {"INTERNAL_ERROR", codecs.Internal},
	flowControlError:   {"FLOW_CONTROL_ERROR", codecs.Internal},
	settingsTimeout:    {"SETTINGS_TIMEOUT", codecs.Internal},
	streamClosed:       {"STREAM_CLOSED", codecs.Internal},
	frameSizeError:     {"FRAME_SIZE_ERROR", codecs.Internal},
	refusedStream:      {"REFUSED_STREAM", codecs.Unavailable},
	cancel:             {"CANCEL", codecs.Canceled},
	compressionError:   {"COMPRESSION_ERROR", codecs.Internal},
	connectError:       {"CONNECT_ERROR", codecs.Internal},
	enhanceYourCalm:    {"ENHANCE_YOUR_CALM", codecs.Limited},
	inadequateSecurity: {"INADEQUATE_SECURITY", codecs.Denied},
	http11Required:     {"HTTP_1_1_REQUIRED", codecs.Internal},
}

func (c errorCode) String() string {
	if int(c) < len(codes) {
		return codes[c].name
	}
	return "unknown error code"
}

// status is the end of a call that the far side has reset.
func (c errorCode) status(side codecs.Side) codecs.Status {
	s := codecs.Status{Code: codecs.Internal, Text: "h2: the server reset the stream with " + c.String(),
		Native: codecs.Native{Of: Name, Code: int32(c)}, Unsent: c == refusedStream}
	switch {
	case side == codecs.Server:
		s.Code, s.Text, s.Unsent = codecs.Canceled, "h2: the client reset the stream with "+c.String(), false
	case int(c) < len(codes):
		s.Code = codes[c].code
	}
	return s
}

// fatal makes the error that ends a connection. Its Native is the code of the GOAWAY to come.
func fatal(c errorCode, format string, args ...any) error {
	code := codecs.Malformed
	if c == enhanceYourCalm {
		code = codecs.Limited
	}
	e := codecs.Errorf(code, "h2: "+format, args...)
	e.Status.Native = codecs.Native{Of: Name, Code: int32(c)}
	return e
}

// lastCode gives the error code that ends a connection with a status.
func lastCode(s codecs.Status) errorCode {
	switch {
	case s.Native.Of == Name:
		return errorCode(s.Native.Code)
	case s.Code == codecs.Malformed:
		return protocolError
	}
	return resetCode(s)
}

// resetCode gives the error code that breaks a stream off with a status. It is never REFUSED_STREAM: the stream was served.
func resetCode(s codecs.Status) errorCode {
	switch s.Code {
	case codecs.Canceled, codecs.Expired:
		return cancel
	case codecs.Limited:
		return enhanceYourCalm
	default:
		return internalError
	}
}
