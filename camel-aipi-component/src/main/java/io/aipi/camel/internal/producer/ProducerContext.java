/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import io.aipi.camel.internal.ElasticExecutor;
import io.aipi.camel.internal.ExchangeBinding;
import io.aipi.camel.internal.InFlightLimiter;
import io.aipi.camel.internal.chat.ChatTurn;
import io.aipi.camel.internal.detached.JobRegistries;
import io.aipi.camel.internal.detached.JobRegistry;
import io.aipi.camel.internal.telemetry.ObservedEndpoint;
import io.aipi.camel.store.JobRepository;
import io.aipi.client.AipiClient;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.model.AipiRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.apache.camel.Exchange;

/** What the operations of a producer work with. */
public interface ProducerContext {

    /** Name of the model endpoint. */
    String endpointName();

    /** Base URL of the server, in the one form that names it among stored jobs. */
    String server();

    /** Reads and fills exchanges. */
    ExchangeBinding binding();

    /**
     * The turn of the exchange's question in its conversation, to be asked; null if the endpoint holds none.
     *
     * @param isPending whether the exchange waits for it
     */
    ChatTurn turn(Exchange exchange, AipiRequest request, BooleanSupplier isPending);

    /** Who is told of the endpoint's jobs. */
    ObservedEndpoint observed();

    /** Longest time for one HTTP request. */
    Duration requestTimeout();

    /** The endpoint's client. */
    AipiClient client();

    /** How many jobs may be in flight. */
    InFlightLimiter inFlightLimiter();

    /** Who has the endpoint's detached jobs; null while there is neither a consumer nor a repository. */
    JobRegistry registry();

    /** All that have detached jobs. */
    JobRegistries registries();

    /** Whether the exchange comes from a consumer of the same detached jobs. */
    boolean isFromOwnConsumer(Exchange exchange);

    /** Whether what belongs to the route has to end; null for no route. */
    boolean isEnding(String routeId);

    /** Ends the jobs of a producer at once. */
    void close(ModelEndpoint model);

    /** Threads on which exchanges go on, which routes may block. */
    ElasticExecutor exchangeThreads();

    /** Threads for progress exchanges: apart, so that a slow progress route delays no result. */
    ElasticExecutor progressThreads();

    /** Threads that may be blocked by the repository; null for no repository. */
    Executor storeThreads(JobRepository repository);

    /** Runs the task once after the delay, on a thread that must not be blocked. */
    void schedule(Runnable task, Duration delay);

    /** The time of day. */
    Clock clock();
}
