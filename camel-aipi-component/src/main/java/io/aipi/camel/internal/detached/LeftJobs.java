/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import java.util.LinkedHashMap;
import java.util.Map;

/** Jobs of producers here that were left to the store: who is to be told of them, should they be claimed here. */
final class LeftJobs {

    /** Others claim them, too, and nobody says so. */
    private static final int MOST = 10_000;

    private final Map<String, TrackedJob> jobs = new LinkedHashMap<>();

    /** Remembers a job, if somebody is to be told of it. */
    synchronized void add(TrackedJob job) {
        if (job.listener() != null) {
            jobs.put(job.job().id(), job);
            if (jobs.size() > MOST) {
                jobs.remove(jobs.keySet().iterator().next());
            }
        }
    }

    /** Null for none. */
    synchronized TrackedJob take(String id) {
        return jobs.remove(id);
    }
}
