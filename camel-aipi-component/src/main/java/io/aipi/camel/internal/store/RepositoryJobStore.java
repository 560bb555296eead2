/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.store;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.spi.AggregationRepository;
import org.apache.camel.spi.OptimisticLockingAggregationRepository;
import org.apache.camel.spi.OptimisticLockingAggregationRepository.OptimisticLockingException;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.ExchangeHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stored jobs in an {@link AggregationRepository}. A job is one entry under its key from its acceptance until a route has
 * succeeded with its outcome; what a repository calls completed is used for the moment of removal only.
 *
 * <p>Repositories differ in what they call completed: some list all their entries there. So an entry is confirmed only if it
 * carries the mark of its removal, and nothing is stored under its key.
 *
 * <p>All methods block, and throw what the repository throws.
 */
public final class RepositoryJobStore implements JobStore {

    private static final int KEY_LOCKS = 64;

    private static final Logger LOG = LoggerFactory.getLogger(RepositoryJobStore.class);

    /** Marks what is being removed, since its route has succeeded; the value is its key. */
    private static final String DELIVERED = "CamelAipiDelivered";

    /** How the repository takes changes: not known yet, by themselves, or only together with what they change. */
    private enum Mode {
        UNKNOWN,
        PLAIN,
        OPTIMISTIC
    }

    private final CamelContext context;
    private final AggregationRepository repository;
    /** Of two jobs of one request id one is added after the other. */
    private final ReentrantLock[] keyLocks = new ReentrantLock[KEY_LOCKS];

    private volatile Mode mode = Mode.UNKNOWN;
    /** Ids of jobs by keys that do not tell them. */
    private final Map<String, String> idsOfRequests = new ConcurrentHashMap<>();

    private final StoreProbe probe;
    private final StoreCleanup cleanup;

    /** The repository is started by its owner. */
    public RepositoryJobStore(CamelContext context, AggregationRepository repository) {
        this(context, repository, System::nanoTime);
    }

    /** As {@link #RepositoryJobStore(CamelContext, AggregationRepository)}, with a clock of its own. */
    public RepositoryJobStore(CamelContext context, AggregationRepository repository, LongSupplier nanoTime) {
        this.context = context;
        this.repository = repository;
        this.probe = new StoreProbe(this, nanoTime);
        this.cleanup = new StoreCleanup(context, repository, this);
        Arrays.setAll(keyLocks, i -> new ReentrantLock());
    }

    @Override
    public AggregationRepository repository() {
        return repository;
    }

    /**
     * The job in the form in which it can be added: without its request id if another job is stored under that. No entry takes
     * the place of another one.
     */
    public JobRecord addable(JobRecord stored) {
        if (stored.job().requestId() == null) {
            return stored;
        }
        return isFreeFor(stored.job())
                ? stored
                : new JobRecord(stored.job().withoutRequestId(), stored.outcome(), stored.deliveries());
    }

    private boolean isFreeFor(DetachedJob job) {
        Exchange other;
        try {
            other = present(job.key());
        } catch (RuntimeException | Error e) {
            if (isAway()) {
                throw e;
            }
            // there is something, which nobody can read
            return false;
        }
        return other == null || JobCodec.isOf(body(other), job);
    }

    @Override
    public boolean isAway() {
        try {
            keys();
            return false;
        } catch (RuntimeException | Error e) {
            return true;
        }
    }

    @Override
    public JobRecord add(JobRecord asked, Consumer<String> reserve, Consumer<String> cancel) {
        if (asked.job().requestId() == null) {
            return addAs(asked, reserve, cancel);
        }
        ReentrantLock lock = keyLocks[Math.floorMod(asked.job().key().hashCode(), keyLocks.length)];
        lock.lock();
        try {
            return addAs(addable(asked), reserve, cancel);
        } catch (OptimisticLockingException another) {
            // of another process
            return addAs(addable(asked), reserve, cancel);
        } finally {
            lock.unlock();
        }
    }

