package io.dragoman.sample;

import com.google.protobuf.Empty;
import io.dragoman.sample.pb.AddIntReply;
import io.dragoman.sample.pb.AddIntRequest;
import io.dragoman.sample.pb.AddLongReply;
import io.dragoman.sample.pb.AddLongRequest;
import io.dragoman.sample.pb.AnyReply;
import io.dragoman.sample.pb.AnyRequest;
import io.dragoman.sample.pb.CanceledReply;
import io.dragoman.sample.pb.ContextReply;
import io.dragoman.sample.pb.EchoReply;
import io.dragoman.sample.pb.EchoRequest;
import io.dragoman.sample.pb.FailRequest;
import io.dragoman.sample.pb.Item;
import io.dragoman.sample.pb.JoinReply;
import io.dragoman.sample.pb.JoinRequest;
import io.dragoman.sample.pb.NoticeRequest;
import io.dragoman.sample.pb.NoticedReply;
import io.dragoman.sample.pb.Order;
import io.dragoman.sample.pb.OrdersByNameReply;
import io.dragoman.sample.pb.OrdersByNameRequest;
import io.dragoman.sample.pb.OrdersReply;
import io.dragoman.sample.pb.OrdersRequest;
import io.dragoman.sample.pb.PickReply;
import io.dragoman.sample.pb.PickRequest;
import io.dragoman.sample.pb.ReserveRequest;
import io.dragoman.sample.pb.SlowReply;
import io.dragoman.sample.pb.SlowRequest;
import io.dragoman.sample.pb.TotalReply;
import io.dragoman.sample.pb.WatchRequest;
import org.apache.dubbo.common.stream.StreamObserver;

/**
 * The service of sample.proto as an interface of messages, which Triple sends as they are. The plug-in that makes such
 * an interface from a .proto file is not published in this version, so it is written here; names are as on the wire.
 */
public interface Sample {
    EchoReply Echo(EchoRequest r);
    AddIntReply AddInt(AddIntRequest r);
    AddLongReply AddLong(AddLongRequest r);
    Order Order(Order o);
    PickReply Pick(PickRequest r);
    JoinReply Join(JoinRequest r);
    Order Reserve(ReserveRequest r);
    SlowReply Slow(SlowRequest r);
    Empty Notice(NoticeRequest r);
    NoticedReply Noticed(Empty r);
    ContextReply Context(Empty r);
    OrdersReply Orders(OrdersRequest r);
    OrdersByNameReply OrdersByName(OrdersByNameRequest r);
    AnyReply Any(AnyRequest r);
    void Watch(WatchRequest r, StreamObserver<Order> out);
    StreamObserver<Item> Total(StreamObserver<TotalReply> out);
    StreamObserver<EchoRequest> Chat(StreamObserver<EchoReply> out);
    EchoReply Fail(FailRequest r);
    CanceledReply Canceled(Empty r);
}
