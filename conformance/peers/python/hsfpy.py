"""HSF 2 on plain sockets, with a Hessian of its own: written from what is public on its bytes, for there is no HSF to be had."""

import socket
import sys
import threading
import time
from itertools import count

import exactjson
import hessian2
import peer
from hessian2 import Long, Obj, Typed
from hsfframes import HESSIAN2, heartbeat, read_frame, request, response
from javamodel import PACKAGE, fault, plain, typed
from peer import equal, none, that
from sample import SERVICE, TEXT, BadArguments, Fault, NoMethod, Sample, numbered, order

STRING, STRINGS, OBJECTS = "java.lang.String", "[Ljava.lang.String;", "[Ljava.lang.Object;"


class Failed(Exception):
    """An answer whose status is not 20, or none at all."""

    def __init__(self, status, text):
        super().__init__("status %d: %s" % (status, text))
        self.status = status


class Thrown(Exception):
    """What the service threw."""

    def __init__(self, value):
        super().__init__(value.fields.get("detailMessage"))
        self.value = value


class Client:
    """One connection with calls of many threads on it."""

    known = {}

    def __init__(self, addr):
        host, port = addr.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), 3)
        self.socket.settimeout(None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.ids = count(1)
        self.lock = threading.Lock()
        self.waiting = {}
        threading.Thread(target=self.read, daemon=True).start()

    @classmethod
    def to(cls, addr):
        if addr not in cls.known:
            cls.known[addr] = cls(addr)
        return cls.known[addr]

    def read(self):
        f = self.socket.makefile("rb")
        try:
            while True:
                frame = read_frame(f)
                if frame[0] == "beat":
                    self.send(heartbeat(1, frame[1], 0))
                    continue
                answer = self.waiting.pop(frame[1], None)
                if answer:
                    answer.append(frame)
                    answer[0].set()
        except (EOFError, OSError, ValueError) as e:
            sys.stderr.write("hsfpy: %s\n" % e)
            Client.known = {a: c for a, c in Client.known.items() if c is not self}
            for answer in list(self.waiting.values()):
                answer[0].set()

    def send(self, frame):
        with self.lock:
            self.socket.sendall(frame)

    def ask(self, id_, frame, seconds):
        answer = self.waiting[id_] = [threading.Event()]
        self.send(frame)
        if not answer[0].wait(seconds):
            self.waiting.pop(id_, None)
            raise Failed(30, "no answer within %s s" % seconds)
        if len(answer) == 1:
            raise Failed(82, "the connection ended")
        return answer[1]

    def frame(self, method, types, args, service=SERVICE, timeout=5000, properties=None):
        id_ = next(self.ids)
        packed = hessian2.dumps(properties) if properties else b""
        return id_, request(id_, timeout, service + ":1.0.0", method, types, [hessian2.dumps(a) for a in args], packed)

    def call(self, method, types, *args, **more):
        id_, frame = self.frame(method, types, args, **more)
        kind, _, status, codec, body = self.ask(id_, frame, more.get("timeout", 5000) / 1000)
        if status != 20:
            raise Failed(status, body.decode())
        equal("codec of the answer", HESSIAN2, codec)
        value = hessian2.loads(body)
        if isinstance(value, Obj) and "detailMessage" in value.fields:
            raise Thrown(value)
        return value


class Server:
    def __init__(self):
        self.sample = Sample()

    def serve(self, op):
        listener = socket.create_server(("127.0.0.1", 0), backlog=50)
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()
        return listener.getsockname()[1]

    def accept(self, listener):
        while True:
            s, _ = listener.accept()
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.connection, args=(s,), daemon=True).start()

    def connection(self, s):
        lock = threading.Lock()

        def send(frame):
            with lock:
                s.sendall(frame)

        try:
            with s, s.makefile("rb") as f:
                while True:
                    frame = read_frame(f)
                    if frame[0] == "beat":
                        send(heartbeat(1, frame[1], 0))
                    elif frame[0] == "request":
                        threading.Thread(target=lambda r=frame: send(self.answer(*r[1:])), daemon=True).start()
        except (EOFError, OSError, ValueError) as e:
            sys.stderr.write("hsfpy: %s\n" % e)

    def answer(self, id_, codec, service, method, types, bodies, properties):
        if codec != HESSIAN2:
            return response(id_, 40, codec, b"no codec %d" % codec)
        if service not in (SERVICE + ":1.0.0", SERVICE + ":1.0.0:sample"):
            return response(id_, 60, codec, ("HSF service not found: " + service).encode())
        try:
            args = [hessian2.loads(b) for b in bodies]
            meta = hessian2.loads(properties) if properties else {}
            generic = method == "$invoke" and types == [STRING, STRINGS, OBJECTS]
            if generic:
                method, types, args = args[0], list(args[1] or []), list(args[2] or [])
            result = self.call(method, types, args, meta)
            return response(id_, 20, codec, hessian2.dumps(mapped(result) if generic else result))
        except NoMethod as e:
            return response(id_, 60, codec, str(e).encode())
        except (BadArguments, ValueError) as e:
            return response(id_, 40, codec, str(e).encode())

    def call(self, method, types, args, meta):
        try:
            got, _ = self.sample.call(method, [plain(a) for a in args], {k: v for k, v in meta.items() if isinstance(v, str)})
        except Fault as f:
            return fault(f)
        if method in ("order", "any"):
            return args[0]
        if method == "pick" and types == ["long"]:
            return "long:%d" % args[0]
        if method in ("addLong", "noticed"):
            return Long(got)
        if method == "orders":
            return [typed(o) for o in got]
        return {k: typed(o) for k, o in got.items()} if method == "ordersByName" else got


