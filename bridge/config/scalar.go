package config

import (
	"math"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// maxText is the length in bytes of the longest text that is taken.
const maxText = 4096

// scalarOf reads a scalar with one of the tags. parse gives the value, or what is wrong with the text and a hint.
func scalarOf[T any](form, tags string, parse func(p *parser, s string) (v T, wrong, hint string)) reader[T] {
	want := "a " + form
	switch form[0] {
	case 'a', 'e', 'i', 'o':
		want = "an " + form
	case 't':
		want = form // true or false
	}
	return reader[T]{form: form, read: func(p *parser, at spot, v *T) {
		if !p.is(at, yaml.ScalarNode, want) {
			return
		}
		if !strings.Contains(tags, at.node.ShortTag()) || len(at.node.Value) > maxText {
			p.fault(at.node, at.path, "", "this must be %s, not %s", want, describe(at.node))
			return
		}
		made, wrong, hint := parse(p, at.node.Value)
		if wrong != "" {
			p.fault(at.node, at.path, hint, "%s", wrong)
			return
		}
		*v = made
	}}
}

// Tags of scalars.
const (
	tagText   = "!!str"
	tagNumber = "!!int !!float"
	tagAny    = "!!str !!int !!float !!bool !!timestamp" // all but nothing
)

// text is any text that is not empty.
func text(form string) reader[string] {
	return scalarOf(form, tagText, func(_ *parser, s string) (string, string, string) { return checkText(s) })
}

// word is a text that may look like a number, and is taken as it is written: 1.10 is not 1.1.
func word(form string) reader[string] {
	return scalarOf(form, tagAny, func(_ *parser, s string) (string, string, string) { return checkText(s) })
}

func checkText(s string) (v, wrong, hint string) {
	if s == "" {
		return "", "this must not be empty", ""
	}
	for _, r := range s {
		if r < ' ' || r == 0x7f {
			return "", "control characters are not allowed", ""
		}
	}
	return s, "", ""
}

// oneOf is one of some texts.
func oneOf(values ...string) reader[string] {
	return scalarOf("word: "+strings.Join(values, ", "), tagText, func(_ *parser, s string) (string, string, string) {
		for _, v := range values {
			if v == s {
				return s, "", ""
			}
		}
		return "", strconv.Quote(clip(s)) + " is not one of the words for this", nearest(s, values)
	})
}

// protocol is the name of a protocol that the process has.
var protocol = scalarOf("protocol", tagText, func(p *parser, s string) (string, string, string) {
	if _, ok := p.traits[s]; !ok {
		return "", "there is no protocol " + strconv.Quote(clip(s)), nearest(s, p.names)
	}
	return s, "", ""
})

// isProtocol is protocol for a key.
func isProtocol(p *parser, at spot) bool {
	if _, ok := p.traits[at.node.Value]; !ok {
		p.fault(at.node, at.path, nearest(at.node.Value, p.names), "there is no protocol %q", clip(at.node.Value))
		return false
	}
	return true
}

// isText is text for a key.
func isText(p *parser, at spot) bool {
	if _, wrong, _ := checkText(at.node.Value); wrong != "" {
		p.fault(at.node, at.path, "", "a key: %s", wrong)
		return false
	}
	return true
}

// isClusterName keeps to letters that names of metrics and addresses can hold, and leaves ":" and "/" to the clusters that
// local entries make.
func isClusterName(p *parser, at spot) bool {
	name := at.node.Value
	fine := len(name) > 0 && len(name) <= 64
	for i := range len(name) {
		fine = fine && plain(name[i])
	}
	if !fine {
		p.fault(at.node, at.path, "", "%q: the name of a cluster is 1 to 64 of a-z A-Z 0-9 . _ -", clip(name))
	}
	return fine
}

// plain says whether c is a letter, a digit or one of . _ -
func plain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("._-", c) >= 0
}

// boolean is true or false.
var boolean = scalarOf("true or false", "!!bool", func(_ *parser, s string) (bool, string, string) {
	return strings.EqualFold(s, "true"), "", ""
})

// count is a whole number.
func count(unit string, least, most int) reader[int] {
	return scalarOf("number of "+unit, tagNumber, func(_ *parser, s string) (int, string, string) {
		n, err := strconv.Atoi(s)
		if err != nil || n < least || n > most {
			return 0, clip(s) + " must be a whole number from " + strconv.Itoa(least) + " to " + strconv.Itoa(most), ""
		}
		return n, "", ""
	})
}

// weight is a share of something.
var weight = scalarOf("number", tagNumber, func(_ *parser, s string) (uint32, string, string) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil || n > maxWeight {
		return 0, clip(s) + " must be a whole number from 0 to " + strconv.Itoa(maxWeight), ""
	}
	return uint32(n), "", ""
})

const maxWeight = 1e6

// rate is a number above 0, with a fraction if need be.
func rate(unit string) reader[float64] {
	return scalarOf("number of "+unit, tagNumber, func(_ *parser, s string) (float64, string, string) {
		n, err := strconv.ParseFloat(s, 64)
		if err != nil || !(n > 0 && n <= 1e9) {
			return 0, clip(s) + " must be above 0, and 1000000000 at most", ""
		}
		return n, "", ""
	})
}

