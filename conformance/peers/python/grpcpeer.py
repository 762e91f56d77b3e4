"""grpcio as a client and a server."""

from concurrent import futures

import grpc
import sample_pb2_grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

import grpccases
import peer
from grpcservice import Service
from sample import SERVICE

# Each open stream holds a thread.
THREADS = 64

service = Service()
servers = []


def serve(op):
    server = grpc.server(futures.ThreadPoolExecutor(THREADS), options=[("grpc.max_receive_message_length", 64 << 20)])
    sample_pb2_grpc.add_SampleServicer_to_server(service, server)
    checks = health.HealthServicer()
    checks.set(SERVICE, health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    reflection.enable_server_reflection([SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME], server)
    if op.get("cert"):
        with open(op["cert"], "rb") as cert, open(op["key"], "rb") as key:
            port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(key.read(), cert.read())]))
    else:
        port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    servers.append(server)
    return port


if __name__ == "__main__":
    peer.run(grpccases.CASES, serve, service.state)
    for s in servers:
        s.stop(None).wait()
