/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A request as the routes see it.
 *
 * @param method the method, in capitals
 * @param path the path without the query
 * @param query the parameters of the query, decoded, the first of each name
 * @param headers the headers by lower-case name, the first of each name
 * @param body the body, empty if there is none
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
public record Request(String method, String path, Map<String, String> query, Map<String, String> headers, byte[] body) {

    /**
     * A request out of what the request line says.
     *
     * @param method the method
     * @param target path and query
     * @param headers the headers by lower-case name
     * @param body the body, empty if there is none
     * @return the request
     */
    public static Request of(String method, String target, Map<String, String> headers, byte[] body) {
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        String query = mark < 0 ? "" : target.substring(mark + 1);
        return new Request(method.toUpperCase(Locale.ROOT), path, parse(query), headers, body);
    }

    private static Map<String, String> parse(String query) {
        Map<String, String> parameters = new HashMap<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            // The recorded server takes a parameter without a value for absent.
            if (equals > 0 && equals < pair.length() - 1) {
                parameters.putIfAbsent(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    private static String decode(String encoded) {
        try {
            return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // A stray percent sign stands for itself.
            return encoded;
        }
    }

    /**
     * A header.
     *
     * @param lowerCaseName its name
     * @return its first value
     */
    public Optional<String> header(String lowerCaseName) {
        return Optional.ofNullable(headers.get(lowerCaseName));
    }

    /**
     * What the client sends along: the JSON body of a POST, else the query, whose values are all strings.
     *
     * @return a JSON object
     * @throws FrameworkError 400 if the body is not JSON, 500 if it is not an object, as the recorded server has it
     */
    JsonNode arguments() {
        if (method.equals("POST")) {
            JsonNode json = JsonNodes.parse(body)
                    .orElseThrow(() -> new FrameworkError(400, "Failed when parsing body as json"));
            if (!json.isObject()) {
                throw FrameworkError.internal();
            }
            return json;
        }
        ObjectNode arguments = JsonNodes.object();
        query.forEach(arguments::put);
        return arguments;
    }
}
