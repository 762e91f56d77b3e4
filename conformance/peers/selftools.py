#!/usr/bin/env python3
"""Runs the tools against peers and against each other without a gateway, so that what fails later is the gateway's doing.

selftools.py [word...]: only the checks whose name holds one of the words. Exit 1 when one failed.
"""

import contextlib
import json
import os
import re
import socket
import string
import subprocess
import sys
import tempfile
import time

from selftest import HERE, Peer

RUN = os.path.join(HERE, "run.sh")
SAMPLE = "io.dragoman.sample.Sample"
# Those that need no credentials of a cloud.
INTEROP = ["empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong", "empty_stream",
           "timeout_on_sleeping_server", "cancel_after_begin", "cancel_after_first_response", "status_code_and_message",
           "special_status_message", "custom_metadata", "unimplemented_method", "unimplemented_service"]
# Of these only grpc-java has both halves. Its server does not look whether a message was compressed, which the cases without
# "noprobe" ask first.
INTEROP_JAVA = ["very_large_request", "client_compressed_unary_noprobe", "server_compressed_unary",
                "client_compressed_streaming_noprobe", "server_compressed_streaming"]


def output(*command, codes=(0,), within=300):
    """What a command prints; it must end with one of the codes."""
    p = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=within)
    text = p.stdout.decode("utf-8", "replace")
    if p.returncode not in codes:
        raise AssertionError("%s ended with %d: %s" % (command[:3], p.returncode, text[-1500:]))
    return text


def that(what, holds):
    if not holds:
        raise AssertionError(str(what)[-1500:])


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def listening(port, *command):
    """A program that is there once it accepts."""
    with tempfile.TemporaryFile() as log:
        p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            end = time.monotonic() + 60
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    if p.poll() is None and time.monotonic() < end:
                        time.sleep(0.1)
                        continue
                log.seek(0)
                raise AssertionError("%s does not listen: %s" % (command[:2], log.read()[-1500:].decode("utf-8", "replace")))
            yield "127.0.0.1:%d" % port
        finally:
            p.terminate()
            try:
                p.wait(10)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()


@contextlib.contextmanager
def serving(name):
    """A peer that serves."""
    peer = Peer(name)
    try:
        started = peer.ask(op="serve")
        that(started, "port" in started)
        yield "127.0.0.1:%d" % started["port"]
    finally:
        peer.end()


@contextlib.contextmanager
def nghttpd():
    with tempfile.TemporaryDirectory() as docs:
        with open(os.path.join(docs, "index.html"), "w", encoding="utf-8") as f:
            f.write("hello from nghttpd\n")
        port = free_port()
        with listening(port, "nghttpd", "--no-tls", "-a", "127.0.0.1", "-d", docs, str(port)) as addr:
            yield addr


def grpcurl():
    for server in ("grpcgo", "grpcio", "grpcjava"):
        with serving(server) as addr:
            services = output(RUN, "grpcurl", "-plaintext", addr, "list")
            that(services, SAMPLE in services)
            reply = output(RUN, "grpcurl", "-plaintext", "-d", '{"s": "clef \U0001d11e 漢"}', addr, SAMPLE + "/Echo")
            that(reply, json.loads(reply) == {"value": "clef \U0001d11e 漢"})
            # By the file, as a server without reflection needs it.
            stream = output(RUN, "grpcurl", "-plaintext", "-import-path", HERE, "-proto", "sample.proto", "-d", '{"n": 2}', addr,
                            SAMPLE + "/Watch")
            that(stream, '"order-0"' in stream and '"order-1"' in stream)
            fault = output(RUN, "grpcurl", "-plaintext", "-d", '{"code": 9, "message": "no"}', addr, SAMPLE + "/Fail", codes=(73,))
            that(fault, "FailedPrecondition" in fault and "Shortage" in fault)
    return "reflection, a call, a stream and a status with details of three servers"


def h2spec():
    counts = []
    with nghttpd() as addr:
        counts.append("nghttpd " + h2spec_against(addr))
    with serving("grpcgo") as addr:
        counts.append("grpc-go " + h2spec_against(addr))
    return "; ".join(counts)


def h2spec_against(addr):
    """How many passed. No server here passes all, grpc-go least of all: it answers no request that is not gRPC."""
    text = output(RUN, "h2spec", "-h", "127.0.0.1", "-p", addr.split(":")[1], codes=(0, 1))
    found = re.search(r"(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed", text)
    that(text, found and int(found[1]) > 140 and int(found[2]) > 100)
    return found[0]


def h2specd():
    """It serves every case on a port of its own, and runs a client for each: nghttp."""
    text = output(RUN, "h2specd", "-h", "127.0.0.1", "-p", str(free_port()), "-f", str(from_port()), "-e", "nghttp -t 2", codes=(0, 1))
    found = re.search(r"(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed", text)
    that(text, found and int(found[1]) > 50)
    return "nghttp " + found[0]


