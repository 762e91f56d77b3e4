"""redis-py as a caller: every call is a GET whose key is the request. Argument: the protocol, 2 or 3."""

import sys
import threading
import time

import exactjson
import packed
import peer
import redis
from peer import Check, equal, none, that
from redis.backoff import NoBackoff
from redis.retry import Retry
from sample import SERVICE, TEXT, numbered, order

PROTOCOL = int(sys.argv[1])
_clients = {}
_lock = threading.Lock()


def client(op):
    """One client with its pool per address."""
    with _lock:
        addr = op["addr"]
        if addr not in _clients:
            host, port = addr.rsplit(":", 1)
            # Without the retries that it makes by default: they would hide a failure.
            _clients[addr] = redis.Redis(host, int(port), protocol=PROTOCOL, socket_timeout=20, max_connections=64,
                                         retry=Retry(NoBackoff(), 0))
        return _clients[addr]


def key(op, method, *args, props=None):
    request = {"action": op.get("service", SERVICE), "params": {"m": method, "args": list(args)}}
    if props:
        request["props"] = props
    return exactjson.dumps(request).encode("utf-8")


def answer(value):
    that("the value is %r, not bytes" % type(value), isinstance(value, bytes))
    a = exactjson.loads(value)
    that("no ec, em and result in %s" % value[:300], {"ec", "em", "result"} <= set(a))
    return a


def succeeded(a):
    if a["ec"] not in (0, 200):
        raise Check("expected success, got ec %s: %s" % (a["ec"], a["em"]))
    return a["result"]


def call(op, method, *args, props=None):
    return succeeded(answer(client(op).get(key(op, method, *args, props=props))))


def fault(op, method, *args, service=None):
    a = answer(client(op).get(key({**op, "service": service} if service else op, method, *args)))
    that("%s: expected a fault, got the result %s" % (method, exactjson.dumps(a["result"])), a["ec"] not in (0, 200))
    return a


def far_go(op):
    return op.get("far") == "go"


def full(op, v):
    """dubbo-go has one value for null and the empty list: its tags are put right."""
    if far_go(op) and isinstance(v, dict):
        return {k: [] if k == "tags" and e is None else full(op, e) for k, e in v.items()}
    return [full(op, e) for e in v] if far_go(op) and isinstance(v, list) else v


def echo(op):
    for s in ("hello", "", TEXT, "x" * op.get("size", 5000)):
        equal("echo", s, call(op, "echo", s))
    if not far_go(op):
        equal("echo of null", None, call(op, "echo", None))


def sums(op):
    equal("addInt", 42, call(op, "addInt", 40, 2))
    equal("addLong", 9007199254740993, call(op, "addLong", 9007199254740992, 1))
    equal("addLong", -(1 << 63), call(op, "addLong", -(1 << 63) + 1, -1))


def pojo(op):
    none("order", exactjson.difference(order(), full(op, call(op, "order", order()))))
    if not far_go(op) and op.get("far") != "grpc":
        equal("order of null", None, call(op, "order", None))


def overloads(op):
    equal("pick by count", "string+int:x,1", call(op, "pick", "x", 1))
    if far_go(op):
        return
    equal("pick of a string", "string:x", call(op, "pick", "x"))
    equal("pick of a long", "long:3000000000", call(op, "pick", 3000000000))
    # 1 fits pick(int) and pick(long): a gateway may take the narrower one or refuse, but not take the wider.
    a = answer(client(op).get(key(op, "pick", 1)))
    if a["ec"] in (0, 200):
        equal("pick of a small integer", "int:1", a["result"])
    else:
        that("pick(1) was refused without naming the method: %s" % a["em"], "pick" in a["em"])


def varargs(op):
    equal("join", "a-b-c", call(op, "join", "-", ["a", "b", "c"]))
    equal("join of none", "", call(op, "join", "-", []))


def exception(op):
    a = fault(op, "reserve", "A-1", 5)
    equal("em", "out of stock: A-1", a["em"])
    f = a["result"]
    that("the fault has no body: %s" % exactjson.dumps(a), isinstance(f, dict))
    equal("class", "io.dragoman.sample.OutOfStock", f.get("class"))
    equal("message", "out of stock: A-1", f.get("message"))
    if op.get("plain"):
        return
    fields = f.get("fields") or {}
    equal("sku", "A-1", fields.get("sku"))
    equal("left", 3, fields.get("left"))
    if op.get("cause") is False:
        return
    cause = f.get("cause") or {}
    equal("class of the cause", "java.lang.IllegalStateException", cause.get("class"))
    equal("message of the cause", "warehouse empty", cause.get("message"))


