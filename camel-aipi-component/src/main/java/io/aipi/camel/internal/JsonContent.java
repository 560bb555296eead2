/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import java.io.IOException;
import java.util.Locale;
import org.apache.camel.Exchange;

/** Messages whose body is JSON, as their content type says: one value, which is the whole body. */
public final class JsonContent {

    private static final ObjectMapper JSON_VALUES = new ObjectMapper();

    /** Takes JSON of a request's size. Of what could fill the memory, small values take most of their JSON's size. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxTokenCount(1_000_000)
                    .build())
            // names are the sender's to choose: they must not fill a table that lives as long as the process
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build()
            .setCodec(JSON_VALUES);

    private JsonContent() {}

    /** Whether the content type of the message, or of its file, is one of JSON. */
    public static boolean isDeclared(Exchange exchange) {
        return isJson(exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, String.class))
                || isJson(exchange.getMessage().getHeader(Exchange.FILE_CONTENT_TYPE, String.class));
    }

    private static boolean isJson(String contentType) {
        if (contentType == null) {
            return false;
        }
        String type = contentType.toLowerCase(Locale.ROOT).split(";", 2)[0].trim();
        return "application/json".equals(type) || "text/json".equals(type) || type.endsWith("+json");
    }

    /**
     * The value that the text is: maps, lists and plain values.
     *
     * @param endpoint the name of the model endpoint, which failures are about
     * @throws InvalidRequestException if it is no JSON, or more than one value
     */
    public static Object parse(String text, String endpoint) {
        try (JsonParser parser = JSON.createParser(text)) {
            Object value = parser.readValueAs(Object.class);
            JsonLocation end = parser.currentLocation();
            if (isMore(parser)) {
                throw invalid(
                        endpoint,
                        "The message's content type is JSON, but its body goes on after the first value, which ends at "
                                + place(end)
                                + ". A message is one request: split it before");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw notJson(endpoint, e.getOriginalMessage() + " at " + place(e.getLocation()));
        } catch (IOException e) {
            throw notJson(endpoint, e.getMessage());
        }
    }

    /** Whatever it is, JSON or not. */
    private static boolean isMore(JsonParser parser) throws IOException {
        try {
            return parser.nextToken() != null;
        } catch (JsonProcessingException e) {
            return true;
        }
    }

    private static String place(JsonLocation location) {
        return location == null
                ? "an unknown place"
                : "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static InvalidRequestException notJson(String endpoint, String reason) {
        return invalid(
                endpoint,
                "The message's content type is JSON but its body is not: " + reason
                        + ". Send JSON, or remove the header " + Exchange.CONTENT_TYPE);
    }

    /** What kind of value it is, in JSON's words. */
    public static String kind(Object value) {
        JsonNode node = value instanceof JsonNode json ? json : JSON_VALUES.valueToTree(value);
        return node.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    private static InvalidRequestException invalid(String endpoint, String reason) {
        return new InvalidRequestException(reason, ErrorContext.of(endpoint));
    }
}
