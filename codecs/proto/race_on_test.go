//go:build race

package proto_test

// The race detector makes pools forget, so allocations are not counted under it.
const racing = true
