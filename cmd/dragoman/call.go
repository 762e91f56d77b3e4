package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
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
  dragoman call redis://127.0.0.1:7001/service/user/get '[7]'
  dragoman call http://127.0.0.1:7001/users/get '[7]'
  dragoman call grpc://127.0.0.1:50051/acme.v1.Users/Get '{"id":7}'
  dragoman call grpc://127.0.0.1:50051/acme.v1.Users/Upload - < messages.json

The last part of the path is the method, the rest is the service. The query may hold version, group and types, the
parameter types by their Java names: types=int,java.lang.String. A JSON array is the arguments, an object their names and
values. A failure goes to standard error with its class, and the exit code is 1. https and grpcs are within TLS, and h2c is
HTTP/2 without.

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
	to.contracts, err = readContracts(f.contracts)
	return to, r, err
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

// parseURL takes PROTOCOL://host:port/service/method?version=&group=&types= apart. A service's name keeps its slashes, and the one
// in front where that is how the protocol writes names.
func parseURL(s string) (to clientOptions, r *request, err error) {
	u, err := url.Parse(s)
	if err != nil {
		return to, nil, misuse(err.Error())
	}
	to = clientOptions{protocol: u.Scheme, addr: u.Host}
	switch u.Scheme {
	case "https", "grpcs":
		to.protocol, to.tls = strings.TrimSuffix(u.Scheme, "s"), &config.ClientTLS{}
	case "h2c":
		to.protocol, to.version = "http", "2"
	}
	if _, ok := codecs.Find(all.Codecs(), to.protocol, ""); !ok {
		return to, nil, misuse(fmt.Sprintf("%s: protocol %q is none of %s, h2c, https, grpcs", s, u.Scheme, strings.Join(protocols(), ", ")))
	}
	path := u.Path
	end := strings.LastIndexByte(path, '/')
	if u.Port() == "" || end <= 1 || end == len(path)-1 {
		return to, nil, misuse(s + ": this must be PROTOCOL://host:port/service/method")
	}
	r = &request{service: path[:end], method: path[end+1:]}
	if u.Scheme != "redis" {
		r.service = r.service[1:] // by custom only actions begin with a slash
	}
	for key, values := range u.Query() {
		switch key {
		case "version":
			r.version = values[0]
		case "group":
			r.group = values[0]
		case "types":
			r.descriptor, err = descriptor(values[0])
		default:
			err = misuse(fmt.Sprintf("%s: the query may hold version, group and types, not %q", s, key))
		}
		if err != nil {
			return to, nil, err
		}
	}
	return to, r, nil
}

// descriptor makes the descriptor of a list of Java's names.
func descriptor(types string) (string, error) {
	t, err := contract.FromList(types, nil)
	if err != nil {
		return "", misuse(err.Error())
	}
	return t.Descriptor(), nil
}

func protocols() []string { return namesOf(all.Codecs()) }

func namesOf(list []codecs.Codec) (names []string) {
	for _, c := range list {
		if !slices.Contains(names, c.Name()) {
			names = append(names, c.Name())
		}
	}
	return names
}