def mapped(v):
    """What a generic call gives: objects as maps with the key class, enums as their names, but for what the service threw."""
    if isinstance(v, list):
        return [mapped(e) for e in v]
    if isinstance(v, dict):
        return {k: mapped(e) for k, e in v.items()}
    if not isinstance(v, Obj) or not v.class_name.startswith(PACKAGE) or "detailMessage" in v.fields:
        return v
    if v.class_name == PACKAGE + "Color":
        return v.fields["name"]
    return {"class": v.class_name, **mapped(v.fields)}


def call(op, method, types, *args, **more):
    return Client.to(op["addr"]).call(method, types, *args, **more)


def failure(op, method, types, *args, **more):
    try:
        got = call(op, method, types, *args, **more)
    except Failed as e:
        that("%s: expected an answer, got %s" % (method, e), e.status != 30)
        return e
    raise peer.Check("%s: expected an error, got %r" % (method, got))


def echo(op):
    for s in ("hello", "", TEXT, "x" * op.get("size", 5000)):
        equal("echo", s, call(op, "echo", [STRING], s))


def large(op):
    """A text of more than one chunk."""
    equal("echo", "漢" * 40000, call(op, "echo", [STRING], "漢" * 40000))


def nulls(op):
    equal("echo of null", None, call(op, "echo", [STRING], None))
    equal("order of null", None, call(op, "order", [PACKAGE + "Order"], None))


def sums(op):
    equal("addInt", 42, call(op, "addInt", ["int", "int"], 40, 2))
    equal("addInt", -(1 << 31), call(op, "addInt", ["int", "int"], (1 << 31) - 1, 1))
    equal("addLong", Long(9007199254740993), call(op, "addLong", ["long", "long"], Long(9007199254740992), Long(1)))
    equal("addLong", Long(-(1 << 63)), call(op, "addLong", ["long", "long"], Long(-(1 << 63) + 1), Long(-1)))


def pojo(op):
    got = call(op, "order", [PACKAGE + "Order"], typed(order()))
    that("order: got %r" % got, isinstance(got, Obj) and got.class_name == PACKAGE + "Order")
    that("items[0]: got %r" % got.fields["items"][0], got.fields["items"][0].class_name == PACKAGE + "Item")
    none("order", exactjson.difference(order(), full(op, plain(got))))


def full(op, v):
    """dubbo-go has one value for null and the empty list: its tags are put right."""
    if op.get("far") == "go" and isinstance(v, dict):
        return {k: [] if k == "tags" and e is None else full(op, e) for k, e in v.items()}
    return [full(op, e) for e in v] if op.get("far") == "go" and isinstance(v, list) else v


def overloads(op):
    equal("pick(String, int)", "string+int:x,1", call(op, "pick", [STRING, "int"], "x", 1))
    if op.get("far") == "go":
        return
    equal("pick(int)", "int:1", call(op, "pick", ["int"], 1))
    equal("pick(String)", "string:x", call(op, "pick", [STRING], "x"))
    equal("pick(long)", "long:3000000000", call(op, "pick", ["long"], Long(3000000000)))


def varargs(op):
    equal("join", "a-b-c", call(op, "join", [STRING, STRINGS], "-", Typed("[string", ["a", "b", "c"])))
    equal("join of none", "", call(op, "join", [STRING, STRINGS], "-", Typed("[string")))


