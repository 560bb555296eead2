/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.camel.internal.MessageSerializer;
import io.aipi.camel.internal.detached.JobRouter;
import io.aipi.camel.internal.detached.TrackedJob;
import io.aipi.camel.internal.telemetry.ObservedJob;
import io.aipi.camel.store.AggregationJobRepository;
import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.JobOutcome;
import io.aipi.client.error.AipiException;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.spi.ProducerCache;
import org.apache.camel.support.cache.DefaultProducerCache;
import org.apache.camel.support.service.ServiceHelper;
import org.apache.camel.util.URISupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes exchanges of a consumer's jobs, and sends them along its route or to the dead letter endpoint. */
final class ExchangeRouter implements JobRouter {

    private static final Logger LOG = LoggerFactory.getLogger(ExchangeRouter.class);

    /** What a failure exchange carries so that it can be submitted again. */
    private static final Set<String> RESUBMITTED = Set.of(AipiConstants.PROMPT, AipiConstants.PARAMETERS);

    private final AipiConsumer consumer;
    private final AipiEndpoint endpoint;
    private final AipiConfiguration configuration;
    private final String deadLetterUri;
    private volatile ProducerCache deadLetterProducers;

    ExchangeRouter(AipiConsumer consumer) {
        this.consumer = consumer;
        this.endpoint = consumer.getEndpoint();
        this.configuration = endpoint.getConfiguration();
        this.deadLetterUri = deadLetterUri(configuration);
    }

    /** The endpoint's own, else the repository's; null for none. */
    private static String deadLetterUri(AipiConfiguration configuration) {
        return configuration.getDeadLetterUri() == null
                        && configuration.getJobRepository() instanceof AggregationJobRepository adapter
                ? adapter.deadLetterUri()
                : configuration.getDeadLetterUri();
    }

    /** A dead letter endpoint that does not exist would be found out when it is needed, and an outcome could go nowhere. */
    void start() {
        if (deadLetterUri == null) {
            return;
        }
        try {
            // not started: what is behind it may be away now
            endpoint.getCamelContext().getEndpoint(deadLetterUri).createProducer();
        } catch (Exception e) {
            throw new IllegalArgumentException(
                    "deadLetterUri is no endpoint that can be sent to: " + URISupport.sanitizeUri(deadLetterUri), e);
        }
        deadLetterProducers = new DefaultProducerCache(consumer, endpoint.getCamelContext(), 1);
        ServiceHelper.startService(deadLetterProducers);
    }

    void stop() {
        ProducerCache last = deadLetterProducers;
        // first: a cache that was stopped takes what it does not send
        deadLetterProducers = null;
        ServiceHelper.stopAndShutdownService(last);
    }

    // ---- along the route

    @Override
    public void routeProgress(TrackedJob job, JobProgress progress, Consumer<Delivery> done) {
        route(job, done, exchange -> {
            exchange.getMessage().setHeaders(headers(job.job(), false));
            configuration.getBinding().populate(exchange, endpoint, progress);
            endpoint.exchangeBinding().populateDelta(exchange, job.text().next(progress.text()));
        });
    }

