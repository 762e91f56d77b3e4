//go:build !race

package proto_test

const racing = false
