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
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * A model of a loop that keeps a number of jobs in flight at a server with a worker for each, in virtual time: what each
 * job costs in polls, and how long its result waits until a poll finds it. Times are in milliseconds.
 */
final class PollLoop {

    /** What a worker shows of a job. */
    enum Shows {
        /** Per cent in steps of 10. */
        TENTHS {
            @Override
            JobProgress of(double age, double length) {
                return seen(Math.floor(10 * age / length) * 10, Map.of());
            }
        },
        /** Per cent in steps of 2. */
        FIFTIETHS {
            @Override
            JobProgress of(double age, double length) {
                return seen(Math.floor(50 * age / length) * 2, Map.of());
            }
        },
        /** Thirty tokens a second. */
        TOKENS {
            @Override
            JobProgress of(double age, double length) {
                return seen(Math.floor(age * 0.03), Map.of("text", "so far", "num_generated_tokens", 7));
            }
        },
        NOTHING {
            @Override
            JobProgress of(double age, double length) {
                return seen(null, Map.of());
            }
        };

        abstract JobProgress of(double age, double length);
    }

    /** How a job is followed. */
    interface Follower {
        double first(double now);

        double after(JobProgress seen, double now);

        void found(double length, double now);
    }

    /** The pace under test, with what it has learned from the jobs before. */
    static final class Adaptive {

        private final JobDurationHistory times = new JobDurationHistory();
        private final Duration shortest;

        Adaptive(double shortest) {
            this.shortest = duration(shortest);
        }

        Follower follow(double accepted) {
            AdaptivePollStrategy pace =
                    new AdaptivePollStrategy(shortest, Duration.ofSeconds(5), false, times, nanos(accepted), false);
            return new Follower() {
                @Override
                public double first(double now) {
                    return pace.first(nanos(now)).toNanos() / 1e6;
                }

                @Override
                public double after(JobProgress seen, double now) {
                    return pace.after(seen, nanos(now)).toNanos() / 1e6;
                }

                @Override
                public void found(double length, double now) {
                    pace.found(
                            new JobResult("e", "JID1", null, List.of(), null, duration(length), null, null, Map.of()),
                            nanos(now));
                }
            };
        }
    }

    /** The loop that a user would write. */
    static Follower fixed(double interval) {
        return new Follower() {
            @Override
            public double first(double now) {
                return interval;
            }

            @Override
            public double after(JobProgress seen, double now) {
                return interval;
            }

            @Override
            public void found(double length, double now) {
                // it learns nothing
            }
        };
    }

    /** Makes the follower of a job that was accepted at this time. */
    interface Followers {
        Follower follow(double accepted);
    }

    /** What a run has shown, without the jobs before it had warmed up. */
    static final class Outcome {

        private final double[] polls;
        private final double[] delays;

        private Outcome(double[] polls, double[] delays) {
            this.polls = polls;
            this.delays = delays;
            Arrays.sort(delays);
        }

        double polls() {
            return Arrays.stream(polls).average().orElseThrow();
        }

        double meanDelay() {
            return Arrays.stream(delays).average().orElseThrow();
        }

        double delayOf95Percent() {
            return delays[(int) Math.ceil(delays.length * 0.95) - 1];
        }

        @Override
        public String toString() {
            return String.format(
                    "%.2f polls, delay %.1f ms, of 95 %% %.1f ms", polls(), meanDelay(), delayOf95Percent());
        }
    }

    private static final double ROUND_TRIP = 1.5;

    private final Shows shows;
    private final double[] lengths;
    private final int inFlight;
    private final Followers followers;
    private final Random late = new Random(5);
    private final PriorityQueue<double[]> agenda = new PriorityQueue<>(Comparator.comparingDouble(due -> due[0]));
    private final Follower[] followed;
    private final double[] accepted;
    private final double[] polls;
    private final double[] delays;
    private int next;

    private PollLoop(Shows shows, double[] lengths, int inFlight, Followers followers) {
        this.shows = shows;
        this.lengths = lengths;
        this.inFlight = inFlight;
        this.followers = followers;
        followed = new Follower[lengths.length];
        accepted = new double[lengths.length];
        polls = new double[lengths.length];
        delays = new double[lengths.length];
    }

    /** Runs jobs of these lengths; the first {@code warmUp} of them do not count. */
    static Outcome run(Shows shows, double[] lengths, int inFlight, int warmUp, Followers followers) {
        PollLoop loop = new PollLoop(shows, lengths, inFlight, followers);
        loop.run();
        return new Outcome(
                Arrays.copyOfRange(loop.polls, warmUp, lengths.length),
                Arrays.copyOfRange(loop.delays, warmUp, lengths.length));
    }

    private void run() {
        for (int i = 0; i < Math.min(inFlight, lengths.length); i++) {
            submit(i * 0.2);
        }
        while (!agenda.isEmpty()) {
            double[] due = agenda.remove();
            // timers and threads are never quite on time
            poll((int) due[1], due[0] + late.nextDouble());
        }
    }

    private void submit(double now) {
        int job = next++;
        accepted[job] = now;
        followed[job] = followers.follow(now);
        agenda.add(new double[] {now + followed[job].first(now), job});
    }

    private void poll(int job, double now) {
        polls[job]++;
        double age = now + ROUND_TRIP / 2 - accepted[job];
        double answered = now + ROUND_TRIP;
        if (age < lengths[job]) {
            double wait = followed[job].after(shows.of(age, lengths[job]), answered);
            agenda.add(new double[] {answered + wait, job});
            return;
        }
        delays[job] = answered - accepted[job] - lengths[job];
        followed[job].found(lengths[job], answered);
        followed[job] = null;
        if (next < lengths.length) {
            submit(answered);
        }
    }

    private static JobProgress seen(Double progress, Map<String, Object> data) {
        return new JobProgress(
                "e", "JID1", JobState.PROCESSING, "processing", progress, 0, null, 4, null, null, List.of(), data);
    }

    private static long nanos(double milliseconds) {
        return Math.round(milliseconds * 1e6);
    }

    private static Duration duration(double milliseconds) {
        return Duration.ofNanos(nanos(milliseconds));
    }
}
