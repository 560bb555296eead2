/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import io.aipi.client.internal.http.Transport;
import io.aipi.client.internal.http.TransportException;
import io.aipi.client.internal.http.TransportException.Kind;
import io.aipi.client.internal.http.TransportRequest;
import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.internal.session.Session;
import io.aipi.client.spi.Scheduler;
import io.aipi.client.spi.VirtualScheduler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * A model of the server and of the network before it, on virtual time: every call waits until a test says what becomes of
 * it, and what a client must never do is noted as a violation.
 *
 * <p>It keeps the promises that {@link Transport} makes, and no more: a call ends within its timeout, and "not sent" is said
 * only of what has not arrived.
 */
public final class FaultyServer implements Transport {

    /** What a call asks for. */
    public enum Route {
        LOGIN,
        DESCRIBE,
        SUBMIT,
        POLL
    }

    /** Where a job stands. */
    public enum State {
        QUEUED,
        PROCESSING,
        DONE,
        FAILED,
        LAPSED
    }

    /** A job at the server. */
    public static final class Job {
        private final String id;
        private final String tag;
        /** The session key of its submit. */
        private final String session;

        private State state = State.QUEUED;
        private boolean handedOut;
        private boolean delivered;
        private int progress;

        Job(String id, String tag, String session) {
            this.id = id;
            this.tag = tag;
            this.session = session;
        }

        public String id() {
            return id;
        }

        /** The prompt. */
        public String tag() {
            return tag;
        }

        public State state() {
            return state;
        }

        /** Whether a response with its result was begun. */
        public boolean isHandedOut() {
            return handedOut;
        }

        /** Whether such a response came to the client. */
        public boolean isDelivered() {
            return delivered;
        }

        /** What its worker makes of it. */
        public String text() {
            return "result of " + id + " for " + tag;
        }
    }

    /** A call that nothing has become of. */
    public static final class Call {
        private final int number;
        private final Route route;
        private final String body;
        private final CompletableFuture<TransportResponse> future = new CompletableFuture<>();
        private Scheduler.Task timeout;
        private boolean arrived;
        private boolean over;
        /** What the server has answered, and has not come yet; null while it is at it. */
        private TransportResponse response;
        /** Whose result is in the response. */
        private Job handsOut;
        /** The job that a held request waits for. */
        private Job held;

        Call(TransportRequest http, int number) {
            this.number = number;
            this.body = http.body() == null ? "" : new String(http.body(), StandardCharsets.UTF_8);
            this.route = routeOf(http);
        }

        private String field(String name) {
            int at = body.indexOf("\"" + name + "\":\"");
            if (at < 0) {
                return null;
            }
            int begin = at + name.length() + 4;
            return body.substring(begin, body.indexOf('"', begin));
        }

        /** The prompt, under the name that it has where the endpoint is described, or where it is not. */
        private String tag() {
            String text = field("text");
            return text != null ? text : field("prompt");
        }

        private boolean isHeld() {
            return body.contains("\"wait_for_result\":true");
        }

        public Route route() {
            return route;
        }

        @Override
        public String toString() {
            return "#" + number + " " + route + (route == Route.POLL ? " " + field("job_id") : "")
                    + (route == Route.SUBMIT ? " " + tag() : "");
        }
    }

    private final VirtualScheduler scheduler;
    private final List<Call> pending = new ArrayList<>();
    private final List<Call> ended = new ArrayList<>();
    private final Map<String, Job> jobs = new HashMap<>();
    private final List<Job> all = new ArrayList<>();
    private final Map<String, Integer> accepted = new HashMap<>();
    private final Set<String> maybeAccepted = new HashSet<>();
    private final Map<String, BooleanSupplier> requests = new HashMap<>();
    private final Map<String, BooleanSupplier> followings = new HashMap<>();
    private final Set<String> sessions = new HashSet<>();
    private final Set<String> refusedKeys = new HashSet<>();
    private final List<String> story = new ArrayList<>();
    private final Set<String> recovered = new HashSet<>();
    private final boolean uniqueIds;
    private String goodKey;
    private Duration loginFailedAt;
    private int failedLogins;
    private boolean refusesLogins;
    private boolean isFull;
    private int calls;
    private int keys;
    private String violation;

    /** A server whose job ids are unique by themselves. */
    public FaultyServer(VirtualScheduler scheduler) {
        this(scheduler, true);
    }

