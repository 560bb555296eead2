/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.model;

import io.aipi.client.internal.util.JsonWriter;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The state of a job at one poll. Only the protocol's own fields are read: the raw progress object of the server
 * contains secrets of its workers.
 *
 * @param endpoint name of the model endpoint
 * @param jobId the server's id of the job
 * @param state where the job is
 * @param stateWord the server's word for the state, for a state that this client does not know; null when it said none
 * @param progress how far the worker is, null when the server does not say. Image endpoints count percent; chat
 *     endpoints count tokens, which pass 100
 * @param queuePosition 1 is next; 0 when no longer waiting; null when the server does not say
 * @param estimate the server's estimate of the time left, null when unknown. Far too short at first
 * @param workersOnline workers that serve the endpoint, null when the server does not say
 * @param worker name of the worker, null before its first update
 * @param text text so far, from its beginning; null when there is none
 * @param media preview pictures and the like; empty when there are none
 * @param data other outputs of the worker so far by name, as JSON types
 */
public record JobProgress(
        String endpoint,
        String jobId,
        JobState state,
        String stateWord,
        Double progress,
        Integer queuePosition,
        Duration estimate,
        Integer workersOnline,
        String worker,
        String text,
        List<Media> media,
        Map<String, Object> data) {

    /** Copies list and map. */
    public JobProgress {
        media = List.copyOf(media);
        data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
    }

    /** Nothing known but the state. */
    public static JobProgress of(String endpoint, String jobId, JobState state) {
        return new JobProgress(
                endpoint, jobId, state, state.word(), null, null, null, null, null, null, List.of(), Map.of());
    }

    /** The same progress, with another state. */
    public JobProgress withState(JobState newState) {
        return with(newState, newState.word(), text, media, data);
    }

    /** The same progress without text, media and data. */
    public JobProgress withoutContent() {
        return with(state, stateWord, null, List.of(), Map.of());
    }

    /** The same progress, whose text is that of this field, if it has one. */
    public JobProgress withTextOf(String field) {
        return data.get(field) instanceof String said ? with(state, stateWord, said, media, data) : this;
    }

    private JobProgress with(
            JobState newState, String newWord, String newText, List<Media> newMedia, Map<String, Object> newData) {
        return new JobProgress(
                endpoint,
                jobId,
                newState,
                newWord,
                progress,
                queuePosition,
                estimate,
                workersOnline,
                worker,
                newText,
                newMedia,
                newData);
    }

    /**
     * The end of a job: the outputs are those of its result. The progress is what the server said with it, else 100, or
     * where the endpoint counts tokens, their number; null if that is not known.
     *
     * @param last what the poll that brought the result said of the progress, or the poll before; null for none
     */
    public static JobProgress of(JobResult result, JobProgress last) {
        boolean told = last != null;
        String worker = result.worker() == null && told ? last.worker() : result.worker();
        return new JobProgress(
                result.endpoint(),
                result.jobId(),
                JobState.DONE,
                JobState.DONE.word(),
                progressAtTheEnd(result, last),
                told ? last.queuePosition() : null,
                told ? last.estimate() : null,
                told ? last.workersOnline() : null,
                worker,
                result.text(),
                result.media(),
                result.fields());
    }

    private static Double progressAtTheEnd(JobResult result, JobProgress last) {
        if (last != null && last.state() == JobState.DONE && last.progress() != null) {
            return last.progress();
        }
        if (result.field("num_generated_tokens") instanceof Number tokens) {
            return tokens.doubleValue();
        }
        // a text that grows is counted in its tokens, whether or not the server says in the end how many they were
        boolean countsTokens = result.media().isEmpty() && result.field("text") != null;
        return countsTokens ? null : (Double) 100.0;
    }

    /** JSON text in the protocol's words, without media and without {@link #data}. */
    public String toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("endpoint", endpoint);
        json.put("job_id", jobId);
        json.put("job_state", state.word());
        json.put("progress", progress);
        json.put("queue_position", queuePosition);
        json.put("estimate", estimate == null ? null : estimate.toMillis() / 1000.0);
        json.put("num_workers_online", workersOnline);
        json.put("text", text);
        return JsonWriter.toText(json);
    }

    @Override
    public String toString() {
        return "JobProgress[" + endpoint + " " + jobId + " " + stateWord
                + (progress == null ? "" : ", progress " + progress)
                + (queuePosition == null ? "" : ", queue position " + queuePosition)
                + (estimate == null ? "" : ", estimate " + estimate.toMillis() + " ms")
                + (workersOnline == null ? "" : ", workers online " + workersOnline)
                + (text == null ? "" : ", text of " + text.length() + " characters")
                + (media.isEmpty() ? "" : ", media " + media) + "]";
    }
}
