"""An HTTP JSON service: POST /<service>/<method> with a JSON array of positional arguments."""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote

import exactjson
import peer
from sample import SERVICE, BadArguments, Fault, NoMethod, Sample

META = "dragoman-meta-"
# What metadata in a field may hold as it is: printable ASCII but for the percent sign.
PLAIN = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) != "%")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One write per answer, and no waiting for more of them.
    wbufsize = -1
    disable_nagle_algorithm = True
    service = Sample()
    chunked = False

    def do_POST(self):
        try:
            body = self._body()
        except ValueError as e:
            self.close_connection = True
            return self._problem(400, "Bad Request", str(e))
        parts = self.path.split("?")[0].strip("/").split("/")
        if len(parts) < 2 or parts[-2] != SERVICE:
            return self._problem(404, "Not Found", "no service at %s" % self.path)
        meta = {unquote(k.lower()[len(META):]): unquote(v) for k, v in self.headers.items() if k.lower().startswith(META)}
        try:
            args = exactjson.loads(body) if body else []
            result, reply = self.service.call(parts[-1], args, meta)
        except NoMethod as e:
            return self._problem(404, "Not Found", str(e))
        except (BadArguments, ValueError) as e:
            return self._problem(400, "Bad Request", str(e))
        except Fault as f:
            return self._problem(500, "Internal Server Error", f.message, f.as_json())
        self._answer(200, "application/json", exactjson.dumps(result), reply)

    def do_GET(self):
        if self.path == "/":
            return self._answer(200, "application/json", '"up"', {})
        self._problem(405, "Method Not Allowed", "calls are POST requests")

    def _body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while True:
            size = int(self.rfile.readline(100).split(b";")[0], 16)
            body += self.rfile.read(size)
            if size == 0:
                while self.rfile.readline(8192).strip():
                    pass
                return body
            self.rfile.readline(100)

    def _problem(self, status, title, detail, more=None):
        problem = {"type": "about:blank", "title": title, "status": status, "detail": detail, **(more or {})}
        self._answer(status, "application/problem+json", exactjson.dumps(problem), {})

    def _answer(self, status, content_type, text, meta):
        body = text.encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        for k, v in meta.items():
            self.send_header("Dragoman-Meta-" + k, quote(v, safe=PLAIN))
        if self.close_connection:
            self.send_header("Connection", "close")
        if self.chunked:
            self.send_header("Transfer-Encoding", "chunked")
            half = len(body) // 2
            pieces = [p for p in (body[:half], body[half:]) if p] + [b""]
            body = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces)
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format, *args):
        sys.stderr.write("pyhttp: %s\n" % (format % args))

    def log_request(self, code="-", size="-"):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512


def serve(op):
    """chunked: answers in chunks instead of with a Content-Length."""
    Handler.chunked = bool(op.get("chunked"))
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


if __name__ == "__main__":
    peer.run(serve=serve, state=Handler.service.state)
