package io.dragoman.peer.hsf;

import io.dragoman.peer.Peer.Op;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A consumer of one service at one address. Clients of one address share its connection. */
final class Client implements InvocationHandler {
    private static final Map<String, Connection> CONNECTIONS = new HashMap<>();

    /** What a call takes along in the properties of its request. */
    final Map<String, Object> properties = new HashMap<>();
    int codec = Body.HESSIAN2;
    private final String service;
    private final String addr;
    private final int timeout;

    Client(String service, Op op, int timeout) {
        String group = op.text("group", "");
        this.service = service + ":" + op.text("version", "1.0.0") + (group.isEmpty() ? "" : ":" + group);
        this.addr = op.text("addr", "");
        this.timeout = timeout;
    }

    <T> T as(Class<T> type) { return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, this)); }

    Connection connection() throws IOException {
        synchronized (CONNECTIONS) {
            Connection c = CONNECTIONS.get(addr);
            if (c == null || c.isClosed()) {
                c = Connection.to(addr);
                CONNECTIONS.put(addr, c);
            }
            return c;
        }
    }

    @Override public Object invoke(Object proxy, Method method, Object[] args) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return method.invoke(this, args);
        }
        String[] types = Arrays.stream(method.getParameterTypes()).map(Class::getName).toArray(String[]::new);
        return call(method.getName(), types, args == null ? new Object[0] : args);
    }

    /** Calls a method by the names of its parameters' types; what the service threw is thrown. */
    Object call(String method, String[] types, Object... args) throws Throwable {
        Connection c = connection();
        Frame.Request r = request(c, method, types, args);
        try {
            return result(c.ask(r).get(timeout, TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            c.forget(r.id());
            throw new HsfException(HsfException.CLIENT_TIMEOUT, method + ": no answer within " + timeout + " ms");
        } catch (ExecutionException e) {
            throw e.getCause();
        }
    }

    /** The same without a wait; the future fails with what the service threw. */
    CompletableFuture<Object> start(String method, String[] types, Object... args) throws IOException {
        Connection c = connection();
        return c.ask(request(c, method, types, args)).thenCompose(f -> {
            try {
                return CompletableFuture.completedFuture(result(f));
            } catch (Throwable e) {
                return CompletableFuture.failedFuture(e);
            }
        });
    }

    /** Sends a call whose answer nobody waits for: HSF has no other way of calling one way. */
    void send(String method, String[] types, Object... args) throws IOException {
        Connection c = connection();
        c.send(request(c, method, types, args));
    }

    private Frame.Request request(Connection c, String method, String[] types, Object... args) throws IOException {
        List<byte[]> bodies = new ArrayList<>();
        for (Object a : args) {
            bodies.add(Body.write(codec, a));
        }
        byte[] props = properties.isEmpty() ? new byte[0] : Body.write(codec, properties);
        return new Frame.Request(c.nextId(), codec, timeout, service, method, List.of(types), bodies, props);
    }

    private Object result(Frame f) throws Throwable {
        if (!(f instanceof Frame.Response r)) {
            throw new IOException("a heartbeat answers a request");
        }
        if (r.status() != HsfException.OK) {
            throw new HsfException(r.status(), new String(r.body(), StandardCharsets.UTF_8));
        }
        if (r.codec() != codec) {
            throw new IOException("a request of codec " + codec + " was answered with codec " + r.codec());
        }
        Object value = Body.read(codec, r.body());
        if (value instanceof Throwable e) {
            throw e;
        }
        return value;
    }
}
