/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.store;

import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Finds out whether a repository works, by an entry that is stored for a moment. */
final class StoreProbe {

    /** Begins the keys of entries that probe the repository; then the time, and a name. */
    private static final String KEY = "camel-aipi-trial/";

    /** What is older was left by a process that has ended. */
    private static final Duration LONGEST_PROBE = Duration.ofHours(1);

    private final JobEntries entries;
    /** Keys of entries that could not be removed. */
    private final Queue<String> left = new ConcurrentLinkedQueue<>();

    StoreProbe(JobEntries entries) {
        this.entries = entries;
    }

    void storeForAMoment(Map<String, Object> body) {
        String used = left.poll();
        String key = used != null ? used : KEY + System.currentTimeMillis() + "/" + UUID.randomUUID();
        boolean isRemoved = false;
        try {
            entries.putEntry(key, used != null, body);
            entries.removeEntry(key);
            isRemoved = true;
        } finally {
            if (!isRemoved) {
                left.add(key);
            }
        }
    }

    /** Whether the entry under the key is a probe that an earlier process has left. */
    static boolean isLeft(String key) {
        if (key == null || !key.startsWith(KEY)) {
            return false;
        }
        long begun = Long.parseLong(key.substring(KEY.length(), key.indexOf('/', KEY.length())));
        return System.currentTimeMillis() - begun > LONGEST_PROBE.toMillis();
    }
}
