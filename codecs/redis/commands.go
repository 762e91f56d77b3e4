package redis

import (
	"strconv"
	"strings"
)

// serverVersion is the version of redis that INFO and HELLO name: clients choose by it what to send.
const serverVersion = "7.4.0"

// command is a command that is known. The wording of errors is that of redis, which clients test.
type command struct {
	name     string // lower case
	min, max int    // arguments, the name not counted; max -1: any number
	run      func(s *server, dst []byte, args [][]byte) []byte
	last     bool // the connection is closed behind the reply
}

// commands is everything that is not unknown. get and mget are calls and are run by Decode; what else clients send on connect
// is answered here, so that stock ones work unmodified.
var commands = [...]command{
	{name: "get", min: 1, max: 1},
	{name: "mget", min: 1, max: -1},
	{name: "ping", max: 1, run: ping},
	{name: "echo", min: 1, max: 1, run: echo},
	{name: "hello", max: -1, run: hello},
	{name: "auth", min: 1, max: 2, run: auth},
	{name: "select", min: 1, max: 1, run: selectDB},
	{name: "client", min: 1, max: -1, run: clientCommand},
	{name: "command", max: -1, run: commandInfo},
	{name: "config", min: 1, max: -1, run: config},
	{name: "info", max: -1, run: info},
	{name: "reset", run: reset},
	{name: "quit", max: -1, run: quit, last: true},
}

func lookup(name []byte) *command {
	for i := range commands {
		if is(name, commands[i].name) {
			return &commands[i]
		}
	}
	return nil
}

