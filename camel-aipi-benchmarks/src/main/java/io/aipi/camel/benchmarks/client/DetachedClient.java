/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import io.aipi.camel.benchmarks.plan.Job;
import io.aipi.camel.benchmarks.store.Repository;
import io.aipi.camel.benchmarks.store.StoreCounts;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One route submits detached jobs, another one gets their results. A job has come to its end when the latter has it. */
final class DetachedClient implements Client {

    private static final long LOOK_MILLIS = 1;

    private final DetachedApplication application;
    private final Map<String, Completion> pending = new ConcurrentHashMap<>();

    /** {@code repository} is null to keep jobs in memory. */
    DetachedClient(ServerSettings server, Repository repository) throws Exception {
        application = new DetachedApplication(server, repository)
                .submitting()
                .receiving(this::routed)
                .start();
    }

    @Override
    public void run(Job job, Completion completion) {
        pending.put(job.tag(), completion);
        application.submit(job, failure -> {
            if (failure != null) {
                routed(job.tag(), null, failure);
            }
        });
    }

    private void routed(String tag, Object body, Throwable failure) {
        Completion completion = pending.remove(tag);
        if (completion == null) {
            // routed again
            return;
        }
        if (failure == null) {
            completion.answered(body);
        } else {
            completion.failed(failure);
        }
    }

    /** What was routed is removed from the store after that. */
    @Override
    public void settle() throws InterruptedException {
        while (application.tracked() > 0) {
            Thread.sleep(LOOK_MILLIS);
        }
    }

    @Override
    public StoreCounts storeCounts() {
        return application.counts();
    }
}
