/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.job;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a test says about the jobs to come. Each endpoint goes through its script on its own, one entry for each job, and
 * stays at the last one. Safe for all threads.
 */
public final class JobScripts {

    private final Map<String, Deque<JobScript>> byEndpoint = new HashMap<>();

    /** Nothing is said yet. */
    public JobScripts() {}

    /**
     * Says what becomes of an endpoint's next jobs, whatever was said before.
     *
     * @param endpoint its name
     * @param jobs one for each job, the last one for all that follow; none for nothing
     */
    public synchronized void set(String endpoint, List<JobScript> jobs) {
        byEndpoint.put(endpoint, new ArrayDeque<>(jobs));
    }

    /** Forgets all that was said. */
    public synchronized void clear() {
        byEndpoint.clear();
    }

    /**
     * What is said about the next job.
     *
     * @param endpoint the name of its endpoint
     * @return {@link JobScript#NONE} if nothing is
     */
    public synchronized JobScript next(String endpoint) {
        Deque<JobScript> jobs = byEndpoint.getOrDefault(endpoint, new ArrayDeque<>());
        if (jobs.isEmpty()) {
            return JobScript.NONE;
        }
        return jobs.size() == 1 ? jobs.peek() : jobs.poll();
    }
}
