package json

import (
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// syntax is the error for a text that is not JSON from byte at on.
func syntax(p []byte, at int, want string) error {
	if at >= len(p) {
		return codecs.Errorf(codecs.Invalid, "json: read: byte %d: the text ends, expected %s", at, want)
	}
	return codecs.Errorf(codecs.Invalid, "json: read: byte %d: %q, expected %s", at, p[at], want)
}

func invalid(at int, format string, args ...any) error {
	return codecs.Errorf(codecs.Invalid, "json: read: byte %d: "+format, append([]any{at}, args...)...)
}

// misuse is the error for tokens that are no value.
func misuse(format string, args ...any) error {
	return codecs.Errorf(codecs.Internal, "json: write: "+format, args...)
}

// depthError is token.ErrDepth with a Status.
type depthError struct{ coded *codecs.Error }

func (e *depthError) Error() string   { return e.coded.Error() }
func (e *depthError) Unwrap() []error { return []error{e.coded, token.ErrDepth} }

func deep(at int) error {
	return &depthError{codecs.Errorf(codecs.Invalid, "json: read: byte %d: %v of %d", at, token.ErrDepth, token.MaxDepth)}
}
