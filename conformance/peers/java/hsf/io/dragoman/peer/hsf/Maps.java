package io.dragoman.peer.hsf;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Objects as maps and back, for generic calls: the key "class" names an object's class. */
final class Maps {
    private static final String PACKAGE = "io.dragoman.sample.";

    private Maps() { }

    /** The map form of a value; that of an enum is its name, what the JDK has stays as it is. */
    static Object of(Object v) throws ReflectiveOperationException {
        if (v instanceof Map<?, ?> m) {
            Map<Object, Object> out = new LinkedHashMap<>();
            for (Map.Entry<?, ?> e : m.entrySet()) {
                out.put(of(e.getKey()), of(e.getValue()));
            }
            return out;
        }
        if (v instanceof Collection<?> c) {
            List<Object> out = new ArrayList<>();
            for (Object e : c) {
                out.add(of(e));
            }
            return out;
        }
        if (v instanceof Enum<?> e) {
            return e.name();
        }
        if (v == null || v instanceof Throwable || !v.getClass().getName().startsWith(PACKAGE)) {
            return v;
        }
        Map<Object, Object> out = new LinkedHashMap<>();
        out.put("class", v.getClass().getName());
        for (Field f : fields(v.getClass())) {
            out.put(f.getName(), of(f.get(v)));
        }
        return out;
    }

    /** What a type says of a value in its map form. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    static Object real(Object v, Type type) throws ReflectiveOperationException {
        Class<?> c = type instanceof ParameterizedType p ? (Class<?>) p.getRawType() : (Class<?>) type;
        if (v instanceof Map<?, ?> m && m.get("class") instanceof String name && name.startsWith(PACKAGE)) {
            c = Class.forName(name);
        }
        if (v == null) {
            return null;
        }
        if (c.isEnum() && v instanceof String s) {
            return Enum.valueOf((Class<Enum>) c, s);
        }
        if (v instanceof String s && c.getPackageName().equals("java.time")) {
            return c.getMethod("parse", CharSequence.class).invoke(null, s);
        }
        if (v instanceof Number n) {
            return number(n, c);
        }
        if ((c == char.class || c == Character.class) && v instanceof String s) {
            return s.charAt(0);
        }
        if (c.isArray() && v instanceof Collection<?> l) {
            Object out = Array.newInstance(c.getComponentType(), l.size());
            int i = 0;
            for (Object e : l) {
                Array.set(out, i++, real(e, c.getComponentType()));
            }
            return out;
        }
        if (v instanceof List<?> l && type instanceof ParameterizedType p) {
            List<Object> out = new ArrayList<>();
            for (Object e : l) {
                out.add(real(e, p.getActualTypeArguments()[0]));
            }
            return out;
        }
        return v instanceof Map<?, ?> m ? fromMap(m, c, type) : v;
    }

    private static Object fromMap(Map<?, ?> m, Class<?> c, Type type) throws ReflectiveOperationException {
        if (type instanceof ParameterizedType p) {
            Map<Object, Object> out = new LinkedHashMap<>();
            for (Map.Entry<?, ?> e : m.entrySet()) {
                out.put(real(e.getKey(), p.getActualTypeArguments()[0]), real(e.getValue(), p.getActualTypeArguments()[1]));
            }
            return out;
        }
        if (!c.getName().startsWith(PACKAGE)) {
            return m;
        }
        Object out = c.getConstructor().newInstance();
        for (Field f : fields(c)) {
            if (m.containsKey(f.getName())) {
                f.set(out, real(m.get(f.getName()), f.getGenericType()));
            }
        }
        return out;
    }

    private static Object number(Number n, Class<?> c) {
        if (c == int.class || c == Integer.class) {
            return n.intValue();
        }
        if (c == long.class || c == Long.class) {
            return n.longValue();
        }
        return c == double.class || c == Double.class ? (Object) n.doubleValue() : n;
    }

    private static List<Field> fields(Class<?> c) {
        List<Field> all = new ArrayList<>();
        for (; c != null && c.getName().startsWith(PACKAGE); c = c.getSuperclass()) {
            for (Field f : c.getDeclaredFields()) {
                if (!Modifier.isStatic(f.getModifiers())) {
                    f.setAccessible(true);
                    all.add(f);
                }
            }
        }
        return all;
    }
}
