"""The sample service for servers that know JSON, or another syntax without classes, and its fixture."""

import os
import threading
import time

import exactjson

SERVICE = "io.dragoman.sample.Sample"
# Outside the basic plane, and Chinese.
TEXT = "clef \U0001d11e 漢 end"


def beside(name):
    """The path of a file that peers of all languages share."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", name)


def order():
    with open(beside("order.json"), encoding="utf-8") as f:
        return exactjson.loads(f.read())


def numbered(i, fixture=order):
    """The i-th order of orders and ordersByName."""
    o = fixture()
    o.update(id=i, name="order-%d" % i, uuid=None)
    return o


class Fault(Exception):
    """An exception of the service: class, message, fields and cause as they go into an answer."""

    def __init__(self, class_name, message, fields=None, cause=None):
        super().__init__(message)
        self.class_name = class_name
        self.message = message
        self.fields = fields or {}
        self.cause = cause

    def as_json(self):
        return {"class": self.class_name, "message": self.message, "fields": self.fields, "cause": self.cause}


class NoMethod(Exception):
    pass


class BadArguments(Exception):
    pass


def wrap(n, bits):
    """Arithmetic as Java's: it wraps around."""
    half = 1 << (bits - 1)
    return (n + half) % (1 << bits) - half


def _want(ok, what):
    if not ok:
        raise BadArguments(what)


def _is_int(v):
    return isinstance(v, int) and not isinstance(v, bool)


class Sample:
    """call() runs a method with positional arguments and metadata, and returns the result and reply metadata."""

    METHODS = {
        "echo": (1, 1), "addInt": (2, 2), "addLong": (2, 2), "order": (1, 1), "pick": (1, 2), "join": (2, 2),
        "reserve": (2, 2), "slow": (1, 1), "notice": (1, 1), "noticed": (0, 0), "context": (0, 0), "orders": (1, 1),
        "ordersByName": (1, 1), "any": (1, 1),
    }

    def __init__(self, fixture=order):
        """fixture: a function that makes the order that order() wants to get, in the types of the syntax."""
        self._fixture = fixture
        self._lock = threading.Lock()
        self.calls = 0
        self.notices = 0

    def state(self):
        with self._lock:
            return {"notices": self.notices, "calls": self.calls}

    def call(self, method, args, meta):
        if method not in self.METHODS:
            raise NoMethod("no method %s" % method)
        _want(isinstance(args, list), "the arguments are not an array")
        low, high = self.METHODS[method]
        _want(low <= len(args) <= high, "%s takes %d arguments, not %d" % (method, high, len(args)))
        with self._lock:
            self.calls += 1
        if method == "context":
            return self._context(meta)
        return getattr(self, "_" + method)(*args), {}

    def _echo(self, s):
        _want(s is None or isinstance(s, str), "echo takes a string, not %s" % exactjson.dumps(s))
        return s

    def _addInt(self, a, b):
        _want(_is_int(a) and _is_int(b), "addInt takes integers")
        return wrap(a + b, 32)

    def _addLong(self, a, b):
        _want(_is_int(a) and _is_int(b), "addLong takes integers")
        return wrap(a + b, 64)

    def _order(self, o):
        if isinstance(o, dict) and o.get("name") == "fixture":
            d = exactjson.difference(self._fixture(), o)
            if d:
                raise Fault("java.lang.IllegalStateException", d)
        return o

    def _pick(self, a, *rest):
        if rest:
            _want(isinstance(a, str) and _is_int(rest[0]), "pick takes a string and an integer")
            return "string+int:%s,%d" % (a, rest[0])
        if _is_int(a):
            # JSON has one kind of integer: which one is meant shows only when it does not fit an int.
            return "%s:%d" % ("int" if -(1 << 31) <= a < 1 << 31 else "long", a)
        _want(isinstance(a, str), "pick takes a string or an integer")
        return "string:" + a

    def _join(self, sep, parts):
        _want(isinstance(sep, str) and isinstance(parts, list), "join takes a string and a list")
        return sep.join(parts)

    def _reserve(self, sku, wanted):
        raise Fault("io.dragoman.sample.OutOfStock", "out of stock: %s" % sku, {"sku": sku, "left": 3},
                    {"class": "java.lang.IllegalStateException", "message": "warehouse empty"})

    def _slow(self, millis):
        time.sleep(millis / 1000)
        return "slept %d" % millis

    def _notice(self, s):
        with self._lock:
            self.notices += 1

    def _noticed(self):
        with self._lock:
            return self.notices

    def _context(self, meta):
        seen = {k: v for k, v in sorted(meta.items()) if k.startswith("x-")}
        trace = seen.get("x-trace")
        return seen, {} if trace is None else {"x-reply": "seen:" + trace}

    def _orders(self, n):
        return [numbered(i, self._fixture) for i in range(n)]

    def _ordersByName(self, n):
        return {"order-%d" % i: numbered(i, self._fixture) for i in range(n)}

    def _any(self, o):
        return o
