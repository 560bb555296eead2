/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.JobCodec;
import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.ResultLostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stored jobs in memory, with leases, for unit tests: of routes with detached jobs, and of what several instances do with them.
 * It keeps the whole contract but for the end of the process, and is short enough to be read before writing another one.
 *
 * <p>Bodies are stored as any other store has to: one that cannot be kept is refused, and what comes back is a copy. Only arrays of
 * bytes are not copied.
 */
public final class MemoryJobRepository extends ServiceSupport implements JobRepository {

    private static final Logger LOG = LoggerFactory.getLogger(MemoryJobRepository.class);

    private final Group group;
    private Lease lease;

    /** An instance by itself, whose leases last a minute. */
    public MemoryJobRepository() {
        this(new Group(Duration.ofMinutes(1), InstantSource.system()));
    }

    /** One more instance of a group. */
    public MemoryJobRepository(Group group) {
        this.group = group;
        this.lease = group.newLease();
    }

    /** What instances share: the jobs, and who has claimed them. */
    public static final class Group {

        private final Duration duration;
        private final InstantSource clock;
        private final Map<Name, Entry> jobs = new LinkedHashMap<>();
        private final Map<Name, Entry> named = new HashMap<>();
        private final Map<Name, Lease> reservations = new HashMap<>();

        /**
         * Without any jobs.
         *
         * @param lease how long a claim lasts that is not renewed
         * @param clock tells the time, which a test can move
         */
        public Group(Duration lease, InstantSource clock) {
            this.duration = lease;
            this.clock = clock;
        }

        /** How many jobs are stored. */
        public synchronized int size() {
            return jobs.size();
        }

        synchronized int countStored() {
            reservations.values().removeIf(this::isOver);
            return jobs.size() + reservations.size();
        }

        synchronized void spoil(DetachedJob job) {
            jobs.get(Name.of(job)).stored = Map.of();
        }

        private Lease newLease() {
            Lease lease = new Lease();
            extend(lease);
            return lease;
        }

        private void extend(Lease lease) {
            lease.until = clock.instant().plus(duration);
        }

        private boolean isOver(Lease lease) {
            return !clock.instant().isBefore(lease.until);
        }
    }

    /** One life of an instance: it ends with the instance, or when it is not renewed in time. */
    private static final class Lease {

        private final String name = UUID.randomUUID().toString();
        private Instant until;
    }

    /** Of a job by its id, or of a request. */
    private record Name(String server, String endpoint, String id) {

        static Name of(DetachedJob job) {
            return new Name(job.server(), job.endpoint(), job.id());
        }

        static Name ofRequest(DetachedJob job) {
            return new Name(job.server(), job.endpoint(), job.requestId());
        }
    }

    private static final class Entry {

        private final DetachedJob job;
        private Map<String, Object> stored;
        private Lease owner;
        private boolean isParked;
        /** Since when nobody has claimed it; meaningless while somebody has. */
        private Instant freeSince;

        Entry(DetachedJob job) {
            this.job = job;
        }

        StoredJob read() {
            return JobCodec.decode(stored);
        }

        void write(StoredJob job) {
            stored = JobCodec.encode(job);
        }
    }

    /** Gives back what it has: others need not wait for its lease. */
    @Override
    protected void doStop() {
        synchronized (group) {
            group.jobs.values().stream().filter(this::isMine).forEach(this::giveBack);
            group.reservations.values().removeIf(each -> each == lease);
            lease = group.newLease();
        }
    }

    // ---- request ids

    @Override
    public Reservation reserve(String server, String endpoint, String requestId) {
        Name name = new Name(server, endpoint, requestId);
        synchronized (group) {
            Entry taken = group.named.get(name);
            if (taken != null) {
                return new Reservation.Taken(taken.read());
            }
            Lease holder = group.reservations.get(name);
            if (holder != null && !group.isOver(holder)) {
                return new Reservation.Pending();
            }
            group.reservations.put(name, lease);
            return new Reservation.Reserved();
        }
    }

