// Package house is the house rules that no linter knows, as tests that print their reason: who may import whom, one home for each
// library, pure codecs, package docs, lengths, and a tree that speaks of nothing but itself.
//
// It knows the layout of the repository. It refuses to know what any package does.
package house
