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
 * A response.
 *
 * @param status the HTTP status
 * @param content the body, if there is one
 * @param headers headers beside those that every response has
 * @param closes whether the server closes the connection after it
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
public record Response(int status, Optional<Content> content, Map<String, String> headers, boolean closes)
        implements Reply {

    /**
     * A body.
     *
     * @param type its content type
     * @param bytes the body
     */
    public record Content(String type, byte[] bytes) {}

    static Response json(int status, JsonNode body) {
        return of(status, "application/json", JsonNodes.bytes(body));
    }

    static Response text(int status, String type, String body) {
        return of(status, type, body.getBytes(StandardCharsets.UTF_8));
    }

    private static Response of(int status, String type, byte[] body) {
        return new Response(status, Optional.of(new Content(type, body)), Map.of(), false);
    }

    /** The response to a preflight request for a route that exists. */
    static Response preflight() {
        return new Response(
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

    Response withHeader(String name, String value) {
        return new Response(status, content, Map.of(name, value), closes);
    }

    Response closing() {
        return new Response(status, content, headers, true);
    }
}
