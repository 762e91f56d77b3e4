package io.dragoman.peer.hsf;

import com.caucho.hessian.io.AbstractDeserializer;
import com.caucho.hessian.io.AbstractHessianInput;
import com.caucho.hessian.io.AbstractHessianOutput;
import com.caucho.hessian.io.AbstractSerializer;
import com.caucho.hessian.io.AbstractSerializerFactory;
import com.caucho.hessian.io.Deserializer;
import com.caucho.hessian.io.Hessian2Input;
import com.caucho.hessian.io.Hessian2Output;
import com.caucho.hessian.io.HessianInput;
import com.caucho.hessian.io.HessianOutput;
import com.caucho.hessian.io.HessianProtocolException;
import com.caucho.hessian.io.Serializer;
import com.caucho.hessian.io.SerializerFactory;
import com.caucho.hessian.io.StringValueSerializer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Values as the Hessian library of Caucho writes and reads them: codec 1 is Hessian 1.0, codec 4 the final Hessian 2.0. */
final class Body {
    static final int HESSIAN1 = 1;
    static final int HESSIAN2 = 4;

    private static final String HANDLES = "com.alibaba.com.caucho.hessian.io.java8.";
    private static final SerializerFactory CLASSES = classes();

    private Body() { }

    static byte[] write(int codec, Object value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        AbstractHessianOutput out = codec == HESSIAN1 ? new HessianOutput(bytes) : new Hessian2Output(bytes);
        out.setSerializerFactory(CLASSES);
        out.writeObject(value);
        out.flush();
        return bytes.toByteArray();
    }

    static Object read(int codec, byte[] body) throws IOException { return read(codec, body, null); }

    /** Reads one value that fills the body; a type says what it should be made into. */
    static Object read(int codec, byte[] body, Class<?> type) throws IOException {
        ByteArrayInputStream bytes = new ByteArrayInputStream(body);
        AbstractHessianInput in = codec == HESSIAN1 ? new HessianInput(bytes) : new Hessian2Input(bytes);
        in.setSerializerFactory(CLASSES);
        Object value = type == null ? in.readObject() : in.readObject(type);
        // Hessian2Input reads ahead, and says with an exception alone that nothing is left.
        if (codec == HESSIAN1 ? bytes.available() > 0 : !((Hessian2Input) in).isEnd()) {
            throw new IOException("more than one value in " + body.length + " bytes");
        }
        return value;
    }

    /**
     * What the library does in its own way, or not at all, as Dubbo's Hessian has it: handles for java.time, and a UUID as text,
     * besides which its two halves are read. Nothing is public on how HSF's own copy of the library writes them.
     */
    @SuppressWarnings("rawtypes")
    private static SerializerFactory classes() {
        SerializerFactory f = new SerializerFactory() {
            @Override public Deserializer getDeserializer(String type) throws HessianProtocolException {
                // Each copy of the library has the handles in a package of its own.
                return super.getDeserializer(type == null ? null : type.replaceFirst("^.*\\.hessian\\.io\\.java8\\.", HANDLES));
            }
        };
        f.setAllowNonSerializable(true);
        f.addFactory(new AbstractSerializerFactory() {
            @Override public Serializer getSerializer(Class c) {
                return c == UUID.class ? StringValueSerializer.SER : "java.time".equals(c.getPackageName()) ? new TimeSerializer() : null;
            }

            @Override public Deserializer getDeserializer(Class c) { return c == UUID.class ? new UuidDeserializer() : null; }
        });
        return f;
    }

    private static final class TimeSerializer extends AbstractSerializer {
        @Override public void writeObject(Object value, AbstractHessianOutput out) throws IOException {
            String handle = HANDLES + value.getClass().getSimpleName() + "Handle";
            try {
                out.writeObject(Class.forName(handle).getConstructor(Object.class).newInstance(value));
            } catch (ReflectiveOperationException e) {
                throw new IOException(e);
            }
        }
    }

    private static final class UuidDeserializer extends AbstractDeserializer {
        @Override public Class<?> getType() { return UUID.class; }

        @Override public Object readObject(AbstractHessianInput in, Object[] fields) throws IOException {
            int ref = in.addRef(null);
            Map<Object, Object> values = new HashMap<>();
            for (Object field : fields) {
                values.put(field, in.readObject());
            }
            return made(in, ref, values);
        }

        @Override public Object readMap(AbstractHessianInput in) throws IOException {
            int ref = in.addRef(null);
            Map<Object, Object> values = new HashMap<>();
            while (!in.isEnd()) {
                values.put(in.readObject(), in.readObject());
            }
            in.readEnd();
            return made(in, ref, values);
        }

        private static UUID made(AbstractHessianInput in, int ref, Map<Object, Object> values) throws IOException {
            UUID uuid = values.get("value") instanceof String text ? UUID.fromString(text)
                    : new UUID((Long) values.get("mostSigBits"), (Long) values.get("leastSigBits"));
            in.setRef(ref, uuid);
            return uuid;
        }
    }
}
