/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import io.aipi.client.error.AipiException;
import io.aipi.client.internal.api.AipiApi;
import io.aipi.client.internal.api.ApiConnection;
import io.aipi.client.internal.http.Transport;
import io.aipi.client.internal.http.TransportException;
import io.aipi.client.internal.http.TransportException.Kind;
import io.aipi.client.internal.http.TransportRequest;
import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.internal.poll.JobDurationHistory;
import io.aipi.client.internal.poll.ServerPollLimiter;
import io.aipi.client.internal.session.AcceptedJobs;
import io.aipi.client.internal.session.LoginModeCache;
import io.aipi.client.internal.session.Session;
import io.aipi.client.internal.wire.SecretRedactor;
import io.aipi.client.options.Credentials;
import io.aipi.client.options.JobOptions;
import io.aipi.client.options.LoginMode;
import io.aipi.client.spi.JobMetrics;
import io.aipi.client.spi.Scheduler;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A server whose answers are the input of a fuzz test, and what must hold of whatever comes of them.
 *
 * <p>An input is a byte of flags and then answers, parted by a byte that is in no UTF-8. A response is a byte that chooses
 * status and content type, and its body. They are given in this order, the last one for ever.
 */
public final class FuzzedServer implements Transport {

    /** Keys that must be in no message, whatever the server does with them. */
    public static final String API_KEY = "AP1-K3Y.0f+the/t3st";

    /** The session key of a server that has let the client log in. */
    public static final String SESSION_KEY = "S3SS10N-K3Y.0f+the/t3st";

    /** No message may be longer, however long the server's answers are. */
    public static final int LONGEST_MESSAGE = 12_000;

    static final URI SERVER = URI.create("http://server");
    static final String ENDPOINT = "chat";
    static final Duration SOON = Duration.ofSeconds(2);

    private static final byte PARTING = (byte) 0xff;
    private static final int[] STATUSES = {
        200, 200, 400, 401, 402, 403, 404, 405, 413, 418, 429, 500, 502, 503, 302, 204
    };
    private static final String[] CONTENT_TYPES = {"application/json", null, "text/html", "x/" + SESSION_KEY};

    private final byte flags;
    private final List<TransportResponse> responses = new ArrayList<>();
    private boolean letsIn;
    private boolean hasLetIn;
    private int given;
    private byte[] lastRequest;

    private FuzzedServer(byte[] input) {
        flags = input.length == 0 ? 0 : input[0];
        int from = 1;
        while (from < input.length) {
            int end = from;
            while (end < input.length && input[end] != PARTING) {
                end++;
            }
            if (end > from) {
                responses.add(response(input[from], Arrays.copyOfRange(input, from + 1, end)));
            }
            from = end + 1;
        }
    }

    private static TransportResponse response(byte kind, byte[] body) {
        return new TransportResponse(
                STATUSES[kind & 15],
                CONTENT_TYPES[(kind >> 4) & 3],
                (kind & 0x40) == 0 ? null : SOON,
                "http://elsewhere/?key=" + API_KEY,
                body,
                body.length);
    }

    /** The input as responses, the login among them. */
    static FuzzedServer of(byte[] input) {
        return new FuzzedServer(input);
    }

    /** The input as responses after a login that went well. */
    public static FuzzedServer afterLogin(byte[] input) {
        FuzzedServer server = new FuzzedServer(input);
        server.letsIn = true;
        return server;
    }

    /** The input that stands for these responses. */
    public static byte[] input(int flags, byte[]... responses) {
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        input.write(flags);
        for (int i = 0; i < responses.length; i++) {
            if (i > 0) {
                input.write(PARTING);
            }
            input.writeBytes(responses[i]);
        }
        return input.toByteArray();
    }

    /** A response in an input. */
    public static byte[] response(int status, byte[] body) {
        int kind = 0;
        for (int i = STATUSES.length - 1; i >= 0; i--) {
            kind = STATUSES[i] == status ? i : kind;
        }
        ByteArrayOutputStream response = new ByteArrayOutputStream();
        response.write(kind);
        response.writeBytes(body);
        return response.toByteArray();
    }

    boolean flag(int bit) {
        return (flags >> bit & 1) == 1;
    }

    @Override
    public CompletableFuture<TransportResponse> send(TransportRequest call) {
        lastRequest = call.body();
        if (letsIn && call.path().equals("/login")) {
            hasLetIn = true;
            byte[] body = ("{\"client_session_auth_key\":\"" + SESSION_KEY + "\"}").getBytes(StandardCharsets.UTF_8);
            return CompletableFuture.completedFuture(response((byte) 0, body));
        }
        if (responses.isEmpty()) {
            return CompletableFuture.failedFuture(
                    new TransportException(Kind.BROKEN, true, "the connection broke", null));
        }
        int next = Math.min(given++, responses.size() - 1);
        return CompletableFuture.completedFuture(responses.get(next));
    }

    /** The body of the latest request; null before there is one, or if it had none. */
    public byte[] lastRequest() {
        return lastRequest;
    }

    @Override
    public void close() {
        // nothing is open
    }

    /** The calls of a client of this server. */
    AipiApi calls(LoginMode route, Scheduler scheduler) {
        return new AipiApi(
                new ApiConnection(SERVER, this, Runnable::run, Clock.systemUTC()),
                new Credentials("user", API_KEY),
                "test",
                route,
                new LoginModeCache(),
                new Session(scheduler, new SecretRedactor(API_KEY)),
                new AcceptedJobs());
    }

    /** The jobs of a client of this server. */
    public JobClient jobs(JobOptions options, Scheduler scheduler) {
        return new JobClient(
                ENDPOINT,
                options,
                new JobMetrics(),
                new JobDurationHistory(),
                calls(LoginMode.SHARED, scheduler),
                new ServerPollLimiter(100, scheduler),
                scheduler);
    }

    /** What became of a call: something, or an error with a name that neither tells a key nor is endless. Null for an error. */
    public <T> T outcome(CompletableFuture<T> call) {
        if (!call.isDone()) {
            throw new AssertionError("no outcome");
        }
        try {
            return call.join();
        } catch (CompletionException e) {
            check(e.getCause());
            return null;
        }
    }

    /** The text as it is where a result is read: its keys are taken out when it arrives. */
    public static String masked(String text) {
        return new SecretRedactor(API_KEY).mask(text);
    }

    /** Fails for anything but an error with a name that neither tells a key nor is endless. */
    public void check(Throwable error) {
        if (!(error instanceof AipiException)) {
            throw new AssertionError("an error without a name", error);
        }
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            check(cause.toString());
        }
    }

    /** Fails for a text that tells a key or is endless. */
    void check(String text) {
        // a key that the client was never given is none to it
        boolean told = text.contains(API_KEY) || (hasLetIn && text.contains(SESSION_KEY));
        if (told || text.length() > LONGEST_MESSAGE) {
            throw new AssertionError(
                    (told ? "a key in: " : "too long: ") + text.substring(0, Math.min(text.length(), 2_000)));
        }
    }
}
