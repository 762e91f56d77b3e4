//go:build !unix

package std

import "net"

// tryWriter is not to be had here: every write goes through the writer goroutine.
type tryWriter struct{}

func newTryWriter(net.Conn) *tryWriter { return nil }

func (*tryWriter) write(b net.Buffers) (net.Buffers, error) { return b, nil }
