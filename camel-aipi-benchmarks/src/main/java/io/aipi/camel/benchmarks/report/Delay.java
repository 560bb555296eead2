/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

/**
 * The delay of detection: from the moment at which the result is ready at the server to the one at which the route goes on. In
 * milliseconds; NaN where there are too few jobs to say.
 *
 * @param mean the mean
 * @param p50 the median
 * @param p95 what 95 % of the jobs do not exceed
 * @param p99 what 99 % of the jobs do not exceed
 * @param max the longest
 */
public record Delay(double mean, double p50, double p95, double p99, double max) {

    /**
     * Sums samples up.
     *
     * @param millis the delay of each job
     * @return the figures
     */
    public static Delay of(double... millis) {
        Percentiles percentiles = Percentiles.of(millis);
        return new Delay(
                percentiles.mean(), percentiles.at(0.5), percentiles.at(0.95), percentiles.at(0.99), percentiles.max());
    }
}
