package interop

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"
)

// grpcCases are gRPC's standard interop cases, but for those that need the credentials of a cloud or xDS.
var grpcCases = []string{
	"empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong", "empty_stream", "timeout_on_sleeping_server",
	"cancel_after_begin", "cancel_after_first_response", "status_code_and_message", "special_status_message", "custom_metadata",
	"unimplemented_method", "unimplemented_service", "rpc_soak", "channel_soak",
}

// javaPair are those that only grpc-java has in both halves. Its server does not look whether a message was compressed, which the
// cases without "noprobe" ask first, and its client asks for the method of cacheable_unary by a name of its own.
var javaPair = []string{
	"very_large_request", "client_compressed_unary_noprobe", "server_compressed_unary", "client_compressed_streaming_noprobe",
	"server_compressed_streaming",
}

// TestGRPCCases runs the standard cases of each client with each server, dragoman between them.
func TestGRPCCases(t *testing.T) {
	need(t, "interop-go-server", "interop-java-server", "interop-go-client", "interop-java-client")
	for server, argument := range map[string]string{"interop-go-server": "-port=", "interop-java-server": ""} {
		if !wanted("INTEROP_SERVERS", server) {
			continue
		}
		t.Run(server, func(t *testing.T) {
			port := freePort(t)
			startServer(t, port, server, argument+strconv.Itoa(port))
			g := between(t, port)
			t.Run("interop-go-client", func(t *testing.T) { grpcRun(t, g, "interop-go-client", grpcCases) })
			t.Run("interop-java-client", func(t *testing.T) {
				cases := grpcCases
				if server == "interop-java-server" {
					cases = slices.Concat(grpcCases, javaPair)
				}
				grpcRun(t, g, "interop-java-client", cases)
			})
		})
	}
}

// grpcRun runs cases of one client, each in a process of its own.
func grpcRun(t *testing.T, g *gateway, client string, cases []string) {
	port := strconv.Itoa(portOf(t, g.addr))
	limit := int(answerTime / time.Second)
	for _, name := range cases {
		if !wanted("INTEROP_CASES", name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			from := g.log.size()
			out, err := output(t, answerTime, client, "--server_host=127.0.0.1", "--server_port="+port, "--use_tls=false", "--test_case="+name,
				// The soak cases hold each call to a second otherwise, which a virtual machine that has just started may need itself.
				"--soak_iterations=20", fmt.Sprintf("--soak_overall_timeout_seconds=%d", limit),
				fmt.Sprintf("--soak_per_iteration_max_acceptable_latency_ms=%d", limit*1000))
			if err != nil {
				t.Errorf("%v: %s%s", err, end(out), g.log.failures(from))
			}
		})
	}
}

// end is what a program said last.
func end(out string) string {
	const most = 2000
	return out[max(0, len(out)-most):]
}
