/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import io.aipi.client.EndpointDescription;
import io.aipi.client.JobProgress;
import io.aipi.client.JobResult;
import io.aipi.client.JobState;
import io.aipi.client.Media;
import io.aipi.client.ParameterDescription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** What the fields of the protocol's answers mean. */
public final class Protocol {

    /** A request longer than this is refused by the server with 413. */
    public static final int MAX_REQUEST_SIZE = 100_000_000;

    /** Parameters that belong to the protocol. A request's own parameters must not have these names. */
    static final Set<String> RESERVED_PARAMETERS =
            Set.of("key", "client_session_auth_key", "wait_for_result", "job_id");

    /** Ids and keys are some dozens of characters; they are sent, kept and written into messages often. */
    static final int LONGEST_ID = 1_000;

    /** How many fields are named in a message, and how much of each name. */
    private static final int NAMED = 20;

    private static final int LONGEST_NAMED = 60;

    private static final Set<String> PROTOCOL_INPUTS = Set.of("key", "client_session_auth_key", "wait_for_result");

    /** Fields that only a result has. A submit's answer with one of them carries the result already. */
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

    /** What the answer to a submit says when the job has only been accepted (transcript 13). */
    private static final Set<String> ACCEPTANCE = Set.of("success", "job_id", "ep_version");

    private Protocol() {}

    static boolean isSuccess(Map<String, Object> answer) {
        return !Boolean.FALSE.equals(answer.get("success"));
    }

    /**
     * The server's id of the job; null if there is none, or what stands in its place cannot be one. An id is sent back,
     * and named in headers, messages and logs.
     */
    static String jobId(Map<String, Object> answer) {
        Object id = answer.get("job_id");
        String text = id instanceof String || id instanceof Number ? id.toString() : "";
        boolean unfit = text.isEmpty()
                || text.length() > LONGEST_ID
                || !SecretMask.isInOneLine(text)
                // it is not the server's any more
                || SecretMask.wasCleaned(text);
        return unfit ? null : text;
    }

    /** The result that the answer carries, null if none: nested for a poll, flat for a held submit. */
    static Map<String, Object> resultIn(Map<String, Object> answer) {
        if (answer.get("job_result") instanceof Map<?, ?>) {
            return Fields.object(answer, "job_result");
        }
        boolean flat = !answer.containsKey("job_state")
                && isOfAJob(answer)
                && RESULT_MARKS.stream().anyMatch(answer::containsKey);
        return flat ? answer : null;
    }

    /** Whether an AIPI server speaks of a job here, and not somebody else of something else, in JSON as well. */
    static boolean isOfAJob(Map<String, Object> answer) {
        return Boolean.TRUE.equals(answer.get("success")) || jobId(answer) != null;
    }

    /** Whether the answer to a submit has none of a job's outputs, whatever the server was asked to wait for. */
    static boolean isMereAcceptance(Map<String, Object> answer) {
        return ACCEPTANCE.containsAll(answer.keySet());
    }

    /** The worker's complaint in a result, null if it has none (transcripts 89, 91, 110). */
    static String workerError(Map<String, Object> result) {
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
            return result(endpoint, jobId, AnswerReader.read(json));
        } catch (IOException e) {
            throw new UncheckedIOException("not a result as JSON", e);
        }
    }

    static JobResult result(String endpoint, String jobId, Map<String, Object> result) {
        List<Media> media = new ArrayList<>();
        result.values().forEach(value -> collectMedia(value, media));
        return new JobResult(
                endpoint,
                // the job that was asked for: its result may name any
                jobId != null ? jobId : jobId(result),
                text(result),
                media,
                seed(result.get("seed")),
                Fields.seconds(result, "compute_duration"),
                Fields.seconds(result, "total_duration"),
                SecretMask.inOneLine(Fields.text(result, "auth")),
                result);
    }

    /** The text output: {@code text}, or what transcriptions and translations have in its place. */
    private static String text(Map<String, Object> outputs) {
        if (outputs.get("text") != null) {
            return Fields.text(outputs, "text");
        }
        String text = Fields.text(outputs, "result");
        return text != null ? text : Fields.text(outputs, "text_output");
    }

    /** Names of fields, fit for a message: in one line, and not endless. */
    public static String names(Collection<String> fields) {
        String named = fields.stream()
                .limit(NAMED)
                .map(name -> SecretMask.inOneLine(name, LONGEST_NAMED))
                .collect(Collectors.joining(", "));
        return fields.size() > NAMED ? named + " and " + (fields.size() - NAMED) + " more" : named;
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

    /** The state of the job in a poll's answer. Only known fields are read: the raw object has a worker's key in it. */
    static JobProgress progress(String endpoint, String jobId, Map<String, Object> answer) {
        Map<String, Object> progress = Fields.object(answer, "progress");
        Map<String, Object> data = Fields.object(progress, "progress_data");
        List<Media> media = new ArrayList<>();
        data.values().forEach(value -> collectMedia(value, media));
        String word = Fields.text(answer, "job_state");
        return new JobProgress(
                endpoint,
                jobId,
                JobState.ofWord(word),
                word,
                Fields.number(progress, "progress"),
                Fields.integer(progress, "queue_position"),
                Fields.seconds(progress, "estimate"),
                Fields.integer(progress, "num_workers_online"),
                SecretMask.inOneLine(Fields.text(progress, "auth")),
                text(data),
                media,
                data);
    }

    static EndpointDescription description(String name, Map<String, Object> answer) {
        Map<String, Object> parameters = Fields.object(answer, "parameter_description");
        return new EndpointDescription(
                name,
                Fields.text(answer, "title"),
                Fields.text(answer, "description"),
                Fields.text(answer, "category"),
                Fields.integer(answer, "version"),
                Fields.integer(answer, "max_queue_length"),
                Fields.integer(answer, "free_queue_slots"),
                Fields.integer(answer, "num_workers"),
                parameters(Fields.object(parameters, "input")),
                parameters(Fields.object(parameters, "output")));
    }

    private static Map<String, ParameterDescription> parameters(Map<String, Object> described) {
        Map<String, ParameterDescription> parameters = new LinkedHashMap<>();
        for (String name : described.keySet()) {
            if (!PROTOCOL_INPUTS.contains(name)) {
                parameters.put(name, parameter(name, Fields.object(described, name)));
            }
        }
        return parameters;
    }

    private static ParameterDescription parameter(String name, Map<String, Object> described) {
        List<?> supported = Fields.list(described, "supported");
        return new ParameterDescription(
                name,
                Fields.text(described, "type"),
                Boolean.TRUE.equals(described.get("required")),
                described.get("default"),
                described.get("minimum") instanceof Number minimum ? minimum : null,
                described.get("maximum") instanceof Number maximum ? maximum : null,
                supported.stream().anyMatch(Objects::isNull) ? List.of() : Collections.unmodifiableList(supported));
    }
}
