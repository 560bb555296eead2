/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A logarithmic axis.
 *
 * @param least its lower end, more than 0
 * @param most its upper end
 */
record Scale(double least, double most) {

    private static final double[] STEPS = {1, 2, 5};
    private static final double SMALLEST = 0.1;
    private static final double MARGIN = 1.3;

    /** An axis with room for these values; those that are not known, and those below 0.1, do not count. */
    static Scale around(double... values) {
        double[] shown = Arrays.stream(values)
                .filter(value -> value >= SMALLEST)
                .sorted()
                .toArray();
        return shown.length == 0
                ? new Scale(SMALLEST, 1)
                : new Scale(shown[0] / MARGIN, shown[shown.length - 1] * MARGIN);
    }

    /** Where a value is, from 0 at the lower end to 1 at the upper; what is beyond an end is at that end. */
    double part(double value) {
        double inside = Math.max(least, Math.min(most, value));
        return Math.log(inside / least) / Math.log(most / least);
    }

    /** The round values on it. */
    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        for (double power = Math.pow(10, Math.floor(Math.log10(least))); power <= most; power *= 10) {
            for (double step : STEPS) {
                double tick = power * step;
                if (tick >= least && tick <= most) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }
}
