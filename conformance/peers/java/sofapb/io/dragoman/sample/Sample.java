package io.dragoman.sample;

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

/**
 * A part of the service of sample.proto as an interface of messages, with names as Java has them. SOFARPC finds the types of a
 * call by the names of interface and method. Methods that take an empty message are left out: the library takes one for a
 * broken request.
 */
public interface Sample {
    EchoReply echo(EchoRequest r);
    Order order(Order o);
    Order reserve(ReserveRequest r);
    SlowReply slow(SlowRequest r);
    OrdersReply orders(OrdersRequest r);
    OrdersByNameReply ordersByName(OrdersByNameRequest r);
}
