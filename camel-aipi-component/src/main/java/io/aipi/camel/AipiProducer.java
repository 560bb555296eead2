/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.client.AipiRequest;
import io.aipi.client.EndpointDescription;
import io.aipi.client.JobProgress;
import io.aipi.client.JobResult;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.Submission;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.TypeConversionException;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.WritableHealthCheckRepository;
import org.apache.camel.support.DefaultAsyncProducer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends exchanges to a model endpoint. Waiting costs no thread: an exchange in flight is a future, and goes on on one of
 * the component's worker threads.
 *
 * <p>Invariant: for each exchange that {@link #process} did not finish itself, the callback is called exactly once, never
 * on a thread of the HTTP client, and after the exchange has its result or its exception.
 */
public class AipiProducer extends DefaultAsyncProducer {

    private static final Logger LOG = LoggerFactory.getLogger(AipiProducer.class);

    private final AipiEndpoint endpoint;
    private final AipiConfiguration configuration;
    private final AipiBinding binding;
    private final Set<Waiting<?>> inFlight = ConcurrentHashMap.newKeySet();
    private volatile ModelEndpoint model;
    private volatile ProgressSender progressSender;
    private AipiHealthCheck healthCheck;

    /** Made by the endpoint. */
    public AipiProducer(AipiEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
        this.configuration = endpoint.getConfiguration();
        this.binding = configuration.getBinding();
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        try {
            switch (operation(exchange)) {
                case submit -> submit(exchange, callback);
                case progress -> progress(exchange, callback);
                case result -> follow(exchange, callback);
                case describe -> describe(exchange, callback);
                case list -> list(exchange, callback);
                case validateKey -> validateKey(exchange, callback);
            }
            return false;
        } catch (Exception e) {
            // nothing was begun: whatever throws does so before the first call
            exchange.setException(e);
            callback.done(true);
            return true;
        }
    }

    private AipiOperation operation(Exchange exchange) {
        try {
            return exchange.getMessage()
                    .getHeader(AipiConstants.OPERATION, configuration.getOperation(), AipiOperation.class);
        } catch (TypeConversionException e) {
            throw new InvalidRequestException(
                    "The header " + AipiConstants.OPERATION + " must be one of "
                            + Arrays.toString(AipiOperation.values()) + ", but is '" + e.getValue() + "'",
                    ErrorContext.of(endpoint.getEndpointName()));
        }
    }

    private void submit(Exchange exchange, AsyncCallback callback) {
        AipiRequest request = binding.toRequest(exchange, endpoint);
        if (!configuration.isWaitForResult()) {
            submitDetached(exchange, callback, request);
        } else if (configuration.isHoldConnection()) {
            goOnInTurn(exchange, callback, () -> model.runHeld(request));
        } else {
            Consumer<JobProgress> listener = listener(exchange);
            goOnInTurn(exchange, callback, () -> model.run(request, listener));
        }
    }

    /** The exchange goes on when the job is accepted; the job's slot is free when the job has ended, where that is seen. */
    private void submitDetached(Exchange exchange, AsyncCallback callback, AipiRequest request) {
        CompletableFuture<Submission> accepted = new CompletableFuture<>();
        ProgressSender.Job progressJob = progressSender == null ? null : progressSender.job(exchange);
        Waiting<Submission> waiting =
                waiting(exchange, callback, submission -> binding.populate(exchange, endpoint, submission));
        accepted.whenComplete(waiting::ended);
        CompletableFuture<Void> whole = waiting.inTurn(() -> {
            CompletableFuture<Submission> submitted = model.submit(request);
            submitted.thenAccept(accepted::complete);
            return progressJob == null
                    ? submitted.thenApply(submission -> null)
                    : submitted.thenCompose(submission -> followDetached(submission, progressJob));
        });
        whole.whenComplete((ended, failure) -> {
            if (failure != null) {
                // changes nothing for a job that was accepted
                accepted.completeExceptionally(failure);
            }
        });
    }

    private CompletableFuture<Void> followDetached(Submission submission, ProgressSender.Job job) {
        CompletableFuture<JobResult> result = submission.result() != null
                ? CompletableFuture.completedFuture(submission.result())
                : model.follow(submission.jobId(), job::progress);
        return result.handle((value, failure) -> {
            if (failure == null) {
                job.result(value);
            } else if (cause(failure) instanceof ClientClosedException) {
                LOG.warn(
                        "The job {} of {} is not followed any more: its route has stopped. The operation result can still"
                                + " take its result",
                        submission.jobId(),
                        endpoint.getEndpointName());
            } else {
                job.failure(submission.jobId(), cause(failure));
            }
            return null;
        });
    }

    private void progress(Exchange exchange, AsyncCallback callback) {
        String jobId = binding.toJobId(exchange, endpoint);
        goOn(exchange, callback, model.look(jobId), status -> {
            binding.populate(exchange, endpoint, status.progress());
            if (status.result() != null) {
                binding.populate(exchange, endpoint, status.result());
            }
        });
    }

    private void follow(Exchange exchange, AsyncCallback callback) {
        String jobId = binding.toJobId(exchange, endpoint);
        Consumer<JobProgress> listener = listener(exchange);
        goOnInTurn(exchange, callback, () -> model.follow(jobId, listener));
    }

    private void describe(Exchange exchange, AsyncCallback callback) {
        String name = endpoint.getEndpointName();
        goOn(exchange, callback, endpoint.client().describe(name, configuration.getRequestTimeout()), description -> {
            EndpointDescription known = description.orElseThrow(() -> new EndpointUnavailableException(
                    "The server has no description of the endpoint", false, ErrorContext.of(name)));
            exchange.getMessage().setBody(known.toJson());
            exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
        });
    }

    private void list(Exchange exchange, AsyncCallback callback) {
        goOn(exchange, callback, endpoint.client().listEndpoints(configuration.getRequestTimeout()), names -> {
            exchange.getMessage().setBody(names);
            exchange.getMessage().removeHeader(Exchange.CONTENT_TYPE);
        });
    }

    private void validateKey(Exchange exchange, AsyncCallback callback) {
        goOn(exchange, callback, endpoint.client().validateKey(configuration.getRequestTimeout()), validation -> {
            exchange.getMessage().setBody(validation.valid());
            exchange.getMessage().removeHeader(AipiConstants.REASON);
            if (validation.reason() != null) {
                exchange.getMessage().setHeader(AipiConstants.REASON, validation.reason());
            }
        });
    }

    private Consumer<JobProgress> listener(Exchange exchange) {
        return progressSender == null ? null : progressSender.job(exchange)::progress;
    }

    private <T> void goOn(Exchange exchange, AsyncCallback callback, CompletableFuture<T> work, Consumer<T> populate) {
        work.whenComplete(waiting(exchange, callback, populate)::ended);
    }

    /** As {@link #goOn}, for a job, which takes its turn if maxInFlight says so. */
    private void goOnInTurn(Exchange exchange, AsyncCallback callback, Supplier<CompletableFuture<JobResult>> job) {
        Waiting<JobResult> waiting =
                waiting(exchange, callback, result -> binding.populate(exchange, endpoint, result));
        waiting.inTurn(job).whenComplete(waiting::ended);
    }

    private <T> Waiting<T> waiting(Exchange exchange, AsyncCallback callback, Consumer<T> populate) {
        Waiting<T> waiting = new Waiting<>(exchange, callback, populate);
        inFlight.add(waiting);
        return waiting;
    }

    /** An exchange that waits: ended by its job or by the producer's stop, whichever comes first. */
    private final class Waiting<T> {

        private final Exchange exchange;
        private final AsyncCallback callback;
        private final Consumer<T> populate;

        Waiting(Exchange exchange, AsyncCallback callback, Consumer<T> populate) {
            this.exchange = exchange;
            this.callback = callback;
            this.populate = populate;
        }

        /** Begins the job in its turn, unless the exchange has been ended by then: nobody would take the result. */
        <R> CompletableFuture<R> inTurn(Supplier<CompletableFuture<R>> job) {
            return endpoint.inFlightLimit()
                    .run(() -> inFlight.contains(this) ? job.get() : CompletableFuture.failedFuture(stopped()));
        }

        void ended(T value, Throwable failure) {
            if (!inFlight.remove(this)) {
                return;
            }
            try {
                endpoint.getComponent().workers().execute(() -> goOn(value, failure));
            } catch (RejectedExecutionException stopped) {
                goOn(value, failure);
            }
        }

        private void goOn(T value, Throwable failure) {
            try {
                if (failure == null) {
                    populate.accept(value);
                    exchange.getMessage().removeHeader(AipiConstants.PROMPT);
                    exchange.getMessage().removeHeader(AipiConstants.PARAMETERS);
                    exchange.getMessage().removeHeader(AipiConstants.OPERATION);
                } else {
                    exchange.setException(cause(failure));
                }
            } catch (Throwable e) {
                // an Error, too: an exchange without its result must not pass for a good one
                exchange.setException(e);
            } finally {
                callback.done(false);
            }
        }
    }

    private ClientClosedException stopped() {
        return new ClientClosedException(
                "The route was stopped while the exchange waited for its job; what was submitted goes on at the server",
                ErrorContext.of(endpoint.getEndpointName()));
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        model = endpoint.open();
        addHealthCheck();
        try {
            if (!configuration.isLazyLogin()) {
                logIn();
            }
            if (configuration.getProgressUri() != null) {
                progressSender = new ProgressSender(endpoint, configuration.getProgressUri());
            }
        } catch (Exception e) {
            // Camel does not stop what has failed to start
            endpoint.close(model);
            throw e;
        }
    }

    private void logIn() {
        // login, a second try on the other route, description, list of endpoints: each bounded by the request timeout
        Duration patience = configuration.getRequestTimeout().multipliedBy(5);
        try {
            model.start().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof AipiException reason
                    ? reason
                    : noLogin("No login: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw noLogin("No login within " + patience.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw noLogin("The login was interrupted", e);
        }
    }

    private ConnectionFailedException noLogin(String message, Throwable cause) {
        return new ConnectionFailedException(message, false, ErrorContext.of(endpoint.getEndpointName()), cause);
    }

    private void addHealthCheck() {
        WritableHealthCheckRepository repository = healthChecks();
        if (repository != null && healthCheck == null) {
            healthCheck = new AipiHealthCheck(endpoint);
            healthCheck.setEnabled(endpoint.getComponent().isHealthCheckProducerEnabled());
            repository.addHealthCheck(healthCheck);
        }
    }

    private WritableHealthCheckRepository healthChecks() {
        return HealthCheckHelper.getHealthCheckRepository(
                endpoint.getCamelContext(), "producers", WritableHealthCheckRepository.class);
    }

    @Override
    protected void doStop() throws Exception {
        // after a graceful stop there are none
        if (!inFlight.isEmpty()) {
            LOG.warn("{} exchanges with jobs in flight are failed by the stop of {}", inFlight.size(), endpoint);
        }
        if (model != null) {
            // ends the jobs, and with them the exchanges, each with its job's id; no result is taken any more
            endpoint.close(model);
        }
        for (Waiting<?> waiting : inFlight) {
            // what had not had its turn
            waiting.ended(null, stopped());
        }
        WritableHealthCheckRepository repository = healthCheck == null ? null : healthChecks();
        if (repository != null) {
            repository.removeHealthCheck(healthCheck);
            healthCheck = null;
        }
        if (progressSender != null) {
            progressSender.stop();
            progressSender = null;
        }
        super.doStop();
    }
}
