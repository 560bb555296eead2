/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.event;

import io.aipi.client.model.JobProgress;
import io.aipi.client.model.TokenUsage;
import io.aipi.client.spi.JobTimes;
import org.apache.camel.spi.CamelEvent;

/**
 * Something has happened to a job. Camel's event notifiers are told, one event after the other, on a thread that they may block;
 * events of one job come in order. It has neither a prompt nor an answer in it, and no key.
 */
public final class AipiJobEvent implements CamelEvent {

    /** What has happened. */
    public enum Kind {
        /** A login has succeeded. */
        LOGGED_IN,
        /** A login has failed. */
        LOGIN_FAILED,
        /** A job is handed over for submitting. */
        SUBMITTED,
        /** The server has accepted the job. */
        ACCEPTED,
        /** A poll has found the job in work, for the first time. */
        FIRST_PROGRESS,
        /** A poll has found the job not ended. */
        PROGRESS,
        /** The job's result is here. */
        DONE,
        /** The job has ended without a result. */
        FAILED,
        /** A route, or the dead letter endpoint, has taken the outcome of a detached job. */
        DELIVERED,
        /** The outcome of a detached job is lost. */
        LOST
    }

    private final Kind kind;
    private final Object source;
    private final String endpointName;
    private final String jobId;
    private final String exchangeId;
    private final JobProgress progress;
    private final TokenUsage usage;
    private final JobTimes times;
    private final String errorType;
    private long timestamp = System.currentTimeMillis();

    /** Made by the component. */
    public AipiJobEvent(
            Kind kind,
            Object source,
            String endpointName,
            String jobId,
            String exchangeId,
            JobProgress progress,
            TokenUsage usage,
            JobTimes times,
            String errorType) {
        this.kind = kind;
        this.source = source;
        this.endpointName = endpointName;
        this.jobId = jobId;
        this.exchangeId = exchangeId;
        this.progress = progress == null ? null : progress.withoutContent();
        this.usage = usage;
        this.times = times;
        this.errorType = errorType;
    }

    @Override
    public Type getType() {
        return Type.Custom;
    }

    /** The {@code AipiEndpoint}. */
    @Override
    public Object getSource() {
        return source;
    }

    @Override
    public long getTimestamp() {
        return timestamp;
    }

    @Override
    public void setTimestamp(long millis) {
        timestamp = millis;
    }

    /** What has happened. */
    public Kind getKind() {
        return kind;
    }

    /** Name of the model endpoint. */
    public String getEndpointName() {
        return endpointName;
    }

    /** The server's id of the job; null for a login, and before the acceptance. */
    public String getJobId() {
        return jobId;
    }

    /** Id of the exchange that submits the job, or has submitted it; null for a login. */
    public String getExchangeId() {
        return exchangeId;
    }

    /** State, queue position and the like, without text and media; null for other events than those of progress. */
    public JobProgress getProgress() {
        return progress;
    }

    /** Tokens that the server counted; null if the job is not done. */
    public TokenUsage getUsage() {
        return usage;
    }

    /** How long the job took; of a login its whole time only; null if nothing has ended. */
    public JobTimes getTimes() {
        return times;
    }

    /** Simple name of the failure's class; null for none. */
    public String getErrorType() {
        return errorType;
    }

    @Override
    public String toString() {
        return "AipiJobEvent[" + kind + " " + endpointName
                + (jobId == null ? "" : ", job " + jobId)
                + (errorType == null ? "" : ", " + errorType) + "]";
    }
}
