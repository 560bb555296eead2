/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.JobCodec;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Headers and body of a job as columns.
 *
 * @param headers as JSON
 * @param bodyType {@link #TEXT}, {@link #BYTES} or {@link #JSON}; null for no body
 * @param body the body's bytes; text and JSON in UTF-8
 * @param parts large bytes in both, by their numbers
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record EncodedRequest(String headers, String bodyType, byte[] body, List<byte[]> parts) {

    static final String TEXT = "TEXT";
    static final String BYTES = "BYTES";
    static final String JSON = "JSON";

    /**
     * Encodes.
     *
     * @throws IllegalArgumentException if the body is of a type that cannot be stored
     */
    static EncodedRequest of(DetachedJob job) {
        JsonEncoder encoder = new JsonEncoder();
        String headers = encoder.encode(JobCodec.encodeValue(job.headers()));
        Object body = job.body() == null ? null : JobCodec.encodeValue(job.body());
        String type = typeOf(body);
        byte[] bytes = type == null ? null : bytesOf(type, body, encoder);
        return new EncodedRequest(headers, type, bytes, encoder.parts());
    }

    private static String typeOf(Object body) {
        if (body == null) {
            return null;
        }
        if (body instanceof byte[] bytes && bytes.length <= JobParts.CHUNK) {
            return BYTES;
        }
        // three bytes are the most that a char takes
        boolean isText =
                body instanceof String text && text.length() <= JobParts.CHUNK / 3 && JsonEncoder.isUnicode(text);
        return isText ? TEXT : JSON;
    }

    private static byte[] bytesOf(String type, Object body, JsonEncoder encoder) {
        return switch (type) {
            case BYTES -> (byte[]) body;
            case TEXT -> ((String) body).getBytes(StandardCharsets.UTF_8);
            default -> encoder.encode(body).getBytes(StandardCharsets.UTF_8);
        };
    }

    /** About how many bytes it takes. */
    long size() {
        return headers.length()
                + (body == null ? 0 : body.length)
                + parts.stream().mapToLong(part -> part.length).sum();
    }
}
