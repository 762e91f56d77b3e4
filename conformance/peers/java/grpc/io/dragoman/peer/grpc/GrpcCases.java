package io.dragoman.peer.grpc;

import static io.dragoman.peer.Peer.equal;
import static io.dragoman.peer.Peer.none;
import static io.dragoman.peer.Peer.that;
import static io.dragoman.peer.grpc.Calls.detail;
import static io.dragoman.peer.grpc.Calls.echoed;
import static io.dragoman.peer.grpc.Calls.fails;
import static io.dragoman.peer.grpc.Calls.reaches;
import static io.dragoman.peer.grpc.Calls.request;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.Empty;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dragoman.v1.FaultOuterClass.Fault;
import io.dragoman.peer.Peer.Case;
import io.dragoman.peer.Peer.Op;
import io.dragoman.peer.pb.Orders;
import io.dragoman.sample.Fixture;
import io.dragoman.sample.pb.AddIntRequest;
import io.dragoman.sample.pb.AddLongRequest;
import io.dragoman.sample.pb.AnyRequest;
import io.dragoman.sample.pb.EchoReply;
import io.dragoman.sample.pb.EchoRequest;
import io.dragoman.sample.pb.FailRequest;
import io.dragoman.sample.pb.JoinRequest;
import io.dragoman.sample.pb.NoticeRequest;
import io.dragoman.sample.pb.Order;
import io.dragoman.sample.pb.OrdersByNameRequest;
import io.dragoman.sample.pb.OrdersRequest;
import io.dragoman.sample.pb.PickRequest;
import io.dragoman.sample.pb.ReserveRequest;
import io.dragoman.sample.pb.SampleGrpc;
import io.dragoman.sample.pb.Shortage;
import io.dragoman.sample.pb.SlowRequest;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** What a Java client does with the service by unary calls. */
final class GrpcCases {
    static final String SERVICE = "io.dragoman.sample.Sample";

    private final Calls calls = new Calls();

    void addTo(Map<String, Case> cases) {
        cases.put("echo", this::echo);
        cases.put("nulls", this::nulls);
        cases.put("sums", this::sums);
        cases.put("pojo", this::pojo);
        cases.put("overloads", this::overloads);
        cases.put("varargs", this::varargs);
        cases.put("exception", this::exception);
        cases.put("status", this::status);
        cases.put("slow", this::slow);
        cases.put("deadline", this::deadline);
        cases.put("oneway", this::oneway);
        cases.put("context", this::context);
        cases.put("metadata", this::metadata);
        cases.put("collections", this::collections);
        cases.put("any", this::any);
        cases.put("missing-method", op -> missing(op, SERVICE + "/Nosuch"));
        cases.put("missing-service", op -> missing(op, "io.dragoman.sample.Nowhere/Echo"));
        new StreamCases(calls).addTo(cases);
        cases.put("cancel-unary", this::cancelUnary);
        cases.put("large", op -> calls.ping(op, "x".repeat(op.number("size", 3000000))));
        cases.put("compression", this::compression);
        cases.put("concurrent", this::concurrent);
        cases.put("health", this::health);
    }

    private SampleGrpc.SampleBlockingStub sample(Op op) { return calls.blocking(op); }

    private void echo(Op op) {
        for (String s : List.of("hello", "", Fixture.TEXT, "x".repeat(op.number("size", 5000)))) {
            calls.ping(op, s);
        }
    }

    private void nulls(Op op) {
        equal("echo of null", EchoReply.getDefaultInstance(), sample(op).echo(EchoRequest.getDefaultInstance()));
    }

    private int add(Op op, int a, int b) { return sample(op).addInt(AddIntRequest.newBuilder().setA(a).setB(b).build()).getValue(); }

    private long add(Op op, long a, long b) { return sample(op).addLong(AddLongRequest.newBuilder().setA(a).setB(b).build()).getValue(); }

    private void sums(Op op) {
        equal("addInt", 42, add(op, 40, 2));
        equal("addInt", Integer.MIN_VALUE, add(op, Integer.MAX_VALUE, 1));
        equal("addLong", 9007199254740993L, add(op, 9007199254740992L, 1L));
        equal("addLong", Long.MIN_VALUE, add(op, Long.MIN_VALUE + 1, -1L));
    }

    private void pojo(Op op) { none("order", Orders.difference(Orders.fixture(), sample(op).order(Orders.fixture()))); }

