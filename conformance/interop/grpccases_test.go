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

// orcaCases are about reports of load in trailers and in a stream of their own, which grpc-go's server alone gives.
var orcaCases = []string{"orca_per_rpc", "orca_oob"}

// balancer has a client show what it was told of the load.
const balancer = `{"loadBalancingConfig": [{"test_backend_metrics_load_balancer": {}}]}`

// grpcCasesOf are the cases that both a client and a server have. grpc-go's client wants a name of the server for pick_first_unary
// that grpc-go's server does not tell.
func grpcCasesOf(client, server string) []string {
	cases := slices.Clone(grpcCases)
	if client == "interop-java-client" {
		cases = append(cases, "pick_first_unary")
	}
	switch {
	case server == "interop-go-server":
		cases = append(cases, orcaCases...)
	case client == "interop-java-client":
		cases = append(cases, javaPair...)
	}
	return cases
}

// TestGRPCCases runs the standard cases of each client with each server, dragoman between them.
func TestGRPCCases(t *testing.T) {
	clients := []string{"interop-go-client", "interop-java-client"}
	need(t, append(clients, "interop-go-server", "interop-java-server")...)
	for server, argument := range map[string]string{"interop-go-server": "-port=", "interop-java-server": ""} {
		if !wanted("INTEROP_SERVERS", server) {
			continue
		}
		t.Run(server, func(t *testing.T) {
			port := freePort(t)
			startServer(t, port, server, argument+strconv.Itoa(port))
			g := between(t, port)
			for _, client := range clients {
				t.Run(client, func(t *testing.T) { grpcRun(t, g, client, grpcCasesOf(client, server)) })
			}
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
			args := []string{"--server_host=127.0.0.1", "--server_port=" + port, "--use_tls=false", "--test_case=" + name,
				// The soak cases hold each call to a second otherwise, which a virtual machine that has just started may need itself.
				"--soak_iterations=20", fmt.Sprintf("--soak_overall_timeout_seconds=%d", limit),
				fmt.Sprintf("--soak_per_iteration_max_acceptable_latency_ms=%d", limit*1000)}
			if slices.Contains(orcaCases, name) {
				args = append(args, "--service_config_json="+balancer)
			}
			out, err := output(t, answerTime, client, args...)
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