def from_port():
    """Where 200 ports in a row are free, or were a moment ago."""
    for first in range(31000, 60000, 200):
        try:
            for port in range(first, first + 200):
                with socket.socket() as s:
                    s.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
    raise AssertionError("no 200 ports in a row are free")


def interop():
    for server in ("interop-go-server", "interop-java-server"):
        port = free_port()
        argument = "-port=%d" % port if server == "interop-go-server" else str(port)
        with listening(port, RUN, server, argument):
            for client in ("interop-go-client", "interop-java-client"):
                both_java = client == "interop-java-client" and server == "interop-java-server"
                for case in INTEROP + (INTEROP_JAVA if both_java else []):
                    output(RUN, client, "--server_host=127.0.0.1", "--server_port=%d" % port, "--use_tls=false", "--test_case=" + case)
    return "%d cases of two clients with two servers, and %d of Java's own" % (len(INTEROP), len(INTEROP_JAVA))


def connect():
    results = []
    for mode, other in (("server", "grpcserver"), ("client", "grpcclient")):
        text = output(RUN, "connectconformance", "--mode", mode, "--conf", os.path.join(HERE, "connect", "grpc.yaml"), "--known-failing",
                      "@" + os.path.join(HERE, "connect", mode + "-known.txt"), "--", RUN, other)
        found = re.search(r"Total cases: (\d+)\s+(\d+) passed, (\d+) failed", text)
        that(text, found and int(found[1]) > 300)
        results.append("%s %s" % (other, " ".join(found[0].split())))
    return "; ".join(results)


def nghttp2():
    with nghttpd() as addr:
        url = "http://%s/index.html" % addr
        that("nghttp", "hello from nghttpd" in output("nghttp", url))
        that("curl", "hello from nghttpd" in output("curl", "-s", "--http2-prior-knowledge", url))
        load = output("h2load", "-n", "2000", "-c", "4", "-m", "16", url)
        that(load, "2000 succeeded, 0 failed" in load)
    with serving("grpcgo") as addr, tempfile.NamedTemporaryFile() as body:
        # EchoRequest{s: "hello"} behind the five bytes of a gRPC message.
        body.write(b"\0\0\0\0\x07\n\x05hello")
        body.flush()
        load = output("h2load", "-n", "2000", "-c", "4", "-m", "16", "-d", body.name, "-H", "content-type: application/grpc", "-H", "te: trailers",
                      "http://%s/%s/Echo" % (addr, SAMPLE))
        that(load, "2000 succeeded, 0 failed" in load)
    return "nghttp, curl and h2load with nghttpd, h2load with grpc-go"


def envoy():
    # One worker; without the shared memory by which processes of one base id find each other.
    return proxied("envoy.yaml", lambda conf: (RUN, "envoy", "-c", conf, "--concurrency", "1", "--disable-hot-restart"))


def haproxy():
    return proxied("haproxy.cfg", lambda conf: ("haproxy", "-db", "-f", conf))


def proxied(name, command):
    """All cases of one client and one server, by way of another's proxy: what it lacks is not asked of dragoman."""
    with open(os.path.join(HERE, "proxies", name), encoding="utf-8") as f:
        template = string.Template(f.read())
    with serving("grpcgo") as far, tempfile.NamedTemporaryFile("w", suffix=name) as conf:
        port = free_port()
        conf.write(template.substitute(LISTEN=port, FAR=far.split(":")[1]))
        conf.flush()
        with listening(port, *command(conf.name)) as addr:
            return cases("grpcio", addr) + " with grpc-go behind it"


def cases(name, addr):
    """All cases of a client."""
    client = Peer(name)
    try:
        names = client.ask(op="cases")["cases"]
        answers = {case: client.ask(op="case", name=case, addr=addr) for case in names}
    finally:
        client.end()
    failed = ["%s: %s" % (case, a["error"][-400:]) for case, a in answers.items() if not a.get("ok")]
    that("\n".join(failed), not failed)
    return "%d cases of %s" % (len(names), name)


CHECKS = [grpcurl, nghttp2, h2spec, h2specd, interop, connect, envoy, haproxy]


def main():
    bad = 0
    for check in CHECKS:
        if sys.argv[1:] and not any(w in check.__name__ for w in sys.argv[1:]):
            continue
        start = time.monotonic()
        try:
            result = "ok: " + check()
        except (AssertionError, OSError, subprocess.TimeoutExpired) as e:
            bad += 1
            result = "FAILED: %s" % e
        print("%-8s %s (%.0f s)" % (check.__name__, result, time.monotonic() - start), flush=True)
    print("%d failed" % bad)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
