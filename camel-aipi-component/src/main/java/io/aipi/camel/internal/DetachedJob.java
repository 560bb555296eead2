/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A job that the server has accepted and whose exchange has gone on without its result: what is needed to follow it from
 * anywhere, at any time, and to give the submitting message back.
 *
 * @param server base URL of the server, without a slash at its end
 * @param endpoint name of the model endpoint
 * @param jobId the server's id of the job; null only where the submit was answered with a result and no id
 * @param requestId the sender's name for the request; null for none
 * @param submitted when the server had accepted it
 * @param exchangeId id of the exchange that submitted
 * @param headers headers of the message that was submitted
 * @param body its body
 */
public record DetachedJob(
        String server,
        String endpoint,
        String jobId,
        String requestId,
        Instant submitted,
        String exchangeId,
        Map<String, Object> headers,
        Object body) {

    /** Keys are columns in databases: an id of the sender's that is longer than this is replaced by its digest. */
    private static final int LONGEST_REQUEST_ID = 100;

    /** Copies the headers, in their order. */
    public DetachedJob {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    /** Under which the job is kept: unique among all servers, endpoints and jobs. */
    public String key() {
        if (requestId != null) {
            return key(server, endpoint, requestId);
        }
        return prefix(server, endpoint) + (jobId != null ? jobId : "exchange:" + exchangeId);
    }

    /** Under which a job with this request id is kept. */
    public static String key(String server, String endpoint, String requestId) {
        String id = requestId.length() <= LONGEST_REQUEST_ID ? requestId : "sha256:" + digest(requestId);
        return prefix(server, endpoint) + "request:" + id;
    }

    /** With which the keys of all jobs of an endpoint begin. */
    public static String prefix(String server, String endpoint) {
        // neither has a # in it
        return server + "#" + URLEncoder.encode(endpoint, StandardCharsets.UTF_8) + "/";
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            // every Java has it
            throw new IllegalStateException(e);
        }
    }

    /** Without headers and body, which may be confidential. */
    @Override
    public String toString() {
        return "DetachedJob[" + endpoint + " " + jobId + ", submitted " + submitted + "]";
    }
}
