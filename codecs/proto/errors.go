package proto

import (
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// limitError is one of token's errors with a Status.
type limitError struct {
	coded *codecs.Error
	kind  error
}

func (e *limitError) Error() string   { return e.coded.Error() }
func (e *limitError) Unwrap() []error { return []error{e.coded, e.kind} }

// deep is the error for one level more than there may be.
func deep(act string, m *message) error {
	return &limitError{codecs.Errorf(codecs.Invalid, "proto: %s %s: %v of %d", act, m.name, token.ErrDepth, token.MaxDepth), token.ErrDepth}
}

// misuse is the error for tokens that are no value.
func misuse(format string, args ...any) error {
	return codecs.Errorf(codecs.Internal, "proto: write: "+format, args...)
}
