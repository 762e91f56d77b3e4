package main

import (
	"bytes"
	"strconv"
)

// talk reads an answer to what is no call, by protocol. Redis clients make small talk before they call.
var talk = map[string]func() func(p []byte) int{"redis": func() func(p []byte) int { return (&answer{values: 1}).length }}

// lead gives the length of what stands before answers that come together: those to an MGET are one array.
var lead = map[string]func(p []byte) int{"redis": func(p []byte) int {
	if len(p) == 0 || p[0] != '*' {
		return 0
	}
	return bytes.IndexByte(p, '\n') + 1
}}

// Limits of an answer.
const (
	maxTalk = 1 << 16 // values
	maxLine = 1 << 16 // bytes of a line
)

// answer is a RESP value (redis.io/docs/latest/develop/reference/protocol-spec) of either version that is arriving. It keeps its place,
// so that it costs the same in one piece or byte by byte.
type answer struct {
	at           int // bytes that were understood
	values, seen int // still to come, and read
}

// length is that of the whole answer in bytes, of which p is what has come, more each time: 0 if it is not all there, -1 if it is none.
func (a *answer) length(p []byte) int {
	for a.values > 0 {
		line := bytes.IndexByte(p[a.at:], '\n')
		switch {
		case line < 0 && len(p)-a.at <= maxLine:
			return 0
		case line <= 0 || a.seen == maxTalk:
			return -1
		}
		head := bytes.TrimSuffix(p[a.at:a.at+line], []byte("\r"))
		more, size := holds(head)
		if more < 0 {
			return -1
		}
		if end := a.at + line + 1 + size; end <= len(p) {
			a.at = end
		} else {
			return 0
		}
		a.values += more - 1
		a.seen++
	}
	return a.at
}

// holds says what follows the first line of a value: values, or bytes. values are -1 if it begins none.
func holds(head []byte) (values, size int) {
	if len(head) == 0 || bytes.IndexByte([]byte("$!=*~>%|+-:_,#("), head[0]) < 0 {
		return -1, 0
	}
	if bytes.IndexByte([]byte("$!=*~>%|"), head[0]) < 0 {
		return 0, 0
	}
	n, err := strconv.Atoi(string(head[1:]))
	switch {
	case err != nil || n < -1 || n > maxText:
		return -1, 0
	case n == -1:
		return 0, 0
	}
	switch head[0] {
	case '%':
		return 2 * n, 0
	case '|': // attributes stand before the value that they are of
		return 2*n + 1, 0
	case '*', '~', '>':
		return n, 0
	}
	return 0, n + len("\r\n")
}
