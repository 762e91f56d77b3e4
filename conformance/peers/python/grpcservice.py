"""The sample service of grpcio."""

import base64
import threading

import fault_pb2
import grpc
import sample_pb2 as pb
import sample_pb2_grpc
from google.protobuf import any_pb2, empty_pb2, json_format
from google.rpc import status_pb2
from grpc_status import rpc_status

import exactjson
import sample


def order():
    return _read("order.proto.json")


def numbered(i):
    """The i-th order of Orders, OrdersByName and Watch."""
    o = order()
    o.id = i
    o.name = "order-%d" % i
    o.ClearField("uuid")
    return o


def _read(name):
    with open(sample.beside(name), encoding="utf-8") as f:
        return json_format.Parse(f.read(), pb.Order())


def difference(want, got):
    """Names the first field in which two orders differ, or None."""
    for field in want.DESCRIPTOR.fields:
        one = pb.Order()
        other = pb.Order()
        for source, copy in ((want, one), (got, other)):
            copy.CopyFrom(source)
            for unlike in want.DESCRIPTOR.fields:
                if unlike is not field:
                    copy.ClearField(unlike.name)
        if one != other:
            return "field %s: expected %s, got %s" % (field.name, _show(one), _show(other))
    return None if want == got else "there are fields that sample.proto does not have"


def _show(m):
    return exactjson.dumps(json_format.MessageToDict(m))[:300]


def out_of_stock(sku):
    f = fault_pb2.Fault(message="out of stock: %s" % sku)
    # class is a word of Python.
    setattr(f, "class", "io.dragoman.sample.OutOfStock")
    f.fields["sku"].string = sku
    f.fields["left"].int = 3
    setattr(f.cause, "class", "java.lang.IllegalStateException")
    f.cause.message = "warehouse empty"
    return f


def _abort(context, code, message, detail):
    packed = any_pb2.Any()
    packed.Pack(detail)
    context.abort_with_status(rpc_status.to_status(status_pb2.Status(code=code, message=message, details=[packed])))


class Service(sample_pb2_grpc.SampleServicer):
    def __init__(self):
        self._lock = threading.Lock()
        self._counts = {"calls": 0, "notices": 0, "canceled": 0}

    def state(self):
        with self._lock:
            return dict(self._counts)

    def count(self, what="calls"):
        with self._lock:
            self._counts[what] += 1

    def Echo(self, request, context):
        self.count()
        if ("x-compress", "gzip") in context.invocation_metadata():
            context.set_compression(grpc.Compression.Gzip)
        return pb.EchoReply(value=request.s) if request.HasField("s") else pb.EchoReply()

    def AddInt(self, request, context):
        self.count()
        return pb.AddIntReply(value=sample.wrap(request.a + request.b, 32))

    def AddLong(self, request, context):
        self.count()
        return pb.AddLongReply(value=sample.wrap(request.a + request.b, 64))

    def Order(self, request, context):
        self.count()
        if request.name == "fixture":
            unlike = difference(order(), request)
            if unlike:
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, unlike)
        return request

    def Pick(self, request, context):
        self.count()
        return pb.PickReply(value="string+int:%s,%d" % (request.a, request.b))

    def Join(self, request, context):
        self.count()
        return pb.JoinReply(value=request.sep.join(request.parts))

    def Reserve(self, request, context):
        self.count()
        _abort(context, 2, "out of stock: %s" % request.sku, out_of_stock(request.sku))

    def Slow(self, request, context):
        self.count()
        pause = self._watched(context)
        if not pause.wait(request.millis):
            return pb.SlowReply()
        pause.done = True
        return pb.SlowReply(value="slept %d" % request.millis)

    def Notice(self, request, context):
        self.count()
        self.count("notices")
        return empty_pb2.Empty()

    def Noticed(self, request, context):
        self.count()
        return pb.NoticedReply(value=self.state()["notices"])

    def Canceled(self, request, context):
        self.count()
        return pb.CanceledReply(value=self.state()["canceled"])

    def Context(self, request, context):
        self.count()
        seen = {}
        trailers = []
        for k, v in context.invocation_metadata():
            if not k.startswith("x-"):
                continue
            if k == "x-trace":
                context.send_initial_metadata((("x-head", "head:" + v),))
                trailers.append(("x-reply", "seen:" + v))
            if k == "x-trace-bin":
                trailers.append(("x-reply-bin", v[::-1]))
            text = base64.b64encode(v).decode() if isinstance(v, bytes) else v
            seen[k] = seen[k] + "," + text if k in seen else text
        context.set_trailing_metadata(trailers)
        return pb.ContextReply(value=seen)

    def Orders(self, request, context):
        self.count()
        return pb.OrdersReply(value=[numbered(i) for i in range(request.n)])

    def OrdersByName(self, request, context):
        self.count()
        return pb.OrdersByNameReply(value={"order-%d" % i: numbered(i) for i in range(request.n)})

    def Any(self, request, context):
        self.count()
        return pb.AnyReply(value=request.o)

    def Watch(self, request, context):
        self.count()
        pause = self._watched(context)
        for i in range(request.n):
            if request.HasField("fail_after") and request.fail_after == i:
                pause.done = True
                _abort(context, 10, "stopped after %d" % i, pb.Shortage(sku="A-1", left=i))
            o = numbered(i)
            if request.size:
                o.note = "x" * request.size
            yield o
            if not pause.wait(request.millis):
                return
        pause.done = True

    def Total(self, request_iterator, context):
        self.count()
        total = pb.TotalReply()
        for item in request_iterator:
            total.items += 1
            total.quantity += item.quantity
        return total

    def Chat(self, request_iterator, context):
        self.count()
        for request in request_iterator:
            yield pb.EchoReply(value=request.s) if request.HasField("s") else pb.EchoReply()

    def Fail(self, request, context):
        self.count()
        _abort(context, request.code, request.message, pb.Shortage(sku="A-1", left=3))

    def _watched(self, context):
        pause = _Pause()

        def ended():
            if not pause.done:
                self.count("canceled")
            pause.over.set()

        if not context.add_callback(ended):
            ended()
        return pause


class _Pause:
    """Waits, unless the call ends first. A call that ends before it is done was canceled."""

    def __init__(self):
        self.over = threading.Event()
        self.done = False

    def wait(self, millis):
        return not self.over.wait(millis / 1000) if millis else not self.over.is_set()
