package io.dragoman.peer;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON with every digit kept, so that a number that lost some is seen. Written here so that no class path of a peer
 * is chosen by its test tools. Integers are Long or BigInteger, other numbers BigDecimal.
 */
public final class Json {
    private final String s;
    private int at;

    private Json(String s) { this.s = s; }

    public static Object read(String text) {
        Json j = new Json(text);
        Object v = j.value();
        j.space();
        if (j.at != text.length()) {
            throw j.bad("end");
        }
        return v;
    }

    @SuppressWarnings("unchecked")
    public static Map<String, Object> object(String text) { return (Map<String, Object>) read(text); }

    public static String write(Object o) {
        StringBuilder b = new StringBuilder();
        write(b, o);
        return b.toString();
    }

    private Object value() {
        space();
        char c = peek();
        switch (c) {
            case '{': return map();
            case '[': return list();
            case '"': return string();
            case 't': return word("true", Boolean.TRUE);
            case 'f': return word("false", Boolean.FALSE);
            case 'n': return word("null", null);
            default: return number();
        }
    }

    private Map<String, Object> map() {
        Map<String, Object> m = new LinkedHashMap<>();
        at++;
        space();
        if (peek() == '}') {
            at++;
            return m;
        }
        while (true) {
            space();
            String key = string();
            space();
            expect(':');
            if (m.containsKey(key)) {
                throw bad("no second member " + key);
            }
            m.put(key, value());
            space();
            if (peek() == '}') {
                at++;
                return m;
            }
            expect(',');
        }
    }

    private List<Object> list() {
        List<Object> l = new ArrayList<>();
        at++;
        space();
        if (peek() == ']') {
            at++;
            return l;
        }
        while (true) {
            l.add(value());
            space();
            if (peek() == ']') {
                at++;
                return l;
            }
            expect(',');
        }
    }

    private String string() {
        expect('"');
        StringBuilder b = new StringBuilder();
        while (true) {
            char c = peek();
            at++;
            if (c == '"') {
                return b.toString();
            }
            if (c != '\\') {
                b.append(c);
                continue;
            }
            c = peek();
            at++;
            int i = "bfnrt".indexOf(c);
            if (i >= 0) {
                b.append("\b\f\n\r\t".charAt(i));
            } else if (c == 'u') {
                b.append((char) Integer.parseInt(s.substring(at, at + 4), 16));
                at += 4;
            } else {
                b.append(c);
            }
        }
    }

    private Object number() {
        int start = at;
        while (at < s.length() && "+-.eE0123456789".indexOf(s.charAt(at)) >= 0) {
            at++;
        }
        String n = s.substring(start, at);
        if (n.isEmpty()) {
            throw bad("value");
        }
        if (n.matches("-?\\d+")) {
            BigInteger i = new BigInteger(n);
            return i.bitLength() < 64 ? (Object) i.longValue() : i;
        }
        return new BigDecimal(n);
    }

    private Object word(String w, Object v) {
        if (!s.startsWith(w, at)) {
            throw bad(w);
        }
        at += w.length();
        return v;
    }

    private void space() {
        while (at < s.length() && " \t\r\n".indexOf(s.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() {
        if (at >= s.length()) {
            throw bad("more");
        }
        return s.charAt(at);
    }

    private void expect(char c) {
        if (peek() != c) {
            throw bad("'" + c + "'");
        }
        at++;
    }

    private IllegalArgumentException bad(String want) {
        return new IllegalArgumentException("JSON: expected " + want + " at " + at + " of " + s);
    }

    private static void write(StringBuilder b, Object o) {
        if (o == null || o instanceof Boolean) {
            b.append(o);
        } else if (o instanceof BigDecimal d) {
            b.append(d.toPlainString());
        } else if (o instanceof Number) {
            b.append(o);
        } else if (o instanceof Map<?, ?> m) {
            String sep = "{";
            for (Map.Entry<?, ?> e : m.entrySet()) {
                b.append(sep);
                quote(b, String.valueOf(e.getKey()));
                b.append(':');
                write(b, e.getValue());
                sep = ",";
            }
            b.append(m.isEmpty() ? "{}" : "}");
        } else if (o instanceof Iterable<?> l) {
            b.append('[');
            String sep = "";
            for (Object e : l) {
                b.append(sep);
                write(b, e);
                sep = ",";
            }
            b.append(']');
        } else {
            quote(b, o.toString());
        }
    }

    private static void quote(StringBuilder b, String s) {
        b.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '"' || c == '\\') {
                b.append('\\').append(c);
            } else if (c < ' ' || Character.isSurrogate(c)) {
                b.append(String.format("\\u%04x", (int) c));
            } else {
                b.append(c);
            }
        }
        b.append('"');
    }
}
