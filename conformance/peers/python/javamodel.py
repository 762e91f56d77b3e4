"""The classes of the sample service as Hessian has them, made of JSON values and back."""

import base64
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from hessian2 import Date, Long, Obj, Typed

PACKAGE = "io.dragoman.sample."
HANDLES = "com.alibaba.com.caucho.hessian.io.java8."
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def _day(s):
    y, m, d = map(int, s.split("-"))
    return Obj(HANDLES + "LocalDateHandle", year=y, month=m, day=d)


def _moment(s):
    day, clock = s.split("T")
    h, m, sec = map(int, clock.split(":"))
    time = Obj(HANDLES + "LocalTimeHandle", hour=h, minute=m, second=sec, nano=0)
    return Obj(HANDLES + "LocalDateTimeHandle", date=_day(day), time=time)


def _instant(s):
    whole, nanos = s.rstrip("Z").split(".")
    seconds = int((datetime.fromisoformat(whole + "+00:00") - EPOCH).total_seconds())
    return Obj(HANDLES + "InstantHandle", seconds=Long(seconds), nanos=int(nanos.ljust(9, "0")))


def _date(s):
    return Date((datetime.fromisoformat(s.replace("Z", "+00:00")) - EPOCH) // timedelta(milliseconds=1))


def _big(n):
    mag = []
    left = abs(n)
    while left:
        word = left & 0xFFFFFFFF
        mag.insert(0, word - (1 << 32) if word >= 1 << 31 else word)
        left >>= 32
    return Obj("java.math.BigInteger", signum=(n > 0) - (n < 0), mag=Typed("[int", mag))


def item(o):
    return Obj(PACKAGE + "Item", sku=o["sku"], quantity=o["quantity"], tags=list(o["tags"]))


FIELDS = {
    "id": Long, "total": Long, "ratio": float, "color": lambda s: Obj(PACKAGE + "Color", name=s),
    "price": lambda d: Obj("java.math.BigDecimal", value=format(d, "f")), "big": _big, "at": _date,
    "day": _day, "moment": _moment, "instant": _instant, "blob": base64.b64decode,
    "uuid": lambda s: Obj("java.util.UUID", value=s), "items": lambda l: [item(o) for o in l],
    "bySku": lambda m: {k: item(o) for k, o in m.items()}, "names": lambda m: {int(k): v for k, v in m.items()},
    "first": item, "again": item, "numbers": lambda l: Typed("[int", l), "boxed": Long,
}


def typed(order):
    """The object of an order that is a JSON object."""
    return Obj(PACKAGE + "Order", **{k: v if v is None or k not in FIELDS else FIELDS[k](v) for k, v in order.items()})


def fault(f):
    """The exception object of a sample.Fault."""
    cause = f.cause and _throwable(f.cause["class"], f.cause["message"], None, {})
    return _throwable(f.class_name, f.message, cause, f.fields)


def _throwable(class_name, message, cause, fields):
    return Obj(class_name, detailMessage=message, cause=cause, stackTrace=Typed("[java.lang.StackTraceElement"), **fields)


def plain(v):
    """A value as JSON has it, numbers with their digits."""
    if isinstance(v, Obj):
        return _plain_object(v)
    if isinstance(v, Date):
        return (EPOCH + timedelta(milliseconds=v)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(v, bool):
        return v
    if isinstance(v, int):
        return int(v)
    if isinstance(v, float):
        return Decimal(repr(v))
    if isinstance(v, bytes):
        return base64.b64encode(v).decode()
    if isinstance(v, list):
        return [plain(e) for e in v]
    if isinstance(v, dict):
        return {k if isinstance(k, str) else str(k): plain(e) for k, e in v.items()}
    return v


def _plain_object(o):
    f = o.fields
    name = o.class_name.rsplit(".", 1)[-1]
    if name == "BigDecimal":
        return Decimal(f["value"])
    if name == "BigInteger":
        n = 0
        for word in f["mag"]:
            n = n << 32 | word & 0xFFFFFFFF
        return n * f["signum"]
    if name == "UUID":
        if "value" in f:
            return f["value"]
        h = "%016x%016x" % (f["mostSigBits"] & (1 << 64) - 1, f["leastSigBits"] & (1 << 64) - 1)
        return "-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:]))
    if name == "LocalDateHandle":
        return "%04d-%02d-%02d" % (f["year"], f["month"], f["day"])
    if name == "LocalTimeHandle":
        return "%02d:%02d:%02d" % (f["hour"], f["minute"], f["second"])
    if name == "LocalDateTimeHandle":
        return plain(f["date"]) + "T" + plain(f["time"])
    if name == "InstantHandle":
        return "%s.%09dZ" % ((EPOCH + timedelta(seconds=f["seconds"])).strftime("%Y-%m-%dT%H:%M:%S"), f["nanos"])
    if name == "Color":
        return f["name"]
    return {k: plain(v) for k, v in f.items()}
