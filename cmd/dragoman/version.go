package main

import (
	"context"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func (c *cli) versionVerb() *cobra.Command {
	return c.verb("version", "Print version, commit and Go version", cobra.NoArgs, func(context.Context, []string) error {
		c.say("dragoman %s, commit %s, %s %s/%s\n", version(), commit(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return nil
	})
}

// version is what the build was stamped with: a tag, or a version made of the commit, or "(devel)".
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

func commit() string {
	info, _ := debug.ReadBuildInfo()
	revision, dirty := "unknown", ""
	if info == nil {
		return revision
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = " with changes"
		}
	}
	return revision + dirty
}