    /** {@code uniqueIds}: whether its job ids are; else they are numbers that mean nothing without the session. */
    public FaultyServer(VirtualScheduler scheduler, boolean uniqueIds) {
        this.scheduler = scheduler;
        this.uniqueIds = uniqueIds;
    }

    // ---- what a test watches

    /** A request is over when this says so: nothing may be submitted for it then. */
    public void watchRequest(String tag, BooleanSupplier isOver) {
        requests.put(tag, isOver);
    }

    /** A job is followed until this says that it is over: no poll may begin then. */
    public void watchFollowing(String jobId, BooleanSupplier isOver) {
        followings.put(jobId, isOver);
    }

    /** The job is followed by its id alone from here on. */
    public void watchRecovery(String jobId) {
        recovered.add(jobId);
    }

    /** Something that must never be; the first one is kept, wherever on the way of a future it is found. */
    public void violation(String what) {
        if (violation == null) {
            violation = what;
        }
    }

    /** Fails with what was violated, and the story of how it came to that. */
    public void check() {
        if (violation != null) {
            throw new AssertionError(violation + "\n  " + String.join("\n  ", story));
        }
    }

    /** Adds to the story that a failure tells. */
    public void tell(String line) {
        story.add(scheduler.elapsed().toMillis() + " ms: " + line);
    }

    public List<Call> pending() {
        return pending;
    }

    /** All jobs that were ever accepted. */
    public List<Job> jobs() {
        return all;
    }

    /** Whether a response with the job's end has come to the client. */
    public boolean wasDelivered(String jobId) {
        return all.stream().anyMatch(job -> job.id.equals(jobId) && (job.delivered || job.handedOut));
    }

    /** Whether the following of the job has ended. */
    public boolean isOver(String jobId) {
        return followings.get(jobId).getAsBoolean();
    }

    /** Whether the job was followed, is not any more, and has no poll under way. */
    public boolean isLeft(String jobId) {
        return followings.containsKey(jobId) && followings.get(jobId).getAsBoolean() && !isPolled(jobId);
    }

    /** Whether a poll of the job is under way. */
    public boolean isPolled(String jobId) {
        return pending.stream().anyMatch(call -> call.route == Route.POLL && jobId.equals(call.field("job_id")));
    }

    // ---- calls come

    private static Route routeOf(TransportRequest http) {
        String path = http.path();
        if (path.equals("/login") || path.contains("/login?")) {
            return Route.LOGIN;
        }
        if (path.startsWith("/api/")) {
            return Route.DESCRIBE;
        }
        return path.endsWith("/progress") ? Route.POLL : Route.SUBMIT;
    }

    @Override
    public CompletableFuture<TransportResponse> send(TransportRequest http) {
        Call call = new Call(http, ++calls);
        tell("sent " + call);
        judge(call);
        pending.add(call);
        call.timeout = scheduler.schedule(() -> timeOut(call), http.timeout());
        return call.future;
    }

    /** What a client must not ask. */
    private void judge(Call call) {
        switch (call.route) {
            case LOGIN -> {
                if (pending.stream().anyMatch(other -> other.route == Route.LOGIN)) {
                    violation("two logins at once");
                }
                if (goodKey != null && !refusedKeys.contains(goodKey)) {
                    violation("a login although the key " + goodKey + " was never answered with 401");
                }
                if (failedLogins > 0
                        && scheduler.elapsed().minus(loginFailedAt).compareTo(Session.backoff(failedLogins - 1)) < 0) {
                    violation("a login that has failed is tried again at once");
                }
            }
            case SUBMIT -> {
                String tag = call.tag();
                if (maybeAccepted.contains(tag)) {
                    violation("a submit that may have been accepted is repeated: " + tag);
                }
                if (pending.stream().anyMatch(other -> other.route == Route.SUBMIT && tag.equals(other.tag()))) {
                    violation("two submits of one request at once: " + tag);
                }
                if (requests.getOrDefault(tag, () -> false).getAsBoolean()) {
                    violation("a submit is sent although its end was told: " + tag);
                }
            }
            case POLL -> {
                String id = call.field("job_id");
                if (isPolled(id)) {
                    violation("two polls of once at " + id);
                }
                if (followings.getOrDefault(id, () -> false).getAsBoolean()) {
                    violation("a poll is sent although the following of its job has ended: " + id);
                }
                boolean foreign = !uniqueIds
                        && !recovered.contains(id)
                        && all.stream()
                                .anyMatch(job -> job.id.equals(id)
                                        && !job.session.equals(call.field("client_session_auth_key")));
                if (foreign) {
                    violation("a poll of " + id + " in another session than its own");
                }
            }
            case DESCRIBE -> {}
        }
    }

