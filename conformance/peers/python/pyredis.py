"""A Redis-GET service as the old Go server was: it knows GET, PING and INFO, leaves every other command without an
answer, handles one request of a connection at a time and closes on anything it does not like. Keys are JSON or
MessagePack; with the argument "packed" MessagePack alone."""

import socket
import sys
import threading

import exactjson
import packed
import peer
from sample import SERVICE, BadArguments, Fault, NoMethod, Sample

# The old server's frame limit: a longer key closes the connection.
LIMIT = 32 * 1024
# Keys in JSON are not understood.
PACKED = sys.argv[1:] == ["packed"]
ALIASES = {SERVICE, "/service/sample"}


class Server:
    def __init__(self, success):
        self.services = {exactjson: Sample(), packed: Sample(packed.order)}
        self.success = success
        self.lock = threading.Lock()
        self.ignored = []
        self.pipelined = 0
        self.connections = 0

    def state(self):
        """ignored: commands that got no answer; pipelined: requests that came before their forerunner was answered."""
        with self.lock:
            return {**self._counted(), "ignored": self.ignored[:20], "pipelined": self.pipelined,
                    "connections": self.connections}

    def _counted(self):
        counts = [s.state() for s in self.services.values()]
        return {k: sum(c[k] for c in counts) for k in counts[0]}

    def accept(self, listener):
        while True:
            conn, _ = listener.accept()
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.connections += 1
            threading.Thread(target=self._guarded, args=(conn,), daemon=True).start()

    def _guarded(self, conn):
        try:
            self._talk(conn)
        except (OSError, ValueError) as e:
            sys.stderr.write("pyredis: %s\n" % e)
        finally:
            conn.close()

    def _talk(self, conn):
        buf = b""
        while True:
            command, buf = self._command(conn, buf)
            if command is None:
                return
            answer = self._answer(command)
            if not buf:
                buf = self._early(conn)
            if buf and answer is not None:
                with self.lock:
                    self.pipelined += 1
            if answer is not None:
                conn.sendall(answer)

    @staticmethod
    def _early(conn):
        """What the peer sent while its request was being handled."""
        conn.setblocking(False)
        try:
            return conn.recv(65536)
        except BlockingIOError:
            return b""
        finally:
            conn.setblocking(True)

    def _command(self, conn, buf):
        """One array of bulks off the front of buf, or None at the end."""

        def line():
            nonlocal buf
            while b"\r\n" not in buf:
                if len(buf) > LIMIT or not more():
                    return None
            text, buf = buf.split(b"\r\n", 1)
            return text

        def more():
            nonlocal buf
            data = conn.recv(65536)
            buf += data
            return bool(data)

        head = line()
        if head is None:
            return None, b""
        if head[:1] != b"*" or int(head[1:]) <= 0:
            raise ValueError("no array: %r" % head[:50])
        elements = []
        for _ in range(int(head[1:])):
            head = line()
            if head is None:
                return None, b""
            if head[:1] != b"$" or not 0 < int(head[1:]) < LIMIT:
                raise ValueError("no bulk, or a bad length: %r" % head[:50])
            size = int(head[1:])
            while len(buf) < size + 2:
                if not more():
                    return None, b""
            elements.append(buf[:size])
            buf = buf[size + 2:]
        return elements, buf

    def _answer(self, command):
        name = command[0].upper()
        if name == b"GET":
            value = self._call(command[-1])
            return b"$%d\r\n%s\r\n" % (len(value), value)
        if name == b"PING":
            return b"+PONG\r\n"
        if name == b"INFO":
            return b"+" + exactjson.dumps({"moa": self._counted(), "network": {}}).encode() + b"\r\n"
        with self.lock:
            self.ignored.append(" ".join(e.decode("utf-8", "replace") for e in command)[:100])
        return None

    def _call(self, key):
        syntax = packed if key[0] >= 0x80 else exactjson
        if syntax is exactjson and PACKED:
            raise ValueError("a key in JSON: %r" % key[:50])
        return self._reply(syntax, *self._run(syntax, syntax.loads(key)))

    def _run(self, syntax, request):
        """The code, message and result of a request."""
        params = request.get("params") or {}
        if request.get("action") not in ALIASES:
            return 501, "Service not found: %s" % request.get("action"), None
        try:
            result, _ = self.services[syntax].call(params.get("m"), params.get("args", []), request.get("props") or {})
        except NoMethod as e:
            return 502, str(e), None
        except BadArguments as e:
            return 302, str(e), None
        except Fault as f:
            return 503, f.message, f.as_json()
        return self.success, "", result

    @staticmethod
    def _reply(syntax, ec, em, result):
        value = syntax.dumps({"ec": ec, "em": em, "result": result})
        return value.encode("utf-8") if isinstance(value, str) else value


_servers = []


def serve(op):
    """success: the code of success, 200 unless told otherwise (servers in Java say 0). modern: see newredis.py."""
    kind = Server
    if op.get("modern"):
        import newredis

        kind = newredis.Server
    server = kind(op.get("success", 200))
    _servers.append(server)
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    threading.Thread(target=server.accept, args=(listener,), daemon=True).start()
    return listener.getsockname()[1]


def state():
    return _servers[-1].state() if _servers else {}


if __name__ == "__main__":
    # newredis.py imports this module by its name; it must not get a second copy of the classes.
    sys.modules["pyredis"] = sys.modules["__main__"]
    peer.run(serve=serve, state=state)
