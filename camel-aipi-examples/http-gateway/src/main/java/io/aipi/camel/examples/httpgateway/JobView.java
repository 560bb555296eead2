/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Media;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A job as its sender sees it: under the gateway's id, without the server's.
 *
 * @param id the unguessable part of its URL
 * @param model name of the model endpoint
 * @param progress the newest state known; null when there is none yet
 * @param result how it ended; null if it has not, or with a failure
 * @param failure how it ended; null if it has not, or with a result
 */
record JobView(String id, String model, JobProgress progress, JobResult result, Failure failure) {

    /**
     * An end without a result.
     *
     * @param type simple name of the exception
     * @param reason in words
     * @param retryable whether sending the prompt again can help
     */
    record Failure(String type, String reason, boolean retryable) {}

    static String url(String id) {
        return "/jobs/" + id;
    }

    boolean isEnded() {
        return result != null || failure != null;
    }

    JobView withProgress(JobProgress newest) {
        return new JobView(id, model, newest, result, failure);
    }

    /** The server's word for where the job is; {@code accepted} as long as nothing has been heard of it. */
    String state() {
        if (result != null) {
            return "done";
        }
        if (failure != null) {
            return "failed";
        }
        return progress == null ? "accepted" : progress.state().word();
    }

    /** The body of {@code GET /jobs/{id}} and the data of each event. */
    String toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", id);
        json.put("model", model);
        json.put("state", state());
        if (result != null) {
            json.put("result", resultJson());
        } else if (failure != null) {
            Map<String, Object> error = new LinkedHashMap<>();
            error.put("type", failure.type());
            error.put("reason", failure.reason());
            error.put("retryable", failure.retryable());
            json.put("error", error);
        } else if (progress != null) {
            putIfKnown(json, "progress", progress.progress());
            putIfKnown(json, "queuePosition", progress.queuePosition());
            putIfKnown(json, "estimateSeconds", seconds(progress.estimate()));
            putIfKnown(json, "text", progress.text());
        }
        return Json.write(json);
    }

    private Map<String, Object> resultJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        putIfKnown(json, "text", result.text());
        List<Media> images = result.images();
        List<Map<String, Object>> links = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            Map<String, Object> link = new LinkedHashMap<>();
            link.put("url", url(id) + "/images/" + i);
            link.put("mediaType", images.get(i).mediaType());
            links.add(link);
        }
        putIfKnown(json, "images", links.isEmpty() ? null : links);
        putIfKnown(json, "seed", result.seed());
        putIfKnown(json, "computeSeconds", seconds(result.computeDuration()));
        return json;
    }

    private static Double seconds(Duration duration) {
        return duration == null ? null : (Double) (duration.toMillis() / 1000.0);
    }

    private static void putIfKnown(Map<String, Object> json, String name, Object value) {
        if (value != null) {
            json.put(name, value);
        }
    }
}