    private JobRecord addAs(JobRecord stored, Consumer<String> reserve, Consumer<String> cancel) {
        String key = stored.job().key();
        reserve.accept(key);
        try {
            add(stored);
            return stored;
        } catch (RuntimeException | Error e) {
            cancel.accept(key);
            throw e;
        }
    }

    /**
     * Stores a job that is not stored yet.
     *
     * @throws IllegalArgumentException if its body cannot be kept
     */
    public void add(JobRecord stored) {
        put(null, stored);
        remember(stored.job().key(), stored.job().jobId());
    }

    @Override
    public boolean completeIfPending(JobRecord stored) {
        Exchange entry = entry(stored.job());
        if (entry == null || !JobCodec.canBecome(body(entry), stored)) {
            return false;
        }
        put(entry, stored);
        return true;
    }

    @Override
    public boolean update(JobRecord stored) {
        Exchange entry = entry(stored.job());
        if (entry == null) {
            return false;
        }
        put(entry, stored);
        return true;
    }

    @Override
    public void probeWrite(DetachedJob job) {
        Exchange entry = entry(job);
        if (entry != null) {
            write(job.key(), entry, ExchangeHelper.createCopy(entry, true));
        }
    }

    /** The job's entry; null if there is none, or that of another job whose sender gave it the same name. */
    private Exchange entry(DetachedJob job) {
        Exchange entry;
        try {
            entry = repository.get(context, job.key());
        } catch (RuntimeException | Error e) {
            probe.onFailure();
            throw e;
        }
        return entry != null && JobCodec.isOf(body(entry), job) ? entry : null;
    }

    /** The entry under the key; null if there is none. One that was delivered already leaves the store. */
    private Exchange present(String key) {
        Exchange entry = repository.get(context, key);
        if (entry != null && isDelivered(entry)) {
            LOG.debug("The removal of a delivered job is finished: {}", key);
            remove(key, entry);
            return null;
        }
        return entry;
    }

    private static boolean isDelivered(Exchange entry) {
        return entry.getIn().getHeader(DELIVERED) != null;
    }

    /** The key of what is being removed; null for anything else. */
    static String deliveredKey(Exchange entry) {
        return entry.getIn().getHeader(DELIVERED, String.class);
    }

    private static Map<?, ?> body(Exchange entry) {
        return entry.getIn().getBody() instanceof Map<?, ?> map ? map : null;
    }

    private void put(Exchange earlier, JobRecord stored) {
        // the earlier entry stays as it was: repositories with optimistic locks compare it with what they have
        Exchange entry = earlier == null ? new DefaultExchange(context) : ExchangeHelper.createCopy(earlier, true);
        // for those who read the table, and for repositories that give headers columns of their own
        entry.getIn().setHeader("CamelAipiEndpoint", stored.job().endpoint());
        entry.getIn().setHeader("CamelAipiJobId", stored.job().jobId());
        entry.getIn().setBody(JobCodec.encode(stored));
        write(stored.job().key(), earlier, entry);
    }

    private void write(String key, Exchange earlier, Exchange entry) {
        try {
            writeInMode(key, earlier, entry);
        } catch (RuntimeException | Error e) {
            probe.onFailure();
            throw e;
        }
    }

    private void writeInMode(String key, Exchange earlier, Exchange entry) {
        if (mode != Mode.OPTIMISTIC) {
            try {
                repository.add(context, key, entry);
                mode = Mode.PLAIN;
                return;
            } catch (UnsupportedOperationException e) {
                mode = Mode.OPTIMISTIC;
            }
        }
        ((OptimisticLockingAggregationRepository) repository).add(context, key, earlier, entry);
    }

    @Override
    public JobRecord load(String key) {
        Exchange entry = present(key);
        if (entry == null) {
            return null;
        }
        JobRecord stored = JobCodec.decode(key, body(entry));
        remember(key, stored.job().jobId());
        return stored;
    }

    @Override
    public void remove(DetachedJob job) {
        Exchange entry = repository.get(context, job.key());
        if (entry != null && (isDelivered(entry) || JobCodec.isOf(body(entry), job))) {
            remove(job.key(), entry);
        }
    }

