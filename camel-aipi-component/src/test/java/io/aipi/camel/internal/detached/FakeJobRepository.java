/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.StoredJob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A repository in a map, which can be away, refuse what it is given, and lose its lease. */
final class FakeJobRepository implements JobRepository {

    static final Duration LEASE = Duration.ofSeconds(30);

    private final List<String> events;
    private final Map<String, StoredJob> records = new LinkedHashMap<>();
    /** Owners by keys. */
    private final Map<String, String> claimed = new HashMap<>();

    private final Set<String> parked = new HashSet<>();
    private boolean away;
    private boolean refusesUpdates;
    private int leases = 1;
    private int claims;
    private String refused;
    private int refusals;
    private int removalsToRefuse;

    FakeJobRepository(List<String> events) {
        this.events = events;
    }

    void setAway(boolean away) {
        this.away = away;
    }

    void refuseOutcomesOf(String jobId) {
        refused = jobId;
    }

    void refuseUpdates(boolean refuse) {
        refusesUpdates = refuse;
    }

    void refuseRemovals(int number) {
        removalsToRefuse = number;
    }

    /** Others have claimed everything; the next renewal says so. */
    void loseLease() {
        leases++;
        claimed.replaceAll((key, owner) -> "another instance");
    }

    /** The lease was over, and nobody has noticed; the next renewal says so. */
    void standStill() {
        leases++;
        claimed.clear();
    }

    /** How often jobs were claimed. */
    int claims() {
        return claims;
    }

    private String owner() {
        return "lease " + leases;
    }

    /** Whether the job is the caller's. */
    private boolean isMine(StoredJob job) {
        return (job.owner() == null ? owner() : job.owner())
                .equals(claimed.get(job.job().key()));
    }

    /** The owner of a job; null for none. */
    String ownerOf(String jobId) {
        return claimed.get(stored(jobId).job().key());
    }

    int refusals() {
        return refusals;
    }

    /** Somebody else has removed it. */
    void forget(String jobId) {
        records.values().removeIf(each -> each.job().jobId().equals(jobId));
    }

    List<String> jobIds() {
        return records.values().stream().map(each -> each.job().jobId()).toList();
    }

    boolean isParked(String jobId) {
        return parked.contains(stored(jobId).job().key());
    }

    /** Null for none. */
    StoredJob stored(String jobId) {
        return records.values().stream()
                .filter(each -> each.job().jobId().equals(jobId))
                .findFirst()
                .orElse(null);
    }

    private void work() {
        if (away) {
            throw new IllegalStateException("away");
        }
    }

    @Override
    public Duration lease() {
        return LEASE;
    }

    @Override
    public String renew() {
        work();
        return owner();
    }

    @Override
    public Reservation reserve(String server, String endpoint, String requestId) {
        return new Reservation.Reserved();
    }

    @Override
    public void cancel(String server, String endpoint, String requestId) {
        // nothing is reserved
    }

    @Override
    public StoredJob accept(StoredJob job, boolean claim) {
        work();
        records.put(job.job().key(), job);
        events.add("accepted " + job.job().jobId());
        if (claim) {
            claimed.put(job.job().key(), owner());
        }
        return claim ? job.withOwner(owner()) : job;
    }

    @Override
    public StoredJob complete(StoredJob job) {
        work();
        String key = job.job().key();
        String id = job.job().jobId();
        if (id.equals(refused)) {
            refusals++;
            throw new IllegalArgumentException("too large");
        }
        StoredJob present = records.get(key);
        if (present == null) {
            return null;
        }
        if (present.outcome() == null) {
            records.put(key, job);
            events.add("completed " + id);
        }
        return isMine(job) ? records.get(key) : null;
    }

    @Override
    public boolean deliver(StoredJob job) {
        return update(job);
    }

    private boolean update(StoredJob job) {
        work();
        if (refusesUpdates) {
            throw new IllegalArgumentException("too large");
        }
        return isMine(job) && records.replace(job.job().key(), job) != null;
    }

    @Override
    public boolean remove(StoredJob job) {
        work();
        if (removalsToRefuse > 0) {
            removalsToRefuse--;
            throw new IllegalStateException("locked");
        }
        String key = job.job().key();
        if (!isMine(job) || records.remove(key) == null) {
            return false;
        }
        claimed.remove(key);
        events.add("removed " + job.job().jobId());
        return true;
    }

    @Override
    public void park(StoredJob job) {
        if (update(job)) {
            claimed.remove(job.job().key());
            parked.add(job.job().key());
        }
    }

    @Override
    public void unpark(String server, String endpoint) {
        work();
        parked.clear();
    }

    @Override
    public List<Claim> claim(String server, String endpoint, int limit) {
        work();
        this.claims++;
        List<Claim> claims = new ArrayList<>();
        for (StoredJob each : records.values()) {
            if (claims.size() < limit
                    && !parked.contains(each.job().key())
                    && claimed.putIfAbsent(each.job().key(), owner()) == null) {
                claims.add(new Claim(each.withOwner(owner()), true));
            }
        }
        return claims;
    }

    @Override
    public void release(Collection<StoredJob> jobs) {
        work();
        jobs.stream()
                .filter(this::isMine)
                .forEach(each -> claimed.remove(each.job().key()));
    }

    @Override
    public void lapse(String server, String jobId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<StoredJob> find(String server, String endpoint, String requestId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void check() {
        work();
    }
}
