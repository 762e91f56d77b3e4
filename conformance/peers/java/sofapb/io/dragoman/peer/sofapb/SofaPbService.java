package io.dragoman.peer.sofapb;

import io.dragoman.peer.pb.Orders;
import io.dragoman.sample.Sample;
import io.dragoman.sample.pb.EchoReply;
import io.dragoman.sample.pb.EchoRequest;
import io.dragoman.sample.pb.Order;
import io.dragoman.sample.pb.OrdersByNameReply;
import io.dragoman.sample.pb.OrdersByNameRequest;
import io.dragoman.sample.pb.OrdersReply;
import io.dragoman.sample.pb.OrdersRequest;
import io.dragoman.sample.pb.ReserveRequest;
import io.dragoman.sample.pb.SlowReply;
import io.dragoman.sample.pb.SlowRequest;
import java.util.concurrent.atomic.AtomicLong;

/** The provider's side. What protobuf carries of a failure is its message. */
final class SofaPbService implements Sample {
    final AtomicLong calls = new AtomicLong();

    private <T> T counted(T reply) {
        calls.incrementAndGet();
        return reply;
    }

    @Override public EchoReply echo(EchoRequest r) {
        return counted(r.hasS() ? EchoReply.newBuilder().setValue(r.getS()).build() : EchoReply.getDefaultInstance());
    }

    @Override public Order order(Order o) {
        String difference = o.getName().equals("fixture") ? Orders.difference(Orders.fixture(), o) : null;
        if (difference != null) {
            throw new IllegalStateException(difference);
        }
        return counted(o);
    }

    @Override public Order reserve(ReserveRequest r) {
        throw counted(new IllegalStateException("out of stock: " + r.getSku()));
    }

    @Override public SlowReply slow(SlowRequest r) {
        try {
            Thread.sleep(r.getMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return counted(SlowReply.newBuilder().setValue("slept " + r.getMillis()).build());
    }

    @Override public OrdersByNameReply ordersByName(OrdersByNameRequest r) {
        OrdersByNameReply.Builder reply = OrdersByNameReply.newBuilder();
        Orders.first(r.getN()).forEach(o -> reply.putValue(o.getName(), o));
        return counted(reply.build());
    }

    @Override public OrdersReply orders(OrdersRequest r) { return counted(OrdersReply.newBuilder().addAllValue(Orders.first(r.getN())).build()); }
}
