/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * An answer.
 *
 * @param status the HTTP status
 * @param content the body, if there is one
 * @param headers headers beside those that every answer has
 * @param closes whether the server closes the connection after it
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
public record Answer(int status, Optional<Content> content, Map<String, String> headers, boolean closes)
        implements Reply {

    /**
     * A body.
     *
     * @param type its content type
     * @param bytes the body
     */
    public record Content(String type, byte[] bytes) {}

    static Answer json(int status, JsonNode body) {
        return of(status, "application/json", WireJson.bytes(body));
    }

    static Answer text(int status, String type, String body) {
        return of(status, type, body.getBytes(StandardCharsets.UTF_8));
    }

    private static Answer of(int status, String type, byte[] body) {
        return new Answer(status, Optional.of(new Content(type, body)), Map.of(), false);
    }

    /** The answer to a preflight request for a route that exists. */
    static Answer preflight() {
        return new Answer(
                204,
                Optional.empty(),
                Map.of(
                        "allow",
                        "POST,HEAD,GET,OPTIONS",
                        "access-control-max-age",
                        "5",
                        "access-control-allow-headers",
                        "*",
                        "access-control-allow-methods",
                        "POST,GET,HEAD,OPTIONS"),
                false);
    }

    Answer withHeader(String name, String value) {
        return new Answer(status, content, Map.of(name, value), closes);
    }

    Answer closing() {
        return new Answer(status, content, headers, true);
    }
}