def exception(op):
    try:
        got = call(op, "reserve", [STRING, "int"], "A-1", 5)
    except Thrown as e:
        f = e.value.fields
        equal("class", PACKAGE + "OutOfStock", e.value.class_name)
        equal("message", "out of stock: A-1", f["detailMessage"])
        equal("sku", "A-1", f["sku"])
        equal("left", 3, f["left"])
        if op.get("cause", True):
            equal("class of the cause", "java.lang.IllegalStateException", f["cause"].class_name)
            equal("message of the cause", "warehouse empty", f["cause"].fields["detailMessage"])
        return
    raise peer.Check("reserve: expected OutOfStock, got %r" % got)


def slow(op):
    start = time.monotonic()
    try:
        raise peer.Check("slow: expected a timeout, got %r" % call(op, "slow", ["long"], Long(2000), timeout=500))
    except Failed as e:
        that("slow: expected a timeout, got %s" % e, e.status in (30, 31))
    that("slow: the timeout took too long", time.monotonic() - start < 1.5)
    equal("slow", "slept 200", call(op, "slow", ["long"], Long(200)))


def oneway(op):
    c = Client.to(op["addr"])
    before = c.call("noticed", [])
    for i in range(3):
        c.send(c.frame("notice", [STRING], ["n%d" % i])[1])
    deadline = time.monotonic() + 3
    seen = 0
    while seen < 3 and time.monotonic() < deadline:
        seen = c.call("noticed", []) - before
    equal("noticed", 3, int(seen))


def properties(op):
    sent = {"x-trace": "t-1", "x-other": "other value; with=signs"}
    equal("context", sent, call(op, "context", [], properties=sent))


def collections(op):
    got = call(op, "orders", ["int"], 3)
    none("orders", exactjson.difference([numbered(i) for i in range(3)], full(op, plain(got))))
    want = {"order-%d" % i: numbered(i) for i in range(2)}
    none("ordersByName", exactjson.difference(want, full(op, plain(call(op, "ordersByName", ["int"], 2)))))
    equal("orders(0)", [], plain(call(op, "orders", ["int"], 0)))


def missing_method(op):
    e = failure(op, "nosuch", [STRING], "x")
    that("the error does not name nosuch: %s" % e, "nosuch" in str(e))


def missing_service(op):
    e = failure(op, "echo", [STRING], "x", service="io.dragoman.sample.Nowhere")
    that("the error does not name the service: %s" % e, "Nowhere" in str(e))


def beat(op):
    c = Client.to(op["addr"])
    for _ in range(3):
        id_ = next(c.ids)
        equal("answer to a heartbeat", "beaten", c.ask(id_, heartbeat(0, id_, 3000), 1)[0])
    echo(op)


def generic(op):
    def invoke(method, types, args):
        return call(op, "$invoke", [STRING, STRINGS, OBJECTS], method, Typed("[string", types), Typed("[object", args))

    equal("echo", TEXT, invoke("echo", [STRING], [TEXT]))
    equal("addInt", 5, invoke("addInt", ["int", "int"], [2, 3]))
    equal("pick(String, int)", "string+int:x,1", invoke("pick", [STRING, "int"], ["x", 1]))
    if op.get("far") == "go":
        return
    got = invoke("orders", ["int"], [2])
    that("orders[1]: got %r" % got, isinstance(got[1], dict))
    equal("name of orders[1]", "order-1", got[1]["name"])
    equal("sku of its first item", "A-1", got[1]["items"][0]["sku"])


def concurrent(op):
    errors = []

    def work(i):
        try:
            equal("echo", "c%d" % i, call(op, "echo", [STRING], "c%d" % i))
        except Exception as e:
            errors.append(repr(e))

    threads = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(100)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    that("%d calls failed, the first: %s" % (len(errors), errors[:1]), not errors)


CASES = {
    "echo": echo, "large": large, "nulls": nulls, "sums": sums, "pojo": pojo, "overloads": overloads, "varargs": varargs,
    "exception": exception, "slow": slow, "oneway": oneway, "properties": properties, "collections": collections,
    "missing-method": missing_method,
    "missing-service": missing_service, "heartbeat": beat, "generic": generic, "concurrent": concurrent,
}

if __name__ == "__main__":
    server = Server()
    peer.run(cases=CASES, serve=server.serve, state=server.sample.state)
