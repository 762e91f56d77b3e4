package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/dragoman-rpc/dragoman/bridge"
)

func (c *cli) statusVerb() *cobra.Command {
	var to remote
	var output string
	cmd := c.verb("status [-a ADDR | -c FILE] [-o json]", "Print what a running dragoman listens to, reaches and knows", cobra.NoArgs,
		func(ctx context.Context, _ []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			page, err := to.ask(ctx, http.MethodGet, "/status")
			if err != nil {
				return err
			}
			if output == "json" {
				c.say("%s", page)
				return nil
			}
			var s bridge.Status
			if err := json.Unmarshal(page, &s); err != nil {
				return fmt.Errorf("the admin address said something else than its status: %w", err)
			}
			return c.printStatus(&s)
		})
	to.flags(cmd)
	outputFlag(cmd, &output)
	cmd.AddCommand(c.contractsVerb())
	return cmd
}

func (c *cli) printStatus(s *bridge.Status) error {
	state := "ready"
	if !s.Ready {
		state = "not ready"
	}
	c.say("dragoman %s, %s, since %s, %s\n\n", s.Version, state, s.Started.Format(time.RFC3339), count(s.Rules, "rule"))
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	line := func(cells ...string) { _, _ = fmt.Fprintln(w, strings.Join(cells, "\t")) } // Flush gives the error
	line("LISTENER", "BOUND", "ACCEPTS", "CONNECTIONS")
	for _, l := range s.Listeners {
		line(l.Addr, l.Bound, strings.Join(l.Accept, ","), fmt.Sprint(l.Connections))
	}
	line()
	line("CLUSTER", "PROTOCOL", "ENDPOINT", "IN FLIGHT", "STATE")
	for _, cl := range s.Clusters {
		for _, e := range cl.Endpoints {
			state := "good"
			if e.Resting {
				state = "resting"
			}
			line(cl.Name, cl.Protocol, e.Addr, fmt.Sprint(e.Inflight), state)
		}
	}
	if len(s.Contracts) > 0 {
		line()
		line("CONTRACT", "VERSION", "GROUP", "METHODS")
	}
	for _, ct := range s.Contracts {
		line(ct.Service, ct.Version, ct.Group, fmt.Sprint(ct.Methods))
	}
	return w.Flush()
}
