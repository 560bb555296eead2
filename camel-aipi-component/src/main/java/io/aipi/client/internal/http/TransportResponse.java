/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import java.time.Duration;
import java.util.Locale;

/**
 * The response to a {@link TransportRequest}, read to its end.
 *
 * @param status HTTP status
 * @param contentType value of the header, null for none
 * @param retryAfter time that {@code Retry-After} asks to wait, 0 for a value that says no time, null for none
 * @param location host that a redirect points to, null for none
 * @param challenge kind of the credentials that a 401 asks for by {@code WWW-Authenticate}, null for none
 * @param requestLength bytes of the request's body
 * @param body the bytes; only the first {@code length} count
 * @param length number of bytes
 * @param memory what the body takes of the memory for responses, null for nothing
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
public record TransportResponse(
        int status,
        String contentType,
        Duration retryAfter,
        String location,
        String challenge,
        long requestLength,
        byte[] body,
        int length,
        ResponseMemory.Share memory) {

    /** One without a challenge, to a request without a body, which takes no memory that is counted. */
    public TransportResponse(
            int status, String contentType, Duration retryAfter, String location, byte[] body, int length) {
        this(status, contentType, retryAfter, location, null, 0, body, length, null);
    }

    /**
     * Keeps the memory of the body counted beyond the transport's part, which ends when it has completed the future; to be
     * followed by {@link #release} if it gives true.
     */
    public boolean hold() {
        return memory != null && memory.hold();
    }

    /** Whether it is for people to read. */
    public boolean isPage() {
        return contentType != null
                && contentType.strip().toLowerCase(Locale.ROOT).startsWith("text/html");
    }

    /** The body is not needed any more by who held it. */
    public void release() {
        if (memory != null) {
            memory.release();
        }
    }

    /** Never the body: it may hold secrets. */
    @Override
    public String toString() {
        return "TransportResponse[" + status + " " + contentType + ", " + length + " bytes]";
    }
}
