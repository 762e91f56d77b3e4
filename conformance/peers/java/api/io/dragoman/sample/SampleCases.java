package io.dragoman.sample;

import static io.dragoman.peer.Peer.equal;
import static io.dragoman.peer.Peer.none;
import static io.dragoman.peer.Peer.that;

import io.dragoman.peer.Peer.Case;
import io.dragoman.peer.Peer.Check;
import io.dragoman.peer.Peer.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What a Java program does with the service whatever the protocol is, checked with its own types. */
public final class SampleCases {
    private final Function<Op, Sample> services;

    /** A service is asked for with each case, by the case's options. */
    public SampleCases(Function<Op, Sample> services) { this.services = services; }

    public void addTo(Map<String, Case> cases) {
        cases.put("echo", this::echo);
        cases.put("nulls", this::nulls);
        cases.put("sums", this::sums);
        cases.put("pojo", this::pojo);
        cases.put("overloads", this::overloads);
        cases.put("varargs", this::varargs);
        cases.put("exception", this::exception);
        cases.put("collections", this::collections);
        cases.put("any", this::any);
    }

    private Sample sample(Op op) { return services.apply(op); }

    private void echo(Op op) {
        for (String s : Arrays.asList("hello", "", Fixture.TEXT, "x".repeat(op.number("size", 5000)))) {
            equal("echo", s, sample(op).echo(s));
        }
    }

    private void nulls(Op op) {
        equal("echo of null", null, sample(op).echo(null));
        equal("order of null", null, sample(op).order(null));
        equal("any of null", null, sample(op).any(null));
    }

    private void sums(Op op) {
        Sample s = sample(op);
        equal("addInt", 42, s.addInt(40, 2));
        equal("addInt", Integer.MIN_VALUE, s.addInt(Integer.MAX_VALUE, 1));
        equal("addLong", 9007199254740993L, s.addLong(9007199254740992L, 1));
        equal("addLong", Long.MIN_VALUE, s.addLong(Long.MIN_VALUE + 1, -1));
    }

    private void pojo(Op op) {
        Order got = sample(op).order(Fixture.order());
        if (op.farGo()) {
            emptyForNull(got);
        }
        none("order", Fixture.difference(Fixture.order(), got));
        if (op.flag("shared")) {
            none("order", Fixture.unshared(got));
        }
    }

    /** dubbo-go has one value for null and the empty list. */
    private static void emptyForNull(Order o) {
        for (Item i : o.getItems()) {
            if (i.getTags() == null) {
                i.setTags(new ArrayList<>());
            }
        }
    }

    private void overloads(Op op) {
        Sample s = sample(op);
        equal("pick(String, int)", "string+int:x,1", s.pick("x", 1));
        if (op.farGo()) {
            return;
        }
        equal("pick(int)", "int:1", s.pick(1));
        equal("pick(String)", "string:x", s.pick("x"));
        equal("pick(long)", "long:3000000000", s.pick(3000000000L));
        if (!op.farJson()) {
            // JSON has one kind of number: a small long is an int to the service behind it.
            equal("pick(long)", "long:1", s.pick(1L));
        }
    }

    private void varargs(Op op) {
        equal("join", "a-b-c", sample(op).join("-", "a", "b", "c"));
        equal("join of one", Fixture.TEXT, sample(op).join("-", Fixture.TEXT));
        equal("join of none", "", sample(op).join("-"));
    }

    private void exception(Op op) {
        try {
            Order o = sample(op).reserve("A-1", 5);
            throw new Check("reserve: expected OutOfStock, got a result " + o);
        } catch (OutOfStock e) {
            equal("message", "out of stock: A-1", e.getMessage());
            equal("sku", "A-1", e.getSku());
            equal("left", 3, e.getLeft());
            if (!op.unlessDenied("cause")) {
                return;
            }
            that("cause: expected one, got null", e.getCause() != null);
            equal("class of the cause", IllegalStateException.class, e.getCause().getClass());
            equal("message of the cause", "warehouse empty", e.getCause().getMessage());
        }
    }

    private void collections(Op op) {
        List<Order> list = sample(op).orders(3);
        equal("orders, length", 3, list.size());
        for (int i = 0; i < 3; i++) {
            if (op.farGo()) {
                emptyForNull(list.get(i));
            }
            none("orders[" + i + "]", Fixture.difference(Fixture.numbered(i), list.get(i)));
        }
        Map<String, Order> map = sample(op).ordersByName(2);
        equal("ordersByName, size", 2, map.size());
        for (int i = 0; i < 2; i++) {
            if (op.farGo()) {
                emptyForNull(map.get("order-" + i));
            }
            none("ordersByName", Fixture.difference(Fixture.numbered(i), map.get("order-" + i)));
        }
        equal("orders(0)", 0, sample(op).orders(0).size());
    }

    private void any(Op op) {
        Sample s = sample(op);
        for (Object o : Arrays.asList("text", 7, true, 0.5, 3000000000L, Arrays.asList("a", 1, null))) {
            equal("any", o, s.any(o));
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("k", "v");
        map.put("n", 1);
        equal("any of a map", map, s.any(map));
        if (op.farJson()) {
            return;
        }
        // A small long stays a long and an object keeps its class only where the whole way is typed.
        equal("any of a long", 5L, s.any(5L));
        Object got = s.any(Fixture.order());
        if (op.farGo() && got instanceof Order o) {
            emptyForNull(o);
        }
        that("any of an order: got " + (got == null ? null : got.getClass()), got instanceof Order);
        none("any of an order", Fixture.difference(Fixture.order(), (Order) got));
    }
}
