/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.client.model.Acceptance;
import java.util.LinkedHashMap;
import java.util.Map;

/** Who is to be told of jobs that are left to the store, should they be claimed here. */
final class LeftJobs {

    /** Others claim them, too, and nobody says so. */
    private static final int MOST = 10_000;

    /** What is known here of a job, and not stored. */
    record Known(TrackedJob.Listener listener, Acceptance acceptance) {

        static final Known NOTHING = new Known(null, null);
    }

    /** By the {@linkplain io.aipi.camel.store.DetachedJob#id() ids} of the jobs. */
    private final Map<String, Known> known = new LinkedHashMap<>();

    /** Remembers a job, if somebody is to be told of it. */
    synchronized void add(String id, TrackedJob.Listener listener, Acceptance acceptance) {
        if (listener != null) {
            known.put(id, new Known(listener, acceptance));
            if (known.size() > MOST) {
                known.remove(known.keySet().iterator().next());
            }
        }
    }

    /** What is known of the job, which is forgotten. */
    synchronized Known take(String id) {
        Known taken = known.remove(id);
        return taken == null ? Known.NOTHING : taken;
    }
}
