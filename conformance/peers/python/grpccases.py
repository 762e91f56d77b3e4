"""What a gRPC client does with the service, checked with protobuf's own types."""

import base64
import queue
import threading
import time

import fault_pb2
import grpc
import sample_pb2 as pb
import sample_pb2_grpc
from google.protobuf import empty_pb2, struct_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from grpcservice import difference, numbered, order
from peer import Check, equal, none, that
from sample import SERVICE, TEXT

EMPTY = empty_pb2.Empty()
OPTIONS = [("grpc.max_receive_message_length", 64 << 20), ("grpc.enable_http_proxy", 0)]
_channels = {}
_lock = threading.Lock()


def channel(op):
    """One connection per address."""
    key = (op["addr"], op.get("ca"))
    with _lock:
        if key not in _channels:
            if op.get("ca"):
                with open(op["ca"], "rb") as f:
                    _channels[key] = grpc.secure_channel(op["addr"], grpc.ssl_channel_credentials(f.read()), OPTIONS)
            else:
                _channels[key] = grpc.insecure_channel(op["addr"], OPTIONS)
        return _channels[key]


def stub(op):
    return sample_pb2_grpc.SampleStub(channel(op))


def seconds(op):
    return op.get("timeout", 10000) / 1000


def call(op, method, request, **more):
    return getattr(stub(op), method)(request, timeout=seconds(op), **more)


def failure(start):
    """What a call fails with."""
    try:
        got = start()
    except grpc.RpcError as e:
        return e
    raise Check("expected a failure, got %s" % str(got)[:300])


def fails(what, code, start):
    e = failure(start)
    if e.code() != code:
        raise Check("%s: expected %s, got %s: %s" % (what, code, e.code(), e.details()))
    return e


def detail(e, kind):
    """The only detail of a status, which is a message of that kind."""
    status = rpc_status.from_call(e)
    that("there are no details: %s %s" % (e.code(), e.details()), status is not None)
    equal("number of details", 1, len(status.details))
    equal("code in the details", e.code().value[0], status.code)
    equal("message in the details", e.details(), status.message)
    m = kind()
    that("the detail is a %s" % status.details[0].type_url, status.details[0].Unpack(m))
    return m


def ping(op, s):
    equal("echo", pb.EchoReply(value=s), call(op, "Echo", pb.EchoRequest(s=s)))


def echo(op):
    for s in ("hello", "", TEXT, "x" * op.get("size", 5000)):
        ping(op, s)


def nulls(op):
    equal("echo of null", pb.EchoReply(), call(op, "Echo", pb.EchoRequest()))


def sums(op):
    equal("AddInt", 42, call(op, "AddInt", pb.AddIntRequest(a=40, b=2)).value)
    equal("AddInt", -(1 << 31), call(op, "AddInt", pb.AddIntRequest(a=(1 << 31) - 1, b=1)).value)
    equal("AddLong", (1 << 53) + 1, call(op, "AddLong", pb.AddLongRequest(a=1 << 53, b=1)).value)
    equal("AddLong", -(1 << 63), call(op, "AddLong", pb.AddLongRequest(a=1 - (1 << 63), b=-1)).value)


def pojo(op):
    none("order", difference(order(), call(op, "Order", order())))


def overloads(op):
    equal("Pick", "string+int:x,1", call(op, "Pick", pb.PickRequest(a="x", b=1)).value)


def varargs(op):
    equal("Join", "a-b-c", call(op, "Join", pb.JoinRequest(sep="-", parts=["a", "b", "c"])).value)
    equal("Join of none", "", call(op, "Join", pb.JoinRequest(sep="-")).value)


def exception(op):
    e = fails("Reserve", grpc.StatusCode.UNKNOWN, lambda: call(op, "Reserve", pb.ReserveRequest(sku="A-1", wanted=5)))
    equal("message", "out of stock: A-1", e.details())
    f = detail(e, fault_pb2.Fault)
    equal("class", "io.dragoman.sample.OutOfStock", getattr(f, "class"))
    equal("message of the fault", "out of stock: A-1", f.message)
    equal("sku", "A-1", f.fields["sku"].string)
    equal("left", 3, f.fields["left"].int)
    if op.get("cause") is False:
        return
    equal("class of the cause", "java.lang.IllegalStateException", getattr(f.cause, "class"))
    equal("message of the cause", "warehouse empty", f.cause.message)


