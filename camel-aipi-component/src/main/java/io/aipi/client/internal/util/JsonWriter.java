/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.util;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Writes requests and, for those who want it, results as JSON; media become data URIs. */
public final class JsonWriter {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JsonWriter() {}

    /** The object as JSON in UTF-8. */
    public static byte[] toBytes(Map<String, ?> object) {
        try {
            return toBytes(object, Integer.MAX_VALUE - 8);
        } catch (TooLongException e) {
            throw new UncheckedIOException("a parameter cannot be written as JSON: " + e.getMessage(), e);
        }
    }

    /**
     * The value as JSON in UTF-8 of at most {@code limit} bytes. Of what is longer, no more than that is made.
     *
     * @throws TooLongException if it is longer
     * @throws UncheckedIOException if a value cannot be written as JSON; it says why
     */
    public static byte[] toBytes(Object value, int limit) throws TooLongException {
        RequestBytes bytes = new RequestBytes(limit);
        try {
            MAPPER.writeValue(bytes, value);
        } catch (IOException e) {
            if (!bytes.isTooLong()) {
                String reason = e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
                throw new UncheckedIOException("a parameter cannot be written as JSON: " + reason, e);
            }
        }
        // asked again here, since the caller's own serializers may not pass every exception on
        if (bytes.isTooLong()) {
            throw new TooLongException(limit);
        }
        return bytes.toByteArray();
    }

    /** The value as JSON text. */
    public static String toText(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a value cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * The value as JSON text of at most {@code limit} bytes.
     *
     * @throws TooLongException if it is longer
     * @throws UncheckedIOException if it cannot be written as JSON; it says why
     */
    public static String toText(Object value, int limit) throws TooLongException {
        return new String(toBytes(value, limit), StandardCharsets.UTF_8);
    }

    /** The JSON would be longer than allowed. */
    public static final class TooLongException extends IOException {

        private static final long serialVersionUID = 1L;

        TooLongException(int limit) {
            super("more than " + limit + " bytes");
        }
    }
}
