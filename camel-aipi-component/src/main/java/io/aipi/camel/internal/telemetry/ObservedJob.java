/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.telemetry;

import io.aipi.client.ModelEndpoint;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.aipi.client.spi.JobListener;
import io.aipi.client.spi.JobTimes;
import java.util.concurrent.atomic.AtomicBoolean;

/** One job, as its observers know it. */
public final class ObservedJob implements JobListener {

    /** Exchange property with the innermost span of an {@code aipi:} endpoint. */
    static final String SPAN_PROPERTY = "CamelAipiSpan";

    /** Exchange property of an exchange that comes from the endpoint, until it has a span. */
    public static final String DELIVERY_PROPERTY = "CamelAipiDelivery";

    private final ObservedEndpoint endpoint;
    /** Null for one whose end only is told. */
    private final ModelEndpoint model;

    private final boolean isFollowed;
    private final String exchangeId;
    private final AtomicBoolean working = new AtomicBoolean();
    /** Of an optional library; null for none. */
    private volatile Object span;

    private volatile String jobId;

    /**
     * A job that nobody was told of yet.
     *
     * @param model what it is submitted or followed by; null if neither is done
     * @param isFollowed whether a consumer follows it, and others do if this one ends
     * @param exchangeId of the exchange that submits or has submitted it
     * @param jobId null if the server has not accepted it yet
     * @param span of the exchange that waits for it; null for none
     */
    ObservedJob(
            ObservedEndpoint endpoint,
            ModelEndpoint model,
            boolean isFollowed,
            String exchangeId,
            String jobId,
            Object span) {
        this.endpoint = endpoint;
        this.model = model == null ? null : model.with(this);
        this.isFollowed = isFollowed;
        this.exchangeId = exchangeId;
        this.jobId = jobId;
        this.span = span;
    }

    /** What the job is to be submitted or followed by, so that the observers hear of it. */
    public ModelEndpoint model() {
        return model;
    }

    /** The endpoint that it was submitted or is followed through. */
    public ObservedEndpoint endpoint() {
        return endpoint;
    }

    /** Id of the exchange that submits or has submitted it. */
    public String exchangeId() {
        return exchangeId;
    }

    /** The server's id of the job; null before the acceptance, and where the server gives none. */
    public String jobId() {
        return jobId;
    }

    /** The span of the exchange that waits for the job, of an optional library; null for none. */
    Object span() {
        return span;
    }

    /** Whether the model takes a conversation, as far as is known now. */
    boolean isChat() {
        return model != null && model.spi().takesConversation();
    }

    /** The exchange goes on, and the job with it: what happens to the job from here on is not in the exchange's span. */
    public void leave() {
        span = null;
    }

    // ---- from the client

    @Override
    public void onSubmit() {
        endpoint.counts().onSubmit();
        endpoint.observers().tell(observer -> observer.onSubmit(this));
    }

    @Override
    public void onAccepted(String id) {
        jobId = id;
        endpoint.observers().tell(observer -> observer.onAccepted(this));
    }

    @Override
    public void onProgress(JobProgress progress) {
        if (jobId == null) {
            jobId = progress.jobId();
        }
        boolean isFirst = progress.state() == JobState.PROCESSING && working.compareAndSet(false, true);
        endpoint.observers().tell(observer -> observer.onProgress(this, progress, isFirst));
    }

    @Override
    public void onDone(JobResult result, JobTimes times) {
        if (jobId == null) {
            jobId = result.jobId();
        }
        endpoint.counts().onDone(result, times);
        endpoint.observers().tell(observer -> observer.onDone(this, result, times));
    }

    @Override
    public void onFailed(Throwable failure, JobTimes times) {
        endpoint.counts().onFailed(failure, times);
        if (isFollowed && failure instanceof ClientClosedException) {
            // the job goes on, and with it whoever follows it next
            return;
        }
        endpoint.observers().tell(observer -> observer.onFailed(this, failure, times));
    }
}
