/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.StoredJob;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Does what another one does, but for what a subclass does. */
class Forwarding implements JobRepository {

    final JobRepository to;

    Forwarding(JobRepository to) {
        this.to = to;
    }

    @Override
    public Reservation reserve(String server, String endpoint, String requestId) {
        return to.reserve(server, endpoint, requestId);
    }

    @Override
    public void cancel(String server, String endpoint, String requestId) {
        to.cancel(server, endpoint, requestId);
    }

    @Override
    public StoredJob accept(StoredJob job, boolean claim) {
        return to.accept(job, claim);
    }

    @Override
    public StoredJob complete(StoredJob job) {
        return to.complete(job);
    }

    @Override
    public boolean deliver(StoredJob job) {
        return to.deliver(job);
    }

    @Override
    public boolean remove(StoredJob job) {
        return to.remove(job);
    }

    @Override
    public void park(StoredJob job) {
        to.park(job);
    }

    @Override
    public void unpark(String server, String endpoint) {
        to.unpark(server, endpoint);
    }

    @Override
    public List<Claim> claim(String server, String endpoint, int limit) {
        return to.claim(server, endpoint, limit);
    }

    @Override
    public String renew() {
        return to.renew();
    }

    @Override
    public void release(Collection<StoredJob> jobs) {
        to.release(jobs);
    }

    @Override
    public void lapse(String server, String jobId) {
        to.lapse(server, jobId);
    }

    @Override
    public Optional<StoredJob> find(String server, String endpoint, String requestId) {
        return to.find(server, endpoint, requestId);
    }

    @Override
    public void check() {
        to.check();
    }

    @Override
    public void probe(StoredJob job) {
        to.probe(job);
    }

    @Override
    public Duration lease() {
        return to.lease();
    }

    @Override
    public int concurrency() {
        return to.concurrency();
    }

    @Override
    public Optional<Counts> count(String server, String endpoint) {
        return to.count(server, endpoint);
    }

    @Override
    public Map<String, Long> unclaimed() {
        return to.unclaimed();
    }
}