    private void remove(String key, Exchange entry) {
        Exchange removed = entry;
        if (!isDelivered(removed)) {
            // a copy: the entry may be the repository's own, which stays if this fails
            removed = ExchangeHelper.createCopy(entry, true);
            // the repository may write it once more on its way out: nothing in it is needed any longer
            removed.getIn().setBody(null);
            removed.getIn().setHeader(DELIVERED, key);
            if (mode != Mode.PLAIN) {
                // what is removed must be what the repository has
                write(key, entry, removed);
                removed = repository.get(context, key);
            }
        }
        idsOfRequests.remove(key);
        if (removed == null) {
            return;
        }
        repository.remove(context, key, removed);
        try {
            repository.confirm(context, removed.getExchangeId());
        } catch (RuntimeException e) {
            // removed it is; the next start confirms it
            LOG.debug("The removal of a delivered job is not confirmed: {}", removed.getExchangeId(), e);
        }
    }

    @Override
    public Set<String> keys() {
        try {
            // a copy: some repositories give a view, which changes
            return repository.getKeys().stream()
                    .filter(key -> key != null && DetachedJob.serverOf(key) != null)
                    .collect(Collectors.toSet());
        } catch (RuntimeException | Error e) {
            probe.onFailure();
            throw e;
        }
    }

    // ---- ids that come again

    @Override
    public void lapse(String server, String jobId, Predicate<String> isFollowed) {
        Set<String> keys = keys();
        idsOfRequests.keySet().retainAll(keys);
        for (String key : keys) {
            if (!server.equals(DetachedJob.serverOf(key)) || isFollowed.test(key)) {
                continue;
            }
            try {
                if (DetachedJob.isOfRequest(key) ? jobId.equals(idOfRequest(key)) : DetachedJob.isOfJob(key, jobId)) {
                    lapse(key, jobId);
                }
            } catch (Throwable e) {
                cleanup.passOver(key, e);
            }
        }
    }

    private String idOfRequest(String key) {
        String known = idsOfRequests.get(key);
        if (known != null) {
            return known;
        }
        JobRecord stored = load(key);
        return stored == null ? null : stored.job().jobId();
    }

    private void lapse(String key, String jobId) {
        JobRecord stored = load(key);
        if (stored != null
                && stored.outcome() == null
                && jobId.equals(stored.job().jobId())) {
            LOG.info("The server has given the id of the stored job {} to a new job: it is lost, and fails", jobId);
            completeIfPending(new JobRecord(stored.job(), JobOutcome.lapsed(stored.job()), stored.deliveries()));
        }
    }

    private void remember(String key, String jobId) {
        if (DetachedJob.isOfRequest(key) && DetachedJob.mayComeAgain(jobId)) {
            idsOfRequests.put(key, jobId);
        }
    }

    // ---- whether it works, and what is left in it

    @Override
    public boolean isDoubtful() {
        return probe.isDoubtful();
    }

    @Override
    public void probe(JobRecord job) {
        probe.probe(() -> JobCodec.encode(job));
    }

    /** Stores an entry that is no job. */
    void putEntry(String key, boolean mayBeThere, Map<String, Object> body) {
        Exchange earlier = mayBeThere ? repository.get(context, key) : null;
        Exchange entry = earlier == null ? new DefaultExchange(context) : ExchangeHelper.createCopy(earlier, true);
        entry.getIn().setBody(body);
        write(key, earlier, entry);
    }

    /** Removes what is under the key, if there is anything. */
    void removeEntry(String key) {
        Exchange entry = repository.get(context, key);
        if (entry != null) {
            remove(key, entry);
        }
    }

    @Override
    public void finishRemovals() {
        cleanup.finishRemovals();
    }

    @Override
    public void warnOfUnfollowed(Set<String> keys, Predicate<String> isConsumed) {
        cleanup.warnOfUnfollowed(keys, isConsumed);
    }
}
