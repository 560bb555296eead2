/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.camel.store.DetachedJob;
import java.time.Duration;

/** When outcomes may be delivered, and delivered again. */
final class DeliverySchedule {

    /** How long a job that was submitted again waits for the failed one to leave the store. */
    private static final Duration LONGEST_WAIT_FOR_FAILED = Duration.ofMinutes(1);

    private static final Duration LONGEST_REDELIVERY_DELAY = Duration.ofMinutes(1);

    private final PipelineOptions options;
    private final JobRegistry registry;
    private final long startedNanos;

    DeliverySchedule(PipelineOptions options, JobRegistry registry, long startedNanos) {
        this.options = options;
        this.registry = registry;
        this.startedNanos = startedNanos;
    }

    /**
     * How long the outcome must wait; zero if it is due. A request id names a request while its job is stored: whoever may send
     * the request again has to be given the chance before the job is routed and leaves the store.
     */
    Duration untilDue(TrackedJob job, long now) {
        if (!registry.isLeaseValid()) {
            // it may be somebody else's by now
            return options.pollInterval();
        }
        String requestId = job.job().requestId();
        if (registry.store() == null || requestId == null) {
            return Duration.ZERO;
        }
        if (job.isRecovered()) {
            // the broker, which delivers again what was not acknowledged at the crash
            long crash = job.isAbandoned() ? job.deliveryTime().assigned() : startedNanos;
            long end = crash + options.redeliveryGracePeriod().toNanos();
            Duration remaining = job.deliveryTime().remaining(end, now);
            if (!remaining.isZero()) {
                return remaining;
            }
        }
        String failed = DetachedJob.resubmittedJob(requestId);
        if (failed != null && registry.isHeld(failed) && !job.deliveryTime().hasWaited(LONGEST_WAIT_FOR_FAILED, now)) {
            // the failed job whose route has submitted this one, until it has left the store
            return options.pollInterval();
        }
        return Duration.ZERO;
    }

    /** Before the next delivery: doubles with each, up to a minute, or to what the user has asked for at first. */
    Duration redeliveryDelay(TrackedJob job) {
        Duration first = options.redeliveryDelay();
        Duration delay = first.multipliedBy(1L << Math.min(job.deliveries().count() - 1, 20));
        Duration longest = first.compareTo(LONGEST_REDELIVERY_DELAY) > 0 ? first : LONGEST_REDELIVERY_DELAY;
        return delay.compareTo(longest) < 0 ? delay : longest;
    }
}
