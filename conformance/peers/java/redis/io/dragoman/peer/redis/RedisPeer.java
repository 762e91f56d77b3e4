package io.dragoman.peer.redis;

import io.dragoman.peer.Json;
import io.dragoman.peer.Peer;
import io.dragoman.sample.Fixture;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What a Redis client of Java does with the service: every call is a GET whose key is the request. -Dresp=2 or 3 chooses the
 * protocol, -Dpeers.order names order.json.
 */
abstract class RedisPeer extends Peer {
    private static final String SERVICE = "io.dragoman.sample.Sample";

    static final boolean RESP3 = "3".equals(System.getProperty("resp"));

    private final Path order = Path.of(System.getProperty("peers.order"));

    RedisPeer() {
        cases.put("echo", this::echo);
        cases.put("sums", this::sums);
        cases.put("pojo", this::pojo);
        cases.put("overloads", this::overloads);
        cases.put("varargs", this::varargs);
        cases.put("exception", this::exception);
        cases.put("slow", this::slow);
        cases.put("context", this::context);
        cases.put("oneway", this::oneway);
        cases.put("collections", this::collections);
        cases.put("missing-method", this::missingMethod);
        cases.put("missing-service", this::missingService);
        cases.put("pipeline", this::pipeline);
        cases.put("pool", this::pool);
        cases.put("mget", this::mget);
    }

    /** One GET. */
    abstract String get(String addr, String key) throws Exception;

    /** All keys by one MGET. */
    abstract List<String> mget(String addr, String... keys) throws Exception;

    /** A GET for each key, sent as one pipeline. */
    abstract List<String> pipeline(String addr, List<String> keys) throws Exception;

    private String get(Op op, String key) throws Exception { return get(op.text("addr", ""), key); }

    private static String key(Op op, String method, Map<String, String> props, Object... args) {
        Map<String, Object> params = new LinkedHashMap<>();
        params.put("m", method);
        params.put("args", Arrays.asList(args));
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("action", op.text("service", SERVICE));
        request.put("params", params);
        if (props != null) {
            request.put("props", props);
        }
        return Json.write(request);
    }

    private static Map<String, Object> answer(String value) {
        that("the value is null", value != null);
        Map<String, Object> a = Json.object(value);
        that("no ec, em and result in " + value, a.containsKey("ec") && a.containsKey("em") && a.containsKey("result"));
        return a;
    }

    private static boolean success(Map<String, Object> a) { return a.get("ec").equals(200L) || a.get("ec").equals(0L); }

    private static Object succeeded(Map<String, Object> a) {
        that("expected success, got ec " + a.get("ec") + ": " + a.get("em"), success(a));
        return a.get("result");
    }

    private Object call(Op op, String method, Object... args) throws Exception {
        return succeeded(answer(get(op, key(op, method, null, args))));
    }

    private Map<String, Object> fault(Op op, String method, Object... args) throws Exception {
        Map<String, Object> a = answer(get(op, key(op, method, null, args)));
        that(method + ": expected a fault, got " + a.get("result"), !success(a));
        return a;
    }

    private void echo(Op op) throws Exception {
        for (String s : Arrays.asList("hello", "", Fixture.TEXT, "x".repeat(op.number("size", 5000)), null)) {
            equal("echo", s, call(op, "echo", s));
        }
    }

    private void sums(Op op) throws Exception {
        equal("addInt", 42L, call(op, "addInt", 40, 2));
        equal("addLong", 9007199254740993L, call(op, "addLong", 9007199254740992L, 1));
        equal("addLong", Long.MIN_VALUE, call(op, "addLong", Long.MIN_VALUE + 1, -1));
    }

    private Map<String, Object> order() throws Exception {
        return Json.object(Files.readString(order, StandardCharsets.UTF_8));
    }

    private void pojo(Op op) throws Exception {
        Map<String, Object> want = order();
        Object got = call(op, "order", want);
        that("order: got " + got, got instanceof Map);
        want.forEach((k, v) -> equal("field " + k, v, ((Map<?, ?>) got).get(k)));
        equal("order", want, got);
        equal("big", BigInteger.ONE.shiftLeft(70), ((Map<?, ?>) got).get("big"));
    }

    private void overloads(Op op) throws Exception {
        equal("pick by count", "string+int:x,1", call(op, "pick", "x", 1));
        equal("pick of a string", "string:x", call(op, "pick", "x"));
        equal("pick of a long", "long:3000000000", call(op, "pick", 3000000000L));
    }

