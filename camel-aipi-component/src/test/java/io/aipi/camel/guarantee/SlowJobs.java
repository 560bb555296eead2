/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import io.aipi.testsupport.HttpMessage;
import io.aipi.testsupport.ScriptedServer.Response;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a documented server answers that takes its time over each poll of a job. It notices polls that overlap. */
final class SlowJobs implements Function<HttpMessage, Response> {

    /** The so many-th poll a job brings its result. */
    static final int POLLS_TO_DONE = 5;

    private static final Pattern JOB = Pattern.compile("\"job_id\":\"(JID\\d+)\"");

    private final Duration delay;
    private final Map<String, Integer> underWay = new ConcurrentHashMap<>();
    private final Map<String, Integer> polled = new ConcurrentHashMap<>();
    private final AtomicInteger jobs = new AtomicInteger();
    private final AtomicInteger overlaps = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    SlowJobs(Duration delay) {
        this.delay = delay;
    }

    @Override
    public Response apply(HttpMessage request) {
        return switch (request.path()) {
            case "/login" -> Response.ok("{\"client_session_auth_key\":\"session\"}");
            case "/chat" -> Response.ok("{\"success\":true,\"job_id\":\"JID" + jobs.incrementAndGet() + "\"}");
            case "/chat/progress" -> progress(request);
            default -> Response.notFound();
        };
    }

    private Response progress(HttpMessage request) {
        Matcher matcher = JOB.matcher(request.text());
        if (!matcher.find()) {
            return Response.json(402, "{\"success\":false,\"error\":[\"no job\"]}");
        }
        String job = matcher.group(1);
        if (underWay.merge(job, 1, Integer::sum) > 1) {
            overlaps.incrementAndGet();
        }
        most.accumulateAndGet(underWay.size(), Math::max);
        boolean done = polled.merge(job, 1, Integer::sum) >= POLLS_TO_DONE;
        new CompletableFuture<Void>()
                .completeOnTimeout(null, delay.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        underWay.computeIfPresent(job, (id, count) -> count == 1 ? null : (Integer) (count - 1));
        return Response.ok(
                done
                        ? "{\"success\":true,\"job_state\":\"done\",\"job_result\":{\"text\":\"" + job + "\"}}"
                        : "{\"success\":true,\"job_state\":\"processing\",\"progress\":{\"progress\":1}}");
    }

    int overlaps() {
        return overlaps.get();
    }

    /** Jobs polled in the same moment, at most. */
    int most() {
        return most.get();
    }

    int polls() {
        return polled.values().stream().mapToInt(Integer::intValue).sum();
    }
}
