package io.dragoman.peer.dubbo;

import static io.dragoman.peer.Peer.equal;
import static io.dragoman.peer.Peer.none;
import static io.dragoman.peer.Peer.that;

import io.dragoman.peer.Peer.Case;
import io.dragoman.peer.Peer.Check;
import io.dragoman.peer.Peer.Op;
import io.dragoman.sample.Fixture;
import io.dragoman.sample.Order;
import io.dragoman.sample.OutOfStock;
import io.dragoman.sample.Sample;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.dubbo.common.utils.PojoUtils;
import org.apache.dubbo.rpc.service.GenericException;
import org.apache.dubbo.rpc.service.GenericService;

/** The same service called without its classes, through $invoke. */
final class GenericCases {
    private final References references;

    GenericCases(References references) { this.references = references; }

    void addTo(Map<String, Case> cases) {
        cases.put("generic", this::generic);
        cases.put("generic-exception", this::exception);
        cases.put("generic-async", this::async);
    }

    private GenericService service(Op op) { return references.generic(Sample.class.getName(), op); }

    private void generic(Op op) {
        GenericService s = service(op);
        equal("echo", Fixture.TEXT, call(s, "echo", types(String.class), Fixture.TEXT));
        equal("addInt", 5, call(s, "addInt", types(int.class, int.class), 2, 3));
        equal("addLong", 9007199254740993L, call(s, "addLong", types(long.class, long.class), 9007199254740992L, 1L));
        if (!op.farGo()) {
            equal("pick(int)", "int:1", call(s, "pick", types(int.class), 1));
        }
        equal("pick(String, int)", "string+int:x,1", call(s, "pick", types(String.class, int.class), "x", 1));
        equal("join", "a+b", call(s, "join", types(String.class, String[].class), "+", new String[] {"a", "b"}));

        if (op.farGo()) {
            // It cannot make enums and dates from their map form.
            return;
        }
        Map<?, ?> sent = (Map<?, ?>) PojoUtils.generalize(Fixture.order());
        // The provider's PojoUtils cannot make these from maps: it looks for private constructors of the JDK.
        sent.remove("instant");
        sent.remove("uuid");
        sent.remove("name");
        Object got = call(s, "order", types(Order.class), sent);
        that("order: expected a map, got " + (got == null ? null : got.getClass()), got instanceof Map);
        if (!op.farJson()) {
            equal("class of the order", Order.class.getName(), ((Map<?, ?>) got).get("class"));
        }
        fields((Map<?, ?>) got);
        Object list = call(s, "orders", types(int.class), 2);
        that("orders: expected a list of 2, got " + list, list instanceof List<?> l && l.size() == 2);
        equal("orders[1]", "order-1", ((Map<?, ?>) ((List<?>) list).get(1)).get("name"));
    }

    /** Those fields that all versions of the map form write alike. */
    private static void fields(Map<?, ?> got) {
        Order want = Fixture.order();
        equal("createdBy", want.getCreatedBy(), got.get("createdBy"));
        equal("id", want.getId(), got.get("id"));
        equal("count", want.getCount(), got.get("count"));
        equal("total", want.getTotal(), got.get("total"));
        equal("ratio", want.getRatio(), got.get("ratio"));
        equal("color", want.getColor().name(), String.valueOf(got.get("color")));
        equal("price", want.getPrice(), got.get("price"));
        equal("big", want.getBig(), got.get("big"));
        that("items: got " + got.get("items"), got.get("items") instanceof List<?> l && l.size() == 2);
        Map<?, ?> item = (Map<?, ?>) ((List<?>) got.get("items")).get(0);
        equal("sku of the first item", "A-1", item.get("sku"));
        none("tags", want.getFirst().getTags().equals(item.get("tags")) ? null : "got " + item.get("tags"));
    }

    private void exception(Op op) throws Exception {
        try {
            Object got = reserve(service(op));
            throw new Check("reserve: expected GenericException, got a result " + got);
        } catch (Check e) {
            throw e;
        } catch (GenericException e) {
            equal("exceptionClass", "io.dragoman.sample.OutOfStock", e.getExceptionClass());
            equal("exceptionMessage", "out of stock: A-1", e.getExceptionMessage());
        } catch (OutOfStock e) {
            // dubbo-go throws the exception itself, which no method here declares.
            that("OutOfStock of a Java provider", op.farGo());
            equal("message", "out of stock: A-1", e.getMessage());
        } catch (RuntimeException e) {
            // 3.x sends the class of the old package, which on 2.7 does not extend the new one.
            equal("class", "com.alibaba.dubbo.rpc.service.GenericException", e.getClass().getName());
            equal("exceptionClass", "io.dragoman.sample.OutOfStock", property(e, "getExceptionClass"));
            equal("exceptionMessage", "out of stock: A-1", property(e, "getExceptionMessage"));
        }
    }

    /** Declares what a provider may throw past the compiler. */
    private static Object reserve(GenericService s) throws OutOfStock {
        return call(s, "reserve", types(String.class, int.class), "A-1", 5);
    }

    private static Object property(Object o, String getter) throws ReflectiveOperationException {
        return o.getClass().getMethod(getter).invoke(o);
    }

    private void async(Op op) throws Exception {
        equal("$invokeAsync", "later", service(op)
                .$invokeAsync("echo", types(String.class), new Object[] {"later"}).get(3, TimeUnit.SECONDS));
    }

    private static Object call(GenericService s, String method, String[] types, Object... args) {
        return s.$invoke(method, types, args);
    }

    private static String[] types(Class<?>... classes) {
        String[] names = new String[classes.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = classes[i].getCanonicalName();
        }
        return names;
    }
}
