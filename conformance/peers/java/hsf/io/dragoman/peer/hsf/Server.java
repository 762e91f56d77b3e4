package io.dragoman.peer.hsf;

import io.dragoman.sample.Sample;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A provider of the one service, typed and through $invoke. Each request has a thread of its own. */
final class Server {
    private static final List<String> GENERIC = List.of("java.lang.String", "[Ljava.lang.String;", "[Ljava.lang.Object;");

    private final SampleService service;
    private final List<String> names;
    private final ExecutorService workers = Executors.newCachedThreadPool(r -> {
        Thread t = new Thread(r, "hsf call");
        t.setDaemon(true);
        return t;
    });

    /** The group may be named or left out, as nothing is public on whether it is sent. */
    Server(SampleService service, String version, String group) {
        this.service = service;
        String name = Sample.class.getName() + ":" + version;
        this.names = List.of(name, name + ":" + group);
    }

    int start() throws IOException {
        ServerSocket listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        Thread t = new Thread(() -> accept(listener), "hsf accept");
        t.setDaemon(true);
        t.start();
        return listener.getLocalPort();
    }

    private void accept(ServerSocket listener) {
        while (true) {
            try {
                new Connection(listener.accept()).start(r -> CompletableFuture.supplyAsync(() -> handle(r), workers));
            } catch (IOException e) {
                System.err.println("accept: " + e);
                return;
            }
        }
    }

    private Frame.Response handle(Frame.Request r) {
        try {
            if (r.codec() != Body.HESSIAN1 && r.codec() != Body.HESSIAN2) {
                throw new HsfException(HsfException.BAD_REQUEST, "no codec " + r.codec());
            }
            return new Frame.Response(r.id(), HsfException.OK, r.codec(), Body.write(r.codec(), result(r)));
        } catch (HsfException e) {
            return new Frame.Response(r.id(), e.status, r.codec(), Frame.utf8(e.getMessage()));
        } catch (Exception e) {
            e.printStackTrace();
            return new Frame.Response(r.id(), HsfException.SERVER_ERROR, r.codec(), Frame.utf8(e.toString()));
        }
    }

    /** The result, or what the service threw: as a value it goes back with status 20. */
    private Object result(Frame.Request r) throws Exception {
        if (!names.contains(r.service())) {
            throw new HsfException(HsfException.SERVICE_NOT_FOUND, "HSF service not found: " + r.service());
        }
        if (r.method().equals("$invoke") && r.types().equals(GENERIC)) {
            Object[] names = (Object[]) Body.read(r.codec(), r.args().get(1), String[].class);
            Object[] args = (Object[]) Body.read(r.codec(), r.args().get(2), Object[].class);
            List<String> types = names == null ? List.of() : Arrays.stream(names).map(String::valueOf).toList();
            Method m = method(r.service(), (String) Body.read(r.codec(), r.args().get(0)), types);
            return Maps.of(call(m, r, args == null ? List.of() : Arrays.asList(args)));
        }
        Method m = method(r.service(), r.method(), r.types());
        List<Object> args = new ArrayList<>();
        boolean maps = false;
        for (int i = 0; i < r.args().size(); i++) {
            Object raw = Body.read(r.codec(), r.args().get(i));
            // An object that came as a map: the other form of a generic call, with the method's own name.
            boolean map = raw instanceof Map && !m.getParameterTypes()[i].isInstance(raw);
            maps |= map;
            args.add(map ? raw : Body.read(r.codec(), r.args().get(i), m.getParameterTypes()[i]));
        }
        Object result = call(m, r, args);
        return maps ? Maps.of(result) : result;
    }

    private Object call(Method m, Frame.Request r, List<Object> args) throws Exception {
        Object[] real = new Object[args.size()];
        for (int i = 0; i < real.length; i++) {
            real[i] = Maps.real(args.get(i), m.getGenericParameterTypes()[i]);
        }
        service.receives(r.properties().length == 0 ? null : Body.read(r.codec(), r.properties()));
        try {
            return m.invoke(service, real);
        } catch (InvocationTargetException e) {
            return e.getCause();
        }
    }

    private static Method method(String service, String name, List<String> types) {
        for (Method m : Sample.class.getMethods()) {
            List<String> own = Arrays.stream(m.getParameterTypes()).map(Class::getName).toList();
            List<String> spoken = Arrays.stream(m.getParameterTypes()).map(Class::getCanonicalName).toList();
            if (m.getName().equals(name) && (own.equals(types) || spoken.equals(types))) {
                return m;
            }
        }
        throw new HsfException(HsfException.SERVICE_NOT_FOUND, "no method " + name + types + " in " + service);
    }
}
