/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import io.aipi.camel.benchmarks.plan.Job;

/**
 * Polls as often as the component did in its run of the scenario. The polls are evenly spread over the time that the job is known to
 * take, and the last comes just after it.
 *
 * @param polls polls a job in the mean
 */
record KnownTimePace(double polls) implements Pace {

    /** Between the moment at which a job should be done and the last poll, so that one poll is enough. */
    private static final long MARGIN_NANOS = 5_000_000;

    private static final double GOLDEN = 0.6180339887498949;

    /** If the server needed longer. */
    private static final long AGAIN_NANOS = 20_000_000;

    @Override
    public JobPace follow(Job job) {
        // In the mean over the jobs it comes to the fraction: multiples of the golden section fill the interval evenly.
        double fraction = Integer.parseInt(job.tag().substring(1)) * GOLDEN % 1;
        int planned = Math.max(1, (int) Math.floor(polls + fraction));
        long end = (long) (job.seconds() * 1e9) + MARGIN_NANOS;
        return new Known(planned, end);
    }

    private static final class Known implements JobPace {

        private final int planned;
        private final long endNanos;
        private int done = 1;

        Known(int planned, long endNanos) {
            this.planned = planned;
            this.endNanos = endNanos;
        }

        @Override
        public long first() {
            return endNanos / planned;
        }

        @Override
        public long after(PollResult poll, long elapsedNanos) {
            done++;
            return done > planned ? AGAIN_NANOS : Math.max(0, endNanos * done / planned - elapsedNanos);
        }

        @Override
        public void done(double computeSeconds) {
            // It has nothing to learn.
        }
    }
}
