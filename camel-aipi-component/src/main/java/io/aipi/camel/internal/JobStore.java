/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.JobLapsedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
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
import org.apache.camel.spi.RecoverableAggregationRepository;
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
public final class JobStore {

    private static final int KEY_LOCKS = 64;

    private static final Logger LOG = LoggerFactory.getLogger(JobStore.class);

    /** Marks what is being removed, since its route has succeeded; the value is its key. */
    private static final String DELIVERED = "CamelAipiDelivered";

    /** Begins the keys of entries that try whether the repository works; then the time, and a name. */
    private static final String TRIAL = "camel-aipi-trial/";

    /** What is older was left by a process that has ended. */
    private static final Duration LONGEST_TRIAL = Duration.ofHours(1);

    /** How long a repository that has failed is doubted, and at least how long one that is away is left alone. */
    private static final Duration DOUBT = Duration.ofMinutes(1);

    private static final Duration SHORTEST_REST = Duration.ofSeconds(1);

    /** How many unreadable entries are worth a warning each. */
    private static final int WARNINGS = 10;

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

    private final LongSupplier nanoTime;
    private volatile Mode mode = Mode.UNKNOWN;
    /** Ids of jobs by keys that do not tell them. */
    private final Map<String, String> idsOfRequests = new ConcurrentHashMap<>();

    private final Set<String> unreadable = ConcurrentHashMap.newKeySet();
    /** Servers whose jobs nobody here follows. */
    private final Set<String> warnedOf = ConcurrentHashMap.newKeySet();
    /** Keys of trials that could not be removed. */
    private final Queue<String> leftTrials = new ConcurrentLinkedQueue<>();

    /** Whether a trial has succeeded since the last failure. */
    private volatile boolean proven;

    private volatile long failedNanos;
    private volatile boolean hasFailed;
    /** Why the repository is left alone; null while it is not. */
    private volatile Throwable away;

    private volatile long awayUntilNanos;

