/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import io.aipi.camel.benchmarks.plan.Job;
import io.aipi.camel.benchmarks.store.StoreCounts;
import io.aipi.camel.benchmarks.telemetry.TelemetryCounts;

/** Who does jobs. A blocking one is done with the job when {@link #run} returns; others return at once. It ends with its process. */
interface Client {

    /** Submits a job and follows it to its end, of which the completion is told once. */
    void run(Job job, Completion completion);

    /** Waits until all is done that belongs to the jobs and comes after their ends. */
    default void settle() throws InterruptedException {}

    /** What was asked of the store so far; null without one. */
    default StoreCounts storeCounts() {
        return null;
    }

    /** What meters and spans say so far; null without them. */
    default TelemetryCounts telemetryCounts() {
        return null;
    }
}
