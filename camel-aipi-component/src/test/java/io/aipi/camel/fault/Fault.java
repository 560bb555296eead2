/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.fault;

import io.aipi.testsupport.FaultProxy.Passage;
import io.aipi.testsupport.HttpMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;

/** What can go wrong with a call. Where the server may have done what it was asked for, it has: that is the worse case. */
enum Fault {
    CONNECTION_REFUSED("connection refused", (passage, cell) -> {}),
    RESET_BEFORE_REQUEST("connection reset before the request is sent", (passage, cell) -> {}),
    RESET_AFTER_REQUEST("connection reset before the response", (passage, cell) -> {
        passage.forward();
        passage.reset();
    }),
    RESET_IN_ANSWER("connection reset in the response", (passage, cell) -> {
        byte[] bytes = passage.forward().bytes();
        passage.write(Arrays.copyOf(bytes, bytes.length - 20));
        passage.reset();
    }),
    CLOSED_WITHOUT_ANSWER("connection closed without a response", (passage, cell) -> passage.forward()),
    STALLED("no response, for ever", (passage, cell) -> {
        passage.forward();
        passage.awaitEnd();
    }),
    TRICKLED_TOO_SLOWLY(
            "response byte by byte, too slowly",
            (passage, cell) -> passage.trickle(passage.forward().bytes(), 100)),
    TRICKLED_IN_TIME(
            "response byte by byte, in time",
            (passage, cell) -> passage.trickle(passage.forward().bytes(), 0)),
    EMPTY_BODY("empty body", (passage, cell) -> {
        passage.forward();
        passage.respond(200, "application/json", "");
    }),
    TRUNCATED_JSON("JSON cut short", (passage, cell) -> {
        HttpMessage whole = passage.forward();
        passage.respond(whole.withBody(Arrays.copyOf(whole.body(), whole.body().length / 2)));
    }),
    OTHER_JSON("JSON of something else", (passage, cell) -> {
        passage.forward();
        passage.respond(200, "application/json", "{\"status\": \"up\", \"text\": \"Welcome\"}");
    }),
    HTML("a page of HTML", (passage, cell) -> {
        passage.forward();
        passage.respond(200, "text/html", page("Log in to the hotel's network"));
    }),
    NOT_HTTP("bytes that are no HTTP", (passage, cell) -> {
        passage.forward();
        byte[] noise = new byte[10_000];
        new Random(1).nextBytes(noise);
        passage.write(noise);
    }),
    TOO_LARGE("response larger than `maxResponseSize`, as announced", (passage, cell) -> {
        passage.forward();
        passage.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000000000\r\n\r\n{");
        passage.awaitEnd();
    }),
    ENDLESS("response without an end", (passage, cell) -> {
        passage.forward();
        passage.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{");
        byte[] blanks = " ".repeat(8 * 1024).getBytes(StandardCharsets.US_ASCII);
        while (true) {
            // until the client has closed the connection
            passage.write(blanks);
        }
    }),
    WRONG_CONTENT_TYPE("the right response as `text/plain`", (passage, cell) -> {
        passage.respond(passage.forward().with("Content-Type", "text/plain"));
    }),
    STATUS_401(
            "401",
            (passage, cell) -> passage.respond(
                    401, "application/json", refusal("[\"Client session authentication key not registered\"]"))),
    STATUS_402("402", (passage, cell) -> passage.respond(402, "application/json", refusal("[\"Not valid here\"]"))),
    STATUS_403("403", (passage, cell) -> passage.respond(403, "text/html", page("Forbidden"))),
    STATUS_404(
            "404",
            (passage, cell) -> passage.respond(
                    404,
                    "application/json",
                    "{\"description\": \"Not Found\", \"status\": 404, \"message\": \"Requested URL not found\"}")),
    STATUS_429(
            "429 with `Retry-After: 1`",
            (passage, cell) -> passage.write(
                    "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")),
    STATUS_500("500", (passage, cell) -> {
        passage.forward();
        passage.respond(500, "application/json", "{\"description\": \"Internal Server Error\", \"status\": 500}");
    }),
    STATUS_502("502", (passage, cell) -> {
        passage.forward();
        passage.respond(502, "text/html", page("Bad Gateway"));
    }),
    STATUS_503("503", (passage, cell) -> passage.respond(503, "text/html", page("Service Unavailable"))),
    STATUS_504("504", (passage, cell) -> {
        passage.forward();
        passage.respond(504, "text/html", page("Gateway Timeout"));
    }),
    SERVER_RESTART("server restarted", (passage, cell) -> {
        cell.restartServer();
        passage.respond(passage.forward());
    }),
    WORKER_DEATH("worker dies", (passage, cell) -> passage.respond(passage.forward())),
    LAPSE(
            "job called lapsed",
            (passage, cell) -> passage.respond(
                    400,
                    "application/json",
                    "{\"success\": false, \"error\": \"Job JID1 on chat lapsed!\", \"job_state\": \"lapsed\", \"progress\":"
                            + " {\"progress\": 0, \"queue_position\": 0}}")),
    RESULT_TAKEN("result taken by somebody else", (passage, cell) -> {
        passage.forward();
        passage.respond(passage.forward());
    }),
    RESULT_TWICE("result lost on its way, but handed out again", (passage, cell) -> cell.keep(passage.forward())),
    CLOCK_FORWARD("clock jumps a day ahead", (passage, cell) -> {
        cell.jump(Duration.ofDays(1));
        passage.respond(passage.forward());
    }),
    CLOCK_BACK("clock jumps a day back", (passage, cell) -> {
        cell.jump(Duration.ofDays(-1));
        passage.respond(passage.forward());
    });

    /** What becomes of a request that is hit. */
    interface Act {
        void on(Passage passage, FaultCell cell) throws IOException;
    }

    /** Whoever submits cannot know after these whether the job was accepted. */
    private static final Set<Fault> LEAVING_DOUBT = EnumSet.of(
            RESET_AFTER_REQUEST,
            RESET_IN_ANSWER,
            CLOSED_WITHOUT_ANSWER,
            STALLED,
            TRICKLED_TOO_SLOWLY,
            EMPTY_BODY,
            TRUNCATED_JSON,
            OTHER_JSON,
            HTML,
            NOT_HTTP,
            TOO_LARGE,
            ENDLESS,
            STATUS_500,
            STATUS_502,
            STATUS_503,
            STATUS_504);

    private static final Set<Fault> HARMLESS =
            EnumSet.of(TRICKLED_IN_TIME, WRONG_CONTENT_TYPE, CLOCK_FORWARD, CLOCK_BACK);

    private static final Set<Fault> ONCE_ONLY = EnumSet.of(SERVER_RESTART, WORKER_DEATH, RESULT_TAKEN, RESULT_TWICE);

    final String label;

    @SuppressWarnings("ImmutableEnumChecker") // lambdas that keep nothing
    final Act act;

    Fault(String label, Act act) {
        this.label = label;
        this.act = act;
    }

    boolean leavesDoubt() {
        return LEAVING_DOUBT.contains(this);
    }

    /** Whether the response is as good as without it. */
    boolean isHarmless() {
        return HARMLESS.contains(this);
    }

    boolean isClockJump() {
        return this == CLOCK_FORWARD || this == CLOCK_BACK;
    }

    /** Whether only a timeout of the client ends it. */
    boolean takesTimeout() {
        return this == STALLED || this == TRICKLED_TOO_SLOWLY;
    }

    /** Whether it happens to a connection before there is a request on it. */
    boolean precedesRequest() {
        return this == CONNECTION_REFUSED || this == RESET_BEFORE_REQUEST;
    }

    boolean canLast() {
        return !isHarmless() && !ONCE_ONLY.contains(this);
    }

    boolean concerns(Call call) {
        return switch (this) {
            case WORKER_DEATH -> call == Call.POLL || call == Call.HELD;
            case LAPSE -> call.isPoll();
            case RESULT_TAKEN, RESULT_TWICE -> call == Call.RESULT;
            default -> true;
        };
    }

    private static String refusal(String error) {
        return "{\"success\": false, \"error\": " + error + "}";
    }

    private static String page(String title) {
        return "<!DOCTYPE html><html><head><title>" + title + "</title></head><body><h1>" + title
                + "</h1></body></html>";
    }
}
