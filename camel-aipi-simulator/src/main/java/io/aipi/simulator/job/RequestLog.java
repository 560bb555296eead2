/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.job;

import java.util.function.Consumer;

/**
 * Tells in one line each what happens on the server: logins, submits, starts, results. No line contains an API key or a
 * session key.
 *
 * @param reader takes the lines; called by any thread, also while the jobs are locked, so it must not call the
 *     simulator
 */
public record RequestLog(Consumer<String> reader) {

    /** Words of clients are told up to this length: an input can be a whole image. */
    private static final int LONGEST_LINE = 240;

    /**
     * Notes that something happened.
     *
     * @param what what happened, in one word
     * @param endpoint the model endpoint it happened at
     * @param details what else there is to know
     */
    public void note(String what, String endpoint, String details) {
        String line = "%-9s %s %s".formatted(what, endpoint, details).replaceAll("\\p{Cntrl}", "?");
        reader.accept(line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + "...");
    }

    void note(String what, Job job, String details) {
        note(what, job.spec.endpoint().name(), "job " + job.id + ": " + details);
    }
}
