/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import io.aipi.client.internal.util.Texts;
import io.aipi.client.model.EndpointDescription;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.aipi.client.model.Media;
import io.aipi.client.model.ParameterDescription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What the fields of the protocol's answers mean. */
public final class ResponseMapper {

    /** A request longer than this is refused by the server with 413. */
    public static final int MAX_REQUEST_SIZE = 100_000_000;

    /** Parameters that belong to the protocol. A request's own parameters must not have these names. */
    static final Set<String> RESERVED_PARAMETERS =
            Set.of("key", "client_session_auth_key", "wait_for_result", "job_id");

    /** Ids and keys are some dozens of characters; they are sent, kept and written into messages often. */
    public static final int LONGEST_ID = 1_000;

    private static final Set<String> PROTOCOL_INPUTS = Set.of("key", "client_session_auth_key", "wait_for_result");

    /** Fields that only a result has. A submit's response with one of them carries the result already. */
    private static final Set<String> RESULT_MARKS = Set.of(
            "compute_duration",
            "total_duration",
            "worker_interface_version",
            "result_received_time",
            "text",
            "text_output",
            "images",
            "image",
            "audio_output");

    /** What the response to a submit says when the job has only been accepted (transcript 13). */
    private static final Set<String> ACCEPTANCE = Set.of("success", "job_id", "ep_version");

    private ResponseMapper() {}

    public static boolean isSuccess(Map<String, Object> response) {
        return !Boolean.FALSE.equals(response.get("success"));
    }

    /**
     * The server's id of the job; null if there is none, or what stands in its place cannot be one. An id is sent back,
     * and named in headers, messages and logs.
     */
    public static String jobId(Map<String, Object> response) {
        Object id = response.get("job_id");
        String text = id instanceof String || id instanceof Number ? id.toString() : "";
        boolean unfit = text.isEmpty()
                || text.length() > LONGEST_ID
                || !Texts.isInOneLine(text)
                // it is not the server's any more
                || SecretRedactor.wasCleaned(text);
        return unfit ? null : text;
    }

    /** The result that the response carries, null if none: nested for a poll, flat for a held submit. */
    public static Map<String, Object> resultIn(Map<String, Object> response) {
        if (response.get("job_result") instanceof Map<?, ?>) {
            return LenientFields.object(response, "job_result");
        }
        boolean flat = !response.containsKey("job_state")
                && isOfAJob(response)
                && RESULT_MARKS.stream().anyMatch(response::containsKey);
        return flat ? response : null;
    }

    /** Whether an AIPI server speaks of a job here, and not somebody else of something else, in JSON as well. */
    public static boolean isOfAJob(Map<String, Object> response) {
        return Boolean.TRUE.equals(response.get("success")) || jobId(response) != null;
    }

    /** Whether the response to a submit has none of a job's outputs, whatever the server was asked to wait for. */
    public static boolean isMereAcceptance(Map<String, Object> response) {
        return ACCEPTANCE.containsAll(response.keySet());
    }

    /** The worker's complaint in a result, null if it has none (transcripts 89, 91, 110). */
    public static String workerError(Map<String, Object> result) {
        Object error = result.get("error");
        if (error == null
                || "".equals(error)
                || Boolean.FALSE.equals(error)
                || List.of().equals(error)) {
            return Boolean.FALSE.equals(result.get("success")) ? "no reason given" : null;
        }
        return error instanceof List<?> list
                ? String.join("; ", list.stream().map(String::valueOf).toList())
                : error.toString();
    }

    /** The result that was written as JSON by {@link JobResult#toJson}. */
    public static JobResult result(String endpoint, String jobId, String json) {
        try {
            return result(endpoint, jobId, ResponseParser.read(json));
        } catch (IOException e) {
            throw new UncheckedIOException("not a result as JSON", e);
        }
    }

