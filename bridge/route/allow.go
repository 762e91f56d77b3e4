package route

import (
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// unixIdentity is what an Origin's Identity begins with when it is the process at the other end of a Unix socket.
const unixIdentity = "unix:uid="

type allow struct {
	at      string
	index   int
	service pattern
	from    []origin
}

// origin is a compiled From.
type origin struct {
	mtls           pattern
	listener, unix string
}

// Allow says whether a caller may call service, a canonical name. What no entry speaks of is open. A call whose service could
// not be read, and is empty, may be for any: its caller must be one whom every entry lets pass.
func (t *Table) Allow(service string, from *codecs.Origin) bool {
	a := t.decides(service, from)
	return a == nil || a.admits(from)
}

// decides finds the entry that lets a call pass or not; nil: none speaks of it. Of a service that could not be read all do, and
// the first that does not let the caller pass decides.
func (t *Table) decides(service string, from *codecs.Origin) *allow {
	if service != "" {
		return t.entry(service).allow
	}
	var a *allow
	for _, a = range t.allows {
		if !a.admits(from) {
			break
		}
	}
	return a
}

func (a *allow) admits(from *codecs.Origin) bool {
	for i := range a.from {
		if a.from[i].is(from) {
			return true
		}
	}
	return false
}

// is never takes one kind of identity for the other: a certificate may hold the text that stands for a uid.
func (o *origin) is(from *codecs.Origin) bool {
	overTCP := from.Peer.IsValid()
	switch {
	case o.listener != "":
		return o.listener == from.Listener
	case o.unix != "":
		return !overTCP && o.unix == from.Identity
	}
	return from.Identity != "" && !strings.HasPrefix(from.Identity, unixIdentity) && o.mtls.fits(from.Identity)
}
