/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.spi.AggregationRepository;
import org.apache.camel.spi.OptimisticLockingAggregationRepository.OptimisticLockingException;
import org.apache.camel.spi.RecoverableAggregationRepository;
import org.apache.camel.support.service.ServiceHelper;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs in one of Camel's {@link AggregationRepository aggregation repositories}. Camel makes one of these of such a bean where the
 * option {@code jobRepository} names it.
 *
 * <p>What such a repository cannot do: it has no lease, so that claims and reservations of request ids are known to this
 * process only, and no two processes may follow the jobs of one endpoint at the same time ({@code master:} takes care of
 * that); and it gives jobs in no order.
 */
public final class AggregationJobRepository extends ServiceSupport implements JobRepository, CamelContextAware {

    private static final Logger LOG = LoggerFactory.getLogger(AggregationJobRepository.class);

    private final AggregationRepository repository;
    private boolean startedHere;
    private CamelContext context;
    private JobEntries entries;
    private StoreCleanup cleanup;

    private final KeyLocks locks = new KeyLocks();

    /** Keys of request ids that are being submitted. */
    private final Set<String> reserved = ConcurrentHashMap.newKeySet();

    private final ClaimedKeys claimed = new ClaimedKeys();

    /** The {@linkplain DetachedJob#id() ids} of parked jobs by their keys: a later job may have the key of an earlier one. */
    private final Map<String, String> parked = new ConcurrentHashMap<>();

    /** What the last scan has found and nobody has claimed, by the prefix of the endpoint. */
    private final Map<String, Found> found = new HashMap<>();

    /** Keys; {@code isFirst} in the first scan of this process, which finds what a crash has left. */
    private record Found(Queue<String> keys, boolean isFirst) {}

    private volatile boolean removalsFinished;

    /** {@code repository} is started with this one, unless it has been started before. */
    public AggregationJobRepository(AggregationRepository repository) {
        this.repository = repository;
    }

    /** As {@link #AggregationJobRepository(AggregationRepository)}, for use without a component. */
    public AggregationJobRepository(CamelContext context, AggregationRepository repository) {
        this(repository);
        this.context = context;
    }

    @Override
    public CamelContext getCamelContext() {
        return context;
    }

    @Override
    public void setCamelContext(CamelContext context) {
        this.context = context;
    }

    /** Where the repository's owner wants to have what cannot be delivered; null for nowhere. */
    public String deadLetterUri() {
        return repository instanceof RecoverableAggregationRepository recoverable
                ? recoverable.getDeadLetterUri()
                : null;
    }

    @Override
    protected void doStart() {
        if (!ServiceHelper.isStarted(repository)) {
            // what others have started is theirs to stop
            startedHere = true;
            CamelContextAware.trySetCamelContext(repository, context);
            ServiceHelper.startService(repository);
        }
        entries = new JobEntries(context, repository);
        cleanup = new StoreCleanup(context, repository, entries);
    }

    @Override
    protected void doStop() {
        if (startedHere) {
            startedHere = false;
            ServiceHelper.stopService(repository);
        }
        claimed.clear();
        reserved.clear();
        parked.clear();
        removalsFinished = false;
        synchronized (found) {
            found.clear();
        }
    }

    // ---- request ids

    @Override
    public Reservation reserve(String server, String endpoint, String requestId) {
        String key = DetachedJob.key(server, endpoint, requestId);
        if (!reserved.add(key)) {
            return new Reservation.Pending();
        }
        StoredJob stored;
        try {
            stored = entries.load(key);
        } catch (RuntimeException | Error e) {
            reserved.remove(key);
            throw e;
        }
        if (stored == null) {
            return new Reservation.Reserved();
        }
        reserved.remove(key);
        return new Reservation.Taken(stored);
    }

    @Override
    public void cancel(String server, String endpoint, String requestId) {
        reserved.remove(DetachedJob.key(server, endpoint, requestId));
    }

    @Override
    public Optional<StoredJob> find(String server, String endpoint, String requestId) {
        return Optional.ofNullable(entries.load(DetachedJob.key(server, endpoint, requestId)));
    }

    // ---- a job's life

    @Override
    public StoredJob accept(StoredJob asked, boolean claim) {
        String key = asked.job().key();
        if (asked.job().requestId() == null) {
            return add(asked, claim);
        }
        // of two jobs of one request id one is added after the other
        return locks.locked(key, () -> {
            StoredJob accepted;
            try {
                accepted = add(entries.addable(asked), claim);
            } catch (OptimisticLockingException another) {
                // of another process
                accepted = add(entries.addable(asked), claim);
            }
            reserved.remove(key);
            return accepted;
        });
    }

    private StoredJob add(StoredJob stored, boolean claim) {
        // before it is stored: no scan finds it unclaimed
        claimed.claim(stored);
        parked.computeIfPresent(
                stored.job().key(), (key, id) -> id.equals(stored.job().id()) ? id : null);
        boolean isClaimed = false;
        try {
            entries.add(stored);
            isClaimed = claim;
        } finally {
            if (!isClaimed) {
                claimed.release(stored);
            }
        }
        return stored;
    }

    @Override
    public StoredJob complete(StoredJob job) {
        return locked(job, () -> {
            StoredJob stored = entries.complete(job);
            return claimed.isClaimed(job) ? stored : null;
        });
    }

