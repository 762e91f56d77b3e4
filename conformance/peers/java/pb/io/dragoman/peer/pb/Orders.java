package io.dragoman.peer.pb;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.dragoman.sample.pb.Order;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The order that every peer knows, as a message. */
public final class Orders {
    private static final Order FIXTURE = read();

    private Orders() { }

    private static Order read() {
        Order.Builder o = Order.newBuilder();
        try {
            JsonFormat.parser().merge(Files.readString(Path.of(System.getProperty("peers"), "order.proto.json")), o);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return o.build();
    }

    public static Order fixture() { return FIXTURE; }

    /** The i-th order of Orders, OrdersByName and Watch. */
    public static Order numbered(int i) { return FIXTURE.toBuilder().setId(i).setName("order-" + i).clearUuid().build(); }

    public static List<Order> first(int n) {
        List<Order> l = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            l.add(numbered(i));
        }
        return l;
    }

    /** Names the first field in which two orders differ, or null. */
    public static String difference(Order want, Order got) {
        if (want.equals(got)) {
            return null;
        }
        for (FieldDescriptor f : Order.getDescriptor().getFields()) {
            if (!only(f, want).equals(only(f, got))) {
                return "field " + f.getName() + ": expected " + only(f, want) + ", got " + only(f, got);
            }
        }
        return "there are fields that sample.proto does not have";
    }

    /** The entries of a map have no order but in their list: it takes a message to compare them. */
    private static Order only(FieldDescriptor f, Order o) {
        boolean set = f.isRepeated() || !f.hasPresence() || o.hasField(f);
        return set ? Order.newBuilder().setField(f, o.getField(f)).build() : Order.getDefaultInstance();
    }
}