    @Override
    public void cancel(String server, String endpoint, String requestId) {
        synchronized (group) {
            group.reservations.remove(new Name(server, endpoint, requestId), lease);
        }
    }

    @Override
    public Optional<StoredJob> find(String server, String endpoint, String requestId) {
        synchronized (group) {
            return Optional.ofNullable(group.named.get(new Name(server, endpoint, requestId)))
                    .map(Entry::read);
        }
    }

    // ---- a job's life

    @Override
    public StoredJob accept(StoredJob asked, boolean claim) {
        synchronized (group) {
            Name name = Name.of(asked.job());
            Entry entry = group.jobs.get(name);
            if (entry == null) {
                StoredJob job =
                        asked.job().requestId() == null || isFree(asked.job()) ? asked : asked.withoutRequestId();
                entry = new Entry(job.job());
                entry.write(job);
                entry.freeSince = group.clock.instant();
                group.jobs.put(name, entry);
                if (job.job().requestId() != null) {
                    group.named.put(Name.ofRequest(job.job()), entry);
                    group.reservations.remove(Name.ofRequest(job.job()));
                }
            }
            if (claim && isClaimable(entry)) {
                entry.owner = lease;
            }
            return entry.read().withOwner(claim ? lease.name : null);
        }
    }

    private boolean isFree(DetachedJob job) {
        Lease holder = group.reservations.get(Name.ofRequest(job));
        return !group.named.containsKey(Name.ofRequest(job))
                && (holder == null || holder == lease || group.isOver(holder));
    }

    @Override
    public StoredJob complete(StoredJob job) {
        synchronized (group) {
            Entry entry = group.jobs.get(Name.of(job.job()));
            if (entry == null) {
                return null;
            }
            StoredJob stored = entry.read();
            entry.write(stored.withOutcome(outcome(stored, job)));
            return isOf(job, entry) ? entry.read().withOwner(job.owner()) : null;
        }
    }

    /** The outcome that a job has when another one has been brought: that, in the place of none, or a result in that of its loss. */
    private static JobOutcome outcome(StoredJob stored, StoredJob brought) {
        boolean isLost =
                stored.outcome() instanceof JobOutcome.Failed failed && failed.failure() instanceof ResultLostException;
        return stored.outcome() == null || (isLost && brought.outcome() instanceof JobOutcome.Done)
                ? brought.outcome()
                : stored.outcome();
    }

    @Override
    public boolean deliver(StoredJob job) {
        synchronized (group) {
            Entry entry = mine(job);
            if (entry == null) {
                return false;
            }
            StoredJob stored = entry.read();
            entry.write(new StoredJob(stored.job(), outcome(stored, job), job.deliveries()));
            return true;
        }
    }

    @Override
    public boolean remove(StoredJob job) {
        synchronized (group) {
            Entry entry = mine(job);
            if (entry == null) {
                return false;
            }
            group.jobs.remove(Name.of(entry.job));
            if (entry.job.requestId() != null) {
                group.named.remove(Name.ofRequest(entry.job));
            }
            return true;
        }
    }

    @Override
    public void park(StoredJob job) {
        synchronized (group) {
            Entry entry = mine(job);
            if (entry != null) {
                StoredJob stored = entry.read();
                entry.write(new StoredJob(stored.job(), outcome(stored, job), job.deliveries()));
                entry.isParked = true;
                giveBack(entry);
            }
        }
    }

    @Override
    public void unpark(String server, String endpoint) {
        synchronized (group) {
            of(server, endpoint).forEach(entry -> entry.isParked = false);
        }
    }

    @Override
    public void lapse(String server, String jobId) {
        synchronized (group) {
            for (Entry entry : all(each -> each.job.server().equals(server) && jobId.equals(each.job.jobId()))) {
                StoredJob stored = entry.read();
                if (stored.outcome() == null) {
                    entry.write(stored.withOutcome(lapsed(entry.job)));
                }
            }
        }
    }

