/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import io.aipi.camel.internal.detached.TrackedJob;
import io.aipi.client.TextDeltas;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.spi.ProducerCache;
import org.apache.camel.support.cache.DefaultProducerCache;
import org.apache.camel.support.service.ServiceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends progress exchanges to {@code progressUri}.
 *
 * <p>Invariants, for each job: exchanges never overlap and arrive in order; while one is on its way, newer states replace
 * each other, so that a slow route sees fewer of them; the last state is always sent. A failing route is logged and never
 * fails the job.
 */
public final class ProgressNotifier {

    private static final Logger LOG = LoggerFactory.getLogger(ProgressNotifier.class);

    private final ProducerContext context;
    private final Endpoint target;
    private final ProducerCache producers;
    /** Jobs of which an exchange is on its way or waits. */
    private final AtomicInteger unsent = new AtomicInteger();

    /** Ready to send. {@code target}: the progress endpoint. */
    public ProgressNotifier(ProducerContext context, Endpoint target) {
        this.context = context;
        this.target = target;
        producers = new DefaultProducerCache(this, target.getCamelContext(), 1);
        ServiceHelper.startService(producers);
    }

    /** Whether progress exchanges are on their way or wait. */
    boolean isSending() {
        return unsent.get() > 0;
    }

    void stop() {
        ServiceHelper.stopAndShutdownService(producers);
    }

    /**
     * The progress exchanges of the job that the exchange submits; they carry its headers, as they are now, but for
     * those that the endpoint's headerFilterStrategy leaves out.
     */
    Job job(Exchange original) {
        Map<String, Object> headers = context.binding().headersToKeep(original);
        context.binding().removeRequestHeaders(headers);
        return new Job(headers, original.getExchangeId());
    }

    /** One job's progress exchanges: a mailbox with room for the newest state. */
    final class Job implements TrackedJob.Listener {

        private final Map<String, Object> headers;
        private final String correlationId;
        private Consumer<Exchange> newest;
        private boolean sending;
        /** Null before the first. Written and read by the one who follows the job. */
        private volatile JobProgress last;
        /** Used by one exchange at a time. */
        private final TextDeltas text = new TextDeltas();

        private Job(Map<String, Object> headers, String correlationId) {
            this.headers = headers;
            this.correlationId = correlationId;
        }

        /** The job's state has changed. */
        @Override
        public void progress(JobProgress progress) {
            if (progress.state() != JobState.DONE) {
                last = progress;
                offer(exchange -> {
                    context.binding().populate(exchange, progress);
                    context.binding().populateDelta(exchange, text.next(progress.text()));
                });
            } else if (last == null || progress.progress() != null) {
                // most servers say nothing of the progress then. Of the end, the result tells, which comes next
                last = progress;
            }
        }

        /** The job has ended well. */
        @Override
        public void result(JobResult result) {
            try {
                JobProgress end = JobProgress.of(result, last);
                offer(exchange -> populateEnd(exchange, result, end));
            } catch (RuntimeException | Error e) {
                // who only hears of it must not cost anybody the result
                LOG.warn("The end of the job {} could not be told", result.jobId(), e);
            }
        }

        /** The body is the output, as that of the exchange which waits for the result. */
        private void populateEnd(Exchange exchange, JobResult result, JobProgress end) {
            try {
                context.binding().populate(exchange, result, end);
                context.binding().populateDelta(exchange, text.last(result.text()));
            } catch (RuntimeException | Error unfit) {
                // outputType asks for what the result does not have: that, too, is an end that must be told
                context.binding().populateFailure(exchange, result.jobId(), unfit);
                context.binding().keep(exchange, result);
            }
        }

        /** The job has ended badly. */
        @Override
        public void failure(String jobId, Throwable failure) {
            offer(exchange -> context.binding().populateFailure(exchange, jobId, failure));
        }

        private void offer(Consumer<Exchange> state) {
            synchronized (this) {
                newest = state;
                if (sending) {
                    return;
                }
                sending = true;
            }
            unsent.incrementAndGet();
            sendSoon();
        }

        private void sendSoon() {
            try {
                context.progressThreads().execute(this::send, () -> "the progress endpoint " + target);
            } catch (RejectedExecutionException | Error notBegun) {
                synchronized (this) {
                    newest = null;
                    sending = false;
                }
                unsent.decrementAndGet();
                LOG.debug("A progress exchange to {} is dropped", target, notBegun);
            }
        }

        private void send() {
            Consumer<Exchange> state;
            synchronized (this) {
                state = newest;
                newest = null;
            }
            try {
                Exchange exchange = target.createExchange(ExchangePattern.InOnly);
                exchange.getMessage().setHeaders(context.binding().newHeaders(headers));
                exchange.setProperty(ExchangePropertyKey.CORRELATION_ID, correlationId);
                state.accept(exchange);
                producers
                        .asyncSendExchange(target, ExchangePattern.InOnly, null, null, exchange, null)
                        .whenComplete((sent, failure) -> {
                            Throwable problem = failure != null ? failure : sent.getException();
                            if (problem != null) {
                                LOG.warn("The progress route {} failed; the job goes on", target, problem);
                            }
                            sent();
                        });
            } catch (RuntimeException | Error e) {
                LOG.warn("A progress exchange to {} could not be sent", target, e);
                sent();
            }
        }

        private void sent() {
            boolean again;
            synchronized (this) {
                again = newest != null;
                sending = again;
            }
            if (again) {
                sendSoon();
            } else {
                unsent.decrementAndGet();
            }
        }
    }
}
