"""MessagePack as Python reads and writes it, and the fixture in its own types: bytes, points in time, integers of 64 bits."""

import base64
import calendar
import time

import msgpack
import sample


def loads(data):
    return msgpack.unpackb(data, raw=False, timestamp=0, strict_map_key=False, object_pairs_hook=_no_duplicates)


def _no_duplicates(pairs):
    pairs = list(pairs)
    d = dict(pairs)
    if len(d) != len(pairs):
        raise ValueError("a member occurs twice: %r" % [k for k, _ in pairs])
    return d


def dumps(v):
    return msgpack.packb(v, use_bin_type=True)


def stamp(text):
    """A point in time of ISO 8601, with all its digits."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    return msgpack.Timestamp(calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")), int((fraction + "000000000")[:9]))


def order():
    """Numbers of more than 64 bits and decimals are texts, as MessagePack has no others."""
    o = sample.order()
    o.update(ratio=float(o["ratio"]), price=format(o["price"], "f"), big=str(o["big"]), at=stamp(o["at"]),
             instant=stamp(o["instant"]), blob=base64.b64decode(o["blob"]), names={int(k): v for k, v in o["names"].items()})
    return o
