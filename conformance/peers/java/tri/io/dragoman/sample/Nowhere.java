package io.dragoman.sample;

import io.dragoman.sample.pb.EchoReply;
import io.dragoman.sample.pb.EchoRequest;

/** A service that nobody provides. */
public interface Nowhere {
    EchoReply Echo(EchoRequest r);
}
