package token

import (
	"fmt"
	"strconv"
	"strings"
)

// placed is an error and where it arose. The steps are added from the inside out while the error goes up.
type placed struct {
	err   error
	steps []string
}

func (e *placed) Error() string {
	var b strings.Builder
	b.WriteString("token: copy: $")
	for i := len(e.steps) - 1; i >= 0; i-- {
		b.WriteString(e.steps[i])
	}
	b.WriteString(": ")
	b.WriteString(e.err.Error())
	return b.String()
}

func (e *placed) Unwrap() error { return e.err }

func located(err error) error { return under(err, "") }

func under(err error, step string) error {
	e, ok := err.(*placed)
	if !ok {
		e = &placed{err: err}
	}
	e.steps = append(e.steps, step)
	return e
}

func atIndex(err error, i int) error { return under(err, "["+strconv.Itoa(i)+"]") }

func atField(err error, name string) error { return under(err, step(name)) }

// atPair names a pair of a map by its number, for want of a text as the key.
func atPair(err error, n int) error { return under(err, "{"+strconv.Itoa(n)+"}") }

// maxStep bounds a key in an error, in bytes.
const maxStep = 100

func step(name string) string {
	if len(name) > maxStep {
		return fmt.Sprintf("[%q…]", name[:maxStep])
	}
	for i := range len(name) {
		c := name[i]
		if c != '_' && c != '$' && c != '-' && c-'0' > 9 && (c|0x20 < 'a' || c|0x20 > 'z') {
			return fmt.Sprintf("[%q]", name)
		}
	}
	if name == "" {
		return `[""]`
	}
	return "." + name
}
