package http

import (
	"bytes"
	"net/netip"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// access is who may call besides those that hold the address: a web page reaches 127.0.0.1 through the browser of its reader, by
// a foreign Origin or under a name of its own that it has made to mean this machine.
type access struct {
	origins []string
	hosts   []string // nil: any, or the loopback names if local
	local   bool
}

func newAccess(t *codecs.Traits, set codecs.Settings) access {
	return access{list(set.Option(t, "origins")), list(set.Option(t, "hosts")), loopback(hostOnly([]byte(set.Addr)))}
}

// check is given the fields as they came; origin is nil if there was none.
func (a *access) check(host, origin []byte) *codecs.Error {
	if !a.takesHost(host) {
		return refuse(403, codecs.Denied, "Host %.64q is not ours, see the option hosts", host)
	}
	if origin == nil {
		return nil
	}
	for _, o := range a.origins {
		if foldEqual(origin, o) {
			return nil
		}
	}
	return refuse(403, codecs.Denied, "Origin %.64q may not call, see the option origins", origin)
}

// takesSite says whether a request that any page can have made, because a link needs no leave and shows no Origin, comes from none
// that is foreign (Fetch Metadata, a W3C draft). Browsers that say nothing of it are old.
func (a *access) takesSite(site, origin []byte) bool {
	return len(site) == 0 || origin != nil || foldEqual(site, "same-origin") || foldEqual(site, "none")
}

func (a *access) takesHost(host []byte) bool {
	if a.hosts == nil {
		return !a.local || loopback(hostOnly(host))
	}
	for _, h := range a.hosts {
		if h == "*" || foldEqual(host, h) || foldEqual(hostOnly(host), h) {
			return true
		}
	}
	return false
}

// hostOnly takes the port off a Host or an address.
func hostOnly(p []byte) []byte {
	if i := bytes.IndexByte(p, ']'); i > 0 && p[0] == '[' {
		return p[1:i]
	}
	if i := bytes.IndexByte(p, ':'); i >= 0 && i == bytes.LastIndexByte(p, ':') {
		return p[:i]
	}
	return p
}

// loopback says whether a name or address means this machine only.
func loopback(host []byte) bool {
	switch string(host) {
	case "localhost", "127.0.0.1", "::1":
		return true
	}
	ip, err := netip.ParseAddr(string(host))
	return err == nil && ip.Unmap().IsLoopback() || foldEqual(host, "localhost")
}

// hostChar tells what may stand in a Host: names, addresses, a port.
var hostChar = charset("-._~:[]0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

func isHost(p []byte) bool {
	for _, c := range p {
		if !hostChar[c] {
			return false
		}
	}
	return len(p) > 0
}
