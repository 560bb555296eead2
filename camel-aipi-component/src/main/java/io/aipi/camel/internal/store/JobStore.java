/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.store;

import io.aipi.camel.store.AsyncJobRepository;
import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.spi.CompletionExceptions;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A {@link JobRepository} in use: what this process knows of it. That is whether it works, and whether what was claimed in it
 * is still this process's own.
 *
 * <p>All that goes to the repository may block, and fails as the repository does; {@link #isAway} tells a repository that
 * does not work from one that refuses a job.
 */
public final class JobStore {

    /** The repository does not work at present. */
    public static final class AwayException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        AwayException(Throwable cause) {
            super("The jobRepository does not work: " + cause, cause);
        }
    }

    /** How long a repository that has failed is doubted. */
    private static final Duration DOUBT = Duration.ofMinutes(1);

    /** How long at least a repository that is away is left alone. */
    private static final Duration SHORTEST_REST = Duration.ofSeconds(1);

    /** Why the repository is left alone, and until when. */
    private record Rest(Throwable reason, long untilNanos) {}

    private final JobRepository repository;
    private final LongSupplier nanoTime;
    private final LeaseKeeper lease;

    /** Whether a probe has succeeded since the last failure. */
    private volatile boolean proven;

    private volatile Long failedNanos;
    private final AtomicReference<Rest> rest = new AtomicReference<>();

    /** {@code repository} is started and stopped by its owner. */
    public JobStore(JobRepository repository, LongSupplier nanoTime) {
        this.repository = repository;
        this.nanoTime = nanoTime;
        this.lease = new LeaseKeeper(repository, System::nanoTime);
    }

    /** What it keeps jobs in. */
    public JobRepository repository() {
        return repository;
    }

    /** Whether what was claimed is still this process's own. */
    public LeaseKeeper lease() {
        return lease;
    }

    // ---- what goes to the repository

    /** See {@link JobRepository#reserve}. */
    public CompletableFuture<JobRepository.Reservation> reserve(String server, String endpoint, String requestId) {
        return observed(
                () -> repository.reserve(server, endpoint, requestId),
                async -> async.reserveAsync(server, endpoint, requestId));
    }

    /** See {@link JobRepository#cancel}. */
    public void cancel(String server, String endpoint, String requestId) {
        observed(() -> repository.cancel(server, endpoint, requestId));
    }

    /** See {@link JobRepository#accept}. */
    public CompletableFuture<StoredJob> accept(StoredJob job, boolean claim) {
        return observed(() -> repository.accept(job, claim), async -> async.acceptAsync(job, claim));
    }

    /** See {@link JobRepository#complete}. */
    public CompletableFuture<StoredJob> complete(StoredJob job) {
        return observed(() -> repository.complete(job), async -> async.completeAsync(job));
    }

    /** See {@link JobRepository#deliver}. */
    public boolean deliver(StoredJob job) {
        return observed(() -> repository.deliver(job));
    }

    /** See {@link JobRepository#remove}. */
    public CompletableFuture<Boolean> remove(StoredJob job) {
        return observed(() -> repository.remove(job), async -> async.removeAsync(job));
    }

    /** See {@link JobRepository#park}. */
    public void park(StoredJob job) {
        observed(() -> repository.park(job));
    }

    /** See {@link JobRepository#unpark}. */
    public void unpark(String server, String endpoint) {
        observed(() -> repository.unpark(server, endpoint));
    }

    /** See {@link JobRepository#claim}. */
    public List<JobRepository.Claim> claim(String server, String endpoint, int limit) {
        return observed(() -> repository.claim(server, endpoint, limit));
    }

    /** See {@link JobRepository#release}. */
    public void release(Collection<StoredJob> jobs) {
        observed(() -> repository.release(jobs));
    }

    /** See {@link JobRepository#lapse}. */
    public void lapse(String server, String jobId) {
        observed(() -> repository.lapse(server, jobId));
    }

    /** See {@link JobRepository#count}; null if the repository does not tell. */
    public JobRepository.Counts count(String server, String endpoint) {
        return observed(() -> repository.count(server, endpoint)).orElse(null);
    }

    /** See {@link JobRepository#unclaimed}. */
    public Map<String, Long> unclaimed() {
        return observed(repository::unclaimed);
    }

    /**
     * The repository's own future, if it is an {@link AsyncJobRepository}, completed on a thread that must not be blocked; else one
     * that is completed when this returns. The future's failure is the repository's own.
     */
    private <T> CompletableFuture<T> observed(
            Supplier<T> blocking, Function<AsyncJobRepository, CompletableFuture<T>> asynchronous) {
        CompletableFuture<T> done = new CompletableFuture<>();
        try {
            if (repository instanceof AsyncJobRepository async) {
                asynchronous.apply(async).whenComplete((value, failure) -> complete(done, value, failure));
            } else {
                complete(done, blocking.get(), null);
            }
        } catch (RuntimeException | Error e) {
            complete(done, null, e);
        }
        return done;
    }

    private <T> void complete(CompletableFuture<T> done, T value, Throwable failure) {
        if (failure == null) {
            done.complete(value);
        } else {
            onFailure();
            done.completeExceptionally(CompletionExceptions.unwrap(failure));
        }
    }

    private void observed(Runnable access) {
        observed(() -> {
            access.run();
            return null;
        });
    }

    private <T> T observed(Supplier<T> access) {
        try {
            return access.get();
        } catch (RuntimeException | Error e) {
            onFailure();
            throw e;
        }
    }

    // ---- whether it works

    private void onFailure() {
        failedNanos = nanoTime.getAsLong();
        proven = false;
    }

    /** Whether it is the repository that does not work, where an access to one job has failed. */
    public boolean isAway() {
        try {
            repository.check();
            return false;
        } catch (RuntimeException | Error e) {
            return true;
        }
    }

    /** Whether a submit should be preceded by a {@link #probe}: the repository has failed lately, or was never used. */
    public boolean isDoubtful() {
        Long failed = failedNanos;
        return !proven || (failed != null && nanoTime.getAsLong() - failed < DOUBT.toNanos());
    }

    /**
     * Finds out whether the repository would take the job.
     *
     * @throws AwayException if it takes nothing
     * @throws RuntimeException what the repository throws, if it is this job that it does not take
     */
    public void probe(StoredJob job) {
        Rest present = rest.get();
        long begin = nanoTime.getAsLong();
        if (present != null && begin - present.untilNanos() < 0) {
            // one that hangs would take all threads
            throw new AwayException(present.reason());
        }
        try {
            repository.probe(job);
        } catch (RuntimeException | Error e) {
            leaveAlone(e, begin);
            try {
                repository.check();
            } catch (RuntimeException | Error all) {
                leaveAlone(all, begin);
                throw new AwayException(all);
            }
            rest.set(null);
            // once more: it may have been back since
            repository.probe(job);
        }
        rest.set(null);
        proven = true;
    }

    private void leaveAlone(Throwable reason, long begin) {
        long now = nanoTime.getAsLong();
        rest.set(new Rest(reason, now + Math.max(SHORTEST_REST.toNanos(), now - begin)));
    }

    @Override
    public String toString() {
        return repository.toString();
    }
}