    // ---- what becomes of a call

    private void timeOut(Call call) {
        // what has not arrived may still wait for a connection
        if (call.arrived || call.number % 2 == 0) {
            lose(call, Kind.TIMED_OUT, true);
        } else {
            lose(call, Kind.NOT_CONNECTED, false);
        }
    }

    /** The call comes to the server, which does what it is asked to; its response is on its way, if it has one yet. */
    public void arrive(Call call) {
        if (call.arrived || call.over) {
            return;
        }
        call.arrived = true;
        tell("arrived " + call);
        call.response = switch (call.route) {
            case LOGIN -> login();
            case DESCRIBE ->
                json(200, "{\"name\":\"chat\",\"parameter_description\":{\"input\":{\"text\":{\"type\":\"string\"}}}}");
            case SUBMIT -> submit(call);
            case POLL -> poll(call);
        };
    }

    /** The call comes to the server, and its response to the client. False if the server is still at it. */
    public boolean answer(Call call) {
        arrive(call);
        if (call.over) {
            return false;
        }
        if (call.held != null) {
            if (call.held.state != State.DONE && call.held.state != State.FAILED) {
                return false;
            }
            call.handsOut = call.held.state == State.DONE ? call.held : null;
            call.held.handedOut = true;
            call.response = json(
                    200,
                    call.held.state == State.DONE
                            ? "{\"success\":true,\"job_id\":\"" + call.held.id + "\",\"text\":\"" + call.held.text()
                                    + "\",\"compute_duration\":1.5}"
                            : "{\"success\":true,\"job_id\":\"" + call.held.id + "\",\"error\":\"out of memory\"}");
        }
        deliver(call, call.response);
        return true;
    }

    /** No response comes. */
    public void lose(Call call, Kind kind, boolean sent) {
        if (!end(call)) {
            return;
        }
        tell("lost " + call + ", " + kind + (sent ? ", sent" : ", not sent"));
        if (call.route == Route.LOGIN) {
            loginFailed();
        }
        if (call.route == Route.SUBMIT && sent) {
            maybeAccepted.add(call.tag());
        }
        call.future.completeExceptionally(new TransportException(kind, sent, "the test wants it so", null));
    }

    /** The connection breaks: what has not arrived may be known not to have been sent. */
    public void breakOff(Call call, boolean sent) {
        boolean maybe = sent || call.arrived;
        lose(call, maybe ? Kind.BROKEN : Kind.NOT_CONNECTED, maybe);
    }

    /** A duplicate of an end, or one that comes late: of any call. */
    public void endAgain(int index) {
        if (!ended.isEmpty()) {
            Call call = ended.get(index % ended.size());
            call.future.complete(json(500, "{}"));
            call.future.completeExceptionally(new TransportException(Kind.BROKEN, true, "late", null));
        }
    }

    /** An error comes instead of a response: from the server, which has not done what it was asked to, or from a gateway. */
    public void error(Call call, int which) {
        if (call.over) {
            return;
        }
        if (which % 4 == 0) {
            arrive(call);
        }
        TransportResponse error;
        if (call.arrived) {
            // what the server has answered is lost
            call.handsOut = null;
            error = gatewayError(which / 4);
        } else {
            error = switch (call.route) {
                case LOGIN -> loginError(which);
                case DESCRIBE -> which % 3 == 0 ? json(404, "{\"message\":\"Not Found\"}") : gatewayError(which);
                case SUBMIT -> submitError(which);
                case POLL -> pollError(which);
            };
        }
        deliver(call, error);
    }

    private static TransportResponse gatewayError(int which) {
        return switch (which % 5) {
            case 0 -> json(500, "{\"description\":\"Internal Server Error\",\"status\":500,\"message\":\"oops\"}");
            case 1 -> json(502, "<html>Bad Gateway</html>");
            case 2 -> json(503, "{\"message\":\"Service Unavailable\"}");
            case 3 -> json(504, "");
            default -> json(200, "<html>Welcome</html>");
        };
    }

