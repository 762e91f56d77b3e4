package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	pb "grpcgo/pb/sample"
)

// watch gathers the orders of a stream.
func watch(ctx context.Context, c pb.SampleClient, r *pb.WatchRequest) ([]*pb.Order, error) {
	s, err := c.Watch(ctx, r)
	if err != nil {
		return nil, err
	}
	var list []*pb.Order
	for {
		got, err := s.Recv()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		list = append(list, got)
	}
}

func serverStreamCase(o op) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		some, errSome := watch(ctx, c, &pb.WatchRequest{N: 20})
		none, errNone := watch(ctx, c, &pb.WatchRequest{})
		// More than the windows of connection and stream hold.
		large, errLarge := watch(ctx, c, &pb.WatchRequest{N: 30, Size: 100000})
		bytes := 0
		for _, one := range large {
			bytes += len(one.GetNote())
		}
		return errors.Join(gives("orders", &pb.OrdersReply{Value: orders(20)}, &pb.OrdersReply{Value: some}, errSome),
			gives("no order", 0, len(none), errNone), gives("characters of the notes", 3000000, bytes, errLarge))
	})
}

func clientStreamCase(o op) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		for _, n := range []int32{200, 0} {
			s, err := c.Total(ctx)
			for i := int32(0); i < n && err == nil; i++ {
				err = s.Send(&pb.Item{Sku: fmt.Sprintf("A-%d", i), Quantity: &i, Tags: []string{strings.Repeat("x", 1000)}})
			}
			if err != nil {
				return err
			}
			got, err := s.CloseAndRecv()
			if err := gives("Total", &pb.TotalReply{Items: n, Quantity: int64(n) * int64(n-1) / 2}, got, err); err != nil {
				return err
			}
		}
		return nil
	})
}

// bidiCase has each message answered before the next is sent.
func bidiCase(o op) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		s, err := c.Chat(ctx)
		if err != nil {
			return err
		}
		for i := range 20 {
			m := fmt.Sprintf("m%d", i)
			if err := s.Send(&pb.EchoRequest{S: &m}); err != nil {
				return err
			}
			got, err := s.Recv()
			if err := gives("answer", m, got.GetValue(), err); err != nil {
				return err
			}
		}
		if err := s.CloseSend(); err != nil {
			return err
		}
		_, err = s.Recv()
		return equal("what comes after the last", io.EOF, err)
	})
}

func streamErrorCase(o op) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		got, err := watch(ctx, c, &pb.WatchRequest{N: 10, FailAfter: proto.Int32(3)})
		return errors.Join(equal("orders", &pb.OrdersReply{Value: orders(3)}, &pb.OrdersReply{Value: got}),
			fails("Watch", codes.Aborted, err), detail(err, "stopped after 3", shortage(3)))
	})
}

// canceling checks that a call of which the client has enough is canceled at the service.
func canceling(o op, begin func(context.Context, pb.SampleClient) error) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		canceled := func() (int64, error) {
			n, err := c.Canceled(ctx, &emptypb.Empty{})
			return n.GetValue(), err
		}
		before, err := canceled()
		if err != nil {
			return err
		}
		one, cancel := context.WithCancel(ctx)
		defer cancel()
		if err := begin(one, c); err != nil {
			return err
		}
		cancel()
		return reaches("canceled", before+1, canceled)
	})
}

func cancelCase(o op) error {
	return canceling(o, func(ctx context.Context, c pb.SampleClient) error {
		s, err := c.Watch(ctx, &pb.WatchRequest{N: 1000, Millis: 20})
		for i := int64(0); i < 3 && err == nil; i++ {
			var got *pb.Order
			got, err = s.Recv()
			err = gives("id", i, got.GetId(), err)
		}
		return err
	})
}

func cancelUnaryCase(o op) error {
	return canceling(o, func(ctx context.Context, c pb.SampleClient) error {
		go c.Slow(ctx, &pb.SlowRequest{Millis: 4000})
		time.Sleep(100 * time.Millisecond)
		return ping(ctx, c, "so that the service has begun")
	})
}
