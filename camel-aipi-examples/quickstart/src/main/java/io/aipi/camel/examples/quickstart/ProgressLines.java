/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quickstart;

import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import java.io.PrintStream;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A line for each change, where nobody watches a terminal: in a file or the log of a build. */
final class ProgressLines extends ProgressDisplay {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private final PrintStream out;
    private final Map<String, String> lastByJob = new ConcurrentHashMap<>();

    ProgressLines(PrintStream out, String imageEndpoint) {
        super(imageEndpoint);
        this.out = out;
    }

    @Override
    void show(String name, JobProgress progress, JobResult result) {
        String now = describe(progress, result);
        // Estimates change with every look and are not shown.
        if (!now.equals(lastByJob.put(progress.jobId(), now))) {
            out.printf("%s  %-12s %s%n", LocalTime.now(ZoneId.systemDefault()).format(TIME), name, now);
        }
    }

    @Override
    public void close() {}
}