    private static TransportResponse loginError(int which) {
        return switch (which % 4) {
            case 0 -> json(401, "{\"success\":false,\"error\":[\"Key not valid\"]}");
            case 1 -> json(404, "{\"message\":\"Not Found\"}");
            case 2 -> json(200, "{\"success\":true}");
            default -> gatewayError(which / 4);
        };
    }

    private TransportResponse submitError(int which) {
        return switch (which % 8) {
            case 0 -> json(401, "{\"success\":false,\"error\":[\"Client session authentication key not registered\"]}");
            case 1 -> json(402, "{\"success\":false,\"error\":[\"not allowed\"]}");
            case 2 -> json(400, "{\"success\":false,\"error\":[\"text: too long\"]}");
            case 3 -> json(400, "{\"success\":false,\"error\":\"Job queue reached max length 2!\"}");
            case 4 -> waiting(which % 3 == 0 ? Duration.ofDays(2) : Duration.ofSeconds(2));
            case 5 -> json(400, "{\"success\":false,\"error\":\"Endpoint disabled\"}");
            default -> gatewayError(which / 8);
        };
    }

    private TransportResponse pollError(int which) {
        return switch (which % 8) {
            case 0 -> json(401, "{\"success\":false,\"error\":[\"Client session authentication key not registered\"]}");
            case 1 -> json(402, "{\"success\":false,\"error\":[\"Job not found\"]}");
            case 2 -> json(400, "{\"success\":false,\"error\":\"lapsed\",\"job_state\":\"lapsed\"}");
            case 3 -> json(200, "{\"success\":true}");
            case 4 -> waiting(Duration.ofSeconds(3));
            default -> gatewayError(which / 8);
        };
    }

    private static TransportResponse waiting(Duration wait) {
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        return new TransportResponse(429, "application/json", wait, null, body, body.length);
    }

    private boolean end(Call call) {
        if (call.over) {
            return false;
        }
        call.over = true;
        call.timeout.cancel();
        pending.remove(call);
        ended.add(call);
        return true;
    }

    private void deliver(Call call, TransportResponse response) {
        if (!end(call)) {
            return;
        }
        tell("answered " + call + " with " + response.status() + " "
                + new String(response.body(), StandardCharsets.UTF_8));
        boolean refused = response.status() == 401
                || new String(response.body(), StandardCharsets.UTF_8)
                        .contains("session authentication key not registered");
        if (refused && call.field("client_session_auth_key") != null) {
            refusedKeys.add(call.field("client_session_auth_key"));
        }
        if (call.route == Route.LOGIN) {
            noteLogin(response);
        }
        String said = new String(response.body(), StandardCharsets.UTF_8);
        if (call.route == Route.SUBMIT && !refused && response.status() != 429 && !said.contains("queue")) {
            maybeAccepted.add(call.tag());
        }
        Job job = call.handsOut;
        boolean awaited = job != null && !isOver(call, job);
        if (job != null) {
            job.delivered = true;
        }
        call.future.complete(response);
        if (awaited && !isOver(call, job)) {
            violation("the result of " + job.id + " has come and does not end its following");
        }
    }

    private boolean isOver(Call call, Job job) {
        return call.route == Route.POLL
                ? followings.getOrDefault(job.id, () -> true).getAsBoolean()
                : requests.getOrDefault(job.tag, () -> true).getAsBoolean();
    }

    private void noteLogin(TransportResponse response) {
        String said = new String(response.body(), StandardCharsets.UTF_8);
        int at = said.indexOf("client_session_auth_key");
        if (response.status() == 200 && at >= 0) {
            goodKey = said.substring(said.indexOf('K', at), said.lastIndexOf('"'));
            failedLogins = 0;
        } else if (response.status() != 404) {
            // after a 404 the client tries the other route
            loginFailed();
        }
    }

    private void loginFailed() {
        loginFailedAt = scheduler.elapsed();
        failedLogins++;
    }

    // ---- the server

    private TransportResponse login() {
        if (refusesLogins) {
            return json(200, "{\"success\":false,\"error\":\"Key not valid\"}");
        }
        String key = "K" + ++keys;
        sessions.add(key);
        return json(200, "{\"success\":true,\"client_session_auth_key\":\"" + key + "\"}");
    }

    private boolean knows(Call call) {
        return sessions.contains(call.field("client_session_auth_key"));
    }

