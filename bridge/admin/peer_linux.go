package admin

import (
	"net"

	"golang.org/x/sys/unix"
)

// peerUID asks the kernel who has connected to a Unix socket. False: it is another kind of connection.
func peerUID(c net.Conn) (uid uint32, ok bool) {
	u, isUnix := c.(*net.UnixConn)
	if !isUnix {
		return 0, false
	}
	const nobody = ^uint32(0) // if the kernel does not say
	raw, err := u.SyscallConn()
	if err != nil {
		return nobody, true
	}
	uid = nobody
	if err := raw.Control(func(fd uintptr) {
		if cred, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED); err == nil {
			uid = cred.Uid
		}
	}); err != nil {
		return nobody, true
	}
	return uid, true
}
