package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/dragoman-rpc/dragoman/bridge"
	"github.com/dragoman-rpc/dragoman/bridge/config"
)

func (c *cli) runVerb() *cobra.Command {
	var file string
	cmd := c.verb("run -c FILE", "Run the gateway", cobra.NoArgs,
		func(ctx context.Context, _ []string) error { return c.serve(ctx, file) })
	cmd.Long = "Run the gateway.\n\nTERM and INT drain: calls in flight end, then the process does; a second one ends it at once. HUP reloads the\nconfiguration, or leaves all as it is and says why."
	configFlag(cmd, &file)
	return cmd
}

// garbage is how much the heap may grow, in percent, before it is collected: a gateway's heap is small and its garbage short-lived,
// so that collecting it at twice the size, which is the default, would be a waste. GOGC in the environment overrides it.
const garbage = 300

func (c *cli) serve(ctx context.Context, file string) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	conf, err := load(file)
	if err != nil {
		return err
	}
	log := logger(conf.Log, c.err)
	reread := func() (*config.Config, error) { return load(file) }
	b, err := build(bridge.Options{Config: conf, Load: reread, Log: log})
	if err != nil {
		return err
	}
	ctx, drain := context.WithCancel(ctx)
	defer drain()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	defer signal.Stop(signals)
	go obey(signals, drain, func() {
		conf, err := reread()
		if err == nil {
			err = b.Reload(conf)
		}
		if err != nil {
			log.Error("not reloaded: the old configuration stays", "err", err)
		}
	})
	return b.Run(ctx)
}

// obey does what signals ask for.
func obey(signals <-chan os.Signal, drain, reload func()) {
	draining := false
	for s := range signals {
		switch {
		case s == syscall.SIGHUP && !draining:
			reload()
		case s == syscall.SIGHUP:
		case draining:
			os.Exit(failed) // asked twice: at once
		default:
			draining = true
			drain()
		}
	}
}

// logger writes as the configuration says.
func logger(conf config.Log, w io.Writer) *slog.Logger {
	var o slog.HandlerOptions
	var level slog.Level
	if level.UnmarshalText([]byte(conf.Level)) == nil { // else it is info
		o.Level = level
	}
	if conf.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, &o))
	}
	return slog.New(slog.NewTextHandler(w, &o))
}
