package redis

import (
	"bytes"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// Sniff knows an array of bulk strings by its first two bytes, and an inline command by its name. GET is also HTTP's word:
// inline it is ours only before a quote, because JSON cannot be typed without.
func (Codec) Sniff(prefix []byte) codecs.Verdict {
	if len(prefix) == 0 {
		return codecs.More
	}
	if prefix[0] == '*' {
		if len(prefix) == 1 {
			return codecs.More
		}
		if c := prefix[1]; c == '-' || c >= '0' && c <= '9' {
			return codecs.Yes
		}
		return codecs.No
	}
	return sniffInline(prefix[:min(len(prefix), codecs.SniffMax)])
}

func sniffInline(p []byte) codecs.Verdict {
	i := bytes.IndexAny(p, " \t\r\n")
	if i < 0 {
		if knownPrefix(p) {
			return codecs.More
		}
		return codecs.No
	}
	if lookup(p[:i]) == nil {
		return codecs.No
	}
	if !bytes.EqualFold(p[:i], []byte("GET")) {
		return codecs.Yes
	}
	rest := bytes.TrimLeft(p[i:], " \t")
	switch {
	case len(rest) == 0 && len(p) < codecs.SniffMax:
		return codecs.More
	case len(rest) > 0 && (rest[0] == '\'' || rest[0] == '"'):
		return codecs.Yes
	}
	return codecs.No
}

// knownPrefix says whether a command's name begins with p.
func knownPrefix(p []byte) bool {
	for i := range commands {
		if n := commands[i].name; len(p) <= len(n) && bytes.EqualFold(p, []byte(n[:len(p)])) {
			return true
		}
	}
	return false
}