    private static JobOutcome lapsed(DetachedJob job) {
        return new JobOutcome.Failed(new JobLapsedException(
                "The server has given the id of the job to a later one: the job is lost; submit the request again",
                JobLapsedException.Reason.UNKNOWN_TO_SERVER,
                ErrorContext.of(job.endpoint(), job.jobId())));
    }

    // ---- claims

    @Override
    public List<Claim> claim(String server, String endpoint, int limit) {
        synchronized (group) {
            if (group.isOver(lease)) {
                // what is claimed now would be lost at once
                return List.of();
            }
            List<Claim> claims = new ArrayList<>();
            for (Entry entry : of(server, endpoint).stream()
                    .filter(this::isClaimable)
                    .sorted(Comparator.comparing(each -> each.job.submitted()))
                    .toList()) {
                if (claims.size() < limit) {
                    claim(entry).ifPresent(claims::add);
                }
            }
            return claims;
        }
    }

    private Optional<Claim> claim(Entry entry) {
        try {
            Claim claim = new Claim(entry.read().withOwner(lease.name), entry.owner != null);
            entry.owner = lease;
            return Optional.of(claim);
        } catch (RuntimeException e) {
            LOG.warn("A stored job cannot be read. It is passed over: {}", entry.job, e);
            return Optional.empty();
        }
    }

    @Override
    public String renew() {
        synchronized (group) {
            if (group.isOver(lease)) {
                // the old one stays over: what was claimed with it is anybody's
                lease = group.newLease();
            } else {
                group.extend(lease);
            }
            return lease.name;
        }
    }

    @Override
    public void release(Collection<StoredJob> jobs) {
        synchronized (group) {
            for (StoredJob job : jobs) {
                Entry entry = mine(job);
                if (entry != null) {
                    giveBack(entry);
                }
            }
        }
    }

    private void giveBack(Entry entry) {
        entry.owner = null;
        entry.freeSince = group.clock.instant();
    }

    private boolean isClaimable(Entry entry) {
        return !entry.isParked && (entry.owner == null || group.isOver(entry.owner));
    }

    private boolean isMine(Entry entry) {
        return entry.owner == lease && !group.isOver(lease);
    }

    /** Whether the entry is claimed as the caller says of the job. A lease that is over counts until somebody has claimed it. */
    private boolean isOf(StoredJob job, Entry entry) {
        return job.owner() == null ? isMine(entry) : entry.owner != null && entry.owner.name.equals(job.owner());
    }

    /** The job's entry; null if it is not stored, or not the caller's. */
    private Entry mine(StoredJob job) {
        Entry entry = group.jobs.get(Name.of(job.job()));
        return entry != null && isOf(job, entry) ? entry : null;
    }

    private List<Entry> of(String server, String endpoint) {
        return all(entry ->
                entry.job.server().equals(server) && entry.job.endpoint().equals(endpoint));
    }

    private List<Entry> all(Predicate<Entry> which) {
        return group.jobs.values().stream().filter(which).toList();
    }

    // ---- what it says of itself

    /** It is there, and has no limits. */
    @Override
    public void check() {}

    @Override
    public Duration lease() {
        return group.duration;
    }

    @Override
    public Optional<Counts> count(String server, String endpoint) {
        synchronized (group) {
            List<Entry> stored = of(server, endpoint);
            return Optional.of(new Counts(
                    stored.size(),
                    stored.stream().filter(entry -> entry.isParked).count()));
        }
    }

    /** For a lease long, or longer. */
    @Override
    public Map<String, Long> unclaimed() {
        synchronized (group) {
            Instant longAgo = group.clock.instant().minus(group.duration);
            return all(entry -> isClaimable(entry)
                            && !(entry.owner == null ? entry.freeSince : entry.owner.until).isAfter(longAgo))
                    .stream()
                    .collect(Collectors.groupingBy(entry -> entry.job.server(), Collectors.counting()));
        }
    }
}
