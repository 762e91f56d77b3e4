package io.dragoman.peer.grpc;

import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Metadata of the service: what came for its methods to see, and what goes back. */
final class Context implements ServerInterceptor {
    /** What a call came with: keys that start with x-, binary values in base64, several of a key joined by commas. */
    static final io.grpc.Context.Key<Map<String, String>> SEEN = io.grpc.Context.key("seen");

    static Metadata.Key<String> text(String key) { return Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER); }

    static Metadata.Key<byte[]> binary(String key) { return Metadata.Key.of(key, Metadata.BINARY_BYTE_MARSHALLER); }

    static byte[] reversed(byte[] b) {
        byte[] r = new byte[b.length];
        for (int i = 0; i < b.length; i++) {
            r[i] = b[b.length - 1 - i];
        }
        return r;
    }

    @Override public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata sent, ServerCallHandler<Q, R> next) {
        String trace = sent.get(text("x-trace"));
        byte[] raw = sent.get(binary("x-trace-bin"));
        boolean echo = call.getMethodDescriptor().getFullMethodName().equals(GrpcCases.SERVICE + "/Context");
        ServerCall<Q, R> answering = new SimpleForwardingServerCall<>(call) {
            @Override public void sendHeaders(Metadata head) {
                if (echo && trace != null) {
                    head.put(text("x-head"), "head:" + trace);
                }
                super.sendHeaders(head);
            }

            @Override public void close(Status status, Metadata trailers) {
                if (echo && trace != null) {
                    trailers.put(text("x-reply"), "seen:" + trace);
                }
                if (echo && raw != null) {
                    trailers.put(binary("x-reply-bin"), reversed(raw));
                }
                super.close(status, trailers);
            }
        };
        return Contexts.interceptCall(io.grpc.Context.current().withValue(SEEN, seen(sent)), answering, sent, next);
    }

    private static Map<String, String> seen(Metadata sent) {
        Map<String, String> seen = new TreeMap<>();
        for (String key : sent.keys()) {
            if (!key.startsWith("x-")) {
                continue;
            }
            List<String> values = new ArrayList<>();
            if (key.endsWith("-bin")) {
                sent.getAll(binary(key)).forEach(v -> values.add(Base64.getEncoder().encodeToString(v)));
            } else {
                sent.getAll(text(key)).forEach(values::add);
            }
            seen.put(key, String.join(",", values));
        }
        return seen;
    }
}
