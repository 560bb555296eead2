/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.plan;

import java.util.Random;

/**
 * How long the jobs of a scenario compute. Every client gets the same list: it is drawn with a fixed seed.
 *
 * @param median the median in seconds
 * @param spread for {@link Shape#EVEN}: how far they are from the median at most, as a part of it; for
 *     {@link Shape#LOGNORMAL}: the standard deviation of the logarithm; for {@link Shape#PARETO}: the inverse of the
 *     exponent
 * @param most none is longer than this, in seconds
 * @param shape how they are distributed
 */
public record ComputeTimes(double median, double spread, double most, Shape shape) {

    /** A distribution. */
    public enum Shape {
        /** Evenly about the median. */
        EVEN,
        /** With a tail of long ones. */
        LOGNORMAL,
        /** With a tail in which a few of the jobs make up most of the work. */
        PARETO
    }

    /**
     * The spread of jobs of one length. None at all would be an artefact: a fixed interval would find every job with the same
     * delay, which is long or short as the length happens to fall between two polls.
     */
    private static final double USUAL_SPREAD = 0.1;

    private static final double PARETO_EXPONENT = 1.3;

    /**
     * Jobs of about one length.
     *
     * @param seconds the length
     * @return the times
     */
    public static ComputeTimes about(double seconds) {
        return new ComputeTimes(seconds, USUAL_SPREAD, seconds * (1 + USUAL_SPREAD), Shape.EVEN);
    }

    /**
     * Jobs of different lengths: a median of a second, one in ten above 3.6 s, one in a hundred above 10 s.
     *
     * @return the times
     */
    public static ComputeTimes heavyTailed() {
        return new ComputeTimes(1, 1, 60, Shape.LOGNORMAL);
    }

    /**
     * Jobs of half a second and more, with the heaviest of tails: a median of 0.9 s, one in ten above 2.9 s, one in a hundred
     * above 17 s.
     *
     * @return the times
     */
    public static ComputeTimes veryHeavyTailed() {
        return new ComputeTimes(0.5 * Math.pow(2, 1 / PARETO_EXPONENT), 1 / PARETO_EXPONENT, 60, Shape.PARETO);
    }

    /**
     * Jobs of exactly one length, where it is cost that matters.
     *
     * @param seconds the length
     * @return the times
     */
    public static ComputeTimes exactly(double seconds) {
        return new ComputeTimes(seconds, 0, seconds, Shape.EVEN);
    }

    /**
     * Draws compute times.
     *
     * @param count how many
     * @param seed decides them
     * @return in seconds
     */
    public double[] draw(int count, long seed) {
        Random random = new Random(seed);
        double[] seconds = new double[count];
        for (int i = 0; i < count; i++) {
            seconds[i] = Math.min(most, next(random));
        }
        return seconds;
    }

    private double next(Random random) {
        return switch (shape) {
            case EVEN -> median * (1 + spread * (2 * random.nextDouble() - 1));
            case LOGNORMAL -> median * Math.exp(spread * random.nextGaussian());
            case PARETO -> median * Math.pow(2 * (1 - random.nextDouble()), -spread);
        };
    }

    /**
     * The mean of the distribution, but for the bound.
     *
     * @return in seconds
     */
    public double mean() {
        return switch (shape) {
            case EVEN -> median;
            case LOGNORMAL -> median * Math.exp(spread * spread / 2);
            case PARETO -> median * Math.pow(2, -spread) / (1 - spread);
        };
    }
}
