// Command gateway is grpc-gateway with the one route that the trial has: POST /bench.Echo/call, with the message as its body.
//
// The message is one that comes with the library and has a string: it writes as the trial's own does, for names of messages show
// neither in protobuf nor in JSON.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

func main() {
	if err := serve(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(addr, backend string) error {
	conn, err := grpc.NewClient(backend, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	mux := runtime.NewServeMux()
	err = mux.HandlePath(http.MethodPost, "/bench.Echo/call", func(w http.ResponseWriter, r *http.Request, _ map[string]string) {
		handle(mux, conn, w, r)
	})
	if err != nil {
		return err
	}
	return http.ListenAndServe(addr, mux)
}

// handle does what generated code does for a method with body "*".
func handle(mux *runtime.ServeMux, conn *grpc.ClientConn, w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	in, out := runtime.MarshalerForRequest(mux, r)
	ctx, err := runtime.AnnotateContext(ctx, mux, r, "/bench.Echo/call", runtime.WithHTTPPathPattern("/bench.Echo/call"))
	var request, reply errdetails.LocalizedMessage
	var meta runtime.ServerMetadata
	if err == nil {
		err = in.NewDecoder(r.Body).Decode(&request)
	}
	if err == nil {
		err = conn.Invoke(ctx, "/bench.Echo/call", &request, &reply, grpc.Header(&meta.HeaderMD), grpc.Trailer(&meta.TrailerMD))
	}
	ctx = runtime.NewServerMetadataContext(ctx, meta)
	if err != nil {
		runtime.HTTPError(ctx, mux, out, w, r, err)
		return
	}
	runtime.ForwardResponseMessage(ctx, mux, out, w, r, &reply)
}
