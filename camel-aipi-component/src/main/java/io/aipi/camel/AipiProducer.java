/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.camel.internal.ElasticExecutor;
import io.aipi.camel.internal.ExchangeBinding;
import io.aipi.camel.internal.InFlightLimiter;
import io.aipi.camel.internal.chat.ChatTurn;
import io.aipi.camel.internal.detached.JobRegistries;
import io.aipi.camel.internal.detached.JobRegistry;
import io.aipi.camel.internal.producer.DescribeOperation;
import io.aipi.camel.internal.producer.DetachedSubmitOperation;
import io.aipi.camel.internal.producer.ListOperation;
import io.aipi.camel.internal.producer.Operation;
import io.aipi.camel.internal.producer.PollOperation;
import io.aipi.camel.internal.producer.ProducerContext;
import io.aipi.camel.internal.producer.ProducerRun;
import io.aipi.camel.internal.producer.ProgressNotifier;
import io.aipi.camel.internal.producer.ResultOperation;
import io.aipi.camel.internal.producer.StreamOperation;
import io.aipi.camel.internal.producer.SubmitOperation;
import io.aipi.camel.internal.producer.ValidateKeyOperation;
import io.aipi.camel.internal.telemetry.ObservedEndpoint;
import io.aipi.camel.store.JobRepository;
import io.aipi.client.AipiClient;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.model.AipiRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ServiceStatus;
import org.apache.camel.TypeConversionException;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.WritableHealthCheckRepository;
import org.apache.camel.support.DefaultAsyncProducer;

/**
 * Sends prompts to a model endpoint, and lets exchanges go on with results. This class is the life cycle, and chooses the
 * operation; each {@link Operation} is a class of its own.
 */
public class AipiProducer extends DefaultAsyncProducer {

    private final AipiEndpoint endpoint;
    private final AipiConfiguration configuration;
    private final ProducerContext operationContext = new Context();
    private final Map<AipiOperation, Operation> operations = new ConcurrentHashMap<>();
    /** From the last start on. */
    private volatile ProducerRun run;
    /** For exchanges that come after the stop. */
    private final ReentrantLock late = new ReentrantLock();

    private AipiHealthCheck healthCheck;
    /** Which has the check, from a start that succeeded to the stop. */
    private WritableHealthCheckRepository healthChecks;

    /** Made by the endpoint. */
    public AipiProducer(AipiEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
        this.configuration = endpoint.getConfiguration();
    }

