package io.dragoman.peer;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The loop of a peer: one JSON object per line in, one out. */
public abstract class Peer {
    /** A case returns when all is well and throws otherwise. */
    public interface Case { void run(Op op) throws Exception; }

    /** One request of the driver. */
    public record Op(Map<String, Object> fields) {
        public String text(String key, String otherwise) {
            Object v = fields.get(key);
            return v == null ? otherwise : v.toString();
        }

        public int number(String key, int otherwise) {
            return fields.get(key) instanceof Number n ? n.intValue() : otherwise;
        }

        public boolean flag(String key) { return Boolean.TRUE.equals(fields.get(key)); }

        /** For what a case expects as long as its options do not deny it. */
        public boolean unlessDenied(String key) { return !Boolean.FALSE.equals(fields.get(key)); }

        /** True when the service behind the gateway knows JSON only and so neither classes nor shared objects. */
        public boolean farJson() { return "json".equals(fields.get("far")); }

        /** True when the provider is dubbo-go, which has no overloads and sets no reply attachments. */
        public boolean farGo() { return "go".equals(fields.get("far")); }
    }

    protected final Map<String, Case> cases = new LinkedHashMap<>();
    private final ExecutorService worker = Executors.newCachedThreadPool(r -> {
        Thread t = new Thread(r, "case");
        t.setDaemon(true);
        return t;
    });

    /** Starts the server and returns its port; a peer that is only a client has none. */
    protected int serve(Op op) throws Exception { throw new UnsupportedOperationException("this peer has no server"); }

    protected Map<String, Object> state() { return new LinkedHashMap<>(); }

    public final void run() throws Exception {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        // Whatever a library prints must not get between the answers.
        System.setOut(System.err);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null;) {
            if (line.isBlank()) {
                continue;
            }
            Map<String, Object> answer;
            try {
                Op op = new Op(Json.object(line));
                if ("quit".equals(op.text("op", ""))) {
                    break;
                }
                answer = answer(op);
            } catch (Throwable e) {
                answer = failed(e);
            }
            out.println(Json.write(answer));
        }
        // Not System.exit: shutdown hooks of the libraries wait for many seconds.
        Runtime.getRuntime().halt(0);
    }

    private Map<String, Object> answer(Op op) throws Exception {
        Map<String, Object> answer = new LinkedHashMap<>();
        switch (op.text("op", "")) {
            case "serve" -> answer.put("port", serve(op));
            case "cases" -> answer.put("cases", new ArrayList<>(cases.keySet()));
            case "state" -> answer.putAll(state());
            case "case" -> {
                runCase(op);
                answer.put("ok", true);
            }
            default -> throw new IllegalArgumentException("unknown op");
        }
        return answer;
    }

    private void runCase(Op op) throws Exception {
        Case c = cases.get(op.text("name", ""));
        if (c == null) {
            throw new IllegalArgumentException("unknown case " + op.text("name", ""));
        }
        // A fresh thread: what a call leaves in thread locals must not help the next case.
        Future<?> f = worker.submit(() -> {
            c.run(op);
            return null;
        });
        try {
            f.get(28, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            f.cancel(true);
            throw new IllegalStateException("no result within 28 s");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception x ? x : e;
        }
    }

    private static Map<String, Object> failed(Throwable e) {
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        System.err.println(trace);
        String text = e instanceof Check ? e.getMessage() : trace.toString();
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("ok", false);
        m.put("error", text.length() > 2000 ? text.substring(0, 2000) : text);
        return m;
    }

    /** A check that failed; its message alone is worth reporting. */
    public static final class Check extends RuntimeException {
        public Check(String message) { super(message); }
    }

    public static void equal(String what, Object want, Object got) {
        if (want == null ? got != null : !want.equals(got)) {
            throw new Check(what + ": expected " + show(want) + ", got " + show(got));
        }
    }

    public static void none(String what, String difference) {
        if (difference != null) {
            throw new Check(what + ": " + difference);
        }
    }

    public static void that(String what, boolean holds) {
        if (!holds) {
            throw new Check(what);
        }
    }

    private static String show(Object o) {
        return o == null ? "null" : o + " (" + o.getClass().getName() + ")";
    }
}