    private void overloads(Op op) {
        equal("pick", "string+int:x,1", sample(op).pick(PickRequest.newBuilder().setA("x").setB(1).build()).getValue());
    }

    private void varargs(Op op) {
        equal("join", "a-b-c", sample(op).join(JoinRequest.newBuilder().setSep("-").addAllParts(List.of("a", "b", "c")).build()).getValue());
        equal("join of none", "", sample(op).join(JoinRequest.newBuilder().setSep("-").build()).getValue());
    }

    private void exception(Op op) throws Exception {
        StatusRuntimeException e = fails("reserve", Status.Code.UNKNOWN,
                () -> sample(op).reserve(ReserveRequest.newBuilder().setSku("A-1").setWanted(5).build()));
        equal("message", "out of stock: A-1", e.getStatus().getDescription());
        Fault f = detail(e, Fault.class);
        equal("class", "io.dragoman.sample.OutOfStock", f.getClass_());
        equal("message of the fault", "out of stock: A-1", f.getMessage());
        equal("sku", "A-1", f.getFieldsOrThrow("sku").getString());
        equal("left", 3, f.getFieldsOrThrow("left").getInt());
        if (!op.unlessDenied("cause")) {
            return;
        }
        equal("class of the cause", "java.lang.IllegalStateException", f.getCause().getClass_());
        equal("message of the cause", "warehouse empty", f.getCause().getMessage());
    }

    private void status(Op op) throws Exception {
        for (Status.Code code : Status.Code.values()) {
            if (code == Status.Code.OK) {
                continue;
            }
            // Messages are percent-encoded on the wire.
            String message = "100 % of " + Fixture.TEXT;
            StatusRuntimeException e = fails("fail", code,
                    () -> sample(op).fail(FailRequest.newBuilder().setCode(code.value()).setMessage(message).build()));
            equal("message", message, e.getStatus().getDescription());
            equal("detail", GrpcService.shortage(3), detail(e, Shortage.class));
        }
    }

    private static SlowRequest millis(long n) { return SlowRequest.newBuilder().setMillis(n).build(); }

    private void slow(Op op) { equal("slow", "slept 300", sample(op).slow(millis(300)).getValue()); }

    private void deadline(Op op) {
        int limit = op.number("timeout", 500);
        long start = System.nanoTime();
        fails("slow", Status.Code.DEADLINE_EXCEEDED, () -> sample(op).withDeadlineAfter(limit, TimeUnit.MILLISECONDS)
                .slow(millis(op.number("millis", limit + 1500))));
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        that("it took " + took + " ms", took >= limit - 50 && took < limit + 2000);
        calls.ping(new Op(Map.of("addr", op.text("addr", ""), "ca", op.text("ca", ""))), "after");
    }

    private void oneway(Op op) throws Exception {
        long before = calls.noticed(op);
        for (int i = 0; i < 3; i++) {
            equal("notice", Empty.getDefaultInstance(), sample(op).notice(NoticeRequest.newBuilder().setS("n" + i).build()));
        }
        reaches("noticed", before + 3, () -> calls.noticed(op));
    }

    /** Calls context with metadata; what came back in the head and in the trailers is added to the lists. */
    private Map<String, String> context(Op op, Metadata sent, AtomicReference<Metadata> head, AtomicReference<Metadata> trailers) {
        return sample(op).withInterceptors(MetadataUtils.newAttachHeadersInterceptor(sent),
                MetadataUtils.newCaptureMetadataInterceptor(head, trailers)).context(Empty.getDefaultInstance()).getValueMap();
    }

    private void context(Op op) {
        Metadata sent = new Metadata();
        sent.put(Context.text("x-trace"), "t-1");
        sent.put(Context.text("x-other"), "other value");
        AtomicReference<Metadata> head = new AtomicReference<>();
        AtomicReference<Metadata> trailers = new AtomicReference<>();
        equal("context", Map.of("x-trace", "t-1", "x-other", "other value"), context(op, sent, head, trailers));
        if (!Boolean.FALSE.equals(op.fields().get("reply"))) {
            Metadata both = new Metadata();
            both.merge(head.get());
            both.merge(trailers.get());
            equal("x-reply", "seen:t-1", both.get(Context.text("x-reply")));
        }
    }

