/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

/**
 * What was to be reached, and what was.
 *
 * @param name what it is about
 * @param limit what it may be
 * @param measured what it is
 * @param verdict whether that is good enough
 */
public record Target(String name, String limit, String measured, Verdict verdict) {

    /** Whether a target is met. */
    public enum Verdict {
        /** It is. */
        MET("met"),
        /** It is not. */
        MISSED("NOT MET"),
        /** The rows that would tell are not there. */
        NOT_RUN("not run");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /**
     * A figure that has a limit.
     *
     * @param name what it is about
     * @param limit the most that it may be
     * @param measured what it is
     * @param decimals digits after the point
     * @param unit the unit, with a space before it, or nothing
     * @return the target; not run if one of the two is not known
     */
    static Target atMost(String name, double limit, double measured, int decimals, String unit) {
        return of(name, "<= ", limit, measured, measured <= limit, decimals, unit);
    }

    /** The same for a figure that has to be reached. */
    static Target atLeast(String name, double limit, double measured, int decimals, String unit) {
        return of(name, ">= ", limit, measured, measured >= limit, decimals, unit);
    }

    /** The same for a figure that has to be less. */
    static Target below(String name, double limit, double measured, int decimals, String unit) {
        return of(name, "< ", limit, measured, measured < limit, decimals, unit);
    }

    private static Target of(
            String name, String relation, double limit, double measured, boolean met, int decimals, String unit) {
        boolean known = !Double.isNaN(limit) && !Double.isNaN(measured);
        return new Target(
                name,
                Double.isNaN(limit) ? "" : relation + Table.number(limit, decimals) + unit,
                Double.isNaN(measured) ? "" : Table.number(measured, decimals) + unit,
                !known ? Verdict.NOT_RUN : met ? Verdict.MET : Verdict.MISSED);
    }
}