    @Override
    public void routeOutcome(TrackedJob job, Consumer<Delivery> done) {
        Consumer<Delivery> told = delivery -> {
            if (delivery.failure() == null) {
                endpoint.observed().delivered(job.job().jobId(), job.job().exchangeId());
            }
            done.accept(delivery);
        };
        route(job, told, exchange -> {
            JobResult result = job.outcome() instanceof JobOutcome.Done ended ? ended.result() : null;
            populateOutcome(exchange, job);
            // if this fails, so does the delivery, with the result in the exchange
            endpoint.conversations().answer(exchange, job.job().headers(), result);
            if (result != null && configuration.isConsumeProgress()) {
                endpoint.exchangeBinding().populateDelta(exchange, job.text().last(result.text()));
            }
            AipiException failure = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, AipiException.class);
            if (failure != null && endpoint.isBridgeErrorHandler()) {
                // to the error handler of the route at once, as Camel's own bridge does it, but with the message as it
                // was
                exchange.setException(failure);
                exchange.setProperty(ExchangePropertyKey.ERRORHANDLER_BRIDGE, true);
                exchange.getExchangeExtension().setRedeliveryExhausted(true);
            }
        });
    }

    private void route(TrackedJob job, Consumer<Delivery> done, Consumer<Exchange> populate) {
        Exchange exchange = consumer.createExchange(false);
        AtomicBoolean once = new AtomicBoolean();
        Runnable end = () -> {
            if (once.compareAndSet(false, true)) {
                try {
                    done.accept(new RoutedExchange(exchange, failureOf(exchange)));
                } finally {
                    consumer.releaseExchange(exchange, false);
                }
            }
        };
        try {
            exchange.setProperty(ExchangePropertyKey.CORRELATION_ID, job.job().exchangeId());
            exchange.setProperty(ObservedJob.DELIVERY_PROPERTY, true);
            populate.accept(exchange);
            consumer.getAsyncProcessor().process(exchange, doneSync -> end.run());
        } catch (RuntimeException | Error e) {
            exchange.setException(e);
            end.run();
        }
    }

    private static Throwable failureOf(Exchange exchange) {
        boolean rolledBack = exchange.isRollbackOnly() || exchange.isRollbackOnlyLast();
        return exchange.getException() == null && rolledBack
                ? new IllegalStateException("The exchange was marked for rollback")
                : exchange.getException();
    }

    private final class RoutedExchange implements Delivery {

        private final Exchange exchange;
        private final Throwable failure;

        RoutedExchange(Exchange exchange, Throwable failure) {
            this.exchange = exchange;
            this.failure = failure;
        }

        @Override
        public Throwable failure() {
            return failure;
        }

        @Override
        public void report(String message) {
            try {
                if (endpoint.isBridgeErrorHandler()) {
                    // the route's error handler has had it already
                    LOG.warn("{}: {}", message, failure.toString());
                } else {
                    consumer.getExceptionHandler().handleException(message, exchange, failure);
                }
            } catch (RuntimeException e) {
                // a handler of the user's must not keep the job from going on
                LOG.warn("The exception handler failed", e);
            }
        }
    }

    @Override
    public void lost(TrackedJob job) {
        endpoint.observed().lost(job.job().jobId(), job.job().exchangeId());
    }

    // ---- to the dead letter endpoint

    @Override
    public boolean hasDeadLetterEndpoint() {
        return deadLetterUri != null;
    }

    /** On the threads of exchanges: what is behind the endpoint may block, and must not keep the store from working. */
    @Override
    public CompletableFuture<Void> sendToDeadLetter(TrackedJob job, Throwable cause) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        Runnable task = () -> send(job, cause).whenComplete((exchange, problem) -> {
            Throwable refusal = problem != null ? problem : exchange.getException();
            if (refusal == null) {
                endpoint.observed().delivered(job.job().jobId(), job.job().exchangeId());
                sent.complete(null);
            } else {
                sent.completeExceptionally(refusal);
            }
        });
        try {
            endpoint.getComponent().exchangeThreads().execute(task, () -> "the dead letter endpoint " + deadLetterUri);
        } catch (RejectedExecutionException | Error notBegun) {
            task.run();
        }
        return sent;
    }

    private CompletableFuture<Exchange> send(TrackedJob job, Throwable cause) {
        try {
            Endpoint target = endpoint.getCamelContext().getEndpoint(deadLetterUri);
            Exchange exchange = target.createExchange(ExchangePattern.InOnly);
            exchange.setProperty(ExchangePropertyKey.CORRELATION_ID, job.job().exchangeId());
            populateOutcome(exchange, job);
            if (cause != null) {
                exchange.setProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, cause);
            }
            exchange.setProperty(ExchangePropertyKey.FAILURE_ROUTE_ID, consumer.getRouteId());
            ProducerCache producers = deadLetterProducers;
            return producers
                    .asyncSendExchange(target, ExchangePattern.InOnly, null, null, exchange, null)
                    .thenApply(taken -> {
                        if (producers != deadLetterProducers) {
                            // it was stopped meanwhile, and says nothing of what it did not send
                            throw new RejectedExecutionException("The consumer has stopped");
                        }
                        return taken;
                    });
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    // ---- messages

    private void populateOutcome(Exchange exchange, TrackedJob job) {
        JobOutcome outcome = job.outcome();
        if (outcome instanceof JobOutcome.Done done) {
            exchange.getMessage().getHeaders().putAll(headers(job.job(), false));
            try {
                endpoint.exchangeBinding().populate(exchange, done.result());
            } catch (RuntimeException | Error unfit) {
                // outputType asks for what the result does not have: that, too, is an end that must be told
                populateFailure(
                        exchange,
                        job.job(),
                        JobOutcome.Failed.of(job.job(), unfit).failure());
                endpoint.exchangeBinding().keep(exchange, done.result());
            }
        } else if (outcome instanceof JobOutcome.Failed failed) {
            populateFailure(exchange, job.job(), failed.failure());
        }
        if (job.deliveryCount() > 0) {
            exchange.getMessage().setHeader(Exchange.REDELIVERED, true);
            exchange.getMessage().setHeader(Exchange.REDELIVERY_COUNTER, job.deliveryCount());
        }
    }

    /** The message that was submitted, as it was, and what became of it. */
    private void populateFailure(Exchange exchange, DetachedJob job, AipiException failure) {
        exchange.getMessage().getHeaders().putAll(headers(job, true));
        // a copy: the next delivery must find it as it was
        exchange.getMessage().setBody(MessageSerializer.copy(job.body()));
        configuration.getBinding().populateFailure(exchange, endpoint, job.jobId(), failure);
        // submitted again by the route, it is submitted once, however often this exchange is delivered
        exchange.getMessage().setHeader(AipiConstants.REQUEST_ID, job.resubmissionId());
    }

    private static Map<String, Object> headers(DetachedJob job, boolean forResubmission) {
        Map<String, Object> headers = new LinkedHashMap<>(job.headers());
        AipiConstants.REQUEST_HEADERS.stream()
                .filter(name -> !forResubmission || !RESUBMITTED.contains(name))
                .forEach(headers::remove);
        return headers;
    }
}
