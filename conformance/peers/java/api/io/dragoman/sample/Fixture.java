package io.dragoman.sample;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/** The order that every peer knows; order.json in the folder above holds the same one as JSON. */
public final class Fixture {
    /** Holds a character outside the basic plane (two chars in Java) and a Chinese one. */
    public static final String TEXT = "clef \uD834\uDD1E \u6F22 end";

    private Fixture() { }

    public static Order order() {
        Item a = new Item("A-1", 2, list("red", "\uD834\uDD1E"));
        Item b = new Item("B-\u6F22", null, list());
        Order o = new Order();
        o.setId(72057594037927937L);
        o.setCreatedBy("\u674E\u96F7");
        o.setName("fixture");
        o.setCount(3);
        // 2^53 + 1: the first integer that a double cannot hold.
        o.setTotal(9007199254740993L);
        o.setRatio(0.1);
        o.setPaid(true);
        o.setColor(Color.GREEN);
        o.setPrice(new BigDecimal("1.10"));
        o.setBig(BigInteger.ONE.shiftLeft(70));
        o.setAt(Date.from(Instant.parse("2026-11-21T03:18:00.123Z")));
        o.setDay(LocalDate.parse("2026-11-21"));
        o.setMoment(LocalDateTime.parse("2026-11-21T03:18:00"));
        o.setInstant(Instant.parse("2026-11-21T03:18:00.000000001Z"));
        o.setBlob(new byte[] {0, 1, 127, (byte) 128, (byte) 255});
        o.setUuid(UUID.fromString("123e4567-e89b-12d3-a456-426614174000"));
        o.setItems(new ArrayList<>(Arrays.asList(a, b)));
        Map<String, Item> bySku = new LinkedHashMap<>();
        bySku.put("A-1", a);
        bySku.put("B-\u6F22", b);
        o.setBySku(bySku);
        Map<Integer, String> names = new LinkedHashMap<>();
        names.put(1, "one");
        names.put(2, "\u4E8C");
        o.setNames(names);
        o.setFirst(a);
        o.setAgain(a);
        o.setNote(null);
        o.setNumbers(new int[] {1, -2, Integer.MAX_VALUE});
        o.setBoxed(null);
        o.setLetter('\u00E9');
        return o;
    }

    /**
     * The i-th of the orders that {@link Sample#orders} returns. Without a UUID: the Hessian reader of Dubbo 2.7.23
     * miscounts references after one, so that two 2.7 programs cannot pass two such orders to each other either.
     */
    public static Order numbered(int i) {
        Order o = order();
        o.setId(i);
        o.setName("order-" + i);
        o.setUuid(null);
        return o;
    }

    /** Names the first differing field with both values, or null when the orders are equal. */
    public static String difference(Order want, Order got) {
        if (got == null) {
            return "order: expected one, got null";
        }
        try {
            for (Class<?> c : new Class<?>[] {Base.class, Order.class}) {
                for (Field f : c.getDeclaredFields()) {
                    if (Modifier.isStatic(f.getModifiers())) {
                        continue;
                    }
                    f.setAccessible(true);
                    Object w = f.get(want);
                    Object g = f.get(got);
                    if (!Objects.deepEquals(w, g)) {
                        return "field " + f.getName() + ": expected " + show(w) + ", got " + show(g);
                    }
                }
            }
            return elements(got);
        } catch (ReflectiveOperationException e) {
            return e.toString();
        } catch (ClassCastException e) {
            return "an element of a collection has the wrong class: " + e.getMessage();
        }
    }

    /** A list of the wrong class may equal by accident (both empty); its elements are touched here by type. */
    private static String elements(Order o) {
        for (Item i : o.getItems()) {
            for (String tag : i.getTags()) {
                tag.length();
            }
        }
        for (Map.Entry<Integer, String> e : o.getNames().entrySet()) {
            e.getKey().intValue();
        }
        for (Item i : o.getBySku().values()) {
            i.getSku();
        }
        return null;
    }

    /** Says which reference was copied where the sender had one object, or null. */
    public static String unshared(Order o) {
        Item first = o.getItems().get(0);
        if (o.getFirst() != first) {
            return "first is not the same object as items[0]";
        }
        if (o.getAgain() != first) {
            return "again is not the same object as first";
        }
        return o.getBySku().get("A-1") != first ? "bySku[A-1] is not the same object as items[0]" : null;
    }

    private static String show(Object o) {
        if (o == null) {
            return "null";
        }
        if (!o.getClass().isArray()) {
            return o + " (" + o.getClass().getName() + ")";
        }
        List<Object> parts = new ArrayList<>();
        for (int i = 0; i < Array.getLength(o); i++) {
            parts.add(Array.get(o, i));
        }
        return parts + " (" + o.getClass().getSimpleName() + ")";
    }

    private static List<String> list(String... s) {
        return new ArrayList<>(Arrays.asList(s));
    }
}
