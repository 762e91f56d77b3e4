package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/dragoman-rpc/dragoman/bridge"
	"github.com/dragoman-rpc/dragoman/bridge/config"
)

func (c *cli) demoVerb() *cobra.Command {
	var once bool
	var output string
	cmd := c.verb("demo [-once] [-o json]", "Call a sample service of every protocol from every protocol, through a gateway on loopback", cobra.NoArgs,
		func(ctx context.Context, _ []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			return c.demo(ctx, once || output == "json", output)
		})
	cmd.Flags().BoolVar(&once, "once", false, "exit when the matrix is printed")
	outputFlag(cmd, &output)
	return cmd
}

func (c *cli) demo(ctx context.Context, once bool, output string) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	d, err := startDemo(slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelError})))
	if err != nil {
		return err
	}
	defer d.close()
	if output == "text" {
		c.say("A gateway on %s takes %s; behind it is a sample service of each, all in this process.\n\n", d.addr, strings.Join(kindNames(), ", "))
	}
	cells, err := d.matrix(ctx)
	if err != nil {
		return err
	}
	cells = byProtocol(cells)
	if err := c.printMatrix(cells, output); err != nil {
		return err
	}
	if !once {
		c.say("%s", d.paste())
		<-ctx.Done()
	}
	for i := range cells {
		if !cells[i].OK {
			return fmt.Errorf("%s to %s: %s", cells[i].Client, cells[i].Server, cells[i].Error)
		}
	}
	return nil
}

// demo is the gateway and the services behind it.
type demo struct {
	gateway *bridge.Bridge
	addr    string
	samples []*sample
}

func startDemo(log *slog.Logger) (*demo, error) {
	d := &demo{}
	if err := d.start(log); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (d *demo) start(log *slog.Logger) error {
	for _, k := range kinds() {
		s, err := startSample(k, log)
		if err != nil {
			return err
		}
		d.samples = append(d.samples, s)
	}
	text := d.config()
	conf, err := config.Parse("demo.yaml", []byte(text), known())
	if err != nil {
		return err
	}
	conf.Contracts = sampleContracts()
	if d.gateway, err = build(bridge.Options{Config: conf, Log: log}); err != nil {
		return err
	}
	if err = d.gateway.Start(); err != nil {
		return err
	}
	d.addr = d.gateway.Addrs()[demoListen].String()
	return nil
}

const demoListen = "127.0.0.1:0"

// config is the gateway's configuration: one port for every protocol, a cluster of one for each sample service, and their names.
func (d *demo) config() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("listen: [{addr: %q}]", demoListen)
	line("admin: {addr: off}")
	line("clusters:")
	for _, s := range d.samples {
		line("  %s: {protocol: %s, endpoints: [%q]%s}", s.name, s.protocol, s.addr, versionOption(s.version))
	}
	line("services:")
	for _, s := range d.samples {
		canonical, redis, http := sampleName(s.name)
		line("- {name: %s, as: {redis: %s, http: %s}}", canonical, redis, http)
	}
	line("rules:")
	for _, s := range d.samples {
		canonical, _, _ := sampleName(s.name)
		line("- {match: {service: %s}, to: %s}", canonical, s.name)
	}
	return b.String()
}

func versionOption(v string) string {
	if v == "" {
		return ""
	}
	return fmt.Sprintf(", options: {version: %q}", v)
}

func (d *demo) close() {
	if d.gateway != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		_ = d.gateway.Drain(ctx) // the process ends in any case
	}
	for _, s := range d.samples {
		s.close()
	}
}

// printMatrix prints callers as rows and servers as columns.
func (c *cli) printMatrix(cells []cell, output string) error {
	if output == "json" {
		page, err := json.MarshalIndent(cells, "", "  ")
		if err != nil {
			return err
		}
		c.say("%s\n", page)
		return nil
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 3, ' ', 0)
	row := "from \\ to"
	names := protocols()
	for _, p := range names {
		row += "\t" + p
	}
	good := 0
	for i := range cells {
		if i%len(names) == 0 {
			_, _ = fmt.Fprintln(w, row) // Flush gives the error
			row = cells[i].Client
		}
		if cells[i].OK {
			good++
			row += fmt.Sprintf("\tok %+d µs", cells[i].AddedUS)
		} else {
			row += "\tFAILED"
		}
	}
	_, _ = fmt.Fprintln(w, row)
	if err := w.Flush(); err != nil {
		return err
	}
	c.say(`
ok: a text, a 64-bit sum, an object with a decimal, a list and a map, an exception with its class and fields, a slow call
and a one-way call came through as they should; for http they did in both its versions. µs: what dragoman adds, the median
of %d calls through it less that of as many made directly in the server's protocol. %d of %d pairs are good. Both ends
are dragoman's own; make interop proves it with foreign programs.
`, samples, good, len(cells))
	return nil
}

// paste is commands to try by hand.
func (d *demo) paste() string {
	host, port, _ := strings.Cut(d.addr, ":")
	return fmt.Sprintf(`
To try by hand, until Ctrl-C:

  redis-cli -h %[1]s -p %[2]s GET '{"action":"/service/dubbo","params":{"m":"reserve","args":["pen",2]}}'
  curl -s -H 'Content-Type: application/json' -d '["pen",2]' http://%[3]s/dubbo/reserve
  curl -s -H 'Content-Type: application/json' -d '["pen",1000]' http://%[3]s/dubbo/reserve
  curl -s --http2-prior-knowledge -H 'Content-Type: application/json' -d '["pen",2]' http://%[3]s/grpc/reserve
  %[4]s call dubbo://%[3]s/demo.HttpSample/reserve '["pen",2]'
  %[4]s call 'bolt://%[3]s/demo.DubboSample/reserve?types=java.lang.String,int' '["pen",2]'
  %[4]s call -v redis://%[3]s/service/http/sum '[9007199254740993,1]'
  %[4]s call -v hsf://%[3]s/demo.BoltSample/echo?types=java.lang.String '["hello"]' 2>&1 | %[4]s decode
`, host, port, d.addr, os.Args[0])
}
