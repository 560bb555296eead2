/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.store;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
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
 * The entries of an {@link AggregationRepository}. A job is one entry under its key from its acceptance until a route has
 * succeeded with its outcome; what a repository calls completed is used for the moment of removal only.
 *
 * <p>Repositories differ in what they call completed: some list all their entries there. So an entry is confirmed only if it
 * carries the mark of its removal, and nothing is stored under its key.
 *
 * <p>All methods block, and throw what the repository throws.
 */
final class JobEntries {

    private static final Logger LOG = LoggerFactory.getLogger(JobEntries.class);

    /** How often a change is made anew, since somebody else was first. */
    private static final int MAX_ATTEMPTS = 100;

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
    private volatile Mode mode = Mode.UNKNOWN;
    /** Ids of jobs by keys that do not tell them. */
    private final Map<String, String> idsOfRequests = new ConcurrentHashMap<>();

    private final StoreProbe probe;

    /** The repository is started by its owner. */
    JobEntries(CamelContext context, AggregationRepository repository) {
        this.context = context;
        this.repository = repository;
        this.probe = new StoreProbe(this);
    }

    /**
     * The job in the form in which it can be added: without its request id if another job is stored under that. No entry takes
     * the place of another one.
     */
    StoredJob addable(StoredJob stored) {
        if (stored.job().requestId() == null) {
            return stored;
        }
        return isFreeFor(stored.job()) ? stored : stored.withoutRequestId();
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

    /** Whether it is the repository that does not work, where an access to one entry has failed. */
    boolean isAway() {
        try {
            keys();
            return false;
        } catch (RuntimeException | Error e) {
            return true;
        }
    }

    /**
     * Stores a job. Once more, as after a call that has thrown and done its work, it changes nothing.
     *
     * @throws IllegalArgumentException if its body cannot be kept
     */
    void add(StoredJob stored) {
        try {
            put(null, stored);
        } catch (RuntimeException e) {
            if (entryIfReadable(stored.job()) == null) {
                throw e;
            }
            LOG.debug("Job {} is stored already", stored.job().jobId(), e);
        }
        remember(stored.job().key(), stored.job().jobId());
    }

    private Exchange entryIfReadable(DetachedJob job) {
        try {
            return entry(job);
        } catch (RuntimeException e) {
            return null;
        }
    }

    /**
     * Stores the outcome of a job, unless it has one that this one does not replace.
     *
     * @return the job as it is stored now; null if it is not stored any more
     */
    StoredJob complete(StoredJob job) {
        return change(job.job(), entry -> {
            if (JobCodec.canBecome(body(entry), job)) {
                put(entry, job);
                return job;
            }
            return JobCodec.decode(body(entry));
        });
    }

    /**
     * Stores the number of deliveries, and the outcome, unless there is one that it does not replace.
     *
     * @return false if the job is not stored any more
     */
    boolean update(StoredJob job) {
        StoredJob updated = change(job.job(), entry -> {
            StoredJob next = JobCodec.canBecome(body(entry), job)
                    ? job
                    : new StoredJob(job.job(), JobCodec.decode(body(entry)).outcome(), job.deliveries());
            put(entry, next);
            return next;
        });
        return updated != null;
    }

    /** Reads and writes an entry; again, if somebody else has written it in between. Null if there is no such entry. */
    private StoredJob change(DetachedJob job, Function<Exchange, StoredJob> change) {
        for (int attempt = 1; ; attempt++) {
            Exchange entry = entry(job);
            try {
                return entry == null ? null : change.apply(entry);
            } catch (OptimisticLockingException another) {
                if (attempt == MAX_ATTEMPTS) {
                    throw another;
                }
            }
        }
    }

    /** The job's entry; null if there is none, or that of another job whose sender gave it the same name. */
    private Exchange entry(DetachedJob job) {
        Exchange entry = repository.get(context, job.key());
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

    private void put(Exchange earlier, StoredJob stored) {
        // the earlier entry stays as it was: repositories with optimistic locks compare it with what they have
        Exchange entry = earlier == null ? new DefaultExchange(context) : ExchangeHelper.createCopy(earlier, true);
        // for those who read the table, and for repositories that give headers columns of their own
        entry.getIn().setHeader("CamelAipiEndpoint", stored.job().endpoint());
        entry.getIn().setHeader("CamelAipiJobId", stored.job().jobId());
        entry.getIn().setBody(JobCodec.encode(stored));
        write(stored.job().key(), earlier, entry);
    }

    private void write(String key, Exchange earlier, Exchange entry) {
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

    /** The stored job; null if there is none under the key. */
    StoredJob load(String key) {
        Exchange entry = present(key);
        if (entry == null) {
            return null;
        }
        StoredJob stored = JobCodec.decode(key, body(entry));
        remember(key, stored.job().jobId());
        return stored;
    }

    /** Ends the keeping of a job; false if it is not stored. */
    boolean remove(DetachedJob job) {
        Exchange entry = repository.get(context, job.key());
        if (entry == null || !(isDelivered(entry) || JobCodec.isOf(body(entry), job))) {
            return false;
        }
        remove(job.key(), entry);
        return true;
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

    /** The keys of all jobs, of whatever server and endpoint. A repository that cannot tell them does not work. */
    Set<String> keys() {
        // a copy: some repositories give a view, which changes
        return repository.getKeys().stream()
                .filter(key -> key != null && DetachedJob.serverOf(key) != null)
                .collect(Collectors.toSet());
    }

    // ---- ids that come again

    /** See {@link JobRepository#lapse}; {@code isFollowed} says of a key whether its job is in the hands of this process. */
    void lapse(String server, String jobId, Predicate<String> isFollowed, StoreCleanup cleanup, KeyLocks locks) {
        Set<String> keys = keys();
        idsOfRequests.keySet().retainAll(keys);
        for (String key : keys) {
            if (!server.equals(DetachedJob.serverOf(key)) || isFollowed.test(key)) {
                continue;
            }
            try {
                if (DetachedJob.isOfRequest(key) ? jobId.equals(idOfRequest(key)) : DetachedJob.isOfJob(key, jobId)) {
                    locks.locked(key, () -> lapse(key, jobId));
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
        StoredJob stored = load(key);
        return stored == null ? null : stored.job().jobId();
    }

    /** The job with its end; null if it is another one, or has ended. */
    private StoredJob lapse(String key, String jobId) {
        StoredJob stored = load(key);
        if (stored == null
                || stored.outcome() != null
                || !jobId.equals(stored.job().jobId())) {
            return null;
        }
        LOG.info("The server has given the id of the stored job {} to a new job: it is lost, and fails", jobId);
        return complete(stored.withOutcome(JobOutcome.lapsed(stored.job())));
    }

    private void remember(String key, String jobId) {
        if (DetachedJob.isOfRequest(key) && DetachedJob.mayComeAgain(jobId)) {
            idsOfRequests.put(key, jobId);
        }
    }

    // ---- whether it works

    /** Stores something like this for a moment. */
    void probe(Map<String, Object> body) {
        probe.storeForAMoment(body);
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
}
