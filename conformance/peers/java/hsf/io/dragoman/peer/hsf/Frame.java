package io.dragoman.peer.hsf;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The frames of HSF 2, all numbers big-endian:
 *
 * <pre>
 * request    14 1 0 codec extension[3] id[8] timeout[4] service[4] method[4] n[4] type[4]*n argument[4]*n properties[4]
 *            service, method, types, arguments, properties
 * response   14 1 1 status codec extension[3] id[8] body[4]   body
 * heartbeat  12 type 1 extension[3] id[8] timeout[4]           type: 0 asks, 1 answers
 * </pre>
 */
sealed interface Frame {
    int MAX = 16 << 20;

    long id();

    void write(DataOutputStream out) throws IOException;

    record Request(long id, int codec, int timeout, String service, String method, List<String> types, List<byte[]> args,
            byte[] properties) implements Frame {
        @Override public void write(DataOutputStream out) throws IOException {
            List<byte[]> parts = new ArrayList<>(List.of(utf8(service), utf8(method)));
            types.forEach(t -> parts.add(utf8(t)));
            parts.addAll(args);
            parts.add(properties);
            out.write(new byte[] {14, 1, 0, (byte) codec, 0, 0, 0});
            out.writeLong(id);
            out.writeInt(timeout);
            for (int i = 0; i < parts.size(); i++) {
                if (i == 2) {
                    out.writeInt(args.size());
                }
                out.writeInt(parts.get(i).length);
            }
            for (byte[] p : parts) {
                out.write(p);
            }
        }
    }

    record Response(long id, int status, int codec, byte[] body) implements Frame {
        @Override public void write(DataOutputStream out) throws IOException {
            out.write(new byte[] {14, 1, 1, (byte) status, (byte) codec, 0, 0, 0});
            out.writeLong(id);
            out.writeInt(body.length);
            out.write(body);
        }
    }

    record Heartbeat(long id, boolean answer, int timeout) implements Frame {
        @Override public void write(DataOutputStream out) throws IOException {
            out.write(new byte[] {12, (byte) (answer ? 1 : 0), 1, 0, 0, 0});
            out.writeLong(id);
            out.writeInt(timeout);
        }
    }

    /** The next frame, or null at the end between two of them. */
    static Frame read(DataInputStream in) throws IOException {
        int protocol = in.read();
        switch (protocol) {
            case -1:
                return null;
            case 12: {
                int type = in.readUnsignedByte();
                expect("version of a heartbeat", 1, in.readUnsignedByte());
                in.skipNBytes(3);
                return new Heartbeat(in.readLong(), type == 1, in.readInt());
            }
            case 14:
                expect("version", 1, in.readUnsignedByte());
                return in.readUnsignedByte() == 0 ? request(in) : response(in);
            default:
                throw new ProtocolException("the first byte of a frame is " + protocol);
        }
    }

    private static Request request(DataInputStream in) throws IOException {
        int codec = in.readUnsignedByte();
        in.skipNBytes(3);
        long id = in.readLong();
        int timeout = in.readInt();
        int service = in.readInt();
        int method = in.readInt();
        int n = in.readInt();
        if (n < 0 || n > 255) {
            throw new ProtocolException(n + " arguments");
        }
        int[] types = lengths(in, n);
        int[] args = lengths(in, n);
        int properties = in.readInt();
        String serviceName = text(in, service);
        String methodName = text(in, method);
        List<String> typeNames = new ArrayList<>();
        for (int t : types) {
            typeNames.add(text(in, t));
        }
        List<byte[]> bodies = new ArrayList<>();
        for (int a : args) {
            bodies.add(bytes(in, a));
        }
        return new Request(id, codec, timeout, serviceName, methodName, typeNames, bodies, bytes(in, properties));
    }

    private static Response response(DataInputStream in) throws IOException {
        int status = in.readUnsignedByte();
        int codec = in.readUnsignedByte();
        in.skipNBytes(3);
        long id = in.readLong();
        return new Response(id, status, codec, bytes(in, in.readInt()));
    }

    private static int[] lengths(DataInputStream in, int n) throws IOException {
        int[] all = new int[n];
        for (int i = 0; i < n; i++) {
            all[i] = in.readInt();
        }
        return all;
    }

    private static byte[] bytes(DataInputStream in, int length) throws IOException {
        if (length < 0 || length > MAX) {
            throw new ProtocolException("a length of " + length);
        }
        byte[] b = in.readNBytes(length);
        if (b.length < length) {
            throw new EOFException("within a frame");
        }
        return b;
    }

    private static String text(DataInputStream in, int length) throws IOException {
        return new String(bytes(in, length), StandardCharsets.UTF_8);
    }

    private static void expect(String what, int want, int got) throws ProtocolException {
        if (want != got) {
            throw new ProtocolException(what + " is " + got);
        }
    }

    static byte[] utf8(String s) { return s.getBytes(StandardCharsets.UTF_8); }

    default byte[] bytes() throws IOException {
        ByteArrayOutputStream b = new ByteArrayOutputStream();
        write(new DataOutputStream(b));
        return b.toByteArray();
    }
}
