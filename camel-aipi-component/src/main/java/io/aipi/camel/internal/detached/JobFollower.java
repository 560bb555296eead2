/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Polls jobs to their end. */
public interface JobFollower {

    /**
     * Follows the job to its end.
     *
     * @param listener told of each change; null for nobody
     * @return the result; fails with a {@link io.aipi.client.error.ClientClosedException} if the client was closed, in which
     *     case the job goes on at the server
     */
    CompletableFuture<JobResult> follow(TrackedJob job, Consumer<JobProgress> listener);

    /** The client was closed, although the consumer goes on. */
    void onClientClosed();

    /** Polls that had to wait for the lease may begin. */
    default void resume() {}
}
