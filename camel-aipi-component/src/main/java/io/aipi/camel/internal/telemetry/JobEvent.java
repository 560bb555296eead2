/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.telemetry;

import io.aipi.camel.event.AipiJobEvent;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.TokenUsage;
import io.aipi.client.spi.JobTimes;

/** What event notifiers are told. */
final class JobEvent implements AipiJobEvent {

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

    JobEvent(
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

    @Override
    public Kind getKind() {
        return kind;
    }

    @Override
    public String getEndpointName() {
        return endpointName;
    }

    @Override
    public String getJobId() {
        return jobId;
    }

    @Override
    public String getExchangeId() {
        return exchangeId;
    }

    @Override
    public JobProgress getProgress() {
        return progress;
    }

    @Override
    public TokenUsage getUsage() {
        return usage;
    }

    @Override
    public JobTimes getTimes() {
        return times;
    }

    @Override
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