def status(op):
    for code in grpc.StatusCode:
        if code is grpc.StatusCode.OK:
            continue
        # Messages are percent-encoded on the wire.
        text = "100 %% of %s" % TEXT
        e = fails("Fail", code, lambda: call(op, "Fail", pb.FailRequest(code=code.value[0], message=text)))
        equal("message", text, e.details())
        equal("detail", pb.Shortage(sku="A-1", left=3), detail(e, pb.Shortage))


def slow(op):
    equal("Slow", "slept 300", call(op, "Slow", pb.SlowRequest(millis=300)).value)


def deadline(op):
    start = time.monotonic()
    millis = op.get("timeout", 500)
    fails("Slow", grpc.StatusCode.DEADLINE_EXCEEDED, lambda: stub(op).Slow(
        pb.SlowRequest(millis=op.get("millis", millis + 1500)), timeout=millis / 1000))
    took = time.monotonic() - start
    that("it took %.3f s" % took, millis / 1000 - 0.05 <= took < millis / 1000 + 2)
    ping({**op, "timeout": 10000}, "after")


def oneway(op):
    def noticed():
        return call(op, "Noticed", EMPTY).value

    before = noticed()
    for i in range(3):
        equal("Notice", EMPTY, call(op, "Notice", pb.NoticeRequest(s="n%d" % i)))
    reaches("noticed", before + 3, noticed)


def reaches(what, want, get):
    """Asks until a counter of the service is there: what it counts may be under way."""
    end = time.monotonic() + 5
    while (got := get()) < want and time.monotonic() < end:
        time.sleep(0.05)
    equal(what, want, got)


def context(op):
    sent = {"x-trace": "t-1", "x-other": "other value"}
    got, ended = stub(op).Context.with_call(EMPTY, timeout=seconds(op), metadata=list(sent.items()))
    equal("context", sent, dict(got.value))
    if op.get("reply", True):
        back = dict(list(ended.initial_metadata()) + list(ended.trailing_metadata()))
        equal("x-reply", "seen:t-1", back.get("x-reply"))


def metadata(op):
    raw = bytes(range(256))
    got, ended = stub(op).Context.with_call(EMPTY, timeout=seconds(op), metadata=[
        ("x-trace", "t-2"), ("x-trace-bin", raw), ("x-many", "a"), ("x-many", "b"), ("x-long", "y" * 6000)])
    equal("context", {"x-trace": "t-2", "x-trace-bin": base64.b64encode(raw).decode(), "x-many": "a,b", "x-long": "y" * 6000},
          {k: v.replace("a, b", "a,b") for k, v in got.value.items()})
    equal("x-head", "head:t-2", dict(ended.initial_metadata()).get("x-head"))
    trailers = dict(ended.trailing_metadata())
    equal("x-reply", "seen:t-2", trailers.get("x-reply"))
    equal("x-reply-bin", raw[::-1], trailers.get("x-reply-bin"))


def collections(op):
    got = call(op, "Orders", pb.OrdersRequest(n=3)).value
    equal("number of orders", 3, len(got))
    for i, o in enumerate(got):
        none("order %d" % i, difference(numbered(i), o))
    by_name = call(op, "OrdersByName", pb.OrdersByNameRequest(n=2)).value
    equal("names", ["order-0", "order-1"], sorted(by_name))
    none("order-1", difference(numbered(1), by_name["order-1"]))


def any_value(op):
    nested = struct_pb2.Struct()
    nested.update({"k": "v", "n": 1.5, "none": None, "list": ["a", True]})
    for v in (struct_pb2.Value(string_value="text"), struct_pb2.Value(number_value=7), struct_pb2.Value(bool_value=True),
              struct_pb2.Value(null_value=0), struct_pb2.Value(struct_value=nested)):
        got = call(op, "Any", pb.AnyRequest(o=v))
        # A null may be a null or nothing.
        if v.HasField("null_value") and not got.HasField("value"):
            continue
        equal("Any", v, got.value)


def missing_method(op):
    lost = channel(op).unary_unary("/%s/Nosuch" % SERVICE, empty_pb2.Empty.SerializeToString, empty_pb2.Empty.FromString)
    fails("Nosuch", grpc.StatusCode.UNIMPLEMENTED, lambda: lost(EMPTY, timeout=seconds(op)))


