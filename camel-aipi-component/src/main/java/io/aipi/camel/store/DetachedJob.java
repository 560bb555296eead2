/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.store;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

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

    /** Keys are columns in databases: an id of somebody else's that is longer than this is replaced by its digest. */
    private static final int LONGEST_ID = 100;

    private static final String REQUEST = "request:";

    /** Begins the request id of a failure exchange; the failed job's id follows. */
    private static final String RESUBMISSION = "again:";

    /** With one of these in it, an id is not given twice. */
    private static final Pattern UUID =
            Pattern.compile("\\p{XDigit}{8}-?\\p{XDigit}{4}-?\\p{XDigit}{4}-?\\p{XDigit}{4}-?\\p{XDigit}{12}");

    /** Copies the headers, in their order. */
    public DetachedJob {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    /**
     * Unique among all jobs. The server's id is not: some servers begin to count anew with each start. The id of the exchange
     * is not either, since an exchange can submit more than once.
     */
    public String id() {
        return (jobId == null ? "" : column(jobId)) + "/" + column(exchangeId) + "/"
                + Long.toString(submitted.toEpochMilli(), 36);
    }

    /** Under which the job is kept: its own, but for jobs whose senders gave their requests the same id. */
    public String key() {
        return requestId != null ? key(server, endpoint, requestId) : prefix(server, endpoint) + id();
    }

    /** The request id of the job's failure exchange: submitted again by its route, it is submitted once. */
    public String resubmissionId() {
        return RESUBMISSION + id();
    }

    /** The {@linkplain #id() id} of the failed job that is submitted again under this request id; null if it is none. */
    public static String resubmittedJob(String requestId) {
        return requestId.startsWith(RESUBMISSION) ? requestId.substring(RESUBMISSION.length()) : null;
    }

    /** The same job under a key that it shares with no other. */
    DetachedJob withoutRequestId() {
        return new DetachedJob(server, endpoint, jobId, null, submitted, exchangeId, headers, body);
    }

    /** Under which a job with this request id is kept. */
    public static String key(String server, String endpoint, String requestId) {
        return prefix(server, endpoint) + REQUEST + column(requestId);
    }

    /** With which the keys of all jobs of an endpoint begin. */
    static String prefix(String server, String endpoint) {
        // neither has a # in it
        return server + "#" + URLEncoder.encode(endpoint, StandardCharsets.UTF_8) + "/";
    }

    /** The server in a key; null if it is not the key of a job. */
    static String serverOf(String key) {
        int end = key.indexOf('#');
        return end > 0 && key.indexOf('/', end) > 0 ? key.substring(0, end) : null;
    }

    /** Whether the key is that of a request id, and so does not tell the job's id. */
    static boolean isOfRequest(String key) {
        return tail(key).startsWith(REQUEST);
    }

    /** Whether the key, which is not that of a request id, belongs to a job with this id. */
    static boolean isOfJob(String key, String jobId) {
        return tail(key).startsWith(column(jobId) + "/");
    }

    private static String tail(String key) {
        return key.substring(key.indexOf('/', key.indexOf('#')) + 1);
    }

    /** Whether the server may give the id to another job, as after a restart. */
    public static boolean mayComeAgain(String jobId) {
        return jobId != null && !UUID.matcher(jobId).find();
    }

    private static String column(String id) {
        return id.length() <= LONGEST_ID ? id : "sha256:" + digest(id);
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
