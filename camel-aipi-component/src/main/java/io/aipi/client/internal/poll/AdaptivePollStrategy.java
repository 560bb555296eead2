/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.poll;

import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import java.time.Duration;

/**
 * When to poll a job next, from what the server says of it and from how long the endpoint's latest jobs have taken.
 * One instance a job; not thread-safe.
 *
 * <p>The measure is a loop that polls at a fixed interval, here called base interval: three times the shortest wait that the
 * user allows. A poll is put elsewhere than the base interval further on where that is worth it, counting what results wait and,
 * at a cost of a poll, the polls:
 *
 * <ul>
 *   <li>In the queue: at half of the time to the front, from the job's position and the speed at which it falls; before
 *       it has moved, from the latest compute times and the workers online.
 *   <li>In work and counting per cent: the end lies between what the present percentage and the next one would mean for
 *       the time since the start. All polls together narrow that down; the next one falls into what is left.
 *   <li>In work, otherwise: right after the time by which most of the endpoint's latest jobs were done, if they took
 *       alike long; by base intervals through the times at which they ended, if not; none while none of them ended so early.
 *   <li>Longer in work than nineteen in twenty of them, or than six seconds: base intervals grow with the job's age.
 *   <li>The first jobs of an endpoint: at waits that grow with the job's age, half as dense if the server estimates a
 *       later end.
 * </ul>
 *
 * All within the bounds that the user set.
 */
public final class AdaptivePollStrategy {

    /** Shorter than what anybody notices: without any knowledge, polls need not come denser. */
    private static final long UNNOTICED = 300_000_000;

    /** Without any knowledge the end is noticed within this part of the job's length. */
    private static final int PART_OF_AGE = 16;

    /** Where nothing speaks for a certain time, polls are so many shortest waits apart. */
    private static final int BASE_INTERVAL = 3;

    /** So many known times make a picture. */
    private static final int ENOUGH = 8;

    /** How much better than the base interval another wait must promise to be: a few times are a rough picture. */
    private static final double BETTER = 0.9;

    /** Long enough, and nothing overflows when a few of these are added. */
    private static final long FOREVER = Long.MAX_VALUE / 8;

    private final long shortest;
    private final long longest;
    private final boolean progressObserved;
    private final JobDurationHistory history;
    private final long accepted;
    private final boolean submitTimeUnknown;

    // from here on, times are counted from the submit
    private JobState state = JobState.UNKNOWN;
    private long lastPoll;
    /** When the present state began, at the earliest and at the latest. */
    private long sinceEarliest;

    private long sinceLatest;
    private int positionAtFirst;
    private double percent;
    private long percentAt;
    /** Between these two the job ends, as far as its percentages tell; both 0: they do not. */
    private long endEarliest;

    private long endLatest;

    /**
     * The strategy for a job that was accepted at this time.
     *
     * @param progressObserved whether somebody wants to see its progress, for which it is polled as often as if nothing were
     *     known of its end
     * @param submitTimeUnknown whether it may have been accepted at any time before
     */
    public AdaptivePollStrategy(
            Duration shortest,
            Duration longest,
            boolean progressObserved,
            JobDurationHistory history,
            long accepted,
            boolean submitTimeUnknown) {
        this.shortest = shortest.toNanos();
        this.longest = longest.toNanos();
        this.progressObserved = progressObserved;
        this.history = history;
        this.accepted = accepted;
        this.submitTimeUnknown = submitTimeUnknown;
    }

    /** The wait before the first poll, at this time. */
    public Duration first(long now) {
        long time = now - accepted;
        // a job that is taken up again may have been done for long
        return submitTimeUnknown || time > UNNOTICED ? Duration.ZERO : bounded(whileProcessing(null, time), time);
    }

    /** The wait after a poll that showed this, at this time. */
    public Duration after(JobProgress progress, long now) {
        long time = now - accepted;
        observe(progress, time);
        lastPoll = time;
        return bounded(
                progress.state() == JobState.QUEUED ? whileQueued(progress, time) : whileProcessing(progress, time),
                time);
    }

    private Duration bounded(long wait, long time) {
        long most = progressObserved ? Math.min(longest, defaultInterval(age(time))) : longest;
        if (wait > most && wait - most < shortest) {
            // a poll at the bound would leave less than the shortest wait for the next one
            return Duration.ofNanos(Math.max(shortest, Math.min(most, wait / 2)));
        }
        return Duration.ofNanos(Math.max(shortest, Math.min(most, wait)));
    }

    /** A poll at this time has found the result: what is to be learned from it for other jobs. */
    public void found(JobResult result, long now) {
        long time = now - accepted;
        if (submitTimeUnknown) {
            return;
        }
        if (result.computeDuration() != null) {
            long computed = result.computeDuration().toNanos();
            // a server that says more than has passed is mistaken, or began before we knew that it had accepted
            history.add(Duration.ofNanos(Math.max(0, Math.min(computed, time))));
        } else if (state == JobState.PROCESSING) {
            history.add(Duration.ofNanos(Math.max(0, age(lastPoll + (time - lastPoll) / 2))));
        } else if (state == JobState.UNKNOWN) {
            // found at once: a little less, so that the next job's first poll shows whether it can come earlier
            history.add(Duration.ofNanos(time - time / 8));
        }
        if (result.field("num_generated_tokens") instanceof Number tokens) {
            history.addTokens(tokens.intValue());
        }
    }

