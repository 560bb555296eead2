/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.contract;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static java.util.concurrent.TimeUnit.SECONDS;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import io.aipi.client.internal.VirtualTimer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** What the replayed server does with a request: mostly, it gives a recorded or a documented answer. */
final class Answer {

    private final ResponseDefinitionBuilder response;

    private Answer(ResponseDefinitionBuilder response) {
        this.response = response;
    }

    /** The answer of the transcript with this number: status, headers and body. */
    static Answer recorded(int number) {
        return of(Transcript.number(number));
    }

    /** The same of the server before, 0.9.0. */
    static Answer recorded090(int number) {
        return of(Transcript.of(Transcript.Server.V0_9_0, number));
    }

    /** The answer of this transcript: status, headers and body. */
    static Answer of(Transcript transcript) {
        ResponseDefinitionBuilder response =
                aResponse().withStatus(transcript.status()).withBody(transcript.answerBytes());
        transcript.headers().forEach((name, value) -> {
            boolean madeByServer = name.startsWith(":")
                    || name.equalsIgnoreCase("content-length")
                    || (name.equalsIgnoreCase("connection") && value.equalsIgnoreCase("keep-alive"));
            if (!madeByServer) {
                response.withHeader(name, value);
            }
        });
        return new Answer(response);
    }

    /** An answer that no transcript has: from the documents, or from another generation of the server. */
    static Answer json(int status, String body) {
        return new Answer(aResponse()
                .withStatus(status)
                .withHeader("content-type", "application/json")
                .withBody(body));
    }

    /** The server has read the request, but its answer does not arrive. */
    static Answer lost() {
        return new Answer(aResponse().withFault(Fault.EMPTY_RESPONSE));
    }

    /** The same answer with one more header. */
    Answer with(String header, String value) {
        response.withHeader(header, value);
        return this;
    }

    /** The same answer, given only after a while. */
    Answer after(Duration delay) {
        response.withFixedDelay(Math.toIntExact(delay.toMillis()));
        return this;
    }

    /** The same answer, given only after a while of the client's time. */
    Answer after(Duration delay, VirtualTimer clientsTime) {
        response.withRandomDelay(() -> {
            clientsTime.advance(delay);
            return 0;
        });
        return this;
    }

    /** The same answer, given only when it has been asked for this many times. */
    Answer onceAsked(int times) {
        CountDownLatch missing = new CountDownLatch(times);
        response.withRandomDelay(() -> {
            missing.countDown();
            try {
                missing.await(Outcome.PATIENCE, SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return 0;
        });
        return this;
    }

    ResponseDefinitionBuilder response() {
        return response;
    }
}
