package io.dragoman.peer.sofapb;

import static io.dragoman.peer.Peer.equal;
import static io.dragoman.peer.Peer.none;
import static io.dragoman.peer.Peer.that;

import com.alipay.sofa.rpc.config.ConsumerConfig;
import com.alipay.sofa.rpc.core.exception.SofaRpcException;
import com.alipay.sofa.rpc.core.exception.SofaTimeOutException;
import io.dragoman.peer.Peer.Case;
import io.dragoman.peer.Peer.Check;
import io.dragoman.peer.Peer.Op;
import io.dragoman.peer.pb.Orders;
import io.dragoman.sample.Sample;
import io.dragoman.sample.pb.EchoRequest;
import io.dragoman.sample.pb.Order;
import io.dragoman.sample.pb.OrdersByNameRequest;
import io.dragoman.sample.pb.OrdersRequest;
import io.dragoman.sample.pb.ReserveRequest;
import io.dragoman.sample.pb.SlowRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What a SOFARPC consumer does with the service in messages of protobuf. */
final class SofaPbCases {
    /** A character outside the basic plane, and a Chinese one. */
    private static final String TEXT = "clef \uD834\uDD1E \u6F22 end";

    private final Map<String, Sample> references = new ConcurrentHashMap<>();

    void addTo(Map<String, Case> cases) {
        cases.put("echo", this::echo);
        cases.put("pojo", op -> none("order", Orders.difference(Orders.fixture(), sample(op).order(Orders.fixture()))));
        cases.put("collections", this::collections);
        cases.put("exception", this::exception);
        cases.put("slow", this::slow);
    }

    private Sample sample(Op op) { return sample(op, 5000); }

    private Sample sample(Op op, int timeout) {
        return references.computeIfAbsent(op.text("addr", "") + "|" + timeout, k -> {
            ConsumerConfig<Sample> c = new ConsumerConfig<>();
            c.setInterfaceId(Sample.class.getName());
            c.setVersion("1.0.0");
            c.setUniqueId("sample");
            c.setProtocol("bolt");
            c.setSerialization("protobuf");
            c.setDirectUrl("bolt://" + op.text("addr", ""));
            c.setTimeout(timeout);
            c.setRegister(false);
            c.setSubscribe(false);
            c.setRepeatedReferLimit(-1);
            return c.refer();
        });
    }

    private void echo(Op op) {
        for (String s : List.of("hello", TEXT, "x".repeat(op.number("size", 5000)))) {
            equal("echo", s, sample(op).echo(EchoRequest.newBuilder().setS(s).build()).getValue());
        }
    }

    private void collections(Op op) {
        List<Order> got = sample(op).orders(OrdersRequest.newBuilder().setN(3).build()).getValueList();
        equal("orders, length", 3, got.size());
        Map<String, Order> byName = sample(op).ordersByName(OrdersByNameRequest.newBuilder().setN(2).build()).getValueMap();
        equal("ordersByName, size", 2, byName.size());
        none("ordersByName", Orders.difference(Orders.numbered(1), byName.get("order-1")));
        for (int i = 0; i < 3; i++) {
            none("orders[" + i + "]", Orders.difference(Orders.numbered(i), got.get(i)));
        }
    }

    private void exception(Op op) {
        try {
            Object got = sample(op).reserve(ReserveRequest.newBuilder().setSku("A-1").setWanted(5).build());
            throw new Check("reserve: expected an exception, got a result " + got);
        } catch (SofaRpcException e) {
            that("reserve: the message is lost: " + e.getMessage(), String.valueOf(e.getMessage()).contains("out of stock: A-1"));
        }
    }

    private void slow(Op op) {
        try {
            Object got = sample(op, 500).slow(SlowRequest.newBuilder().setMillis(2000).build());
            throw new Check("slow: expected a timeout, got " + got);
        } catch (SofaTimeOutException e) {
            equal("slow", "slept 200", sample(op).slow(SlowRequest.newBuilder().setMillis(200).build()).getValue());
        }
    }
}
