package engine

import (
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

// peerIdentity is who is at the other end of a Unix socket, as the kernel says: "unix:uid=1000". Empty for other connections.
func peerIdentity(nc net.Conn) string {
	u, ok := nc.(*net.UnixConn)
	if !ok {
		return ""
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return ""
	}
	var cred *unix.Ucred
	if err := raw.Control(func(fd uintptr) {
		cred, err = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil || cred == nil {
		return ""
	}
	return fmt.Sprintf("unix:uid=%d", cred.Uid)
}