    /** The repository does not work at present. */
    public static final class AwayException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        AwayException(Throwable cause) {
            super("The jobRepository does not work: " + cause, cause);
        }
    }

    /** The repository is started by its owner. */
    public JobStore(CamelContext context, AggregationRepository repository) {
        this(context, repository, System::nanoTime);
    }

    /** As {@link #JobStore(CamelContext, AggregationRepository)}, with a clock of its own. */
    public JobStore(CamelContext context, AggregationRepository repository, LongSupplier nanoTime) {
        this.context = context;
        this.repository = repository;
        this.nanoTime = nanoTime;
        Arrays.setAll(keyLocks, i -> new ReentrantLock());
    }

    /** Where the jobs are. */
    public AggregationRepository repository() {
        return repository;
    }

    /**
     * The job in the form in which it can be added: without its request id if another job is stored under that. No entry takes
     * the place of another one.
     */
    public StoredJob addable(StoredJob stored) {
        if (stored.job().requestId() == null) {
            return stored;
        }
        return isFreeFor(stored.job())
                ? stored
                : new StoredJob(stored.job().withoutRequestId(), stored.outcome(), stored.deliveries());
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

    /** Whether it is the repository that does not work, where one entry could not be read. */
    public boolean isAway() {
        try {
            keys();
            return false;
        } catch (RuntimeException | Error e) {
            return true;
        }
    }

    /**
     * Stores a job that is not stored yet, in the form in which it can be added. Of two that come at once under one request id
     * one goes without.
     *
     * @param coming told the key before the job is stored under it
     * @param notComing told the key if it could not be stored
     * @return the job as it is stored
     * @throws IllegalArgumentException if its body cannot be kept
     */
    public StoredJob add(StoredJob asked, Consumer<String> coming, Consumer<String> notComing) {
        if (asked.job().requestId() == null) {
            return addAs(asked, coming, notComing);
        }
        ReentrantLock lock = keyLocks[Math.floorMod(asked.job().key().hashCode(), keyLocks.length)];
        lock.lock();
        try {
            return addAs(addable(asked), coming, notComing);
        } catch (OptimisticLockingException another) {
            // of another process
            return addAs(addable(asked), coming, notComing);
        } finally {
            lock.unlock();
        }
    }

    private StoredJob addAs(StoredJob stored, Consumer<String> coming, Consumer<String> notComing) {
        String key = stored.job().key();
        coming.accept(key);
        try {
            add(stored);
            return stored;
        } catch (RuntimeException | Error e) {
            notComing.accept(key);
            throw e;
        }
    }

    /**
     * Stores a job that is not stored yet.
     *
     * @throws IllegalArgumentException if its body cannot be kept
     */
    public void add(StoredJob stored) {
        put(null, stored);
        remember(stored.job().key(), stored.job().jobId());
    }

    /**
     * Stores the outcome of a job.
     *
     * @return false if the job is not stored any more, or with another outcome: somebody else follows it, too, and was
     *     first
     */
    public boolean settle(StoredJob stored) {
        Exchange entry = entry(stored.job());
        if (entry == null || !JobCodec.canBecome(body(entry), stored)) {
            return false;
        }
        put(entry, stored);
        return true;
    }

    /**
     * Replaces what is stored of a job.
     *
     * @return false if it is not stored any more
     */
    public boolean update(StoredJob stored) {
        Exchange entry = entry(stored.job());
        if (entry == null) {
            return false;
        }
        put(entry, stored);
        return true;
    }

    /**
     * Writes once more what is stored of a job, whatever that is: throws if the repository takes nothing. Does nothing if it
     * is not stored any more.
     */
    public void rewrite(DetachedJob job) {
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
            failed();
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

    private static Map<?, ?> body(Exchange entry) {
        return entry.getIn().getBody() instanceof Map<?, ?> map ? map : null;
    }

    private void put(Exchange earlier, StoredJob stored) {
        // the earlier entry stays as it was: repositories with optimistic locks compare it with what they have
        Exchange entry = earlier == null ? new DefaultExchange(context) : ExchangeHelper.createCopy(earlier, true);
        // for those who look at the table, and for repositories that give headers columns of their own
        entry.getIn().setHeader("CamelAipiEndpoint", stored.job().endpoint());
        entry.getIn().setHeader("CamelAipiJobId", stored.job().jobId());
        entry.getIn().setBody(JobCodec.encode(stored));
        write(stored.job().key(), earlier, entry);
    }

    private void write(String key, Exchange earlier, Exchange entry) {
        try {
            writeInMode(key, earlier, entry);
        } catch (RuntimeException | Error e) {
            failed();
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

    /** The stored job; null if there is none under the key. */
    public StoredJob load(String key) {
        Exchange entry = present(key);
        if (entry == null) {
            return null;
        }
        StoredJob stored = JobCodec.decode(body(entry));
        remember(key, stored.job().jobId());
        return stored;
    }

    /** Ends the keeping of a job. Does nothing if it is not stored. */
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

    /** The keys of all jobs, of whatever server and endpoint. A repository that cannot tell them does not work. */
    public Set<String> keys() {
        try {
            // a copy: some repositories give a view, which changes
            return repository.getKeys().stream()
                    .filter(key -> key != null && DetachedJob.serverOf(key) != null)
                    .collect(Collectors.toSet());
        } catch (RuntimeException | Error e) {
            failed();
            throw e;
        }
    }

    /**
     * Says once of each server how many of its jobs nobody here follows.
     *
     * @param keys of all stored jobs
     * @param isFollowed whether somebody here follows jobs of the server
     */
    public void warnOfUnfollowed(Set<String> keys, Predicate<String> isFollowed) {
        Map<String, Long> counts = keys.stream()
                .map(DetachedJob::serverOf)
                .filter(server -> !isFollowed.test(server))
                .collect(Collectors.groupingBy(server -> server, Collectors.counting()));
        counts.forEach((server, count) -> {
            if (warnedOf.size() < WARNINGS && warnedOf.add(server)) {
                LOG.warn(
                        "The jobRepository holds {} jobs of the server {}, which no consumer here follows. If it is one of"
                                + " yours under another name, set the serverUrl that its jobs were submitted with",
                        count,
                        server.replaceAll("\\p{Cntrl}", "?"));
            }
        });
    }

    // ---- ids that come again

    /**
     * The server has given an id to a new job, so that earlier jobs with this id are gone: those that are stored without an
     * outcome get it.
     *
     * @param isFollowed whether the job under the key is followed in this process, which takes care of it
     */
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
                passOver(key, e);
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

    private void lapse(String key, String jobId) {
        StoredJob stored = load(key);
        if (stored != null
                && stored.outcome() == null
                && jobId.equals(stored.job().jobId())) {
            LOG.info("The server has given the id of the stored job {} to a new job: it is lost, and fails", jobId);
            settle(new StoredJob(stored.job(), lapsed(stored.job()), stored.deliveries()));
        }
    }

    /** The end of a job whose id the server has given to a new one. */
    static JobOutcome lapsed(DetachedJob job) {
        return new JobOutcome.Failed(new JobLapsedException(
                "The server has given the id of the job to a later one, most likely since it was restarted: the job is lost;"
                        + " submit the request again",
                JobLapsedException.Reason.UNKNOWN_TO_SERVER,
                ErrorContext.of(job.endpoint(), job.jobId())));
    }

    private void remember(String key, String jobId) {
        if (DetachedJob.isOfRequest(key) && DetachedJob.mayComeAgain(jobId)) {
            idsOfRequests.put(key, jobId);
        }
    }

    // ---- whether it works

    /** Whether a submit should be preceded by a {@link #tryOut}: the repository has failed lately, or was never used. */
    public boolean isDoubtful() {
        return !proven || (hasFailed && nanoTime.getAsLong() - failedNanos < DOUBT.toNanos());
    }

    private void failed() {
        failedNanos = nanoTime.getAsLong();
        hasFailed = true;
        proven = false;
    }

    /**
     * Stores something like the job for a moment.
     *
     * @throws AwayException if the repository takes nothing
     * @throws RuntimeException what the repository throws, if it is this job that it does not take
     */
    public void tryOut(StoredJob job) {
        Throwable reason = away;
        long begin = nanoTime.getAsLong();
        if (reason != null && begin - awayUntilNanos < 0) {
            // one that hangs would take all threads
            throw new AwayException(reason);
        }
        Map<String, Object> large = JobCodec.encode(job);
        try {
            tryOut(large);
        } catch (RuntimeException | Error e) {
            leaveAlone(e, begin);
            try {
                tryOut(Map.of());
            } catch (RuntimeException | Error all) {
                leaveAlone(all, begin);
                throw new AwayException(all);
            }
            away = null;
            // once more: it may have been back since
            tryOut(large);
        }
        away = null;
        proven = true;
    }

    private void leaveAlone(Throwable reason, long begin) {
        long now = nanoTime.getAsLong();
        awayUntilNanos = now + Math.max(SHORTEST_REST.toNanos(), now - begin);
        away = reason;
    }

    private void tryOut(Map<String, Object> body) {
        String left = leftTrials.poll();
        String key = left != null ? left : TRIAL + System.currentTimeMillis() + "/" + UUID.randomUUID();
        boolean isRemoved = false;
        try {
            Exchange earlier = left == null ? null : repository.get(context, key);
            Exchange entry = earlier == null ? new DefaultExchange(context) : ExchangeHelper.createCopy(earlier, true);
            entry.getIn().setBody(body);
            write(key, earlier, entry);
            Exchange written = repository.get(context, key);
            if (written != null) {
                remove(key, written);
            }
            isRemoved = true;
        } finally {
            if (!isRemoved) {
                leftTrials.add(key);
            }
        }
    }

    // ---- what others have left

    /**
     * Ends what a crash has cut in two: removals, whose routes had succeeded, and trials. Each by itself: what cannot be read
     * is passed over.
     */
    public void finishRemovals() {
        if (repository instanceof RecoverableAggregationRepository recoverable) {
            for (String exchangeId : new ArrayList<>(recoverable.scan(context))) {
                try {
                    finishRemoval(recoverable, exchangeId);
                } catch (Throwable e) {
                    passOver(exchangeId, e);
                }
            }
        }
        for (String key : new ArrayList<>(repository.getKeys())) {
            if (key != null && key.startsWith(TRIAL)) {
                try {
                    removeOldTrial(key);
                } catch (Throwable e) {
                    passOver(key, e);
                }
            }
        }
    }

    private void finishRemoval(RecoverableAggregationRepository recoverable, String exchangeId) {
        Exchange entry = recoverable.recover(context, exchangeId);
        String key = entry == null ? null : entry.getIn().getHeader(DELIVERED, String.class);
        if (key != null && repository.get(context, key) == null) {
            LOG.debug("The removal of a delivered job is finished: {}", exchangeId);
            recoverable.confirm(context, exchangeId);
        }
    }

    private void removeOldTrial(String key) {
        long begun = Long.parseLong(key.substring(TRIAL.length(), key.indexOf('/', TRIAL.length())));
        Exchange trial =
                System.currentTimeMillis() - begun > LONGEST_TRIAL.toMillis() ? repository.get(context, key) : null;
        if (trial != null) {
            remove(key, trial);
        }
    }

    /** Says once what cannot be read, whatever reading it throws; it stays where it is. */
    private void passOver(String name, Throwable e) {
        if (unreadable.add(name) && unreadable.size() <= WARNINGS) {
            LOG.warn("The entry {} of the jobRepository cannot be read. It is passed over", name, e);
        } else {
            LOG.debug("The entry {} of the jobRepository cannot be read: {}", name, e.toString());
        }
    }
}
