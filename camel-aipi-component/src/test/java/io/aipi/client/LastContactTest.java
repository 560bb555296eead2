/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.internal.http.TransportException.Kind;
import io.aipi.client.internal.job.FakeTransport;
import io.aipi.client.spi.VirtualScheduler;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client knows when its server last answered. */
class LastContactTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private final VirtualScheduler scheduler = new VirtualScheduler();
    private final FakeTransport server = new FakeTransport();
    private final ClientResources resources =
            new ClientResources(scheduler, new VirtualClock(), Runnable::run, options -> server, () -> {});
    private final AipiClient client =
            AipiClient.builder().serverUrl("http://server").resources(resources).build();

    @AfterEach
    void close() {
        resources.close();
    }

    @Test
    void thereIsNoneAtFirst() {
        assertThat(client.lastContact()).isEmpty();
    }

    @Test
    void itIsTheTimeOfTheLastResponse() {
        server.on("GET /api/endpoints", FakeTransport.json(200, "{\"endpoints\":[]}"));
        scheduler.advance(Duration.ofSeconds(10));
        client.listEndpoints(TIMEOUT).join();
        assertThat(client.lastContact()).contains(BEGIN.plusSeconds(10));

        scheduler.advance(Duration.ofSeconds(10));
        assertThat(client.lastContact()).contains(BEGIN.plusSeconds(10));
        client.listEndpoints(TIMEOUT).join();
        assertThat(client.lastContact()).contains(BEGIN.plusSeconds(20));
    }

    @Test
    void aResponseOfAnyStatusIsOne() {
        server.on("GET /api/endpoints", FakeTransport.json(500, "<html>"));

        assertThat(client.listEndpoints(TIMEOUT)).isCompletedExceptionally();

        assertThat(client.lastContact()).contains(BEGIN);
    }

    @Test
    void aCallWithoutAResponseIsNone() {
        server.on("GET /api/endpoints", FakeTransport.failure(Kind.BROKEN, true));

        assertThat(client.listEndpoints(TIMEOUT)).isCompletedExceptionally();

        assertThat(client.lastContact()).isEmpty();
    }

    private final class VirtualClock extends UtcClock {

        @Override
        public Instant instant() {
            return BEGIN.plus(scheduler.elapsed());
        }
    }
}
