"""The frames of HSF 2, written from what is public on them; all numbers are big-endian."""

import struct

HESSIAN2 = 4


def exactly(f, n):
    b = f.read(n)
    if len(b) != n:
        raise EOFError("the connection ended")
    return b


def numbers(f, layout):
    return struct.unpack(">" + layout, exactly(f, struct.calcsize(">" + layout)))


def read_frame(f):
    """A tuple that begins with what the frame is and its id."""
    first = exactly(f, 1)[0]
    if first == 12:
        kind, version, id_, timeout = numbers(f, "BB3xqi")
        return ("beat" if kind == 0 else "beaten", id_)
    version, kind = numbers(f, "BB")
    if first != 14 or version != 1:
        raise ValueError("a frame begins with %d %d" % (first, version))
    if kind == 1:
        status, codec, id_, length = numbers(f, "BB3xqi")
        return ("response", id_, status, codec, exactly(f, length))
    codec, id_, timeout, service, method, n = numbers(f, "B3xqiiii")
    types, args = numbers(f, "%di" % n), numbers(f, "%di" % n)
    properties, = numbers(f, "i")
    names = [exactly(f, length).decode() for length in (service, method) + types]
    bodies = [exactly(f, length) for length in args]
    return ("request", id_, codec, names[0], names[1], names[2:], bodies, exactly(f, properties))


def request(id_, timeout, service, method, types, bodies, properties):
    names = [t.encode() for t in (service, method)], [t.encode() for t in types]
    head = struct.pack(">BBBB3xqi", 14, 1, 0, HESSIAN2, id_, timeout)
    head += struct.pack(">iii", len(names[0][0]), len(names[0][1]), len(bodies))
    head += struct.pack(">%di" % (2 * len(bodies) + 1), *map(len, names[1]), *map(len, bodies), len(properties))
    return head + b"".join(names[0] + names[1] + bodies) + properties


def response(id_, status, codec, body):
    return struct.pack(">BBBBB3xqi", 14, 1, 1, status, codec, id_, len(body)) + body


def heartbeat(kind, id_, timeout):
    return struct.pack(">BBB3xqi", 12, kind, 1, id_, timeout)
