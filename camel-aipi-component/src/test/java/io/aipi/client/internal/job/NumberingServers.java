/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.client.internal.http.Transport;
import io.aipi.client.internal.http.TransportException;
import io.aipi.client.internal.http.TransportException.Kind;
import io.aipi.client.internal.http.TransportRequest;
import io.aipi.client.internal.http.TransportResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * Servers that behave as 0.9.0 does (its transcripts are named by number): a session key is good for the endpoint of its
 * login only, a poll needs a session, and jobs are numbered anew with each start. They response at once.
 */
public final class NumberingServers implements Transport {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** One of them. */
    public static final class Server {

        private final List<TransportRequest> calls = new ArrayList<>();
        private final Map<String, String> sessions = new HashMap<>();
        private final Map<String, Job> jobs = new LinkedHashMap<>();
        private Set<String> endpoints = Set.of("m", "n");
        private int lastKey;
        private int lastJob;
        /** Whether ids are as those of 0.9.6. */
        public boolean uniqueIds;
        /** Whether a poll needs a session. */
        public boolean checksSessions = true;
        /** Whether there is a list of the endpoints. */
        public boolean lists;
        /** Whether no session key is good. */
        public boolean forgetsItsKeys;
        /** What logins are answered instead; null for what they should be. */
        public FakeTransport.Reply loginTrouble;

        private static final class Job {
            private final String prompt;
            private String state = "processing";

            Job(String prompt) {
                this.prompt = prompt;
            }
        }

        /** The server is restarted: it knows nothing any more. */
        public void restart() {
            expireSessions();
            jobs.clear();
            lastJob = 0;
        }

        /** All session keys are forgotten. */
        public void expireSessions() {
            sessions.clear();
        }

        /** Others submit jobs. */
        public void lastJobsOfOthers(int number) {
            for (int i = 0; i < number; i++) {
                jobs.put("JID" + ++lastJob, new Job("somebody else"));
            }
        }

        /** The worker has ended all jobs. */
        public void finishAll() {
            jobs.values().forEach(job -> job.state = "done");
        }

        /** The word for the state of all jobs. */
        public void say(String state) {
            jobs.values().forEach(job -> job.state = state);
        }

        /** How many calls of this kind there were: {@code login}, {@code progress} or the name of an endpoint. */
        public long count(String lastSegment) {
            return calls.stream()
                    .filter(call -> lastSegment(call).equals(lastSegment))
                    .filter(call -> !call.path().startsWith("/login"))
                    .count();
        }

        private static String lastSegment(TransportRequest call) {
            String path = call.path().split("\\?", 2)[0];
            return path.substring(path.lastIndexOf('/') + 1);
        }

        private CompletableFuture<TransportResponse> response(TransportRequest call) {
            calls.add(call);
            String endpoint = call.path().split("[/?]")[1];
            return switch (lastSegment(call)) {
                case "login" -> login(call, endpoint);
                case "progress" -> done(progress(call));
                case "endpoints" -> done(lists ? "{\"endpoints\":[\"m\",\"n\"]}" : notFound(call), lists ? 200 : 404);
                default ->
                    endpoint.equals("api") || !endpoints.contains(endpoint)
                            ? done(notFound(call), 404)
                            : submit(call, endpoint);
            };
        }

        private CompletableFuture<TransportResponse> login(TransportRequest call, String endpoint) {
            if (!endpoints.contains(endpoint)) {
                return done(notFound(call), 404);
            }
            if (loginTrouble != null) {
                return loginTrouble.to(call);
            }
            String key = "session-key-" + ++lastKey;
            if (!forgetsItsKeys) {
                sessions.put(key, endpoint);
            }
            return done("{\"success\":true,\"client_session_auth_key\":\"" + key + "\"}", 200);
        }

        private CompletableFuture<TransportResponse> submit(TransportRequest call, String endpoint) {
            String good = sessions.get(text(call, "client_session_auth_key"));
            if (good == null) {
                return done(
                        "{\"success\":false,\"error\":[\"Client session authentication key not registered in API"
                                + " Server\"],\"ep_version\":1}",
                        401);
            }
            if (!good.equals(endpoint)) {
                // 27
                return done(
                        "{\"description\":\"Internal Server Error\",\"status\":500,\"message\":\"The application"
                                + " encountered an unexpected error and could not continue.\"}",
                        500);
            }
            String id = uniqueIds ? UUID.randomUUID() + "#" + ++lastJob : "JID" + ++lastJob;
            jobs.put(id, new Job(text(call, "prompt")));
            return done("{\"success\":true,\"job_id\":\"" + id + "\",\"ep_version\":1}", 200);
        }

        private TransportResponse progress(TransportRequest call) {
            String id = text(call, "job_id");
            Job job = jobs.get(id);
            List<String> complaints = new ArrayList<>();
            if (checksSessions && !sessions.containsKey(text(call, "client_session_auth_key"))) {
                complaints.add("\"Client session authentication key not registered in API Server\"");
            }
            if (job == null) {
                complaints.add("\"Client has no active request with this job id\"");
            }
            if (!complaints.isEmpty()) {
                // 19, 25, 41
                return FakeTransport.response(400, "{\"success\":false,\"error\":" + complaints + ",\"ep_version\":1}");
            }
            String result = job.state.equals("done")
                    ? ",\"job_result\":{\"text\":\"for " + job.prompt + "\"}"
                    : ",\"progress\":{\"progress\":1}";
            return FakeTransport.response(
                    200,
                    "{\"success\":true,\"job_id\":\"" + id + "\",\"job_state\":\"" + job.state + "\"" + result + "}");
        }

        private static String notFound(TransportRequest call) {
            return "{\"description\":\"Not Found\",\"status\":404,\"message\":\"Requested URL "
                    + call.path().split("\\?", 2)[0] + " not found\"}";
        }

        private static CompletableFuture<TransportResponse> done(String json, int status) {
            return CompletableFuture.completedFuture(FakeTransport.response(status, json));
        }

        private static CompletableFuture<TransportResponse> done(TransportResponse response) {
            return CompletableFuture.completedFuture(response);
        }

        private static String text(TransportRequest call, String name) {
            try {
                JsonNode body = JSON.readTree(call.body());
                return body.path(name).textValue();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final Map<URI, Server> servers = new HashMap<>();
    private final List<CompletableFuture<TransportResponse>> pending = new ArrayList<>();
    private boolean holdsLogins;

    /** The server at this address. */
    public Server at(String url) {
        return servers.computeIfAbsent(URI.create(url), address -> new Server());
    }

    /** From here on, logins are not answered. */
    public NumberingServers holdingLogins() {
        holdsLogins = true;
        return this;
    }

    /** Another way to the same servers, with connections of its own. */
    public NumberingServers another() {
        NumberingServers other = new NumberingServers();
        other.servers.putAll(servers);
        return other;
    }

    @Override
    public CompletableFuture<TransportResponse> send(TransportRequest call) {
        if (holdsLogins && call.path().contains("login")) {
            CompletableFuture<TransportResponse> held = new CompletableFuture<>();
            pending.add(held);
            return held;
        }
        return servers.get(call.server()).response(call);
    }

    @Override
    public void close() {
        pending.forEach(held ->
                held.completeExceptionally(new TransportException(Kind.CLOSED, true, "the client was closed", null)));
    }
}