// maxDuration is ten years: what is longer is a slip.
const maxDuration = 10 * 365 * 24 * time.Hour

// duration is a time with its unit, at least least.
func duration(least time.Duration) reader[time.Duration] {
	return scalarOf("duration", tagText+tagNumber, func(_ *parser, s string) (time.Duration, string, string) {
		d, err := time.ParseDuration(s)
		if err != nil || strings.Trim(s, "+-0") == "" {
			return 0, clip(s) + " is not a duration", "write a number and its unit: 300ms, 5s, 2m, 1h30m"
		}
		if d < least || d > maxDuration {
			return 0, clip(s) + " must be from " + least.String() + " to " + maxDuration.String(), ""
		}
		return d, "", ""
	})
}

// size is a number of bytes, with B, KiB, MiB or GiB.
func size(least, most int) reader[int] {
	return scalarOf("size", tagText+tagNumber, func(_ *parser, s string) (int, string, string) {
		n, ok := parseSize(s)
		if !ok {
			return 0, clip(s) + " is not a size", "write a number and its unit: 512B, 64KiB, 8MiB, 1GiB"
		}
		if n < least || n > most {
			return 0, clip(s) + " must be from " + formatSize(least) + " to " + formatSize(most), ""
		}
		return n, "", ""
	})
}

var units = [...]struct {
	name  string
	bytes int
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

func parseSize(s string) (int, bool) {
	for _, u := range units {
		if number, ok := strings.CutSuffix(s, u.name); ok {
			n, err := strconv.ParseUint(number, 10, 31)
			return int(n) * u.bytes, err == nil && int(n) <= math.MaxInt/u.bytes
		}
	}
	return 0, false
}

func formatSize(n int) string {
	for _, u := range units {
		if n >= u.bytes && n%u.bytes == 0 {
			return strconv.Itoa(n/u.bytes) + u.name
		}
	}
	return strconv.Itoa(n) + "B"
}

// listenAddr is where a listener may be: the host may be left out, and port 0 is any free one.
var listenAddr = address(true)

// endpointAddr is where a server may be.
var endpointAddr = address(false)

func address(listen bool) reader[string] {
	return scalarOf("address", tagText, func(_ *parser, s string) (string, string, string) {
		if wrong, hint := checkAddress(s, listen); wrong != "" {
			return "", strconv.Quote(clip(s)) + ": " + wrong, hint
		}
		return s, "", ""
	})
}

func checkAddress(s string, listen bool) (wrong, hint string) {
	network, addr := Network(s)
	if network == "unix" {
		switch {
		case addr == "":
			return "the path is missing", "write unix:/run/name.sock"
		case len(addr) > 100: // the system's own limit is 108, less on some
			return "the path of a Unix socket has 100 bytes at most", ""
		}
		_, wrong, hint = checkText(addr)
		return wrong, hint
	}
	if _, rest, ok := strings.Cut(s, "://"); ok {
		return "an address has no scheme", "write " + strconv.Quote(clip(rest))
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "this is not host:port", `write "10.0.0.1:20880", "[::1]:20880" or "unix:/path"`
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 && !listen {
		return "the port must be a number, 65535 at most", ""
	}
	if host == "" && !listen {
		return "the host is missing", ""
	}
	if host != "" && !isHost(host) {
		return "the host is neither an IP address nor a name", ""
	}
	return "", ""
}

func isHost(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	for i := range len(s) {
		if !plain(s[i]) {
			return false
		}
	}
	return len(s) <= 253
}

// adminAddr is an address or off, which is read as "".
var adminAddr = scalarOf("address or off", tagText, func(_ *parser, s string) (string, string, string) {
	if s == "off" {
		return "", "", ""
	}
	wrong, hint := checkAddress(s, true)
	if network, _ := Network(s); wrong == "" && network == "unix" {
		wrong, hint = "this must be host:port", "admin.socket is for Unix sockets"
	}
	if wrong != "" {
		return "", strconv.Quote(clip(s)) + ": " + wrong, hint
	}
	return s, "", ""
})

// fileName is the name of a file; a relative one starts from the folder of the configuration.
var fileName = scalarOf("file", tagText, func(p *parser, s string) (string, string, string) {
	v, wrong, hint := checkText(s)
	return p.inDir(v), wrong, hint
})

// uid is a user's number.
var uid = scalarOf("uid", tagNumber, func(_ *parser, s string) (string, string, string) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return "", clip(s) + " is not a uid", ""
	}
	return strconv.FormatUint(n, 10), "", ""
})

// failures are the codes after which trying again may help.
var failures = []codecs.Code{codecs.Unavailable, codecs.Expired, codecs.Limited, codecs.Internal, codecs.Malformed}

// failure is one of them by its name.
var failure = scalarOf("failure", tagText, func(_ *parser, s string) (codecs.Code, string, string) {
	var known []string
	for _, c := range failures {
		if c.String() == s {
			return c, "", ""
		}
		known = append(known, c.String())
	}
	return 0, strconv.Quote(clip(s)) + " is not a failure after which a call is tried again", nearest(s, known)
})