    private void observe(JobProgress progress, long time) {
        if (progress.state() != state) {
            sinceEarliest = lastPoll;
            // a job that is found in work at the first poll was probably begun at once
            sinceLatest = state == JobState.UNKNOWN && progress.state() == JobState.PROCESSING ? 0 : time;
            state = progress.state();
            positionAtFirst = position(progress);
            percent = 0;
            endEarliest = 0;
            endLatest = 0;
        }
        if (state == JobState.PROCESSING) {
            observePercent(percentOf(progress), time);
        }
    }

    /**
     * Percentages come in steps: p is shown from p to p + step of the work. If work is even, the job ends between
     * 100 / (p + step) and 100 / p times the time since its start.
     */
    private void observePercent(double seen, long time) {
        // at 100 % there is nothing more to learn: what is left has no percentage, and the waits grow
        if (seen <= 0 || seen < percent || percent >= 100) {
            return;
        }
        history.addPercentStep(seen - percent);
        if (percent > 0 && seen > percent && sinceLatest > sinceEarliest) {
            narrowStart(seen, time);
        }
        if (seen > percent) {
            percent = seen;
            percentAt = time;
        }
        long earliest = sinceLatest + share(time - sinceLatest, Math.min(100, seen + history.percentStep()));
        long latest = sinceEarliest + share(time - sinceEarliest, seen);
        boolean fits = endLatest > 0 && earliest <= endLatest && latest >= endEarliest;
        // work that is not even contradicts itself: then the latest poll counts
        endEarliest = fits ? Math.max(endEarliest, earliest) : earliest;
        endLatest = fits ? Math.min(endLatest, latest) : latest;
    }

    /** A job whose start lies in the dark between two polls: two percentages tell when it was. */
    private void narrowStart(double seen, long time) {
        double step = history.percentStep();
        double slowest = (seen - percent - step) / (time - percentAt);
        double fastest = (seen - percent + step) / (time - percentAt);
        long earliest = slowest > 0 ? percentAt - (long) ((percent + step) / slowest) : sinceEarliest;
        long latest = percentAt - (long) (percent / fastest);
        if (earliest <= sinceLatest && latest >= sinceEarliest) {
            sinceEarliest = Math.max(sinceEarliest, earliest);
            sinceLatest = Math.min(sinceLatest, latest);
        }
    }

    /** What the whole takes if this part of it, in per cent, has taken so long. */
    private static long share(long taken, double part) {
        return (long) Math.min((double) FOREVER, taken * 100.0 / part);
    }

    /** When the present state probably began. */
    private long since() {
        return sinceEarliest + (sinceLatest - sinceEarliest) / 2;
    }

    private long age(long time) {
        return time - since();
    }

    /** How far the job is, in per cent; 0 for not known, and for a worker that has not said how fast it is. */
    private double percentOf(JobProgress progress) {
        Double counted = progress.progress();
        if (counted == null || !(counted > 0)) {
            return 0;
        }
        if (progress.data().containsKey("num_generated_tokens")
                || progress.data().containsKey("text")) {
            // chat endpoints count tokens in the same field: a text with 40 tokens is not at 40 %
            int usual = history.usualTokens();
            return usual == 0 ? 0 : Math.min(100, counted * 100 / usual);
        }
        return counted <= 100 ? counted : 0;
    }

    private long whileQueued(JobProgress progress, long time) {
        int position = position(progress);
        int advanced = positionAtFirst - position;
        if (advanced > 0) {
            double perPosition = (double) (time - sinceLatest) / advanced;
            return Math.round(perPosition * position / 2);
        }
        double mean = history.snapshot().mean();
        Integer workers = progress.workersOnline();
        double expected = mean > 0 && workers != null && workers > 0
                ? mean * position / workers / 2
                // no speed yet: the position is all there is to go by
                : (double) UNNOTICED * Math.max(1, position) / 2;
        long waited = time - sinceEarliest;
        // the sooner it is seen to move, the sooner its speed is known; and it may not move at all
        return Math.min(Math.max(Math.round(expected), waited / PART_OF_AGE), Math.max(UNNOTICED, waited));
    }

