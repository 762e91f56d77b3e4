// Package matrix calls every protocol from every other, in one process: one list of values and one of failures, expanded to all
// ordered pairs, in both directions of the value. Beside the tests it
// prints their lists, for docs/matrix.md.
//
// Both ends are dragoman's own codecs, so a frame that no foreign program would take shows elsewhere (conformance/interop). What shows
// here is that the way does not matter: what a server gets, and a caller, is what it would have got from its own kind, to the width of
// each number, whichever protocol stands on the other side. Where that cannot be, the list says what comes instead.
package matrix
