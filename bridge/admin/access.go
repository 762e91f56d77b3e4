package admin

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
)

// fromAnywhere is the way in over TCP: to look and not to touch, and for nobody whom a web page has sent. addr is as configured.
func fromAnywhere(addr string, next http.Handler) http.Handler {
	own, _, _ := net.SplitHostPort(addr) // Listen has taken it, so it has a port
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !ourName(r, own):
			text(w, http.StatusForbidden, fmt.Sprintf("Host %q is not this address: a web page may have got here by a name of its own", r.Host))
		case !ownOrigin(r):
			text(w, http.StatusForbidden, "requests of web pages are refused")
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			text(w, http.StatusForbidden, "over TCP this can only be looked at: use the Unix socket of admin.socket, or a signal: HUP reloads, TERM drains")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// ourName says whether the Host of a request is a name that only this machine, or its operator, gives it: localhost, a loopback
// address, the configured host, or the address that the connection has come to.
func ourName(r *http.Request, own string) bool {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	} else if len(host) > 2 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	if host == "localhost" || host != "" && host == own {
		return true
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	local, _ := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return ip.IsLoopback() || local != nil && ip.Unmap() == local.AddrPort().Addr().Unmap()
}

// ownOrigin says whether a request comes from no web page, or from one of ours.
func ownOrigin(r *http.Request) bool {
	for _, origin := range r.Header["Origin"] {
		if u, err := url.Parse(origin); err != nil || u.Host != r.Host {
			return false
		}
	}
	return true
}

// fromThisUser is the way in over the socket.
func fromThisUser(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if uid, known := r.Context().Value(peerKey{}).(uint32); known && !trusted(uid, os.Getuid()) {
			text(w, http.StatusForbidden, fmt.Sprintf("user %d may not command a process of user %d", uid, os.Getuid()))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// trusted says whether a user may command a process of the user own.
func trusted(uid uint32, own int) bool { return uid == 0 || int(uid) == own }

type peerKey struct{}

// withPeer notes who is at the other end of a connection, where the system can say it.
func withPeer(ctx context.Context, c net.Conn) context.Context {
	if uid, ok := peerUID(c); ok {
		return context.WithValue(ctx, peerKey{}, uid)
	}
	return ctx
}
