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
import io.aipi.client.spi.VirtualScheduler;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** What the replayed server does with a request: mostly, it gives a recorded or a documented response. */
final class Response {

    private final ResponseDefinitionBuilder response;

    private Response(ResponseDefinitionBuilder response) {
        this.response = response;
    }

    /** The response of the transcript with this number: status, headers and body. */
    static Response recorded(int number) {
        return of(Transcript.number(number));
    }

    /** The same of the server before, 0.9.0. */
    static Response recorded090(int number) {
        return of(Transcript.of(Transcript.Server.V0_9_0, number));
    }

    /** The response of this transcript: status, headers and body. */
    static Response of(Transcript transcript) {
        ResponseDefinitionBuilder response =
                aResponse().withStatus(transcript.status()).withBody(transcript.responseBytes());
        transcript.headers().forEach((name, value) -> {
            boolean madeByServer = name.startsWith(":")
                    || name.equalsIgnoreCase("content-length")
                    || (name.equalsIgnoreCase("connection") && value.equalsIgnoreCase("keep-alive"));
            if (!madeByServer) {
                response.withHeader(name, value);
            }
        });
        return new Response(response);
    }

    /** A response that no transcript has: from the documents, or from another generation of the server. */
    static Response json(int status, String body) {
        return new Response(aResponse()
                .withStatus(status)
                .withHeader("content-type", "application/json")
                .withBody(body));
    }

    /** The server has read the request, but its response does not arrive. */
    static Response lost() {
        return new Response(aResponse().withFault(Fault.EMPTY_RESPONSE));
    }

    /** The same response with one more header. */
    Response with(String header, String value) {
        response.withHeader(header, value);
        return this;
    }

    /** The same response, given only after a while. */
    Response after(Duration delay) {
        response.withFixedDelay(Math.toIntExact(delay.toMillis()));
        return this;
    }

    /** The same response, given only after a while of the client's time. */
    Response after(Duration delay, VirtualScheduler clientsTime) {
        response.withRandomDelay(() -> {
            clientsTime.advance(delay);
            return 0;
        });
        return this;
    }

    /** The same response, given only when it has been asked for this many times. */
    Response onceAsked(int times) {
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
