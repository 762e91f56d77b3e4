package io.dragoman.peer.hsf;

/** What a call failed with when it was not the service that threw. */
final class HsfException extends RuntimeException {
    static final int OK = 20;
    static final int CLIENT_TIMEOUT = 30;
    static final int BAD_REQUEST = 40;
    static final int SERVICE_NOT_FOUND = 60;
    static final int SERVER_ERROR = 80;
    static final int COMMUNICATION_ERROR = 82;

    final int status;

    HsfException(int status, String text) {
        super(text);
        this.status = status;
    }

    @Override public String toString() { return "status " + status + ": " + getMessage(); }
}
