package main

import (
	"strings"
	"testing"
)

func TestRespLength(t *testing.T) {
	for in, want := range map[string]int{
		"+OK\r\n": 5, "-ERR no\r\n": 9, ":7\r\n$": 4, "_\r\n": 3, "#t\r\n": 4, ",1.5\r\n": 6, "$2\r\nab\r\n+": 8, "$-1\r\n": 5, "*-1\r\n": 5, "*0\r\n": 4,
		"*2\r\n$1\r\na\r\n*1\r\n:1\r\n+OK\r\n": 19, "%1\r\n+a\r\n:1\r\n": 12, "|1\r\n+a\r\n:1\r\n+OK\r\n": 17, "=5\r\ntxt:a\r\n": 11,
		"": 0, "+OK": 0, "$2\r\na": 0, "*2\r\n:1\r\n": 0,
		"\n": -1, "\r\n": -1, "HTTP/1.1 200 OK\r\n": -1, "$x\r\n": -1, "*-2\r\n": -1, "$99999999999\r\n": -1, "*67108864\r\n": 0,
		"+" + strings.Repeat("x", 1<<17): -1,
	} {
		if got := talk["redis"]()([]byte(in)); got != want {
			t.Errorf("%q: %d, want %d", in, got, want)
		}
		read := talk["redis"]()
		for i := range len(in) {
			if got := read([]byte(in[:i+1])); got != 0 || i+1 == len(in) {
				if got != want {
					t.Errorf("%q byte by byte: %d, want %d", in, got, want)
				}
				break
			}
		}
	}
}

// FuzzRespLength: an answer is never longer than what is there.
func FuzzRespLength(f *testing.F) {
	f.Add([]byte("%2\r\n+a\r\n*1\r\n:1\r\n$1\r\nb\r\n_\r\n"))
	f.Fuzz(func(t *testing.T, p []byte) {
		if n := talk["redis"]()(p); n > len(p) || n < -1 {
			t.Errorf("%d of %d bytes", n, len(p))
		}
	})
}
