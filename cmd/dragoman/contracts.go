package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/dragoman-rpc/dragoman/bridge"
)

// contractsVerb is status contracts.
func (c *cli) contractsVerb() *cobra.Command {
	var to remote
	var output, export string
	cmd := c.verb("contracts [-a ADDR | -c FILE] [-o json] [--export FILE]", "Print the methods that a running dragoman knows, declared and learned", cobra.NoArgs,
		func(ctx context.Context, _ []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			if export != "" {
				return c.export(ctx, &to, export)
			}
			page, err := to.ask(ctx, http.MethodGet, "/contracts")
			if err != nil {
				return err
			}
			if output == "json" {
				c.say("%s", page)
				return nil
			}
			var k bridge.Known
			if err := json.Unmarshal(page, &k); err != nil {
				return fmt.Errorf("the admin address said something else than its contracts: %w", err)
			}
			return c.printKnown(&k, time.Now())
		})
	to.flags(cmd)
	outputFlag(cmd, &output)
	cmd.Flags().StringVar(&export, "export", "", "write what was learned to `FILE` as a contract, - for standard output")
	return cmd
}

// export writes what was learned to a file that is not there yet: a contract that somebody has edited is not written over.
func (c *cli) export(ctx context.Context, to *remote, name string) error {
	text, err := to.ask(ctx, http.MethodGet, "/contracts/learned")
	if err != nil {
		return err
	}
	if name == "-" {
		c.say("%s", text)
		return nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		_ = f.Close() // the error is the reason
		return err
	}
	return f.Close()
}

func (c *cli) printKnown(k *bridge.Known, now time.Time) error {
	c.say("learning: %s", k.Learn)
	if k.File != "" {
		c.say(", kept in %s", k.File)
	}
	c.say("\n\n")
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	line := func(cells ...string) { _, _ = fmt.Fprintln(w, strings.Join(cells, "\t")) } // Flush gives the error
	line("SERVICE", "VERSION", "GROUP", "METHOD", "SOURCE", "STATE", "SEEN", "AGE", "CONFLICTS")
	for _, m := range k.Methods {
		seen, age, conflicts := "", "", ""
		if m.Source == bridge.SourceLearned {
			seen, conflicts = fmt.Sprint(m.Seen), fmt.Sprint(m.Conflicts)
			if !m.Last.IsZero() {
				age = max(now.Sub(m.Last), 0).Truncate(time.Second).String()
			}
		}
		line(m.Service, m.Version, m.Group, m.Text, m.Source, m.State, seen, age, conflicts)
	}
	return w.Flush()
}
