package codecs

import (
	"bytes"
	"unicode/utf8"
)

// Code is how a call ended. The list is closed: each codec has one table to and from its own codes.
type Code uint8

// The codes.
const (
	OK            Code = iota
	Fault              // the service threw; the body, if there is one, holds its exception
	Canceled           // by the caller
	Expired            // the deadline passed
	Invalid            // the request cannot be understood or does not fit the method
	NotFound           // no such service, or nothing routes to it
	Denied             // the caller may not
	Limited            // over a limit; may be tried later
	Unavailable        // the server cannot be reached, or went away
	Unimplemented      // the service has no such method, or the pair of protocols cannot carry the call
	Internal           // a fault in a proxy or in a server's machinery
	Malformed          // the peer broke its protocol
)

var codeNames = [...]string{"ok", "fault", "canceled", "expired", "invalid", "not_found", "denied", "limited", "unavailable",
	"unimplemented", "internal", "malformed"}

// Codes is how many there are, for tables.
const Codes = len(codeNames)

func (c Code) String() string {
	if int(c) < len(codeNames) {
		return codeNames[c]
	}
	return "code?"
}

// Status is the end of a call.
type Status struct {
	Code   Code
	Text   string // for people; may be empty
	Native Native // the wire's own code, where it had one
	Unsent bool   // the server surely never saw the call
	Class  string // of the exception of a Fault, where it could be read at no cost; for people
}

// Native is a wire's own code. Other codecs ignore it.
type Native struct {
	Of   string // the codec's name
	Code int32
}

// briefMax bounds the text that Brief gives, in bytes.
const briefMax = 512

// Brief gives as much of a message as makes a good Text: its first line, for Java puts a whole stack trace behind it, of at most 512
// bytes, cut between characters. It aliases message, and is not checked to be UTF-8.
func Brief(message []byte) []byte {
	if i := bytes.IndexByte(message, '\n'); i >= 0 {
		message = message[:i]
	}
	if len(message) <= briefMax {
		return message
	}
	n := briefMax
	for n > 0 && !utf8.RuneStart(message[n]) {
		n--
	}
	return message[:n]
}

func (s Status) String() string {
	if s.Text == "" {
		return s.Code.String()
	}
	return s.Code.String() + ": " + s.Text
}
