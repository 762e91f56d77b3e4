//go:build !race

package token_test

const racing = false
