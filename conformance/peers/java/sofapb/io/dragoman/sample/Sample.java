package io.dragoman.sample;

import io.dragoman.sample.pb.EchoReply;
import io.dragoman.sample.pb.EchoRequest;
import io.dragoman.sample.pb.Order;
import io.dragoman.sample.pb.OrdersReply;
import io.dragoman.sample.pb.OrdersRequest;
import io.dragoman.sample.pb.ReserveRequest;
import io.dragoman.sample.pb.SlowReply;
import io.dragoman.sample.pb.SlowRequest;

/**
 * A part of the service of sample.proto as an interface of messages. SOFARPC finds the types of a call by the names of
 * interface and method, so that these have to be those of the wire. Methods that take an empty message are left out: the
 * library takes one for a broken request.
 */
public interface Sample {
    EchoReply Echo(EchoRequest r);
    Order Order(Order o);
    Order Reserve(ReserveRequest r);
    SlowReply Slow(SlowRequest r);
    OrdersReply Orders(OrdersRequest r);
}
