package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/bolt"
)

// callFlags are the flags of `call`.
type callFlags struct {
	timeout          time.Duration
	oneway, verbose  bool
	contracts, heads []string
	tls              config.ClientTLS
}

func (c *cli) callVerb() *cobra.Command {
	var f callFlags
	cmd := c.verb("call URL ['JSON ARGUMENTS'...]", "Make one call in any protocol and print its result as JSON", cobra.MinimumNArgs(1),
		func(ctx context.Context, args []string) error {
			to, r, err := f.target(args[0])
			if err != nil {
				return err
			}
			if f.verbose {
				to.tell = c.tell
			}
			if to.protocol == grpcName {
				return c.stream(ctx, to, r, args[1:])
			}
			r.args = []byte("[]")
			if len(args) > 2 {
				return misuse("only gRPC calls have several messages; the arguments are one JSON array")
			} else if len(args) == 2 {
				r.args = []byte(args[1])
			}
			if !json.Valid(r.args) {
				return misuse(fmt.Sprintf("the arguments are no JSON: %s", args[1]))
			}
			return c.call(ctx, to, r)
		})
	cmd.Long = callHelp
	flags := cmd.Flags()
	flags.DurationVar(&f.timeout, "timeout", 10*time.Second, "how long to wait for the answer, to its end")
	flags.BoolVar(&f.oneway, "oneway", false, "want no answer, where the protocol has such calls")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print the frames, decoded and as bytes, to standard error")
	flags.StringArrayVar(&f.contracts, "contract", nil, "a file that declares the types: .contract, .proto, or a descriptor set (.protoset, .binpb); may come again")
	flags.StringArrayVarP(&f.heads, "header", "H", nil, "metadata of the call, KEY: VALUE; may come again")
	flags.StringVar(&f.tls.CA, "ca", "", "certificates to believe, for https and grpcs; by default the system's")
	flags.BoolVar(&f.tls.Insecure, "insecure", false, "believe any certificate")
	return cmd
}

const callHelp = `Make one call in any protocol and print its result as JSON.

  dragoman call dubbo://127.0.0.1:20880/com.acme.User/get?version=1.0.0 '[7]'
  dragoman call 'bolt://127.0.0.1:12200/com.acme.User:1.0/get?types=int' '[7]'
  dragoman call hsf://127.0.0.1:12201/com.acme.User:1.0.0/get '[7]'
  dragoman call redis://127.0.0.1:7001/service/user/get '[7]'
  dragoman call http://127.0.0.1:7001/users/get '[7]'
  dragoman call grpc://127.0.0.1:50051/acme.v1.Users/Get '{"id":7}'
  dragoman call grpc://127.0.0.1:50051/acme.v1.Users/Upload - < messages.json

The last part of the path is the method, the rest is the service. The query may hold version, group and types, the
parameter types by their Java names: types=int,java.lang.String. SOFARPC (bolt) finds methods by them, so they must be there or
in a --contract; others guess. encoding says how bodies are written, as that of a cluster does, and hessian=final, draft or 1 which
Hessian; other options of a cluster may stand there, too (em_means_error=yes).

A JSON array is the arguments, an object their names and values, or the only one. A failure goes to standard error with its class,
and the exit code is 1. https and grpcs are within TLS, and h2c is HTTP/2 without.

A gRPC call may have any number of messages each way: each argument is one, and - reads JSON values from standard input.
Replies are printed as they come. What the messages are made of is said by --contract, or else by the server's reflection.`

// target says whom a URL and the flags mean.
func (f *callFlags) target(url string) (to clientOptions, r *request, err error) {
	if to, r, err = parseURL(url); err != nil {
		return to, nil, err
	}
	r.timeout, r.oneway = f.timeout, f.oneway
	if to.tls != nil {
		*to.tls = f.tls
	}
	for _, h := range f.heads {
		key, value, ok := strings.Cut(h, ":")
		if !ok {
			return to, nil, misuse(fmt.Sprintf("%q is not KEY: VALUE", h))
		}
		r.meta = append(r.meta, codecs.Pair{Key: strings.TrimSpace(key), Value: strings.TrimSpace(value)})
	}
	if to.contracts, err = readContracts(f.contracts); err != nil {
		return to, nil, err
	}
	if to.protocol == bolt.Name && !r.typed && to.contracts == nil && (to.encoding == "" || strings.HasPrefix(to.encoding, "hessian")) {
		return to, nil, misuse(url + ": SOFARPC finds methods by their parameter types: types=int,java.lang.String, or a --contract, says them")
	}
	return to, r, nil
}

func (c *cli) call(ctx context.Context, to clientOptions, r *request) error {
	cl, err := newClient(to)
	if err != nil {
		return err
	}
	defer cl.close()
	result, err := cl.call(ctx, r)
	if err != nil {
		return err
	}
	return c.print(result)
}

// print prints one JSON value for people.
func (c *cli) print(value []byte) error {
	var pretty bytes.Buffer
	if json.Indent(&pretty, value, "", "  ") == nil {
		value = pretty.Bytes()
	}
	if len(value) > 0 {
		c.say("%s\n", value)
	}
	return nil
}
