package guide

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// situation is one chapter of the guide: files by name, and commands with what they print, in order.
type situation struct {
	title string
	files map[string]string
	steps []step
}

// step is one command and the lines that it prints.
type step struct{ command, prints string }

var (
	chapter = regexp.MustCompile(`(?m)^## (.*)$`)
	fence   = regexp.MustCompile("(?ms)^```(\\w+)(?: (\\S+))?\n(.*?)^```$")
)

// situations reads the chapters of the guide that have a configuration.
func situations(t *testing.T) (list []situation) {
	t.Helper()
	page, err := os.ReadFile("../../docs/guide.md")
	if err != nil {
		t.Fatal(err)
	}
	starts := chapter.FindAllStringSubmatchIndex(string(page), -1)
	for i, at := range starts {
		end := len(page)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		s := situation{title: string(page[at[2]:at[3]]), files: map[string]string{}}
		for _, f := range fence.FindAllStringSubmatch(string(page[at[1]:end]), -1) {
			switch lang, name, body := f[1], f[2], f[3]; {
			case name != "":
				s.files[name] = body
			case lang == "console":
				s.steps = append(s.steps, steps(body)...)
			}
		}
		if s.files["dragoman.yaml"] != "" {
			list = append(list, s)
		}
	}
	return list
}

// steps reads a session at a shell: what begins with "$ " is a command, which goes on after a backslash.
func steps(session string) (list []step) {
	goesOn := false
	for _, line := range strings.SplitAfter(session, "\n") {
		command, is := strings.CutPrefix(line, "$ ")
		switch {
		case is:
			list = append(list, step{command: command})
		case goesOn:
			list[len(list)-1].command += line
		case line != "":
			list[len(list)-1].prints += line
			continue
		}
		goesOn = strings.HasSuffix(line, "\\\n")
	}
	return list
}