def slow(op):
    start = time.monotonic()
    equal("slow", "slept 300", call(op, "slow", 300))
    that("slow came back at once", time.monotonic() - start >= 0.29)


def timeout(op):
    """Ops with millis (how long the service sleeps) and within (when the fault must be there)."""
    start = time.monotonic()
    a = fault(op, "slow", op.get("millis", 4000))
    took = int((time.monotonic() - start) * 1000)
    that("the fault came after %d ms: %s" % (took, a["em"]), took <= op.get("within", 3000))


def context(op):
    got = call(op, "context", props={"x-trace": "t-1", "x-other": "other value; with=signs"})
    equal("context", {"x-trace": "t-1", "x-other": "other value; with=signs"}, got)


def oneway(op):
    before = call(op, "noticed")
    for i in range(3):
        call(op, "notice", "n%d" % i)
    deadline = time.monotonic() + 3
    seen = 0
    while seen < 3 and time.monotonic() < deadline:
        seen = call(op, "noticed") - before
    equal("noticed", 3, seen)


def collections(op):
    none("orders", exactjson.difference([numbered(i) for i in range(3)], full(op, call(op, "orders", 3))))
    want = {"order-%d" % i: numbered(i) for i in range(2)}
    none("ordersByName", exactjson.difference(want, full(op, call(op, "ordersByName", 2))))
    equal("orders(0)", [], call(op, "orders", 0))


def anything(op):
    for v in ("text", 7, True, 3000000000, ["a", 1, None], {"k": "v", "n": 1}) + (() if far_go(op) else (None,)):
        equal("any", v, call(op, "any", v))


def missing_method(op):
    a = fault(op, "nosuch", "x")
    that("the error does not name nosuch: %s" % a["em"], "nosuch" in a["em"])


def missing_service(op):
    start = time.monotonic()
    a = fault(op, "echo", "x", service="io.dragoman.sample.Nowhere")
    that("the error does not name the service: %s" % a["em"], "Nowhere" in a["em"])
    that("no answer within a second", time.monotonic() - start < 1)


def bad_arguments(op):
    fault(op, "addInt", 1)
    fault(op, "addInt", "x", 2)
    # The connection is still good.
    equal("echo", "after", call(op, "echo", "after"))


def pipeline(op):
    """depth calls in one pipeline; the answers must come in the order of the calls."""
    depth = op.get("depth", 1000)
    p = client(op).pipeline(transaction=False)
    for i in range(depth):
        p.get(key(op, "echo", "p%d" % i))
    values = p.execute()
    equal("number of answers", depth, len(values))
    for i, v in enumerate(values):
        equal("answer %d" % i, "p%d" % i, succeeded(answer(v)))


def mixed_pipeline(op):
    """Slow, failing and fast calls in turn: nothing overtakes, and a fault stands in its own place."""
    p = client(op).pipeline(transaction=False)
    for i in range(20):
        p.get(key(op, "slow", 100))
        p.get(key(op, "reserve", "A-1", i))
        p.get(key(op, "echo", "m%d" % i))
    values = [answer(v) for v in p.execute()]
    for i in range(20):
        equal("slow", "slept 100", succeeded(values[3 * i]))
        equal("fault", "out of stock: A-1", values[3 * i + 1]["em"])
        equal("echo", "m%d" % i, succeeded(values[3 * i + 2]))


