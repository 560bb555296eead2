/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import io.aipi.camel.benchmarks.plan.Job;

/** When to poll jobs. One for all jobs of an endpoint; called by any thread. */
interface Pace {

    /** Follows a job from its acceptance on. */
    JobPace follow(Job job);

    /** The pace of one job. Called by one thread at a time. */
    interface JobPace {

        /** Nanoseconds from the acceptance to the first poll. */
        long first();

        /** Nanoseconds to the next look after one that showed this, so long after the acceptance. */
        long after(PollResult poll, long elapsedNanos);

        /** The job is done and has computed for so many seconds, as the server says; NaN if it does not. */
        void done(double computeSeconds);
    }
}
