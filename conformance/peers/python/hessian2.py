"""The final Hessian 2.0, written from its specification.

bool, int, float, str, bytes and None are themselves, a long is a Long, a date a Date; a list without a type is a list, one with a
type, and an array, a Typed; a map is a dict, an object an Obj.
"""

import struct


class Long(int):
    """An integer of 64 bits."""


class Date(int):
    """Milliseconds since 1970."""


class Typed(list):
    """A list with the name of its type: [int, [string, java.util.HashSet."""

    def __init__(self, type_name, items=()):
        super().__init__(items)
        self.type_name = type_name


class Obj:
    def __init__(self, class_name, **fields):
        self.class_name = class_name
        self.fields = fields

    def __repr__(self):
        return "%s%r" % (self.class_name, self.fields)


def loads(data):
    r = Reader(data)
    v = r.value()
    if r.at != len(data):
        raise ValueError("%d bytes behind the value" % (len(data) - r.at))
    return v


def dumps(v):
    w = Writer()
    w.value(v)
    return bytes(w.out)


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0
        self.refs, self.classes, self.types = [], [], []

    def take(self, n):
        if self.at + n > len(self.data):
            raise ValueError("the value ends after %d bytes" % len(self.data))
        self.at += n
        return self.data[self.at - n:self.at]

    def number(self, layout):
        return struct.unpack(">" + layout, self.take(struct.calcsize(layout)))[0]

    def byte(self):
        return self.take(1)[0]

    def value(self):
        tag = self.byte()
        if tag <= 0x1F or 0x30 <= tag <= 0x33 or tag in (0x52, 0x53):
            return self.text(tag)
        if 0x20 <= tag <= 0x2F or 0x34 <= tag <= 0x37 or tag in (0x41, 0x42):
            return self.binary(tag)
        if 0x60 <= tag <= 0x6F:
            return self.object(tag - 0x60)
        if 0x70 <= tag <= 0x7F:
            return self.items(Typed(self.type()) if tag < 0x78 else [], tag & 7)
        if tag >= 0x80 or 0x38 <= tag <= 0x3F:
            return self.small(tag)
        read = self.TAGS.get(tag)
        if read is None:
            raise ValueError("no value begins with %#x" % tag)
        return read(self)

    def small(self, tag):
        if tag >= 0xF0:
            return Long(((tag - 0xF8) << 8) + self.byte())
        if tag >= 0xD8:
            return Long(tag - 0xE0)
        if tag >= 0xD0:
            return ((tag - 0xD4) << 16) + self.number("H")
        if tag >= 0xC0:
            return ((tag - 0xC8) << 8) + self.byte()
        if tag >= 0x80:
            return tag - 0x90
        return Long(((tag - 0x3C) << 16) + self.number("H"))

    def text(self, tag):
        units = []
        while tag == 0x52:
            self.chars(self.number("H"), units)
            tag = self.byte()
        if tag <= 0x1F:
            self.chars(tag, units)
        elif 0x30 <= tag <= 0x33:
            self.chars(((tag - 0x30) << 8) + self.byte(), units)
        elif tag == 0x53:
            self.chars(self.number("H"), units)
        else:
            raise ValueError("no string goes on with %#x" % tag)
        return struct.pack(">%dH" % len(units), *units).decode("utf-16-be", "surrogatepass")

    def chars(self, n, units):
        """Each UTF-16 unit stands as if it were a character of its own."""
        for _ in range(n):
            b = self.byte()
            if b < 0x80:
                units.append(b)
            elif b < 0xE0:
                units.append((b & 0x1F) << 6 | self.byte() & 0x3F)
            else:
                units.append((b & 0x0F) << 12 | (self.byte() & 0x3F) << 6 | self.byte() & 0x3F)

    def binary(self, tag):
        out = b""
        while tag == 0x41:
            out += self.take(self.number("H"))
            tag = self.byte()
        if 0x20 <= tag <= 0x2F:
            return out + self.take(tag - 0x20)
        if 0x34 <= tag <= 0x37:
            return out + self.take(((tag - 0x34) << 8) + self.byte())
        return out + self.take(self.number("H"))

    def type(self):
        v = self.value()
        if isinstance(v, str):
            self.types.append(v)
            return v
        return self.types[v]

    def items(self, out, n):
        """n elements, or as many as there are before an end."""
        self.refs.append(out)
        while len(out) != n:
            if n is None and self.data[self.at] == 0x5A:
                self.at += 1
                break
            out.append(self.value())
        return out

    def map(self):
        out = {}
        self.refs.append(out)
        while self.data[self.at] != 0x5A:
            key = self.value()
            out[key] = self.value()
        self.at += 1
        return out

    def typed_map(self):
        self.type()
        return self.map()

    def definition(self):
        name = self.value()
        self.classes.append((name, [self.value() for _ in range(self.value())]))
        return self.value()

    def object(self, n):
        name, fields = self.classes[n]
        out = Obj(name)
        self.refs.append(out)
        for f in fields:
            out.fields[f] = self.value()
        return out

    TAGS = {
        0x43: definition, 0x44: lambda r: r.number("d"), 0x46: lambda r: False, 0x48: map, 0x49: lambda r: r.number("i"),
        0x4A: lambda r: Date(r.number("q")), 0x4B: lambda r: Date(r.number("i") * 60000), 0x4C: lambda r: Long(r.number("q")),
        0x4D: typed_map, 0x4E: lambda r: None, 0x4F: lambda r: r.object(r.value()), 0x51: lambda r: r.refs[r.value()],
        0x54: lambda r: True, 0x55: lambda r: r.items(Typed(r.type()), None), 0x56: lambda r: r.items(Typed(r.type()), r.value()),
        0x57: lambda r: r.items([], None), 0x58: lambda r: r.items([], r.value()), 0x59: lambda r: Long(r.number("i")),
        0x5B: lambda r: 0.0, 0x5C: lambda r: 1.0, 0x5D: lambda r: float(r.number("b")), 0x5E: lambda r: float(r.number("h")),
        0x5F: lambda r: r.number("i") / 1000,
    }