// is compares a word with one in lower case, ignoring the case of ASCII letters.
func is(word []byte, lower string) bool {
	if len(word) != len(lower) {
		return false
	}
	for i := range len(lower) {
		c := word[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

func ok(dst []byte) []byte { return append(dst, "+OK\r\n"...) }

func arity(dst []byte, name string) []byte {
	return appendError(dst, "ERR wrong number of arguments for '"+name+"' command")
}

func unknownSub(dst []byte, name string, sub []byte) []byte {
	return appendError(dst, "ERR unknown subcommand '"+clip(sub, 128)+"'. Try "+strings.ToUpper(name)+" HELP.")
}

func unknown(dst []byte, args [][]byte) []byte {
	text := "ERR unknown command '" + clip(args[0], 128) + "', with args beginning with: "
	shown := 0
	for _, a := range args[1:] {
		if shown >= 128 {
			break
		}
		c := clip(a, 128-shown)
		text += "'" + c + "' "
		shown += len(c) + 3
	}
	return appendError(dst, text)
}

func clip(b []byte, n int) string { return string(b[:min(len(b), n)]) }

func ping(_ *server, dst []byte, args [][]byte) []byte {
	if len(args) == 2 {
		return appendBulk(dst, args[1])
	}
	return append(dst, "+PONG\r\n"...)
}

func echo(_ *server, dst []byte, args [][]byte) []byte { return appendBulk(dst, args[1]) }

func quit(_ *server, dst []byte, _ [][]byte) []byte { return ok(dst) }

func reset(s *server, dst []byte, _ [][]byte) []byte {
	s.resp, s.clientName = 2, ""
	return append(dst, "+RESET\r\n"...)
}

// hello agrees on the version of RESP. Nothing changes unless all of it is right.
func hello(s *server, dst []byte, args [][]byte) []byte {
	resp, setName := s.resp, s.clientName
	if len(args) > 1 {
		v, valid := number(args[1])
		if !valid {
			return appendError(dst, "ERR Protocol version is not an integer or out of range")
		}
		if v != 2 && v != 3 {
			return appendError(dst, "NOPROTO unsupported protocol version")
		}
		resp = int(v)
	}
	for i := 2; i < len(args); {
		switch rest := len(args) - i - 1; {
		case is(args[i], "auth") && rest >= 2:
			if s.refuseAuth {
				return wrongPass(dst)
			}
			i += 3
		case is(args[i], "setname") && rest >= 1:
			if !validName(args[i+1]) {
				return badName(dst)
			}
			setName = string(args[i+1])
			i += 2
		default:
			return appendError(dst, "ERR Syntax error in HELLO option '"+clip(args[i], 128)+"'")
		}
	}
	s.resp, s.clientName = resp, setName
	return helloReply(dst, resp)
}

func helloReply(dst []byte, resp int) []byte {
	dst = appendMap(dst, resp, 7)
	for _, p := range [...][2]string{{"server", "redis"}, {"version", serverVersion}} {
		dst = appendBulk(appendBulk(dst, p[0]), p[1])
	}
	dst = appendHead(appendBulk(dst, "proto"), ':', resp)
	dst = appendHead(appendBulk(dst, "id"), ':', 1)
	for _, p := range [...][2]string{{"mode", "standalone"}, {"role", "master"}} {
		dst = appendBulk(appendBulk(dst, p[0]), p[1])
	}
	return appendHead(appendBulk(dst, "modules"), '*', 0)
}

// appendMap appends the head of a map of n pairs, which RESP2 writes as a flat array.
func appendMap(dst []byte, resp, n int) []byte {
	if resp == 3 {
		return appendHead(dst, '%', n)
	}
	return appendHead(dst, '*', 2*n)
}

func auth(s *server, dst []byte, args [][]byte) []byte {
	switch {
	case !s.refuseAuth:
		return ok(dst)
	case len(args) == 2:
		return appendError(dst, "ERR AUTH <password> called without any password configured for the default user. "+
			"Are you sure your configuration is correct?")
	}
	return wrongPass(dst)
}

func wrongPass(dst []byte) []byte {
	return appendError(dst, "WRONGPASS invalid username-password pair or user is disabled.")
}

func selectDB(_ *server, dst []byte, args [][]byte) []byte {
	v, valid := number(args[1])
	switch {
	case !valid:
		return appendError(dst, "ERR value is not an integer or out of range")
	case v < 0 || v > 15:
		return appendError(dst, "ERR DB index is out of range")
	}
	return ok(dst)
}

// clientCommand answers CLIENT. MAINT_NOTIFICATIONS must be an error: +OK would promise messages that never come.
func clientCommand(s *server, dst []byte, args [][]byte) []byte {
	sub, n := args[1], len(args)-2
	switch {
	case is(sub, "setname"):
		if n != 1 {
			return arity(dst, "client|setname")
		}
		if !validName(args[2]) {
			return badName(dst)
		}
		s.clientName = string(args[2])
		return ok(dst)
	case is(sub, "setinfo"):
		if n != 2 {
			return arity(dst, "client|setinfo")
		}
		return ok(dst)
	case is(sub, "getname"):
		return clientName(s, dst)
	case is(sub, "id"):
		return appendHead(dst, ':', 1)
	case is(sub, "info"), is(sub, "list"):
		return appendBulk(dst, "id=1 name="+s.clientName+" db=0 resp="+strconv.Itoa(s.resp)+"\n")
	}
	return unknownSub(dst, "client", sub)
}

func clientName(s *server, dst []byte) []byte {
	switch {
	case s.clientName != "":
		return appendBulk(dst, s.clientName)
	case s.resp == 3:
		return append(dst, "_\r\n"...)
	}
	return append(dst, "$-1\r\n"...)
}

// validName says whether redis takes a client's name: printable ASCII without space.
func validName(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

func badName(dst []byte) []byte {
	return appendError(dst, "ERR Client names cannot contain spaces, newlines or special characters.")
}

func commandInfo(_ *server, dst []byte, args [][]byte) []byte {
	if len(args) == 2 && is(args[1], "count") {
		return appendHead(dst, ':', 0)
	}
	return appendHead(dst, '*', 0)
}

func config(s *server, dst []byte, args [][]byte) []byte {
	if !is(args[1], "get") {
		return unknownSub(dst, "config", args[1])
	}
	if len(args) == 2 {
		return arity(dst, "config|get")
	}
	return appendMap(dst, s.resp, 0)
}

// info says what clients look for before they call: that nothing is loading, and that this is a master on its own.
func info(_ *server, dst []byte, _ [][]byte) []byte {
	return appendBulk(dst, "# Server\r\nredis_version:"+serverVersion+"\r\nredis_mode:standalone\r\n\r\n"+
		"# Clients\r\nconnected_clients:1\r\n\r\n# Persistence\r\nloading:0\r\n\r\n# Replication\r\nrole:master\r\n"+
		"connected_slaves:0\r\n")
}
