/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.internal.ElasticExecutor;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;
import org.apache.camel.telemetry.Tracer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What events of jobs cost where spans are on: Camel's tracer is a notifier, too. */
class JobEventsBesideTracerTest {

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final AtomicInteger threadsTaken = new AtomicInteger();
    private final ElasticExecutor threads =
            new ElasticExecutor(thread, 1, 1, (task, delay) -> task.run(), System::nanoTime);
    private final JobEvents events = new JobEvents(() -> context, () -> {
        threadsTaken.incrementAndGet();
        return threads;
    });
    private final ObservedEndpoint endpoint = new ObservedEndpoint(
            this, "mistral_chat", URI.create("http://127.0.0.1:1"), new JobObservers(), () -> 0, () -> 0);

    private static final class NoSpans extends Tracer {
        @Override
        protected void initTracer() {
            // no exchange is routed
        }
    }

    @BeforeEach
    void start() {
        NoSpans tracer = new NoSpans();
        tracer.setCamelContext(context);
        tracer.init(context);
        context.start();
        assertThat(context.getManagementStrategy().getEventNotifiers()).isNotEmpty();
    }

    @AfterEach
    void stop() {
        context.stop();
        thread.shutdownNow();
    }

    @Test
    void theTracerAloneTakesNoThread() {
        events.onLogin(endpoint, Duration.ofMillis(5), null);

        assertThat(threadsTaken).hasValue(0);
    }

    @Test
    void whoeverListensBesideItIsTold() {
        List<CamelEvent> heard = new CopyOnWriteArrayList<>();
        context.getManagementStrategy().addEventNotifier(new EventNotifierSupport() {
            @Override
            public void notify(CamelEvent event) {
                heard.add(event);
            }
        });

        events.onLogin(endpoint, Duration.ofMillis(5), null);

        await().until(() -> heard.size() == 1);
        assertThat(threadsTaken).hasValue(1);
    }
}
