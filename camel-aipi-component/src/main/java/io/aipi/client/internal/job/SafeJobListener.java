/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.spi.JobListener;
import io.aipi.client.spi.JobTimes;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what a listener throws from the job that it hears of. */
public final class SafeJobListener implements JobListener {

    private static final Logger LOG = LoggerFactory.getLogger(SafeJobListener.class);

    private final JobListener listener;

    private SafeJobListener(JobListener listener) {
        this.listener = listener;
    }

    /** The listener, made safe. */
    public static JobListener of(JobListener listener) {
        return listener instanceof SafeJobListener ? listener : new SafeJobListener(listener);
    }

    @Override
    public void onLogin(Duration took, Throwable failure) {
        tell(() -> listener.onLogin(took, failure));
    }

    @Override
    public void onSubmit() {
        tell(listener::onSubmit);
    }

    @Override
    public void onAccepted(String jobId) {
        tell(() -> listener.onAccepted(jobId));
    }

    @Override
    public void onProgress(JobProgress progress) {
        tell(() -> listener.onProgress(progress));
    }

    @Override
    public void onDone(JobResult result, JobTimes times) {
        tell(() -> listener.onDone(result, times));
    }

    @Override
    public void onFailed(Throwable failure, JobTimes times) {
        tell(() -> listener.onFailed(failure, times));
    }

    private static void tell(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException | Error e) {
            LOG.warn("A listener of jobs failed; the job goes on", e);
        }
    }
}
