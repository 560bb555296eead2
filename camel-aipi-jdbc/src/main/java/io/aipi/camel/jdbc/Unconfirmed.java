/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What calls that have thrown may have got: its rows may be this instance's, whose lease goes on, and nobody knows. They are
 * given back when the database works again, unless a caller has tried again meanwhile.
 */
final class Unconfirmed {

    /** What may have to be given back. */
    @FunctionalInterface
    interface Claiming<T> {
        T run() throws SQLException;
    }

    private final Instance instance;
    private final Set<JobIdentity> jobs = ConcurrentHashMap.newKeySet();
    /** Keys of request ids by the tokens of their reservations. */
    private final Map<String, String> reservations = new ConcurrentHashMap<>();
    /** While jobs are claimed, or given back: one that is claimed now is not given back for an earlier claim. */
    private final ReentrantLock lock = new ReentrantLock();

    private volatile boolean isReleasing;

    Unconfirmed(Instance instance) {
        this.instance = instance;
    }

    /** Claims, while nothing is given back. */
    <T> T claiming(Claiming<T> claiming) throws SQLException {
        lock.lock();
        try {
            return claiming.run();
        } finally {
            lock.unlock();
        }
    }

    void addJob(JobIdentity job) {
        jobs.add(job);
    }

    /** After this it is not given back. */
    void removeJob(JobIdentity job) {
        jobs.remove(job);
        if (isReleasing) {
            awaitRelease();
        }
    }

    private void awaitRelease() {
        lock.lock();
        try {
            // it has ended
        } finally {
            lock.unlock();
        }
    }

    void addReservation(String key, String token) {
        reservations.put(token, key);
    }

    /** Whether it was there. */
    boolean removeReservation(String token) {
        return reservations.remove(token) != null;
    }

    /** Gives all of it back; later, if jobs are being claimed: the lease does not wait for it. */
    void release(JobWriter writer) throws SQLException {
        if ((jobs.isEmpty() && reservations.isEmpty()) || !lock.tryLock()) {
            return;
        }
        try {
            isReleasing = true;
            releaseAll(writer);
        } finally {
            isReleasing = false;
            lock.unlock();
        }
    }

    private void releaseAll(JobWriter writer) throws SQLException {
        List<JobIdentity> released = new ArrayList<>();
        jobs.forEach(job -> {
            if (jobs.remove(job)) {
                released.add(job);
            }
        });
        Map<String, String> cancelled = new ConcurrentHashMap<>();
        reservations.forEach((token, key) -> {
            if (removeReservation(token)) {
                cancelled.put(token, key);
            }
        });
        String owner = instance.id();
        List<Write> writes = new ArrayList<>();
        released.forEach(job -> writes.add(Claims.release(job, owner)));
        cancelled.forEach((token, key) -> writes.add(Reservations.cancellation(key, owner, token)));
        if (writes.isEmpty()) {
            return;
        }
        try {
            writer.execute(writes);
        } catch (Throwable e) {
            jobs.addAll(released);
            reservations.putAll(cancelled);
            throw e;
        }
    }
}
