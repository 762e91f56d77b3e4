//go:build !linux

package admin

import "net"

// peerUID is not asked here: the socket's mode is all that keeps others out.
func peerUID(net.Conn) (uid uint32, ok bool) { return 0, false }
