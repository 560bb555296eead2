/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import io.aipi.client.JobProgress;
import io.aipi.client.JobState;
import java.time.Duration;

/**
 * When to look at a job next, from what the server says of it. One instance a job; not thread-safe.
 *
 * <ul>
 *   <li>At first quickly, in case the job is a short one: the first looks come after 1/6, 3/6 and 6/6 of the shortest
 *       interval.
 *   <li>While it waits in the queue: half the time that it takes, at the speed at which its position falls, to reach the
 *       front; before a speed is known, longer the further back it is.
 *   <li>While it is computed and counts percent: half of what is left at the present rate, so that looks become denser
 *       towards the end.
 *   <li>Otherwise a tenth of the time it has been computed for: the end is noticed within a tenth of the job's length, and
 *       the number of looks grows with the logarithm of that length only.
 * </ul>
 *
 * All within the bounds that the user set.
 */
final class PollPace {

    private static final int FIRST_LOOKS = 3;

    private final long shortest;
    private final long longest;
    private int looks;
    private JobState state = JobState.UNKNOWN;
    private long stateSince;
    private int queuePositionAtFirst;
    private double percentAtFirst = Double.NaN;
    private long percentSince;

    PollPace(Duration shortest, Duration longest, long now) {
        this.shortest = shortest.toNanos();
        this.longest = longest.toNanos();
        this.stateSince = now;
    }

    /** The wait before the first look, counted from the submit. */
    Duration first() {
        looks = 1;
        return Duration.ofNanos(shortest / 6);
    }

    /** The wait after a look that showed this, at this time. */
    Duration after(JobProgress progress, long now) {
        looks++;
        observe(progress, now);
        if (looks <= FIRST_LOOKS && progress.state() != JobState.QUEUED) {
            return Duration.ofNanos(shortest * looks / 6);
        }
        long wait = switch (progress.state()) {
            case QUEUED -> whileQueued(progress, now);
            case PROCESSING -> whileProcessing(progress, now);
            default -> tenthOf(now - stateSince);
        };
        return Duration.ofNanos(Math.max(shortest, Math.min(longest, wait)));
    }

    private void observe(JobProgress progress, long now) {
        if (progress.state() != state) {
            state = progress.state();
            stateSince = now;
            percentAtFirst = Double.NaN;
            queuePositionAtFirst = position(progress);
        }
        Double percent = progress.progress();
        if (percent != null && percent > 0 && Double.isNaN(percentAtFirst)) {
            percentAtFirst = percent;
            percentSince = now;
        }
    }

    private long whileQueued(JobProgress progress, long now) {
        int position = position(progress);
        int advanced = queuePositionAtFirst - position;
        if (advanced > 0) {
            double perPosition = (double) (now - stateSince) / advanced;
            return Math.round(perPosition * position / 2);
        }
        // no speed yet: the position is all there is to go by
        return Math.max(Math.round((double) shortest * Math.max(1, position) / 2), tenthOf(now - stateSince));
    }

    private long whileProcessing(JobProgress progress, long now) {
        long byAge = tenthOf(now - stateSince);
        // a worker that says 0 or less has not said how fast it is: there is no first percentage then
        boolean advances = countsPercent(progress) && progress.progress() > percentAtFirst && now - percentSince > 0;
        if (!advances) {
            return byAge;
        }
        double rate = (progress.progress() - percentAtFirst) / (now - percentSince);
        return Math.round((100 - progress.progress()) / rate / 2);
    }

    /** Chat endpoints count tokens in the same field: a text with a token count of 40 is not at 40 %. */
    private static boolean countsPercent(JobProgress progress) {
        return progress.progress() != null
                && progress.progress() <= 100
                && !progress.data().containsKey("num_generated_tokens")
                && !progress.data().containsKey("text");
    }

    private static int position(JobProgress progress) {
        return progress.queuePosition() == null ? 1 : Math.max(0, progress.queuePosition());
    }

    private static long tenthOf(long time) {
        return time / 10;
    }
}
