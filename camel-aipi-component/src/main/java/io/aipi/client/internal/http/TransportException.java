/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

/** A call that got no response. Says what a decision to repeat it needs: whether the server may have seen it. */
public final class TransportException extends Exception {

    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    public enum Kind {
        /** No connection, or none in time. */
        NOT_CONNECTED,
        /** The connection broke before the response was complete. */
        BROKEN,
        /** No complete response in time. */
        TIMED_OUT,
        /** The response is longer than allowed. */
        RESPONSE_TOO_LARGE,
        /** The response has an encoding that is not understood. */
        UNREADABLE,
        /** The transport was closed. */
        CLOSED
    }

    private final Kind kind;
    private final boolean requestSent;

    public TransportException(Kind kind, boolean requestSent, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.requestSent = requestSent;
    }

    /** What went wrong. */
    public Kind kind() {
        return kind;
    }

    /** Whether any byte of the request may have reached the server. */
    public boolean requestSent() {
        return requestSent;
    }
}
