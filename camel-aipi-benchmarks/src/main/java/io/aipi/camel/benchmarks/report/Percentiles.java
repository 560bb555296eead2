/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import java.util.Arrays;

/** Percentiles of a number of samples, by the nearest rank. */
public final class Percentiles {

    /** So many samples have to lie beyond a percentile; what fewer say of it is chance. */
    private static final double LEAST_BEYOND = 1;

    private final double[] sorted;

    private Percentiles(double[] sorted) {
        this.sorted = sorted;
    }

    /**
     * Takes a copy of samples.
     *
     * @param samples in any order
     * @return their percentiles
     */
    public static Percentiles of(double... samples) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        return new Percentiles(sorted);
    }

    /**
     * The value that this part of the samples does not exceed.
     *
     * @param part such as 0.95
     * @return NaN if there are too few samples to say: fewer than 20 for 0.95, fewer than 100 for 0.99
     */
    public double at(double part) {
        // Rounded, because 1 - 0.99 is a little more than 0.01.
        double beyond = Math.round(sorted.length * (1 - part) * 1e6) / 1e6;
        if (sorted.length == 0 || beyond < LEAST_BEYOND) {
            return Double.NaN;
        }
        return sorted[(int) Math.ceil(Math.round(sorted.length * part * 1e6) / 1e6) - 1];
    }

    /**
     * The mean.
     *
     * @return NaN without samples
     */
    public double mean() {
        return Arrays.stream(sorted).average().orElse(Double.NaN);
    }

    /**
     * The largest sample.
     *
     * @return NaN without samples
     */
    public double max() {
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length - 1];
    }
}
