package io.dragoman.peer.hsf;

import io.dragoman.peer.Peer;
import java.util.LinkedHashMap;
import java.util.Map;

/** A consumer and provider of HSF 2, written from what is public on its bytes: there is no HSF to be had. */
public final class HsfPeer extends Peer {
    private final SampleService service = new SampleService();

    private HsfPeer() {
        new HsfCases().addTo(cases);
        new GenericCases().addTo(cases);
    }

    public static void main(String[] args) throws Exception { new HsfPeer().run(); }

    @Override protected int serve(Op op) throws Exception {
        return new Server(service, op.text("version", "1.0.0"), op.text("group", "sample")).start();
    }

    @Override protected Map<String, Object> state() {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("notices", service.notices.get());
        m.put("calls", service.calls.get());
        return m;
    }
}
