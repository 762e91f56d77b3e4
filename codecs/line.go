package codecs

// Line is a method under the name of a request line, "GET /users/{id}" (docs/http.md): for callers of a protocol that has paths.
type Line struct {
	Text            string
	Service, Method string // the canonical names
}

// Liner is a Codec whose callers may name a method by a request line. Lines makes of them what Settings.Lines gives to sessions of
// all versions of the protocol. The error joins what is wrong with each; a line that only a client side can use is left out.
type Liner interface {
	Codec
	Lines([]Line) (any, error)
}
