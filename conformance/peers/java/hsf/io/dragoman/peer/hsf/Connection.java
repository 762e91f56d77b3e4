package io.dragoman.peer.hsf;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** One connection of either side: frames of many calls in any order, told apart by their ids. */
final class Connection implements Closeable {
    private final Socket socket;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, CompletableFuture<Frame>> waiting = new ConcurrentHashMap<>();
    private volatile boolean closed;

    Connection(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
    }

    static Connection to(String addr) throws IOException {
        int colon = addr.lastIndexOf(':');
        Socket s = new Socket();
        s.connect(new InetSocketAddress(addr.substring(0, colon), Integer.parseInt(addr.substring(colon + 1))), 2000);
        Connection c = new Connection(s);
        c.start(r -> { throw new IllegalStateException("a request to a client"); });
        return c;
    }

    /** Reads in a thread of its own; a server's requests go to serve, whose answer may come later or never. */
    void start(Function<Frame.Request, CompletableFuture<Frame.Response>> serve) {
        Thread t = new Thread(() -> run(serve), "hsf " + socket.getRemoteSocketAddress());
        t.setDaemon(true);
        t.start();
    }

    private void run(Function<Frame.Request, CompletableFuture<Frame.Response>> serve) {
        Exception why = null;
        try (socket; DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()))) {
            for (Frame f; (f = Frame.read(in)) != null;) {
                received(f, serve);
            }
        } catch (IOException | RuntimeException e) {
            why = e;
        }
        closed = true;
        String text = "the connection ended" + (why == null ? "" : ": " + why);
        waiting.forEach((id, w) -> w.completeExceptionally(new HsfException(HsfException.COMMUNICATION_ERROR, text)));
    }

    private void received(Frame f, Function<Frame.Request, CompletableFuture<Frame.Response>> serve) throws IOException {
        if (f instanceof Frame.Request r) {
            serve.apply(r).thenAccept(this::answer);
        } else if (f instanceof Frame.Heartbeat h && !h.answer()) {
            send(new Frame.Heartbeat(h.id(), true, 0));
        } else {
            CompletableFuture<Frame> w = waiting.remove(f.id());
            // Without one it answers a call that nobody waits for any more.
            if (w != null) {
                w.complete(f);
            }
        }
    }

    private void answer(Frame.Response r) {
        try {
            send(r);
        } catch (IOException e) {
            System.err.println("answer " + r.id() + ": " + e);
        }
    }

    void send(Frame f) throws IOException {
        byte[] b = f.bytes();
        synchronized (socket) {
            socket.getOutputStream().write(b);
        }
    }

    long nextId() { return ids.incrementAndGet(); }

    /** Sends a frame and gives what is answered to its id. */
    CompletableFuture<Frame> ask(Frame f) throws IOException {
        CompletableFuture<Frame> w = new CompletableFuture<>();
        waiting.put(f.id(), w);
        send(f);
        if (closed) {
            w.completeExceptionally(new HsfException(HsfException.COMMUNICATION_ERROR, "the connection has ended"));
        }
        return w;
    }

    /** Ends the wait for an id: its answer is dropped. */
    void forget(long id) { waiting.remove(id); }

    boolean isClosed() { return closed; }

    @Override public void close() throws IOException { socket.close(); }
}
