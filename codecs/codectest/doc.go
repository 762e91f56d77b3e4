// Package codectest is the suite that every codec and every encoding gets by one call: Run and Fuzz, or RunEncoding.
//
// It knows what a Session promises, drives it as an engine would, and refuses to know any protocol: what it sends is taken
// from fixtures, or made within the codec's Traits.
//
// # Fixtures
//
// fixtures/<protocol>/<name>.hex holds the bytes that one side sends: hex digits, white space ignored, # to the end of the
// line a comment. Comments that begin a line may direct the suite:
//
//	# side: client sends      or: server sends; without it the server session is tried first, then the client session
//	# semantic: why           the bytes need not come back as they are, only their meaning
//	# bad: words              refused, with an error whose text holds the words
//	# allocs: 2               allocations that decoding may make; without it 0 if there is an intact Frame
//	# options: success=0      settings of the sessions
//	# calls: 2                requests that the client side has sent before these bytes come
//
// # Transcripts
//
// fixtures/<protocol>/<name>.txt is a conversation with one session. Lines of input are read, lines of output (= and <) are
// what they must bring; go test -update writes them anew, for review as a diff, in packages whose tests define that flag
// (var _ = flag.Bool("update", false, "…")).
//
//	# comment
//	side server success=0     a session; each such line begins a new one
//	> "*1\r\n$4\r\nPING\r\n"  bytes in, as a Go string or as hex
//	! reply ok "hello"        answers the oldest open request: code, then body (a Go string) if ok, else text
//	! request svc method "[1]"  ! oneway …  ! ping  ! hello
//	! open svc method         of streams: a request whose messages follow; ! data id body  ! part id [size] body  ! last id body
//	! begin id                a reply whose messages follow; ! end id code text
//	! cancel id code text     ! window id bytes  ! goaway code text  ! none
//	= request service method body
//	< "+PONG\r\n"             bytes out
package codectest
