"""The loop of a peer: one JSON object per line in, one out."""

import json
import sys
import threading
import traceback


class Check(Exception):
    """A check that failed; its message alone is worth reporting."""


def equal(what, want, got):
    if type(want) is not type(got) or want != got:
        raise Check("%s: expected %r, got %r" % (what, want, got))


def that(what, holds):
    if not holds:
        raise Check(what)


def none(what, difference):
    if difference is not None:
        raise Check("%s: %s" % (what, difference))


def run(cases=None, serve=None, state=None, load=None):
    """cases: name to function(op), which raises when something is wrong; serve(op) returns the port."""
    cases = cases or {}
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            op = json.loads(line)
            kind = op.get("op")
            if kind == "quit":
                break
            if kind == "case":
                answer = _case(cases, op)
            elif kind == "cases":
                answer = {"cases": list(cases)}
            elif kind == "serve" and serve:
                answer = {"port": serve(op)}
            elif kind == "state":
                answer = state() if state else {}
            elif kind == "load" and load:
                answer = {"ok": True, **load(op)}
            else:
                answer = {"ok": False, "error": "this peer does not know the op %r" % kind}
        except Check as e:
            answer = {"ok": False, "error": str(e)}
        except Exception:
            answer = {"ok": False, "error": traceback.format_exc()[-2000:]}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _case(cases, op):
    case = cases.get(op.get("name"))
    if case is None:
        return {"ok": False, "error": "unknown case %r" % op.get("name")}
    answer = {"ok": False, "error": "no result within 28 s"}

    def work():
        try:
            case(op)
            answer.clear()
            answer["ok"] = True
        except Check as e:
            answer["error"] = str(e)
        except Exception:
            answer["error"] = traceback.format_exc()[-2000:]

    t = threading.Thread(target=work, daemon=True)
    t.start()
    t.join(28)
    return dict(answer)