class Writer:
    """Writes the long forms, which every reader knows, but for short strings and the smallest integers."""

    def __init__(self):
        self.out = bytearray()
        self.refs, self.classes = {}, {}
        self.kept = []  # an id belongs to a value for as long as that lives

    def tag(self, tag, layout="", *numbers):
        self.out += struct.pack(">B" + layout, tag, *numbers)

    def value(self, v):
        if v is None or isinstance(v, bool):
            self.tag({None: 0x4E, True: 0x54, False: 0x46}[v])
        elif isinstance(v, Long):
            self.tag(0x4C, "q", v)
        elif isinstance(v, Date):
            self.tag(0x4A, "q", v)
        elif isinstance(v, int):
            self.tag(0x90 + v) if -16 <= v <= 47 else self.tag(0x49, "i", v)
        elif isinstance(v, float):
            self.tag(0x44, "d", v)
        elif isinstance(v, str):
            self.text(v)
        elif isinstance(v, bytes):
            self.binary(v)
        elif id(v) in self.refs:
            self.tag(0x51)
            self.value(self.refs[id(v)])
        else:
            self.refs[id(v)] = len(self.refs)
            self.kept.append(v)
            self.composed(v)

    def composed(self, v):
        if isinstance(v, Obj):
            return self.object(v)
        if isinstance(v, dict):
            self.tag(0x48)
            for k, e in v.items():
                self.value(k)
                self.value(e)
            return self.tag(0x5A)
        self.tag(0x56 if isinstance(v, Typed) else 0x58)
        if isinstance(v, Typed):
            self.text(v.type_name)
        self.value(len(v))
        for e in v:
            self.value(e)

    def object(self, v):
        fields = tuple(v.fields)
        n = self.classes.get((v.class_name, fields))
        if n is None:
            n = self.classes[(v.class_name, fields)] = len(self.classes)
            self.tag(0x43)
            self.text(v.class_name)
            self.value(len(fields))
            for f in fields:
                self.text(f)
        self.tag(0x4F)
        self.value(n)
        for f in fields:
            self.value(v.fields[f])

    def text(self, s):
        units = struct.unpack(">%dH" % (len(s.encode("utf-16-be", "surrogatepass")) // 2), s.encode("utf-16-be", "surrogatepass"))
        chunks = [units[i:i + 0x7000] for i in range(0, len(units), 0x7000)] or [()]
        for i, chunk in enumerate(chunks):
            if i < len(chunks) - 1:
                self.tag(0x52, "H", len(chunk))
            elif len(chunk) < 32:
                self.tag(len(chunk))
            else:
                self.tag(0x53, "H", len(chunk))
            self.out += "".join(map(chr, chunk)).encode("utf-8", "surrogatepass")

    def binary(self, b):
        while len(b) > 0x7000:
            self.tag(0x41, "H", 0x7000)
            self.out += b[:0x7000]
            b = b[0x7000:]
        self.tag(0x42, "H", len(b))
        self.out += b
