// Package interop runs the programs that people really use against dragoman: the peers of conformance/peers, redis-cli, curl and wrk
// as callers, the peers as servers, with the real binary between them. It has tests only.
//
// Without INTEROP in the environment they are skipped. INTEROP=1 runs what is installed and names what is not; with
// INTEROP=require what is missing is a failure. INTEROP_PEERS, INTEROP_SERVERS and INTEROP_CASES narrow the run to clients, servers
// and cases, by their names with commas between. INTEROP_MATRIX names the file that a whole run without failures writes: docs/matrix.md.
// DRAGOMAN names a binary; left out, it is built.
//
// A case that cannot hold stands in the list of known ones with its reason; it is run like the others, and fails the test when it
// passes.
package interop