    private long whileProcessing(JobProgress progress, long time) {
        JobDurationHistory.Snapshot known = history.snapshot();
        long age = age(time);
        if (endLatest > time) {
            return withinTheEnd(known, time);
        }
        if (endLatest > 0) {
            return Math.min(time - endLatest, Math.round(baseInterval(known, age)));
        }
        int start = known.firstAfter(age);
        int longer = known.count() - start;
        if (known.count() >= ENOUGH) {
            return longer > 0
                    // one more than are known may take longer than all of them
                    ? best(known, start, longer, 1, age, age, baseInterval(known, age))
                    : Math.min(age - known.get(start - 1), Math.round(baseInterval(known, age)));
        }
        long defaultInterval = defaultInterval(age);
        if (longer > 0) {
            long best = best(known, start, longer, 1, age, age, baseInterval(known, age));
            return Math.min(best, defaultInterval * (1 + known.count()));
        }
        Duration estimate = progress == null ? null : progress.estimate();
        if (estimate != null && !estimate.isNegative()) {
            // the server's guess is often wrong: it makes polls half as dense, not more
            return Math.max(defaultInterval, Math.min(age / 2, estimate.toNanos() / 4));
        }
        return defaultInterval;
    }

    private long withinTheEnd(JobDurationHistory.Snapshot known, long time) {
        long age = age(time);
        long from = Math.max(time, endEarliest) - since();
        long to = endLatest - since();
        int start = known.firstAfter(from);
        int within = known.firstAfter(to) - start;
        // the end is near: base intervals need not grow with the age
        long baseInterval = 2 * shortest;
        if (within >= ENOUGH) {
            return best(known, start, within, within / ENOUGH, age, from, (double) baseInterval);
        }
        // the end may be anywhere in there: polls and waiting are balanced after the root of this
        long balanced = Math.round(Math.sqrt(2.0 * (to - from) * pollCost(known)));
        return from - age + Math.min(to - from, Math.min(balanced, baseInterval)) + margin(from);
    }

    /**
     * The wait that promises to cost least, in polls and in waiting results: to one of the known history, with base intervals
     * from there on, or just the base interval.
     *
     * @param known times that jobs of this endpoint have taken
     * @param start the place of the first of them that may be this job's
     * @param count how many may be; at least one
     * @param others how many jobs, beside these, would take longer than all of them
     * @param age how long this job has taken so far
     * @param from the end is not expected before this age
     */
    private long best(
            JobDurationHistory.Snapshot known,
            int start,
            int count,
            int others,
            long age,
            long from,
            double baseInterval) {
        double all = count + others;
        double pollCost = pollCost(known);
        double rest = 0;
        for (int i = start; i < start + count; i++) {
            rest += known.get(i) - from;
        }
        double byBaseInterval =
                pollCost * ((rest + count * (double) (from - age)) / baseInterval + all / 2) + all * baseInterval / 2;
        double least = BETTER * byBaseInterval;
        long best = Math.round(baseInterval);
        double waited = 0;
        long before = from;
        for (int i = start; i < start + count; i++) {
            long time = known.get(i);
            int found = i - start + 1;
            double left = all - found;
            // ends between two known times are as likely as at them: one alone is no reason to poll there
            waited += (time - before) * (found - 0.5);
            rest -= time - from;
            before = time;
            long poll = Math.max(age + shortest, time + margin(time));
            double baseIntervals =
                    Math.max(0, rest - (count - found) * (double) (poll - from)) / baseInterval + left / 2;
            double cost = pollCost * (all + baseIntervals)
                    + waited
                    + (poll - time) * (double) found
                    + left * baseInterval / 2;
            if (cost < least) {
                least = cost;
                best = poll - age;
            }
        }
        return best;
    }

    private double baseInterval(JobDurationHistory.Snapshot known, long age) {
        double baseInterval = BASE_INTERVAL * (double) shortest;
        if (known.count() >= ENOUGH) {
            // few jobs are left, and what is left of them is longer the longer they have taken
            double usual = Math.max(1, known.quantile(0.95));
            baseInterval *= Math.max(1, Math.sqrt(age / usual));
        }
        double relative = age / 20.0 * Math.min(1, BASE_INTERVAL * (double) shortest / UNNOTICED);
        return Math.max(baseInterval, relative);
    }

    /** A poll just before the end would be in vain. */
    private static long margin(long age) {
        return Math.max(1_000_000, age / 500);
    }

    /**
     * What a poll costs, in time that results wait. Who has base intervals of this length wants them where a loop would have its
     * best interval: where a poll costs half of the interval's square over the jobs' mean time. And a third more, since a
     * few known times promise more than they keep.
     */
    private double pollCost(JobDurationHistory.Snapshot known) {
        double baseInterval = BASE_INTERVAL * (double) shortest;
        double asWished = known.count() == 0 ? 0 : baseInterval * baseInterval / 1.5 / Math.max(1, known.mean());
        return Math.max(baseInterval / 20, Math.min(baseInterval / 2, asWished));
    }

    /** The wait where nothing is known but the age: as short as may be for a job that may be a short one. */
    private static long defaultInterval(long age) {
        return age < UNNOTICED ? 0 : Math.max(UNNOTICED, age / PART_OF_AGE);
    }

    private static int position(JobProgress progress) {
        return progress.queuePosition() == null ? 1 : Math.max(0, progress.queuePosition());
    }
}
