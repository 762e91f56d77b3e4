// Command dragoman is the gateway and the tools around it: one binary, and one file for each verb.
//
// It knows flags, exit codes and how things are printed. What it does it has others do: it passes the lists of codecs/all to
// bridge.New.
//
// Exit codes: 0 done, 1 failed, 2 misused.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

func main() {
	c := &cli{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	os.Exit(c.run(context.Background(), os.Args[1:]))
}

// The exit codes.
const (
	done = iota
	failed
	misused
)

// cli is one run of the command.
type cli struct {
	in       io.Reader
	out, err io.Writer
	begun    bool // flags and arguments were understood: what goes wrong from here on is no misuse
}

// misuse is an error that a different command line would not give.
type misuse string

func (m misuse) Error() string { return string(m) }

// located is an error that says where in which file, and is printed as it is.
type located struct{ error }

func (l located) Unwrap() error { return l.error }

func (c *cli) run(ctx context.Context, args []string) (exit int) {
	root := c.root()
	root.SetArgs(longFlags(root, args))
	err := root.ExecuteContext(ctx)
	var m misuse
	var l located
	switch {
	case err == nil:
		return done
	case errors.As(err, &m), !c.begun:
		c.tell("dragoman: %v\n", err)
		c.tell("dragoman -h lists the verbs, dragoman VERB -h its flags\n")
		return misused
	case errors.As(err, &l):
		c.tell("%v\n", err)
	default:
		c.tell("dragoman: %v\n", err)
	}
	return failed
}

// say prints what was asked for; tell prints what went wrong. If nobody reads it there is nothing to be done.
func (c *cli) say(format string, args ...any)  { _, _ = fmt.Fprintf(c.out, format, args...) }
func (c *cli) tell(format string, args ...any) { _, _ = fmt.Fprintf(c.err, format, args...) }

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:               "dragoman",
		Short:             "Programs that speak different RPC protocols call each other through dragoman",
		Args:              cobra.NoArgs,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		RunE:              func(*cobra.Command, []string) error { return misuse("which verb?") },
	}
	root.SetOut(c.out)
	root.SetErr(c.err)
	root.AddCommand(c.demoVerb(), c.runVerb(), c.checkVerb(), c.callVerb(), c.decodeVerb(), c.reloadVerb(), c.statusVerb(), c.versionVerb())
	return root
}

// verb makes the command of one verb.
func (c *cli) verb(use, short string, args cobra.PositionalArgs, do func(ctx context.Context, args []string) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: args, RunE: func(cmd *cobra.Command, args []string) error {
		c.begun = true
		return do(cmd.Context(), args)
	}}
}

// configFlag gives a verb the flag -c.
func configFlag(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVarP(file, "config", "c", "", "the configuration `FILE`")
}

// outputFlag gives a verb the flag -o.
func outputFlag(cmd *cobra.Command, output *string) {
	cmd.Flags().StringVarP(output, "output", "o", "text", "how to print it: text or json")
}

// checkOutput says whether -o has one of its values.
func checkOutput(output string) error {
	if output != "text" && output != "json" {
		return misuse(fmt.Sprintf("-o %s: text or json", output))
	}
	return nil
}

// longFlags lets flags of several letters be written with one dash too: -once as well as --once.
func longFlags(root *cobra.Command, args []string) []string {
	all := append([]string(nil), args...)
	for i, arg := range all {
		if arg == "--" {
			break
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		if strings.HasPrefix(arg, "-") && len(name) > 1 && isFlag(root, name) {
			all[i] = "-" + arg
		}
	}
	return all
}

func isFlag(root *cobra.Command, name string) bool {
	if name == "help" {
		return true
	}
	for _, verb := range root.Commands() {
		if verb.Flags().Lookup(name) != nil {
			return true
		}
	}
	return false
}
