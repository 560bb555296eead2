/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.camel.internal.store.DetachedJob;
import io.aipi.camel.internal.store.JobRecord;
import io.aipi.camel.internal.store.JobStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.camel.spi.AggregationRepository;

/** A store in a map, which can be away, and refuse what it is given. Jobs are stored under their keys. */
final class FakeJobStore implements JobStore {

    private final List<String> events;
    private final Map<String, JobRecord> records = new LinkedHashMap<>();
    private boolean away;
    private boolean refusesUpdates;
    private String refused;
    private int refusals;
    private int removalsToRefuse;

    FakeJobStore(List<String> events) {
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

    private void work() {
        if (away) {
            throw new IllegalStateException("away");
        }
    }

    @Override
    public AggregationRepository repository() {
        return null;
    }

    @Override
    public JobRecord add(JobRecord asked, Consumer<String> reserve, Consumer<String> cancel) {
        work();
        reserve.accept(asked.job().key());
        records.put(asked.job().key(), asked);
        events.add("added " + asked.job().jobId());
        return asked;
    }

    @Override
    public boolean completeIfPending(JobRecord stored) {
        work();
        String id = stored.job().jobId();
        if (id.equals(refused)) {
            refusals++;
            throw new IllegalArgumentException("too large");
        }
        JobRecord present = records.get(stored.job().key());
        if (present == null || present.outcome() != null) {
            return false;
        }
        records.put(stored.job().key(), stored);
        events.add("completed " + id);
        return true;
    }

    @Override
    public boolean update(JobRecord stored) {
        work();
        if (refusesUpdates) {
            throw new IllegalArgumentException("too large");
        }
        return records.replace(stored.job().key(), stored) != null;
    }

    @Override
    public void probeWrite(DetachedJob job) {
        work();
    }

    /** By its key, or by the id of its job. */
    @Override
    public JobRecord load(String key) {
        work();
        JobRecord present = records.get(key);
        return present != null
                ? present
                : records.values().stream()
                        .filter(each -> each.job().jobId().equals(key))
                        .findFirst()
                        .orElse(null);
    }

    @Override
    public void remove(DetachedJob job) {
        work();
        if (removalsToRefuse > 0) {
            removalsToRefuse--;
            throw new IllegalStateException("locked");
        }
        if (records.remove(job.key()) != null) {
            events.add("removed " + job.jobId());
        }
    }

    @Override
    public Set<String> keys() {
        work();
        return Set.copyOf(records.keySet());
    }

    @Override
    public void lapse(String server, String jobId, Predicate<String> isHeld) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isAway() {
        return away;
    }

    @Override
    public boolean isDoubtful() {
        return false;
    }

    @Override
    public void probe(JobRecord job) {
        work();
    }

    @Override
    public void finishRemovals() {
        work();
    }

    @Override
    public void warnOfUnfollowed(Set<String> keys, Predicate<String> isConsumed) {
        // nobody asks
    }
}
