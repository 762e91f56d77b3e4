package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dragoman-rpc/dragoman/bridge/config"
)

func (c *cli) reloadVerb() *cobra.Command {
	var to remote
	cmd := c.verb("reload [-a ADDR | -c FILE]", "Have a running dragoman read its configuration again", cobra.NoArgs,
		func(ctx context.Context, _ []string) error {
			if _, err := to.ask(ctx, http.MethodPost, "/reload"); err != nil {
				return err
			}
			c.say("reloaded\n")
			return nil
		})
	to.flags(cmd)
	return cmd
}

// remote is a running dragoman's admin address.
type remote struct{ addr, file string }

const (
	adminAddr  = "127.0.0.1:7070" // the configuration's default
	unixPrefix = "unix:"
	askTime    = time.Minute
	pageMax    = 16 << 20 // bytes of an answer
)

func (r *remote) flags(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&r.addr, "admin", "a", "", "the admin `ADDR`, host:port or unix:/path (default: what FILE says, else "+adminAddr+")")
	configFlag(cmd, &r.file)
}

// find gives the admin address that the flags mean: the socket if the configuration has one, as only there commands are taken.
func (r *remote) find() (string, error) {
	switch {
	case r.addr != "" && r.file != "":
		return "", misuse("-a or -c, not both")
	case r.addr != "":
		return r.addr, nil
	case r.file == "":
		return adminAddr, nil
	}
	conf, err := load(r.file)
	switch {
	case err != nil:
		return "", err
	case conf.Admin.Socket != "":
		return unixPrefix + conf.Admin.Socket, nil
	case conf.Admin.Addr != "":
		return conf.Admin.Addr, nil
	}
	return "", fmt.Errorf("%s has no admin address", r.file)
}

// ask sends a request without a body and gives the answer, or an error if it is no success.
func (r *remote) ask(ctx context.Context, method, path string) ([]byte, error) {
	addr, err := r.find()
	if err != nil {
		return nil, err
	}
	network, at := config.Network(addr)
	host := at
	if network == "unix" {
		host = "localhost"
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, "http://"+host+path, nil)
	if err != nil {
		return nil, err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, at)
	}}}
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("no answer from the admin address %s: %w", addr, err)
	}
	defer func() { _ = res.Body.Close() }() // it has been read
	page, err := io.ReadAll(io.LimitReader(res.Body, pageMax))
	if err != nil {
		return nil, err
	}
	if res.StatusCode/100 != 2 {
		return nil, fmt.Errorf("%s: %s", addr, strings.TrimSpace(string(page)))
	}
	return page, nil
}
