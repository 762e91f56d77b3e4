package io.dragoman.sample;

import io.dragoman.sample.pb.EchoReply;
import io.dragoman.sample.pb.EchoRequest;

/** What a consumer newer than its provider has: a method that the provider does not know. */
public interface SampleMore {
    EchoReply Nosuch(EchoRequest r);
}
