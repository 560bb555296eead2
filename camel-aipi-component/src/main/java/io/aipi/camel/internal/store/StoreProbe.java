/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.store;

import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Whether a repository works: it is doubted after a failure, and probed by an entry that is stored for a moment. */
final class StoreProbe {

    /** Begins the keys of entries that probe the repository; then the time, and a name. */
    private static final String KEY = "camel-aipi-trial/";

    /** What is older was left by a process that has ended. */
    private static final Duration LONGEST_PROBE = Duration.ofHours(1);

    /** How long a repository that has failed is doubted. */
    private static final Duration DOUBT = Duration.ofMinutes(1);

    /** How long at least a repository that is away is left alone. */
    private static final Duration SHORTEST_REST = Duration.ofSeconds(1);

    private final RepositoryJobStore store;
    private final LongSupplier nanoTime;
    /** Keys of entries that could not be removed. */
    private final Queue<String> left = new ConcurrentLinkedQueue<>();

    /** Whether a probe has succeeded since the last failure. */
    private volatile boolean proven;

    private volatile Long failedNanos;
    /** Why the repository is left alone; null while it is not. */
    private volatile Throwable away;

    private volatile long awayUntilNanos;

    StoreProbe(RepositoryJobStore store, LongSupplier nanoTime) {
        this.store = store;
        this.nanoTime = nanoTime;
    }

    boolean isDoubtful() {
        Long failed = failedNanos;
        return !proven || (failed != null && nanoTime.getAsLong() - failed < DOUBT.toNanos());
    }

    /** An access has failed. */
    void onFailure() {
        failedNanos = nanoTime.getAsLong();
        proven = false;
    }

    /** See {@link JobStore#probe}. */
    void probe(Supplier<Map<String, Object>> encoded) {
        Throwable reason = away;
        long begin = nanoTime.getAsLong();
        if (reason != null && begin - awayUntilNanos < 0) {
            // one that hangs would take all threads
            throw new JobStore.AwayException(reason);
        }
        Map<String, Object> body = encoded.get();
        try {
            storeForAMoment(body);
        } catch (RuntimeException | Error e) {
            leaveAlone(e, begin);
            try {
                storeForAMoment(Map.of());
            } catch (RuntimeException | Error all) {
                leaveAlone(all, begin);
                throw new JobStore.AwayException(all);
            }
            away = null;
            // once more: it may have been back since
            storeForAMoment(body);
        }
        away = null;
        proven = true;
    }

    private void leaveAlone(Throwable reason, long begin) {
        long now = nanoTime.getAsLong();
        awayUntilNanos = now + Math.max(SHORTEST_REST.toNanos(), now - begin);
        away = reason;
    }

    private void storeForAMoment(Map<String, Object> body) {
        String used = left.poll();
        String key = used != null ? used : KEY + System.currentTimeMillis() + "/" + UUID.randomUUID();
        boolean isRemoved = false;
        try {
            store.putEntry(key, used != null, body);
            store.removeEntry(key);
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
