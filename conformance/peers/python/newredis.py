"""What today's clients ask for on connect, on top of the old server: only so that selftest.py can try the clients
without a gateway. Serial as the old one; not a model of what a gateway does."""

import pyredis

BANNER = [(b"server", b"redis"), (b"version", b"7.4.0"), (b"proto", 2), (b"id", 1), (b"mode", b"standalone"),
          (b"role", b"master"), (b"modules", [])]


def encode(v):
    if isinstance(v, int):
        return b":%d\r\n" % v
    if isinstance(v, list):
        return b"*%d\r\n" % len(v) + b"".join(encode(e) for e in v)
    return b"$%d\r\n%s\r\n" % (len(v), v)


class Server(pyredis.Server):
    def _answer(self, command):
        name, args = command[0].upper(), command[1:]
        if name == b"HELLO":
            pairs = [(k, int(args[0]) if k == b"proto" and args else v) for k, v in BANNER]
            three = bool(args) and args[0] == b"3"
            head = b"%%%d\r\n" % len(pairs) if three else b"*%d\r\n" % (2 * len(pairs))
            return head + b"".join(encode(k) + encode(v) for k, v in pairs)
        if name == b"CLIENT" and args and args[0].upper() in (b"SETINFO", b"SETNAME"):
            return b"+OK\r\n"
        if name == b"ECHO":
            return encode(args[0])
        if name == b"SELECT":
            return b"+OK\r\n"
        if name == b"INFO":
            return encode(b"# Server\r\nredis_version:7.4.0\r\nredis_mode:standalone\r\nrole:master\r\nloading:0\r\n")
        if name == b"MGET" and args:
            return encode([self._call(a) for a in args])
        if name == b"GET":
            if len(args) != 1:
                return b"-ERR wrong number of arguments for 'get' command\r\n"
            if not args[0].startswith(b"{") and args[0][:1] < b"\x80":
                return b"-ERR invalid rpc request\r\n"
        if name not in (b"GET", b"PING"):
            return b"-ERR unknown command '%s', with args beginning with: \r\n" % command[0]
        return super()._answer(command)
