package redis

// splitWords cuts an inline line into words as redis does, appending their text to own and their places to words: double
// quotes know \n \r \t \b \a \xHH and take any other escaped byte as it is, single quotes know only \', and a closing quote
// ends the word. So JSON is typed inside single quotes. The text is never longer than the line.
func splitWords(own []byte, words []span, line []byte) ([]byte, []span, error) {
	for i := 0; ; {
		for i < len(line) && isSpace(line[i]) {
			i++
		}
		if i == len(line) {
			return own, words, nil
		}
		start := len(own)
		var ok bool
		if own, i, ok = word(own, line, i); !ok {
			return nil, nil, protocolError(badQuotes)
		}
		words = append(words, span{start, len(own), i})
	}
}

// word appends the word that begins at line[i] to own and gives the place behind it.
func word(own, line []byte, i int) (text []byte, next int, ok bool) {
	for i < len(line) && !isSpace(line[i]) {
		q := line[i]
		i++
		switch q {
		case '"':
			own, i, ok = doubleQuoted(own, line, i)
		case '\'':
			own, i, ok = singleQuoted(own, line, i)
		default:
			own = append(own, q)
			continue
		}
		return own, i, ok && (i == len(line) || isSpace(line[i]))
	}
	return own, i, true
}

func doubleQuoted(own, line []byte, i int) ([]byte, int, bool) {
	for i < len(line) {
		c := line[i]
		i++
		switch {
		case c == '"':
			return own, i, true
		case c != '\\' || i == len(line):
			own = append(own, c)
		case line[i] == 'x' && i+2 < len(line) && isHex(line[i+1]) && isHex(line[i+2]):
			own = append(own, hex(line[i+1])<<4|hex(line[i+2]))
			i += 3
		default:
			own = append(own, unescape(line[i]))
			i++
		}
	}
	return own, i, false
}

func singleQuoted(own, line []byte, i int) ([]byte, int, bool) {
	for i < len(line) {
		c := line[i]
		i++
		if c == '\'' {
			return own, i, true
		}
		if c == '\\' && i < len(line) && line[i] == '\'' {
			c = '\''
			i++
		}
		own = append(own, c)
	}
	return own, i, false
}

func unescape(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'b':
		return '\b'
	case 'a':
		return '\a'
	}
	return c
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' || c == 0 }

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

func hex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
