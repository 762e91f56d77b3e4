"""JSON with every digit kept: other numbers than integers are Decimals with their scale, in and out."""

import json
from decimal import Decimal


def _no_duplicates(pairs):
    d = dict(pairs)
    if len(d) != len(pairs):
        raise ValueError("a member occurs twice: %r" % [k for k, _ in pairs])
    return d


def loads(text):
    if isinstance(text, (bytes, bytearray)):
        text = bytes(text).decode("utf-8")
    return json.loads(text, parse_float=Decimal, object_pairs_hook=_no_duplicates)


def dumps(v):
    if v is None or isinstance(v, (bool, int)):
        return json.dumps(v)
    if isinstance(v, Decimal):
        # Not str(): that would write 1E+2 for a Decimal with a negative scale.
        return format(v, "f")
    if isinstance(v, float):
        return repr(v)
    if isinstance(v, str):
        return _string(v)
    if isinstance(v, dict):
        return "{" + ",".join(_string(str(k)) + ":" + dumps(e) for k, e in v.items()) + "}"
    if isinstance(v, (list, tuple)):
        return "[" + ",".join(dumps(e) for e in v) + "]"
    raise TypeError("no JSON for %r" % type(v))


def _string(s):
    # Real UTF-8 as most servers send it; a lone surrogate exists only as an escape.
    lone = any("\ud800" <= c <= "\udfff" for c in s)
    return json.dumps(s, ensure_ascii=lone)


def difference(want, got, path=""):
    """Names the first place where got is not want, or None. 3, 3.0 and "3" are three things, and so are 1.1 and 1.10."""
    where = path or "value"
    if type(want) is not type(got):
        return "field %s: expected %s, got %s" % (where, _show(want), _show(got))
    if isinstance(want, dict):
        for k in want:
            if k not in got:
                return "field %s: missing" % _join(path, k)
            d = difference(want[k], got[k], _join(path, k))
            if d:
                return d
        for k in got:
            if k not in want:
                return "field %s: unexpected, %s" % (_join(path, k), _show(got[k]))
        return None
    if isinstance(want, list):
        if len(want) != len(got):
            return "field %s: expected %d elements, got %d" % (where, len(want), len(got))
        for i, (w, g) in enumerate(zip(want, got)):
            d = difference(w, g, "%s[%d]" % (path, i))
            if d:
                return d
        return None
    same = want.as_tuple() == got.as_tuple() if isinstance(want, Decimal) else want == got
    return None if same else "field %s: expected %s, got %s" % (where, _show(want), _show(got))


def _join(path, key):
    return "%s.%s" % (path, key) if path else str(key)


def _show(v):
    try:
        text = dumps(v)
    except TypeError:  # a value of another syntax
        text = repr(v)
    return text if len(text) < 300 else text[:300] + "…"