    // ---- exchanges

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        ProducerRun entered = null;
        try {
            entered = enter(exchange);
            operations.get(operation(exchange)).start(exchange, callback, entered);
            return false;
        } catch (Throwable e) {
            // nothing was begun: whatever throws does so before the exchange waits. An Error, too, must not leave the
            // caller without an end
            exchange.setException(e);
            callback.done(true);
            return true;
        } finally {
            if (entered != null) {
                entered.leave();
            }
        }
    }

    /**
     * What the exchange goes with, to be left again. Camel stops producers that have fallen out of its cache while some thread
     * is still on its way to them: its exchange goes on as if the producer had not been stopped.
     */
    private ProducerRun enter(Exchange exchange) throws Exception {
        ProducerRun present = run;
        if (present.enter()) {
            return present;
        }
        if (operationContext.isEnding(ProducerRun.routeOf(exchange))) {
            throw new ClientClosedException(
                    "The route has stopped; nothing was submitted", ErrorContext.of(endpoint.getEndpointName()));
        }
        late.lock();
        try {
            present = run;
            if (!present.enter()) {
                present = newRun(endpoint.open());
                present.enter();
                run = present;
                endpoint.getComponent().drain(present);
            }
            return present;
        } finally {
            late.unlock();
        }
    }

    private AipiOperation operation(Exchange exchange) {
        AipiOperation own = configuration.getOperation();
        AipiOperation asked = operationOfHeader(exchange, own);
        if (asked != own && !configuration.isAllowOperationFromHeader()) {
            // not ignored: whoever set the header would get something else than asked for, at the cost of a job
            throw new InvalidRequestException(
                    "The header " + AipiConstants.OPERATION + " asks for the operation " + asked
                            + ", but the endpoint's is "
                            + own
                            + ". If messages may choose, set allowOperationFromHeader=true; if they may not, remove"
                            + " the header where they come in",
                    ErrorContext.of(endpoint.getEndpointName()));
        }
        return asked;
    }

    private AipiOperation operationOfHeader(Exchange exchange, AipiOperation own) {
        try {
            return exchange.getMessage().getHeader(AipiConstants.OPERATION, own, AipiOperation.class);
        } catch (TypeConversionException e) {
            throw new InvalidRequestException(
                    "The header " + AipiConstants.OPERATION + " must be one of "
                            + Arrays.toString(AipiOperation.values()) + ", but is '" + e.getValue() + "'",
                    ErrorContext.of(endpoint.getEndpointName()));
        }
    }

    // ---- start and stop

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        operations.put(AipiOperation.submit, submit());
        operations.put(AipiOperation.progress, new PollOperation(operationContext));
        operations.put(AipiOperation.result, new ResultOperation(operationContext));
        operations.put(AipiOperation.describe, new DescribeOperation(operationContext));
        operations.put(AipiOperation.list, new ListOperation(operationContext));
        operations.put(AipiOperation.validateKey, new ValidateKeyOperation(operationContext));
        ModelEndpoint model = endpoint.open();
        try {
            endpoint.logIn(model);
            if (!configuration.isWaitForResult()) {
                // starts the repository, which should fail now if it has to
                endpoint.registry();
            }
            run = newRun(model);
        } catch (Exception e) {
            // Camel does not stop what has failed to start
            endpoint.close(model);
            throw e;
        }
        // last: a producer that did not start would leave its check behind, since nobody stops it
        addHealthCheck();
    }

    private Operation submit() {
        if (!configuration.isWaitForResult()) {
            return new DetachedSubmitOperation(operationContext);
        }
        return configuration.isStreaming()
                ? new StreamOperation(operationContext)
                : new SubmitOperation(operationContext, configuration.isHoldConnection());
    }

    private ProducerRun newRun(ModelEndpoint model) {
        String progressUri = configuration.getProgressUri();
        return new ProducerRun(
                operationContext,
                model,
                progressUri == null
                        ? null
                        : new ProgressNotifier(
                                operationContext, endpoint.getCamelContext().getEndpoint(progressUri)));
    }

    private void addHealthCheck() {
        healthChecks = HealthCheckHelper.getHealthCheckRepository(
                endpoint.getCamelContext(), "producers", WritableHealthCheckRepository.class);
        if (healthChecks != null) {
            healthCheck = AipiHealthCheck.ofProducer(endpoint, this::isStarted);
            healthChecks.addHealthCheck(healthCheck);
        }
    }

    @Override
    protected void doStop() throws Exception {
        // a graceful stop has waited for what is in flight. Camel also stops producers that have fallen out of its
        // cache
        if (run != null && !run.endIfDue()) {
            endpoint.getComponent().drain(run);
        }
        if (healthChecks != null) {
            healthChecks.removeHealthCheck(healthCheck);
            healthChecks = null;
        }
        super.doStop();
    }

    /** What the operations see of the endpoint and the component. */
    private final class Context implements ProducerContext {

        @Override
        public String endpointName() {
            return endpoint.getEndpointName();
        }

        @Override
        public String server() {
            return endpoint.server();
        }

        @Override
        public ExchangeBinding binding() {
            return endpoint.exchangeBinding();
        }

        @Override
        public ChatTurn turn(Exchange exchange, AipiRequest request, BooleanSupplier isPending) {
            return endpoint.conversations().turn(exchange, request, isPending);
        }

        @Override
        public ObservedEndpoint observed() {
            return endpoint.observed();
        }

        @Override
        public Duration requestTimeout() {
            return configuration.getRequestTimeout();
        }

        @Override
        public AipiClient client() {
            return endpoint.client();
        }

        @Override
        public InFlightLimiter inFlightLimiter() {
            return endpoint.inFlightLimiter();
        }

        @Override
        public JobRegistry registry() {
            return endpoint.registry();
        }

        @Override
        public JobRegistries registries() {
            return endpoint.getComponent().registries();
        }

        @Override
        public boolean isFromOwnConsumer(Exchange exchange) {
            return exchange.getFromEndpoint() instanceof AipiEndpoint from
                    && from.registry() != null
                    && from.registry() == endpoint.registry();
        }

        /** Camel also stops producers that it needs no more, while their routes go on. */
        @Override
        public boolean isEnding(String routeId) {
            CamelContext context = endpoint.getCamelContext();
            if (context.isStopping()
                    || context.isStopped()
                    || endpoint.getComponent().isStoppingOrStopped()) {
                return true;
            }
            if (routeId == null) {
                return false;
            }
            ServiceStatus status = context.getRouteController().getRouteStatus(routeId);
            return status == null || status.isStopping() || status.isStopped();
        }

        @Override
        public void close(ModelEndpoint model) {
            endpoint.close(model);
        }

        @Override
        public ElasticExecutor exchangeThreads() {
            return endpoint.getComponent().exchangeThreads();
        }

        @Override
        public ElasticExecutor progressThreads() {
            return endpoint.getComponent().progressThreads();
        }

        @Override
        public Executor storeThreads(JobRepository repository) {
            return endpoint.getComponent().storeWorkers(repository);
        }

        @Override
        public void schedule(Runnable task, Duration delay) {
            endpoint.getComponent().schedule(task, delay);
        }

        @Override
        public Clock clock() {
            return endpoint.getComponent().clock();
        }
    }
}
