/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.spi;

import io.aipi.client.model.JobStatus;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Decides when a poll of a followed job may begin. A poll can bring the job's result, which the server hands out once: who
 * has to put results into safety lets them come no faster than that.
 */
@FunctionalInterface
public interface PollGate {

    /**
     * Begins the poll when its turn comes; must not block. The future has what the poll brings. Failed with an
     * {@link io.aipi.client.error.ClientClosedException}, before the poll was begun, it ends the following.
     */
    CompletableFuture<JobStatus> take(Supplier<CompletableFuture<JobStatus>> poll);
}