    private void metadata(Op op) {
        byte[] raw = new byte[256];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = (byte) i;
        }
        Metadata sent = new Metadata();
        sent.put(Context.text("x-trace"), "t-2");
        sent.put(Context.binary("x-trace-bin"), raw);
        sent.put(Context.text("x-many"), "a");
        sent.put(Context.text("x-many"), "b");
        sent.put(Context.text("x-long"), "y".repeat(6000));
        AtomicReference<Metadata> head = new AtomicReference<>();
        AtomicReference<Metadata> trailers = new AtomicReference<>();
        Map<String, String> seen = new java.util.HashMap<>(context(op, sent, head, trailers));
        seen.computeIfPresent("x-many", (k, v) -> v.replace("a, b", "a,b"));
        equal("context", Map.of("x-trace", "t-2", "x-trace-bin", Base64.getEncoder().encodeToString(raw), "x-many", "a,b",
                "x-long", "y".repeat(6000)), seen);
        equal("x-head", "head:t-2", head.get().get(Context.text("x-head")));
        equal("x-reply", "seen:t-2", trailers.get().get(Context.text("x-reply")));
        that("x-reply-bin differs", java.util.Arrays.equals(Context.reversed(raw), trailers.get().get(Context.binary("x-reply-bin"))));
    }

    private void collections(Op op) {
        equal("orders", Orders.first(3), sample(op).orders(OrdersRequest.newBuilder().setN(3).build()).getValueList());
        Map<String, Order> got = sample(op).ordersByName(OrdersByNameRequest.newBuilder().setN(2).build()).getValueMap();
        equal("ordersByName", Map.of("order-0", Orders.numbered(0), "order-1", Orders.numbered(1)), got);
    }

    private void any(Op op) {
        Value text = Value.newBuilder().setStringValue("text").build();
        Value list = Value.newBuilder().setListValue(ListValue.newBuilder().addValues(text).addValues(Value.newBuilder().setBoolValue(true))).build();
        Value struct = Value.newBuilder().setStructValue(Struct.newBuilder().putFields("k", text).putFields("list", list)
                .putFields("n", Value.newBuilder().setNumberValue(1.5).build())).build();
        for (Value v : List.of(text, Value.newBuilder().setNumberValue(7).build(), Value.newBuilder().setBoolValue(true).build(), list, struct)) {
            equal("any", v, sample(op).any(AnyRequest.newBuilder().setO(v).build()).getValue());
        }
    }

    private void missing(Op op, String method) {
        MethodDescriptor<Empty, Empty> lost = MethodDescriptor.<Empty, Empty>newBuilder().setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(method).setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
                .setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance())).build();
        fails(method, Status.Code.UNIMPLEMENTED, () -> ClientCalls.blockingUnaryCall(calls.channel(op), lost,
                CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS), Empty.getDefaultInstance()));
    }

    private void cancelUnary(Op op) throws Exception {
        long before = calls.canceled(op);
        ListenableFuture<?> waiting = SampleGrpc.newFutureStub(calls.channel(op)).withDeadlineAfter(10, TimeUnit.SECONDS).slow(millis(4000));
        calls.ping(op, "so that the service has begun");
        Thread.sleep(100);
        waiting.cancel(true);
        reaches("canceled", before + 1, () -> calls.canceled(op));
    }

    private void compression(Op op) {
        Metadata sent = new Metadata();
        sent.put(Context.text("x-compress"), "gzip");
        String s = "gzip ".repeat(2000);
        equal("echo", echoed(s), sample(op).withCompression("gzip").withInterceptors(MetadataUtils.newAttachHeadersInterceptor(sent)).echo(request(s)));
    }

    private void concurrent(Op op) throws Exception {
        SampleGrpc.SampleFutureStub stub = SampleGrpc.newFutureStub(calls.channel(op)).withDeadlineAfter(20, TimeUnit.SECONDS);
        List<ListenableFuture<EchoReply>> waiting = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            waiting.add(stub.echo(request("c" + i)));
        }
        for (int i = 0; i < 200; i++) {
            equal("answer " + i, echoed("c" + i), waiting.get(i).get());
        }
    }

    private void health(Op op) {
        HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(calls.channel(op)).withDeadlineAfter(10, TimeUnit.SECONDS);
        HealthCheckResponse serving = HealthCheckResponse.newBuilder().setStatus(ServingStatus.SERVING).build();
        equal("health of all", serving, health.check(HealthCheckRequest.getDefaultInstance()));
        equal("health of the service", serving, health.check(HealthCheckRequest.newBuilder().setService(SERVICE).build()));
        fails("health of nothing", Status.Code.NOT_FOUND, () -> health.check(HealthCheckRequest.newBuilder().setService("nosuch").build()));
    }
}
