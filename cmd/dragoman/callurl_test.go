package main

import (
	"strings"
	"testing"
)

// TestURLsThatSayTwoThings: nothing that a URL says is left out in silence.
func TestURLsThatSayTwoThings(t *testing.T) {
	for in, want := range map[string]string{
		"bolt://h:1/a.S/f?version=1&version=2":             "version is said twice",
		"bolt://h:1/a.S/f?encoding=hessian2&hessian=draft": "one is enough",
		"bolt://h:1/a.S/f?version=1;group=g":               "semicolon",
		"redis://:secret@h:1/a.S/f":                        "PROTOCOL://host:port/service/method",
		"dubbo://h:1/a.S/f#x":                              "PROTOCOL://host:port/service/method",
		"dubbo://h:1/a.S/f?version=1&group=g&types=int":    "",
	} {
		for range 8 { // in whatever order a map has it
			_, _, err := parseURL(in)
			if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", in, err, want)
			}
		}
	}
}
