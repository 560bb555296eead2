/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.telemetry;

import java.util.Arrays;

/**
 * What meters and spans say of jobs.
 *
 * @param submitted jobs that were handed over for submitting
 * @param completed jobs whose result was taken
 * @param detected how many delays of detection the meter has
 * @param detectionMillis their sum
 * @param detectedWithin how many of them are within {@link #STEP_MILLIS}, twice that, and so on
 * @param jobSpans spans of jobs that the exporter has got
 * @param spans all spans that it has got
 */
@SuppressWarnings("ArrayRecordComponent")
public record TelemetryCounts(
        long submitted,
        long completed,
        long detected,
        double detectionMillis,
        long[] detectedWithin,
        long jobSpans,
        long spans) {

    /** The width of the histogram's buckets. */
    static final int STEP_MILLIS = 5;

    /** How many there are: longer delays are not told apart. */
    static final int STEPS = 400;

    /**
     * What has come since.
     *
     * @param before earlier counts
     * @return the differences
     */
    public TelemetryCounts since(TelemetryCounts before) {
        long[] within = new long[detectedWithin.length];
        Arrays.setAll(within, step -> detectedWithin[step] - before.detectedWithin[step]);
        return new TelemetryCounts(
                submitted - before.submitted,
                completed - before.completed,
                detected - before.detected,
                detectionMillis - before.detectionMillis,
                within,
                jobSpans - before.jobSpans,
                spans - before.spans);
    }

    /**
     * That nothing is missing and nothing is told twice.
     *
     * @param jobs how many jobs there were
     * @param answered how many of them got their response
     * @throws IllegalStateException if meters or spans say otherwise
     */
    public void require(long jobs, long answered) {
        if (submitted != jobs || completed != answered || detected != answered || jobSpans != jobs) {
            throw new IllegalStateException("Of " + jobs + " jobs, " + answered + " with a response, meters have "
                    + submitted + " submitted, " + completed + " completed and " + detected
                    + " delays of detection, and the exporter has " + jobSpans + " spans");
        }
    }

    /**
     * The mean delay of detection.
     *
     * @return in milliseconds; NaN without jobs
     */
    public double meanMillis() {
        return detected == 0 ? Double.NaN : detectionMillis / detected;
    }

    /**
     * The delay of detection that this part of the jobs does not exceed, as Prometheus would tell it from the buckets.
     *
     * @param part such as 0.95
     * @return in milliseconds; NaN if it is beyond the last bucket
     */
    public double millisAt(double part) {
        double rank = part * detected;
        long below = 0;
        for (int step = 0; step < detectedWithin.length; step++) {
            long within = detectedWithin[step];
            if (within >= rank && within > below) {
                return STEP_MILLIS * (step + (rank - below) / (within - below));
            }
            below = within;
        }
        return Double.NaN;
    }
}