def pool(op):
    """threads callers over one pool, each checking its own answers."""
    errors = []

    def work(n):
        try:
            for i in range(op.get("calls", 50)):
                equal("echo", "t%d-%d" % (n, i), call(op, "echo", "t%d-%d" % (n, i)))
                equal("addInt", n + i, call(op, "addInt", n, i))
        except Exception as e:
            errors.append("thread %d: %r" % (n, e))

    threads = [threading.Thread(target=work, args=(n,), daemon=True) for n in range(op.get("threads", 16))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    that("%d threads failed, the first: %s" % (len(errors), errors[:1]), not errors)


def mget(op):
    keys = [key(op, "echo", "k%d" % i) for i in range(9)] + [key(op, "reserve", "A-1", 1)]
    values = client(op).mget(keys)
    equal("number of answers", 10, len(values))
    for i in range(9):
        equal("answer %d" % i, "k%d" % i, succeeded(answer(values[i])))
    equal("the failing one", "out of stock: A-1", answer(values[9])["em"])


def mget_parallel(op):
    """Eight slow calls in one MGET take about as long as one of them."""
    start = time.monotonic()
    values = client(op).mget([key(op, "slow", 300) for _ in range(8)])
    took = time.monotonic() - start
    for v in values:
        equal("slow", "slept 300", succeeded(answer(v)))
    that("eight calls of 300 ms took %.1f s" % took, took < 1.2)


def errors(op):
    """What is no call gets an error and leaves the connection as it was."""
    for command in (("GET", "not json"), ("SUBSCRIBER", "x"), ("GET",)):
        try:
            got = client(op).execute_command(*command)
            raise Check("%s: expected an error, got %r" % (command, got))
        except redis.ResponseError:
            pass
    equal("echo", "after", call(op, "echo", "after"))
    equal("ping", True, client(op).ping())


def packed_answer(op, method, *args, **more):
    """A call whose key and value are MessagePack."""
    request = {"action": SERVICE, "params": {"m": method, "args": list(args)}, **more}
    a = packed.loads(client(op).get(packed.dumps(request)))
    that("no ec, em and result in %r" % a, {"ec", "em", "result"} <= set(a))
    return a


def msgpack(op):
    """Keys in MessagePack: values come back as they went, with their types where the far side has the like."""

    def call(method, *args, **more):
        return succeeded(packed_answer(op, method, *args, **more))

    for s in ("hello", "", TEXT, "x" * 5000):
        equal("echo", s, call("echo", s))
    equal("addLong", 9007199254740993, call("addLong", 9007199254740992, 1))
    equal("addLong", -(1 << 63), call("addLong", -(1 << 63) + 1, -1))
    none("order", exactjson.difference(packed.order(), full(op, call("order", packed.order()))))
    equal("context", {"x-trace": "t-1"}, call("context", props={"x-trace": "t-1"}))
    for v in ("text", 7, True, 3000000000, 0.5, ["a", 1, None], {"k": "v", "n": 1}):
        equal("any", v, call("any", v))
    if op.get("far") is None:
        for v in (b"\x00\xff", packed.stamp("2026-11-21T03:18:00.123Z"), (1 << 64) - 1, -(1 << 63), float("inf"), {1: "x"}):
            equal("any", v, call("any", v))
    equal("code of a wrong number", 302, packed_answer(op, "addInt", 1)["ec"])
    mixed = client(op).mget([packed.dumps({"action": SERVICE, "params": {"m": "echo", "args": ["p"]}}), key(op, "echo", "j")])
    equal("in MessagePack", "p", succeeded(packed.loads(mixed[0])))
    equal("in JSON", "j", succeeded(answer(mixed[1])))


def msgpack_exception(op):
    a = packed_answer(op, "reserve", "A-1", 5)
    equal("ec", 503, a["ec"])
    equal("em", "out of stock: A-1", a["em"])
    f = a["result"]
    equal("class", "io.dragoman.sample.OutOfStock", f["class"])
    equal("fields", {"sku": "A-1", "left": 3}, {k: f["fields"].get(k) for k in ("sku", "left")})


def load(op):
    """connections threads with calls calls each; returns the seconds it took."""
    start = time.monotonic()
    pool({**op, "threads": op.get("connections", 8), "calls": op.get("calls", 100)})
    return {"seconds": round(time.monotonic() - start, 3)}


CASES = {
    "echo": echo, "sums": sums, "pojo": pojo, "overloads": overloads, "varargs": varargs, "exception": exception,
    "slow": slow, "timeout": timeout, "context": context, "oneway": oneway, "collections": collections,
    "any": anything, "missing-method": missing_method, "missing-service": missing_service,
    "bad-arguments": bad_arguments, "pipeline": pipeline, "mixed-pipeline": mixed_pipeline, "pool": pool,
    "mget": mget, "mget-parallel": mget_parallel, "errors": errors,
    "msgpack": msgpack, "msgpack-exception": msgpack_exception,
}

if __name__ == "__main__":
    peer.run(cases=CASES, load=load)