def missing_service(op):
    lost = channel(op).unary_unary("/io.dragoman.sample.Nowhere/Echo", empty_pb2.Empty.SerializeToString, empty_pb2.Empty.FromString)
    fails("Nowhere", grpc.StatusCode.UNIMPLEMENTED, lambda: lost(EMPTY, timeout=seconds(op)))


def server_stream(op):
    got = list(call(op, "Watch", pb.WatchRequest(n=20)))
    equal("number of orders", 20, len(got))
    for i, o in enumerate(got):
        none("order %d" % i, difference(numbered(i), o))
    equal("no order", [], list(call(op, "Watch", pb.WatchRequest(n=0))))
    # More than the windows of connection and stream hold.
    large = [len(o.note) for o in call(op, "Watch", pb.WatchRequest(n=30, size=100000))]
    equal("lengths of the notes", [100000] * 30, large)


def client_stream(op):
    items = (pb.Item(sku="A-%d" % i, quantity=i, tags=["x" * 1000]) for i in range(200))
    equal("Total", pb.TotalReply(items=200, quantity=19900), call(op, "Total", items))
    equal("Total of none", pb.TotalReply(), call(op, "Total", iter(())))


def bidi(op):
    """Each message is answered before the next is sent."""
    to_send = queue.Queue()
    answers = call(op, "Chat", iter(to_send.get, None))
    for i in range(20):
        to_send.put(pb.EchoRequest(s="m%d" % i))
        equal("answer %d" % i, "m%d" % i, next(answers).value)
    to_send.put(None)
    equal("what comes after the last", [], list(answers))


def stream_error(op):
    answers = call(op, "Watch", pb.WatchRequest(n=10, fail_after=3))
    for i in range(3):
        none("order %d" % i, difference(numbered(i), next(answers)))
    e = fails("Watch", grpc.StatusCode.ABORTED, lambda: next(answers))
    equal("message", "stopped after 3", e.details())
    equal("detail", pb.Shortage(sku="A-1", left=3), detail(e, pb.Shortage))


def cancel(op):
    canceled = _canceled(op)
    before = canceled()
    answers = call(op, "Watch", pb.WatchRequest(n=1000, millis=20))
    for i in range(3):
        equal("id", i, next(answers).id)
    answers.cancel()
    reaches("canceled", before + 1, canceled)


def cancel_unary(op):
    canceled = _canceled(op)
    before = canceled()
    waiting = stub(op).Slow.future(pb.SlowRequest(millis=4000), timeout=seconds(op))
    # So that the service has begun.
    ping(op, "before")
    time.sleep(0.1)
    waiting.cancel()
    reaches("canceled", before + 1, canceled)


def _canceled(op):
    return lambda: call(op, "Canceled", EMPTY).value


def large(op):
    # Beyond every window, below the 4 MiB that a receiver takes unless told otherwise.
    ping(op, "x" * op.get("size", 3000000))


def compression(op):
    s = "gzip " * 2000
    got = call(op, "Echo", pb.EchoRequest(s=s), compression=grpc.Compression.Gzip, metadata=[("x-compress", "gzip")])
    equal("echo", s, got.value)


def concurrent(op):
    waiting = [stub(op).Echo.future(pb.EchoRequest(s="c%d" % i), timeout=20) for i in range(200)]
    equal("answers", ["c%d" % i for i in range(200)], [w.result().value for w in waiting])


def health(op):
    checks = health_pb2_grpc.HealthStub(channel(op))
    serving = health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.SERVING)
    equal("health of all", serving, checks.Check(health_pb2.HealthCheckRequest(), timeout=seconds(op)))
    equal("health of the service", serving, checks.Check(health_pb2.HealthCheckRequest(service=SERVICE), timeout=seconds(op)))
    fails("health of nothing", grpc.StatusCode.NOT_FOUND,
          lambda: checks.Check(health_pb2.HealthCheckRequest(service="nosuch"), timeout=seconds(op)))


CASES = {
    "echo": echo, "nulls": nulls, "sums": sums, "pojo": pojo, "overloads": overloads, "varargs": varargs,
    "exception": exception, "status": status, "slow": slow, "deadline": deadline, "oneway": oneway, "context": context,
    "metadata": metadata, "collections": collections, "any": any_value, "missing-method": missing_method,
    "missing-service": missing_service, "server-stream": server_stream, "client-stream": client_stream, "bidi": bidi,
    "stream-error": stream_error, "cancel": cancel, "cancel-unary": cancel_unary, "large": large,
    "compression": compression, "concurrent": concurrent, "health": health,
}
