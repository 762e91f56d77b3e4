package codecs

import (
	"errors"
	"fmt"
)

// Error is the error of sessions, readers and writers: a Status that says package, act, fact and number.
type Error struct{ Status Status }

func (e *Error) Error() string { return e.Status.Text }

// Errorf makes an Error. The text says package, act, fact and number: "bolt: decode header: length 70000 over limit 65536".
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Status{Code: code, Text: fmt.Sprintf(format, args...)}}
}

// StatusOf gives the Status of an error: its own, or Internal with its text.
func StatusOf(err error) Status {
	var e *Error
	if errors.As(err, &e) {
		return e.Status
	}
	return Status{Code: Internal, Text: err.Error()}
}
