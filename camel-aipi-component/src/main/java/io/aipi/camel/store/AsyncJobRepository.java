/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.store;

import java.util.concurrent.CompletableFuture;

/**
 * A {@link JobRepository} that makes the changes which every job needs without holding a thread of its caller's, so that many are
 * under way at once on few threads. Each method promises what the blocking one of its name does, once its future is completed,
 * and completes it exceptionally where that one throws. The component uses them in its place.
 *
 * <p>The methods may take time to read what they are given, and do not wait for a commit. Futures are completed on a thread
 * of the repository's, which must not be blocked.
 */
public interface AsyncJobRepository extends JobRepository {

    /** See {@link JobRepository#reserve}. */
    CompletableFuture<Reservation> reserveAsync(String server, String endpoint, String requestId);

    /** See {@link JobRepository#accept}. */
    CompletableFuture<StoredJob> acceptAsync(StoredJob job, boolean claim);

    /** See {@link JobRepository#complete}. */
    CompletableFuture<StoredJob> completeAsync(StoredJob job);

    /** See {@link JobRepository#remove}. */
    CompletableFuture<Boolean> removeAsync(StoredJob job);
}
