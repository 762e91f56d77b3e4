// Package wire holds the memory that messages live in: bodies with one owner, output that is appended to and patched,
// a cursor that never reads past its end, and interned names.
//
// It knows bytes. It refuses to know any protocol, connection or goroutine.
package wire
