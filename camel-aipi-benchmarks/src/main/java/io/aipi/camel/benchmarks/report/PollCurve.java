/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import java.util.Comparator;
import java.util.List;

/**
 * How the delay of detection falls with the polls of a job: what a fixed interval gives for the same polls.
 *
 * @param points by the polls, fewest first
 */
public record PollCurve(List<Point> points) {

    /**
     * One interval.
     *
     * @param polls polls a job
     * @param delay the delay, in milliseconds
     */
    public record Point(double polls, double delay) {}

    /** Sorts the points. */
    public PollCurve {
        points =
                points.stream().sorted(Comparator.comparingDouble(Point::polls)).toList();
    }

    /**
     * The delay at this many polls. Between two points it is a straight line of the logarithms, as the delay goes with the
     * interval and the polls with its inverse; beyond the most polls the last such line goes on. For fewer polls than the
     * fewest it is the delay of these, which is less than it would be.
     *
     * @param polls polls a job
     * @return the delay in milliseconds, NaN with fewer than two points
     */
    public double at(double polls) {
        if (points.size() < 2) {
            return Double.NaN;
        }
        if (polls <= points.get(0).polls()) {
            return points.get(0).delay();
        }
        int right = 1;
        while (right < points.size() - 1 && points.get(right).polls() < polls) {
            right++;
        }
        return onTheLine(points.get(right - 1), points.get(right), polls);
    }

    private static double onTheLine(Point left, Point right, double polls) {
        double part = Math.log(polls / left.polls()) / Math.log(right.polls() / left.polls());
        return left.delay() * Math.pow(right.delay() / left.delay(), part);
    }
}