    private TransportResponse unknownSession(Call call) {
        // 0.9.0 answers a poll with 400
        int status = uniqueIds || call.route == Route.SUBMIT ? 401 : 400;
        return json(status, "{\"success\":false,\"error\":[\"Client session authentication key not registered\"]}");
    }

    private TransportResponse submit(Call call) {
        if (isFull) {
            return json(400, "{\"success\":false,\"error\":\"Job queue reached max length 2!\"}");
        }
        if (!knows(call)) {
            return unknownSession(call);
        }
        String tag = call.tag();
        if (accepted.merge(tag, 1, Integer::sum) > 1) {
            violation("accepted twice: " + tag);
        }
        int number = all.size() + 1;
        String id = uniqueIds ? String.format("J%d-00000000-0000-4000-8000-%012d", number, number) : "JID" + number;
        Job job = new Job(id, tag, call.field("client_session_auth_key"));
        jobs.put(job.id, job);
        all.add(job);
        if (call.isHeld()) {
            call.held = job;
            return null;
        }
        return json(200, "{\"success\":true,\"job_id\":\"" + job.id + "\",\"ep_version\":1}");
    }

    private TransportResponse poll(Call call) {
        if (!knows(call)) {
            return unknownSession(call);
        }
        Job job = jobs.get(call.field("job_id"));
        if (job == null) {
            return json(402, "{\"success\":false,\"error\":[\"Client has no job with this id\"]}");
        }
        return switch (job.state) {
            case QUEUED ->
                json(
                        200,
                        "{\"success\":true,\"job_state\":\"queued\",\"progress\":{\"progress\":0,\"queue_position\":1}}");
            case PROCESSING ->
                json(
                        200,
                        "{\"success\":true,\"job_state\":\"processing\",\"progress\":{\"progress\":" + job.progress
                                + ",\"queue_position\":0}}");
            case LAPSED -> json(400, "{\"success\":false,\"error\":\"lapsed\",\"job_state\":\"lapsed\"}");
            case DONE, FAILED -> done(call, job);
        };
    }

    private TransportResponse done(Call call, Job job) {
        if (job.handedOut) {
            return json(200, "{\"success\":true,\"job_state\":\"done\"}");
        }
        job.handedOut = true;
        if (job.state == State.FAILED) {
            return json(
                    200,
                    "{\"success\":true,\"job_state\":\"done\",\"job_result\":{\"error\":\"out of memory\",\"job_id\":\""
                            + job.id + "\"}}");
        }
        call.handsOut = job;
        return json(
                200,
                "{\"success\":true,\"job_state\":\"done\",\"job_result\":{\"text\":\"" + job.text() + "\",\"job_id\":\""
                        + job.id + "\"}}");
    }

    /** A worker goes on with a job. */
    public void work(Job job) {
        if (job.state == State.QUEUED || job.state == State.PROCESSING || job.state == State.LAPSED) {
            // an update brings a lapsed job back, too
            job.state = State.PROCESSING;
            job.progress++;
        }
    }

    /** A worker has ended a job. */
    public void finish(Job job, boolean well) {
        if (job.state != State.DONE && job.state != State.FAILED) {
            job.state = well ? State.DONE : State.FAILED;
        }
    }

    /** The server gives a job up, or a result that nobody took. */
    public void lapse(Job job) {
        if (!job.handedOut) {
            job.state = State.LAPSED;
        }
    }

    /** All sessions end. */
    public void expireSessions() {
        sessions.clear();
    }

    /** Nothing is known any more, and calls under way break. */
    public void restart() {
        sessions.clear();
        jobs.clear();
        for (Call call : List.copyOf(pending)) {
            breakOff(call, call.number % 2 == 0);
        }
    }

    public void refuseLogins(boolean refuse) {
        refusesLogins = refuse;
    }

    public void setFull(boolean full) {
        isFull = full;
    }

    /** The client's process was killed: nobody waits for what was asked. */
    public void forgetClient() {
        for (Call call : List.copyOf(pending)) {
            end(call);
        }
        ended.clear();
        goodKey = null;
        failedLogins = 0;
    }

    @Override
    public void close() {
        for (Call call : List.copyOf(pending)) {
            lose(call, Kind.CLOSED, true);
        }
    }

    private static TransportResponse json(int status, String json) {
        return FakeTransport.response(status, json);
    }
}
