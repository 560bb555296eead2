/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Media;
import io.aipi.client.model.TokenUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A job as its sender sees it: the JSON of {@code GET /jobs/{id}} and of each event. What is null is left out.
 *
 * @param id the unguessable part of its URL; the server's id is nobody's business
 * @param model name of the model endpoint
 * @param state the server's word; {@code accepted} as long as nothing has been heard of the job
 * @param submitted when the server has accepted it
 * @param conversation the sender's name for the conversation that it belongs to; null for none
 * @param progress per cent, or tokens
 * @param queuePosition its place in the model's queue
 * @param estimateSeconds how long it will take
 * @param text the text so far
 * @param previews where the pictures are that show how far it is; another picture has another URL
 * @param result how it ended
 * @param error why it ended without a result
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Job(
        String id,
        String model,
        String state,
        Instant submitted,
        String conversation,
        Double progress,
        Integer queuePosition,
        Double estimateSeconds,
        String text,
        List<Image> previews,
        Result result,
        Failure error) {

    /** How a job ended. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Result(String text, List<Image> images, Long seed, Double computeSeconds, Tokens tokens) {}

    /** As the server has counted them; null where it has not. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Tokens(Integer prompt, Integer completion) {

        /** Those of a result; null if there are none. */
        static Tokens of(JobResult result) {
            TokenUsage usage = result.usage();
            return usage.promptTokens() == null && usage.completionTokens() == null
                    ? null
                    : new Tokens(usage.promptTokens(), usage.completionTokens());
        }
    }

    /** Where an image is. */
    record Image(String url, String mediaType) {}

    /** The simple name of an exception, what it says, and whether sending the prompt again can help. */
    record Failure(String type, String reason, boolean retryable) {}

    static Job accepted(String id, String model) {
        return new Job(id, model, "accepted", null, null, null, null, null, null, null, null, null);
    }

    static Job processing(String id, JobProgress progress) {
        List<Media> previews = previews(progress);
        return new Job(
                id,
                progress.endpoint(),
                progress.state().word(),
                null,
                null,
                progress.progress(),
                progress.queuePosition(),
                seconds(progress.estimate()),
                progress.text(),
                // the hash code is the picture's: a browser that has seen it does not ask again
                links(previews, url(id) + "/previews/", preview -> "?v=" + Integer.toHexString(preview.hashCode())),
                null,
                null);
    }

    /** The pictures that show how far the job is. */
    static List<Media> previews(JobProgress progress) {
        return progress.media().stream().filter(Media::isImage).toList();
    }

    static Job done(String id, String model, JobResult result) {
        Result shown = new Result(
                result.text(),
                links(result.images(), url(id) + "/images/", image -> ""),
                result.seed(),
                seconds(result.computeDuration()),
                Tokens.of(result));
        return new Job(id, model, "done", null, null, null, null, null, null, null, shown, null);
    }

    static Job failed(String id, String model, Failure error) {
        return new Job(id, model, "failed", null, null, null, null, null, null, null, null, error);
    }

    /** The same job, of which is known where it comes from. */
    Job from(Instant newSubmitted, String newConversation) {
        return new Job(
                id,
                model,
                state,
                newSubmitted,
                newConversation,
                progress,
                queuePosition,
                estimateSeconds,
                text,
                previews,
                result,
                error);
    }

    /** The same job, which comes from where that one does. */
    Job from(Job other) {
        return from(other.submitted, other.conversation);
    }

    /** Null for no pictures. */
    private static List<Image> links(List<Media> pictures, String folder, Function<Media, String> query) {
        return pictures.isEmpty()
                ? null
                : IntStream.range(0, pictures.size())
                        .mapToObj(i -> new Image(
                                folder + i + query.apply(pictures.get(i)),
                                pictures.get(i).mediaType()))
                        .toList();
    }

    static String url(String id) {
        return "/jobs/" + id;
    }

    @JsonIgnore
    boolean isEnded() {
        return result != null || error != null;
    }

    /** The name of the event that tells of it. */
    String event() {
        return result != null ? "result" : error != null ? "failure" : "progress";
    }

    private static Double seconds(Duration duration) {
        return duration == null ? null : (Double) (duration.toMillis() / 1000.0);
    }
}
