/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.client.model.JobProgress;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Makes exchanges of jobs, and sends them along the route. */
public interface JobRouter {

    /** Routes the progress of the job. {@code done} is called exactly once. */
    void routeProgress(TrackedJob job, JobProgress progress, Consumer<Delivery> done);

    /** Routes the outcome of the job. {@code done} is called exactly once. */
    void routeOutcome(TrackedJob job, Consumer<Delivery> done);

    /** The outcome is lost: no route takes it, and it is not stored. */
    void lost(TrackedJob job);

    /** Whether there is somewhere for an outcome that cannot be routed. */
    boolean hasDeadLetterEndpoint();

    /**
     * Sends the outcome there.
     *
     * @param cause why it cannot be routed; null if not known
     * @return fails if the endpoint has not taken it
     */
    CompletableFuture<Void> sendToDeadLetter(TrackedJob job, Throwable cause);

    /** A delivery that is done. */
    interface Delivery {

        /** Why the route failed; null if it did not. */
        Throwable failure();

        /** Tells the consumer's exception handler of the failure. */
        void report(String message);
    }
}