    private void varargs(Op op) throws Exception {
        equal("join", "a-b-c", call(op, "join", "-", Arrays.asList("a", "b", "c")));
        equal("join of none", "", call(op, "join", "-", List.of()));
    }

    private void exception(Op op) throws Exception {
        Map<String, Object> a = fault(op, "reserve", "A-1", 5);
        equal("em", "out of stock: A-1", a.get("em"));
        that("the fault has no body: " + a, a.get("result") instanceof Map);
        Map<?, ?> f = (Map<?, ?>) a.get("result");
        equal("class", "io.dragoman.sample.OutOfStock", f.get("class"));
        equal("message", "out of stock: A-1", f.get("message"));
        that("fields: " + f, f.get("fields") instanceof Map<?, ?> m && "A-1".equals(m.get("sku")) && Long.valueOf(3).equals(m.get("left")));
        that("cause: " + f, !op.unlessDenied("cause") || f.get("cause") instanceof Map<?, ?> c && "warehouse empty".equals(c.get("message"))
                && "java.lang.IllegalStateException".equals(c.get("class")));
    }

    private void slow(Op op) throws Exception { equal("slow", "slept 300", call(op, "slow", 300)); }

    private void context(Op op) throws Exception {
        Map<String, String> sent = Map.of("x-trace", "t-1", "x-other", "other value");
        equal("context", sent, succeeded(answer(get(op, key(op, "context", sent)))));
    }

    private void oneway(Op op) throws Exception {
        long before = (Long) call(op, "noticed");
        for (int i = 0; i < 3; i++) {
            call(op, "notice", "n" + i);
        }
        long seen = 0;
        for (int i = 0; i < 50 && seen < 3; i++) {
            Thread.sleep(i == 0 ? 0 : 50);
            seen = (Long) call(op, "noticed") - before;
        }
        equal("noticed", 3L, seen);
    }

    private Map<String, Object> numbered(long i) throws Exception {
        Map<String, Object> o = order();
        o.put("id", i);
        o.put("name", "order-" + i);
        o.put("uuid", null);
        return o;
    }

    private void collections(Op op) throws Exception {
        equal("orders", List.of(numbered(0), numbered(1)), call(op, "orders", 2));
        equal("ordersByName", Map.of("order-0", numbered(0)), call(op, "ordersByName", 1));
    }

    private void missingMethod(Op op) throws Exception {
        Object em = fault(op, "nosuch", "x").get("em");
        that("the error does not name nosuch: " + em, String.valueOf(em).contains("nosuch"));
    }

    private void missingService(Op op) throws Exception {
        Map<String, Object> other = new LinkedHashMap<>(op.fields());
        other.put("service", "io.dragoman.sample.Nowhere");
        Object em = fault(new Op(other), "echo", "x").get("em");
        that("the error does not name the service: " + em, String.valueOf(em).contains("Nowhere"));
    }

    private void pipeline(Op op) throws Exception {
        int depth = op.number("depth", 1000);
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < depth; i++) {
            keys.add(key(op, "echo", null, "p" + i));
        }
        List<String> values = pipeline(op.text("addr", ""), keys);
        equal("number of answers", depth, values.size());
        for (int i = 0; i < depth; i++) {
            equal("answer " + i, "p" + i, succeeded(answer(values.get(i))));
        }
    }

    private void pool(Op op) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(op.number("threads", 8));
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int n = 0; n < op.number("threads", 8); n++) {
                String name = "t" + n + "-";
                all.add(threads.submit(() -> {
                    for (int i = 0; i < op.number("calls", 50); i++) {
                        equal("echo", name + i, call(op, "echo", name + i));
                    }
                    return null;
                }));
            }
            for (Future<?> f : all) {
                f.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void mget(Op op) throws Exception {
        String[] keys = new String[10];
        for (int i = 0; i < 9; i++) {
            keys[i] = key(op, "echo", null, "k" + i);
        }
        keys[9] = key(op, "reserve", null, "A-1", 1);
        List<String> values = mget(op.text("addr", ""), keys);
        equal("number of answers", 10, values.size());
        for (int i = 0; i < 9; i++) {
            equal("answer " + i, "k" + i, succeeded(answer(values.get(i))));
        }
        equal("the failing one", "out of stock: A-1", answer(values.get(9)).get("em"));
    }
}