    public static JobResult result(String endpoint, String jobId, Map<String, Object> result) {
        List<Media> media = new ArrayList<>();
        result.values().forEach(value -> collectMedia(value, media));
        return new JobResult(
                endpoint,
                // the job that was asked for: its result may name any
                jobId != null ? jobId : jobId(result),
                text(result),
                media,
                seed(result.get("seed")),
                LenientFields.seconds(result, "compute_duration"),
                LenientFields.seconds(result, "total_duration"),
                Texts.inOneLine(LenientFields.text(result, "auth")),
                result);
    }

    /** The text output: {@code text}, or what transcriptions and translations have in its place. */
    private static String text(Map<String, Object> outputs) {
        if (outputs.get("text") != null) {
            return LenientFields.text(outputs, "text");
        }
        String text = LenientFields.text(outputs, "result");
        return text != null ? text : LenientFields.text(outputs, "text_output");
    }

    private static Long seed(Object value) {
        if (value instanceof BigInteger big) {
            return big.bitLength() < 64 ? (Long) big.longValue() : null;
        }
        return value instanceof Number number ? (Long) number.longValue() : null;
    }

    private static void collectMedia(Object value, List<Media> media) {
        if (value instanceof Media one) {
            media.add(one);
        } else if (value instanceof List<?> list) {
            list.forEach(element -> collectMedia(element, media));
        }
    }

    /** The state of the job in a poll's response. Only known fields are read: the raw object has a worker's key in it. */
    public static JobProgress progress(String endpoint, String jobId, Map<String, Object> response) {
        Map<String, Object> progress = LenientFields.object(response, "progress");
        Map<String, Object> data = LenientFields.object(progress, "progress_data");
        List<Media> media = new ArrayList<>();
        data.values().forEach(value -> collectMedia(value, media));
        String word = LenientFields.text(response, "job_state");
        return new JobProgress(
                endpoint,
                jobId,
                JobState.ofWord(word),
                word,
                LenientFields.number(progress, "progress"),
                LenientFields.integer(progress, "queue_position"),
                LenientFields.seconds(progress, "estimate"),
                LenientFields.integer(progress, "num_workers_online"),
                Texts.inOneLine(LenientFields.text(progress, "auth")),
                text(data),
                media,
                data);
    }

    public static EndpointDescription description(String name, Map<String, Object> response) {
        Map<String, Object> parameters = LenientFields.object(response, "parameter_description");
        return new EndpointDescription(
                name,
                LenientFields.text(response, "title"),
                LenientFields.text(response, "description"),
                LenientFields.text(response, "category"),
                LenientFields.integer(response, "version"),
                LenientFields.integer(response, "max_queue_length"),
                LenientFields.integer(response, "free_queue_slots"),
                LenientFields.integer(response, "num_workers"),
                parameters(LenientFields.object(parameters, "input")),
                parameters(LenientFields.object(parameters, "output")));
    }

    private static Map<String, ParameterDescription> parameters(Map<String, Object> described) {
        Map<String, ParameterDescription> parameters = new LinkedHashMap<>();
        for (String name : described.keySet()) {
            if (!PROTOCOL_INPUTS.contains(name)) {
                parameters.put(name, parameter(name, LenientFields.object(described, name)));
            }
        }
        return parameters;
    }

    private static ParameterDescription parameter(String name, Map<String, Object> described) {
        List<?> supported = LenientFields.list(described, "supported");
        return new ParameterDescription(
                name,
                LenientFields.text(described, "type"),
                Boolean.TRUE.equals(described.get("required")),
                described.get("default"),
                described.get("minimum") instanceof Number minimum ? minimum : null,
                described.get("maximum") instanceof Number maximum ? maximum : null,
                supported.stream().anyMatch(Objects::isNull) ? List.of() : Collections.unmodifiableList(supported),
                allowsImages(described));
    }

    /** {@code support} names them; former versions of endpoints had {@code image}, true or with the bounds of a picture. */
    private static boolean allowsImages(Map<String, Object> described) {
        Object image = described.get("image");
        return LenientFields.list(described, "support").contains("image")
                || Boolean.TRUE.equals(image)
                || image instanceof Map;
    }
}
