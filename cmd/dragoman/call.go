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

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

func (c *cli) callVerb() *cobra.Command {
	var timeout time.Duration
	var oneway, verbose bool
	cmd := c.verb("call URL ['JSON ARGUMENTS']", "Make one call in any protocol and print its result as JSON", cobra.RangeArgs(1, 2),
		func(ctx context.Context, args []string) error {
			to, r, err := parseURL(args[0])
			if err != nil {
				return err
			}
			r.args, r.timeout, r.oneway = []byte("[]"), timeout, oneway
			if len(args) == 2 {
				r.args = []byte(args[1])
			}
			if !json.Valid(r.args) {
				return misuse(fmt.Sprintf("the arguments are no JSON: %s", args[1]))
			}
			if verbose {
				to.codecs = tapped(all.Codecs(), c.tell)
			}
			return c.call(ctx, to, r)
		})
	cmd.Long = "Make one call in any protocol and print its result as JSON.\n\n" +
		"  dragoman call dubbo://127.0.0.1:20880/com.acme.User/get?version=1.0.0 '[7]'\n" +
		"  dragoman call redis://127.0.0.1:7001/service/user/get '[7]'\n" +
		"  dragoman call http://127.0.0.1:7001/users/get '[7]'\n\n" +
		"The last part of the path is the method, the rest is the service. The query may hold version, group and types, the\n" +
		"parameter types by their Java names: types=int,java.lang.String. A JSON array is the arguments, an object their names and\n" +
		"values. A failure goes to standard error with its class, and the exit code is 1."
	cmd.Flags().DurationVar(&timeout, "timeout", 10*time.Second, "how long to wait for the answer")
	cmd.Flags().BoolVar(&oneway, "oneway", false, "want no answer, where the protocol has such calls")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "print the frames, decoded and as bytes, to standard error")
	return cmd
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
	var pretty bytes.Buffer
	if json.Indent(&pretty, result, "", "  ") == nil {
		result = pretty.Bytes()
	}
	if len(result) > 0 {
		c.say("%s\n", result)
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
	if find(u.Scheme) == nil {
		return to, nil, misuse(fmt.Sprintf("%s: protocol %q is none of %s", s, u.Scheme, strings.Join(protocols(), ", ")))
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

func find(protocol string) codecs.Codec {
	for _, c := range all.Codecs() {
		if c.Name() == protocol {
			return c
		}
	}
	return nil
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
