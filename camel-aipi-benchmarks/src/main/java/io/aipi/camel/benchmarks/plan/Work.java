/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What the jobs of a scenario are.
 *
 * @param reporting what the server says of them
 * @param times how long they compute
 * @param textBytes how long the prompt of a chat job is at least, which comes back as its response
 * @param images how many pictures an image job makes
 * @param pixels the width and height of each
 */
public record Work(Reporting reporting, ComputeTimes times, int textBytes, int images, int pixels) {

    /** The tag's letter of jobs that are measured. */
    public static final char MEASURED = 'm';

    /** The tag's letter of jobs that only let the JVM compile. */
    public static final char RUN_IN = 'r';

    /** The tag's letter of jobs that only warm up. */
    public static final char WARM_UP = 'w';

    /** The tag's letter of jobs that are only in flight while the heap is polled. */
    public static final char HEAP = 'h';

    /** A worker's updates of a job: as often as an image model makes steps in a job of a few seconds. */
    private static final int STEPS = 20;

    private static final int SMALLEST_PICTURE = 64;
    private static final String FILLER =
            "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor ";

    /**
     * Short texts, or the smallest picture that the endpoint makes.
     *
     * @param reporting what the server says of the jobs
     * @param times how long they compute
     * @return the work
     */
    public static Work small(Reporting reporting, ComputeTimes times) {
        return new Work(reporting, times, 0, 1, SMALLEST_PICTURE);
    }

    /**
     * This work with longer texts.
     *
     * @param bytes the length of prompt and response
     * @return a copy
     */
    public Work withText(int bytes) {
        return new Work(reporting, times, bytes, images, pixels);
    }

    /**
     * This work with more and larger pictures.
     *
     * @param count how many
     * @param size width and height in pixels
     * @return a copy
     */
    public Work withImages(int count, int size) {
        return new Work(reporting, times, textBytes, count, size);
    }

    /**
     * How long after its beginning a chat job shows its first words.
     *
     * @param seconds how long it computes
     * @return in nanoseconds
     */
    public static long firstWordsNanos(double seconds) {
        return Math.round(seconds / STEPS * 1e9);
    }

    /**
     * The tag of a job.
     *
     * @param phase the letter
     * @param number its number in the phase, from 0
     * @return such as {@code m17}
     */
    public static String tag(char phase, int number) {
        return phase + Integer.toString(number);
    }

    /**
     * The jobs of one phase.
     *
     * @param phase the letter of their tags
     * @param count how many
     * @return the jobs
     */
    public List<Job> jobs(char phase, int count) {
        return jobs(phase, times.draw(count, phase));
    }

    /**
     * Jobs that all compute for the same time.
     *
     * @param phase the letter of their tags
     * @param count how many
     * @param seconds how long
     * @return the jobs
     */
    public List<Job> jobs(char phase, int count, double seconds) {
        double[] times = new double[count];
        Arrays.fill(times, seconds);
        return jobs(phase, times);
    }

    private List<Job> jobs(char phase, double[] seconds) {
        List<Job> jobs = new ArrayList<>(seconds.length);
        for (int i = 0; i < seconds.length; i++) {
            String tag = tag(phase, i);
            jobs.add(new Job(tag, prompt(tag, seconds[i]), seconds[i]));
        }
        return jobs;
    }

    private String prompt(String tag, double seconds) {
        String manner = reporting == Reporting.NOTHING ? "@silent" : "@steps=" + STEPS;
        StringBuilder prompt = new StringBuilder(String.format(Locale.ROOT, "%s @sleep=%.4f %s", tag, seconds, manner));
        while (prompt.length() < textBytes) {
            prompt.append(' ').append(FILLER, 0, Math.min(FILLER.length(), Math.max(1, textBytes - prompt.length())));
        }
        return prompt.toString();
    }
}
