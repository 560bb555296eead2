/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.poll;

import java.time.Duration;
import java.util.Arrays;

/**
 * How long the latest jobs of one model endpoint have been computed, and how fine their progress was: what the pace of
 * polls learns from. Shared by all jobs of the endpoint; thread-safe.
 */
public final class JobDurationHistory {

    /**
     * As many as make it unlikely that the next job takes longer than all of them (1 in 129, if they are alike), and few
     * enough that the past is forgotten within some minutes of work.
     */
    static final int KEPT = 128;

    /** So many texts must agree about their number of tokens before it is expected of the next one. */
    private static final int TEXTS_ASKED = 8;

    private final long[] latest = new long[KEPT];
    private final int[] latestTokens = new int[TEXTS_ASKED];
    private int count;
    private int texts;
    private volatile Snapshot snapshot = new Snapshot(new long[0]);
    private volatile double percentStep = 100;
    private volatile int usualTokens;

    /** A job has ended well after being computed for this long. */
    public synchronized void add(Duration computed) {
        latest[count % KEPT] = Math.max(0, computed.toNanos());
        count = next(count, KEPT);
        // polls read far more often than jobs end; when there are enough, one more changes little
        if (count <= KEPT / 4 || count % 8 == 0) {
            snapshot = new Snapshot(Arrays.copyOf(latest, Math.min(count, KEPT)));
        }
    }

    /** Counts on, and round where only the place matters any more: no number of jobs overflows. */
    private static int next(int count, int places) {
        return count + 1 == 2 * places ? places : count + 1;
    }

    /** The latest times; a few of the very latest may be missing. */
    Snapshot snapshot() {
        return snapshot;
    }

    /** A text has ended well with this many tokens. */
    public synchronized void addTokens(int tokens) {
        latestTokens[texts % TEXTS_ASKED] = tokens;
        texts = next(texts, TEXTS_ASKED);
        int least = Arrays.stream(latestTokens).min().orElseThrow();
        int most = Arrays.stream(latestTokens).max().orElseThrow();
        usualTokens = texts >= TEXTS_ASKED && least > 0 && most - least <= most / 20 ? most : 0;
    }

    /** How many tokens a text has at its end; 0 if that differs from text to text or is not known yet. */
    int usualTokens() {
        return usualTokens;
    }

    /** A difference between two percentages of one job, or a first percentage. */
    synchronized void addPercentStep(double step) {
        if (step > 0 && step < percentStep) {
            percentStep = step;
        }
    }

    /** The finest step that percentages have made so far: a job at 40 % has less than 40 % plus this behind it. */
    double percentStep() {
        return percentStep;
    }

    /** Some compute times in nanoseconds. Immutable. */
    static final class Snapshot {

        private final long[] ascending;
        private final double mean;

        /** Takes the array as its own. */
        private Snapshot(long[] times) {
            ascending = times;
            Arrays.sort(ascending);
            mean = Arrays.stream(ascending).average().orElse(0);
        }

        int count() {
            return ascending.length;
        }

        /** Their mean, 0 if there is none. */
        double mean() {
            return mean;
        }

        /** The one at this place in ascending order. */
        long get(int index) {
            return ascending[index];
        }

        /** The one that this part of them, 0 to 1, does not exceed; there must be one. */
        long quantile(double part) {
            return ascending[Math.min(ascending.length - 1, (int) (ascending.length * part))];
        }

        /** The place of the first that is longer than this; {@link #count} if none is. */
        int firstAfter(long time) {
            int low = 0;
            int high = ascending.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (ascending[middle] > time) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            return low;
        }
    }
}
