package io.dragoman.peer.hsf;

import static io.dragoman.peer.Peer.equal;
import static io.dragoman.peer.Peer.that;

import io.dragoman.peer.Peer.Case;
import io.dragoman.peer.Peer.Op;
import io.dragoman.sample.Fixture;
import io.dragoman.sample.Order;
import io.dragoman.sample.Sample;
import java.util.List;
import java.util.Map;

/** The same service called without its classes: through $invoke, and with maps for the objects of the method itself. */
final class GenericCases {
    private static final String STRING = "java.lang.String";
    private static final String[] INVOKE = {STRING, "[Ljava.lang.String;", "[Ljava.lang.Object;"};

    void addTo(Map<String, Case> cases) {
        cases.put("generic", this::generic);
        cases.put("generic-direct", this::direct);
        cases.put("generic-exception", this::exception);
    }

    private static Client client(Op op) { return new Client(Sample.class.getName(), op, op.number("timeout", 5000)); }

    private static Object call(Client c, String method, String[] types, Object... args) throws Exception {
        return HsfCases.checked(() -> c.call("$invoke", INVOKE, method, types, args));
    }

    private void generic(Op op) throws Exception {
        Client c = client(op);
        equal("echo", Fixture.TEXT, call(c, "echo", types(STRING), Fixture.TEXT));
        equal("addInt", 5, call(c, "addInt", types("int", "int"), 2, 3));
        equal("addLong", 9007199254740993L, call(c, "addLong", types("long", "long"), 9007199254740992L, 1L));
        if (!op.farGo()) {
            equal("pick(int)", "int:1", call(c, "pick", types("int"), 1));
        }
        equal("pick(String, int)", "string+int:x,1", call(c, "pick", types(STRING, "int"), "x", 1));
        equal("join", "a+b", call(c, "join", types(STRING, "[Ljava.lang.String;"), "+", new String[] {"a", "b"}));
        equal("context", Map.of(), call(c, "context", types()));
        if (op.farGo()) {
            // It cannot make enums and dates from their map form.
            return;
        }
        order(op, call(c, "order", types(Order.class.getName()), sent()));
        Object list = call(c, "orders", types("int"), 2);
        that("orders: expected a list of 2, got " + list, list instanceof List<?> l && l.size() == 2);
        equal("orders[1]", "order-1", ((Map<?, ?>) ((List<?>) list).get(1)).get("name"));
    }

    private void direct(Op op) throws Exception {
        Object got = HsfCases.checked(() -> client(op).call("order", types(Order.class.getName()), sent()));
        order(op, got instanceof Order o ? Maps.of(o) : got);
    }

    /** Its name is not the fixture's: the service compares nothing, as not every one makes all classes from maps. */
    private static Object sent() throws ReflectiveOperationException {
        Order o = Fixture.order();
        o.setName("generic");
        return Maps.of(o);
    }

    private static void order(Op op, Object answer) {
        that("order: expected a map, got " + (answer == null ? null : answer.getClass()), answer instanceof Map);
        Map<?, ?> got = (Map<?, ?>) answer;
        Order want = Fixture.order();
        if (!op.farJson()) {
            equal("class of the order", Order.class.getName(), got.get("class"));
        }
        equal("createdBy", want.getCreatedBy(), got.get("createdBy"));
        equal("id", want.getId(), got.get("id"));
        equal("count", want.getCount(), got.get("count"));
        equal("total", want.getTotal(), got.get("total"));
        equal("ratio", want.getRatio(), got.get("ratio"));
        equal("color", want.getColor().name(), String.valueOf(got.get("color")));
        that("items: got " + got.get("items"), got.get("items") instanceof List<?> l && l.size() == 2);
        Map<?, ?> item = (Map<?, ?>) ((List<?>) got.get("items")).get(0);
        equal("sku of the first item", "A-1", item.get("sku"));
        equal("tags", want.getFirst().getTags(), item.get("tags"));
    }

    private void exception(Op op) throws Exception {
        HsfCases.outOfStock(() -> call(client(op), "reserve", types(STRING, "int"), "A-1", 5));
    }

    private static String[] types(String... names) { return names; }
}
