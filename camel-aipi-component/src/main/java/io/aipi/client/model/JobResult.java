/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.model;

import io.aipi.client.internal.util.JsonWriter;
import io.aipi.client.internal.util.Texts;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The result of a job, decoded.
 *
 * @param endpoint name of the model endpoint
 * @param jobId the server's id of the job; null where a held response came without one
 * @param text the text output, null when there is none: the field {@code text}, else {@code result} or
 *     {@code text_output}, which transcriptions and translations have in its place
 * @param media images, sounds and other files among the outputs, in the order of the response
 * @param seed the seed the worker used, null when it does not say
 * @param computeDuration time the worker took, null when not said
 * @param totalDuration time from the submit to the result, as the server saw it; null when not said
 * @param worker name of the worker, null when not said
 * @param fields every field of the response by name, with its JSON type (String, Integer, Long, BigInteger, Double,
 *     Boolean, null, List, Map); media are {@link Media} or lists of it. Fields that carry keys are left out
 */
public record JobResult(
        String endpoint,
        String jobId,
        String text,
        List<Media> media,
        Long seed,
        Duration computeDuration,
        Duration totalDuration,
        String worker,
        Map<String, Object> fields) {

    /** Copies list and map. */
    public JobResult {
        media = List.copyOf(media);
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** The media that are images. */
    public List<Media> images() {
        return media.stream().filter(Media::isImage).toList();
    }

    /** The names of the fields in one line, for a message: the first twenty of them, and the beginnings of long ones. */
    public String fieldNames() {
        return Texts.names(fields.keySet());
    }

    /** The response's field of this name with its JSON type; null when it has none or its value is null. */
    public Object field(String name) {
        return fields.get(name);
    }

    /** The tokens that the server counted; all of its parts may be null. */
    public TokenUsage usage() {
        return TokenUsage.of(fields);
    }

    /** The same result, whose text is that of this field, if it has one. */
    public JobResult withTextOf(String field) {
        return field(field) instanceof String said
                ? new JobResult(endpoint, jobId, said, media, seed, computeDuration, totalDuration, worker, fields)
                : this;
    }

    /** All {@link #fields} as JSON text, media as data URIs; {@code io.aipi.client.ResultReader} reads it. */
    public String toJson() {
        return JsonWriter.toText(fields);
    }

    @Override
    public String toString() {
        return "JobResult[" + endpoint + " " + jobId
                + (text == null ? "" : ", text of " + text.length() + " characters")
                + (media.isEmpty() ? "" : ", media " + media) + ", fields [" + fieldNames() + "]]";
    }
}
