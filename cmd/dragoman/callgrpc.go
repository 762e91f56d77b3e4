package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/codecs/grpc"
	"github.com/dragoman-rpc/dragoman/codecs/proto"
)

const grpcName = grpc.Name

// stream makes a gRPC call and prints its replies as they come.
func (c *cli) stream(ctx context.Context, to clientOptions, r *request, args []string) error {
	more, err := c.messages(args)
	if err != nil {
		return err
	}
	if len(to.contracts) == 0 {
		if to.contracts, err = reflected(ctx, to, r); err != nil {
			return fmt.Errorf("what the messages of %s are made of: %w; --contract FILE can say it", r.service, err)
		}
	}
	cl, err := newClient(to)
	if err != nil {
		return err
	}
	defer cl.close()
	return cl.stream(ctx, r, more, c.print)
}

// messages gives those of a request one by one: the arguments, or an empty one if there is none, or what standard input holds.
func (c *cli) messages(args []string) (func() ([]byte, error), error) {
	if len(args) == 1 && args[0] == "-" {
		in := json.NewDecoder(c.in)
		return func() ([]byte, error) {
			var m json.RawMessage
			err := in.Decode(&m)
			return m, err
		}, nil
	}
	if len(args) == 0 {
		args = []string{"{}"}
	}
	for _, a := range args {
		if !json.Valid([]byte(a)) {
			return nil, misuse(fmt.Sprintf("this message is no JSON: %s", a))
		}
	}
	return func() ([]byte, error) {
		if len(args) == 0 {
			return nil, io.EOF
		}
		m := args[0]
		args = args[1:]
		return []byte(m), nil
	}, nil
}

// reflected asks the server what a service is.
func reflected(ctx context.Context, to clientOptions, r *request) ([]config.Contract, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, r.timeout, fmt.Errorf("no answer within %v", r.timeout))
	defer cancel()
	cl, err := newClient(to)
	if err != nil {
		return nil, err
	}
	defer cl.close()
	files, err := grpc.Descriptors(ctx, cl.bridge.Handler(), r.service)
	if err != nil {
		return nil, err
	}
	return []config.Contract{{At: "contracts[0]", Path: "reflection.protoset", Data: proto.Set(files)}}, nil
}
