package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/dragoman-rpc/dragoman/bridge"
	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
)

func (c *cli) checkVerb() *cobra.Command {
	var file string
	cmd := c.verb("check -c FILE", "Read and build a configuration without listening, and say what is wrong with it", cobra.NoArgs,
		func(context.Context, []string) error { return c.check(file) })
	configFlag(cmd, &file)
	return cmd
}

func (c *cli) check(file string) error {
	conf, err := load(file)
	if err != nil {
		return err
	}
	b, err := build(bridge.Options{Config: conf})
	if err != nil {
		return err
	}
	b.Close()
	c.say("%s is right: %s, %s, %s\n", file, count(len(conf.Listen), "listener"), count(len(conf.Clusters), "cluster"),
		count(len(conf.Routes.Rules), "rule"))
	return nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// load reads a configuration. Its errors say where in the file.
func load(file string) (*config.Config, error) {
	if file == "" {
		return nil, misuse("which configuration? -c FILE")
	}
	conf, err := config.Load(file, known())
	if err != nil {
		return nil, located{err}
	}
	return conf, nil
}

func known() config.Known {
	var k config.Known
	for _, p := range all.Codecs() {
		k.Protocols = append(k.Protocols, codecs.Protocol(p))
	}
	return k
}

// build makes a bridge with all that dragoman has. Its errors say where in the configuration.
func build(o bridge.Options) (*bridge.Bridge, error) {
	if o.Codecs == nil {
		o.Codecs = all.Codecs()
	}
	o.Encodings, o.Schemas, o.Version = all.Encodings(), all.Schemas(), version()
	if len(o.Config.Listen) > 0 {
		o.Local = ownServices
	}
	b, err := bridge.New(o)
	if err != nil {
		return nil, located{err}
	}
	return b, nil
}
