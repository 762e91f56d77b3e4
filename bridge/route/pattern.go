package route

import (
	"fmt"
	"strings"
)

// maxName is the length in bytes that no name or pattern in a configuration needs to exceed.
const maxName = 512

// pattern is a compiled pattern: the whole text, or with prefix its beginning.
type pattern struct {
	text   string
	prefix bool
}

func parsePattern(s string) (pattern, error) {
	if err := checkName(s); err != nil {
		return pattern{}, err
	}
	text, prefix := strings.CutSuffix(s, "*")
	if strings.Contains(text, "*") {
		return pattern{}, fmt.Errorf("%q: a * may stand only at the end", s)
	}
	return pattern{text, prefix}, nil
}

// anything is the pattern that fits every text, and none.
var anything = pattern{prefix: true}

func (p pattern) fits(s string) bool {
	if p.prefix {
		return strings.HasPrefix(s, p.text)
	}
	return s == p.text
}

func (p pattern) String() string {
	if p.prefix {
		return p.text + "*"
	}
	return p.text
}

// checkName refuses what cannot be anybody's name: no text, too much of it, or control characters.
func checkName(s string) error {
	switch {
	case s == "":
		return fmt.Errorf("a name is missing")
	case len(s) > maxName:
		return fmt.Errorf("a name of %d bytes is over the limit of %d", len(s), maxName)
	}
	for _, r := range s {
		if r < ' ' || r == 0x7f {
			return fmt.Errorf("%q: control characters are not allowed in a name", s)
		}
	}
	return nil
}