    @Override
    public boolean deliver(StoredJob job) {
        return claimed.isClaimed(job) && locked(job, () -> entries.update(job));
    }

    private <T> T locked(StoredJob job, Supplier<T> change) {
        return locks.locked(job.job().key(), change);
    }

    @Override
    public boolean remove(StoredJob job) {
        boolean removed = claimed.isClaimed(job) && locked(job, () -> entries.remove(job.job()));
        claimed.release(job);
        return removed;
    }

    @Override
    public void park(StoredJob job) {
        if (!claimed.isClaimed(job)) {
            return;
        }
        // before it is written: one whose entry the repository refuses is left alone, too
        parked.put(job.job().key(), job.job().id());
        locked(job, () -> entries.update(job));
        claimed.release(job);
    }

    @Override
    public void unpark(String server, String endpoint) {
        String prefix = DetachedJob.prefix(server, endpoint);
        parked.keySet().removeIf(key -> key.startsWith(prefix));
        listAgain(prefix);
    }

    /** What is left of a scan is listed anew: a first scan, of which something is left, is the first one still. */
    private void listAgain(String prefix) {
        synchronized (found) {
            found.computeIfPresent(
                    prefix,
                    (same, left) ->
                            left.isFirst() && !left.keys().isEmpty() ? null : new Found(new ArrayDeque<>(), false));
        }
    }

    @Override
    public void lapse(String server, String jobId) {
        entries.lapse(server, jobId, claimed::contains, cleanup, locks);
    }

    // ---- claims

    @Override
    public List<Claim> claim(String server, String endpoint, int limit) {
        finishRemovals();
        String prefix = DetachedJob.prefix(server, endpoint);
        Found unclaimed = unclaimed(prefix);
        List<Claim> claims = new ArrayList<>();
        while (claims.size() < limit) {
            String key;
            synchronized (found) {
                key = unclaimed.keys().poll();
            }
            if (key == null) {
                break;
            }
            if (!parked.containsKey(key) && claimed.beginLoading(key)) {
                StoredJob job = null;
                boolean isClaimed;
                try {
                    job = entries.load(key);
                    cleanup.wasRead(key);
                } catch (Throwable e) {
                    if (isAway(key, e)) {
                        synchronized (found) {
                            unclaimed.keys().add(key);
                        }
                        listAgain(prefix);
                        break;
                    }
                } finally {
                    isClaimed = claimed.endLoading(key, job);
                }
                if (isClaimed) {
                    claims.add(new Claim(job, unclaimed.isFirst()));
                }
            }
        }
        return claims;
    }

    /** Whether it is the repository that failed, and not the entry: one that can list its entries works. */
    private boolean isAway(String key, Throwable e) {
        if (!cleanup.isKnownAsUnreadable(key) && entries.isAway()) {
            LOG.debug("The jobRepository cannot be read: {}", e.toString());
            return true;
        }
        cleanup.passOver(key, e);
        return false;
    }

    private Found unclaimed(String prefix) {
        boolean isFirst;
        synchronized (found) {
            Found left = found.get(prefix);
            if (left != null && !left.keys().isEmpty()) {
                return left;
            }
            isFirst = left == null;
        }
        Set<String> keys = entries.keys();
        cleanup.retain(keys);
        parked.keySet().retainAll(keys);
        Queue<String> unclaimed = keys.stream()
                .filter(key -> key.startsWith(prefix) && !claimed.contains(key))
                .collect(Collectors.toCollection(ArrayDeque::new));
        synchronized (found) {
            Found scanned = new Found(unclaimed, isFirst);
            found.put(prefix, scanned);
            return scanned;
        }
    }

    /** What an earlier process has left, which must not keep what is stored from being followed. */
    private void finishRemovals() {
        if (!removalsFinished) {
            try {
                cleanup.finishRemovals();
                removalsFinished = true;
            } catch (RuntimeException | Error e) {
                LOG.debug("Removals from the jobRepository cannot be finished yet, which is retried", e);
            }
        }
    }

    /** Null: claims last as long as the process. */
    @Override
    public String renew() {
        return null;
    }

    @Override
    public void release(Collection<StoredJob> jobs) {
        jobs.forEach(claimed::release);
    }

    // ---- whether it works

    @Override
    public void check() {
        entries.keys();
        entries.probe(Map.of());
    }

    @Override
    public void probe(StoredJob job) {
        entries.probe(JobCodec.encode(job));
    }

    @Override
    public Optional<Counts> count(String server, String endpoint) {
        String prefix = DetachedJob.prefix(server, endpoint);
        Set<String> keys = entries.keys();
        keys.removeIf(key -> !key.startsWith(prefix));
        return Optional.of(new Counts(
                keys.size(), keys.stream().filter(parked::containsKey).count()));
    }

    @Override
    public Map<String, Long> unclaimed() {
        return entries.keys().stream()
                .filter(key -> !claimed.contains(key))
                .collect(Collectors.groupingBy(DetachedJob::serverOf, Collectors.counting()));
    }

    // ---- one for each repository

    @Override
    public boolean equals(Object other) {
        return other instanceof AggregationJobRepository that && that.repository == repository;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(repository);
    }

    @Override
    public String toString() {
        return "AggregationJobRepository[" + repository.getClass().getSimpleName() + "]";
    }
}
