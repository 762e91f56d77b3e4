package io.dragoman.peer.sofa;

import static io.dragoman.peer.Peer.equal;
import static io.dragoman.peer.Peer.none;
import static io.dragoman.peer.Peer.that;

import com.alipay.hessian.generic.model.GenericObject;
import com.alipay.hessian.generic.util.GenericUtils;
import com.alipay.sofa.rpc.api.GenericService;
import io.dragoman.peer.Peer.Case;
import io.dragoman.peer.Peer.Op;
import io.dragoman.sample.Fixture;
import io.dragoman.sample.Order;
import java.util.List;
import java.util.Map;

/** The same service called without its interface: $invoke, and $genericInvoke with and without the classes. */
final class GenericCases {
    private final References references;

    GenericCases(References references) { this.references = references; }

    void addTo(Map<String, Case> cases) {
        cases.put("generic", this::plain);
        cases.put("generic-objects", this::objects);
        cases.put("generic-class", this::mixed);
        cases.put("generic-exception", this::exception);
    }

    /** $invoke: type 0, for arguments and results of the JDK or of classes that the caller has. */
    private void plain(Op op) {
        GenericService s = references.generic(op);
        equal("echo", Fixture.TEXT, s.$invoke("echo", types(String.class), new Object[] {Fixture.TEXT}));
        equal("addInt", 5, s.$invoke("addInt", types(int.class, int.class), new Object[] {2, 3}));
        equal("addLong", 9007199254740993L, s.$invoke("addLong", types(long.class, long.class), new Object[] {9007199254740992L, 1L}));
        if (!op.farGo()) {
            equal("pick(int)", "int:1", s.$invoke("pick", types(int.class), new Object[] {1}));
        }
        equal("pick(String, int)", "string+int:x,1", s.$invoke("pick", types(String.class, int.class), new Object[] {"x", 1}));
        equal("join", "a+b", s.$invoke("join", types(String.class, String[].class), new Object[] {"+", new String[] {"a", "b"}}));
        Object got = s.$invoke("order", types(Order.class), new Object[] {Fixture.order()});
        that("order: expected an Order, got " + kind(got), got instanceof Order);
        none("order", Fixture.difference(Fixture.order(), (Order) got));
    }

    /** $genericInvoke: type 2, objects of all classes as GenericObject both ways. */
    private void objects(Op op) {
        GenericService s = references.generic(op);
        equal("echo", Fixture.TEXT, s.$genericInvoke("echo", types(String.class), new Object[] {Fixture.TEXT}));
        equal("addLong", 9007199254740993L, s.$genericInvoke("addLong", types(long.class, long.class), new Object[] {9007199254740992L, 1L}));
        Object sent = GenericUtils.convertToGenericObject(Fixture.order());
        Object got = s.$genericInvoke("order", types(Order.class), new Object[] {sent});
        that("order: expected a GenericObject, got " + kind(got), got instanceof GenericObject);
        fields((GenericObject) got);
        Object list = s.$genericInvoke("orders", types(int.class), new Object[] {2});
        that("orders: expected a list of 2, got " + list, list instanceof List<?> l && l.size() == 2);
        that("orders[1]: got " + kind(((List<?>) list).get(1)), ((List<?>) list).get(1) instanceof GenericObject);
        equal("orders[1]", "order-1", ((GenericObject) ((List<?>) list).get(1)).getField("name"));
    }

    private static void fields(GenericObject got) {
        Order want = Fixture.order();
        equal("class of the order", Order.class.getName(), got.getType());
        equal("createdBy", want.getCreatedBy(), got.getField("createdBy"));
        equal("id", want.getId(), got.getField("id"));
        equal("count", want.getCount(), got.getField("count"));
        equal("total", want.getTotal(), got.getField("total"));
        equal("ratio", want.getRatio(), got.getField("ratio"));
        that("items: got " + got.getField("items"), got.getField("items") instanceof List<?> l && l.size() == 2);
        GenericObject item = (GenericObject) ((List<?>) got.getField("items")).get(0);
        equal("sku of the first item", "A-1", item.getField("sku"));
        equal("tags", want.getFirst().getTags(), item.getField("tags"));
    }

    /** $genericInvoke with a class: type 1, a GenericObject there and an object back. */
    private void mixed(Op op) {
        Object sent = GenericUtils.convertToGenericObject(Fixture.order());
        Order got = references.generic(op).$genericInvoke("order", types(Order.class), new Object[] {sent}, Order.class);
        none("order", Fixture.difference(Fixture.order(), got));
    }

    /** A generic call throws nothing: what the service threw is its result. */
    private void exception(Op op) {
        Object got = references.generic(op).$genericInvoke("reserve", types(String.class, int.class), new Object[] {"A-1", 5});
        that("reserve: expected a GenericObject, got " + kind(got), got instanceof GenericObject);
        GenericObject thrown = (GenericObject) got;
        equal("class", "io.dragoman.sample.OutOfStock", thrown.getType());
        equal("detailMessage", "out of stock: A-1", thrown.getField("detailMessage"));
        equal("sku", "A-1", thrown.getField("sku"));
        equal("left", 3, thrown.getField("left"));
    }

    private static String kind(Object o) { return o == null ? "null" : o + " (" + o.getClass().getName() + ")"; }

    private static String[] types(Class<?>... classes) {
        String[] names = new String[classes.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = classes[i].getName();
        }
        return names;
    }
}
