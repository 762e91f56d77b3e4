package redis

import "fmt"

// span is one element of a command: where its bytes are, and where what follows it begins.
type span struct{ start, end, next int }

// reader finds whole commands at the front of a buffer that grows. It keeps its place, so that a command costs the same
// whether it comes in one piece or byte by byte. Nothing is reserved for what is only announced.
type reader struct {
	lines    lines
	maxFrame int

	at    int    // bytes understood of the command at the front
	left  int    // elements still to come
	bulk  int    // length of the element at at; -1: its head has not come
	args  []span // elements so far; offsets from the command's first byte
	own   []byte // what args are offsets in, if not the buffer: the words of an inline command
	total int    // length of the command that next has just found
}

// next looks for a whole command at the front of p, whose bytes must be those of the call before and more. When it says done
// the command's elements are in args, none for an empty command, and total is its length.
func (r *reader) next(p []byte) (done bool, err error) {
	if r.at == 0 {
		if cap(r.args) > 4*maxKeys { // one long command is no reason to keep its memory
			r.args = nil
		}
		r.args, r.own, r.bulk = r.args[:0], nil, -1
		if p[0] != '*' {
			return r.inline(p)
		}
		if ok, err := r.count(p); !ok || err != nil {
			return false, err
		}
	}
	for r.left > 0 {
		if ok, err := r.element(p); !ok || err != nil {
			return false, err
		}
	}
	r.total, r.at = r.at, 0
	return true, nil
}

// count reads the head of an array.
func (r *reader) count(p []byte) (ok bool, err error) {
	line, n, long := r.lines.next(p)
	if n == 0 {
		return false, tooBig(long, bigCount)
	}
	v, valid := number(line[1:])
	if !valid || v > maxArgs || len(line) != n-2 {
		return false, protocolError(badCount)
	}
	r.at, r.left = n, max(0, int(v))
	return true, nil
}

// element reads the next bulk string.
func (r *reader) element(p []byte) (ok bool, err error) {
	if r.at >= len(p) {
		return false, nil
	}
	if r.bulk < 0 {
		if p[r.at] != '$' {
			return false, protocolError(fmt.Sprintf("expected '$', got '%c'", printable(p[r.at])))
		}
		line, n, long := r.lines.next(p[r.at:])
		if n == 0 {
			return false, tooBig(long, bigBulk)
		}
		v, valid := number(line[1:])
		if !valid || v < 0 || v > int64(r.maxFrame-r.at) || len(line) != n-2 {
			return false, protocolError(badBulk)
		}
		r.at, r.bulk = r.at+n, int(v)
	}
	end := r.at + r.bulk
	if len(p) < end+2 {
		return false, nil
	}
	if p[end] != '\r' || p[end+1] != '\n' {
		return false, protocolError(badBulkEnd)
	}
	r.args = append(r.args, span{r.at, end, end + 2})
	r.at, r.bulk = end+2, -1
	r.left--
	return true, nil
}

// inline reads a line of words.
func (r *reader) inline(p []byte) (done bool, err error) {
	line, n, long := r.lines.next(p)
	if n == 0 {
		return false, tooBig(long, bigInline)
	}
	own := make([]byte, 0, len(line))
	if r.own, r.args, err = splitWords(own, r.args, line); err != nil {
		return false, err
	}
	if len(r.args) > maxArgs {
		return false, protocolError(badCount)
	}
	if k := len(r.args); k > 0 {
		r.args[k-1].next = n
	}
	r.total = n
	return true, nil
}

// arg gives element i. p is the buffer, of which base bytes of the command have been taken already.
func (r *reader) arg(p []byte, base, i int) []byte {
	a := r.args[i]
	if r.own != nil {
		return r.own[a.start:a.end:a.end]
	}
	return p[a.start-base : a.end-base : a.end-base]
}

func tooBig(long bool, text string) error {
	if long {
		return protocolError(text)
	}
	return nil
}

func printable(c byte) byte {
	if c < ' ' || c > '~' {
		return '?'
	}
	return c
}
