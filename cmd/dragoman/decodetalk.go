package main

import (
	"bytes"
	"strconv"
)

// talk gives the length of an answer to what is no call, by protocol. Redis clients make small talk before they call.
var talk = map[string]func(p []byte) int{"redis": respLength}

// lead gives the length of what stands before answers that come together: those to an MGET are one array.
var lead = map[string]func(p []byte) int{"redis": func(p []byte) int {
	if len(p) == 0 || p[0] != '*' {
		return 0
	}
	return bytes.IndexByte(p, '\n') + 1
}}

// maxTalk bounds the values of an answer.
const maxTalk = 1 << 16

// respLength is the length in bytes of the RESP value (redis.io/docs/latest/develop/reference/protocol-spec) that p begins with, of
// either version: 0 if it is not all there, -1 if it is none.
func respLength(p []byte) int {
	at := 0
	for values, seen := 1, 0; values > 0; values-- {
		line := bytes.IndexByte(p[at:], '\n')
		if seen++; seen > maxTalk || line == 0 {
			return -1
		} else if line < 0 {
			return 0
		}
		head := bytes.TrimSuffix(p[at:at+line], []byte("\r"))
		at += line + 1
		if len(head) == 0 {
			return -1
		}
		n, err := strconv.Atoi(string(head[1:]))
		counted := bytes.IndexByte([]byte("$!=*~>%|"), head[0]) >= 0
		switch {
		case counted && (err != nil || n < -1 || n > maxText):
			return -1
		case !counted || n == -1:
		case head[0] == '%':
			values += 2 * n
		case head[0] == '|': // attributes stand before the value that they are of
			values += 2*n + 1
		case head[0] == '*' || head[0] == '~' || head[0] == '>':
			values += n
		default:
			if at += n + 2; at > len(p) {
				return 0
			}
		}
		if bytes.IndexByte([]byte("$!=*~>%|+-:_,#("), head[0]) < 0 {
			return -1
		}
	}
	return at
}
